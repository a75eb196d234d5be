-- What was asked to be forgotten, so that it stays so: a device that delivers it again is refused, and a backup from
-- before forgets it again before it serves. The same list is kept in a file outside the database.
create table lantaarn.tombstone (
    id uuid primary key,
    entry_id uuid not null,
    since timestamptz,               -- null: from the first value on
    until timestamptz not null,
    register boolean not null,       -- its place, contact and owner too
    resend boolean not null,         -- its devices may deliver the period again, corrected
    reason text not null,
    recorded_at timestamptz not null,
    check (since < until)
);

create trigger append_only before update or delete or truncate on lantaarn.tombstone
for each statement execute function lantaarn.refuse_change();

grant select on lantaarn.tombstone to lantaarn_ingest;

-- Keep ingest from storing until the transaction ends; readers go on. In the order in which ingest meets the tables, so
-- that neither waits for what the other holds.
create function lantaarn.hold_observations() returns void language plpgsql as $$
declare
    held text;
begin
    for held in select table_name from lantaarn.retention_class order by table_name collate "C" loop
        execute format('lock table only lantaarn.%I in share row exclusive mode', held);
    end loop;
end
$$;

-- How many single values these datastreams have in a period, in every table that may hold some: a sensor that changed
-- its class has rows in more than one.
create function lantaarn.count_observations(which integer[], since timestamptz, until timestamptz)
returns table (table_name text, rows bigint) language plpgsql stable as $$
declare
    class lantaarn.retention_class;
begin
    for class in select * from lantaarn.retention_class as known order by known.table_name collate "C" loop
        table_name := class.table_name;
        execute format(
            'select count(*) from lantaarn.%I where datastream_id = any(%L::integer[]) and time >= %L and time < %L',
            class.table_name, which, since, until
        ) into rows;
        return next;
    end loop;
end
$$;

-- Delete them. In a compressed chunk a delete that goes wrong takes rows of neighbours along, as versions of TimescaleDB
-- have done: so each statement names one datastream and a range of time by constants, and all rows around the period are
-- counted before and after. To be called after lantaarn.hold_observations, or what comes in meanwhile spoils the count.
create function lantaarn.erase_observations(which integer[], since timestamptz, until timestamptz)
returns table (table_name text, rows bigint) language plpgsql as $$
declare
    class lantaarn.retention_class;
    datastream integer;
    around constant text := 'select count(*) from lantaarn.%I where time >= %L and time < %L';
    of_one constant text := 'from lantaarn.%I where datastream_id = %L and time >= %L and time < %L';
    before bigint;
    here bigint;
    after bigint;
begin
    -- A limit that is there against mistakes: here it is meant.
    if current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction', true) is not null then
        perform set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    end if;
    for class in select * from lantaarn.retention_class as known order by known.table_name collate "C" loop
        table_name := class.table_name;
        rows := 0;
        execute format(around, class.table_name, since - class.chunk, until + class.chunk) into before;
        foreach datastream in array which loop
            execute format('select count(*) ' || of_one, class.table_name, datastream, since, until) into here;
            continue when here = 0;
            execute format('delete ' || of_one, class.table_name, datastream, since, until);
            rows := rows + here;
            execute format('select count(*) ' || of_one, class.table_name, datastream, since, until) into here;
            if here <> 0 then
                raise exception 'table % still holds % rows that were erased', class.table_name, here;
            end if;
        end loop;
        if rows > 0 then
            execute format(around, class.table_name, since - class.chunk, until + class.chunk) into after;
            if after <> before - rows then
                raise exception 'table % lost % rows where % were to be erased',
                    class.table_name, before - after, rows;
            end if;
        end if;
        return next;
    end loop;
end
$$;

-- A published cell never changes, so what is left of a period that was erased is not published again.
create function lantaarn.skip_erased_cell() returns trigger language plpgsql as $$
begin
    if exists (
        select from lantaarn.tombstone as tombstone
        inner join lantaarn.sensor as sensor on sensor.entry_id = tombstone.entry_id
        inner join lantaarn.datastream as datastream on datastream.sensor_id = sensor.id
        where
            datastream.id = new.datastream_id
            and not tombstone.resend
            and new.start < tombstone.until
            and lantaarn.cell_end(new.period, new.start) > coalesce(tombstone.since, '-infinity')
    ) then
        return null;
    end if;
    return new;
end
$$;

-- When a published hour (UTC) or day (Europe/Amsterdam, of 23 to 25 hours) is over.
create function lantaarn.cell_end(period text, start timestamptz) returns timestamptz
language sql immutable parallel safe
return case period
    when 'hour' then start + interval '1 hour'
    else ((start at time zone 'Europe/Amsterdam') + interval '1 day') at time zone 'Europe/Amsterdam'
end;

create trigger skip_erased before insert on lantaarn.public_cell
for each row execute function lantaarn.skip_erased_cell();

-- The second change that a version of an entry may undergo: its place, contact and organisations are erased, and
-- nothing else of it. It is booked like the first one, a coarser place.
create function lantaarn.erase_only() returns trigger language plpgsql as $$
declare
    erasable constant text[] := array['location', 'contact', 'organisations'];
begin
    if (to_jsonb(new) - 'document') <> (to_jsonb(old) - 'document')
        or (new.document - erasable) <> (old.document - erasable)
        or not new.document ?& erasable
        or lantaarn.coarseness(new.document) <> 3
        or new.document -> 'location' ?| array['address', 'observed_area', 'height_m']
        or new.document -> 'contact' ?| array['email', 'phone', 'url']
    then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, precision_before, precision_after)
    values (old.revision, coalesce(old.document #>> '{location,precision}', 'exact'), 'cell_1km');
    return new;
end
$$;

drop trigger redact_only on lantaarn.register_entry;

create trigger redact_only before update on lantaarn.register_entry
for each row when (coalesce(current_setting('lantaarn.redacting', true), '') <> 'erasure')
execute function lantaarn.redact_only();

create trigger erase_only before update on lantaarn.register_entry
for each row when (current_setting('lantaarn.redacting', true) = 'erasure')
execute function lantaarn.erase_only();
