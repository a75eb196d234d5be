-- A sensor that gets a coarse place keeps no exact one in its history: the only change that a version may ever undergo.
create table lantaarn.redaction (
    revision bigint not null references lantaarn.register_entry (revision),
    redacted_at timestamptz not null default now(),
    precision_before text not null,
    precision_after text not null
);

create trigger append_only before update or delete or truncate on lantaarn.redaction
for each statement execute function lantaarn.refuse_change();

create function lantaarn.coarseness(document jsonb) returns integer language sql immutable as $$
    select array_position(array['exact', 'cell_100m', 'cell_1km'], document #>> '{location,precision}')
$$;

-- Passes an update that makes the place of a version coarser and changes nothing else, and books it. The program says
-- in its transaction that it means to, so that nobody does it by mistake.
create function lantaarn.redact_only() returns trigger language plpgsql as $$
declare
    place_keys constant text[] := array[
        'geometry', 'precision', 'address', 'observed_area', 'neighbourhood', 'district'
    ];
begin
    if coalesce(current_setting('lantaarn.redacting', true), '') <> 'places'
        or (to_jsonb(new) - 'document') <> (to_jsonb(old) - 'document')
        or (new.document - 'location') <> (old.document - 'location')
        or ((new.document -> 'location') - place_keys) <> ((old.document -> 'location') - place_keys)
        or new.document -> 'location' ?| array['address', 'observed_area']
        or not coalesce(lantaarn.coarseness(new.document) > coalesce(lantaarn.coarseness(old.document), 1), false)
    then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, precision_before, precision_after) values (
        old.revision,
        coalesce(old.document #>> '{location,precision}', 'exact'),
        new.document #>> '{location,precision}'
    );
    return new;
end
$$;

drop trigger append_only on lantaarn.register_entry;

create trigger append_only before delete or truncate on lantaarn.register_entry
for each statement execute function lantaarn.refuse_change();

create trigger redact_only before update on lantaarn.register_entry
for each row execute function lantaarn.redact_only();
