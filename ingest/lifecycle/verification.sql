-- promises: every table of individual values, and the earliest instant allowed in it
select
    class.name,
    class.table_name,
    promise.chunk,
    %(now)s::timestamptz - class.term - promise.chunk - %(schedule)s as not_before
from lantaarn.retention_class as class
cross join lateral (select lantaarn.chunk_of(class.table_name) as chunk) as promise
order by class.term, class.name;

-- oldest_observations: the oldest row of each datastream in one class's table ({table}), against that datastream's
-- promise. Rows may be in another class's table only while being moved, which may take as long as a deletion.
with recursive present as (
    (select min(datastream_id) as datastream_id from lantaarn.{table})
    union all
    select (select min(next.datastream_id) from lantaarn.{table} as next where next.datastream_id > present.datastream_id)
    from present
    where present.datastream_id is not null
),
held as (
    select present.datastream_id, (
        select min(one.time) from lantaarn.{table} as one where one.datastream_id = present.datastream_id
    ) as oldest
    from present
    where present.datastream_id is not null
)
select
    held.datastream_id,
    held.oldest,
    datastream.id is not null as known,
    class.name as retention_class,
    coalesce(lantaarn.chunk_of(class.table_name), interval '0') as chunk,
    %(now)s::timestamptz
    - (%(now)s::timestamptz - class.term - lantaarn.chunk_of(class.table_name) - %(schedule)s) as promised_max_age,
    coalesce(moving.recent, false)
    or (
        (class.name = %(retention_class)s or moving.recent is not null)
        and coalesce(
            held.oldest >= %(now)s::timestamptz - class.term - lantaarn.chunk_of(class.table_name) - %(schedule)s, false
        )
    ) as kept
from held
left join lantaarn.datastream as datastream on datastream.id = held.datastream_id
left join lantaarn.retention_class as class on class.name = datastream.retention_class
left join lateral (
    select bool_or(change.changed_at >= %(now)s::timestamptz - %(schedule)s) as recent
    from lantaarn.class_change as change
    where
        change.datastream_id = held.datastream_id
        and change.from_class = %(retention_class)s
        and change.moved_at is null
) as moving on true
order by held.datastream_id;

-- rollup_hours: the oldest hourly total, by retention period
select
    'rollup_hour' as table_name,
    lantaarn.term_name(datastream.totals_term) as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz - (%(now)s::timestamptz - datastream.totals_term - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(first.oldest) as oldest,
    coalesce(min(first.oldest) >= %(now)s::timestamptz - datastream.totals_term - %(schedule)s, true) as kept
from lantaarn.datastream as datastream
cross join lateral (
    select min(hour) as oldest from lantaarn.rollup_hour as held where held.datastream_id = datastream.id
) as first
group by datastream.totals_term
order by datastream.totals_term;

-- public_cells: the oldest published hour or day, by retention period
select
    'public_cell' as table_name,
    lantaarn.term_name(datastream.aggregate_term) as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz - (%(now)s::timestamptz - datastream.aggregate_term - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(first.oldest) as oldest,
    coalesce(min(first.oldest) >= %(now)s::timestamptz - datastream.aggregate_term - %(schedule)s, true) as kept
from lantaarn.datastream as datastream
cross join lateral (
    select min(
        (
            select min(start) from lantaarn.public_cell as held
            where held.datastream_id = datastream.id and held.period = each.period
        )
    ) as oldest
    from (values ('hour'), ('day'), ('night'), ('late')) as each (period)
) as first
where datastream.public in ('hour', 'day') or first.oldest is not null
group by datastream.aggregate_term
order by datastream.aggregate_term;

-- day_totals: the oldest daily total, by retention period; a day's age counts from its start
select
    'day_total' as table_name,
    lantaarn.term_name(datastream.aggregate_term) as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz - (%(now)s::timestamptz - datastream.aggregate_term - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(first.oldest) as oldest,
    coalesce(min(first.oldest) >= %(now)s::timestamptz - datastream.aggregate_term - %(schedule)s, true) as kept
from lantaarn.datastream as datastream
cross join lateral (
    select min(day)::timestamp at time zone 'Europe/Amsterdam' as oldest
    from lantaarn.day_total as held where held.datastream_id = datastream.id
) as first
group by datastream.aggregate_term
order by datastream.aggregate_term;

-- public_days: the oldest day of published cells, by retention period; a day's age counts from its start
select
    'public_day' as table_name,
    lantaarn.term_name(datastream.aggregate_term) as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz - (%(now)s::timestamptz - datastream.aggregate_term - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(first.oldest) as oldest,
    coalesce(min(first.oldest) >= %(now)s::timestamptz - datastream.aggregate_term - %(schedule)s, true) as kept
from lantaarn.datastream as datastream
cross join lateral (
    select min(day)::timestamp at time zone 'Europe/Amsterdam' as oldest
    from lantaarn.public_day as held where held.datastream_id = datastream.id
) as first
group by datastream.aggregate_term
order by datastream.aggregate_term;

-- lamp_days: the oldest lamp day, by the shortest retention period of each lamp
select
    'lamp_day' as table_name,
    lantaarn.term_name(promised.term) as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz - (%(now)s::timestamptz - promised.term - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(first.oldest) as oldest,
    coalesce(min(first.oldest) >= %(now)s::timestamptz - promised.term - %(schedule)s, true) as kept
from (
    select sensor_id, min(aggregate_term) as term from lantaarn.datastream group by sensor_id
) as promised
cross join lateral (
    select min(day)::timestamp at time zone 'Europe/Amsterdam' as oldest
    from lantaarn.lamp_day as held where held.sensor_id = promised.sensor_id
) as first
group by promised.term
order by promised.term;

-- travel_times: the oldest travel times, by the promise they were computed under; age counts from the window's start
select
    'travel_time' as table_name,
    coalesce(promise.name, 'none') as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz - (%(now)s::timestamptz - promise.term - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(held.window_start) as oldest,
    coalesce(min(held.window_start) >= %(now)s::timestamptz - promise.term - %(schedule)s, false) as kept
from lantaarn.travel_time as held
left join lantaarn.aggregate_promise as promise
    on promise.revision = held.revision and promise.property = 'travel_time'
group by promise.name, promise.term
order by promise.term;

-- travel_hours: the same for hourly travel times
select
    'travel_hour' as table_name,
    coalesce(promise.name, 'none') as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz - (%(now)s::timestamptz - promise.term - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(held.hour) as oldest,
    coalesce(min(held.hour) >= %(now)s::timestamptz - promise.term - %(schedule)s, false) as kept
from lantaarn.travel_hour as held
left join lantaarn.aggregate_promise as promise
    on promise.revision = held.revision and promise.property = 'travel_time'
group by promise.name, promise.term
order by promise.term;

-- window_counts: the same for counts over groups
select
    'window_count' as table_name,
    coalesce(promise.name, 'none') as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz - (%(now)s::timestamptz - promise.term - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(held.window_start) as oldest,
    coalesce(min(held.window_start) >= %(now)s::timestamptz - promise.term - %(schedule)s, false) as kept
from lantaarn.window_count as held
left join lantaarn.aggregate_promise as promise
    on promise.revision = held.revision and promise.property = held.property
group by promise.name, promise.term
order by promise.term;

-- movement_cells: the same for means of movement; age counts from their first day
select
    'movement_cell' as table_name,
    coalesce(promise.name, 'none') as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz - (%(now)s::timestamptz - promise.term - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(open.day_start(held.first_day)) as oldest,
    coalesce(
        min(open.day_start(held.first_day)) >= %(now)s::timestamptz - promise.term - %(schedule)s, false
    ) as kept
from lantaarn.movement_cell as held
left join lantaarn.aggregate_promise as promise
    on promise.revision = held.revision and promise.property = held.property
group by promise.name, promise.term
order by promise.term;

-- metadata: the oldest rows of data about readings; the ledger is searched by sensor, to use its index
select
    oldest_of.table_name,
    oldest_of.retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz
    - (%(now)s::timestamptz - oldest_of.retention_class::interval - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    oldest_of.oldest,
    coalesce(
        oldest_of.oldest >= %(now)s::timestamptz - oldest_of.retention_class::interval - %(schedule)s, true
    ) as kept
from (
    select
        'ledger' as table_name,
        %(ledger_term)s::text as retention_class,
        least(
            (select min(hour) from lantaarn.ledger where sensor_id is null),
            (
                select min(first.hour) from lantaarn.sensor as sensor
                cross join lateral (
                    select min(hour) as hour from lantaarn.ledger as held where held.sensor_id = sensor.id
                ) as first
            )
        ) as oldest
    union all
    select
        'ledger_reason',
        %(ledger_term)s::text,
        least(
            (select min(hour) from lantaarn.ledger_reason where sensor_id is null),
            (
                select min(first.hour) from lantaarn.sensor as sensor
                cross join lateral (
                    select min(hour) as hour from lantaarn.ledger_reason as held where held.sensor_id = sensor.id
                ) as first
            )
        )
    union all
    select 'quarantine', %(quarantine_term)s::text, (select min(received_at) from lantaarn.quarantine)
    union all
    select
        'book_day',
        %(ledger_term)s::text,
        (select min(day)::timestamp at time zone 'Europe/Amsterdam' from lantaarn.book_day)
    union all
    select
        'book_reason_day',
        %(ledger_term)s::text,
        (select min(day)::timestamp at time zone 'Europe/Amsterdam' from lantaarn.book_reason_day)
    union all
    select
        'window_day',
        %(ledger_term)s::text,
        (select min(day)::timestamp at time zone 'Europe/Amsterdam' from lantaarn.window_day)
    union all
    select
        'window_due',
        %(ledger_term)s::text,
        (select min(day)::timestamp at time zone 'Europe/Amsterdam' from lantaarn.window_due)
    union all
    select 'event_refusal', %(event_refusal_term)s::text, (select min(since) from lantaarn.event_refusal)
    union all
    select 'pulse', %(heartbeat_term)s::text, (select min(minute) from lantaarn.pulse)
    union all
    select 'staff_log', %(staff_log_term)s::text, (select min(acted_at) from lantaarn.staff_log)
) as oldest_of
order by oldest_of.table_name;

-- reports: what is oldest of what residents wrote, by what its term counts from
with held as (
    select
        report.received_at,
        report.settled_at,
        report.words is not null as has_words,
        exists (select from lantaarn.report_address as address where address.report_id = report.id) as has_address
    from lantaarn.report as report
)
select
    oldest_of.table_name,
    oldest_of.retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz
    - (%(now)s::timestamptz - oldest_of.retention_class::interval - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    oldest_of.oldest,
    coalesce(
        oldest_of.oldest >= %(now)s::timestamptz - oldest_of.retention_class::interval - %(schedule)s, true
    ) as kept
from (
    select 'report' as table_name, %(max_text_term)s::text as retention_class, min(received_at) as oldest
    from held where has_words
    union all
    select 'answered_report', %(text_term)s::text, min(settled_at) from held where has_words
    union all
    select 'report_address', %(max_address_term)s::text, min(received_at) from held where has_address
    union all
    select 'answered_report_address', %(address_term)s::text, min(settled_at) from held where has_address
    union all
    select 'report_mail', %(unsent_mail_term)s::text, min(made_at) from lantaarn.report_mail
    union all
    select 'report_decision', %(max_text_term)s::text, min(decided_at) from lantaarn.report_decision
) as oldest_of
order by oldest_of.table_name;

-- mail_spool: the oldest mail in a folder, as the programs that have one last saw it: until they look again it is there
select
    'mail_spool' as table_name,
    %(spooled_mail_term)s::text as retention_class,
    null::integer as datastream_id,
    %(now)s::timestamptz
    - (%(now)s::timestamptz - %(spooled_mail_term)s::interval - %(schedule)s) as promised_max_age,
    interval '0' as chunk,
    min(noted.oldest) as oldest,
    coalesce(
        min(noted.oldest) >= %(now)s::timestamptz - %(spooled_mail_term)s::interval - %(schedule)s, true
    ) as kept
from lantaarn.mail_spool as noted
where noted.checked_at >= (select max(latest.checked_at) - 2 * %(schedule)s from lantaarn.mail_spool as latest);

-- permanent: whether what never goes is whole: versions are numbered without a gap up to the current one, and each erasure
-- that the deletion log tells of is still listed
select
    whole.table_name,
    'permanent' as retention_class,
    null::integer as datastream_id,
    null::interval as promised_max_age,
    interval '0' as chunk,
    null::timestamptz as oldest,
    whole.kept
from (
    select
        'register_entry' as table_name,
        not exists (
            select from lantaarn.register_entry group by entry_id having min(version) <> 1 or max(version) <> count(*)
        )
        and not exists (
            select from lantaarn.sensor as sensor
            where not exists (select from lantaarn.register_entry as entry where entry.revision = sensor.revision)
        ) as kept
    union all
    select
        'tombstone',
        not exists (
            select from lantaarn.deletion_log as log
            where
                log.rule ~ '^(tombstone|removal) [0-9a-f-]{36}$'
                and right(log.rule, 36) not in (
                    select id::text from lantaarn.tombstone
                    union all
                    select id::text from lantaarn.removed_field
                    union all
                    select id::text from lantaarn.erased_report
                )
        )
) as whole
order by whole.table_name;

-- orphans: whether there is a total of what doesn't exist or was erased; the audit names them
select
    'orphan_total' as table_name,
    'none' as retention_class,
    null::integer as datastream_id,
    null::interval as promised_max_age,
    interval '0' as chunk,
    null::timestamptz as oldest,
    not exists (select from lantaarn.orphan_totals(%(now)s::timestamptz - %(schedule)s)) as kept;

-- delete_verification: delete the previous result
delete from lantaarn.verification;

-- insert_verification: insert the new result
insert into lantaarn.verification
    (subject, retention_class, datastream_id, term, chunk, schedule, oldest, kept, verified_at)
select
    table_name,
    retention_class,
    datastream_id,
    case when retention_class not in ('none', 'permanent') then retention_class::interval end,
    chunk,
    %(schedule)s,
    oldest,
    kept,
    %(now)s
from jsonb_to_recordset(%(batch)s -> 'found') as found (
    table_name text, retention_class text, datastream_id integer, chunk interval, oldest timestamptz,
    kept boolean
);

