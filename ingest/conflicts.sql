-- find_stored_values: values in one retention class's table ({table}) for these datastreams and times, by position
select given.position, stored.value
from unnest(%(datastream_ids)s::integer[], %(times)s::timestamptz[])
    with ordinality as given (datastream_id, time, position)
inner join lantaarn.{table} as stored on stored.datastream_id = given.datastream_id and stored.time = given.time
where stored.time between %(first_time)s::timestamptz and %(last_time)s::timestamptz;
