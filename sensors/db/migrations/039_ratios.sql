-- A mean over what passes (speed) is published as a ratio of noisy sums, not as a mean of those few who passed: with no more
-- than a count of them to protect it, one car gave away its speed and that it was there. Such a public cell is drawn once,
-- by ingest, beside those of the counts (ingest/cells/count_cells.py, docs/decisions/007-public-numbers.md).

-- Compiled from the entry. Per vehicle, how far the value is above or below the reference, at most clip, over the vehicles
-- that the counts of these properties have.
alter table lantaarn.datastream
add column ratio_reference double precision,
add column ratio_clip double precision check (ratio_clip > 0),
add column ratio_of text [],
add constraint whole_ratio check (num_nulls(ratio_reference, ratio_clip, ratio_of) in (0, 3));

-- Of a ratio: value is its numerator, how far all vehicles together are above or below the reference, and denominator how
-- many they are, each with noise in it. Without value nor denominator: too little is known.
alter table lantaarn.public_cell
add column reference double precision,
add column denominator double precision,
add column denominator_noise double precision,
add constraint ratio_is_whole check (
    case
        when reference is null then num_nonnulls(denominator, denominator_noise) = 0
        else
            counted
            and period in ('hour', 'day')
            and (value is null) = (denominator is null)
            and coalesce(denominator = round(denominator), true)
            and denominator_noise >= 11.99
    end
);

-- What was published of them until now, and the days made of it.
delete from lantaarn.public_cell as cell
using lantaarn.datastream as stream
where stream.id = cell.datastream_id and stream.property in ('mean_speed', 'occupancy');

delete from lantaarn.public_day as made
using lantaarn.datastream as stream
where stream.id = made.datastream_id and stream.property in ('mean_speed', 'occupancy');

-- The ratio, from sums of cells. Null where so few passed that the error would be more than 15 % of the clip: for an hour
-- fewer than 100, and more where there is more noise.
create function open.ratio(
    reference double precision, numerator double precision, denominator double precision, denominator_noise double precision
) returns double precision language sql immutable parallel safe
return case
    when denominator >= 6.8 * denominator_noise
        then round((reference + numerator / denominator)::numeric, 1)::double precision
end;

-- Its standard deviation. Numerator and denominator are drawn apart.
create function open.ratio_noise(
    numerator double precision,
    noise double precision,
    denominator double precision,
    denominator_noise double precision
) returns double precision language sql immutable parallel safe
return sqrt(noise ^ 2 + (numerator / nullif(denominator, 0) * denominator_noise) ^ 2) / nullif(abs(denominator), 0);

-- Published cells as everyone may read them. A count has a margin, twice its noise: the true number is within it 19 times
-- out of 20. below: it can't be told from none; under the rule before, it had no number. no_data: too little is known.
-- rounded: under that rule. Never a count that came late, which has no period of its own.
-- Ratios of few are not told, and the margin is that of the ratio.
create view lantaarn.told_cell as
select
    cell.datastream_id,
    cell.period,
    cell.start,
    cell.counted,
    case
        when cell.reference is null then cell.value
        else open.ratio(cell.reference, cell.value, cell.denominator, cell.denominator_noise)
    end as value,
    cell.counted_since,
    cell.completed_at,
    cell.noise,
    cell.filled,
    2 * case
        when cell.reference is null then cell.noise
        else open.ratio_noise(cell.value, cell.noise, cell.denominator, cell.denominator_noise)
    end as margin,
    case
        when cell.reference is not null then null
        when cell.value is null and cell.noise is null then 15
        when cell.value < open.few(2 * cell.noise) then open.few(2 * cell.noise)
    end as below,
    cell.value is null and cell.noise is not null as no_data,
    cell.counted and cell.noise is null as rounded
from lantaarn.public_cell as cell
where
    cell.period <> 'late'
    and (
        cell.reference is null
        or cell.value is null
        or open.ratio(cell.reference, cell.value, cell.denominator, cell.denominator_noise) is not null
    );

-- Daily totals of published cells. Of a ratio the value of the day is that of its cells together.
create function lantaarn.public_days_of(stream_id integer, since timestamptz, until timestamptz)
returns table (
    day date,
    sum double precision,
    hours smallint,
    hidden smallint,
    noise double precision,
    value double precision,
    completed_at timestamptz
)
language sql stable
begin atomic
    select
        made.day,
        case when made.is_ratio then made.ratio else made.sum end,
        made.hours::smallint,
        case when made.is_ratio and made.ratio is null then made.hours else made.hidden end::smallint,
        case when made.is_ratio then made.ratio_noise else made.noise end,
        made.ratio,
        made.completed_at
    from (
        select
            day.*,
            open.ratio(day.reference, day.sum, day.denominator, day.denominator_noise) as ratio,
            open.ratio_noise(day.sum, day.noise, day.denominator, day.denominator_noise) as ratio_noise,
            day.reference is not null as is_ratio
        from (
            select
                open.day_of(cell.start) as day,
                sum(cell.value) as sum,
                sum(length.hours) as hours,
                coalesce(sum(length.hours) filter (where cell.value is null), 0) as hidden,
                sqrt(sum(cell.noise ^ 2) filter (where cell.value is not null)) as noise,
                max(cell.reference) as reference,
                sum(cell.denominator) as denominator,
                sqrt(sum(cell.denominator_noise ^ 2) filter (where cell.value is not null)) as denominator_noise,
                max(cell.completed_at) as completed_at
            from lantaarn.public_cell as cell
            inner join lantaarn.datastream as stream on stream.id = cell.datastream_id
            cross join lateral (
                select extract(epoch from lantaarn.cell_end(cell.period, cell.start) - cell.start) / 3600 as hours
            ) as length
            where
                cell.datastream_id = stream_id
                -- As in open.day.
                and (cell.period = stream.public or cell.noise is not null and cell.period <> 'late')
                and cell.start >= since
                and cell.start < until
            group by 1
        ) as day
    ) as made;
end;

-- As it was, but that few are the cells without a number, or with one that can't be told from none. Ratios are no counts.
create or replace view lantaarn.sensor_day_now as
with came as (
    select finding.sensor_id, round(entry.due_daily)::bigint as due, books.received
    from lantaarn.finding as finding
    inner join lantaarn.entry_quality as entry on entry.sensor_id = finding.sensor_id
    cross join lantaarn.watch as watch
    cross join lateral (
        select
            coalesce(sum(ledger.stored + ledger.quarantined), 0)::bigint
            - case when sum(ledger.quarantined) > 0 then coalesce((
                select sum(unread.readings) from lantaarn.ledger_reason as unread
                where
                    unread.sensor_id = finding.sensor_id
                    and unread.reason = 'no_readings'
                    and unread.hour >= watch.day_since
                    and unread.hour < watch.day_until
            ), 0)::bigint else 0 end as received
        from lantaarn.ledger as ledger
        where ledger.sensor_id = finding.sensor_id and ledger.hour >= watch.day_since and ledger.hour < watch.day_until
    ) as books
    where
        finding.live
        and finding.status = 'active'
        and finding.delivers_data
        and entry.due_daily is not null
        and greatest(finding.known_since, finding.active_from::timestamp at time zone 'Europe/Amsterdam')
        < watch.day_since
),

shown as (
    select stream.sensor_id, count(*) as cells, count(*) filter (
        where cell.value is null and cell.noise is null or cell.value < open.few(2 * cell.noise)
    ) as few
    from lantaarn.public_stream as stream
    cross join (
        select
            date_trunc('hour', now()) - interval '26 hours' as since,
            date_trunc('hour', now()) - interval '2 hours' as until,
            date_trunc('day', (now() - interval '2 hours') at time zone 'Europe/Amsterdam') as today
    ) as settled
    inner join lantaarn.public_cell as cell
        on cell.datastream_id = stream.id
        and cell.period = stream.period
        and cell.counted
        and cell.reference is null
        and cell.start >= case stream.period
            when 'hour' then settled.since
            else (settled.today - interval '1 day') at time zone 'Europe/Amsterdam'
        end
        and cell.start < case stream.period
            when 'hour' then settled.until
            else settled.today at time zone 'Europe/Amsterdam'
        end
    group by stream.sensor_id
)

select
    sensor_id,
    coalesce(came.due, 0) as due,
    coalesce(least(came.received, came.due), 0) as received,
    came.sensor_id is not null as measured,
    coalesce(shown.cells, 0) as cells,
    coalesce(shown.few, 0) as few,
    coalesce(week.refused, 0) as refused_week,
    coalesce(week.undeclared, 0) as undeclared_week,
    coalesce(week.conflict, 0) as conflict_week
from came
full join shown using (sensor_id)
full join lantaarn.trouble_week as week using (sensor_id);

-- As they were, with these. They are barriers: what a reader asks for is computed on the rows that they show, so that no
-- error message tells of others, such as true sums.
create or replace view open.day_cell with (security_barrier) as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    cell.start,
    (cell.start at time zone 'Europe/Amsterdam' + interval '1 day') at time zone 'Europe/Amsterdam' as until,
    cell.value,
    cell.below,
    cell.counted_since,
    cell.completed_at,
    cell.margin,
    cell.no_data,
    cell.rounded
from open.datastream as datastream
inner join lantaarn.told_cell as cell
    on cell.datastream_id = datastream.datastream_id
    and cell.period = datastream.public
    and (cell.counted or cell.start >= datastream.totals_since)
where datastream.public = 'day';

create or replace view open.day with (security_barrier) as
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
    total.counted_since,
    held.completed_at,
    null::double precision as margin,
    false as no_data,
    false as rounded
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
left join lantaarn.day_total as held on held.datastream_id = datastream.datastream_id and held.day = total.day
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
    case
        when published.value is null and published.small > 0 then 14 * published.small + 1
        when not published.is_ratio and published.value < open.few(2 * published.noise) then open.few(2 * published.noise)
    end,
    published.value is not null and not published.is_ratio and (published.small > 0 or published.lacks_hours),
    published.counted_since,
    case datastream.public when 'day' then published.completed_at else held.completed_at end,
    2 * published.noise,
    published.value is null and published.small = 0,
    published.is_rounded
from open.datastream as datastream
cross join lateral (
    select
        open.day_of(cell.start) as day,
        case
            when bool_or(cell.reference is not null) then open.ratio(
                max(cell.reference),
                sum(cell.value),
                sum(cell.denominator),
                sqrt(sum(cell.denominator_noise ^ 2) filter (where cell.value is not null))
            )
            else open.aggregate(
                datastream.aggregation,
                count(cell.value),
                sum(open.summand(datastream.aggregation, cell.value)),
                sum(open.summand_cos(datastream.aggregation, cell.value)),
                max(cell.value),
                (max(open.dated(cell.start, cell.value)))[2]
            )
        end as value,
        case
            when bool_or(cell.reference is not null) then open.ratio_noise(
                sum(cell.value),
                sqrt(sum(cell.noise ^ 2) filter (where cell.value is not null)),
                sum(cell.denominator),
                sqrt(sum(cell.denominator_noise ^ 2) filter (where cell.value is not null))
            )
            else sqrt(sum(cell.noise ^ 2) filter (where cell.value is not null))
        end as noise,
        bool_or(cell.reference is not null) as is_ratio,
        count(*) filter (where cell.value is null and cell.noise is null) as small,
        bool_or(cell.counted and cell.noise is null) as is_rounded,
        bool_or(cell.noise is not null) and (
            bool_or(cell.value is null)
            or extract(epoch from sum(lantaarn.cell_end(cell.period, cell.start) - cell.start)) / 3600
            < open.day_hours(open.day_of(cell.start)) - 1
        ) as lacks_hours,
        nullif(
            least(min(cell.counted_since), open.day_start(open.day_of(cell.start))),
            open.day_start(open.day_of(cell.start))
        ) as counted_since,
        max(cell.completed_at) as completed_at
    from lantaarn.public_cell as cell
    where
        cell.datastream_id = datastream.datastream_id
        -- Of a count that is public by the day now and was by the hour before, days are sums of those hours.
        and (cell.period = datastream.public or cell.noise is not null and cell.period <> 'late')
        and (cell.counted or cell.start >= datastream.totals_since)
    group by 1
) as published
left join lantaarn.public_day as held on held.datastream_id = datastream.datastream_id and held.day = published.day
where
    datastream.public in ('hour', 'day')
    and published.day < open.day_of(now())
    and (published.value is not null or datastream.counts_people);

-- The mean count of one hour of the day, or of the night, over the working days or the weekends of four weeks, with what
-- came late. cells: of how many; due: of how many there are. Its margin is smaller than that of any of them. So too ratios.
create view open.count_mean with (security_barrier) as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    mean.first_day,
    mean.first_day + 27 as last_day,
    case when extract(isodow from late.start at time zone 'Europe/Amsterdam') > 5 then 'weekend' else 'weekday' end as days,
    (late.start at time zone 'Europe/Amsterdam')::time as slot_start,
    mean.slot_end,
    mean.cells,
    mean.due,
    mean.value,
    mean.margin
from open.datastream as datastream
inner join lantaarn.public_cell as late on late.datastream_id = datastream.datastream_id and late.period = 'late'
cross join lateral (
    select
        lantaarn.late_period(open.day_of(late.start)) as first_day,
        max((lantaarn.cell_end(cell.period, cell.start) at time zone 'Europe/Amsterdam')::time) as slot_end,
        count(cell.value) + late.filled as cells,
        count(*) as due,
        (sum(cell.value) + late.value) / (count(cell.value) + late.filled) as value,
        2 * sqrt(sum(cell.noise ^ 2) filter (where cell.value is not null) + late.noise ^ 2)
        / (count(cell.value) + late.filled) as margin
    from lantaarn.public_cell as cell
    where
        cell.datastream_id = datastream.datastream_id
        and cell.period <> 'late'
        and cell.noise is not null
        and cell.start >= late.start
        and cell.start < late.start + interval '28 days'
        and lantaarn.late_slot(cell.start) = late.start
    having count(cell.value) > 0 and count(distinct cell.period) = 1
) as mean
where datastream.public in ('hour', 'day') and late.value is not null
union all
-- The ratio over all of them, once they have been over for a week. What came late isn't in it.
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    mean.first_day,
    mean.first_day + 27,
    case when extract(isodow from mean.slot at time zone 'Europe/Amsterdam') > 5 then 'weekend' else 'weekday' end,
    (mean.slot at time zone 'Europe/Amsterdam')::time,
    mean.slot_end,
    mean.cells,
    mean.due,
    open.ratio(mean.reference, mean.numerator, mean.denominator, mean.denominator_noise),
    2 * open.ratio_noise(mean.numerator, mean.noise, mean.denominator, mean.denominator_noise)
from open.datastream as datastream
cross join lateral (
    select
        lantaarn.late_period(open.day_of(cell.start)) as first_day,
        lantaarn.late_slot(cell.start) as slot,
        max((lantaarn.cell_end(cell.period, cell.start) at time zone 'Europe/Amsterdam')::time) as slot_end,
        count(cell.value) as cells,
        count(*) as due,
        max(cell.reference) as reference,
        sum(cell.value) as numerator,
        sqrt(sum(cell.noise ^ 2) filter (where cell.value is not null)) as noise,
        sum(cell.denominator) as denominator,
        sqrt(sum(cell.denominator_noise ^ 2) filter (where cell.value is not null)) as denominator_noise
    from lantaarn.public_cell as cell
    where cell.datastream_id = datastream.datastream_id and cell.reference is not null
    group by 1, 2
    having count(distinct cell.period) = 1
) as mean
where
    datastream.public in ('hour', 'day')
    and mean.first_day <= open.day_of(now()) - 35
    and open.ratio(mean.reference, mean.numerator, mean.denominator, mean.denominator_noise) is not null;

grant select on open.count_mean to lantaarn_api, lantaarn_dashboard;

-- As it was, but that neither counts nor means of what passes are among them.
create or replace function lantaarn.due_cells(stream lantaarn.public_stream, since timestamp, until timestamp)
returns table (start timestamptz, value double precision, counted_since timestamptz) language sql stable
begin atomic
    select
        due.start,
        case when stream.summed then round(seen.value::numeric, 1) else seen.value end,
        case when seen.counted_since < due.start then seen.counted_since end
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
        seen.value is not null
        and (not stream.about_people or stream.summed or stream.aggregation in ('max', 'last'));
end;

drop function open.public_count(double precision);
