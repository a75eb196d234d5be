-- Who did what: everyone who erases, answers, imports, exports a resident's data or changes a term. Never what was in it. Each
-- row holds the hash of the one before. The retention job alone removes rows, the oldest first, and notes in the log of
-- deletions where the chain goes on.
create table lantaarn.staff_log (
    id bigint primary key generated always as identity,
    acted_at timestamptz not null,
    login text not null,                   -- as which they logged in at the database, whatever role they took then
    editor text check (length(editor) between 1 and 100),      -- who, where that login is shared; null: a login of their own
    command text not null check (length(command) between 1 and 40),
    subject text not null check (length(subject) between 1 and 400),
    reason text check (length(reason) between 1 and 2000),
    previous_hash bytea not null,
    hash bytea not null
);

create index on lantaarn.staff_log (acted_at);

create trigger append_only before update or truncate on lantaarn.staff_log
for each statement execute function lantaarn.refuse_change();

create trigger expire_only before delete on lantaarn.staff_log
for each row when (coalesce(current_setting('lantaarn.expiring', true), '') <> 'staff_log')
execute function lantaarn.refuse_change();

-- Whether several people log in as this user: the owner of the tables, a program, an administrator of the server.
create function lantaarn.is_shared_login() returns boolean language sql stable return (
    select
        login.rolsuper
        or login.rolname in ('lantaarn_ingest', 'lantaarn_api', 'lantaarn_dashboard')
        or login.oid = (select held.relowner from pg_class as held where held.oid = 'lantaarn.staff_log'::regclass)
    from pg_roles as login
    where login.rolname = session_user
);

-- What the hash of a row is of, besides the hash of the one before.
create function lantaarn.staff_log_content(entry lantaarn.staff_log) returns bytea language sql stable return convert_to(
    jsonb_build_array(
        extract(epoch from entry.acted_at), entry.login, entry.editor, entry.command, entry.subject, entry.reason
    )::text,
    'UTF8'
);

-- The hash that the first row refers to: zeros, or that of the last row that expired.
create function lantaarn.staff_log_start() returns bytea language sql stable return coalesce(
    (
        select decode(substring(expired.rule from '[0-9a-f]{64}$'), 'hex') from lantaarn.deletion_log as expired
        where expired.table_name = 'staff_log'
        order by expired.id desc limit 1
    ),
    decode(repeat('00', 32), 'hex')
);

-- One at a time, so that the chain cannot fork, until the end of the transaction.
create function lantaarn.lock_staff_log() returns void language sql
return pg_advisory_xact_lock(hashtextextended('lantaarn.staff_log', 0));

create function lantaarn.append_to_staff_log(command text, subject text, editor text, reason text) returns void
language plpgsql as $$
declare
    entry lantaarn.staff_log;
begin
    perform lantaarn.lock_staff_log();
    entry.acted_at := clock_timestamp();     -- not when the transaction began, so that the log is in order of time
    entry.login := session_user;
    entry.editor := nullif(append_to_staff_log.editor, '');
    entry.command := append_to_staff_log.command;
    entry.subject := append_to_staff_log.subject;
    entry.reason := nullif(append_to_staff_log.reason, '');
    entry.previous_hash := coalesce(
        (select held.hash from lantaarn.staff_log as held order by held.id desc limit 1), lantaarn.staff_log_start()
    );
    entry.hash := sha256(entry.previous_hash || lantaarn.staff_log_content(entry));
    insert into lantaarn.staff_log (acted_at, login, editor, command, subject, reason, previous_hash, hash)
    values (
        entry.acted_at, entry.login, entry.editor, entry.command, entry.subject, entry.reason, entry.previous_hash, entry.hash
    );
end
$$;

-- Log an act in the transaction in which it is done. Who shares a login must say who they are.
create function lantaarn.log_staff(command text, subject text, editor text, reason text) returns void
language plpgsql as $$
begin
    if coalesce(log_staff.editor, '') = '' and lantaarn.is_shared_login() then
        raise exception 'several people log in as %: an editor is required', session_user
            using errcode = 'null_value_not_allowed';
    end if;
    perform lantaarn.append_to_staff_log(command, subject, editor, reason);
end
$$;

-- A new version of an entry may change how long something is kept. Without an editor a program did it: an upgrade that
-- shortens terms.
create function lantaarn.log_changed_term() returns trigger language plpgsql as $$
begin
    perform lantaarn.append_to_staff_log(
        'change of term',
        (
            select
                concat_ws(' ', sensor.reference, new.property, string_agg(
                    format('%s %s to %s', changed.what, coalesce(changed.old, 'none'), coalesce(changed.new, 'none')), ', '
                ))
            from lantaarn.sensor as sensor
            cross join (
                values
                ('raw', old.retention_class, new.retention_class),
                ('totals', lantaarn.term_name(old.totals_term), lantaarn.term_name(new.totals_term)),
                ('aggregate', lantaarn.term_name(old.aggregate_term), lantaarn.term_name(new.aggregate_term))
            ) as changed (what, old, new)
            where sensor.id = new.sensor_id and changed.old is distinct from changed.new
            group by sensor.reference
        ),
        current_setting('lantaarn.editor', true),
        null
    );
    return null;
end
$$;

create trigger log_changed_term after update of retention_class, totals_term, aggregate_term on lantaarn.datastream
for each row when (
    (old.retention_class, old.totals_term, old.aggregate_term)
    is distinct from (new.retention_class, new.totals_term, new.aggregate_term)
)
execute function lantaarn.log_changed_term();

revoke execute on function lantaarn.is_shared_login(), lantaarn.staff_log_content(lantaarn.staff_log),
lantaarn.staff_log_start(), lantaarn.lock_staff_log(), lantaarn.append_to_staff_log(text, text, text, text),
lantaarn.log_staff(text, text, text, text), lantaarn.log_changed_term()
from public;
