-- The register: append-only versions of every entry, and what is derived from the current one.
create table lantaarn.register_entry (
    revision bigint generated always as identity primary key,
    entry_id uuid not null,
    version integer not null check (version >= 1),
    document jsonb not null,
    valid_from timestamptz not null,
    recorded_at timestamptz not null default now(),
    editor text not null,
    reason text not null,
    unique (entry_id, version)
);

create function lantaarn.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
end
$$;

create trigger append_only before update or delete or truncate on lantaarn.register_entry
for each statement execute function lantaarn.refuse_change();

-- Neighbourhoods, districts and the municipality, for names and as the map's backdrop.
create table lantaarn.area (
    code text primary key,
    level text not null check (level in ('neighbourhood', 'district', 'municipality')),
    name text not null,
    district text,
    municipality text not null,
    geometry jsonb not null
);

create table lantaarn.sensor (
    id integer generated always as identity primary key,
    entry_id uuid not null unique,
    municipality text not null,
    reference text not null,
    kind text,
    status text not null,
    delivers_data boolean not null,
    neighbourhood text,
    district text,
    revision bigint not null references lantaarn.register_entry (revision),
    unique (municipality, reference)
);

create table restricted.location (
    entry_id uuid primary key,
    geometry jsonb not null
);

-- How long single values live: one table per class, chunks at most 1/24 of the term and never more than 7 days.
create table lantaarn.retention_class (
    name text primary key,
    table_name text not null unique,
    term interval not null,
    chunk interval not null
);

insert into lantaarn.retention_class (name, table_name, term, chunk) values
    ('P1D', 'observation_1d', interval '1 day', interval '1 hour'),
    ('P31D', 'observation_31d', interval '31 days', interval '1 day'),
    ('P1Y', 'observation_1y', interval '1 year', interval '7 days'),
    ('P5Y', 'observation_5y', interval '5 years', interval '7 days'),
    ('P10Y', 'observation_10y', interval '10 years', interval '7 days');

-- What ingest may store: compiled from the current version of an entry, never written by hand.
create table lantaarn.datastream (
    id integer generated always as identity primary key,
    sensor_id integer not null references lantaarn.sensor (id),
    property text not null,
    unit text not null,
    retention_class text not null references lantaarn.retention_class (name),
    public text not null check (public in ('none', 'day', 'hour', 'live')),
    counts_people boolean not null,
    summed boolean not null,
    active boolean not null,
    unique (sensor_id, property)
);

grant select on lantaarn.sensor, lantaarn.datastream, lantaarn.retention_class, lantaarn.register_entry
to lantaarn_ingest;
