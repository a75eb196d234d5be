-- The contract between writers and readers: what everyone may see.
create view open.area as
select code, level, name, district, municipality, geometry from lantaarn.area;

-- How long ago a sensor last delivered something: a band, because a minute would tell of the person behind it.
create view open.sensor as
select
    sensor.id as sensor_id,
    sensor.entry_id,
    sensor.municipality,
    sensor.reference,
    sensor.kind,
    sensor.status,
    sensor.delivers_data,
    sensor.neighbourhood,
    neighbourhood.name as neighbourhood_name,
    sensor.district,
    district.name as district_name,
    entry.version,
    entry.valid_from,
    entry.document,
    case
        when not sensor.delivers_data then null
        when seen.hour is null then 'never'
        when (seen.hour at time zone 'Europe/Amsterdam')::date
            = (now() at time zone 'Europe/Amsterdam')::date then 'today'
        when seen.hour > now() - interval '7 days' then 'this_week'
        else 'longer'
    end as last_seen
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
left join lantaarn.area as neighbourhood on neighbourhood.code = sensor.neighbourhood
left join lantaarn.area as district on district.code = sensor.district
left join lateral (
    select ledger.hour from lantaarn.ledger as ledger
    where ledger.sensor_id = sensor.id
    order by ledger.hour desc
    limit 1
) as seen on true;

create view open.datastream as
select
    datastream.id as datastream_id,
    datastream.sensor_id,
    datastream.property,
    datastream.unit,
    datastream.retention_class,
    datastream.public,
    datastream.counts_people,
    datastream.summed
from lantaarn.datastream as datastream
where datastream.active;

-- The newest good value of each datastream whose every value is public.
create view open.latest as
select datastream.datastream_id, datastream.sensor_id, datastream.property, newest.time, newest.value
from open.datastream as datastream
cross join lateral (
    (
        select time, value from lantaarn.observation_1d as o
        where datastream.retention_class = 'P1D' and o.datastream_id = datastream.datastream_id and o.quality = 0
        order by time desc limit 1
    )
    union all
    (
        select time, value from lantaarn.observation_31d as o
        where datastream.retention_class = 'P31D' and o.datastream_id = datastream.datastream_id and o.quality = 0
        order by time desc limit 1
    )
    union all
    (
        select time, value from lantaarn.observation_1y as o
        where datastream.retention_class = 'P1Y' and o.datastream_id = datastream.datastream_id and o.quality = 0
        order by time desc limit 1
    )
    union all
    (
        select time, value from lantaarn.observation_5y as o
        where datastream.retention_class = 'P5Y' and o.datastream_id = datastream.datastream_id and o.quality = 0
        order by time desc limit 1
    )
    union all
    (
        select time, value from lantaarn.observation_10y as o
        where datastream.retention_class = 'P10Y' and o.datastream_id = datastream.datastream_id and o.quality = 0
        order by time desc limit 1
    )
) as newest
where datastream.public = 'live';

-- Hourly values: the mean, or the sum of what adds up. A count of people or vehicles below 15 is not given (below = 15)
-- and the others are rounded to 5, always in the same way. An hour of counts is public once it is over: reading a
-- running hour again and again would show each passage.
create view open.hour as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    rollup.hour,
    rollup.count as samples,
    case
        when not datastream.summed then rollup.sum / rollup.count
        when not datastream.counts_people then rollup.sum
        when rollup.sum >= 15 then round(rollup.sum / 5) * 5
    end as value,
    case when not datastream.summed then rollup.min end as min,
    case when not datastream.summed then rollup.max end as max,
    case when datastream.counts_people and rollup.sum < 15 then 15 end as below
from open.datastream as datastream
inner join lantaarn.rollup_hour as rollup on rollup.datastream_id = datastream.datastream_id
where
    datastream.public = 'live'
    or (datastream.public = 'hour' and rollup.hour + interval '1 hour' <= now());

-- Daily values (Europe/Amsterdam), by the same rule; a day is public once it is over, but for live datastreams.
create view open.day as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    rollup.day,
    rollup.count as samples,
    case
        when not datastream.summed then rollup.sum / rollup.count
        when not datastream.counts_people then rollup.sum
        when rollup.sum >= 15 then round(rollup.sum / 5) * 5
    end as value,
    case when not datastream.summed then rollup.min end as min,
    case when not datastream.summed then rollup.max end as max,
    case when datastream.counts_people and rollup.sum < 15 then 15 end as below
from open.datastream as datastream
inner join lantaarn.rollup_day as rollup on rollup.datastream_id = datastream.datastream_id
where
    datastream.public = 'live'
    or (
        datastream.public in ('day', 'hour')
        and rollup.day < (now() at time zone 'Europe/Amsterdam')::date
    );

-- Which migrations this database has, so that readers know if they fit.
create view open.migration as
select name from lantaarn.migration;

-- What became of the readings of a sensor, by day of receipt (Europe/Amsterdam).
create view open.ledger_day as
select
    sensor_id,
    (hour at time zone 'Europe/Amsterdam')::date as day,
    sum(received)::bigint as received,
    sum(stored)::bigint as stored,
    sum(duplicate)::bigint as duplicate,
    sum(quarantined)::bigint as quarantined,
    sum(aggregated)::bigint as aggregated,
    sum(fields_dropped)::bigint as fields_dropped
from lantaarn.ledger
group by 1, 2;

create view open.ledger_reason_day as
select
    sensor_id,
    (hour at time zone 'Europe/Amsterdam')::date as day,
    reason,
    sum(readings)::bigint as readings
from lantaarn.ledger_reason
group by 1, 2, 3;

grant select on all tables in schema open to lantaarn_api, lantaarn_dashboard;
