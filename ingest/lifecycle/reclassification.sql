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
    datastream.same_time,
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
-- A moment that got a value meanwhile is in both tables. The one in the former table came first and stays, or the latest
-- revision does; the other one is subtracted from the totals, and if it differs their hour is recomputed.
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
    returning datastream_id, time, value, quality, revised
),
moved as (
    insert into lantaarn.{into} (datastream_id, time, value, quality, revised)
    select datastream_id, time, value, quality, revised from taken
    where time >= %(older_than)s
    order by datastream_id, time desc
    on conflict do nothing
    returning time
),
doubles as (
    select taken.*, held.value as held_value, held.quality as held_quality
    from taken
    left join lateral (
        select one.value, one.quality from lantaarn.{into} as one
        where one.datastream_id = %(datastream_id)s and one.time = taken.time
        limit 1
    ) as held on true
    where taken.time >= %(older_than)s and not exists (select from moved where moved.time = taken.time)
),
restored as (
    insert into lantaarn.{into} as held (datastream_id, time, value, quality, revised)
    select datastream_id, time, value, quality, revised from doubles
    where held_value is distinct from value
    order by datastream_id, time desc
    on conflict (datastream_id, time) do update set
        value = excluded.value,
        quality = excluded.quality,
        revised = excluded.revised
    where
        %(same_time)s <> 'last'
        or (excluded.revised, excluded.value) > (coalesce(held.revised, '-infinity'), held.value)
    returning time
),
lost as (
    select
        datastream_id,
        lantaarn.total_start(time, stream.sum_minutes, stream.one_night) as hour,
        count(*) as count,
        sum(open.summand(stream.aggregation, one.value)) as sum,
        sum(open.summand_cos(stream.aggregation, one.value)) as sum_cos
    from doubles
    inner join lantaarn.datastream as stream on stream.id = doubles.datastream_id
    cross join lateral (
        select doubles.value, doubles.quality, doubles.held_quality as stays
        where not exists (select from restored where restored.time = doubles.time)
        union all
        select coalesce(held_value, doubles.value), coalesce(held_quality, doubles.quality), doubles.quality
        from restored
        where restored.time = doubles.time
    ) as one
    -- Totals that are recomputed count each moment once.
    where one.quality = 0 and (not stream.recomputed or one.stays <> 0)
    group by 1, 2
),
corrected as (
    update lantaarn.rollup_hour as total set
        count = total.count - lost.count,
        sum = total.sum - lost.sum,
        sum_cos = total.sum_cos - lost.sum_cos
    from lost
    where total.datastream_id = lost.datastream_id and total.hour = lost.hour and total.count > lost.count
),
emptied as (
    delete from lantaarn.rollup_hour as total
    using lost
    where total.datastream_id = lost.datastream_id and total.hour = lost.hour and total.count <= lost.count
),
marked_days as (
    insert into lantaarn.changed_day (day, datastream_ids)
    select open.day_of(hour), array_agg(distinct datastream_id) from lost group by 1
),
marked_hours as (
    insert into lantaarn.changed_hour (hour, datastream_ids)
    select lantaarn.total_start(time, stream.sum_minutes, stream.one_night), array_agg(distinct datastream_id)
    from doubles
    inner join lantaarn.datastream as stream on stream.id = doubles.datastream_id
    where held_value is distinct from value
    group by 1
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
