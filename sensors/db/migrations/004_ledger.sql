-- The books: what came in is what was stored, double, refused or taken up in a total. The database holds the equation.
-- A null sensor is a sender that the register doesn't know. Hours are hours of receipt, UTC.
create table lantaarn.ledger (
    sensor_id integer,
    hour timestamptz not null,
    received bigint not null,
    stored bigint not null,
    duplicate bigint not null,
    quarantined bigint not null,
    aggregated bigint not null,
    fields_dropped bigint not null,
    unique nulls not distinct (sensor_id, hour),
    constraint balanced check (received = stored + duplicate + quarantined + aggregated)
);

create table lantaarn.ledger_reason (
    sensor_id integer,
    hour timestamptz not null,
    reason text not null,
    readings bigint not null,
    unique nulls not distinct (sensor_id, hour, reason)
);

-- What was refused: never a payload, never its hash. Kept 14 days.
create table lantaarn.quarantine (
    id bigint generated always as identity primary key,
    received_at timestamptz not null,
    sensor_id integer,
    topic_template text not null,
    reason text not null,
    field_paths text[] not null,
    size integer not null
);

create index on lantaarn.quarantine (received_at);

-- What was deleted, by which rule, how many rows: each row holds the hash of the one before.
create table lantaarn.deletion_log (
    id bigint generated always as identity primary key,
    deleted_at timestamptz not null,
    table_name text not null,
    retention_class text not null,
    older_than timestamptz not null,
    deleted_rows bigint not null,
    previous_hash bytea not null,
    hash bytea not null
);

create trigger append_only before update or delete or truncate on lantaarn.deletion_log
for each statement execute function lantaarn.refuse_change();

grant select, insert, update on lantaarn.ledger, lantaarn.ledger_reason to lantaarn_ingest;
grant select, insert on lantaarn.quarantine to lantaarn_ingest;
