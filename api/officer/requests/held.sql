-- reports_of_address: reports whose answer may go to this address
select report.id as number
from lantaarn.report_address as address
inner join lantaarn.report as report on report.id = address.report_id
where report.municipality = %(municipality)s and lower(address.email) = lower(%(email)s)
order by report.id;

-- reports_that_mention: other reports in whose words, answer or decisions this address stands
select report.id as number
from lantaarn.report as report
left join lantaarn.report_address as address on address.report_id = report.id
where
    report.municipality = %(municipality)s
    and lower(address.email) is distinct from lower(%(email)s)
    and (
        strpos(lower(concat_ws(' ', report.words, report.answer)), lower(%(email)s)) > 0
        or exists (
            select from lantaarn.report_decision as decision
            where decision.report_id = report.id and strpos(lower(decision.reason), lower(%(email)s)) > 0
        )
    )
order by report.id;

-- versions_that_mention: versions of entries in which this address stands
select sensor.reference, entry.version
from lantaarn.register_entry as entry
inner join lantaarn.sensor as sensor on sensor.entry_id = entry.entry_id
where
    sensor.municipality = %(municipality)s
    and strpos(lower(concat_ws(' ', entry.document::text, entry.editor, entry.reason)), lower(%(email)s)) > 0
order by sensor.reference, entry.version;

-- neighbourhood: the neighbourhood with this code
select area.code from lantaarn.area as area where area.code = %(neighbourhood)s and area.level = 'neighbourhood';

-- sensors_at_homes: sensors with a place that isn't exact, in a neighbourhood, that were there in a period
select
    sensor.reference,
    entry.document -> 'name' ->> 'nl' as name,
    (entry.document ->> 'active_from')::date as active_from,
    (entry.document ->> 'active_until')::date as active_until
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
where
    sensor.municipality = %(municipality)s
    and sensor.neighbourhood = %(neighbourhood)s
    and entry.document #>> '{location,precision}' <> 'exact'
    and (entry.document ->> 'active_from')::date < (%(until)s::timestamptz)::date
    and coalesce((entry.document ->> 'active_until')::date >= (%(from)s::timestamptz)::date, true)
order by sensor.reference;

-- held_of_sensor: how much is held of a sensor, by table; of a period, where rows have a time
with stream as (
    select datastream.id from lantaarn.datastream as datastream
    inner join lantaarn.sensor as sensor on sensor.id = datastream.sensor_id
    where sensor.entry_id = %(entry_id)s
),

period as (
    select
        open.day_of(greatest(%(from)s::timestamptz, '0100-01-01')) as first_day,
        open.day_of(%(until)s::timestamptz) as last_day
)

select 'register_entry' as table_name, count(*) as rows from lantaarn.register_entry where entry_id = %(entry_id)s
union all
select 'location', count(*) from restricted.location where entry_id = %(entry_id)s
union all
select 'rollup_hour', count(*) from lantaarn.rollup_hour
where datastream_id in (select id from stream) and hour >= %(from)s::timestamptz and hour < %(until)s::timestamptz
union all
select 'day_total', count(*) from lantaarn.day_total, period
where datastream_id in (select id from stream) and day between first_day and last_day
union all
select 'public_cell', count(*) from lantaarn.public_cell
where datastream_id in (select id from stream) and start >= %(from)s::timestamptz and start < %(until)s::timestamptz
union all
select 'public_day', count(*) from lantaarn.public_day, period
where datastream_id in (select id from stream) and day between first_day and last_day
union all
select 'quarantine', count(*) from lantaarn.quarantine
where
    sensor_id in (select id from lantaarn.sensor where entry_id = %(entry_id)s)
    and received_at >= %(from)s::timestamptz
    and received_at < %(until)s::timestamptz
union all
select 'ledger', count(*) from lantaarn.ledger
where
    sensor_id in (select id from lantaarn.sensor where entry_id = %(entry_id)s)
    and hour >= %(from)s::timestamptz
    and hour < %(until)s::timestamptz
union all
select 'report', count(*) from lantaarn.report where entry_id = %(entry_id)s
union all
select 'tombstone', count(*) from lantaarn.tombstone where entry_id = %(entry_id)s;

-- exact_place: where a sensor is
select geometry from restricted.location where entry_id = %(entry_id)s;

-- readings: single values of a sensor in a period
select one.time, stream.property, stream.unit, one.value, one.quality
from lantaarn.datastream as stream
inner join lantaarn.sensor as sensor on sensor.id = stream.sensor_id
inner join lantaarn.observation as one on one.datastream_id = stream.id
where
    sensor.entry_id = %(entry_id)s
    and one.time >= %(from)s::timestamptz
    and one.time < %(until)s::timestamptz
order by one.time, stream.property;
