-- As it was, except that when a sensor was last heard is looked for before the limit alone: hours of this week were read
-- and left out one by one, on a Sunday 168 for each of a page of sensors.
create or replace view open.sensor as
select
    sensor.id as sensor_id,
    sensor.entry_id,
    sensor.municipality,
    sensor.reference,
    sensor.kind,
    sensor.status,
    sensor.delivers_data,
    sensor.neighbourhood,
    neighbourhood.name as neighbourhood_name,
    sensor.district,
    district.name as district_name,
    entry.version,
    entry.valid_from,
    entry.document,
    case
        when not sensor.delivers_data then null
        when not live.all_of_it and last_week.readings >= 15 then 'last_week'
        when not live.all_of_it and seen.hour < week.start then 'longer'
        when not live.all_of_it then 'unknown'
        when seen.hour is null then 'never'
        when (seen.hour at time zone 'Europe/Amsterdam')::date
            = (now() at time zone 'Europe/Amsterdam')::date then 'today'
        when seen.hour > now() - interval '7 days' then 'this_week'
        else 'longer'
    end as last_seen,
    live.all_of_it as live
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
left join lantaarn.area as neighbourhood on neighbourhood.code = sensor.neighbourhood
left join lantaarn.area as district on district.code = sensor.district
cross join lateral (
    select
        coalesce(
            bool_and(datastream.public = 'live' and not datastream.counts_people and datastream.rule is null), false
        ) as all_of_it
    from lantaarn.datastream as datastream
    where datastream.sensor_id = sensor.id and datastream.active
) as live
cross join lateral (
    select date_trunc('week', now() at time zone 'Europe/Amsterdam') at time zone 'Europe/Amsterdam' as start
) as week
left join lateral (
    select ledger.hour from lantaarn.ledger as ledger
    where
        ledger.sensor_id = sensor.id
        and ledger.hour < case when live.all_of_it then 'infinity' else week.start end
        and ledger.received > ledger.quarantined + ledger.aggregated
    order by ledger.hour desc
    limit 1
) as seen on true
left join lateral (
    -- Fifteen hours are enough to know that there were fifteen readings.
    select sum(few.readings) as readings
    from (
        select ledger.received - ledger.quarantined - ledger.aggregated as readings
        from lantaarn.ledger as ledger
        where
            not live.all_of_it
            and ledger.sensor_id = sensor.id
            and ledger.hour < week.start
            and ledger.hour
            >= (week.start at time zone 'Europe/Amsterdam' - interval '7 days') at time zone 'Europe/Amsterdam'
            and ledger.received > ledger.quarantined + ledger.aggregated
        limit 15
    ) as few
) as last_week on true;
