-- Every version of every entry, as everyone may read it: documents hold a place only as exactly as it may be shown.
create index redaction_revision on lantaarn.redaction (revision);

-- Where a sensor was and how, in each version and in the one before: who follows a neighbourhood must hear when a
-- sensor leaves it, and looking through all documents for that would take seconds.
create table lantaarn.version_state (
    revision bigint primary key references lantaarn.register_entry (revision),
    entry_id uuid not null,
    status text,
    neighbourhood text,
    status_before text,
    neighbourhood_before text
);

create index on lantaarn.version_state (entry_id);

create view lantaarn.version_state_now as
select
    entry.revision,
    entry.entry_id,
    entry.version,
    entry.document ->> 'status' as status,
    entry.document #>> '{location,neighbourhood}' as neighbourhood,
    previous.document ->> 'status' as status_before,
    previous.document #>> '{location,neighbourhood}' as neighbourhood_before
from lantaarn.register_entry as entry
left join lantaarn.register_entry as previous
    on previous.entry_id = entry.entry_id and previous.version = entry.version - 1;

insert into lantaarn.version_state (revision, entry_id, status, neighbourhood, status_before, neighbourhood_before)
select revision, entry_id, status, neighbourhood, status_before, neighbourhood_before
from lantaarn.version_state_now;

-- Also after a change that makes a place coarser: it may be in another neighbourhood then, for the next version too.
create function lantaarn.note_versions() returns trigger language plpgsql as $$
begin
    insert into lantaarn.version_state (revision, entry_id, status, neighbourhood, status_before, neighbourhood_before)
    select state.revision, state.entry_id, state.status, state.neighbourhood, state.status_before,
        state.neighbourhood_before
    from lantaarn.version_state_now as state
    where (state.entry_id, state.version) in (
        select entry_id, version from noted union select entry_id, version + 1 from noted
    )
    on conflict (revision) do update set
        neighbourhood = excluded.neighbourhood,
        neighbourhood_before = excluded.neighbourhood_before;
    return null;
end
$$;

create trigger note_new after insert on lantaarn.register_entry
referencing new table as noted for each statement execute function lantaarn.note_versions();

create trigger note_changed after update on lantaarn.register_entry
referencing new table as noted for each statement execute function lantaarn.note_versions();

-- The municipality and reference are those of today: it is where the entry is found now. changed_at: when this version
-- came, or when something of it was made coarser or erased after that.
create view open.version as
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
    greatest(entry.recorded_at, redacted.redacted_at) as changed_at
from lantaarn.register_entry as entry
inner join lantaarn.sensor as sensor on sensor.entry_id = entry.entry_id
left join lateral (
    select max(redaction.redacted_at) as redacted_at from lantaarn.redaction as redaction
    where redaction.revision = entry.revision
) as redacted on true;

create view open.version_state as
select
    state.revision,
    state.entry_id,
    sensor.id as sensor_id,
    sensor.municipality,
    state.status,
    state.neighbourhood,
    state.status_before,
    state.neighbourhood_before
from lantaarn.version_state as state
inner join lantaarn.sensor as sensor on sensor.entry_id = state.entry_id;

grant select on open.version, open.version_state to lantaarn_api, lantaarn_dashboard;
