-- How values add up, which period a value is about and what a second value for an instant means: declared by the entry
-- or by the property (sensors/vocabulary/measurement.py), and refreshed from there after every migration.
alter table lantaarn.datastream
add column aggregation text not null default 'mean' check (
    aggregation in ('mean', 'delta', 'counter', 'max', 'last', 'energy_mean', 'circular_mean', 'none')
),
add column max_rate_per_hour double precision,
add column stamp text not null default 'instant' check (stamp in ('start', 'end', 'instant')),
add column measurement_interval interval,
add column sends_zeros boolean not null default true,
add column same_time text not null default 'first' check (same_time in ('first', 'last', 'sum'));

update lantaarn.datastream set aggregation = 'delta' where summed;

