-- Sensors that send nothing when nothing happens (sends_zeros in their entry): a silence is no deviation, and it isn't
-- known how many readings are due.

create index datastream_quiet on lantaarn.datastream (sensor_id) where active and not sends_zeros;

-- Sensors none of whose datastreams is sent by the clock.
create view lantaarn.quiet_sensor as
select distinct quiet.sensor_id
from lantaarn.datastream as quiet
where
    quiet.active
    and not quiet.sends_zeros
    and not exists (
        select from lantaarn.datastream as due
        where due.sensor_id = quiet.sensor_id and due.active and due.sends_zeros
    );

-- Which sensors deviate from their entry, as it was but for those.
create or replace view open.deviation as
select found.sensor_id, found.deviation
from (
    select made.sensor_id, made.deviation
    from lantaarn.deviation as made
    where (select fresh from lantaarn.quality_fresh)
    union all
    select daily.sensor_id, daily.deviation
    from lantaarn.deviation_daily as daily
    where not (select fresh from lantaarn.quality_fresh)
    union all
    select others.sensor_id, others.deviation
    from lantaarn.deviation_weekly as others
    where not (select fresh from lantaarn.quality_fresh)
) as found
where
    found.deviation <> 'silent'
    or not exists (select from lantaarn.quiet_sensor as quiet where quiet.sensor_id = found.sensor_id);

-- How many readings an entry lets us expect in a day: unknown if one of its datastreams isn't sent by the clock.
create or replace view lantaarn.entry_quality_now as
select
    sensor.id as sensor_id,
    entry.revision,
    coalesce(asked.all_of_them, '{}') as asked,
    coalesce(asked.unanswered, '{}') as unanswered,
    due.daily as due_daily
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
cross join lateral (
    select
        array_agg(each.question order by each.question) as all_of_them,
        array_agg(each.question order by each.question) filter (where not each.answered) as unanswered
    from lantaarn.questions(entry.document) as each
    where sensor.status <> 'ended'
) as asked
cross join lateral (
    select
        case
            when bool_and(coalesce(often.seconds between 1 and 86400, false) and often.sends_zeros)
                then sum(86400 / often.seconds)
        end as daily
    from (
        select
            extract(epoch from (declared.value ->> 'interval')::interval)::double precision as seconds,
            coalesce((declared.value ->> 'sends_zeros')::boolean, true) as sends_zeros
        from jsonb_array_elements(entry.document -> 'datastreams') as declared
    ) as often
) as due;
