-- Travel times of a secret sample of the vehicles, without how many they were (docs/decisions/006). Rows from before are
-- exact figures about all of them, and hours were made of those: they can't be made to tell less, so they go.
truncate lantaarn.travel_time, lantaarn.travel_hour;

drop view open.travel_time;

alter table lantaarn.travel_time
    drop column n,
    drop column p15,
    drop constraint travel_time_minutes_check,
    add constraint travel_time_minutes_check check (minutes in (15, 60)),
    alter column median type smallint,
    add constraint travel_time_median_check check (median % 5 = 0),
    alter column p85 type smallint,
    alter column p85 drop not null,
    add constraint travel_time_p85_check check (p85 >= median and p85 % 5 = 0);

-- Null: none of its windows had enough vehicles for it.
alter table lantaarn.travel_hour alter column p85 drop not null;

-- How long it took from one sensor to another, in seconds. Rows are as public as they are stored.
create view open.travel_time as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.goes_to,
    travel.window_start,
    travel.minutes,
    travel.vehicle_class,
    travel.median,
    travel.p85
from open.datastream as datastream
inner join lantaarn.travel_time as travel on travel.datastream_id = datastream.datastream_id
where datastream.public = 'hour';

-- Segments whose entry declares a window that is no longer allowed: nothing comes of them until it is changed.
create view open.outdated_segment as
select
    sensor.municipality,
    datastream.sensor_id,
    sensor.reference,
    datastream.rule ->> 'to' as goes_to,
    (datastream.rule ->> 'window')::integer / 60 as minutes
from lantaarn.datastream as datastream
inner join lantaarn.sensor as sensor on sensor.id = datastream.sensor_id
where
    datastream.active
    and sensor.status <> 'ended'
    and datastream.rule ->> 'rule' = 'match_in_memory'
    and datastream.rule ->> 'to' is not null
    and (datastream.rule ->> 'window')::integer not in (900, 3600);

grant select on open.travel_time, open.outdated_segment to lantaarn_api, lantaarn_dashboard;
