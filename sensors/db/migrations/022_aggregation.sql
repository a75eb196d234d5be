-- Hours and days by the aggregation of each datastream, instead of a mean or a sum. docs/decisions/014-aggregation.md.

-- What a value contributes to the sum of its hour: an energy for levels in dB, the sine for directions in degrees.
create function open.summand(aggregation text, value double precision) returns double precision
language sql immutable parallel safe
return case aggregation
    when 'energy_mean' then power(10, value / 10)
    when 'circular_mean' then sind(value)
    else value
end;

-- The cosine, for directions.
create function open.summand_cos(aggregation text, value double precision) returns double precision
language sql immutable parallel safe
return case when aggregation = 'circular_mean' then cosd(value) end;

-- The value of an hour, a day or a group of sensors, from what can be merged: count, sums of the above, maximum, and the
-- last value. None for directions that cancel out, and where no total has a meaning.
create function open.aggregate(
    aggregation text,
    count bigint,
    sum double precision,
    sum_cos double precision,
    max double precision,
    last double precision
) returns double precision
language sql immutable parallel safe
return case aggregation
    when 'mean' then sum / nullif(count, 0)
    when 'delta' then sum
    when 'counter' then sum
    when 'max' then max
    when 'last' then last
    when 'energy_mean' then 10 * log(sum / nullif(count, 0))
    when 'circular_mean' then case
        when greatest(abs(sum), abs(sum_cos)) > 1e-9::double precision * count
            then mod(round((atan2d(sum, sum_cos) + 360)::numeric, 9), 360)::double precision
    end
end;

-- A value and its time; the maximum of several is the latest, because arrays compare by their first element.
create function open.dated(at timestamptz, value double precision) returns double precision []
language sql immutable parallel safe
return case when at is not null then array[extract(epoch from at)::double precision, value] end;

-- What a step between two readings of a meter adds; null for a jump. A fall is a reset: the meter counts from 0 again.
-- An hour more than elapsed is allowed, because clocks deviate and values are rounded.
create function lantaarn.counter_step(
    before double precision, after double precision, elapsed interval, max_rate_per_hour double precision
) returns double precision
language sql immutable parallel safe
return case
    when after < 0 then null
    when case when after < before then after else after - before end
        <= max_rate_per_hour * (extract(epoch from elapsed)::double precision / 3600 + 1)
        then case when after < before then after else after - before end
end;

-- Sums of cosines, for directions. Of counters: steps that were not counted (jumps), since when the hour counts if its
-- first step spans a gap, and the last reading, from which the next hour counts even when single values are gone.
alter table lantaarn.rollup_hour
add column sum_cos double precision,
add column jumps integer,
add column counted_since timestamptz,
add column last_time timestamptz,
add column last_value double precision;

alter table lantaarn.day_total
add column sum_cos double precision,
add column jumps integer,
add column counted_since timestamptz,
add column last_value double precision;

-- The value of a day that is neither the sum nor the mean of its published hours.
alter table lantaarn.public_day add column value double precision;

alter table lantaarn.public_cell add column counted_since timestamptz;

-- Hours before totals_since were made under another aggregation, of values that are gone: they are not shown. Infinite
-- while the others are being recomputed. recomputed: hours are made of single values, not added to.
alter table lantaarn.datastream
add column totals_since timestamptz not null default '-infinity',
add column recomputed boolean not null generated always as (
    aggregation in ('counter', 'last') or same_time = 'last' or totals_since = 'infinity'
) stored;

-- Datastreams whose values add up otherwise than before, and how far their hours were recomputed.
create table lantaarn.aggregation_change (
    id bigint generated always as identity primary key,
    datastream_id integer not null,
    from_aggregation text not null,
    to_aggregation text not null,
    changed_at timestamptz not null default now(),
    recomputed_until timestamptz,
    incomplete_until timestamptz,
    recomputed_hours bigint not null default 0,
    recomputed_at timestamptz
);

create index on lantaarn.aggregation_change (datastream_id) where recomputed_at is null;

-- Hours hold the same for amounts, means and maxima: a change among those needs nothing.
create function lantaarn.note_aggregation_change() returns trigger language plpgsql as $$
begin
    if exists (select from lantaarn.rollup_hour as hourly where hourly.datastream_id = old.id) then
        new.totals_since := 'infinity';
        insert into lantaarn.aggregation_change (datastream_id, from_aggregation, to_aggregation)
        values (old.id, old.aggregation, new.aggregation);
    end if;
    return new;
end
$$;

create trigger note_aggregation_change before update of aggregation on lantaarn.datastream
for each row
when (
    old.aggregation <> new.aggregation
    and (
        old.aggregation in ('counter', 'last', 'energy_mean', 'circular_mean')
        or new.aggregation in ('counter', 'last', 'energy_mean', 'circular_mean')
    )
)
execute function lantaarn.note_aggregation_change();

-- Hours to be recomputed, one row per hour and batch: storing never waits for recomputing.
create table lantaarn.changed_hour (
    hour timestamptz not null,
    datastream_ids integer [] not null
);

grant select, insert, delete on lantaarn.changed_hour to lantaarn_ingest;
grant select on lantaarn.observation to lantaarn_ingest;

-- The hours of a datastream from its good values, each instant once: while a datastream changes its retention class, a
-- value may be in two tables. The only definition of what an hour is made of. Both bounds are whole hours.
create function lantaarn.hours_of(stream_id integer, from_hour timestamptz, until_hour timestamptz)
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

    -- What the first reading of a counter counts from.
    base as (
        select known.time, known.value
        from (
            (
                select one.time, one.value, 1 as preference
                from lantaarn.observation as one
                where one.datastream_id = stream_id and one.time < from_hour and one.quality = 0
                order by one.time desc
                limit 1
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
        limit 1
    ),

    paired as (
        select
            reading.time,
            reading.value,
            lag(reading.time, 1, base.time) over in_time as previous_time,
            lag(reading.value, 1, base.value) over in_time as previous_value
        from reading
        left join base on true
        window in_time as (order by reading.time)
    ),

    counted as (
        select
            date_trunc('hour', paired.time, 'UTC') as hour,
            paired.time,
            paired.value,
            paired.previous_time,
            stream.*,
            lantaarn.counter_step(
                paired.previous_value, paired.value, paired.time - paired.previous_time, stream.max_rate_per_hour
            ) as step
        from paired
        cross join stream
    )

    select
        counted.hour,
        count(*),
        coalesce(
            sum(
                case
                    when counted.is_counter then counted.step
                    else open.summand(counted.aggregation, counted.value)
                end
            ),
            0
        ),
        min(counted.value),
        max(counted.value),
        sum(open.summand_cos(counted.aggregation, counted.value)),
        nullif(
            count(*) filter (
                where counted.is_counter and counted.previous_time is not null and counted.step is null
            ),
            0
        )::integer,
        -- The hour of a reading: the time of a single value may be public no finer than its interval.
        min(date_trunc('hour', counted.previous_time, 'UTC')) filter (
            where
            counted.is_counter and counted.step > 0 and counted.previous_time < counted.hour - interval '1 hour'
        ),
        max(counted.time) filter (where counted.keeps_last),
        (max(open.dated(counted.time, counted.value)) filter (where counted.keeps_last))[2]
    from counted
    group by counted.hour;
end;

-- Days (Europe/Amsterdam) as totals of hours.
create or replace view lantaarn.rollup_day as
select
    hourly.datastream_id,
    open.day_of(hourly.hour) as day,
    sum(hourly.count)::bigint as count,
    sum(hourly.sum) as sum,
    min(hourly.min) as min,
    max(hourly.max) as max,
    sum(hourly.sum_cos) as sum_cos,
    sum(hourly.jumps)::integer as jumps,
    nullif(
        least(min(hourly.counted_since), open.day_start(open.day_of(hourly.hour))),
        open.day_start(open.day_of(hourly.hour))
    ) as counted_since,
    (max(open.dated(hourly.last_time, hourly.last_value)))[2] as last_value,
    count(*)::smallint as hours
from lantaarn.rollup_hour as hourly
inner join lantaarn.datastream as datastream
    on datastream.id = hourly.datastream_id and hourly.hour >= datastream.totals_since
group by 1, 2;

-- The same for a range of hours of one datastream: a condition on the days of the view would be applied after all of
-- its hours were read.
create function lantaarn.days_of(stream_id integer, since timestamptz, until timestamptz)
returns table (
    day date,
    count bigint,
    sum double precision,
    min double precision,
    max double precision,
    sum_cos double precision,
    jumps integer,
    counted_since timestamptz,
    last_value double precision,
    hours smallint
)
language sql stable
begin atomic
    select
        open.day_of(hourly.hour),
        sum(hourly.count)::bigint,
        sum(hourly.sum),
        min(hourly.min),
        max(hourly.max),
        sum(hourly.sum_cos),
        sum(hourly.jumps)::integer,
        nullif(
            least(min(hourly.counted_since), open.day_start(open.day_of(hourly.hour))),
            open.day_start(open.day_of(hourly.hour))
        ),
        (max(open.dated(hourly.last_time, hourly.last_value)))[2],
        count(*)::smallint
    from lantaarn.rollup_hour as hourly
    inner join lantaarn.datastream as datastream
        on datastream.id = hourly.datastream_id and hourly.hour >= datastream.totals_since
    where hourly.datastream_id = stream_id and hourly.hour >= since and hourly.hour < until
    group by 1;
end;

revoke execute on function
lantaarn.hours_of(integer, timestamptz, timestamptz), lantaarn.days_of(integer, timestamptz, timestamptz)
from public;

grant execute on function lantaarn.hours_of(integer, timestamptz, timestamptz) to lantaarn_ingest;

-- summed: an amount, which grows with the period. totals_since: hours before it are not shown.
create or replace view open.datastream as
select
    datastream.id as datastream_id,
    datastream.sensor_id,
    datastream.property,
    datastream.unit,
    datastream.retention_class,
    datastream.public,
    datastream.counts_people,
    datastream.aggregation in ('delta', 'counter') as summed,
    datastream.rule ->> 'group' as counted_with,
    datastream.rule ->> 'to' as goes_to,
    datastream.aggregation,
    datastream.totals_since
from lantaarn.datastream as datastream
where datastream.active;

create or replace view staff.datastream as
select
    datastream.id as datastream_id,
    datastream.sensor_id,
    datastream.property,
    datastream.unit,
    datastream.public,
    datastream.counts_people,
    datastream.aggregation in ('delta', 'counter') as summed,
    finding.reference,
    finding.name ->> 'nl' as name,
    finding.kind,
    coalesce(finding.neighbourhood, '-') as neighbourhood,
    finding.organisations,
    datastream.aggregation,
    datastream.totals_since
from lantaarn.datastream as datastream
inner join lantaarn.finding as finding on finding.sensor_id = datastream.sensor_id
where datastream.active and datastream.public <> 'none';

create or replace view lantaarn.public_stream as
select
    id,
    sensor_id,
    unit,
    counts_people,
    aggregation in ('delta', 'counter') as summed,
    public as period,
    ('1 ' || public)::interval as step,
    case public when 'hour' then 'UTC' else 'Europe/Amsterdam' end as zone,
    aggregation,
    totals_since
from lantaarn.datastream
where active and rule is null and public in ('hour', 'day');

-- Hourly values. counted_since: the hour also counts what a meter counted since then, in a gap without readings.
create or replace view open.hour as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    total.hour,
    total.count as samples,
    total.value,
    case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.min end as min,
    case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.max end as max,
    null::integer as below,
    total.counted_since
from open.datastream as datastream
inner join lateral (
    select
        hourly.hour,
        hourly.count,
        hourly.min,
        hourly.max,
        hourly.counted_since,
        open.aggregate(
            datastream.aggregation, hourly.count, hourly.sum, hourly.sum_cos, hourly.max, hourly.last_value
        ) as value
    from lantaarn.rollup_hour as hourly
    where hourly.datastream_id = datastream.datastream_id and hourly.hour >= datastream.totals_since
) as total on total.value is not null
where datastream.public = 'live'
union all
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    cell.start,
    null,
    cell.value,
    null,
    null,
    case when cell.value is null then 15 end,
    cell.counted_since
from open.datastream as datastream
inner join lantaarn.public_cell as cell
    on cell.datastream_id = datastream.datastream_id
    and cell.period = 'hour'
    and (cell.counted or cell.start >= datastream.totals_since)
where datastream.public = 'hour';

-- Daily values (Europe/Amsterdam), by the same rules. Of what is public by the hour, a day is made of its published
-- hours alone: at_least says that hours below 15 are not in it. below: it is smaller than this.
create or replace view open.day as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    total.day,
    total.count as samples,
    total.value,
    case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.min end as min,
    case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.max end as max,
    null::bigint as below,
    false as at_least,
    total.counted_since
from open.datastream as datastream
inner join lateral (
    select
        daily.day,
        daily.count,
        daily.min,
        daily.max,
        daily.counted_since,
        open.aggregate(
            datastream.aggregation, daily.count, daily.sum, daily.sum_cos, daily.max, daily.last_value
        ) as value
    from lantaarn.rollup_day as daily
    where daily.datastream_id = datastream.datastream_id
    -- One datastream at a time: joining the whole view would add up the hours of the whole city.
    offset 0
) as total on total.value is not null
where datastream.public = 'live'
union all
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    published.day,
    null,
    published.value,
    null,
    null,
    case when published.value is null then 14 * published.cells + 1 end,
    published.value is not null and published.small,
    published.counted_since
from open.datastream as datastream
cross join lateral (
    select
        open.day_of(cell.start) as day,
        count(*) as cells,
        open.aggregate(
            datastream.aggregation,
            count(cell.value),
            sum(open.summand(datastream.aggregation, cell.value)),
            sum(open.summand_cos(datastream.aggregation, cell.value)),
            max(cell.value),
            (max(open.dated(cell.start, cell.value)))[2]
        ) as value,
        bool_or(cell.value is null) as small,
        nullif(
            least(min(cell.counted_since), open.day_start(open.day_of(cell.start))),
            open.day_start(open.day_of(cell.start))
        ) as counted_since
    from lantaarn.public_cell as cell
    where
        cell.datastream_id = datastream.datastream_id
        and cell.period = datastream.public
        and (cell.counted or cell.start >= datastream.totals_since)
    group by 1
) as published
where
    datastream.public in ('hour', 'day')
    and published.day < open.day_of(now())
    and (published.value is not null or datastream.counts_people);

create or replace view open.day_cell as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    cell.start,
    (cell.start at time zone 'Europe/Amsterdam' + interval '1 day') at time zone 'Europe/Amsterdam' as until,
    cell.value,
    case when cell.value is null then 15 end as below,
    cell.counted_since
from open.datastream as datastream
inner join lantaarn.public_cell as cell
    on cell.datastream_id = datastream.datastream_id
    and cell.period = datastream.public
    and (cell.counted or cell.start >= datastream.totals_since)
where datastream.public = 'day';

-- The same numbers as in open.day, from daily totals.
create or replace view staff.day as
select
    stream.datastream_id,
    stream.sensor_id,
    stream.property,
    stream.kind,
    stream.counts_people,
    stream.reference,
    stream.name,
    stream.neighbourhood,
    stream.organisations,
    total.day as day,
    open.aggregate(
        stream.aggregation, total.count, total.sum, total.sum_cos, total.max, total.last_value
    ) as value,
    total.hours as hours,
    0::smallint as hidden,
    total.day_hours as day_hours
from staff.datastream as stream
inner join lantaarn.day_total as total
    on total.datastream_id = stream.datastream_id and total.day >= open.day_of(stream.totals_since)
where stream.public = 'live'
union all
select
    stream.datastream_id,
    stream.sensor_id,
    stream.property,
    stream.kind,
    stream.counts_people,
    stream.reference,
    stream.name,
    stream.neighbourhood,
    stream.organisations,
    made.day as day,
    case
        when made.value is not null then made.value
        when stream.summed or stream.public = 'day' then made.sum
        else made.sum / nullif(made.hours - made.hidden, 0)
    end as value,
    made.hours as hours,
    made.hidden as hidden,
    made.day_hours as day_hours
from staff.datastream as stream
inner join lantaarn.public_day as made
    on made.datastream_id = stream.datastream_id
    and (stream.counts_people or made.day >= open.day_of(stream.totals_since))
where stream.public in ('hour', 'day') and made.day < open.day_of(now());

-- What the hours or days of a datastream are published as. Energy is to 0.1 kWh, so that a lamp that burned brighter
-- for someone doesn't show; a mean is given only where enough were counted at the same sensor, as everyone can see, in
-- whole units. Bounds are local times of the datastream's periods; the last is included.
create function lantaarn.due_cells(stream lantaarn.public_stream, since timestamp, until timestamp)
returns table (start timestamptz, value double precision, counted_since timestamptz) language sql stable
begin atomic
    select
        due.start,
        case
            when stream.counts_people then open.public_count(seen.value)
            when stream.summed then round(seen.value::numeric, 1)
            when stream.aggregation in ('max', 'last') then seen.value
            when stream.aggregation = 'circular_mean' then mod(round(seen.value)::integer, 360)
            else round(seen.value)
        end,
        -- When a device said nothing about people isn't published.
        case when not stream.counts_people and seen.counted_since < due.start then seen.counted_since end
    from (
        select
            step at time zone stream.zone as start,
            (step + stream.step) at time zone stream.zone as until
        from generate_series(since, until, stream.step) as step
    ) as due
    cross join lateral (
        select
            open.aggregate(
                stream.aggregation,
                sum(hourly.count)::bigint,
                sum(hourly.sum),
                sum(hourly.sum_cos),
                max(hourly.max),
                (max(open.dated(hourly.last_time, hourly.last_value)))[2]
            ) as value,
            min(hourly.counted_since) as counted_since
        from lantaarn.rollup_hour as hourly
        where
            hourly.datastream_id = stream.id
            and hourly.hour >= greatest(due.start, stream.totals_since)
            and hourly.hour < due.until
    ) as seen
    where
        stream.counts_people
        or (seen.value is not null and (stream.summed or stream.aggregation in ('max', 'last')))
        or (
            seen.value is not null
            and exists (
                select from lantaarn.public_cell as enough
                inner join lantaarn.public_stream as counter on counter.id = enough.datastream_id
                where
                    counter.sensor_id = stream.sensor_id
                    and enough.period = stream.period
                    and enough.start = due.start
                    and enough.counted
                    and enough.value is not null
            )
        );
end;

-- Publish what has been over for an hour, from where each datastream was left, a month back at most, but for those
-- whose hours are being recomputed. Returns the number of new cells.
create or replace function lantaarn.publish_cells(at timestamptz) returns bigint language plpgsql as $$
declare
    stream lantaarn.public_stream;
    until timestamp;
    since timestamp;
    added bigint;
    total bigint := 0;
begin
    for stream in
        select * from lantaarn.public_stream where totals_since < 'infinity' order by counts_people desc, id
    loop
        until := date_trunc(stream.period, (at - interval '1 hour') at time zone stream.zone) - stream.step;
        since := coalesce(
            (
                select max(cell.start) at time zone stream.zone + stream.step from lantaarn.public_cell as cell
                where cell.datastream_id = stream.id and cell.period = stream.period
            ),
            (
                select date_trunc(stream.period, min(hourly.hour) at time zone stream.zone)
                from lantaarn.rollup_hour as hourly where hourly.datastream_id = stream.id
            )
        );
        continue when since is null or since > until;
        since := greatest(since, until - interval '31 days');
        insert into lantaarn.public_cell (datastream_id, period, start, counted, value, counted_since)
        select stream.id, stream.period, cell.start, stream.counts_people, cell.value, cell.counted_since
        from lantaarn.due_cells(stream, since, until) as cell
        on conflict do nothing;
        get diagnostics added = row_count;
        total := total + added;
    end loop;
    return total;
end
$$;

-- Make these days of these lamps again. Burning hours are the increase of the meter; of days before totals_since, whose
-- readings are gone, that of the highest readings if it is possible at all.
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

-- Hours that no lamp can have burned in a day, from exchanged lamps.
update lantaarn.lamp_day set burned = null, full_kwh = null
where burned < 0 or burned > open.day_hours(day) + 1;

alter table lantaarn.datastream drop column summed;
