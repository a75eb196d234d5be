-- volledig: share of lamp days in the period from lamps that reported, in groups that are large enough
select
    coalesce(
        floor(100.0 * sum(day.lamps) / nullif(max(every.lamps), 0) / {due days})::text,
        '0'
    ) || ' %' as __text
from staff.light_day as day
cross join (
    select count(*) as lamps from staff.sensor as sensor
    where
        sensor.kind = 'streetlight'
        and sensor.status = 'active'
        and sensor.delivers_data
        and {chosen sensor}
) as every
where
    {days}
    and {chosen day};

-- volledig_storing: share of full lamp days in the period with a known fault status
select
    coalesce(
        floor(
            100.0 * (
                select count(*) from staff.day as day
                where
                    day.property = 'fault_code'
                    and {days}
                    and {chosen day}
            ) / nullif(
                (
                    select count(*) from staff.datastream as stream
                    where
                        stream.property = 'fault_code'
                        and {chosen stream}
                ),
                0
            ) / {due days}
        )::text,
        '0'
    ) || ' %' as __text;

-- energy_by_day: energy use of all lamps per day, a day that is missing with nothing
select open.day_start(calendar.day) as "time", daily.amount as "Verbruik"
from {calendar}
left join (
    select day.day, sum(day.kwh) as amount
    from staff.light_day as day
    where
        {days}
        and {chosen day}
    group by day.day
) as daily on daily.day = calendar.day
order by calendar.day;

-- burning_hours: mean burning hours per lamp per day, a day that is missing with nothing
select open.day_start(calendar.day) as "time", daily.amount as "Branduren van een lamp"
from {calendar}
left join (
    select day.day, sum(day.burning_hours) / sum(day.lamps) as amount
    from staff.light_day as day
    where
        {days}
        and {chosen day}
    group by day.day
) as daily on daily.day = calendar.day
order by calendar.day;

-- saved_by_day: energy saved by dimming per day, a day that is missing with nothing
select open.day_start(calendar.day) as "time", daily.amount as "Bespaard door dimmen"
from {calendar}
left join (
    select day.day, sum(day.full_kwh - day.compared_kwh) as amount
    from staff.light_day as day
    where
        {days}
        and {chosen day}
    group by day.day
) as daily on daily.day = calendar.day
order by calendar.day;

-- saved_kwh: energy saved by dimming over the whole period
select sum(day.full_kwh - day.compared_kwh) as "Bespaard"
from staff.light_day as day
where
    {days}
    and {chosen day};

-- saved_carbon: the same in kg of carbon dioxide
select sum(day.full_kwh - day.compared_kwh) * replace(${co2:sqlstring}, ',', '.')::double precision as "Bespaard"
from staff.light_day as day
where
    {days}
    and {chosen day};

-- saved_share: the same as a share of the energy use without dimming
select 100 * sum(day.full_kwh - day.compared_kwh) / nullif(sum(day.full_kwh), 0) as "Bespaard"
from staff.light_day as day
where
    {days}
    and {chosen day};

-- outages: lamp faults in the period, with their start and end
select
    sensor.name as "Lamp",
    sensor.reference as "Referentie",
    sensor.neighbourhood_name as "Buurt",
    outage.since as "Storing vanaf",
    outage.until as "Hersteld op",
    coalesce(outage.until, open.day_of(now())) - outage.since as "Dagen",
    outage.code as "Storingscode"
from staff.light_outage as outage
inner join staff.sensor as sensor on sensor.sensor_id = outage.sensor_id
where
    outage.since <= open.day_of($__timeTo())
    and coalesce(outage.until, open.day_of(now())) >= open.day_of($__timeFrom())
    and {chosen sensor}
order by outage.until is null desc, outage.since desc
limit 200;

-- mean_repair_time: mean days to repair, of lamps repaired in the period
select avg(outage.until - outage.since)::double precision as "Hersteltijd"
from staff.light_outage as outage
inner join staff.sensor as sensor on sensor.sensor_id = outage.sensor_id
where
    outage.until between open.day_of($__timeFrom()) and open.day_of($__timeTo())
    and {chosen sensor};

-- neighbourhoods: per neighbourhood, now and over the period
select
    coalesce(area.name, 'Buiten de buurten') as "Buurt",
    sum(lights.lamps) as "Lampen",
    sum(lights.faulty) as "Met storing",
    sum(lights.silent) as "Stil",
    sum(used.kwh) / nullif(sum(used.lamps), 0) as "Per lamp per dag",
    100 * sum(used.saved) / nullif(sum(used.full_kwh), 0) as "Bespaard"
from staff.light_now as lights
left join open.area as area on area.code = lights.neighbourhood
left join lateral (
    select
        sum(day.kwh) as kwh,
        sum(day.lamps) as lamps,
        sum(day.full_kwh - day.compared_kwh) as saved,
        sum(day.full_kwh) as full_kwh
    from staff.light_day as day
    where
        day.neighbourhood = lights.neighbourhood
        and day.organisations = lights.organisations
        and {days}
) as used on true
where
    {chosen lights}
group by 1
order by 3 desc, 4 desc, 1;
