-- More retention classes than the five by configuration, totals with a term of their own, sensors that change their
-- class, and what the check found.
alter table lantaarn.retention_class
add constraint table_of_class check (table_name ~ '^observation_[0-9a-z]+$');

-- How much later than its term the last row of a class may go because whole chunks go at once. Plain PostgreSQL has none.
create function lantaarn.chunk_of(class_table text) returns interval language sql stable
return interval '0';

-- Make a class's new table one of chunks, where there are any.
create function lantaarn.chunk_class(class_name text) returns void language sql
begin atomic
end;

-- The views that name every class's table.
create function lantaarn.refresh_class_views() returns void language plpgsql as $$
declare
    every text;
    newest text;
begin
    select
        string_agg(
            format('select datastream_id, time, value, quality, %L as retention_class from lantaarn.%I', name, table_name),
            ' union all ' order by term, name
        ),
        string_agg(
            format(
                '(select time, value from lantaarn.%I as o
                  where datastream.retention_class = %L and o.datastream_id = datastream.datastream_id and o.quality = 0
                  order by time desc limit 1)', table_name, name
            ),
            ' union all ' order by term, name
        )
    into every, newest
    from lantaarn.retention_class;
    execute 'create or replace view lantaarn.observation as ' || every;
    execute
        'create or replace view open.latest as
         select datastream.datastream_id, datastream.sensor_id, datastream.property, newest.time, newest.value
         from open.datastream as datastream cross join lateral (' || newest || ') as newest
         where datastream.public = ''live''';
end
$$;

-- Make a class of this name, an ISO 8601 duration of one part. False when it is there already.
create function lantaarn.add_retention_class(class_name text) returns boolean language plpgsql as $$
declare
    class_table text := 'observation_' || lower(substr(class_name, 2));
    class_term interval;
begin
    if class_name !~ '^P([1-9][0-9]{0,3}[YMWD]|T[1-9][0-9]{0,3}H)$' then
        raise exception 'a term is an ISO 8601 duration of one part, of an hour or more'
            using errcode = 'invalid_parameter_value';
    end if;
    class_term := class_name::interval;
    perform pg_advisory_xact_lock(hashtextextended('lantaarn.retention_class', 0));
    if exists (select from lantaarn.retention_class as known where known.name = class_name) then
        return false;
    end if;
    insert into lantaarn.retention_class (name, table_name, term, chunk)
    values (class_name, class_table, class_term, least(class_term / 24, interval '7 days'));
    execute format(
        'create table lantaarn.%I (
             datastream_id integer not null,
             time timestamptz not null,
             value double precision not null,
             quality smallint not null
         )', class_table);
    execute format('create unique index on lantaarn.%I (datastream_id, time desc)', class_table);
    execute format('grant select, insert on lantaarn.%I to lantaarn_ingest', class_table);
    perform lantaarn.chunk_class(class_name);
    perform lantaarn.keep_class(class_name);
    perform lantaarn.refresh_class_views();
    return true;
end
$$;

revoke execute on function lantaarn.add_retention_class(text), lantaarn.refresh_class_views() from public;

-- How long hourly totals and published cells are kept. They are of no version of the entry: the current promise counts,
-- or the last one that was made about what is no longer declared.
alter table lantaarn.datastream add column aggregate_term interval;

update lantaarn.datastream as held set aggregate_term = promised.term
from (
    select distinct on (sensor.id, declared.value ->> 'observed_property')
        sensor.id as sensor_id,
        declared.value ->> 'observed_property' as property,
        (declared.value #>> '{retention,aggregate}')::interval as term
    from lantaarn.sensor as sensor
    inner join lantaarn.register_entry as entry on entry.entry_id = sensor.entry_id
    cross join lateral jsonb_array_elements(entry.document -> 'datastreams') as declared
    where declared.value #>> '{retention,aggregate}' is not null
    order by 1, 2, entry.version desc
) as promised
where promised.sensor_id = held.sensor_id and promised.property = held.property;

alter table lantaarn.datastream alter column aggregate_term set not null;

-- A term as ISO 8601 writes it.
create function lantaarn.term_name(term interval) returns text language sql immutable
set intervalstyle = 'iso_8601'
return term::text;

-- Books are read by time when they are emptied, and written hour after hour: an index of ranges costs next to nothing.
create index on lantaarn.ledger using brin (hour);
create index on lantaarn.ledger_reason using brin (hour);
create index on lantaarn.deletion_log (table_name, deleted_at);

-- Why rows went, where it was not their class's term; null: it was.
alter table lantaarn.deletion_log add column rule text;

-- Chunks that are about to pass their term, so that the log can tell of those that the database drops by itself.
create table lantaarn.expiring_chunk (
    table_name text not null,
    retention_class text not null,
    until timestamptz not null,
    rows bigint not null,
    primary key (table_name, until)
);

-- Rows of a datastream that may still be in the table of a class it no longer has. A null class: nothing is kept of it.
create table lantaarn.class_change (
    id bigint generated always as identity primary key,
    datastream_id integer not null,
    from_class text not null references lantaarn.retention_class (name),
    to_class text references lantaarn.retention_class (name),
    changed_at timestamptz not null default now(),
    moved_rows bigint not null default 0,
    moved_at timestamptz,
    check (from_class is distinct from to_class)
);

create index on lantaarn.class_change (datastream_id) where moved_at is null;

create function lantaarn.note_class_change() returns trigger language plpgsql as $$
begin
    insert into lantaarn.class_change (datastream_id, from_class, to_class)
    values (old.id, old.retention_class, new.retention_class);
    return null;
end
$$;

create trigger note_class_change after update of retention_class on lantaarn.datastream
for each row
when (old.retention_class is not null and old.retention_class is distinct from new.retention_class)
execute function lantaarn.note_class_change();

-- What the last check found, for every table with a promise and for every datastream that has rows in it.
create table lantaarn.verification (
    subject text not null,
    retention_class text not null,
    datastream_id integer,
    term interval,
    chunk interval not null,
    schedule interval not null,
    oldest timestamptz,
    kept boolean not null,
    verified_at timestamptz not null,
    unique nulls not distinct (subject, retention_class, datastream_id)
);

grant select on lantaarn.verification to lantaarn_ingest;

-- The terms that single values may have.
create view open.retention_class as
select name, term from lantaarn.retention_class;

-- Each promise and what came of it. The oldest row may be as old as term + chunk + schedule: the last row of a chunk
-- waits for the whole of it to pass, and everything for the next run.
create view open.retention as
select
    found.subject,
    found.retention_class,
    found.term,
    found.chunk,
    found.schedule,
    found.oldest,
    found.kept,
    found.verified_at,
    (
        select max(log.deleted_at) from lantaarn.deletion_log as log
        where log.table_name = found.subject and log.retention_class = found.retention_class
    ) as last_deletion
from lantaarn.verification as found
where found.datastream_id is null;

-- The same for the single values of each datastream. The day of the oldest one; where not every value is public no finer
-- than its week, as with when a sensor was last heard.
create view open.datastream_retention as
select
    datastream.id as datastream_id,
    datastream.sensor_id,
    datastream.property,
    class.name as retention_class,
    class.term,
    class_found.chunk,
    class_found.schedule,
    date_trunc(
        case when live.sensor_id is null then 'week' else 'day' end, held.oldest at time zone 'Europe/Amsterdam'
    )::date as oldest,
    class_found.kept and coalesce(held.kept, true) as kept,
    class_found.verified_at,
    (
        select max(log.deleted_at) from lantaarn.deletion_log as log
        where log.table_name = class.table_name and log.retention_class = class.name
    ) as last_deletion
from lantaarn.datastream as datastream
inner join lantaarn.retention_class as class on class.name = datastream.retention_class
left join lantaarn.verification as class_found
    on class_found.subject = class.table_name and class_found.datastream_id is null
left join lateral (
    select min(found.oldest) as oldest, bool_and(found.kept) as kept from lantaarn.verification as found
    where found.datastream_id = datastream.id
) as held on true
left join lantaarn.live_sensor as live on live.sensor_id = datastream.sensor_id
where datastream.active;

create index on lantaarn.verification (datastream_id);

grant select on open.retention_class, open.retention, open.datastream_retention to lantaarn_api, lantaarn_dashboard;
