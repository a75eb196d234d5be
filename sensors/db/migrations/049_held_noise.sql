-- The noise that the register of today asks for (needed_noise), and until when what is in force may not fall to it. Until then
-- numbers are drawn of hours in which the register asked for more. Kept with the datastream, because what a place was can't
-- be read back: a version whose place was made coarser no longer tells who was beside it.
alter table lantaarn.datastream
add column needed_noise double precision,
add column noise_held_until timestamptz;

update lantaarn.datastream set needed_noise = cell_noise;
