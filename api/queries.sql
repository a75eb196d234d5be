-- sensors: a page of the sensors that pass the filters, by neighbourhood, each with how many there are in all
select
    sensor.reference,
    sensor.entry_id,
    sensor.kind,
    sensor.document #>> '{device,category}' as category,
    sensor.status,
    sensor.delivers_data,
    sensor.document -> 'name' as name,
    sensor.document #> '{location,geometry}' as geometry,
    sensor.document #>> '{location,kind}' as location_kind,
    sensor.document #>> '{location,precision}' as precision,
    sensor.neighbourhood,
    sensor.neighbourhood_name,
    sensor.district,
    sensor.district_name,
    case
        when sensor.document @? '$.datastreams[*] ? (@.personal_data == "identifiable")' then 'identifiable'
        when sensor.document @? '$.datastreams[*] ? (@.personal_data == "de_identified")' then 'de_identified'
        else 'none'
    end as personal_data,
    sensor.last_seen,
    count(*) over () as matched
from open.sensor as sensor
where
    sensor.municipality = %(municipality)s
    and (
        %(kind)s::text is null
        or sensor.kind = %(kind)s::text
        or (%(kind)s::text = 'other' and sensor.kind is null)
    )
    and (%(neighbourhood)s::text is null or sensor.neighbourhood = %(neighbourhood)s::text)
    and (%(status)s::text is null or sensor.status = %(status)s::text)
order by sensor.neighbourhood_name collate "C" nulls last, sensor.reference collate "C"
limit %(limit)s::integer offset %(offset)s::integer;

-- sensor: one sensor with its whole entry, by the owner's reference or by the id of the entry
select
    sensor.sensor_id,
    sensor.reference,
    sensor.neighbourhood_name,
    sensor.district_name,
    sensor.version,
    sensor.valid_from,
    sensor.document,
    sensor.last_seen
from open.sensor as sensor
where
    sensor.municipality = %(municipality)s
    and (sensor.reference = %(reference)s::text or sensor.entry_id = %(entry_id)s::uuid)
order by sensor.reference = %(reference)s::text desc
limit 1;

-- datastreams: what is taken in from one sensor, with the newest value where every value is public
select
    datastream.property,
    datastream.public,
    datastream.counts_people,
    latest.time,
    latest.value
from open.datastream as datastream
left join open.latest as latest
    on latest.datastream_id = datastream.datastream_id and latest.sensor_id = datastream.sensor_id
where datastream.sensor_id = %(sensor_id)s;

-- hours: the public hourly values of one sensor
select hour.property, hour.hour as start, hour.value, hour.below
from open.hour as hour
where hour.sensor_id = %(sensor_id)s and hour.hour >= %(since)s::timestamptz
order by hour.property, hour.hour;

-- days: the public daily values of one sensor, of what is public per day
select day.property, day.day::timestamp at time zone 'Europe/Amsterdam' as start, day.value, day.below
from open.day as day
inner join open.datastream as datastream on datastream.datastream_id = day.datastream_id
where day.sensor_id = %(sensor_id)s and datastream.public = 'day' and day.day >= %(since)s::date
order by day.property, day.day;

-- ledger: what became of the readings of one sensor, by day
select day, received, stored, duplicate, quarantined, aggregated, fields_dropped
from open.ledger_day
where sensor_id = %(sensor_id)s and day >= %(since)s::date
order by day;

-- refusals: why readings of one sensor were refused, by day
select day, reason, readings
from open.ledger_reason_day
where sensor_id = %(sensor_id)s and day >= %(since)s::date
order by day, reason;

-- areas: outlines of neighbourhoods, districts and the municipality
select code, level, name, district, geometry
from open.area
where municipality = %(municipality)s and (%(level)s::text is null or level = %(level)s::text)
order by level, code;

-- neighbourhoods: to choose from, under their districts
select area.code, area.name, district.name as district_name
from open.area as area
left join open.area as district on district.code = area.district
where area.municipality = %(municipality)s and area.level = 'neighbourhood'
order by district.name collate "C" nulls last, area.name collate "C";

-- migrations: what this database has been brought to
select name from open.migration;
