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
        floor(
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
                ),
                0
            ) / {due hours}
        )::text,
        '0'
    ) || ' %' as __text;

-- volledig_snelheid: share of hours with a public speed, of all counters that measure speed
select
    coalesce(
        floor(
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
                ),
                0
            ) / {due hours}
        )::text,
        '0'
    ) || ' %' as __text;

-- volledig_reistijd: share of the route hours due in the period with a travel time
select
    coalesce(
        floor(
            100.0 * count(travel.hour) filter (where open.day_of(travel.hour) <= {last day})
            / nullif(count(distinct stream.datastream_id), 0) / {due hours}
        )::text,
        '0'
    ) || ' %' as __text
from staff.datastream as stream
left join staff.travel_hour as travel
    on travel.datastream_id = stream.datastream_id
    and travel.hour >= open.day_start(open.day_of($__timeFrom()))
    and travel.hour < $__timeTo()
where
    stream.property = 'travel_time'
    and stream.public = 'hour'
    and {chosen stream};

-- traffic_by_class: traffic per day by class, all counters combined, a day that is missing with nothing; the largest
-- margin of a day is in the name
with daily as (
    select day.day, day.property, sum(day.value) as passed, sqrt(sum(day.margin ^ 2)) as margin
    from staff.day as day
    where
        day.kind = 'traffic'
        and day.counts_people
        and {days}
        and {valid day}
        and {chosen day}
    group by day.day, day.property
)

select
    open.day_start(calendar.day) as "time",
    name.label || coalesce(' ± ' || ceil(class.margin), '') as metric,
    daily.passed as value
from {calendar}
cross join (select each.property, max(each.margin) as margin from daily as each group by each.property) as class
inner join {names} on name.property = class.property
left join daily on daily.day = calendar.day and daily.property = class.property
order by calendar.day, name.label;

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

-- traffic_by_counter: mean of the days that count for each counter with its margin, and the share of the hours due that
-- has a number; what lacks too much has no place
with measured as (
    select
        day.datastream_id,
        avg(day.value) filter (where {valid day}) as passed,
        open.joint_margin(
            'mean',
            sum(day.margin ^ 2) filter (where {valid day} and day.value is not null),
            count(day.value) filter (where {valid day})
        ) as margin,
        sum(day.hours - day.hidden) as hours
    from staff.day as day
    where
        day.kind = 'traffic'
        and day.counts_people
        and {days}
        and {chosen day}
    group by day.datastream_id
),

counter as (
    select
        stream.name,
        stream.reference,
        sum(measured.passed) as passed,
        sqrt(sum(measured.margin ^ 2)) as margin,
        coalesce(100 * sum(measured.hours) / count(*) / {due hours}, 0) as complete,
        coalesce(100 * sum(measured.hours) / count(*) / {due hours} >= {min year}, false) as is_complete
    from staff.datastream as stream
    left join measured on measured.datastream_id = stream.datastream_id
    where
        stream.kind = 'traffic'
        and stream.counts_people
        and {once stream}
        and {chosen stream}
    group by stream.name, stream.reference
)

select
    case
        when counter.is_complete then rank() over (partition by counter.is_complete order by counter.passed desc)
    end as "Plaats",
    counter.name as "Teller",
    counter.reference as "Referentie",
    counter.passed as "Per dag",
    counter.margin as "Marge",
    floor(counter.complete) as "Volledig"
from counter
order by counter.is_complete desc, 1, 2;

-- weekday_hour: the selected counter by hour and weekday, Amsterdam time: 17 hours, and each night as a whole with the day
-- it begins. Each class by itself, so that hours without one of them don't count less. The margin is the largest of seven.
with cell as (
    select
        hour.datastream_id,
        (hour.hour at time zone 'Europe/Amsterdam' - interval '6 hours')::date as day,
        case
            when extract(hour from hour.hour at time zone 'Europe/Amsterdam') between 6 and 22
                then extract(hour from hour.hour at time zone 'Europe/Amsterdam')::integer
            else 23
        end as slot,
        hour.value,
        hour.margin,
        hour.until - hour.hour as lasted
    from open.hour as hour
    where
        hour.datastream_id = any(array(
            select stream.datastream_id from staff.datastream as stream
            where stream.reference = ${teller:sqlstring} and stream.counts_people
            and {once stream}
        ))
        and $__timeFilter(hour.hour)
),

-- A night counts when all of it has a number: of motor vehicles it is six to eight cells.
whole as (
    select
        cell.datastream_id,
        cell.slot,
        extract(isodow from cell.day) as weekday,
        sum(cell.value) as passed,
        sum(cell.margin ^ 2) as variance
    from cell
    where cell.value is not null
    group by cell.datastream_id, cell.day, cell.slot
    having
        cell.slot < 23
        or sum(cell.lasted)
        >= (cell.day + 1 + time '06:00') at time zone 'Europe/Amsterdam'
        - (cell.day + time '23:00') at time zone 'Europe/Amsterdam'
),

class as (
    select
        whole.slot,
        whole.weekday,
        avg(whole.passed) as passed,
        open.joint_margin('mean', sum(whole.variance), count(*)) as margin
    from whole
    group by whole.datastream_id, whole.slot, whole.weekday
),

mean as (
    select class.slot, class.weekday, sum(class.passed) as passed, sqrt(sum(class.margin ^ 2)) as margin
    from class
    group by class.slot, class.weekday
)

select
    case slot.hour when 23 then '23:00-06:00' else to_char(slot.hour, 'FM00') || ':00' end as "Uur",
    max(mean.passed) filter (where mean.weekday = 1) as "maandag",
    max(mean.passed) filter (where mean.weekday = 2) as "dinsdag",
    max(mean.passed) filter (where mean.weekday = 3) as "woensdag",
    max(mean.passed) filter (where mean.weekday = 4) as "donderdag",
    max(mean.passed) filter (where mean.weekday = 5) as "vrijdag",
    max(mean.passed) filter (where mean.weekday = 6) as "zaterdag",
    max(mean.passed) filter (where mean.weekday = 7) as "zondag",
    max(mean.margin) as "Marge"
from generate_series(6, 23) as slot (hour)
left join mean on mean.slot = slot.hour
group by slot.hour
order by slot.hour;

-- before_after: by class, the selected counter before and after a date, beside itself a year earlier and other counters
with {before after span},

daily as materialized (
    select
        each.property as subject,
        each.reference as place,
        each.reference = ${teller:sqlstring} as is_treated,
        each.day,
        each.value,
        each.margin
    from span
    cross join lateral (
        select day.property, day.reference, day.day, day.value, day.margin
        from staff.day as day
        where
            day.kind = 'traffic'
            and day.counts_people
            and {before after in_span}
            and (
                day.reference = ${teller:sqlstring}
                or '*' in (${vergelijk:sqlstring})
                or day.reference in (${vergelijk:sqlstring})
            )
            and {chosen day}
        -- So that the days are asked of the view, not of what comes out of it.
        offset 0
    ) as each
),

{before after effect}

select
    name.label as "Soort",
    verdict.before as "Ervoor",
    verdict.margin_before as "± ervoor",
    verdict.after as "Erna",
    verdict.margin_after as "± erna",
    100 * (verdict.after / nullif(verdict.before, 0) - 1) as "Verschil",
    100 * (verdict.past - 1) as "Jaar eerder",
    100 * (exp(verdict.others) - 1) as "Elders",
    verdict.remains as "Blijft over",
    verdict.at_least as "Minstens",
    verdict.at_most as "Hoogstens",
    verdict.told as "Wat is te zeggen"
from verdict
inner join {names} on name.property = verdict.subject
order by 4 desc nulls last;

-- vergelijk: options for the counters to compare with
select distinct stream.reference as __value, stream.name as __text
from staff.datastream as stream
where
    stream.kind = 'traffic'
    and stream.counts_people
    and {chosen stream}
order by 2;

-- travel_time_by_day: median travel time per route per day, a day that is missing with nothing
with daily as (
    select
        open.day_of(travel.hour) as day,
        stream.name || ' → ' || coalesce(there.name, travel.goes_to) as route,
        avg(travel.median) as median
    from staff.datastream as stream
    inner join staff.travel_hour as travel on travel.datastream_id = stream.datastream_id
    left join staff.sensor as there on there.reference = travel.goes_to
    where
        travel.hour >= open.day_start(open.day_of($__timeFrom()))
        and travel.hour < open.day_start({last day} + 1)
        and {chosen stream}
    group by 1, 2
)

select
    open.day_start(calendar.day) as "time",
    route.route as metric,
    daily.median as value
from {calendar}
cross join (select distinct each.route from daily as each where each.route is not null) as route
left join daily on daily.day = calendar.day and daily.route = route.route
order by calendar.day, route.route;

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

-- mean_speed_by_day: mean speed per day, a day that is missing with nothing; the largest margin of a day is in the name
with daily as (
    select
        day.day,
        avg(day.value) as speed,
        open.joint_margin('mean', sum(day.margin ^ 2) filter (where day.value is not null), count(day.value)) as margin
    from staff.day as day
    where
        day.property = 'mean_speed'
        and {days}
        and {valid day}
        and {chosen day}
    group by day.day
)

select
    open.day_start(calendar.day) as "time",
    'Gemiddelde snelheid' || coalesce(' ± ' || ceil(max(daily.margin) over ()), '') as metric,
    daily.speed as value
from {calendar}
left join daily on daily.day = calendar.day
order by calendar.day;
