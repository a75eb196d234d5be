-- lock_register: allow one writer at a time, so that revisions become visible in order
select pg_advisory_xact_lock(hashtextextended('lantaarn.register', 0));

-- conflicts: entries that would take another's reference or address, or change their own address
with current as (
    select sensor.entry_id, sensor.municipality, sensor.reference, entry.document ->> 'uri' as uri
    from lantaarn.sensor as sensor
    inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
),

candidate as (
    select * from jsonb_to_recordset(%(batch)s -> 'entries')
        as c (entry_id uuid, municipality text, reference text, uri text)
)

select candidate.entry_id, 'reference_taken' as rule
from candidate
inner join current on (current.municipality, current.reference) = (candidate.municipality, candidate.reference)
where current.entry_id <> candidate.entry_id
union all
select candidate.entry_id, 'uri_taken'
from candidate
inner join current on current.uri = candidate.uri
where current.entry_id <> candidate.entry_id
union all
select candidate.entry_id, 'uri_changed'
from candidate
inner join current on current.entry_id = candidate.entry_id
where current.uri <> candidate.uri;

-- erased_entries: what is left of those of these entries that were erased as a whole
select sensor.entry_id, entry.document
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
where
    sensor.entry_id in (select value::uuid from jsonb_array_elements_text(%(batch)s -> 'entries'))
    and exists (
        select from lantaarn.tombstone as tombstone
        where tombstone.entry_id = sensor.entry_id and tombstone.register
    );

-- lamp_groups: the groups of lamps whose movements are counted
select municipality, group_name as name, lamps, minimum
from open.movement_group
order by municipality, group_name;

-- publish: add a version of every entry that differs from its current one, and point its sensor to it
with candidate as (
    select position, document, (document ->> 'id')::uuid as entry_id
    from jsonb_array_elements(%(batch)s -> 'documents') with ordinality as c (document, position)
),

compared as (
    select
        candidate.position,
        candidate.entry_id,
        candidate.document,
        coalesce(current.version, 0) as version,
        current.document is distinct from candidate.document as changed
    from candidate
    left join lantaarn.sensor as sensor on sensor.entry_id = candidate.entry_id
    left join lantaarn.register_entry as current on current.revision = sensor.revision
),

inserted as (
    insert into lantaarn.register_entry (entry_id, version, document, valid_from, editor, reason)
    select entry_id, version + 1, document, %(at)s, %(editor)s, %(reason)s
    from compared
    where changed
    order by position
    returning revision, entry_id, document
),

pointed as (
    insert into lantaarn.sensor
    (entry_id, municipality, reference, kind, status, delivers_data, neighbourhood, district, revision)
    select
        entry_id,
        document ->> 'municipality',
        document ->> 'reference',
        document ->> 'kind',
        document ->> 'status',
        (document ->> 'delivers_data')::boolean,
        document #>> '{location,neighbourhood}',
        document #>> '{location,district}',
        revision
    from inserted
    on conflict (entry_id) do update set
        municipality = excluded.municipality,
        reference = excluded.reference,
        kind = excluded.kind,
        status = excluded.status,
        delivers_data = excluded.delivers_data,
        neighbourhood = excluded.neighbourhood,
        district = excluded.district,
        revision = excluded.revision
)

select version + changed::integer as version, changed
from compared
order by position;

-- exact_locations: the stored exact locations of these entries
select entry_id, geometry
from restricted.location
where entry_id in (select value::uuid from jsonb_array_elements_text(%(batch)s -> 'entries'));

-- store_exact_locations: the exact location of sensors that publish only a cell
insert into restricted.location (entry_id, geometry)
select entry_id, geometry
from jsonb_to_recordset(%(batch)s -> 'places') as place (entry_id uuid, geometry jsonb)
on conflict (entry_id) do update set geometry = excluded.geometry
where location.geometry is distinct from excluded.geometry;

-- delete_exact_locations: the exact location is public now, or the sensor moved to a cell with no exact location known
delete from restricted.location
where entry_id in (select value::uuid from jsonb_array_elements_text(%(batch)s -> 'entries'));

-- versions_to_coarsen: versions with a finer location than may be published now, or with what tells which home it is
select entry.revision, entry.document -> 'location' as location, compared.is_finer, coarse.precision
from jsonb_to_recordset(%(batch)s -> 'places') as coarse (entry_id uuid, precision text)
inner join lantaarn.register_entry as entry on entry.entry_id = coarse.entry_id
cross join lateral (
    select
        coalesce(lantaarn.coarseness(entry.document), 1)
        < array_position(array['exact', 'cell_100m', 'cell_1km'], coarse.precision) as is_finer
) as compared
where
    compared.is_finer
    or entry.document #>> '{location,precision}' <> 'exact'
    and entry.document -> 'location' ?| array['observed_area', 'host_object', 'host_reference', 'height_m']
order by entry.revision;

-- redact_locations: coarsen the location in these versions, which the table's trigger allows in such a transaction
update lantaarn.register_entry as entry set document = jsonb_set(entry.document, '{location}', coarse.location)
from jsonb_to_recordset(%(batch)s -> 'places') as coarse (revision bigint, location jsonb)
cross join (select set_config('lantaarn.redacting', 'places', true) as means) as permitted
where entry.revision = coarse.revision and permitted.means = 'places';

-- current_versions: the current version of every entry, in an order independent of the server's collation
select
    entry.entry_id,
    entry.version,
    entry.document,
    entry.valid_from,
    entry.recorded_at,
    entry.editor,
    entry.reason
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
order by sensor.municipality collate "C", sensor.reference collate "C";

-- current_versions_by_reference: the current versions of entries with this reference
select
    entry.entry_id,
    entry.version,
    entry.document,
    entry.valid_from,
    entry.recorded_at,
    entry.editor,
    entry.reason
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
where sensor.reference = %(reference)s
order by sensor.municipality collate "C";

-- versions_of_entry: all versions of one entry, oldest first
select
    entry_id,
    version,
    document,
    valid_from,
    recorded_at,
    editor,
    reason,
    (
        select max(redaction.redacted_at) from lantaarn.redaction as redaction
        where redaction.revision = entry.revision
    ) as redacted_at
from lantaarn.register_entry as entry
where entry_id = %(entry_id)s
order by version;

-- upsert_areas: insert or update the outlines of neighbourhoods, districts and municipalities
insert into lantaarn.area (code, level, name, district, municipality, geometry)
select code, level, name, district, municipality, geometry
from jsonb_to_recordset(%(batch)s -> 'areas')
    as loaded (code text, level text, name text, district text, municipality text, geometry jsonb)
on conflict (code) do update set
    level = excluded.level,
    name = excluded.name,
    district = excluded.district,
    municipality = excluded.municipality,
    geometry = excluded.geometry;

-- retention_class_names: the names of the retention classes
select name from lantaarn.retention_class order by term, name;
