-- match_count: number of sensors matching the filters, and their bounds in degrees
select
    count(*) as matched,
    min(find.longitude) as west,
    min(find.latitude) as south,
    max(find.longitude) as east,
    max(find.latitude) as north
from open.found(%(filters)s) as find;

-- page_after: sensors after a given one, or from the first
select find.sensor_id
from open.found(%(filters)s) as find
where
    %(edge)s::text is null
    or (open.sort_key(find, %(sort)s::text) collate "C", find.reference) > (
        select open.sort_key(edge, %(sort)s::text) collate "C", edge.reference from open.find as edge
        where edge.municipality = %(filters)s ->> 'municipality' and edge.reference = %(edge)s::text
    )
order by open.sort_key(find, %(sort)s::text) collate "C", find.reference
limit %(limit)s::integer;

-- page_before: sensors before a given one, nearest first
select find.sensor_id
from open.found(%(filters)s) as find
where
    (open.sort_key(find, %(sort)s::text) collate "C", find.reference) < (
        select open.sort_key(edge, %(sort)s::text) collate "C", edge.reference from open.find as edge
        where edge.municipality = %(filters)s ->> 'municipality' and edge.reference = %(edge)s::text
    )
order by open.sort_key(find, %(sort)s::text) collate "C" desc, find.reference desc
limit %(limit)s::integer;

-- page_sensors: list data of these sensors, in the given order
select
    sensor.sensor_id,
    sensor.reference,
    sensor.entry_id,
    sensor.kind,
    find.category,
    sensor.status,
    sensor.delivers_data,
    find.name,
    find.location_kind,
    find.precision,
    find.longitude,
    find.latitude,
    sensor.document #> '{location,geometry}' as geometry,
    sensor.document #>> '{location,address}' as address,
    sensor.neighbourhood,
    sensor.neighbourhood_name,
    sensor.district,
    sensor.district_name,
    find.personal_data,
    sensor.last_seen
from unnest(%(sensor_ids)s::integer []) with ordinality as page (sensor_id, position)
inner join open.find as find on find.sensor_id = page.sensor_id
-- One at a time: joining the whole view would look up the last message of every sensor.
cross join lateral (
    select each.* from open.sensor as each where each.sensor_id = page.sensor_id limit 1
) as sensor
order by page.position;

-- deviations: deviations of these sensors from their entries
select deviation.sensor_id, deviation.deviation
from open.deviation as deviation
where deviation.sensor_id = any(%(sensor_ids)s::integer [])
order by deviation.sensor_id, deviation.deviation;

-- clusters: sensors in view, clustered by grid cell; at the last zoom level clusters list their sensors
with inside as (
    select
        find.sensor_id,
        find.longitude,
        find.latitude,
        floor(find.longitude / %(step)s::double precision) as across,
        floor(find.latitude / (%(step)s::double precision * 0.62)) as up,
        case when find.location_kind <> 'fixed' and roaming.few then find.sensor_id end as alone
    from open.found(%(filters)s) as find
    cross join (
        select count(*) <= 50 as few from open.found(%(filters)s) as find
        where find.extent && %(view)s::box and find.location_kind <> 'fixed'
    ) as roaming
    where find.extent && %(view)s::box
),

grouped as (
    select
        count(*) as amount,
        avg(longitude) as longitude,
        avg(latitude) as latitude,
        min(longitude) as west,
        min(latitude) as south,
        max(longitude) as east,
        max(latitude) as north,
        array_agg(sensor_id) as members
    from inside
    group by alone, across, up
)

select
    grouped.amount,
    grouped.longitude,
    grouped.latitude,
    grouped.west,
    grouped.south,
    grouped.east,
    grouped.north,
    coalesce(named.sensors, '[]') as sensors
from grouped
left join lateral (
    select
        jsonb_agg(
            jsonb_build_object(
                'reference', find.reference,
                'name', find.name,
                'kind', find.kind,
                'category', find.category,
                'personal_data', find.personal_data,
                'location_kind', find.location_kind,
                'precision', find.precision,
                'geometry', find.geometry
            )
            order by find.reference
        ) as sensors
    from open.find as find
    where
        find.sensor_id = any(grouped.members[1:100])
        and (
            grouped.amount = 1
            or %(last)s::boolean
            or (grouped.west = grouped.east and grouped.south = grouped.north)
        )
) as named on true
order by grouped.latitude desc, grouped.longitude;

-- sensors_in_cell: sensors that may be in a cell; the client computes distances
select
    find.reference,
    find.name,
    find.kind,
    find.category,
    find.personal_data,
    find.location_kind,
    find.precision,
    find.longitude,
    find.latitude,
    find.geometry
from open.find as find
where
    find.municipality = %(municipality)s
    and find.status <> 'ended'
    and find.extent && %(view)s::box
order by find.reference;

-- observing_sensors: sensors that may observe a spot, with their observed areas
select
    find.sensor_id,
    coalesce(sensor.document #> '{location,observed_area}', sensor.document #> '{location,geometry}') as observed
from open.find as find
cross join lateral (
    select each.document from open.sensor as each where each.sensor_id = find.sensor_id limit 1
) as sensor
where find.municipality = %(municipality)s and find.observed && %(view)s::box;
