-- What an erased entry may lose, beside the texts that erase_texts_only() lets go.
create function lantaarn.erasable() returns text [] language sql immutable parallel safe return
array['location', 'contact', 'organisations', 'name', 'summary', 'project', 'datastreams'];

-- As it was, but texts are left to the trigger after it, which sees the desks of all versions that the statement changes.
create or replace function lantaarn.erase_only() returns trigger language plpgsql as $$
declare
    texts constant text[] := array['document', 'editor', 'reason'];
    removed constant jsonb := lantaarn.removed_words();
begin
    if (to_jsonb(new) - texts) <> (to_jsonb(old) - texts)
        or new.editor not in (old.editor, removed ->> 'nl')
        or new.reason not in (old.reason, removed ->> 'nl')
        or not new.document ?& array['location', 'contact', 'organisations']
        or lantaarn.coarseness(new.document) <> 3
        or new.document -> 'location' ?| array['address', 'observed_area', 'height_m', 'host_reference']
        or new.document -> 'contact' ?| array['email', 'phone', 'url']
        or new.document -> 'name' is distinct from
            '{"nl": "Sensor van een inwoner", "en": "A resident''s sensor"}'::jsonb
        or new.document -> 'summary' is distinct from removed
        or new.document ? 'project'
        or lantaarn.measured(new.document) is distinct from lantaarn.measured(old.document)
        or new.document @? '$.datastreams[*] ? (exists(@.description) || exists(@.access_parties[*]))'
    then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, precision_before, precision_after)
    values (old.revision, coalesce(old.document #>> '{location,precision}', 'exact'), 'cell_1km');
    return new;
end
$$;

-- A part of an entry with the words that say so in place of each text, in two languages, that has one of these in it.
create function lantaarn.without_texts(part jsonb, told text []) returns jsonb language plpgsql immutable parallel safe as $$
begin
    if jsonb_typeof(part) = 'array' then
        return (
            select coalesce(jsonb_agg(lantaarn.without_texts(item.value, told) order by item.number), '[]')
            from jsonb_array_elements(part) with ordinality as item (value, number)
        );
    elsif jsonb_typeof(part) <> 'object' then
        return part;
    elsif part ? 'nl' and exists (
        select from unnest(told) as desk
        where strpos(lower(concat_ws(' ', part ->> 'nl', part ->> 'en')), desk) > 0
    ) then
        return lantaarn.removed_words();
    end if;
    return (
        select coalesce(jsonb_object_agg(field.key, lantaarn.without_texts(field.value, told)), '{}')
        from jsonb_each(part) as field
    );
end
$$;

-- A text of a version of an erased entry goes where it told how a desk of the entry was reached, which may have been the
-- resident; not where the data protection officer has the same address or number. Nothing else of its texts changes.
create function lantaarn.erase_texts_only() returns trigger language plpgsql as $$
begin
    if exists (
        select from old_version as was
        inner join new_version as left_over on left_over.revision = was.revision
        where left_over.document - lantaarn.erasable() <> lantaarn.without_texts(
            was.document - lantaarn.erasable(),
            array(
                select lower(rtrim(desk.value, '/'))
                from old_version as version
                cross join lateral jsonb_each_text(version.document -> 'contact') as desk
                where version.entry_id = was.entry_id and desk.key in ('email', 'phone', 'url')
                except
                select lower(officer.value)
                from jsonb_each_text(coalesce(was.document #> '{legal,officer}', '{}')) as officer
            )
        )
    ) then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    return null;
end
$$;

create trigger erase_texts_only after update on lantaarn.register_entry
referencing old table as old_version new table as new_version
for each statement when (current_setting('lantaarn.redacting', true) = 'erasure')
execute function lantaarn.erase_texts_only();
