-- The counts that a sensor sends together, itself among them: those of one interval, zeros too. Whether an interval was heard
-- is asked of all of them, because a device that leaves out a class of which nobody passed would tell when somebody did.
create view lantaarn.sent_together as
select
    stream.id as datastream_id,
    beside.id as beside_id,
    beside.sum_minutes,
    beside.one_night
from lantaarn.datastream as stream
inner join lantaarn.datastream as beside
    on beside.sensor_id = stream.sensor_id
    and beside.active
    and beside.sum_minutes is not null
    and beside.rule is null
    and beside.sends_zeros
    and beside.measurement_interval = stream.measurement_interval
where stream.sends_zeros;

grant select on lantaarn.sent_together to lantaarn_ingest;
