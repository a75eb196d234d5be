-- signs: entries of a neighbourhood or street for one file of signs, with the total number
select sensor.document, count(*) over () as total_signs
from open.sensor as sensor
where
    sensor.municipality = %(municipality)s
    and sensor.status <> 'ended'
    and coalesce(sensor.document #>> '{location,precision}', 'exact') = 'exact'
    and (%(neighbourhood)s::text is null or sensor.neighbourhood = %(neighbourhood)s::text)
    and (
        %(street)s::text is null
        or lower(sensor.document #>> '{location,address}') = lower(%(street)s::text)
        or starts_with(lower(sensor.document #>> '{location,address}'), lower(%(street)s::text) || ' ')
    )
order by sensor.document #>> '{location,address}' collate "C", sensor.reference collate "C"
limit %(limit)s::integer offset %(offset)s::integer;
