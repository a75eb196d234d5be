-- What tells that a counter works which sends a message for each passer-by: its sign of life, if it comes often enough to tell
-- of an hour. Without one a broken counter would be an empty street.
create view lantaarn.sign_of_life as
select counted.id as datastream_id, alive.id as alive_id, alive.measurement_interval as interval
from lantaarn.datastream as counted
inner join lantaarn.datastream as alive
    on alive.sensor_id = counted.sensor_id and alive.property = 'alive' and alive.active
where counted.rule ->> 'rule' = 'count_in_memory' and alive.measurement_interval <= interval '15 minutes';

grant select on lantaarn.sign_of_life to lantaarn_ingest;
