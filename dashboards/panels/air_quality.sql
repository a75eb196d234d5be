-- stof: options for the pollutant
select distinct stream.property as __value, name.label as __text
from staff.datastream as stream
inner join {names} on name.property = stream.property
where stream.kind = 'air_quality' and stream.unit = 'ug/m3'
order by 1;

-- station: options for the station, among those that measure the pollutant
select stream.reference as __value, stream.name as __text
from staff.datastream as stream
where
    stream.property = ${stof:sqlstring}
    and {chosen stream}
order by stream.reference like 'lucht-bewoner%', 2;

-- volledig: share of the station hours due in the period that have values
select
    coalesce(
        floor(
            100.0 * (
                select sum(day.hours) from staff.day as day
                where
                    day.property = ${stof:sqlstring}
                    and {days}
                    and {chosen day}
            ) / nullif(
                (
                    select count(*) from staff.datastream as stream
                    where
                        stream.property = ${stof:sqlstring}
                        and {chosen stream}
                ),
                0
            ) / {due hours}
        )::text,
        '0'
    ) || ' %' as __text;

-- volledig_ozon: share of the hours due in the period that have ozone at the selected station
select
    coalesce(
        floor(
            100.0 * (
                select sum(day.hours) from staff.day as day
                where
                    day.property = 'o3'
                    and day.reference = ${station:sqlstring}
                    and {days}
            ) / {due hours}
        )::text,
        '0'
    ) || ' %' as __text;

-- latest_hour: mean of all stations in the last full hour
select avg(hour.value) as "Nu"
from staff.datastream as stream
cross join lateral (
    select each.hour, each.value from open.hour as each
    where
        each.datastream_id = stream.datastream_id
        and each.hour = date_trunc('hour', now()) - interval '1 hour'
    -- One datastream at a time: a condition on a join doesn't reach into the view.
    offset 0
) as hour
where
    stream.property = ${stof:sqlstring}
    and {chosen stream};

-- daily_means: mean, lowest and highest station per day, a day that is missing with nothing, and the daily limits in force
with daily as (
    select
        day.day,
        avg(day.value) as mean,
        min(day.value) as lowest,
        max(day.value) as highest
    from staff.day as day
    where
        day.property = ${stof:sqlstring}
        and {days}
        and {valid day}
        and {chosen day}
    group by day.day
)

select
    open.day_start(calendar.day) as "time",
    series.label as metric,
    series.value
from {calendar}
left join daily on daily.day = calendar.day
cross join lateral (
    values
    (1, 'Gemiddelde van de stations', daily.mean),
    (2, 'Laagste station', daily.lowest),
    (3, 'Hoogste station', daily.highest)
) as series (place, label, value)
union all
select
    open.day_start(calendar.day),
    case
        when limits.regime = 'WHO' then 'Advies WHO'
        when calendar.day between {in force} then 'Grens EU op die dag'
        else 'Grens EU vanaf 2030'
    end,
    limits.value
from {calendar}
inner join {limits}
    on limits.property = ${stof:sqlstring}
    and limits.period = 'day'
    and limits.kind in ('limit value', 'guideline')
    and (calendar.day between {in force} or {eu 2030} between {in force})
order by 1, 2;

-- station_means: mean per station over the whole period, with the annual limits; what lacks too much has no place
with measured as (
    select
        day.datastream_id,
        avg(day.value) filter (where {valid day}) as mean,
        sum(day.hours) as hours
    from staff.day as day
    where
        day.property = ${stof:sqlstring}
        and {days}
        and {chosen day}
    group by day.datastream_id
),

station as (
    select
        stream.name,
        stream.reference,
        measured.mean,
        coalesce(100 * measured.hours / {due hours}, 0) as complete,
        coalesce(100 * measured.hours / {due hours} >= {min year}, false) as is_complete
    from staff.datastream as stream
    left join measured on measured.datastream_id = stream.datastream_id
    where
        stream.property = ${stof:sqlstring}
        and {chosen stream}
)

select
    case
        when station.is_complete then rank() over (partition by station.is_complete order by station.mean desc)
    end as "Plaats",
    station.name as "Station",
    station.reference as "Referentie",
    station.mean as "Gemiddelde",
    allowed.now as "EU nu",
    allowed.later as "EU 2030",
    allowed.advice as "WHO 2021",
    floor(station.complete) as "Volledig"
from station
cross join (
    select
        max(limits.value) filter (where limits.regime = 'EU' and {last day} between {in force}) as now,
        max(limits.value) filter (where limits.regime = 'EU' and {eu 2030} between {in force}) as later,
        max(limits.value) filter (where limits.regime = 'WHO') as advice
    from {limits}
    where limits.property = ${stof:sqlstring} and limits.period = 'year'
) as allowed
order by station.is_complete desc, 1, 2;

-- exceedance_days: days above the daily limits in force on them, per station; nothing where there is no limit
with norm as materialized (
    select
        calendar.day,
        max(limits.value) filter (where limits.regime = 'EU' and calendar.day between {in force}) as now,
        max(limits.value) filter (where limits.regime = 'EU' and {eu 2030} between {in force}) as later,
        max(limits.value) filter (where limits.regime = 'WHO') as advice
    from {calendar}
    left join {limits}
        on limits.property = ${stof:sqlstring}
        and limits.period = 'day'
        and limits.kind in ('limit value', 'guideline')
    group by calendar.day
),

counted as (
    select
        day.datastream_id,
        count(*) filter (where {valid day}) as days,
        count(*) filter (where {valid day} and day.value > norm.now) as above_now,
        count(*) filter (where {valid day} and day.value > norm.later) as above_later,
        count(*) filter (where {valid day} and day.value > norm.advice) as above_advice,
        sum(day.hours) as hours
    from staff.day as day
    inner join norm on norm.day = day.day
    where
        day.property = ${stof:sqlstring}
        and {days}
        and {chosen day}
    group by day.datastream_id
)

select
    stream.name as "Station",
    stream.reference as "Referentie",
    case when known.now then coalesce(counted.above_now, 0) end as "Boven EU nu",
    case when known.later then coalesce(counted.above_later, 0) end as "Boven EU 2030",
    case when known.advice then coalesce(counted.above_advice, 0) end as "Boven WHO 2021",
    coalesce(counted.days, 0) as "Dagen met genoeg uren",
    floor(coalesce(100 * counted.hours / {due hours}, 0)) as "Volledig"
from staff.datastream as stream
left join counted on counted.datastream_id = stream.datastream_id
cross join (
    select
        bool_or(norm.now is not null) as now,
        bool_or(norm.later is not null) as later,
        bool_or(norm.advice is not null) as advice
    from norm
) as known
where
    stream.property = ${stof:sqlstring}
    and {chosen stream}
order by coalesce(100 * counted.hours / {due hours} >= {min year}, false) desc, 4 desc nulls last, 5 desc nulls last, 1;

-- weekday_hour: mean of the selected station by hour and weekday, Amsterdam time; an hour without values has nothing
with hourly as (
    select
        extract(hour from hour.hour at time zone 'Europe/Amsterdam')::integer as clock,
        extract(isodow from hour.hour at time zone 'Europe/Amsterdam') as weekday,
        hour.value
    from open.hour as hour
    where
        hour.datastream_id = (
            select stream.datastream_id from staff.datastream as stream
            where stream.reference = ${station:sqlstring} and stream.property = ${stof:sqlstring}
            limit 1
        )
        and $__timeFilter(hour.hour)
)

select
    to_char(clock.hour, 'FM00') || ':00' as "Uur",
    avg(hourly.value) filter (where hourly.weekday = 1) as "maandag",
    avg(hourly.value) filter (where hourly.weekday = 2) as "dinsdag",
    avg(hourly.value) filter (where hourly.weekday = 3) as "woensdag",
    avg(hourly.value) filter (where hourly.weekday = 4) as "donderdag",
    avg(hourly.value) filter (where hourly.weekday = 5) as "vrijdag",
    avg(hourly.value) filter (where hourly.weekday = 6) as "zaterdag",
    avg(hourly.value) filter (where hourly.weekday = 7) as "zondag"
from generate_series(0, 23) as clock (hour)
left join hourly on hourly.clock = clock.hour
group by clock.hour
order by clock.hour;

-- monthly_means: mean of all stations per month, a month without values with nothing
with daily as (
    select day.day, avg(day.value) as mean
    from staff.day as day
    where
        day.property = ${stof:sqlstring}
        and {days}
        and {valid day}
        and {chosen day}
    group by day.day
)

select
    open.day_start(date_trunc('month', calendar.day)::date) as "time",
    avg(daily.mean) as "Gemiddelde van de stations"
from {calendar}
left join daily on daily.day = calendar.day
group by date_trunc('month', calendar.day)
order by 1;

-- completeness: share of the hours due on each day that have values, all stations
with measured as (
    select day.day, sum(day.hours) as hours
    from staff.day as day
    where
        day.property = ${stof:sqlstring}
        and {days}
        and {chosen day}
    group by day.day
)

select
    open.day_start(calendar.day) as "time",
    100.0 * coalesce(measured.hours, 0)
    / nullif(stations.number * open.day_hours(calendar.day), 0) as "Uren met metingen"
from {calendar}
cross join (
    select count(*) as number from staff.datastream as stream
    where
        stream.property = ${stof:sqlstring}
        and {chosen stream}
) as stations
left join measured on measured.day = calendar.day
order by calendar.day;

-- ozone: of the selected station per year, days whose highest mean of eight hours was above the EU's target in force and the WHO's
-- guideline, and AOT40: what hours from 8 to 20 CET, May to July, were above 80, by the share of those that were measured
with station as (
    select stream.datastream_id, stream.name, stream.reference
    from staff.datastream as stream
    where
        stream.property = 'o3'
        and stream.reference = ${station:sqlstring}
),

-- Every hour, also without a value: a mean of eight hours is there when six of them are.
eight as (
    select
        station.datastream_id,
        rolling.hour,
        rolling.value,
        rolling.mean
    from station
    cross join lateral (
        select
            calendar.hour,
            measured.value,
            case when count(measured.value) over eight >= {min eight hours} then avg(measured.value) over eight end as mean
        from generate_series(
            open.day_start(open.day_of($__timeFrom())) - interval '7 hours',
            open.day_start({last day} + 1) - interval '1 hour',
            interval '1 hour'
        ) as calendar (hour)
        left join (
            select each.hour, each.value from open.hour as each
            where
                each.datastream_id = station.datastream_id
                and each.hour >= open.day_start(open.day_of($__timeFrom())) - interval '7 hours'
                and each.hour < open.day_start({last day} + 1)
            offset 0
        ) as measured on measured.hour = calendar.hour
        window eight as (order by calendar.hour rows 7 preceding)
    ) as rolling
    where rolling.hour >= open.day_start(open.day_of($__timeFrom()))
),

-- A mean belongs to the day in which its last hour ends.
daily as (
    select
        eight.datastream_id,
        open.day_of(eight.hour) as day,
        max(eight.mean) as highest,
        count(eight.mean) as means,
        count(eight.value) as hours,
        sum(greatest(eight.value - 80, 0)) filter (where cet.is_aot and eight.value is not null) as aot,
        count(eight.value) filter (where cet.is_aot) as aot_hours
    from eight
    cross join lateral (
        select
            extract(month from eight.hour at time zone 'UTC' + interval '1 hour') between 5 and 7
            and extract(hour from eight.hour at time zone 'UTC' + interval '1 hour') between 8 and 19 as is_aot
    ) as cet
    group by eight.datastream_id, open.day_of(eight.hour)
),

norm as materialized (
    select
        calendar.day,
        max(limits.value) filter (where limits.regime = 'EU' and calendar.day between {in force}) as target,
        max(limits.value) filter (where limits.regime = 'WHO') as advice
    from {calendar}
    left join {limits}
        on limits.property = 'o3'
        and limits.period = 'eight_hours'
        and limits.kind in ('target value', 'guideline')
    group by calendar.day
),

yearly as (
    select
        daily.datastream_id,
        extract(year from daily.day)::integer as year,
        count(*) filter (where judged.is_valid) as days,
        count(*) filter (where judged.is_valid and daily.highest > norm.target) as above_target,
        count(*) filter (where judged.is_valid and daily.highest > norm.advice) as above_advice,
        100.0 * sum(daily.hours) / sum(open.day_hours(daily.day)) as complete,
        sum(daily.aot) as aot,
        -- 12 hours on each of the 92 days.
        100.0 * sum(daily.aot_hours) / (12 * 92) as aot_complete
    from daily
    inner join norm on norm.day = daily.day
    cross join lateral (
        select 100 * daily.means >= {min eight hours day} * open.day_hours(daily.day) as is_valid
    ) as judged
    group by daily.datastream_id, extract(year from daily.day)
)

select
    station.name as "Station",
    station.reference as "Referentie",
    yearly.year::text as "Jaar",
    yearly.above_target as "Boven EU 120",
    yearly.above_advice as "Boven WHO 100",
    yearly.days as "Dagen met genoeg uren",
    case when yearly.aot_complete >= {min aot} then yearly.aot * 100 / yearly.aot_complete end as "AOT40",
    yearly.aot as "AOT40 gemeten",
    floor(yearly.aot_complete) as "Uren mei-juli",
    floor(yearly.complete) as "Volledig"
from station
inner join yearly on yearly.datastream_id = station.datastream_id
order by yearly.year desc, yearly.complete >= {min year} desc, 4 desc, 1;

-- before_after: the selected station before and after a date, beside itself a year earlier and other stations
with {before after span},

daily as materialized (
    select
        each.property as subject,
        each.reference as place,
        each.reference = ${station:sqlstring} as is_treated,
        each.day,
        each.value,
        each.margin
    from span
    cross join lateral (
        select day.property, day.reference, day.day, day.value, day.margin
        from staff.day as day
        where
            day.property = ${stof:sqlstring}
            and {before after in_span}
            and (
                day.reference = ${station:sqlstring}
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
    name.label as "Stof",
    verdict.before as "Ervoor",
    verdict.after as "Erna",
    100 * (verdict.after / nullif(verdict.before, 0) - 1) as "Verschil",
    100 * (verdict.past - 1) as "Jaar eerder",
    100 * (exp(verdict.others) - 1) as "Elders",
    verdict.remains as "Blijft over",
    verdict.at_least as "Minstens",
    verdict.at_most as "Hoogstens",
    verdict.told as "Wat is te zeggen",
    verdict.places as "Andere meetpunten",
    verdict.days as "Dagen"
from verdict
inner join {names} on name.property = verdict.subject;

-- vergelijk: options for the stations to compare with
select distinct stream.reference as __value, stream.name as __text
from staff.datastream as stream
where
    stream.property = ${stof:sqlstring}
    and {chosen stream}
order by 2;
