-- relations: every table, our views, and the statistics views, which may hold statement texts
select namespace.nspname as schema, class.relname as name, class.relkind in ('r', 'm') as stored
from pg_class as class
inner join pg_namespace as namespace on namespace.oid = class.relnamespace
where
    (class.relkind in ('r', 'm', 'p') or (class.relkind = 'v' and namespace.nspname in ('open', 'staff', 'lantaarn')))
    or (class.relkind = 'v' and class.relname like 'pg_stat_%')
order by 1, 2;

-- is_stored: whether a value with this time is stored
select from lantaarn.observation where time = %(time)s;

-- ingest_totals: what became of all readings that ingest received on ordinary topics
select
    coalesce(sum(received), 0)::bigint as received,
    coalesce(sum(stored + duplicate), 0)::bigint as stored,
    coalesce(sum(quarantined), 0)::bigint as refused,
    coalesce(sum(fields_dropped), 0)::bigint as fields_dropped
from lantaarn.ledger;

-- create_control_table: a table for positive controls
create schema leakcheck;
create table leakcheck.control (content text not null, octets bytea not null, fraction double precision not null);

-- insert_control: a control for tables, database files and backups
insert into leakcheck.control (content, octets, fraction) values (%(content)s, %(octets)s, %(fraction)s);

-- insert_quarantine_control: a control for the quarantine
insert into lantaarn.quarantine (received_at, topic_template, reason, field_paths, size)
values (now(), %(content)s, 'control', '{}', 0);

-- emit_wal_control: a control for the write-ahead log
select pg_logical_emit_message(false, 'leakcheck', %(octets)s);

-- checkpoint: write all dirty pages to the data files
checkpoint;
