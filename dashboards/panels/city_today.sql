-- volledig: share of active, delivering sensors that are not silent
select
    coalesce(
        floor(
            100.0 * (count(*) - count(*) filter (where exists (
                select from open.deviation as deviation
                where deviation.sensor_id = sensor.sensor_id and deviation.deviation = 'silent'
            ))) / nullif(count(*), 0)
        )::text,
        '0'
    ) || ' % van de sensoren' as __text
from staff.sensor as sensor
where
    sensor.status = 'active'
    and sensor.delivers_data
    and {chosen sensor};

-- sensors: active sensors that should deliver data
select count(*) as "Sensoren"
from staff.sensor as sensor
where
    sensor.status = 'active'
    and sensor.delivers_data
    and {chosen sensor};

-- silent_sensors: number of silent sensors
select count(sensor.sensor_id) as "Stil"
from open.deviation as deviation
inner join staff.sensor as sensor on sensor.sensor_id = deviation.sensor_id
where
    deviation.deviation = 'silent'
    and {chosen sensor};

-- air_latest_hour: particulates and nitrogen dioxide in the last full hour, mean of all stations
select
    avg(hour.value) filter (where stream.property = 'pm2_5') as "Fijnstof PM2,5",
    avg(hour.value) filter (where stream.property = 'pm10') as "Fijnstof PM10",
    avg(hour.value) filter (where stream.property = 'no2') as "Stikstofdioxide"
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
    stream.kind = 'air_quality'
    and stream.property in ('pm2_5', 'pm10', 'no2')
    and {chosen stream};

-- air_by_hour: particulates per hour over the last two days, an hour that is missing with nothing
select
    calendar.hour as "time",
    avg(measured.value) as "Gemiddelde van de stations",
    max(measured.value) as "Hoogste station"
from {last hours}
left join (
    select hour.hour, hour.value
    from staff.datastream as stream
    cross join lateral (
        select each.hour, each.value from open.hour as each
        where
            each.datastream_id = stream.datastream_id
            and each.hour >= date_trunc('hour', now()) - interval '48 hours'
            and each.hour < date_trunc('hour', now())
        -- One datastream at a time: a condition on a join doesn't reach into the view.
        offset 0
    ) as hour
    where
        stream.property = 'pm2_5'
        and {chosen stream}
) as measured on measured.hour = calendar.hour
group by calendar.hour
order by calendar.hour;

-- traffic_by_hour: traffic per hour over the last two days, by mode, an hour that is missing with nothing; the largest
-- margin of an hour is in the name
with hourly as (
    select
        hour.hour,
        case stream.property
            when 'count_bicycle' then 'Op de fiets'
            when 'count_pedestrian' then 'Te voet'
            else 'Auto, bus, motor of vrachtwagen'
        end as mode,
        sum(hour.value) as passed,
        sqrt(sum(hour.margin ^ 2) filter (where hour.value is not null)) as margin
    from staff.datastream as stream
    cross join lateral (
        select each.hour, each.value, each.margin from open.hour as each
        where
            each.datastream_id = stream.datastream_id
            and each.hour >= date_trunc('hour', now()) - interval '48 hours'
            -- A night as a whole is no hour.
            and each.until <= each.hour + interval '1 hour'
        -- One datastream at a time: a condition on a join doesn't reach into the view.
        offset 0
    ) as hour
    where
        stream.kind = 'traffic'
        and stream.counts_people
        and {once stream}
        and {chosen stream}
    group by 1, 2
)

select
    calendar.hour as "time",
    mode.mode || coalesce(' ± ' || ceil(mode.margin), '') as metric,
    hourly.passed as value
from {last hours}
cross join (select each.mode, max(each.margin) as margin from hourly as each group by each.mode) as mode
left join hourly on hourly.hour = calendar.hour and hourly.mode = mode.mode
order by calendar.hour, mode.mode;

-- lamps: total, faulty and silent lamps, in groups that are large enough
select
    sum(lights.lamps) as "Lampen",
    sum(lights.faulty) as "Met storing",
    sum(lights.silent) as "Stil"
from staff.light_now as lights
where
    {chosen lights};

-- energy_yesterday: energy use of the lamps on the last full day
select sum(day.kwh) as "Verbruik"
from staff.light_day as day
where
    day.day = open.day_of(now()) - 1
    and {chosen day};

-- open_report_count: unanswered and overdue reports from residents
select
    count(*) as "Wachten op antwoord",
    count(*) filter (where report.due_on < open.day_of(now())) as "Te laat"
from open.report as report
where report.status = 'received';

-- broken_promises: broken retention promises
select count(*) filter (where not retention.kept) as "Niet nagekomen"
from open.retention as retention
having count(*) > 0;

-- neighbourhoods: yesterday per neighbourhood
select
    sensor.neighbourhood_name as "Buurt",
    count(distinct sensor.sensor_id) as "Sensoren",
    avg(day.value) filter (where day.property = 'pm2_5') as "PM2,5",
    avg(day.value) filter (where day.property = 'no2') as "NO₂",
    sum(day.value) filter (where day.property = 'count_bicycle') as "Fietsen",
    sqrt(sum(day.margin ^ 2) filter (where day.property = 'count_bicycle')) as "Marge fietsen",
    sum(day.value) filter (
        where day.property in ('count_car', 'count_van', 'count_truck', 'count_motorcycle', 'count_motor_vehicle')
    ) as "Auto's",
    sqrt(sum(day.margin ^ 2) filter (
        where day.property in ('count_car', 'count_van', 'count_truck', 'count_motorcycle', 'count_motor_vehicle')
    )) as "Marge auto's"
from staff.sensor as sensor
left join staff.day as day
    on day.sensor_id = sensor.sensor_id and day.day = open.day_of(now()) - 1 and {once day}
where
    sensor.delivers_data
    and {chosen sensor}
group by 1
order by 1;
