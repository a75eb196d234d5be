-- pending_changes: the newest change of each datastream whose hours were made under another aggregation
select distinct on (change.datastream_id)
    change.id, change.datastream_id, change.from_aggregation, change.to_aggregation
from lantaarn.aggregation_change as change
where change.recomputed_at is null and change.changed_at <= %(now)s::timestamptz - %(min_age)s::interval
order by change.datastream_id, change.id desc;

-- lock_change: lock one change and its datastream, whose aggregation then stays the same until the transaction ends; the
-- first hour to recompute next, and the last hour before it of which single values are gone
select
    change.datastream_id,
    stream.sensor_id,
    coalesce(change.recomputed_until, first.hour) as from_hour,
    case
        when change.recomputed_until is not null then change.incomplete_until
        else (
            select max(hourly.hour) from lantaarn.rollup_hour as hourly
            where hourly.datastream_id = stream.id and hourly.hour < coalesce(first.hour, 'infinity')
        )
    end as incomplete_until
from lantaarn.aggregation_change as change
inner join lantaarn.datastream as stream on stream.id = change.datastream_id
left join lateral (
    select date_trunc('hour', one.time, 'UTC') as hour
    from lantaarn.observation as one
    where one.datastream_id = stream.id and one.quality = 0
    order by one.time
    limit 1
) as first on true
where change.id = %(change_id)s and change.recomputed_at is null
for update of change, stream;

-- recompute_slice: recompute hours from single values where all of those still exist
with computed as (
    select * from lantaarn.hours_of(%(datastream_id)s, %(from_hour)s, %(until_hour)s)
),
held as (
    select hourly.hour, hourly.count
    from lantaarn.rollup_hour as hourly
    where
        hourly.datastream_id = %(datastream_id)s
        and hourly.hour >= %(from_hour)s::timestamptz
        and hourly.hour < %(until_hour)s::timestamptz
),
made as (
    insert into lantaarn.rollup_hour as total
    (datastream_id, hour, count, sum, min, max, sum_cos, jumps, counted_since, last_time, last_value)
    select
        %(datastream_id)s,
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
    from computed
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
    where total.count <= excluded.count
    returning hour
)
select
    (select count(*) from made) as hours,
    (
        select max(held.hour)
        from held
        left join computed on computed.hour = held.hour
        where coalesce(computed.count, 0) < held.count
    ) as incomplete_until;

-- record_progress: note how far a change has come
update lantaarn.aggregation_change set
    recomputed_until = %(until_hour)s,
    incomplete_until = greatest(incomplete_until, %(incomplete_until)s),
    recomputed_hours = recomputed_hours + %(hours)s
where id = %(change_id)s;

-- show_hours: show the hours of a datastream again, from the first one whose values all exist; returns its day. Under the
-- same aggregation as before all of them were shown meanwhile, and stay
update lantaarn.datastream as stream set
    totals_since = case
        when change.from_aggregation = change.to_aggregation then stream.totals_since
        else coalesce(change.incomplete_until + interval '1 hour', '-infinity')
    end
from lantaarn.aggregation_change as change
where change.id = %(change_id)s and stream.id = change.datastream_id
returning greatest(open.day_of(stream.totals_since), '1970-01-01') as first_day;

-- refresh_cells: carry the recomputed hours on to what was published of them
select lantaarn.complete_published(array_agg(hourly.datastream_id), array_agg(hourly.hour), false)
from lantaarn.rollup_hour as hourly
inner join lantaarn.datastream as stream on stream.id = hourly.datastream_id
where stream.id = %(datastream_id)s and hourly.hour >= stream.totals_since
having count(*) > 0;

-- close_changes: the changes of a datastream up to this one are done
update lantaarn.aggregation_change set recomputed_at = %(now)s
where datastream_id = %(datastream_id)s and id <= %(change_id)s and recomputed_at is null;

-- update_lamp_days: recompute the days of the lamp that a datastream belongs to
select lantaarn.make_lamp_days(array[stream.sensor_id], %(first_day)s, 'infinity')
from lantaarn.datastream as stream
where
    stream.id = %(datastream_id)s
    and exists (
        select from lantaarn.datastream as energy where energy.sensor_id = stream.sensor_id and energy.property = 'energy'
    );
