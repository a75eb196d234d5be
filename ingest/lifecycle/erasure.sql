-- find_entry: the register entry of the sensor with this reference in a municipality, and whose and how precise it is
select
    sensor.entry_id,
    coalesce(entry.document #>> '{location,precision}', 'exact') as location_precision,
    jsonb_path_query_array(entry.document, '$.organisations[*].name') as organisations
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
where sensor.municipality = %(municipality)s and sensor.reference = %(reference)s;

-- datastream_ids: every datastream that a sensor ever had
select coalesce(array_agg(datastream.id order by datastream.id), '{}') as ids
from lantaarn.datastream as datastream
inner join lantaarn.sensor as sensor on sensor.id = datastream.sensor_id
where sensor.entry_id = %(entry_id)s;

-- lock_observations: make ingest wait until the transaction ends
select lantaarn.hold_observations();

-- count_observations: count individual values in the period, by table
select table_name, rows
from lantaarn.count_observations(%(datastream_ids)s::integer[], %(from)s::timestamptz, %(until)s::timestamptz);

-- erase_observations: delete and count them, by table
select table_name, rows
from lantaarn.erase_observations(%(datastream_ids)s::integer[], %(from)s::timestamptz, %(until)s::timestamptz);

-- partly_erased_hours: hourly totals partly in the period, with the number of good values inside and outside it
select total.datastream_id, total.hour, total.count, seen.inside, seen.outside
from lantaarn.rollup_hour as total
inner join lantaarn.datastream as stream on stream.id = total.datastream_id
cross join lateral (
    select lantaarn.total_end(total.hour, stream.sum_minutes, stream.one_night) as until
) as span
cross join lateral (
    select
        count(*) filter (where one.time >= %(from)s::timestamptz and one.time < %(until)s::timestamptz) as inside,
        count(*) filter (where one.time < %(from)s::timestamptz or one.time >= %(until)s::timestamptz) as outside
    from lantaarn.observation as one
    where
        one.datastream_id = total.datastream_id
        and one.time >= total.hour
        and one.time < span.until
        and one.quality = 0
) as seen
where
    total.datastream_id = any(%(datastream_ids)s::integer[])
    and total.hour in (
        lantaarn.total_start(%(from)s::timestamptz, stream.sum_minutes, stream.one_night),
        lantaarn.total_start(%(until)s::timestamptz, stream.sum_minutes, stream.one_night)
    )
    and (total.hour < %(from)s::timestamptz or span.until > %(until)s::timestamptz)
    and span.until > %(from)s::timestamptz
    and total.hour < %(until)s::timestamptz
order by total.datastream_id, total.hour;

-- erase_hours: delete hourly totals entirely in the period
delete from lantaarn.rollup_hour as total
using lantaarn.datastream as stream
where
    total.datastream_id = any(%(datastream_ids)s::integer[])
    and stream.id = total.datastream_id
    and total.hour >= %(from)s::timestamptz
    and lantaarn.total_end(total.hour, stream.sum_minutes, stream.one_night) <= %(until)s::timestamptz;

-- erase_partly_erased_hours: delete the given hourly totals
delete from lantaarn.rollup_hour as total
using unnest(%(datastream_ids)s::integer[], %(times)s::timestamptz[]) as cut (datastream_id, hour)
where total.datastream_id = cut.datastream_id and total.hour = cut.hour;

-- mark_hours: mark the given hours for recomputation
insert into lantaarn.changed_hour (hour, datastream_ids)
select hour, array_agg(datastream_id)
from unnest(%(datastream_ids)s::integer[], %(times)s::timestamptz[]) as cut (datastream_id, hour)
group by hour;

-- mark_adjacent_hours: the same for hours of counters whose steps depended on what was erased: the last before the
-- period, and the four with values after it
insert into lantaarn.changed_hour (hour, datastream_ids)
select adjacent.hour, array_agg(stream.id)
from lantaarn.datastream as stream
cross join lateral (
    (
        select hourly.hour from lantaarn.rollup_hour as hourly
        where hourly.datastream_id = stream.id and hourly.hour < %(from)s::timestamptz
        order by hourly.hour desc
        limit 1
    )
    union all
    (
        select hourly.hour from lantaarn.rollup_hour as hourly
        where hourly.datastream_id = stream.id and hourly.hour >= %(until)s::timestamptz
        order by hourly.hour
        limit 4
    )
) as adjacent
where stream.id = any(%(datastream_ids)s::integer[]) and stream.aggregation = 'counter'
group by adjacent.hour;

-- erase_publications: forget from when to when these datastreams were published; the next publication notes what is left
delete from lantaarn.publication where datastream_id = any(%(datastream_ids)s::integer[]);

-- erase_cells: delete published cells that overlap the period; a day of counts may have the night after it
delete from lantaarn.public_cell
where
    datastream_id = any(%(datastream_ids)s::integer[])
    and start < %(until)s::timestamptz
    and lantaarn.cell_end(period, start)
    + case when counted and period = 'day' then interval '6 hours' else interval '0' end > %(from)s::timestamptz;

-- affected_days: the first and last day that overlap the period
select
    open.day_of(greatest(%(from)s::timestamptz, '0100-01-01')) as first_day,
    open.day_of(%(until)s::timestamptz) as last_day;

-- erase_days: delete daily totals without remaining hours
delete from lantaarn.day_total as total
where
    total.datastream_id = any(%(datastream_ids)s::integer[])
    and total.day >= %(first_day)s
    and total.day <= %(last_day)s
    and not exists (
        select from lantaarn.rollup_hour as hourly
        where
            hourly.datastream_id = total.datastream_id
            and hourly.hour >= open.day_start(total.day)
            and hourly.hour < open.day_start(total.day + 1)
    );

-- rebuild_days: recompute daily totals that no longer match their hours
update lantaarn.day_total as total set
    count = left_over.count,
    sum = left_over.sum,
    min = left_over.min,
    max = left_over.max,
    sum_cos = left_over.sum_cos,
    jumps = left_over.jumps,
    counted_since = left_over.counted_since,
    last_value = left_over.last_value,
    hours = left_over.hours
from (
    select stream.id, days.*
    from unnest(%(datastream_ids)s::integer[]) as stream (id)
    cross join lateral lantaarn.days_of(
        stream.id, open.day_start(%(first_day)s), open.day_start(%(last_day)s + 1)
    ) as days
) as left_over
where
    total.datastream_id = left_over.id
    and total.day = left_over.day
    and (total.hours, total.count, total.sum) is distinct from (left_over.hours, left_over.count, left_over.sum);

-- count_lamp_days: number of lamp days that overlap the period
select count(*) as rows from lantaarn.lamp_day as lamp
inner join lantaarn.sensor as sensor on sensor.id = lamp.sensor_id
where sensor.entry_id = %(entry_id)s and lamp.day between %(first_day)s and %(last_day)s;

-- rebuild_lamp_days: recompute them, and the day after, from the remaining totals
select lantaarn.make_lamp_days(array_agg(sensor.id), %(first_day)s, %(last_day)s + 1) from lantaarn.sensor as sensor
where sensor.entry_id = %(entry_id)s
having count(*) > 0;

-- erase_public_days: delete daily totals without remaining published cells
delete from lantaarn.public_day as total
using lantaarn.datastream as stream
where
    stream.id = total.datastream_id
    and total.datastream_id = any(%(datastream_ids)s::integer[])
    and total.day >= %(first_day)s
    and total.day <= %(last_day)s
    and not exists (
        select from lantaarn.public_cell as cell
        where
            cell.datastream_id = total.datastream_id
            and (cell.period = stream.public or cell.noise is not null and cell.period <> 'late')
            and cell.start >= open.day_start(total.day)
            and cell.start < open.day_start(total.day + 1)
    );

-- rebuild_public_days: recompute daily totals that no longer match their published hours
update lantaarn.public_day as total set
    sum = left_over.sum,
    hours = left_over.hours,
    hidden = left_over.hidden,
    noise = left_over.noise,
    value = left_over.value
from (
    select stream.id, made.*
    from unnest(%(datastream_ids)s::integer[]) as stream (id)
    cross join lateral lantaarn.public_days_of(
        stream.id, open.day_start(%(first_day)s), open.day_start(%(last_day)s + 1)
    ) as made
) as left_over
where total.datastream_id = left_over.id and total.day = left_over.day and total.hours <> left_over.hours;

-- erase_travel_times: delete windows of segments that start at the sensor, or ended there under the rule that made them
delete from lantaarn.travel_time as travel
where
    travel.window_start < %(until)s::timestamptz
    and travel.window_start + travel.minutes * interval '1 minute' > %(from)s::timestamptz
    and (
        travel.datastream_id = any(%(datastream_ids)s::integer[])
        or travel.revision in (
            select made.revision
            from lantaarn.sensor as erased
            inner join lantaarn.register_entry as made on made.document ->> 'municipality' = erased.municipality
            cross join lateral jsonb_array_elements(made.document -> 'datastreams') as declared
            cross join lateral jsonb_array_elements(declared.value -> 'privacy_rules') as rule
            where erased.entry_id = %(entry_id)s and rule.value ->> 'to' = erased.reference
        )
    );

-- erase_travel_hours: the same for hourly travel times
delete from lantaarn.travel_hour as travel
where
    travel.hour < %(until)s::timestamptz
    and travel.hour + interval '1 hour' > %(from)s::timestamptz
    and (
        travel.datastream_id = any(%(datastream_ids)s::integer[])
        or travel.revision in (
            select made.revision
            from lantaarn.sensor as erased
            inner join lantaarn.register_entry as made on made.document ->> 'municipality' = erased.municipality
            cross join lateral jsonb_array_elements(made.document -> 'datastreams') as declared
            cross join lateral jsonb_array_elements(declared.value -> 'privacy_rules') as rule
            where erased.entry_id = %(entry_id)s and rule.value ->> 'to' = erased.reference
        )
    );

-- erase_quarantine: delete the sensor's quarantine rows received during the period
delete from lantaarn.quarantine as refused
using lantaarn.sensor as sensor
where
    sensor.id = refused.sensor_id
    and sensor.entry_id = %(entry_id)s
    and refused.received_at >= %(from)s::timestamptz
    and refused.received_at < %(until)s::timestamptz;

-- lock_quality: keep quality figures from being computed until the transaction ends
select pg_advisory_xact_lock(hashtextextended('lantaarn.quality', 0));

-- erase_quality_made: invalidate the quality figures computed so far
delete from lantaarn.quality_made;

-- erase_quality_group: delete figures over several sensors; they are recomputed from the remaining data
delete from lantaarn.quality_group;

-- erase_sensor_day: delete the figures on the sensor's last day
delete from lantaarn.sensor_day as day
using lantaarn.sensor as sensor
where sensor.id = day.sensor_id and sensor.entry_id = %(entry_id)s;

-- erase_deviations: delete the sensor's observed deviations from its register entry
delete from lantaarn.deviation as deviation
using lantaarn.sensor as sensor
where sensor.id = deviation.sensor_id and sensor.entry_id = %(entry_id)s;

-- insert_tombstone: insert a tombstone unless present
insert into lantaarn.tombstone (id, entry_id, since, until, register, resend, reason, recorded_at)
values (
    %(id)s, %(entry_id)s, %(from)s, %(until)s, %(register)s, %(resend)s, %(reason)s, %(recorded_at)s
)
on conflict (id) do nothing;
