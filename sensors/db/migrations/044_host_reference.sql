-- The number of what a sensor hangs on, such as a lamppost, tells its exact place to whoever has the map of lampposts. So
-- it goes with the address when a place is made coarser, and when an entry is erased.

-- As it was, with that number.
create or replace function lantaarn.redact_only() returns trigger language plpgsql as $$
declare
    place_keys constant text[] := array[
        'geometry', 'precision', 'address', 'observed_area', 'host_reference', 'neighbourhood', 'district'
    ];
begin
    if coalesce(current_setting('lantaarn.redacting', true), '') <> 'places'
        or (to_jsonb(new) - 'document') <> (to_jsonb(old) - 'document')
        or (new.document - 'location') <> (old.document - 'location')
        or ((new.document -> 'location') - place_keys) <> ((old.document -> 'location') - place_keys)
        or new.document -> 'location' ?| array['address', 'observed_area', 'host_reference']
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

-- As it was, with that number.
create or replace function lantaarn.erase_only() returns trigger language plpgsql as $$
declare
    erasable constant text[] := array['location', 'contact', 'organisations'];
begin
    if (to_jsonb(new) - 'document') <> (to_jsonb(old) - 'document')
        or (new.document - erasable) <> (old.document - erasable)
        or not new.document ?& erasable
        or lantaarn.coarseness(new.document) <> 3
        or new.document -> 'location' ?| array['address', 'observed_area', 'height_m', 'host_reference']
        or new.document -> 'contact' ?| array['email', 'phone', 'url']
    then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, precision_before, precision_after)
    values (old.revision, coalesce(old.document #>> '{location,precision}', 'exact'), 'cell_1km');
    return new;
end
$$;
