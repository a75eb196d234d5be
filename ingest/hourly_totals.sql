-- lock_hours: let nobody else recompute or delete hours until the transaction ends
select pg_advisory_xact_lock(hashtextextended('lantaarn.hourly_totals', 0));

-- recompute_changed_hours: take marks, and recompute their hours from single values; of counters also the hours of the
-- reading before and of the four after, which depend on them. The values of a visible mark are committed. An hour keeps
-- its totals when some of its single values no longer exist. Returns the hours that changed and may have been published.
with taken as (
    delete from lantaarn.changed_hour
    where ctid = any(array(select ctid from lantaarn.changed_hour limit %(limit)s))
    returning hour, datastream_ids, recompute
),
marked as (
    select distinct datastream_id, taken.hour, taken.recompute
    from taken
    cross join lateral unnest(taken.datastream_ids) as datastream_id
),
changed as (
    select datastream_id, hour from marked where recompute
),
due as (
    select datastream_id, hour from changed
    union
    select changed.datastream_id, lantaarn.total_start(neighbour.time, stream.sum_minutes, stream.one_night)
    from changed
    inner join lantaarn.datastream as stream on stream.id = changed.datastream_id and stream.aggregation = 'counter'
    cross join lateral (
        (
            select one.time
            from lantaarn.observation as one
            where one.datastream_id = changed.datastream_id and one.time < changed.hour and one.quality = 0
            order by one.time desc
            limit 1
        )
        union all
        (
            select distinct one.time
            from lantaarn.observation as one
            where
                one.datastream_id = changed.datastream_id
                and one.time >= lantaarn.total_end(changed.hour, stream.sum_minutes, stream.one_night)
                and one.quality = 0
            order by one.time
            limit 4
        )
    ) as neighbour
    where exists (
        select from lantaarn.rollup_hour as hourly
        where
            hourly.datastream_id = changed.datastream_id
            and hourly.hour = lantaarn.total_start(neighbour.time, stream.sum_minutes, stream.one_night)
    )
),
made as (
    insert into lantaarn.rollup_hour as total
    (datastream_id, hour, count, sum, min, max, sum_cos, jumps, counted_since, last_time, last_value)
    select
        due.datastream_id,
        computed.hour,
        computed.count,
        computed.sum,
        computed.min,
        computed.max,
        computed.sum_cos,
        computed.jumps,
        computed.counted_since,
        computed.last_time,
        computed.last_value
    from due
    inner join lantaarn.datastream as stream on stream.id = due.datastream_id
    cross join lateral lantaarn.hours_of(
        due.datastream_id, due.hour, lantaarn.total_end(due.hour, stream.sum_minutes, stream.one_night)
    ) as computed
    order by 1, 2
    on conflict (datastream_id, hour) do update set
        count = excluded.count,
        sum = excluded.sum,
        min = excluded.min,
        max = excluded.max,
        sum_cos = excluded.sum_cos,
        jumps = excluded.jumps,
        counted_since = excluded.counted_since,
        last_time = excluded.last_time,
        last_value = excluded.last_value
    where
        total.count <= excluded.count
        and (
            total.count,
            total.sum,
            total.min,
            total.max,
            total.sum_cos,
            total.jumps,
            total.counted_since,
            total.last_time,
            total.last_value
        )
        is distinct from (
            excluded.count,
            excluded.sum,
            excluded.min,
            excluded.max,
            excluded.sum_cos,
            excluded.jumps,
            excluded.counted_since,
            excluded.last_time,
            excluded.last_value
        )
    returning datastream_id, hour
),
late as (
    insert into lantaarn.changed_day (day, datastream_ids)
    select open.day_of(hour), array_agg(distinct datastream_id)
    from made
    where hour < now() - interval '1 day'
    group by 1
),
settled as (
    select datastream_id, hour from made
    union
    select datastream_id, hour from marked where not recompute
    union
    -- The last good value of these was replaced by one that isn't.
    select datastream_id, hour from changed
    where not exists (
        select from lantaarn.rollup_hour as hourly
        where hourly.datastream_id = changed.datastream_id and hourly.hour = changed.hour
    )
)
select
    (select count(*) from taken) as marks,
    (select count(*) from made) as hours,
    array_agg(datastream_id) as datastream_ids,
    array_agg(hour) as settled_hours
from settled
where hour < date_trunc('hour', now(), 'UTC') - interval '1 hour';

-- complete_published: carry changed hours on to what was published of them, which says so if they were late
select lantaarn.complete_published(%(datastream_ids)s::integer[], %(settled_hours)s::timestamptz[], %(is_late)s);
