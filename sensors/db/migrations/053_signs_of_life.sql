-- What tells that a counter works which sends a message for each passer-by: its sign of life, if it comes often enough to tell
-- of an hour. Without one a broken counter would be an empty street.
create view lantaarn.sign_of_life as
select counted.id as datastream_id, alive.id as alive_id, alive.measurement_interval as interval
from lantaarn.datastream as counted
inner join lantaarn.datastream as alive
    on alive.sensor_id = counted.sensor_id and alive.property = 'alive' and alive.active
where counted.rule ->> 'rule' = 'count_in_memory' and alive.measurement_interval <= interval '15 minutes';

grant select on lantaarn.sign_of_life to lantaarn_ingest;

-- Counters whose entry, from before, has none: none of their hours has a number until it does.
create view open.outdated_counter with (security_barrier) as
select sensor.municipality, datastream.sensor_id, sensor.reference, array_agg(datastream.property) as properties
from lantaarn.datastream as datastream
inner join lantaarn.sensor as sensor on sensor.id = datastream.sensor_id
where
    datastream.active
    and sensor.status <> 'ended'
    and datastream.rule ->> 'rule' = 'count_in_memory'
    and not exists (select from lantaarn.sign_of_life as sign where sign.datastream_id = datastream.id)
group by sensor.municipality, datastream.sensor_id, sensor.reference;

grant select on open.outdated_counter to lantaarn_api, lantaarn_dashboard;
