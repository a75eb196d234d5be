-- deactivate_datastreams: stop ingesting what these entries no longer declare
update lantaarn.datastream as held set active = false
from lantaarn.sensor as sensor
where
    held.active
    and sensor.id = held.sensor_id
    and sensor.entry_id in (select value::uuid from jsonb_array_elements_text(%(batch)s -> 'entries'))
    and (sensor.entry_id, held.property) not in (
        select entry_id, property
        from jsonb_to_recordset(%(batch)s -> 'datastreams') as declared (entry_id uuid, property text)
    );

-- update_datastreams: update the datastreams that these entries declare differently than before
update lantaarn.datastream as held set
    unit = declared.unit,
    retention_class = declared.retention_class,
    totals_term = declared.totals_term,
    aggregate_term = declared.aggregate_term,
    public = declared.public,
    counts_people = declared.counts_people,
    about_people = declared.about_people,
    aggregation = declared.aggregation,
    max_rate_per_hour = declared.max_rate_per_hour,
    stamp = declared.stamp,
    measurement_interval = declared.measurement_interval,
    sends_zeros = declared.sends_zeros,
    same_time = declared.same_time,
    sum_minutes = declared.sum_minutes,
    one_night = declared.one_night,
    ratio_reference = declared.ratio_reference,
    ratio_clip = declared.ratio_clip,
    ratio_of = declared.ratio_of,
    cell_noise = case
        when declared.cell_noise is not null
            then coalesce(held.cell_noise, greatest(declared.cell_noise, held.needed_noise))
    end,
    -- What is no longer public may be so again, before the last number of its time is drawn.
    needed_noise = coalesce(case when declared.cell_noise is null then held.cell_noise end, held.needed_noise),
    cells_since = case
        when num_nonnulls(declared.cell_noise, declared.ratio_of) = 0 then null
        -- Counted in memory from now on, or no longer: what passed before is in those cells already.
        when held.rule is distinct from declared.rule
            then greatest(
                version.valid_from,
                (
                    select max(lantaarn.cell_end(cell.period, cell.start)) from lantaarn.public_cell as cell
                    where cell.datastream_id = held.id and cell.period in ('hour', 'night', 'day')
                )
            )
        when held.active then coalesce(held.cells_since, version.valid_from)
        else version.valid_from
    end,
    rule = declared.rule,
    active = true
from jsonb_to_recordset(%(batch)s -> 'datastreams') as declared (
    entry_id uuid, property text, unit text, retention_class text, totals_term interval, aggregate_term interval,
    public text, counts_people boolean, about_people boolean, aggregation text, max_rate_per_hour double precision,
    stamp text, measurement_interval interval, sends_zeros boolean, same_time text, sum_minutes smallint,
    one_night boolean, cell_noise double precision, ratio_reference double precision, ratio_clip double precision,
    ratio_of text [], rule jsonb
)
inner join lantaarn.sensor as sensor on sensor.entry_id = declared.entry_id
inner join lantaarn.register_entry as version on version.revision = sensor.revision
where
    held.sensor_id = sensor.id
    and held.property = declared.property
    and (
        held.unit,
        held.retention_class,
        held.totals_term::text,
        held.aggregate_term::text,
        held.public,
        held.counts_people,
        held.about_people,
        held.aggregation,
        held.max_rate_per_hour,
        held.stamp,
        held.measurement_interval::text,
        held.sends_zeros,
        held.same_time,
        held.sum_minutes,
        held.one_night,
        held.cell_noise is null,
        held.ratio_reference,
        held.ratio_clip,
        held.ratio_of,
        held.rule,
        held.active
    )
    is distinct from (
        declared.unit,
        declared.retention_class,
        declared.totals_term::text,
        declared.aggregate_term::text,
        declared.public,
        declared.counts_people,
        declared.about_people,
        declared.aggregation,
        declared.max_rate_per_hour,
        declared.stamp,
        declared.measurement_interval::text,
        declared.sends_zeros,
        declared.same_time,
        declared.sum_minutes,
        declared.one_night,
        declared.cell_noise is null,
        declared.ratio_reference,
        declared.ratio_clip,
        declared.ratio_of,
        declared.rule,
        true
    );

-- insert_datastreams: add the datastreams that these entries declare for the first time
insert into lantaarn.datastream
(
    sensor_id, property, unit, retention_class, totals_term, aggregate_term, public, counts_people, about_people,
    aggregation, max_rate_per_hour, stamp, measurement_interval, sends_zeros, same_time, sum_minutes, one_night,
    cell_noise, cells_since, ratio_reference, ratio_clip, ratio_of, rule, active
)
select
    sensor.id,
    declared.property,
    declared.unit,
    declared.retention_class,
    declared.totals_term,
    declared.aggregate_term,
    declared.public,
    declared.counts_people,
    declared.about_people,
    declared.aggregation,
    declared.max_rate_per_hour,
    declared.stamp,
    declared.measurement_interval,
    declared.sends_zeros,
    declared.same_time,
    declared.sum_minutes,
    declared.one_night,
    declared.cell_noise,
    case when num_nonnulls(declared.cell_noise, declared.ratio_of) > 0 then version.valid_from end,
    declared.ratio_reference,
    declared.ratio_clip,
    declared.ratio_of,
    declared.rule,
    true
from jsonb_to_recordset(%(batch)s -> 'datastreams') as declared (
    entry_id uuid, property text, unit text, retention_class text, totals_term interval, aggregate_term interval,
    public text, counts_people boolean, about_people boolean, aggregation text, max_rate_per_hour double precision,
    stamp text, measurement_interval interval, sends_zeros boolean, same_time text, sum_minutes smallint,
    one_night boolean, cell_noise double precision, ratio_reference double precision, ratio_clip double precision,
    ratio_of text [], rule jsonb
)
inner join lantaarn.sensor as sensor on sensor.entry_id = declared.entry_id
inner join lantaarn.register_entry as version on version.revision = sensor.revision
where not exists (
    select from lantaarn.datastream as held
    where held.sensor_id = sensor.id and held.property = declared.property
)
order by sensor.id, declared.property;

-- published_datastreams: what is published of passes, and where its sensor is as published and on what (host)
select
    sensor.id as sensor_id,
    sensor.kind,
    declared.observed_property as property,
    declared.public as period,
    version.document #> '{location,geometry}' as geometry,
    coalesce(version.document #>> '{location,precision}', 'exact') <> 'exact' as shows_cell,
    sensor.municipality || '/' || lower(version.document #>> '{location,host_reference}') as host
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as version on version.revision = sensor.revision
inner join jsonb_to_recordset(%(batch)s -> 'properties') as counted (kind text, property text) on counted.kind = sensor.kind
inner join lateral jsonb_to_recordset(version.document -> 'datastreams') as declared (observed_property text, public text)
    on declared.observed_property = counted.property
where
    version.document ->> 'status' <> 'ended'
    and (version.document ->> 'delivers_data')::boolean
    and declared.public in ('hour', 'day');

-- update_noise: set the noise of all counts that are published. More of it holds at once; less after a while in which the
-- register never asked for less than before.
with needed as (
    select
        held.id,
        computed.noise,
        case
            when computed.noise < held.needed_noise then %(at)s::timestamptz + %(held)s::interval
            when computed.noise < held.cell_noise and held.noise_held_until > %(at)s then held.noise_held_until
        end as held_until
    from jsonb_to_recordset(%(batch)s -> 'noise') as computed (sensor_id integer, property text, noise double precision)
    inner join lantaarn.datastream as held on held.sensor_id = computed.sensor_id and held.property = computed.property
    where held.active and held.cell_noise is not null
)

update lantaarn.datastream as held set
    cell_noise = case when needed.held_until is null then needed.noise else greatest(needed.noise, held.cell_noise) end,
    needed_noise = needed.noise,
    noise_held_until = needed.held_until
from needed
where
    held.id = needed.id
    and (
        held.needed_noise is distinct from needed.noise
        or held.noise_held_until is distinct from needed.held_until
        or held.cell_noise <> needed.noise and needed.held_until is null
    );

-- delete_violations: forget what these entries did not comply with
delete from lantaarn.entry_violation
where entry_id in (select value::uuid from jsonb_array_elements_text(%(batch)s -> 'entries'));

-- insert_violations: what these entries, published before a rule, do not comply with
insert into lantaarn.entry_violation (entry_id, rule, path)
select entry_id, rule, path
from jsonb_to_recordset(%(batch)s -> 'violations') as violation (entry_id uuid, rule text, path text);

-- upsert_search_index: update how visitors find these entries
insert into lantaarn.finding
select
    sensor.id,
    sensor.municipality,
    sensor.reference,
    sensor.kind,
    entry.document #>> '{device,category}',
    sensor.status,
    sensor.delivers_data,
    exists (select from lantaarn.live_sensor as live where live.sensor_id = sensor.id),
    place.personal_data,
    array(select each #>> '{}' from jsonb_path_query(entry.document, '$.datastreams[*].observed_property') as each),
    array(select each #>> '{}' from jsonb_path_query(entry.document, '$.purposes[*].code') as each),
    array(select distinct each #>> '{}' from jsonb_path_query(entry.document, '$.organisations[*].name') as each),
    sensor.neighbourhood,
    entry.document -> 'name',
    entry.document #>> '{location,kind}',
    coalesce(entry.document #>> '{location,precision}', 'exact'),
    place.longitude,
    place.latitude,
    place.extent,
    case when entry.document #>> '{location,geometry,type}' <> 'Point' then entry.document #> '{location,geometry}' end,
    place.observed,
    (
        select first.recorded_at from lantaarn.register_entry as first
        where first.entry_id = sensor.entry_id and first.version = 1
    ),
    (entry.document ->> 'active_from')::date,
    (entry.document ->> 'active_until')::date,
    (entry.document ->> 'review_date')::date,
    -- Sorts last without a neighbourhood.
    coalesce(area.name, chr(65533)),
    lower(entry.document #>> '{name,nl}'),
    -- Sorts newest first: seconds until the year 2286.
    lpad((9999999999 - extract(epoch from entry.valid_from))::bigint::text, 10, '0'),
    open.words(
        concat_ws(
            ' ',
            sensor.reference,
            entry.document #>> '{name,nl}',
            entry.document #>> '{location,address}',
            area.name,
            place.dutch,
            (
                select string_agg(each #>> '{}', ' ')
                from jsonb_path_query(entry.document, '$.purposes[*].words.nl') as each
            ),
            (
                select string_agg(each #>> '{}', ' ')
                from jsonb_path_query(entry.document, '$.organisations[*].name') as each
            )
        ),
        concat_ws(
            ' ',
            entry.document #>> '{name,en}',
            place.english,
            (
                select string_agg(each #>> '{}', ' ')
                from jsonb_path_query(entry.document, '$.purposes[*].words.en') as each
            )
        )
    ),
    sensor.district,
    place.themes,
    entry.document #>> '{project,name}',
    entry.document -> 'project',
    entry.document -> 'organisations',
    coalesce(
        jsonb_path_query_first(entry.document, '$.organisations[*] ? (@.role == "controller").name') #>> '{}',
        jsonb_path_query_first(entry.document, '$.organisations[*] ? (@.role == "owner").name') #>> '{}',
        entry.document #>> '{organisations,0,name}'
    ),
    -- The contact without its name, which is not needed to reach it.
    (entry.document -> 'contact') - 'name',
    (
        select coalesce(jsonb_agg(distinct each), '[]')
        from jsonb_path_query(entry.document, '$.datastreams[*].privacy_rules[*]') as each
    )
from jsonb_to_recordset(%(batch)s -> 'places') as place (
    entry_id uuid, longitude double precision, latitude double precision, extent box, observed box,
    themes text [], personal_data text, dutch text, english text
)
inner join lantaarn.sensor as sensor on sensor.entry_id = place.entry_id
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
left join lantaarn.area as area on area.code = sensor.neighbourhood
on conflict (sensor_id) do update set
    municipality = excluded.municipality,
    reference = excluded.reference,
    kind = excluded.kind,
    category = excluded.category,
    status = excluded.status,
    delivers_data = excluded.delivers_data,
    live = excluded.live,
    personal_data = excluded.personal_data,
    properties = excluded.properties,
    purposes = excluded.purposes,
    organisations = excluded.organisations,
    neighbourhood = excluded.neighbourhood,
    name = excluded.name,
    location_kind = excluded.location_kind,
    precision = excluded.precision,
    longitude = excluded.longitude,
    latitude = excluded.latitude,
    extent = excluded.extent,
    geometry = excluded.geometry,
    observed = excluded.observed,
    known_since = excluded.known_since,
    active_from = excluded.active_from,
    active_until = excluded.active_until,
    review_date = excluded.review_date,
    place_key = excluded.place_key,
    name_key = excluded.name_key,
    changed_key = excluded.changed_key,
    words = excluded.words,
    district = excluded.district,
    themes = excluded.themes,
    project = excluded.project,
    project_told = excluded.project_told,
    parties = excluded.parties,
    responsible = excluded.responsible,
    desk = excluded.desk,
    privacy_rules = excluded.privacy_rules;

-- slugs_of_municipalities: the slugs in use in these municipalities
select municipality, sort, slug, name
from lantaarn.slug
where municipality in (select jsonb_array_elements_text(%(batch)s -> 'municipalities'));

-- insert_slugs: permanently assign slugs to names without one
insert into lantaarn.slug (municipality, sort, slug, name)
select municipality, sort, slug, name
from jsonb_to_recordset(%(batch)s -> 'names') as named (municipality text, sort text, slug text, name text)
on conflict do nothing;

-- forget_unnamed_slugs: withdraw the slugs of names that are in no version, which the table's trigger allows only of those
with named as materialized (
    select entry.document ->> 'municipality' as municipality, 'organisation' as sort, each ->> 'name' as name
    from lantaarn.register_entry as entry
    cross join lateral jsonb_path_query(entry.document, '$.organisations[*]') as each
    union
    select entry.document ->> 'municipality', 'project', entry.document #>> '{project,name}'
    from lantaarn.register_entry as entry
)

delete from lantaarn.slug as slug
using (select set_config('lantaarn.redacting', 'slugs', true) as means) as permitted
where
    permitted.means = 'slugs'
    and not exists (
        select from named
        where (named.municipality, named.sort, named.name) = (slug.municipality, slug.sort, slug.name)
    );
