-- entry: the entry of a sensor, by its reference or its id
select sensor.entry_id, sensor.reference
from open.sensor as sensor
where
    sensor.municipality = %(municipality)s
    and (sensor.reference = %(reference)s::text or sensor.entry_id = %(entry_id)s::uuid)
order by sensor.reference = %(reference)s::text desc
limit 1;

-- versions: all versions of one entry, oldest first
select *
from open.version as version
where version.municipality = %(municipality)s and version.entry_id = %(entry_id)s::uuid
order by version.version;

-- changed_versions: the newest versions with their previous documents, of one entry or of all matching the filters. For
-- neighbourhood and status, versions that matched before are included: followers must hear when a sensor leaves
with page as materialized (
    select state.revision
    from open.version_state as state
    where
        state.municipality = %(municipality)s
        and (%(entry_id)s::uuid is null or state.entry_id = %(entry_id)s::uuid)
        and (%(before_revision)s::bigint is null or state.revision < %(before_revision)s::bigint)
        and (
            %(filters)s::jsonb is null
            or state.sensor_id in (select found.sensor_id from open.found(%(filters)s::jsonb) as found)
        )
        and (
            %(neighbourhood)s::text is null
            or %(neighbourhood)s::text in (state.neighbourhood, state.neighbourhood_before)
        )
        and (%(status)s::text is null or %(status)s::text in (state.status, state.status_before))
    order by state.revision desc
    limit %(limit)s::integer
)

select version.*, previous.document as document_before, previous.removed_fields as removed_before
from page
inner join open.version as version on version.revision = page.revision
left join open.version as previous
    on previous.entry_id = version.entry_id and previous.version = version.version - 1
order by version.revision desc;
