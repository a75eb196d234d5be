-- retention_classes: every class, whether its table has chunks, and its cutoff
select
    name,
    table_name,
    lantaarn.chunk_of(table_name) > interval '0' as chunked,
    %(now)s::timestamptz - term as older_than
from lantaarn.retention_class
order by term, name;

-- delete_observations: delete one class's expired values ({table}), by datastream: a large table has no other index
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

-- expired_chunks_until: the end of the newest expired chunk
select max(range_end) as until from timescaledb_information.chunks
where hypertable_schema = 'lantaarn' and hypertable_name = %(table_name)s and range_end <= %(older_than)s;

-- count_expired: number of rows in the expired chunks
select count(*) as rows from lantaarn.{table} where time < %(until)s;

-- drop_chunks: drop them, which is faster than deleting rows and leaves nothing behind
select count(*) as dropped_chunks from drop_chunks('lantaarn.{table}'::regclass, older_than => %(older_than)s::timestamptz);

-- dropped_by_database: chunks noted by the last run that no longer exist
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

-- expiring_chunks: chunks that expire within the hour, which TimescaleDB's own policy may drop first
select range_start as since, range_end as until from timescaledb_information.chunks
where
    hypertable_schema = 'lantaarn'
    and hypertable_name = %(table_name)s
    and range_end <= %(older_than)s::timestamptz + interval '1 hour';

-- delete_expiring_chunk: forget the chunks noted before
delete from lantaarn.expiring_chunk where table_name = %(table_name)s;

-- insert_expiring_chunk: note such a chunk and its number of rows
insert into lantaarn.expiring_chunk (table_name, retention_class, until, rows)
select %(table_name)s, %(retention_class)s, %(until)s, count(*) from lantaarn.{table}
where time >= %(since)s::timestamptz and time < %(until)s::timestamptz;

-- due_rollup_hour: datastreams with expired hourly totals
select
    lantaarn.term_name(datastream.totals_term) as name,
    %(now)s::timestamptz - datastream.totals_term as older_than,
    array_agg(datastream.id) as datastream_ids
from lantaarn.datastream as datastream
cross join lateral (
    select held.hour from lantaarn.rollup_hour as held where held.datastream_id = datastream.id order by held.hour limit 1
) as first
where first.hour < %(now)s::timestamptz - datastream.totals_term
group by datastream.totals_term
order by datastream.totals_term;

-- delete_rollup_hour: delete these hours
delete from lantaarn.rollup_hour where datastream_id = any(%(datastream_ids)s::integer[]) and hour < %(older_than)s;

-- due_public_cell: datastreams with expired published hours or days
select
    lantaarn.term_name(datastream.aggregate_term) as name,
    %(now)s::timestamptz - datastream.aggregate_term as older_than,
    array_agg(distinct datastream.id) as datastream_ids
from lantaarn.datastream as datastream
cross join (values ('hour'), ('day'), ('night'), ('late')) as each (period)
cross join lateral (
    select held.start from lantaarn.public_cell as held
    where held.datastream_id = datastream.id and held.period = each.period
    order by held.start limit 1
) as first
where first.start < %(now)s::timestamptz - datastream.aggregate_term
group by datastream.aggregate_term
order by datastream.aggregate_term;

-- delete_public_cell: delete these cells
delete from lantaarn.public_cell
where
    datastream_id = any(%(datastream_ids)s::integer[])
    and period in ('hour', 'day', 'night', 'late')
    and start < %(older_than)s;

-- due_day_total: datastreams with daily totals that begin before their cutoff
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

-- delete_day_total: delete these days
delete from lantaarn.day_total
where datastream_id = any(%(datastream_ids)s::integer[]) and open.day_start(day) < %(older_than)s;

-- due_public_day: datastreams with days of published cells that begin before their cutoff
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

-- delete_public_day: delete these days
delete from lantaarn.public_day
where datastream_id = any(%(datastream_ids)s::integer[]) and open.day_start(day) < %(older_than)s;

-- due_lamp_day: lamps with days that begin before the cutoff of their shortest retention period; the ids are of sensors
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

-- aggregate_promises: every promise under which aggregates were computed, with its cutoff
select distinct name, %(now)s::timestamptz - term as older_than from lantaarn.aggregate_promise
order by older_than desc, name;

-- delete_travel_time: delete the expired travel times computed under one promise
delete from lantaarn.travel_time as held using lantaarn.aggregate_promise as promise
where
    held.window_start < %(older_than)s
    and promise.revision = held.revision
    and promise.property = 'travel_time'
    and promise.name = %(retention_class)s;

-- delete_travel_hour: the same for hourly travel times
delete from lantaarn.travel_hour as held using lantaarn.aggregate_promise as promise
where
    held.hour < %(older_than)s
    and promise.revision = held.revision
    and promise.property = 'travel_time'
    and promise.name = %(retention_class)s;

-- delete_window_count: delete the expired window counts computed under one promise
delete from lantaarn.window_count as held using lantaarn.aggregate_promise as promise
where
    held.window_start < %(older_than)s
    and promise.revision = held.revision
    and promise.property = held.property
    and promise.name = %(retention_class)s;

-- delete_movement_cell: the same for means of movement, by their first day
delete from lantaarn.movement_cell as held using lantaarn.aggregate_promise as promise
where
    open.day_start(held.first_day) < %(older_than)s
    and promise.revision = held.revision
    and promise.property = held.property
    and promise.name = %(retention_class)s;

-- cutoff: the instant one retention period before now
select %(now)s::timestamptz - %(term)s::interval as older_than;

-- delete_ledger: delete expired hours of the ledger
delete from lantaarn.ledger where hour < %(older_than)s;

-- delete_ledger_reason: delete the reasons for rejection of expired hours
delete from lantaarn.ledger_reason where hour < %(older_than)s;

-- delete_quarantine: delete expired quarantine rows
delete from lantaarn.quarantine where received_at < %(older_than)s;

-- delete_book_day: delete daily ledger totals of days that begin before the cutoff
delete from lantaarn.book_day where day <= open.day_of(%(older_than)s) and open.day_start(day) < %(older_than)s;

-- delete_book_reason_day: delete the reasons for rejection of those days
delete from lantaarn.book_reason_day where day <= open.day_of(%(older_than)s) and open.day_start(day) < %(older_than)s;

-- delete_window_day: delete what became of the windows of days that begin before the cutoff
delete from lantaarn.window_day where day <= open.day_of(%(older_than)s) and open.day_start(day) < %(older_than)s;

-- delete_window_due: delete how many were due on those days
delete from lantaarn.window_due where day <= open.day_of(%(older_than)s) and open.day_start(day) < %(older_than)s;

-- delete_event_refusal: delete expired numbers of refused events
delete from lantaarn.event_refusal where since < %(older_than)s;

-- delete_pulse: delete expired heartbeats of ingest
delete from lantaarn.pulse where minute < %(older_than)s;

-- delete_report: delete the words of residents that are too old, answered or not
update lantaarn.report set words = null where words is not null and received_at < %(older_than)s;

-- delete_answered_report: delete the words of residents who were answered before the cutoff
update lantaarn.report set words = null where words is not null and settled_at < %(older_than)s;

-- delete_report_address: delete the addresses of residents with reports that are too old, answered or not
delete from lantaarn.report_address as address using lantaarn.report as report
where report.id = address.report_id and report.received_at < %(older_than)s;

-- delete_answered_report_address: delete the addresses of residents who were answered before the cutoff
delete from lantaarn.report_address as address using lantaarn.report as report
where report.id = address.report_id and report.settled_at < %(older_than)s;

-- delete_report_mail: delete mail about reports that could not be sent for too long
delete from lantaarn.report_mail where made_at < %(older_than)s;

-- delete_report_decision: delete why the desk decided something too long ago
delete from lantaarn.report_decision where decided_at < %(older_than)s;

-- allow_expiry: let this transaction remove rows of the staff log
select lantaarn.lock_staff_log(), set_config('lantaarn.expiring', 'staff_log', true);

-- delete_staff_log: delete what staff did too long ago, from the start of the chain on; the last hash comes last
with gone as (
    delete from lantaarn.staff_log
    where
        id < coalesce(
            (select min(kept.id) from lantaarn.staff_log as kept where kept.acted_at >= %(older_than)s),
            9223372036854775807
        )
    returning id, hash
)
select hash from gone order by id;

-- add_retention_class: create a retention class with this name
select lantaarn.add_retention_class(%(retention_class)s) as added;
