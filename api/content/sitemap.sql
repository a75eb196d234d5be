-- sensor_pages: references from one on, with the start date of the current entry
select
    find.reference,
    -- As the newest first are ordered by: seconds until the year 2286.
    (to_timestamp(9999999999 - find.changed_key::bigint) at time zone 'Europe/Amsterdam')::date as changed_on
from open.find as find
where
    find.municipality = %(municipality)s
    and (%(after)s::text is null or find.reference > %(after)s::text)
order by find.reference
limit %(limit)s::integer;

-- file_boundaries: the references after which a new sitemap file begins
select numbered.reference
from (
    select find.reference, row_number() over (order by find.reference) as place, count(*) over () as sensors
    from open.find as find
    where find.municipality = %(municipality)s
) as numbered
where mod(numbered.place, %(limit)s::integer) = 0 and numbered.place < numbered.sensors
order by numbered.reference;
