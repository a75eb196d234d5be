-- is_published: whether counts have been published already, or anything was counted that they would be made of
select exists(select from lantaarn.public_cell where counted)
or exists(
    select
    from lantaarn.rollup_hour as total
    inner join lantaarn.datastream as stream on stream.id = total.datastream_id
    where stream.cell_noise is not null
) as is_published;

-- insert_sums: true sums of what is published of these counters, as if every interval had been heard
insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max)
select
    stream.id,
    lantaarn.total_start(given.hour, stream.sum_minutes, stream.one_night) as start,
    sum(coalesce(extract(epoch from interval '1 hour') / extract(epoch from stream.measurement_interval), 1)),
    sum(given.passed),
    min(given.passed),
    max(given.passed)
from unnest(%(references)s::text[], %(properties)s::text[], %(hours)s::timestamptz[], %(passed)s::double precision[])
    as given (reference, property, hour, passed)
inner join lantaarn.sensor as sensor on sensor.reference = given.reference
inner join lantaarn.datastream as stream
    on stream.sensor_id = sensor.id and stream.property = given.property and stream.cell_noise is not null
group by stream.id, start;

-- insert_cell: what a counter of single messages counted, with its noise. Such a device has no past in which it was alive
insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise)
values (%(datastream_id)s, %(period)s, %(start)s, true, %(count)s, %(noise)s);

-- count_rows: tell the planner how many rows there are by now
analyze lantaarn.rollup_hour, lantaarn.public_cell;

-- delete_sums: the true sums of counters, once they are published
delete from lantaarn.rollup_hour as total
using lantaarn.datastream as stream
where stream.id = total.datastream_id and stream.cell_noise is not null;
