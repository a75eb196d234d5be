-- pending_changes: datastreams that may have rows in the table of a former class
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

-- count_rows: number of a datastream's rows in one class's table ({table})
select count(*) as rows from lantaarn.{table} where datastream_id = %(datastream_id)s;

-- lock_change: lock one change and its datastream, whose class then stays the same until the transaction ends
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

-- lift_decompression_limit: lift TimescaleDB's guard against accidental decompression; these batches intend it
select set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)
where current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction', true) is not null;

-- move_rows: move a datastream's oldest rows from one class's table ({table}) to another's ({into}), unless expired.
-- A value redelivered meanwhile is in both tables and counted twice, so one is subtracted from the totals; minimum and
-- maximum stand, since the value is the same. Totals that are recomputed from values count each instant once anyway.
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
    select
        taken.datastream_id,
        date_trunc('hour', taken.time, 'UTC') as hour,
        count(*) as count,
        sum(open.summand(stream.aggregation, taken.value)) as sum,
        sum(open.summand_cos(stream.aggregation, taken.value)) as sum_cos
    from taken
    inner join lantaarn.datastream as stream on stream.id = taken.datastream_id and not stream.recomputed
    where
        taken.quality = 0
        and taken.time >= %(older_than)s
        and not exists (select from moved where moved.time = taken.time)
    group by 1, 2
),
corrected as (
    update lantaarn.rollup_hour as total set
        count = total.count - doubles.count,
        sum = total.sum - doubles.sum,
        sum_cos = total.sum_cos - doubles.sum_cos
    from doubles
    where total.datastream_id = doubles.datastream_id and total.hour = doubles.hour
),
marked as (
    insert into lantaarn.changed_day (day, datastream_ids)
    select open.day_of(hour), array_agg(distinct datastream_id) from doubles group by 1
)
select count(*) as taken, count(*) filter (where time < %(older_than)s) as expired from taken;

-- discard_rows: delete the oldest rows of a datastream that may keep nothing from one class's table ({table})
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

-- record_progress: add the rows moved, and close the change once settled
update lantaarn.class_change set
    moved_rows = moved_rows + %(taken)s,
    moved_at = case when %(settled)s then %(now)s::timestamptz end
where id = %(change_id)s;
