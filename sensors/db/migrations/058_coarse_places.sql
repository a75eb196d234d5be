-- Where a sensor at a home hangs, and how high, tells which home and which floor it is. So no version with a coarse place
-- keeps that either: the upgrade takes it out, and so does a coarser place.

create or replace function lantaarn.redact_only() returns trigger language plpgsql as $$
declare
    place_keys constant text[] := array[
        'geometry', 'precision', 'address', 'observed_area', 'host_object', 'host_reference', 'height_m', 'neighbourhood',
        'district'
    ];
    home_keys constant text[] := array['observed_area', 'host_object', 'host_reference', 'height_m'];
    is_coarser boolean := coalesce(
        lantaarn.coarseness(new.document) > coalesce(lantaarn.coarseness(old.document), 1), false
    );
begin
    if coalesce(current_setting('lantaarn.redacting', true), '') <> 'places'
        or (to_jsonb(new) - 'document') <> (to_jsonb(old) - 'document')
        or (new.document - 'location') <> (old.document - 'location')
        or ((new.document -> 'location') - place_keys) <> ((old.document -> 'location') - place_keys)
        or new.document -> 'location' ?| home_keys
        or is_coarser and new.document -> 'location' ? 'address'
        or not is_coarser and (
            coalesce(lantaarn.coarseness(old.document), 1) = 1
            or new.document -> 'location' <> (old.document -> 'location') - home_keys
            or not old.document -> 'location' ?| home_keys
        )
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
