-- register_revision: a number that grows with every register version and every erasure, to detect a stale register
select coalesce(max(revision), 0) + (select count(*) from lantaarn.tombstone) as revision from lantaarn.register_entry;

-- registered_sensors: every sensor of a known kind, with its device, active datastreams and erased periods
with described as materialized (
    -- Once per sensor, not per datastream: documents are large.
    select
        sensor.*,
        concat_ws(' ', entry.document #>> '{device,make}', entry.document #>> '{device,model}') as make_and_model,
        entry.document -> 'payload' as payload
    from lantaarn.sensor as sensor
    inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
    where sensor.kind is not null
)

select
    sensor.id as sensor_id,
    sensor.municipality,
    sensor.kind,
    sensor.reference,
    sensor.status,
    sensor.revision,
    sensor.make_and_model,
    sensor.payload,
    datastream.id as datastream_id,
    datastream.property,
    datastream.rule,
    datastream.public,
    datastream.cell_noise,
    datastream.sum_minutes,
    datastream.one_night,
    datastream.aggregation,
    datastream.stamp,
    datastream.measurement_interval,
    datastream.same_time,
    exists (
        select from lantaarn.sensor_about_people as counting where counting.sensor_id = sensor.id
    ) as is_about_people,
    not datastream.recomputed
    and datastream.aggregation not in ('energy_mean', 'circular_mean')
    and datastream.sum_minutes is null as is_additive,
    class.table_name,
    class.term,
    array(
        select array[coalesce(tombstone.since, '0001-01-01 00:00:00+00'), tombstone.until]
        from lantaarn.tombstone as tombstone
        where tombstone.entry_id = sensor.entry_id and not tombstone.resend
    ) as erased
from described as sensor
left join lantaarn.datastream as datastream on datastream.sensor_id = sensor.id and datastream.active
left join lantaarn.retention_class as class on class.name = datastream.retention_class
order by sensor.id, datastream.id;

-- insert_observations: insert observations into one class's table ({table}) and add new rows to hourly totals.
-- Those of apart_ids are added in another form, or mark their hour for recomputation (ingest/hourly_totals.py).
-- Of several for one moment the first in the arrays is stored.
with input as (
    select datastream_id, time, value, quality, revised, position
    from unnest(
        %(datastream_ids)s::integer[], %(times)s::timestamptz[], %(values)s::double precision[],
        %(qualities)s::smallint[], %(revised)s::timestamptz[]
    ) with ordinality as given (datastream_id, time, value, quality, revised, position)
),
stored as (
    insert into lantaarn.{table} (datastream_id, time, value, quality, revised)
    select datastream_id, time, value, quality, revised from input
    order by datastream_id, time desc, position
    on conflict do nothing
    returning datastream_id, time, value, quality
),
hourly as (
    insert into lantaarn.rollup_hour as total (datastream_id, hour, count, sum, min, max)
    select datastream_id, date_trunc('hour', time, 'UTC'), count(*), sum(value), min(value), max(value)
    from stored
    where quality = 0 and datastream_id <> all(%(apart_ids)s::integer[])
    group by 1, 2
    order by 1, 2
    on conflict (datastream_id, hour) do update set
        count = total.count + excluded.count,
        sum = total.sum + excluded.sum,
        min = least(total.min, excluded.min),
        max = greatest(total.max, excluded.max)
),
apart as (
    select
        one.datastream_id,
        lantaarn.total_start(one.time, stream.sum_minutes, stream.one_night) as hour,
        one.value,
        stream.aggregation,
        stream.recomputed
    from stored as one
    inner join lantaarn.datastream as stream on stream.id = one.datastream_id
    where one.quality = 0 and one.datastream_id = any(%(apart_ids)s::integer[])
),
converted as (
    insert into lantaarn.rollup_hour as total (datastream_id, hour, count, sum, min, max, sum_cos)
    select
        datastream_id,
        hour,
        count(*),
        sum(open.summand(aggregation, value)),
        min(value),
        max(value),
        sum(open.summand_cos(aggregation, value))
    from apart
    where not recomputed
    group by 1, 2
    order by 1, 2
    on conflict (datastream_id, hour) do update set
        count = total.count + excluded.count,
        sum = total.sum + excluded.sum,
        min = least(total.min, excluded.min),
        max = greatest(total.max, excluded.max),
        sum_cos = total.sum_cos + excluded.sum_cos
),
marked as (
    -- Hours to recompute, and late values: the totals of those hours are right, but what was published of them may not be
    -- (ingest/hourly_totals.py). A batch of current values of additive datastreams marks none.
    insert into lantaarn.changed_hour (hour, datastream_ids, recompute)
    select hour, array_agg(distinct datastream_id), recompute
    from (
        select datastream_id, hour, true as recompute from apart where recomputed
        union all
        select datastream_id, date_trunc('hour', time, 'UTC'), false
        from stored
        where quality = 0 and time < date_trunc('hour', now(), 'UTC') - interval '1 hour'
    ) as due
    group by hour, recompute
    returning hour, datastream_ids, recompute
),
late_days as (
    -- Mark past days for recomputation (ingest/lifecycle/daily_totals.py).
    insert into lantaarn.changed_day (day, datastream_ids)
    select open.day_of(hour), datastream_ids from marked where not recompute and hour < now() - interval '1 day'
)
select
    count(*) as stored,
    exists (select from marked where not recompute) as has_late,
    case when count(*) < cardinality(%(datastream_ids)s::integer[]) then array_agg(datastream_id) end as datastream_ids,
    case when count(*) < cardinality(%(datastream_ids)s::integer[]) then array_agg(time) end as times
from stored;

-- add_to_ledger: add a batch to the ledger, by sensor and hour of receipt
insert into lantaarn.ledger as total
    (sensor_id, hour, received, stored, duplicate, conflict, quarantined, aggregated, fields_dropped)
select
    sensor_id,
    date_trunc('hour', %(received_at)s::timestamptz, 'UTC'),
    stored + duplicate + conflict + quarantined + aggregated,
    stored,
    duplicate,
    conflict,
    quarantined,
    aggregated,
    fields_dropped
from unnest(
    %(sensor_ids)s::integer[], %(stored)s::bigint[], %(duplicate)s::bigint[], %(conflict)s::bigint[],
    %(quarantined)s::bigint[], %(aggregated)s::bigint[], %(fields_dropped)s::bigint[]
) as given (sensor_id, stored, duplicate, conflict, quarantined, aggregated, fields_dropped)
order by sensor_id
on conflict (sensor_id, hour) do update set
    received = total.received + excluded.received,
    stored = total.stored + excluded.stored,
    duplicate = total.duplicate + excluded.duplicate,
    conflict = total.conflict + excluded.conflict,
    quarantined = total.quarantined + excluded.quarantined,
    aggregated = total.aggregated + excluded.aggregated,
    fields_dropped = total.fields_dropped + excluded.fields_dropped;

-- add_to_ledger_reason: count rejected readings by sensor, hour of receipt and reason
insert into lantaarn.ledger_reason as total (sensor_id, hour, reason, readings)
select sensor_id, date_trunc('hour', %(received_at)s::timestamptz, 'UTC'), reason, readings
from unnest(%(sensor_ids)s::integer[], %(reasons)s::text[], %(readings)s::bigint[]) as given (sensor_id, reason, readings)
order by sensor_id, reason
on conflict (sensor_id, hour, reason) do update set readings = total.readings + excluded.readings;

-- add_to_quarantine: add one row per rejected message and reason: where and why, never what
insert into lantaarn.quarantine (received_at, sensor_id, topic_template, reason, field_paths, size)
select %(received_at)s, sensor_id, topic_template, reason, array_remove(string_to_array(fields, ' '), ''), size
from unnest(
    %(sensor_ids)s::integer[], %(topic_templates)s::text[], %(reasons)s::text[], %(fields)s::text[], %(sizes)s::integer[]
) as given (sensor_id, topic_template, reason, fields, size);

-- publish_cells: publish complete hours and days
select lantaarn.publish_cells(%(at)s) as written;
