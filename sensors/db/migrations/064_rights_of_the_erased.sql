-- As it was, but what an earlier version of an erased entry said of people's rights goes too where it told how its desk was
-- reached: that may have been the resident.
create or replace function lantaarn.erase_only() returns trigger language plpgsql as $$
declare
    erasable constant text[] := array[
        'location', 'contact', 'organisations', 'name', 'summary', 'project', 'datastreams', 'rights'
    ];
    texts constant text[] := array['document', 'editor', 'reason'];
    removed constant jsonb := lantaarn.removed_words();
begin
    if (to_jsonb(new) - texts) <> (to_jsonb(old) - texts)
        or new.editor not in (old.editor, removed ->> 'nl')
        or new.reason not in (old.reason, removed ->> 'nl')
        or (new.document - erasable) <> (old.document - erasable)
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
        or (new.document ? 'rights') <> (old.document ? 'rights')
        or new.document -> 'rights' not in (old.document -> 'rights', removed)
        or lantaarn.tells_desk(new.document -> 'rights', old.document)
    then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, precision_before, precision_after)
    values (old.revision, coalesce(old.document #>> '{location,precision}', 'exact'), 'cell_1km');
    return new;
end
$$;

-- Whether a text has the address or number of an entry's desk, unless the data protection officer has it too.
create function lantaarn.tells_desk(told jsonb, document jsonb) returns boolean language sql immutable parallel safe return
exists (
    select from jsonb_each_text(document -> 'contact') as desk
    where
        desk.key in ('email', 'phone', 'url')
        and not exists (
            select from jsonb_each_text(document #> '{legal,officer}') as officer where officer.value = desk.value
        )
        and strpos(lower(told::text), lower(rtrim(desk.value, '/'))) > 0
);
