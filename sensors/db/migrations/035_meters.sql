-- Meters that hiccup: a reading that can't be right is left out, instead of counting the whole meter again; where only
-- the base is known there is no value; and jumps are told. docs/decisions/014-aggregation.md.

-- Null: nothing to count from, because the only reading is the first of its meter.
alter table lantaarn.rollup_hour alter column sum drop not null;
alter table lantaarn.day_total alter column sum drop not null;

-- As it was, but that a fall of less than a tenth is no reset: an exchanged meter starts far lower.
create or replace function lantaarn.counter_step(
    before double precision, after double precision, elapsed interval, max_rate_per_hour double precision
) returns double precision
language sql immutable parallel safe
return case
    when after < 0 or (after < before and after > before * 0.9::double precision) then null
    when case when after < before then after else after - before end
        <= max_rate_per_hour * (extract(epoch from elapsed)::double precision / 3600 + 1)
        then case when after < before then after else after - before end
end;

-- The hours of a datastream from its good values, each instant once: while a datastream changes its retention class, a
-- value may be in two tables. The only definition of what an hour is made of. Both bounds are whole hours. A step of a
-- counter depends on four readings before it and one after: not on more, so that recomputing an hour stays cheap.
create or replace function lantaarn.hours_of(stream_id integer, from_hour timestamptz, until_hour timestamptz)
returns table (
    hour timestamptz,
    count bigint,
    sum double precision,
    min double precision,
    max double precision,
    sum_cos double precision,
    jumps integer,
    counted_since timestamptz,
    last_time timestamptz,
    last_value double precision
)
language sql stable
begin atomic
    with stream as (
        select
            datastream.aggregation,
            datastream.retention_class,
            datastream.max_rate_per_hour,
            datastream.aggregation = 'counter' as is_counter,
            datastream.aggregation in ('counter', 'last') as keeps_last
        from lantaarn.datastream as datastream
        where datastream.id = stream_id
    ),

    reading as (
        select distinct on (one.time) one.time, one.value
        from lantaarn.observation as one
        cross join stream
        where one.datastream_id = stream_id and one.time >= from_hour and one.time < until_hour and one.quality = 0
        order by one.time, (one.retention_class = stream.retention_class) desc nulls last
    ),

    -- What the first readings of a counter count from: four readings, each possibly in two tables, or what an hour kept
    -- of those that are gone.
    before as (
        select distinct on (known.time) known.time, known.value
        from (
            (
                select one.time, one.value, 1 as preference
                from lantaarn.observation as one
                where one.datastream_id = stream_id and one.time < from_hour and one.quality = 0
                order by one.time desc
                limit 8
            )
            union all
            (
                select hourly.last_time, hourly.last_value, 2
                from lantaarn.rollup_hour as hourly
                where
                    hourly.datastream_id = stream_id and hourly.hour < from_hour and hourly.last_time is not null
                order by hourly.hour desc
                limit 1
            )
        ) as known
        where (select stream.is_counter from stream)
        order by known.time desc, known.preference
        limit 4
    ),

    -- What shows whether the last reading of a counter was a dip or a spike.
    after as (
        select one.time, one.value
        from lantaarn.observation as one
        where
            (select stream.is_counter from stream)
            and one.datastream_id = stream_id
            and one.time >= until_hour
            and one.quality = 0
        order by one.time
        limit 1
    ),

    -- A spike or a dip: its neighbours are in order without it. Two in a row are of different sorts.
    neighboured as (
        select
            known.*,
            stream.*,
            lag(known.value) over in_time as previous,
            lead(known.value) over in_time as next
        from (
            select reading.time, reading.value, true as is_asked from reading
            union all
            select before.time, before.value, false from before
            union all
            select after.time, after.value, false from after
        ) as known
        cross join stream
        window in_time as (order by known.time)
    ),

    shaped as (
        select
            neighboured.*,
            is_counter and coalesce(value > next and next >= previous, false) as is_spike,
            is_counter and coalesce(value < previous and previous <= next, false) as is_dip
        from neighboured
    ),

    -- Readings that are left out. Right after a spike nothing dips: it fell from what was too high.
    judged as (
        select
            shaped.*,
            is_spike or (is_dip and not lag(is_spike) over in_time) as is_stray
        from shaped
        window in_time as (order by time)
    ),

    based as (
        select
            judged.*,
            max(open.dated(time, value)) filter (where is_counter and not is_stray) over (
                order by time rows between unbounded preceding and 1 preceding
            ) as base
        from judged
    ),

    counted as (
        select
            date_trunc('hour', based.time, 'UTC') as hour,
            based.*,
            to_timestamp(based.base[1]) as base_time,
            case
                when not based.is_stray
                    then lantaarn.counter_step(
                        based.base[2], based.value, based.time - to_timestamp(based.base[1]), based.max_rate_per_hour
                    )
            end as step
        from based
        where based.is_asked
    )

    select
        counted.hour,
        count(*),
        sum(
            case
                when not counted.is_counter then open.summand(counted.aggregation, counted.value)
                when counted.base_time is not null then coalesce(counted.step, 0)
            end
        ),
        min(counted.value),
        max(counted.value),
        sum(open.summand_cos(counted.aggregation, counted.value)),
        nullif(
            count(*) filter (where counted.is_counter and counted.base_time is not null and counted.step is null), 0
        )::integer,
        -- The hour of a reading: the time of a single value may be public no finer than its interval.
        min(date_trunc('hour', counted.base_time, 'UTC')) filter (
            where counted.is_counter and counted.step > 0 and counted.base_time < counted.hour - interval '1 hour'
        ),
        max(counted.time) filter (where counted.keeps_last and not counted.is_stray),
        (max(open.dated(counted.time, counted.value)) filter (where counted.keeps_last and not counted.is_stray))[2]
    from counted
    group by counted.hour;
end;

-- As it was, but that a day of which only the base of the energy meter is known is no day of a lamp.
create or replace function lantaarn.make_lamp_days(which integer[], first_day date, last_day date) returns void
language sql
begin atomic
    delete from lantaarn.lamp_day
    where sensor_id = any(which) and day between first_day and last_day;
    insert into lantaarn.lamp_day (sensor_id, day, hours, kwh, burned, full_kwh)
    select
        energy.sensor_id,
        used.day,
        used.hours,
        used.sum,
        burned.hours,
        power.max / nullif(level.max, 0) * 100 * burned.hours / 1000
    from lantaarn.datastream as energy
    inner join lantaarn.day_total as used
        on used.datastream_id = energy.id
        and used.day between first_day and last_day
        and used.day >= open.day_of(energy.totals_since)
        and used.sum is not null
    left join lateral (
        select
            case
                when today.day >= open.day_of(clock.totals_since) then today.sum
                when today.max - coalesce(yesterday.max, today.min) between 0 and today.day_hours + 1
                    then today.max - coalesce(yesterday.max, today.min)
            end as hours
        from lantaarn.datastream as clock
        inner join lantaarn.day_total as today on today.datastream_id = clock.id and today.day = used.day
        left join lantaarn.day_total as yesterday
            on yesterday.datastream_id = clock.id and yesterday.day = used.day - 1
        where clock.sensor_id = energy.sensor_id and clock.property = 'burning_hours'
    ) as burned on true
    left join lateral (
        select total.max from lantaarn.datastream as meter
        inner join lantaarn.day_total as total on total.datastream_id = meter.id and total.day = used.day
        where meter.sensor_id = energy.sensor_id and meter.property = 'power'
    ) as power on true
    left join lateral (
        select total.max from lantaarn.datastream as meter
        inner join lantaarn.day_total as total on total.datastream_id = meter.id and total.day = used.day
        where meter.sensor_id = energy.sensor_id and meter.property = 'dim_level'
    ) as level on true
    where energy.sensor_id = any(which) and energy.property = 'energy';
end;

-- Published hours and days in which readings of a meter were not counted. Not of what is about people: when a device
-- failed is not published.
create view open.jump as
select
    stream.id as datastream_id,
    stream.sensor_id,
    stream.property,
    hourly.hour as start,
    hourly.jumps
from lantaarn.datastream as stream
inner join lantaarn.rollup_hour as hourly
    on hourly.datastream_id = stream.id and hourly.hour >= stream.totals_since and hourly.jumps > 0
where stream.active and stream.aggregation = 'counter' and stream.public = 'live' and not stream.about_people
union all
select
    stream.id,
    stream.sensor_id,
    stream.property,
    cell.start,
    within.jumps
from lantaarn.datastream as stream
inner join lantaarn.public_cell as cell
    on cell.datastream_id = stream.id and cell.period = stream.public and cell.start >= stream.totals_since
cross join lateral (
    select sum(hourly.jumps)::integer as jumps
    from lantaarn.rollup_hour as hourly
    where
        hourly.datastream_id = stream.id
        and hourly.hour >= cell.start
        and hourly.hour < case cell.period
            when 'hour' then cell.start + interval '1 hour'
            else (cell.start at time zone 'Europe/Amsterdam' + interval '1 day') at time zone 'Europe/Amsterdam'
        end
) as within
where stream.active and stream.aggregation = 'counter' and not stream.about_people and within.jumps > 0;

grant select on open.jump to lantaarn_api, lantaarn_dashboard;

-- Hours of meters are recomputed from the single values that are left, like those of a changed aggregation but shown
-- meanwhile; a recomputation that is under way begins again.
update lantaarn.aggregation_change set recomputed_until = null, incomplete_until = null
where recomputed_at is null and to_aggregation = 'counter';

insert into lantaarn.aggregation_change (datastream_id, from_aggregation, to_aggregation)
select stream.id, stream.aggregation, stream.aggregation
from lantaarn.datastream as stream
where
    stream.aggregation = 'counter'
    and exists (select from lantaarn.rollup_hour as hourly where hourly.datastream_id = stream.id)
    and not exists (
        select from lantaarn.aggregation_change as pending
        where pending.datastream_id = stream.id and pending.recomputed_at is null
    );
