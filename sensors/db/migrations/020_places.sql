-- What sensors belong to: an organisation, a project, a theme, a district. Each has a page, so it must be found quickly
-- and counted without reading whole entries.
alter table lantaarn.finding
add column district text,
add column themes text [] not null default '{}',
add column project text,
add column project_told jsonb,
add column parties jsonb not null default '[]',
add column responsible text,
add column desk jsonb not null default '{}',
add column privacy_rules jsonb not null default '[]';

create index on lantaarn.finding (municipality, neighbourhood);
create index on lantaarn.finding (municipality, district);

-- Few datastreams are counted over a group; who asks for those should not read all others.
create index datastream_group on lantaarn.datastream (sensor_id) where active and rule ? 'group';

-- Addresses of names, never given away or taken back: see sensors/slugs.py.
create table lantaarn.slug (
    municipality text not null,
    sort text not null check (sort in ('organisation', 'project')),
    slug text not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text not null,
    primary key (municipality, sort, slug),
    unique (municipality, sort, name)
);

create trigger append_only before update or delete or truncate on lantaarn.slug
for each statement execute function lantaarn.refuse_change();

create view open.slug as
select municipality, sort, slug, name from lantaarn.slug;

create or replace view open.find as
select
    sensor_id,
    municipality,
    reference,
    kind,
    category,
    status,
    delivers_data,
    personal_data,
    properties,
    purposes,
    organisations,
    neighbourhood,
    name,
    location_kind,
    precision,
    longitude,
    latitude,
    extent,
    geometry,
    observed,
    place_key,
    name_key,
    changed_key,
    words,
    district,
    themes,
    project,
    project_told,
    parties,
    responsible,
    desk,
    privacy_rules
from lantaarn.finding;

-- Three more choices, before those there were: what a sensor is a part of.
alter function open.found(jsonb) rename to found_by_itself;

create function open.found(wanted jsonb) returns setof open.find language sql stable as $$
    select find.*
    from open.found_by_itself(wanted) as find
    where
        (wanted ->> 'theme' is null or find.themes @> array[wanted ->> 'theme'])
        and (wanted ->> 'project' is null or find.project = wanted ->> 'project')
        and (wanted ->> 'district' is null or find.district = wanted ->> 'district')
$$;

-- The days of what is public by the day alone, found by their time: open.day first makes all days there ever were.
create view open.day_cell as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    cell.start,
    (cell.start at time zone 'Europe/Amsterdam' + interval '1 day') at time zone 'Europe/Amsterdam' as until,
    cell.value,
    case when cell.value is null then 15 end as below
from open.datastream as datastream
inner join lantaarn.public_cell as cell
    on cell.datastream_id = datastream.datastream_id and cell.period = datastream.public
where datastream.public = 'day';

grant select on open.slug, open.find, open.day_cell to lantaarn_api, lantaarn_dashboard;
