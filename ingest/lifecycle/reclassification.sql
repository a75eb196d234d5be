-- pending_changes: datastreams with rows that may be in the table of a class they no longer have
select
    change.id,
    change.datastream_id,
    change.from_class,
    source.table_name as from_table,
    datastream.retention_class as to_class
from lantaarn.class_change as change
inner join lantaarn.retention_class as source on source.name = change.from_class
inner join lantaarn.datastream as datastream on datastream.id = change.datastream_id
where change.moved_at is null
order by change.id;

-- count_rows: how many rows of a datastream are in one class's table ({table})
select count(*) as rows from lantaarn.{table} where datastream_id = %(datastream_id)s;

-- lock_change: one change as it stands now, with the class that the datastream has now and keeps until the transaction ends
select
    change.datastream_id,
    change.changed_at,
    change.from_class,
    source.table_name as from_table,
    datastream.retention_class as to_class,
    target.table_name as to_table,
    %(now)s::timestamptz - target.term as older_than
from lantaarn.class_change as change
inner join lantaarn.retention_class as source on source.name = change.from_class
inner join lantaarn.datastream as datastream on datastream.id = change.datastream_id
left join lantaarn.retention_class as target on target.name = datastream.retention_class
where change.id = %(change_id)s and change.moved_at is null
for update of change, datastream;

-- lift_decompression_limit: a limit of TimescaleDB that is there against mistakes: here whole batches of compressed rows are meant
select set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)
where current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction', true) is not null;

-- move_rows: the oldest rows of a datastream from one class's table ({table}) to another's ({into}), but for those past its term. A value that came again meanwhile is in both, and counted twice: one of the two leaves the totals with the row. (Highest and lowest stay: the same value came again.)
with taken as (
    delete from lantaarn.{table}
    where
        datastream_id = %(datastream_id)s
        and time <= (
            select max(oldest.time) from (
                select one.time from lantaarn.{table} as one
                where one.datastream_id = %(datastream_id)s
                order by one.time limit %(limit)s
            ) as oldest
        )
    returning datastream_id, time, value, quality
),
moved as (
    insert into lantaarn.{into} (datastream_id, time, value, quality)
    select datastream_id, time, value, quality from taken
    where time >= %(older_than)s
    order by datastream_id, time desc
    on conflict do nothing
    returning time
),
doubles as (
    select taken.datastream_id, date_trunc('hour', taken.time, 'UTC') as hour, count(*) as count, sum(taken.value) as sum
    from taken
    where
        taken.quality = 0
        and taken.time >= %(older_than)s
        and not exists (select from moved where moved.time = taken.time)
    group by 1, 2
),
corrected as (
    update lantaarn.rollup_hour as total set count = total.count - doubles.count, sum = total.sum - doubles.sum
    from doubles
    where total.datastream_id = doubles.datastream_id and total.hour = doubles.hour
),
marked as (
    insert into lantaarn.changed_day (day, datastream_ids)
    select open.day_of(hour), array_agg(distinct datastream_id) from doubles group by 1
)
select count(*) as taken, count(*) filter (where time < %(older_than)s) as expired from taken;

-- discard_rows: the oldest rows of a datastream of which nothing is kept any more, out of one class's table ({table})
with taken as (
    delete from lantaarn.{table}
    where
        datastream_id = %(datastream_id)s
        and time <= (
            select max(oldest.time) from (
                select one.time from lantaarn.{table} as one
                where one.datastream_id = %(datastream_id)s
                order by one.time limit %(limit)s
            ) as oldest
        )
    returning time
)
select count(*) as taken, count(*) as expired from taken;

-- record_progress: how many rows went, and whether that was all
update lantaarn.class_change set
    moved_rows = moved_rows + %(taken)s,
    moved_at = case when %(settled)s then %(now)s::timestamptz end
where id = %(change_id)s;
