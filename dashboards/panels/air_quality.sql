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

-- volledig: share of station hours in the period, today included, that have values
select
    coalesce(
        round(
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

-- daily_means: mean, lowest and highest station per day, with the daily limits
select
    open.day_start(day.day) as "time",
    avg(day.value) as "Gemiddelde van de stations",
    min(day.value) as "Laagste station",
    max(day.value) as "Hoogste station",
    max(allowed.now) as "Grens EU nu",
    max(allowed.later) as "Grens EU vanaf 2030",
    max(allowed.advice) as "Advies WHO"
from staff.day as day
cross join (
    select
        max(limits.value) filter (where limits.regime = 'EU nu') as now,
        max(limits.value) filter (where limits.regime = 'EU 2030') as later,
        max(limits.value) filter (where limits.regime = 'WHO 2021') as advice
    from {limits}
    where limits.property = ${stof:sqlstring} and limits.period = 'day'
) as allowed
where
    day.property = ${stof:sqlstring}
    and {days}
    and day.hours * 4 >= day.day_hours * 3
    and {chosen day}
group by day.day
order by day.day;

-- station_means: mean per station over the whole period, with the annual limits
select
    day.name as "Station",
    day.reference as "Referentie",
    avg(day.value) as "Gemiddelde",
    max(allowed.now) as "EU nu",
    max(allowed.later) as "EU 2030",
    max(allowed.advice) as "WHO 2021",
    round(100.0 * sum(day.hours) / sum(day.day_hours)) as "Volledig"
from staff.day as day
cross join (
    select
        max(limits.value) filter (where limits.regime = 'EU nu') as now,
        max(limits.value) filter (where limits.regime = 'EU 2030') as later,
        max(limits.value) filter (where limits.regime = 'WHO 2021') as advice
    from {limits}
    where limits.property = ${stof:sqlstring} and limits.period = 'year'
) as allowed
where
    day.property = ${stof:sqlstring}
    and {days}
    and {chosen day}
group by day.name, day.reference
order by 3 desc nulls last;

-- exceedance_days: days above the daily limits, per station
select
    day.name as "Station",
    day.reference as "Referentie",
    count(*) filter (where day.value > allowed.now) as "Dagen boven EU nu",
    count(*) filter (where day.value > allowed.later) as "Dagen boven EU 2030",
    count(*) filter (where day.value > allowed.advice) as "Dagen boven WHO 2021",
    count(*) as "Dagen met genoeg uren"
from staff.day as day
cross join (
    select
        max(limits.value) filter (where limits.regime = 'EU nu') as now,
        max(limits.value) filter (where limits.regime = 'EU 2030') as later,
        max(limits.value) filter (where limits.regime = 'WHO 2021') as advice
    from {limits}
    where limits.property = ${stof:sqlstring} and limits.period = 'day'
) as allowed
where
    day.property = ${stof:sqlstring}
    and {days}
    and day.hours * 4 >= day.day_hours * 3
    and {chosen day}
group by day.name, day.reference
order by 4 desc, 5 desc, 2;

-- weekday_hour: mean of the selected station by hour and weekday, Amsterdam time
select
    to_char(extract(hour from hour.hour at time zone 'Europe/Amsterdam'), 'FM00') || ':00' as "Uur",
    avg(hour.value) filter (where extract(isodow from hour.hour at time zone 'Europe/Amsterdam') = 1) as "maandag",
    avg(hour.value) filter (where extract(isodow from hour.hour at time zone 'Europe/Amsterdam') = 2) as "dinsdag",
    avg(hour.value) filter (where extract(isodow from hour.hour at time zone 'Europe/Amsterdam') = 3) as "woensdag",
    avg(hour.value) filter (where extract(isodow from hour.hour at time zone 'Europe/Amsterdam') = 4) as "donderdag",
    avg(hour.value) filter (where extract(isodow from hour.hour at time zone 'Europe/Amsterdam') = 5) as "vrijdag",
    avg(hour.value) filter (where extract(isodow from hour.hour at time zone 'Europe/Amsterdam') = 6) as "zaterdag",
    avg(hour.value) filter (where extract(isodow from hour.hour at time zone 'Europe/Amsterdam') = 7) as "zondag"
from open.hour as hour
where
    hour.datastream_id = (
        select stream.datastream_id from staff.datastream as stream
        where stream.reference = ${station:sqlstring} and stream.property = ${stof:sqlstring}
        limit 1
    )
    and $__timeFilter(hour.hour)
group by 1
order by 1;

-- monthly_means: mean of all stations per month
select
    open.day_start(date_trunc('month', day.day)::date) as "time",
    avg(day.value) as "Gemiddelde van de stations"
from staff.day as day
where
    day.property = ${stof:sqlstring}
    and {days}
    and {chosen day}
group by date_trunc('month', day.day)
order by 1;

-- completeness: share of hours with values per day, all stations
select
    open.day_start(day.day) as "time",
    100.0 * sum(day.hours) / sum(day.day_hours) as "Uren met metingen"
from staff.day as day
where
    day.property = ${stof:sqlstring}
    and {days}
    and {chosen day}
group by day.day
order by day.day;
