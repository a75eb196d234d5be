-- What stands where something was removed on request.
create function lantaarn.removed_words() returns jsonb language sql immutable parallel safe
return '{"nl": "Weggehaald op verzoek", "en": "Removed on request"}'::jsonb;

-- Whether an entry of this municipality names an organisation or a project.
create function lantaarn.is_named(document jsonb, municipality text, sort text, name text) returns boolean
language sql immutable parallel safe return
document ->> 'municipality' = municipality
and case sort
    when 'organisation' then document @> jsonb_build_object('organisations', jsonb_build_array(jsonb_build_object('name', name)))
    else document @> jsonb_build_object('project', jsonb_build_object('name', name))
end;

-- A slug is never changed or withdrawn, except with the last version that names its owner: only an erasure takes that away.
create function lantaarn.forget_unnamed() returns trigger language plpgsql as $$
begin
    if coalesce(current_setting('lantaarn.redacting', true), '') <> 'slugs' or exists (
        select from lantaarn.register_entry as entry
        where lantaarn.is_named(entry.document, old.municipality, old.sort, old.name)
    ) then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    return old;
end
$$;

drop trigger append_only on lantaarn.slug;

create trigger append_only before update or truncate on lantaarn.slug
for each statement execute function lantaarn.refuse_change();

create trigger forget_unnamed before delete on lantaarn.slug
for each row execute function lantaarn.forget_unnamed();

-- What each datastream of an entry is, without free text.
create function lantaarn.measured(document jsonb) returns jsonb language sql immutable parallel safe return (
    select jsonb_agg(declared.value - '{description,access_parties}'::text [] order by declared.ordinality)
    from jsonb_array_elements(document -> 'datastreams') with ordinality as declared (value, ordinality)
);

-- As it was, but a resident's words go too: name, summary, project, what is told of a datastream, who edited it and why.
create or replace function lantaarn.erase_only() returns trigger language plpgsql as $$
declare
    erasable constant text[] := array[
        'location', 'contact', 'organisations', 'name', 'summary', 'project', 'datastreams'
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
    then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, precision_before, precision_after)
    values (old.revision, coalesce(old.document #>> '{location,precision}', 'exact'), 'cell_1km');
    return new;
end
$$;

-- What the planner remembers of a column is a sample of its values: it is sampled again after an erasure. A table that is
-- left empty would keep its sample, so of exact places none is kept; the same type again forgets what there was.
alter table restricted.location
alter column geometry set statistics 0,
alter column geometry type jsonb;

create function lantaarn.sample_again() returns void language plpgsql as $$
begin
    analyze lantaarn.register_entry, lantaarn.version_state, lantaarn.finding, lantaarn.slug, lantaarn.report;
end
$$;

-- What was made from the register is made again after an erasure too, which may add no version.
create or replace view open.revision as
select
    (select max(entry.revision) from lantaarn.register_entry as entry)
    + (select count(*) from lantaarn.redaction) as revision;
