-- latest_values: the latest hourly or daily value of each observed property of these sensors
select
    newest.sensor_id,
    newest.property,
    newest.start,
    newest.until,
    newest.value,
    newest.below,
    newest.margin,
    newest.no_data
from open.datastream as datastream
cross join lateral (
    (
        select
            hour.sensor_id,
            hour.property,
            hour.hour as start,
            hour.until,
            hour.value,
            hour.below,
            hour.margin,
            hour.no_data
        from open.hour as hour
        where
            hour.datastream_id = datastream.datastream_id
            and datastream.public in ('live', 'hour')
            and hour.hour >= %(since)s::timestamptz
            and hour.hour < %(until)s::timestamptz
        order by hour.hour desc
        limit 1
    )
    union all
    (
        select
            day.sensor_id, day.property, day.start, day.until, day.value, day.below, day.margin, day.no_data
        from open.day_cell as day
        where
            day.datastream_id = datastream.datastream_id
            and datastream.public = 'day'
            and day.start >= %(first_day)s::timestamptz
        order by day.start desc
        limit 1
    )
) as newest
where datastream.sensor_id = any(%(sensor_ids)s::integer []);
