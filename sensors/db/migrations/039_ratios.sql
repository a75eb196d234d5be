-- How a mean over what passes (speed, occupancy) is published: as a ratio of noisy sums. Per vehicle, how far the value is
-- above or below the reference, at most clip, over the vehicles that the counts of these properties have.
alter table lantaarn.datastream
    add column ratio_reference double precision,
    add column ratio_clip double precision check (ratio_clip > 0),
    add column ratio_of text [],
    add constraint whole_ratio check (num_nulls(ratio_reference, ratio_clip, ratio_of) in (0, 3));
