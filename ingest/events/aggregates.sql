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

-- insert_pass_count: insert counts of passers-by as public cells with noise, without a number where it is unknown, or where
-- less than this part of the sensor's signs of life was heard: a broken one is as silent as an empty street. A cell already
-- written is unchanged
insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise)
select given.datastream_id, given.period, given.start, true, case when alive.is_heard then given.count end, given.noise
from jsonb_to_recordset(%(batch)s -> 'aggregates') as given (
    datastream_id integer, period text, start timestamptz, count bigint, noise double precision
)
cross join lateral (select lantaarn.cell_end(given.period, given.start) as until) as span
left join lateral (
    select
        count(distinct floor(extract(epoch from one.time - given.start) / extract(epoch from sign.interval)))
        >= %(min_heard)s * extract(epoch from span.until - given.start) / extract(epoch from sign.interval) as is_heard
    from lantaarn.sign_of_life as sign
    inner join lantaarn.observation as one on one.datastream_id = sign.alive_id
    where
        sign.datastream_id = given.datastream_id
        and one.time >= given.start
        and one.time < span.until
        and one.quality = 0
    group by sign.interval
) as alive on true
order by given.datastream_id, given.period, given.start
on conflict do nothing;

-- book_windows: add closed windows to their day, unless they have been: those of one group or segment come in order
insert into lantaarn.window_day as total (rule, subject, day, released, suppressed, unobserved, until)
select rule, subject, day, released, suppressed, unobserved, until
from jsonb_to_recordset(%(batch)s -> 'rows') as given (
    rule text, subject text, day date, released integer, suppressed integer, unobserved integer,
    since timestamptz, until timestamptz
)
where not exists (
    select from lantaarn.window_day as held
    where held.rule = given.rule and held.subject = given.subject and held.day = given.day and held.until > given.since
)
order by rule, subject, day
on conflict (rule, subject, day) do update set
    released = total.released + excluded.released,
    suppressed = total.suppressed + excluded.suppressed,
    unobserved = total.unobserved + excluded.unobserved,
    until = excluded.until;

-- windows_booked_until: the end of a municipality's last window or cell accounted for; all of its that ended before it are
select max(booked.until) as until
from (
    select total.until
    from lantaarn.window_day as total
    left join lantaarn.datastream as stream
        on total.rule = 'match_in_memory' and stream.id::text = total.subject
    left join lantaarn.sensor as sensor on sensor.id = stream.sensor_id
    where coalesce(sensor.municipality, split_part(total.subject, '/', 1)) = %(municipality)s
    union all
    select lantaarn.cell_end(period.code, last.start)
    from lantaarn.datastream as stream
    inner join lantaarn.sensor as sensor on sensor.id = stream.sensor_id and sensor.municipality = %(municipality)s
    cross join unnest(array['hour', 'night']) as period (code)
    cross join lateral (
        select cell.start from lantaarn.public_cell as cell
        where cell.datastream_id = stream.id and cell.period = period.code
        order by cell.start desc
        limit 1
    ) as last
    where stream.rule ->> 'rule' = 'count_in_memory'
) as booked;

-- insert_event_refusals: insert the refused events of a day, with noise; numbers already stored are left unchanged
insert into lantaarn.event_refusal (kind, reason, since, until, events, noise)
select kind, reason, since, until, events, noise
from jsonb_to_recordset(%(batch)s -> 'rows') as given (
    kind text, reason text, since timestamptz, until timestamptz, events bigint, noise double precision
)
order by kind, reason, since
on conflict do nothing;

-- publish_movement: publish the means of movement whose weeks are over; published means never change
select lantaarn.publish_movement(%(at)s) as written;
