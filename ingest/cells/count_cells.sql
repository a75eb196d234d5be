-- is_original: whether this is not a copy of the database on another server, which would draw other random numbers
select lantaarn.is_original() as is_original;

-- due_cells: the cells of counts that are due, and whether enough is known of each
with floor as (
    select
        one.since,
        one.settled_until as was_settled,
        lantaarn.settled_until(%(at)s) as settled,
        %(at)s::timestamptz - %(delay)s::interval as over
    from lantaarn.public_floor as one
),

newest as (
    select
        stream.id,
        (
            select max(cell.start) from lantaarn.public_cell as cell
            where cell.datastream_id = stream.id and cell.period = 'hour'
        ) as hour,
        (
            select max(cell.start) from lantaarn.public_cell as cell
            where cell.datastream_id = stream.id and cell.period = 'night'
        ) as night,
        (
            select max(cell.start) from lantaarn.public_cell as cell
            where cell.datastream_id = stream.id and cell.period = 'day'
        ) as day
    from lantaarn.datastream as stream
    where
        stream.active
        and stream.cell_noise is not null
        and stream.totals_since < 'infinity'
        -- Others are counted in memory (ingest/events/passers_by.py).
        and stream.rule is null
),

stream as materialized (
    -- By the register and the clock: from when it was made public, then from where all were settled. Never from a sum, of
    -- which there is none until someone passes, and none is kept for long; but if zeros are sent too, not before the
    -- first message. Never over a cell of the other length, from before the entry changed.
    select
        declared.id,
        declared.public,
        declared.one_night,
        declared.cell_noise,
        told.interval,
        -- What is heard in full is due before its time.
        case when told.interval is null then floor.settled else floor.over end as until,
        greatest(
            floor.over - %(longest)s::interval,
            declared.cells_since,
            open.day_start((entry.document ->> 'active_from')::date),
            first.start,
            case when told.has_cells then floor.was_settled end,
            case declared.public
                when 'hour' then lantaarn.cell_end('day', newest.day)
                else greatest(lantaarn.cell_end('hour', newest.hour), lantaarn.cell_end('night', newest.night))
            end
        ) as since
    from newest
    cross join floor
    inner join lantaarn.datastream as declared on declared.id = newest.id
    inner join lantaarn.sensor as sensor on sensor.id = declared.sensor_id
    inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
    cross join lateral (
        select
            case when declared.sends_zeros then declared.measurement_interval end as interval,
            coalesce(newest.hour, newest.night, newest.day) is not null as has_cells
    ) as told
    cross join lateral (
        select
            case declared.public when 'hour' then min(total.hour) else open.day_start(open.day_of(min(total.hour))) end as start
        from lantaarn.sent_together as sent
        cross join lateral (
            select one.hour from lantaarn.rollup_hour as one
            where one.datastream_id = sent.beside_id
            order by one.hour
            limit 1
        ) as total
        where sent.datastream_id = declared.id
    ) as first
    where told.has_cells or told.interval is null or first.start is not null
),

step as (
    select stream.id, hours.start
    from stream
    cross join lateral generate_series(
        date_trunc('hour', stream.since, 'UTC'), stream.until - interval '1 hour', interval '1 hour'
    ) as hours (start)
    where
        stream.public = 'hour' and lantaarn.total_start(hours.start, 60::smallint, stream.one_night) = hours.start
    union all
    select stream.id, open.day_start(days.start::date)
    from stream
    cross join lateral generate_series(
        open.day_of(stream.since)::timestamp, open.day_of(stream.until) - interval '1 day', interval '1 day'
    ) as days (start)
    where stream.public = 'day'
),

unwritten as materialized (
    select
        stream.id,
        case
            when stream.public = 'day' then 'day'
            when span.until > step.start + interval '1 hour' then 'night'
            else 'hour'
        end as period,
        step.start,
        span.until,
        stream.cell_noise,
        stream.one_night,
        -- Null: not declared, or there is none in every cell.
        nullif(
            floor(extract(epoch from span.until - step.start) / extract(epoch from stream.interval)), 0
        ) as expected
    from step
    inner join stream on stream.id = step.id and step.start >= stream.since
    cross join lateral (
        select case stream.public
            when 'hour' then lantaarn.total_end(step.start, 60::smallint, stream.one_night)
            else open.day_start(open.day_of(step.start) + 1)
        end as until
    ) as span
    where
        not exists (
            select from lantaarn.public_cell as held
            where
                held.datastream_id = step.id
                and held.period in ('hour', 'night', 'day')
                and held.start = step.start
        )
),

cell as materialized (
    select
        unwritten.*,
        case
            when unwritten.expected is not null
                then lantaarn.intervals_heard(unwritten.id, unwritten.period, unwritten.start, unwritten.until)
        end as intervals
    from unwritten
),

listened as (
    -- Of how many minutes of each such time there is a heartbeat; null: before the first one that is kept.
    select
        span.start,
        span.until,
        case
            when span.start >= (select min(pulse.minute) from lantaarn.pulse as pulse)
                then (
                    select count(*) from lantaarn.pulse as pulse
                    where pulse.minute >= span.start and pulse.minute < span.until
                )
        end as minutes
    from (select distinct cell.start, cell.until from cell where cell.expected is null) as span
),

due as (
    select cell.*, floor.since, floor.settled, floor.over
    from cell
    cross join floor
    where
        cell.start < floor.settled
        or (
            cell.intervals >= cell.expected
            -- The night after a day belongs to it.
            and cell.until + case when cell.period = 'day' and cell.one_night then interval '6 hours' else '0' end
            <= floor.over
        )
)

select
    due.id as datastream_id,
    due.period,
    due.start,
    due.until,
    due.cell_noise as noise,
    due.start >= due.since
    and coalesce(
        due.intervals >= %(min_heard)s * due.expected,
        listened.minutes * 60 >= %(min_heard)s * extract(epoch from due.until - due.start),
        true
    ) as is_known
from due
left join listened on listened.start = due.start and listened.until = due.until
order by due.id, due.start;

-- take_sums: the true sum of each of these cells, which is noted to be in a cell from now on. Sums are locked in the order
-- in which ingest meets them, so that neither waits for what the other holds.
with held as materialized (
    select total.datastream_id, total.hour, cell.place
    from unnest(%(datastream_ids)s::integer[], %(starts)s::timestamptz[], %(ends)s::timestamptz[])
        with ordinality as cell (datastream_id, start, until, place)
    inner join lantaarn.rollup_hour as total
        on total.datastream_id = cell.datastream_id and total.hour >= cell.start and total.hour < cell.until
    order by total.datastream_id, total.hour
    for update of total
),

noted as (
    update lantaarn.rollup_hour as total set published = total.sum
    from held
    where total.datastream_id = held.datastream_id and total.hour = held.hour
    returning held.place, total.published
)

select place, sum(published) as sum from noted group by place;

-- due_late_cells: what came after the cells of the last four weeks that have been over for a week were written, by
-- datastream and slot, also where that is nothing; none if cells of those weeks may have been drawn elsewhere before
with period as (
    select
        open.day_start(weeks.first_day) as start,
        open.day_start(weeks.first_day + 28) as until,
        open.day_start(weeks.first_day) >= floor.since as is_ours
    from (select lantaarn.late_period(open.day_of(%(at)s) - 35) as first_day) as weeks
    cross join lantaarn.public_floor as floor
),

stream as materialized (
    select
        declared.id,
        declared.cell_noise,
        case when declared.sends_zeros then declared.measurement_interval end as interval,
        -- What is counted in memory is never late, nor what passed before then. Null: nothing is.
        case when declared.rule is null then declared.cells_since end as late_since
    from lantaarn.datastream as declared
    cross join period
    where
        declared.active
        and declared.cell_noise is not null
        and not exists (
            select from lantaarn.public_cell as late
            where
                late.datastream_id = declared.id
                and late.period = 'late'
                and late.start >= period.start
                and late.start < period.until
        )
),

cell as materialized (
    select
        stream.id,
        stream.interval,
        coalesce(lantaarn.cell_end(written.period, written.start) > stream.late_since, false) as may_come,
        written.period,
        written.start,
        lantaarn.cell_end(written.period, written.start) as until,
        written.value is null as is_missing
    from stream
    cross join period
    inner join lantaarn.public_cell as written
        on written.datastream_id = stream.id
        and written.period in ('hour', 'night', 'day')
        and written.noise is not null
        and written.start >= period.start
        and written.start < period.until
),

changed as (
    select total.datastream_id, total.hour, total.sum - coalesce(total.published, 0) as late
    from stream
    cross join period
    inner join lantaarn.rollup_hour as total
        on total.datastream_id = stream.id
        and total.hour >= period.start
        and total.hour < period.until
        and total.published is distinct from total.sum
),

came as (
    select cell.id, cell.start, sum(changed.late) as late
    from changed
    inner join cell
        on cell.id = changed.datastream_id
        and cell.may_come
        and changed.hour >= cell.start
        and changed.hour < cell.until
    group by cell.id, cell.start
),

completed as (
    -- Of what is still missing, no more than was: it would be a part of an hour. Where nobody can tell, because silence is
    -- nought, it has come by now, whether or not anything did: otherwise it would show that someone passed.
    select
        cell.id,
        cell.start,
        came.late,
        cell.is_missing and cell.may_come and coalesce(
            lantaarn.intervals_heard(cell.id, cell.period, cell.start, cell.until) >= %(min_heard)s * nullif(
                floor(extract(epoch from cell.until - cell.start) / extract(epoch from cell.interval)), 0
            ),
            true
        ) as is_filled,
        cell.is_missing
    from cell
    left join came on came.id = cell.id and came.start = cell.start
)

select
    completed.id as datastream_id,
    'late' as period,
    lantaarn.late_slot(completed.start) as start,
    stream.cell_noise as noise,
    case
        when period.is_ours
            then coalesce(sum(completed.late) filter (where completed.is_filled or not completed.is_missing), 0)
    end as sum,
    count(*) filter (where completed.is_filled) as filled
from completed
cross join period
inner join stream on stream.id = completed.id
group by completed.id, lantaarn.late_slot(completed.start), stream.cell_noise, period.is_ours
order by 1, 3;

-- due_ratios: of means over what passes, the cells of which all counts beside them have been written: numerator (sum) and
-- denominator, from single values of the same time. By the counts alone, so that when they are written depends on nobody.
-- Single values are kept for seven days. A meter has none that say how many passed.
with due as (
    select
        stream.id,
        stream.ratio_reference as reference,
        stream.ratio_clip as clip,
        written.period,
        written.start,
        lantaarn.cell_end(written.period, written.start) as until,
        max(written.noise) as noise,
        -- As published: how wide the noise is tells nothing else.
        greatest(coalesce(sum(written.value), 0), 0) as passed,
        count(written.value) = count(*) as is_known,
        array_agg(declared.id) as counts
    from lantaarn.datastream as stream
    inner join lantaarn.datastream as declared
        on declared.sensor_id = stream.sensor_id
        and declared.property = any(stream.ratio_of)
        and declared.active
        and declared.aggregation = 'delta'
    inner join lantaarn.public_cell as written
        on written.datastream_id = declared.id
        and written.period = stream.public
        and written.noise is not null
        and written.start >= greatest(%(at)s::timestamptz - interval '6 days', stream.cells_since)
    where
        stream.active
        and stream.totals_since < 'infinity'
        -- Never over a cell of the other length, from before the entry changed.
        and not exists (
            select from lantaarn.public_cell as held
            where
                held.datastream_id = stream.id
                and held.period in ('hour', 'day')
                and held.start < lantaarn.cell_end(written.period, written.start)
                and held.start > written.start - interval '25 hours'
                and lantaarn.cell_end(held.period, held.start) > written.start
        )
    group by stream.id, written.period, written.start
    having count(*) = cardinality(stream.ratio_of)
)

select
    due.id as datastream_id,
    due.period,
    due.start,
    due.reference,
    -- A mean over many is rounded: one vehicle more moves it by its own share, and by up to a step of all of them.
    due.noise * due.clip * (1 + due.passed / %(clip_steps)s) as noise,
    due.noise as denominator_noise,
    case when due.is_known and due.start >= floor.since then coalesce(passed.numerator, 0) end as sum,
    case when due.is_known and due.start >= floor.since then coalesce(passed.denominator, 0) end as denominator
from due
cross join lantaarn.public_floor as floor
cross join lateral (
    select
        sum(counted.value * greatest(-due.clip, least(due.clip, mean.value - due.reference))) as numerator,
        sum(counted.value) as denominator
    from (
        select distinct on (one.time) one.time, one.value
        from lantaarn.observation as one
        -- Implausible ones too, which are the bound that they crossed: one vehicle must not take out all of a message.
        where one.datastream_id = due.id and one.time >= due.start and one.time < due.until
        order by one.time, one.retention_class
    ) as mean
    inner join (
        select distinct on (one.datastream_id, one.time) one.time, one.value
        from lantaarn.observation as one
        where
            one.datastream_id = any(due.counts)
            and one.time >= due.start
            and one.time < due.until
            and one.quality = 0
        order by one.datastream_id, one.time, one.retention_class
    ) as counted using (time)
) as passed
order by 1, 3;

-- insert_cells: write the cells, with their random numbers in them, and mark past days for recomputation
with written as (
    insert into lantaarn.public_cell (
        datastream_id, period, start, counted, value, noise, filled, reference, denominator, denominator_noise
    )
    select datastream_id, period, start, true, value, noise, filled, reference, denominator, denominator_noise
    from unnest(
        %(datastream_ids)s::integer[], %(periods)s::text[], %(starts)s::timestamptz[], %(values)s::double precision[],
        %(noises)s::double precision[], %(filled)s::smallint[], %(references)s::double precision[],
        %(denominators)s::double precision[], %(denominator_noises)s::double precision[]
    ) as given (
        datastream_id, period, start, value, noise, filled, reference, denominator, denominator_noise
    )
    on conflict do nothing
    returning datastream_id, period, start
)

insert into lantaarn.changed_day (day, datastream_ids)
select open.day_of(start), array_agg(distinct datastream_id)
from written
where period <> 'late' and open.day_of(start) < open.day_of(%(at)s)
group by 1;

-- note_settled: the cells that were due by now have been written
update lantaarn.public_floor set settled_until = greatest(settled_until, lantaarn.settled_until(%(at)s));
