-- One field of one or more versions of an entry that was removed on request, so that it stays removed: which field, never
-- what was in it. The same list is kept in a file outside the database (lantaarn.tombstone).
create table lantaarn.removed_field (
    id uuid primary key,
    entry_id uuid not null,
    first_version integer not null,
    last_version integer not null,
    field text not null,             -- as organisations[1].name; or editor or reason, which a version has beside its entry
    reason text not null,
    recorded_at timestamptz not null,
    check (first_version between 1 and last_version),
    check (field ~ '^[a-z0-9_]+(\[[0-9]+\])?(\.[a-z0-9_]+(\[[0-9]+\])?)*$')
);

create trigger append_only before update or delete or truncate on lantaarn.removed_field
for each statement execute function lantaarn.refuse_change();

-- Which field a version lost; null if its place was made coarser, or all of it erased.
alter table lantaarn.redaction
add column field text,
alter column precision_before drop not null,
alter column precision_after drop not null,
add constraint place_or_field check (num_nulls(precision_before, precision_after) = case when field is null then 0 else 2 end);

-- What the register and ingest go by, which is never removed.
create function lantaarn.is_removable(field text) returns boolean language sql immutable parallel safe
return field !~ (
    '^(schema_version|id|uri|reference|municipality|kind|delivers_data|status|payload.*'
    || '|location|location\.(kind|geometry|precision|neighbourhood|district).*'
    || '|datastreams(\[\d+\](\.(?!description|access_parties\[).*)?)?)$'
);

-- The third change that a version may undergo: the field that is recorded for it goes, or is replaced by the text that says
-- so, and nothing else.
create function lantaarn.remove_field_only() returns trigger language plpgsql as $$
declare
    removing constant text := current_setting('lantaarn.removing_field', true);
    path constant text[] := string_to_array(replace(replace(removing, '[', '.'), ']', ''), '.');
    removed constant jsonb := lantaarn.removed_words();
    is_done boolean;
begin
    if removing in ('editor', 'reason') then
        is_done := to_jsonb(new) = jsonb_set(to_jsonb(old), path, removed -> 'nl');
    else
        is_done := lantaarn.is_removable(removing)
            and old.document #> path is not null
            and (to_jsonb(new) - 'document') = (to_jsonb(old) - 'document')
            and (
                new.document = old.document #- path and path[cardinality(path)] !~ '^[0-9]+$'
                or new.document in (
                    jsonb_set(old.document, path, removed), jsonb_set(old.document, path, removed -> 'nl')
                )
            );
    end if;
    if not coalesce(is_done, false) or not exists (
        select from lantaarn.removed_field as listed
        where
            listed.entry_id = old.entry_id
            and listed.field = removing
            and old.version between listed.first_version and listed.last_version
    ) then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, field) values (old.revision, removing);
    return new;
end
$$;

drop trigger redact_only on lantaarn.register_entry;

create trigger redact_only before update on lantaarn.register_entry
for each row when (coalesce(current_setting('lantaarn.redacting', true), '') not in ('erasure', 'field'))
execute function lantaarn.redact_only();

create trigger remove_field_only before update on lantaarn.register_entry
for each row when (current_setting('lantaarn.redacting', true) = 'field')
execute function lantaarn.remove_field_only();

-- As it was, and which fields were removed from a version.
create or replace view open.version as
select
    entry.revision,
    entry.entry_id,
    entry.version,
    sensor.municipality,
    sensor.reference,
    entry.revision = sensor.revision as is_current,
    entry.document,
    entry.valid_from,
    entry.recorded_at,
    entry.editor,
    entry.reason,
    redacted.redacted_at,
    greatest(entry.recorded_at, redacted.redacted_at) as changed_at,
    redacted.removed_fields
from lantaarn.register_entry as entry
inner join lantaarn.sensor as sensor on sensor.entry_id = entry.entry_id
left join lateral (
    select
        max(redaction.redacted_at) as redacted_at,
        coalesce(array_agg(distinct redaction.field) filter (where redaction.field is not null), '{}') as removed_fields
    from lantaarn.redaction as redaction
    where redaction.revision = entry.revision
) as redacted on true;
