-- sensor: one sensor with its full entry, by reference or entry id
select
    sensor.sensor_id,
    sensor.reference,
    sensor.neighbourhood_name,
    sensor.district_name,
    sensor.version,
    sensor.valid_from,
    sensor.document,
    sensor.last_seen,
    sensor.live
from open.sensor as sensor
where
    sensor.municipality = %(municipality)s
    and (sensor.reference = %(reference)s::text or sensor.entry_id = %(entry_id)s::uuid)
order by sensor.reference = %(reference)s::text desc
limit 1;

-- deviations: deviations of one sensor from its entry
select deviation from open.deviation where sensor_id = %(sensor_id)s;

-- unreadable: whether messages of one sensor were rejected unread, in the period by which it is judged silent
select
    exists (
        select from open.sensor_refusal
        where sensor_id = %(sensor_id)s and reason = any(%(reasons)s::text[])
    )
    or exists (
        select from open.ledger_reason_week as refused
        cross join open.quality_time as judged
        where
            refused.sensor_id = %(sensor_id)s
            and refused.reason = any(%(reasons)s::text[])
            and refused.week = (judged.week_since at time zone 'Europe/Amsterdam')::date
    ) as is_unreadable;

-- datastreams: ingested datastreams of one sensor, with the latest value if every value is public
select
    datastream.property,
    datastream.public,
    datastream.counts_people,
    datastream.aggregation,
    datastream.counted_with,
    case when isfinite(datastream.totals_since) then datastream.totals_since end as totals_since,
    latest.time,
    latest.value
from open.datastream as datastream
left join open.latest as latest
    on latest.datastream_id = datastream.datastream_id and latest.sensor_id = datastream.sensor_id
where datastream.sensor_id = %(sensor_id)s;

-- hours: public hourly values of one sensor
select
    hour.property,
    hour.hour as start,
    hour.until,
    hour.value,
    hour.below,
    false as at_least,
    hour.counted_since,
    hour.completed_at,
    jump.jumps,
    hour.margin,
    hour.no_data
from open.hour as hour
left join open.jump as jump
    on jump.sensor_id = %(sensor_id)s
    and jump.start >= %(since)s::timestamptz
    and jump.datastream_id = hour.datastream_id
    and jump.start = hour.hour
where hour.sensor_id = %(sensor_id)s and hour.hour >= %(since)s::timestamptz
order by hour.property, hour.hour;

-- days: public daily values of one sensor, for datastreams that are public per day
select
    day.property,
    day.day::timestamp at time zone 'Europe/Amsterdam' as start,
    (day.day + 1)::timestamp at time zone 'Europe/Amsterdam' as until,
    day.value,
    day.below,
    day.at_least,
    day.counted_since,
    day.completed_at,
    jump.jumps,
    day.margin,
    day.no_data
from open.day as day
inner join open.datastream as datastream on datastream.datastream_id = day.datastream_id
left join open.jump as jump
    on jump.sensor_id = %(sensor_id)s
    and jump.start >= %(since)s::timestamp at time zone 'Europe/Amsterdam'
    and jump.datastream_id = day.datastream_id
    and jump.start = day.day::timestamp at time zone 'Europe/Amsterdam'
where day.sensor_id = %(sensor_id)s and datastream.public = 'day' and day.day >= %(since)s::date
order by day.property, day.day;

-- count_means: the mean count of each hour of the day over four weeks, with what came late: those that were published
-- last. first_day of a mean is one of two: of weeks that are over for a week, or of the four before.
select
    mean.property,
    mean.first_day,
    mean.last_day,
    mean.days,
    mean.slot_start,
    mean.slot_end,
    mean.cells,
    mean.due,
    open.six_decimals(mean.value) as value,
    open.six_decimals(mean.margin) as margin,
    case when mean.value < open.few(mean.margin) then open.few(mean.margin) end as below
from open.count_mean as mean
-- Both views are asked for the sensor by itself: a join isn't asked inside a barrier, and the view would compute the means
-- of the whole city.
inner join open.datastream as datastream
    on datastream.sensor_id = %(sensor_id)s and datastream.datastream_id = mean.datastream_id
where
    mean.sensor_id = %(sensor_id)s
    and mean.first_day > %(today)s::date - 91
    and mean.first_day <= %(today)s::date - 35
    and datastream.counts_people
order by mean.property, mean.first_day desc, mean.days, mean.slot_start;

-- travel_times: travel times from one sensor, by window and vehicle class, newest first
select
    travel.goes_to,
    travel.window_start as start,
    travel.minutes,
    travel.vehicle_class,
    travel.median,
    travel.p85
from open.travel_time as travel
where travel.sensor_id = %(sensor_id)s and travel.window_start >= %(since)s::timestamptz
order by travel.window_start desc, travel.vehicle_class;

-- ledger: daily ledger of one sensor whose every value is public
select day, received, stored, duplicate, conflict, quarantined, aggregated, fields_dropped
from open.ledger_day
where sensor_id = %(sensor_id)s and day >= %(since)s::date
order by day;

-- rejections: daily rejection reasons of one sensor
select day, reason, readings
from open.ledger_reason_day
where sensor_id = %(sensor_id)s and day >= %(since)s::date
order by day, reason;

-- ledger_week: weekly ledger of one sensor, as lower bounds of bands
select received, stored, duplicate, conflict, quarantined, aggregated, fields_dropped
from open.ledger_week
where sensor_id = %(sensor_id)s and week = %(since)s::date;

-- rejections_week: weekly rejection reasons of one sensor, as lower bounds of bands
select reason, readings
from open.ledger_reason_week
where sensor_id = %(sensor_id)s and week = %(since)s::date
order by readings desc, reason;
