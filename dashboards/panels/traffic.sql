-- teller: options for the counter
select distinct stream.reference as __value, stream.name as __text
from staff.datastream as stream
where
    stream.kind = 'traffic'
    and stream.counts_people
    and {chosen stream}
order by 2;

-- volledig: share of counter hours in the period that have a number
select
    coalesce(
        round(
            100.0 * (
                select sum(day.hours - day.hidden) from staff.day as day
                where
                    day.kind = 'traffic' and day.counts_people
                    and {days}
                    and {chosen day}
            ) / nullif(
                (
                    select count(*) from staff.datastream as stream
                    where
                        stream.kind = 'traffic' and stream.counts_people
                        and {chosen stream}
                ) * (
                    extract(
                        epoch from open.day_start(least(open.day_of($__timeTo()), open.day_of(now())) + 1)
                        - open.day_start(open.day_of($__timeFrom()))
                    ) / 3600
                ),
                0
            )
        )::text,
        '0'
    ) || ' %' as __text;

-- volledig_snelheid: share of hours with a public speed, of all counters that measure speed
select
    coalesce(
        round(
            100.0 * (
                select sum(day.hours - day.hidden) from staff.day as day
                where
                    day.property = 'mean_speed'
                    and {days}
                    and {chosen day}
            ) / nullif(
                (
                    select count(*) from staff.datastream as stream
                    where
                        stream.property = 'mean_speed'
                        and {chosen stream}
                ) * (
                    extract(
                        epoch from open.day_start(least(open.day_of($__timeTo()), open.day_of(now())) + 1)
                        - open.day_start(open.day_of($__timeFrom()))
                    ) / 3600
                ),
                0
            )
        )::text,
        '0'
    ) || ' %' as __text;

-- volledig_reistijd: share of route hours in the period with a travel time
select
    coalesce(
        round(
            100.0 * count(travel.hour)
            / nullif(
                count(distinct stream.datastream_id)
                * greatest(extract(epoch from $__timeTo()::timestamptz - $__timeFrom()::timestamptz) / 3600, 1),
                0
            )
        )::text,
        '0'
    ) || ' %' as __text
from staff.datastream as stream
left join staff.travel_hour as travel on travel.datastream_id = stream.datastream_id and $__timeFilter(travel.hour)
where
    stream.property = 'travel_time'
    and stream.public = 'hour'
    and {chosen stream};

-- traffic_by_class: traffic per day by class, all counters combined; the largest margin of a day is in the name
select
    open.day_start(daily.day) as "time",
    name.label || coalesce(' ± ' || ceil(max(daily.margin) over (partition by name.label)), '') as metric,
    daily.passed as value
from (
    select day.day, day.property, sum(day.value) as passed, sqrt(sum(day.margin ^ 2)) as margin
    from staff.day as day
    where
        day.kind = 'traffic'
        and day.counts_people
        and {days}
        and {chosen day}
    group by day.day, day.property
) as daily
inner join {names} on name.property = daily.property
order by daily.day, name.label;

-- modal_split: traffic over the whole period by mode, each with its margin
select
    split.mode || coalesce(' ± ' || ceil(split.margin), '') as metric,
    split.passed as "Aantal"
from (
    select
        case day.property
            when 'count_bicycle' then 'Op de fiets'
            when 'count_pedestrian' then 'Te voet'
            when 'count_bus' then 'Met de bus'
            else 'Auto, motor of vrachtwagen'
        end as mode,
        sum(day.value) as passed,
        sqrt(sum(day.margin ^ 2)) as margin
    from staff.day as day
    where
        day.kind = 'traffic'
        and day.counts_people
        and {once day}
        and {days}
        and {chosen day}
    group by 1
) as split
order by 2 desc nulls last;

-- traffic_by_counter: mean per day for each counter with its margin, and the share of its hours that has a number
select
    day.name as "Teller",
    day.reference as "Referentie",
    sum(day.value) / (max(day.day) - min(day.day) + 1) as "Per dag",
    sqrt(sum(day.margin ^ 2)) / (max(day.day) - min(day.day) + 1) as "Marge",
    round(100.0 * sum(day.hours - day.hidden) / sum(day.day_hours)) as "Volledig"
from staff.day as day
where
    day.kind = 'traffic'
    and day.counts_people
    and {once day}
    and {days}
    and {chosen day}
group by day.name, day.reference
order by 3 desc nulls last;

-- weekday_hour: the selected counter by hour and weekday, all classes combined, Amsterdam time; a night is at its first
-- hour. The margin is the largest of the seven.
with hourly as (
    select
        extract(isodow from hour.hour at time zone 'Europe/Amsterdam') as weekday,
        extract(hour from hour.hour at time zone 'Europe/Amsterdam') as clock,
        sum(hour.value) as passed,
        sum(hour.margin ^ 2) filter (where hour.value is not null) as variance
    from open.hour as hour
    where
        hour.datastream_id = any(array(
            select stream.datastream_id from staff.datastream as stream
            where stream.reference = ${teller:sqlstring} and stream.counts_people
            and {once stream}
        ))
        and $__timeFilter(hour.hour)
    group by hour.hour
),

mean as (
    select
        hourly.clock,
        hourly.weekday,
        avg(hourly.passed) as passed,
        open.joint_margin('mean', sum(hourly.variance), count(*)) as margin
    from hourly
    group by hourly.clock, hourly.weekday
)

select
    to_char(clock, 'FM00') || ':00' as "Uur",
    max(passed) filter (where weekday = 1) as "maandag",
    max(passed) filter (where weekday = 2) as "dinsdag",
    max(passed) filter (where weekday = 3) as "woensdag",
    max(passed) filter (where weekday = 4) as "donderdag",
    max(passed) filter (where weekday = 5) as "vrijdag",
    max(passed) filter (where weekday = 6) as "zaterdag",
    max(passed) filter (where weekday = 7) as "zondag",
    max(margin) as "Marge"
from mean
group by clock
order by clock;

-- before_after: mean per day by class before and after a date, over equally many days on both sides, with margins
with chosen as (
    select coalesce(nullif(${datum:sqlstring}, '')::date, open.day_of(now()) - 28) as day
),
-- Materialised, because views are barriers: a condition with coalesce in it would be asked of every day there is.
span as materialized (
    select
        chosen.day,
        -- Whole weeks if possible, so that both sides have equally many Sundays.
        case when fits.days < 7 then fits.days else fits.days / 7 * 7 end as days
    from chosen
    cross join lateral (
        select least(chosen.day - open.day_of($__timeFrom()), open.day_of($__timeTo()) - chosen.day, 364) as days
    ) as fits
)
select
    name.label as "Soort",
    avg(daily.passed) filter (where daily.day < span.day) as "Per dag ervoor",
    open.joint_margin(
        'mean',
        sum(daily.variance) filter (where daily.day < span.day),
        count(*) filter (where daily.day < span.day)
    ) as "Marge ervoor",
    avg(daily.passed) filter (where daily.day >= span.day) as "Per dag erna",
    open.joint_margin(
        'mean',
        sum(daily.variance) filter (where daily.day >= span.day),
        count(*) filter (where daily.day >= span.day)
    ) as "Marge erna",
    100 * (
        avg(daily.passed) filter (where daily.day >= span.day) / nullif(avg(daily.passed) filter (where daily.day < span.day), 0)
        - 1
    ) as "Verschil",
    max(span.days) as "Dagen aan elke kant"
from span
cross join lateral (
    select day.property, day.day, sum(day.value) as passed, sum(day.margin ^ 2) as variance
    from staff.day as day
    where
        day.kind = 'traffic'
        and day.counts_people
        and day.day >= span.day - span.days
        and day.day < span.day + span.days
        and {chosen day}
    group by day.property, day.day
) as daily
inner join {names} on name.property = daily.property
group by name.label
order by 3 desc nulls last;

-- travel_time_by_day: median travel time per route per day
select
    open.day_start(open.day_of(travel.hour)) as "time",
    stream.name || ' → ' || coalesce(there.name, travel.goes_to) as metric,
    avg(travel.median) as value
from staff.datastream as stream
inner join staff.travel_hour as travel on travel.datastream_id = stream.datastream_id
left join staff.sensor as there on there.reference = travel.goes_to
where
    $__timeFilter(travel.hour)
    and {chosen stream}
group by open.day_of(travel.hour), 2
order by 1;

-- travel_time_by_hour: median travel time of all routes by hour of the day, Amsterdam time
select
    to_char(extract(hour from travel.hour at time zone 'Europe/Amsterdam'), 'FM00') || ':00' as "Uur",
    avg(travel.median) as "Gewone reistijd",
    avg(travel.p85) as "Bij drukte"
from staff.datastream as stream
inner join staff.travel_hour as travel on travel.datastream_id = stream.datastream_id
where
    $__timeFilter(travel.hour)
    and {chosen stream}
group by 1
order by 1;

-- mean_speed_by_day: mean speed per day; the largest margin of a day is in the name
select
    open.day_start(daily.day) as "time",
    'Gemiddelde snelheid' || coalesce(' ± ' || ceil(max(daily.margin) over ()), '') as metric,
    daily.speed as value
from (
    select
        day.day,
        avg(day.value) as speed,
        open.joint_margin('mean', sum(day.margin ^ 2) filter (where day.value is not null), count(day.value)) as margin
    from staff.day as day
    where
        day.property = 'mean_speed'
        and {days}
        and {chosen day}
    group by day.day
) as daily
order by daily.day;
