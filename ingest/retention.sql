-- classes: every table that promises an age, its term, and the age that nothing in it may pass (term + chunk + schedule)
select name, table_name, term, term + chunk + %(schedule)s as worst_age, %(now)s::timestamptz - term as older_than
from lantaarn.retention_class
order by term;

-- hypertables: which tables are made of chunks (asked only where there is TimescaleDB)
select hypertable_name::text as table_name from timescaledb_information.hypertables where hypertable_schema = 'lantaarn';

-- delete_observations: remove the single values of one class ({table}) that are past their term
delete from lantaarn.{table} where time < %(older_than)s;

-- drop_observations: the same where the table is a hypertable: whole chunks, which is quicker and leaves nothing behind
select count(*) as dropped_chunks from drop_chunks('lantaarn.{table}'::regclass, older_than => %(older_than)s::timestamptz);

-- count_observations: how many rows one class holds
select count(*) as rows from lantaarn.{table};

-- delete_quarantine: remove what was refused and is past its term
delete from lantaarn.quarantine where received_at < %(older_than)s;

-- oldest: the oldest row of one class
select min(time) as oldest from lantaarn.{table};

-- oldest_quarantine: the oldest row of the quarantine
select min(received_at) as oldest from lantaarn.quarantine;

-- last_entry: the end of the chain of deletions
select hash from lantaarn.deletion_log order by id desc limit 1;

-- chain: all deletions, in order
select id, deleted_at, table_name, retention_class, older_than, deleted_rows, previous_hash, hash
from lantaarn.deletion_log
order by id;

-- log: add a deletion to the chain
insert into lantaarn.deletion_log
    (deleted_at, table_name, retention_class, older_than, deleted_rows, previous_hash, hash)
values (
    %(deleted_at)s, %(table_name)s, %(retention_class)s, %(older_than)s, %(deleted_rows)s, %(previous_hash)s, %(hash)s
);

-- lock: one enforcer at a time, so that the chain of deletions has one end
select pg_advisory_xact_lock(hashtext('lantaarn.retention'));
