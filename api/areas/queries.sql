-- areas: outlines of neighbourhoods, districts and the municipality
select code, level, name, district, geometry
from open.area
where municipality = %(municipality)s and (%(level)s::text is null or level = %(level)s::text)
order by level, code;

-- neighbourhoods: all neighbourhoods, by district
select area.code, area.name, area.district, district.name as district_name
from open.area as area
left join open.area as district on district.code = area.district
where area.municipality = %(municipality)s and area.level = 'neighbourhood'
order by district.name collate "C" nulls last, area.name collate "C";

-- area: one neighbourhood or district, with its district and outline
select area.code, area.level, area.name, area.district, district.name as district_name, area.geometry
from open.area as area
left join open.area as district on district.code = area.district
where
    area.municipality = %(municipality)s
    and area.code = %(code)s::text
    and area.level in ('neighbourhood', 'district');

-- neighbourhood_outlines: outlines of all neighbourhoods, as the background of a map
select code, district, geometry
from open.area
where municipality = %(municipality)s and level = 'neighbourhood'
order by code;

-- hours: public hourly values, aggregated over all sensors in a neighbourhood as over time; last values have a mean.
-- Totals are computed from published hours only, so they reveal nothing more. margin: of that total or mean; few: a count
-- of less can't be told from none; lacking: sensors are left out, of which hidden: because of the rule for small counts
-- that there was before; and completed_at: of the one that changed last.
select
    find.kind,
    datastream.property,
    hour.hour as start,
    hour.until,
    count(*) as sensors,
    open.aggregate(
        replace(max(datastream.aggregation), 'last', 'mean'),
        count(hour.value),
        sum(open.summand(datastream.aggregation, hour.value)),
        sum(open.summand_cos(datastream.aggregation, hour.value)),
        max(hour.value),
        null
    ) as value,
    open.six_decimals(
        open.joint_margin(
            max(datastream.aggregation),
            sum(hour.margin ^ 2) filter (where hour.value is not null),
            count(hour.value)
        )
    ) as margin,
    open.few(sqrt(sum(hour.margin ^ 2) filter (where hour.value is not null and datastream.counts_people))) as few,
    bool_or(hour.value is null) as lacking,
    count(*) filter (where hour.value is null and not hour.no_data) as hidden,
    max(hour.completed_at) as completed_at
from open.find as find
-- Sensor by sensor: joining the whole view would read the datastreams of the whole city.
cross join lateral (
    select each.datastream_id, each.property, each.aggregation, each.counts_people
    from open.datastream as each
    where each.sensor_id = find.sensor_id and each.public in ('live', 'hour')
    offset 0
) as datastream
cross join lateral (
    select each.hour, each.until, each.value, each.margin, each.no_data, each.completed_at
    from open.hour as each
    where
        each.datastream_id = datastream.datastream_id
        and each.hour >= %(since)s::timestamptz
        and each.hour < %(until)s::timestamptz
    -- One datastream at a time: joining the whole view would compute the hours of the whole city.
    offset 0
) as hour
where
    find.municipality = %(municipality)s
    and find.neighbourhood = %(neighbourhood)s::text
group by 1, 2, 3, 4
order by 1, 2, 3, 4;

-- days: the same for values that are public per day
select
    find.kind,
    day.property,
    day.start,
    day.until,
    count(*) as sensors,
    open.aggregate(
        replace(max(datastream.aggregation), 'last', 'mean'),
        count(day.value),
        sum(open.summand(datastream.aggregation, day.value)),
        sum(open.summand_cos(datastream.aggregation, day.value)),
        max(day.value),
        null
    ) as value,
    open.six_decimals(
        open.joint_margin(
            max(datastream.aggregation),
            sum(day.margin ^ 2) filter (where day.value is not null),
            count(day.value)
        )
    ) as margin,
    open.few(sqrt(sum(day.margin ^ 2) filter (where day.value is not null and datastream.counts_people))) as few,
    bool_or(day.value is null) as lacking,
    count(*) filter (where day.value is null and not day.no_data) as hidden,
    max(day.completed_at) as completed_at
from open.find as find
cross join lateral (
    select each.datastream_id, each.aggregation, each.counts_people
    from open.datastream as each
    where each.sensor_id = find.sensor_id and each.public = 'day'
    offset 0
) as datastream
cross join lateral (
    select each.property, each.start, each.until, each.value, each.margin, each.no_data, each.completed_at
    from open.day_cell as each
    where each.datastream_id = datastream.datastream_id and each.start >= %(first_day)s::timestamptz
    offset 0
) as day
where
    find.municipality = %(municipality)s
    and find.neighbourhood = %(neighbourhood)s::text
group by 1, 2, 3, 4
order by 1, 2, 3;

-- travel_times: the latest travel times from each sensor in a neighbourhood, by vehicle class
select distinct on (find.reference, travel.goes_to, travel.vehicle_class)
    find.reference,
    find.name,
    travel.goes_to,
    arrival.name as goes_to_name,
    travel.window_start as start,
    travel.minutes,
    travel.vehicle_class,
    travel.median,
    travel.p85
from open.find as find
inner join open.travel_time as travel on travel.sensor_id = find.sensor_id
left join open.find as arrival on arrival.municipality = find.municipality and arrival.reference = travel.goes_to
where
    find.municipality = %(municipality)s
    and find.neighbourhood = %(neighbourhood)s::text
    and travel.window_start >= %(since)s::timestamptz
order by find.reference, travel.goes_to, travel.vehicle_class, travel.window_start desc;
