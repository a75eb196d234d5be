-- lock_retention: one enforcer at a time, so that the chain of deletions has one end
select pg_advisory_xact_lock(hashtext('lantaarn.retention'));

-- retention_classes: every class, whether its table is made of chunks, and what is past its term
select
    name,
    table_name,
    lantaarn.chunk_of(table_name) > interval '0' as chunked,
    %(now)s::timestamptz - term as older_than
from lantaarn.retention_class
order by term, name;

-- delete_observations: remove the single values of one class ({table}) that are past their term, by datastream: the index is by datastream, and a table of years has no other
with recursive present as (
    (select datastream_id from lantaarn.{table} order by datastream_id limit 1)
    union all
    select (
        select next.datastream_id from lantaarn.{table} as next
        where next.datastream_id > present.datastream_id
        order by next.datastream_id limit 1
    )
    from present
    where present.datastream_id is not null
)
delete from lantaarn.{table}
where datastream_id = any(array(select datastream_id from present)) and time < %(older_than)s;

-- expired_chunks_until: until when whole chunks are past the term
select max(range_end) as until from timescaledb_information.chunks
where hypertable_schema = 'lantaarn' and hypertable_name = %(table_name)s and range_end <= %(older_than)s;

-- count_expired: how many rows these chunks hold
select count(*) as rows from lantaarn.{table} where time < %(until)s;

-- drop_chunks: drop them, which is quicker than deleting and leaves nothing behind
select count(*) as dropped_chunks from drop_chunks('lantaarn.{table}'::regclass, older_than => %(older_than)s::timestamptz);

-- dropped_by_database: chunks that were noted by the last run and are not there any more
select noted.until, noted.rows from lantaarn.expiring_chunk as noted
where
    noted.table_name = %(table_name)s
    and not exists (
        select from timescaledb_information.chunks as held
        where
            held.hypertable_schema = 'lantaarn'
            and held.hypertable_name = noted.table_name
            and held.range_end = noted.until
    )
order by noted.until;

-- expiring_chunks: chunks that will pass the term within the hour, when other than us may drop them too
select range_start as since, range_end as until from timescaledb_information.chunks
where
    hypertable_schema = 'lantaarn'
    and hypertable_name = %(table_name)s
    and range_end <= %(older_than)s::timestamptz + interval '1 hour';

-- delete_expiring_chunk: what was noted before
delete from lantaarn.expiring_chunk where table_name = %(table_name)s;

-- insert_expiring_chunk: how many rows such a chunk holds
insert into lantaarn.expiring_chunk (table_name, retention_class, until, rows)
select %(table_name)s, %(retention_class)s, %(until)s, count(*) from lantaarn.{table}
where time >= %(since)s::timestamptz and time < %(until)s::timestamptz;

-- due_rollup_hour: datastreams with hours past the term of their totals
select
    lantaarn.term_name(datastream.aggregate_term) as name,
    %(now)s::timestamptz - datastream.aggregate_term as older_than,
    array_agg(datastream.id) as datastream_ids
from lantaarn.datastream as datastream
cross join lateral (
    select held.hour from lantaarn.rollup_hour as held where held.datastream_id = datastream.id order by held.hour limit 1
) as first
where first.hour < %(now)s::timestamptz - datastream.aggregate_term
group by datastream.aggregate_term
order by datastream.aggregate_term;

-- delete_rollup_hour: remove these hours
delete from lantaarn.rollup_hour where datastream_id = any(%(datastream_ids)s::integer[]) and hour < %(older_than)s;

-- due_public_cell: datastreams with published hours or days past the term of their totals
select
    lantaarn.term_name(datastream.aggregate_term) as name,
    %(now)s::timestamptz - datastream.aggregate_term as older_than,
    array_agg(distinct datastream.id) as datastream_ids
from lantaarn.datastream as datastream
cross join (values ('hour'), ('day')) as each (period)
cross join lateral (
    select held.start from lantaarn.public_cell as held
    where held.datastream_id = datastream.id and held.period = each.period
    order by held.start limit 1
) as first
where first.start < %(now)s::timestamptz - datastream.aggregate_term
group by datastream.aggregate_term
order by datastream.aggregate_term;

-- delete_public_cell: remove these cells
delete from lantaarn.public_cell
where datastream_id = any(%(datastream_ids)s::integer[]) and period in ('hour', 'day') and start < %(older_than)s;

-- due_day_total: datastreams with days that begin before the term of their totals
select
    lantaarn.term_name(datastream.aggregate_term) as name,
    %(now)s::timestamptz - datastream.aggregate_term as older_than,
    array_agg(datastream.id) as datastream_ids
from lantaarn.datastream as datastream
cross join lateral (
    select held.day from lantaarn.day_total as held where held.datastream_id = datastream.id order by held.day limit 1
) as first
where open.day_start(first.day) < %(now)s::timestamptz - datastream.aggregate_term
group by datastream.aggregate_term
order by datastream.aggregate_term;

-- delete_day_total: remove these days
delete from lantaarn.day_total
where datastream_id = any(%(datastream_ids)s::integer[]) and open.day_start(day) < %(older_than)s;

-- due_public_day: datastreams with days that begin before the term of their totals
select
    lantaarn.term_name(datastream.aggregate_term) as name,
    %(now)s::timestamptz - datastream.aggregate_term as older_than,
    array_agg(datastream.id) as datastream_ids
from lantaarn.datastream as datastream
cross join lateral (
    select held.day from lantaarn.public_day as held where held.datastream_id = datastream.id order by held.day limit 1
) as first
where open.day_start(first.day) < %(now)s::timestamptz - datastream.aggregate_term
group by datastream.aggregate_term
order by datastream.aggregate_term;

-- delete_public_day: remove these days
delete from lantaarn.public_day
where datastream_id = any(%(datastream_ids)s::integer[]) and open.day_start(day) < %(older_than)s;

-- due_lamp_day: lamps with days that begin before the shortest term of their totals; the numbers are those of sensors
select
    lantaarn.term_name(promised.term) as name,
    %(now)s::timestamptz - promised.term as older_than,
    array_agg(promised.sensor_id) as datastream_ids
from (
    select sensor_id, min(aggregate_term) as term from lantaarn.datastream group by sensor_id
) as promised
cross join lateral (
    select held.day from lantaarn.lamp_day as held where held.sensor_id = promised.sensor_id order by held.day limit 1
) as first
where open.day_start(first.day) < %(now)s::timestamptz - promised.term
group by promised.term
order by promised.term;

-- delete_lamp_day: remove these days
delete from lantaarn.lamp_day
where sensor_id = any(%(datastream_ids)s::integer[]) and open.day_start(day) < %(older_than)s;

-- aggregate_promises: every promise that aggregates were made under
select distinct name, %(now)s::timestamptz - term as older_than from lantaarn.aggregate_promise
order by older_than desc, name;

-- delete_travel_time: remove the travel times of one promise that are past its term
delete from lantaarn.travel_time as held using lantaarn.aggregate_promise as promise
where
    held.window_start < %(older_than)s
    and promise.revision = held.revision
    and promise.property = 'travel_time'
    and promise.name = %(retention_class)s;

-- delete_travel_hour: the same, of hours
delete from lantaarn.travel_hour as held using lantaarn.aggregate_promise as promise
where
    held.hour < %(older_than)s
    and promise.revision = held.revision
    and promise.property = 'travel_time'
    and promise.name = %(retention_class)s;

-- delete_window_count: remove the counts of one promise that are past its term
delete from lantaarn.window_count as held using lantaarn.aggregate_promise as promise
where
    held.window_start < %(older_than)s
    and promise.revision = held.revision
    and promise.property = held.property
    and promise.name = %(retention_class)s;

-- cutoff: the instant that lies a term before now
select %(now)s::timestamptz - %(term)s::interval as older_than;

-- delete_ledger: remove the books of hours past their term
delete from lantaarn.ledger where hour < %(older_than)s;

-- delete_ledger_reason: remove the reasons of hours past their term
delete from lantaarn.ledger_reason where hour < %(older_than)s;

-- delete_quarantine: remove what was refused and is past its term
delete from lantaarn.quarantine where received_at < %(older_than)s;

-- delete_book_day: remove the books of days that begin before their term
delete from lantaarn.book_day where day <= open.day_of(%(older_than)s) and open.day_start(day) < %(older_than)s;

-- delete_book_reason_day: remove the reasons of such days
delete from lantaarn.book_reason_day where day <= open.day_of(%(older_than)s) and open.day_start(day) < %(older_than)s;

-- delete_pulse: remove how ingest was doing past its term
delete from lantaarn.pulse where minute < %(older_than)s;

-- last_deletion: the end of the chain of deletions
select hash from lantaarn.deletion_log order by id desc limit 1;

-- deletions: all deletions, in order
select id, deleted_at, table_name, retention_class, older_than, deleted_rows, rule, previous_hash, hash
from lantaarn.deletion_log
order by id;

-- insert_deletion: add a deletion to the chain
insert into lantaarn.deletion_log
    (deleted_at, table_name, retention_class, older_than, deleted_rows, rule, previous_hash, hash)
values (
    %(deleted_at)s,
    %(table_name)s,
    %(retention_class)s,
    %(older_than)s,
    %(deleted_rows)s,
    %(rule)s,
    %(previous_hash)s,
    %(hash)s
);

-- add_retention_class: make a retention class of this name
select lantaarn.add_retention_class(%(retention_class)s) as added;
