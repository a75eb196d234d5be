-- begin: as if cells had been written up to this hour since long ago
with emptied as (
    update lantaarn.public_floor set
        since = '2020-01-01', settled_until = %(hour)s::timestamptz
)

update lantaarn.datastream set cells_since = '2020-01-01';

-- fill_hour: the sums of an hour that was heard in full
insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max)
select stream.id, %(hour)s::timestamptz, 60, 180, 0, 6
from lantaarn.datastream as stream;

-- fill_late: two published hours of a day in the four weeks that have been over for a week, to which something was added
with day as (
    select open.day_start(lantaarn.late_period(open.day_of(%(at)s) - 35) + 1) + hours * interval '1 hour' as hour
    from generate_series(9, 10) as hours
),

published as (
    insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise)
    select stream.id, 'hour', day.hour, true, 30, stream.cell_noise
    from lantaarn.datastream as stream
    cross join day
)

insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max, published)
select stream.id, day.hour, 60, 35, 0, 6, 30
from lantaarn.datastream as stream
cross join day;

-- stored: how many values there are of an hour
select count(*) as stored
from lantaarn.observation as one
where one.time >= %(hour)s::timestamptz and one.time < %(hour)s::timestamptz + interval '1 hour';
