-- insert_travel_time: insert travel times of samples; a window already stored is left unchanged
insert into lantaarn.travel_time
(datastream_id, window_start, minutes, vehicle_class, median, p85, revision)
select datastream_id, window_start, minutes, vehicle_class, median, p85, revision
from jsonb_to_recordset(%(batch)s -> 'aggregates') as given (
    datastream_id integer, window_start timestamptz, minutes smallint, vehicle_class text, median smallint,
    p85 smallint, revision bigint
)
order by datastream_id, window_start, vehicle_class
on conflict (datastream_id, window_start, vehicle_class) do nothing;

-- insert_window_count: insert noisy counts over groups of lamps; a window already stored is left unchanged
insert into lantaarn.window_count
(municipality, group_name, property, window_start, window_end, sensors, count, noise, spacing, revision)
select municipality, "group", property, window_start, window_end, sensors, count, noise, spacing, revision
from jsonb_to_recordset(%(batch)s -> 'aggregates') as given (
    municipality text, "group" text, property text, window_start timestamptz, window_end timestamptz,
    sensors integer, count bigint, noise double precision, spacing double precision, revision bigint
)
order by municipality, "group", property, window_start
on conflict (municipality, group_name, property, window_start) do nothing;

-- publish_movement: publish the means of movement whose weeks are over; published means never change
select lantaarn.publish_movement(%(at)s) as written;
