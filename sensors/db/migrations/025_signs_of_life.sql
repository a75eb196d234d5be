-- A sign of life is a reading that could be used: not a message that was rejected, and not an event, of which how many
-- there are depends on people. And the time of a single value is public no finer than the interval it is measured at.

-- The start of the measurement interval in which an instant lies: days and months by the local date, the others from the
-- whole hour of UTC. Without an interval, the minute. 1 January 2001 was a Monday.
create function open.public_time(at timestamptz, measurement_interval interval) returns timestamptz
language sql immutable parallel safe
return case
    when measurement_interval is null then date_bin('1 minute', at, timestamptz '2001-01-01 00:00:00+00')
    when extract(year from measurement_interval) > 0 or extract(month from measurement_interval) > 0
        then (
            timestamp '2001-01-01' + measurement_interval * floor(
                (extract(year from at at time zone 'Europe/Amsterdam') * 12
                + extract(month from at at time zone 'Europe/Amsterdam') - 2001 * 12 - 1)
                / (extract(year from measurement_interval) * 12 + extract(month from measurement_interval))
            )::double precision
        ) at time zone 'Europe/Amsterdam'
    when extract(day from measurement_interval) > 0
        then date_bin(measurement_interval, at at time zone 'Europe/Amsterdam', timestamp '2001-01-01')
            at time zone 'Europe/Amsterdam'
    else date_bin(measurement_interval, at, timestamptz '2001-01-01 00:00:00+00')
end;

-- The views that name every class's table; otherwise as they were.
create or replace function lantaarn.refresh_class_views() returns void language plpgsql as $$
declare
    every text;
    newest text;
begin
    select
        string_agg(
            format('select datastream_id, time, value, quality, %L as retention_class from lantaarn.%I', name, table_name),
            ' union all ' order by term, name
        ),
        string_agg(
            format(
                '(select time, value from lantaarn.%I as o
                  where datastream.retention_class = %L and o.datastream_id = datastream.id and o.quality = 0
                  order by time desc limit 1)', table_name, name
            ),
            ' union all ' order by term, name
        )
    into every, newest
    from lantaarn.retention_class;
    execute 'create or replace view lantaarn.observation as ' || every;
    execute
        'create or replace view open.latest as
         select
             datastream.id as datastream_id,
             datastream.sensor_id,
             datastream.property,
             open.public_time(newest.time, datastream.measurement_interval) as time,
             newest.value
         from lantaarn.datastream as datastream cross join lateral (' || newest || ') as newest
         where datastream.active and datastream.public = ''live''';
end
$$;

do $$ begin perform lantaarn.refresh_class_views(); end $$;

-- When a sensor was last heard: the hours in which a reading of it was stored, or was a duplicate or a conflict. A sensor
-- that only sends events, and no sign of life by the clock, is not known to be heard.
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
        and (live.all_of_it or ledger.hour < week.start)
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

-- Silent: no reading that could be used, of a sensor of which one is due. Otherwise as it was.
create or replace view lantaarn.deviation_daily as
select finding.sensor_id, 'expired' as deviation
from lantaarn.finding as finding
cross join lantaarn.watch as watch
where finding.status in ('active', 'paused') and finding.active_until < watch.today
union all
select finding.sensor_id, 'review_due'
from lantaarn.finding as finding
cross join lantaarn.watch as watch
where finding.status <> 'ended' and finding.review_date < watch.today
union all
select finding.sensor_id, 'silent'
from lantaarn.finding as finding
cross join lantaarn.watch as watch
where
    finding.live
    and finding.status = 'active'
    and finding.delivers_data
    -- Since before the time that is looked at.
    and greatest(finding.known_since, finding.active_from::timestamp at time zone 'Europe/Amsterdam') < watch.day_since
    and not exists (
        select from lantaarn.ledger as ledger
        where
            ledger.sensor_id = finding.sensor_id
            and ledger.hour >= watch.day_since
            and ledger.received > ledger.quarantined + ledger.aggregated
    )
union all
select day.sensor_id, sort.deviation
from (
    select trouble.sensor_id, sum(trouble.quarantined) as refused, sum(trouble.fields_dropped) as dropped
    from lantaarn.ledger as trouble
    where
        (trouble.quarantined > 0 or trouble.fields_dropped > 0)
        and trouble.hour >= date_trunc('hour', now() - interval '1 day')
    group by trouble.sensor_id
) as day
inner join lantaarn.finding as finding on finding.sensor_id = day.sensor_id and finding.live
cross join (values ('undeclared'), ('refused')) as sort (deviation)
where
    case sort.deviation
        when 'undeclared' then day.dropped > 0
        else day.refused > 0 and day.refused * 20 > (
            select sum(ledger.received) from lantaarn.ledger as ledger
            where ledger.sensor_id = day.sensor_id and ledger.hour >= date_trunc('hour', now() - interval '1 day')
        )
    end;

create or replace view lantaarn.deviation_weekly as
select finding.sensor_id, 'silent' as deviation
from lantaarn.finding as finding
cross join lantaarn.watch as watch
where
    not finding.live
    and finding.status = 'active'
    and finding.delivers_data
    and greatest(finding.known_since, finding.active_from::timestamp at time zone 'Europe/Amsterdam') < watch.week_since
    -- A sensor that may only send events is silent when nobody passes.
    and exists (
        select from lantaarn.datastream as stored
        where stored.sensor_id = finding.sensor_id and stored.active and stored.rule is null
    )
    and coalesce((
        select sum(few.readings) from (
            select ledger.received - ledger.quarantined - ledger.aggregated as readings
            from lantaarn.ledger as ledger
            where
                ledger.sensor_id = finding.sensor_id
                and ledger.hour >= watch.week_since
                and ledger.hour < watch.week_until
                and ledger.received > ledger.quarantined + ledger.aggregated
            limit 15
        ) as few
    ), 0) < 15
union all
select week.sensor_id, sort.deviation
from lantaarn.trouble_week as week
cross join (values ('undeclared'), ('refused')) as sort (deviation)
where
    case sort.deviation
        when 'undeclared' then week.undeclared >= 15
        else week.refused >= 15 and week.refused * 20 > week.received
    end;

-- Of the readings that were due: messages from which nothing was read are not among those that came.
create or replace view lantaarn.sensor_day_now as
with came as (
    select finding.sensor_id, round(entry.due_daily)::bigint as due, books.received
    from lantaarn.finding as finding
    inner join lantaarn.entry_quality as entry on entry.sensor_id = finding.sensor_id
    cross join lantaarn.watch as watch
    cross join lateral (
        select
            coalesce(sum(ledger.stored + ledger.quarantined), 0)::bigint
            - case when sum(ledger.quarantined) > 0 then coalesce((
                select sum(unread.readings) from lantaarn.ledger_reason as unread
                where
                    unread.sensor_id = finding.sensor_id
                    and unread.reason = 'no_readings'
                    and unread.hour >= watch.day_since
                    and unread.hour < watch.day_until
            ), 0)::bigint else 0 end as received
        from lantaarn.ledger as ledger
        where ledger.sensor_id = finding.sensor_id and ledger.hour >= watch.day_since and ledger.hour < watch.day_until
    ) as books
    where
        finding.live
        and finding.status = 'active'
        and finding.delivers_data
        and entry.due_daily is not null
        and greatest(finding.known_since, finding.active_from::timestamp at time zone 'Europe/Amsterdam')
        < watch.day_since
),

shown as (
    select stream.sensor_id, count(*) as cells, count(*) filter (where cell.value is null) as few
    from lantaarn.public_stream as stream
    cross join (
        select
            date_trunc('hour', now()) - interval '26 hours' as since,
            date_trunc('hour', now()) - interval '2 hours' as until,
            date_trunc('day', (now() - interval '2 hours') at time zone 'Europe/Amsterdam') as today
    ) as settled
    inner join lantaarn.public_cell as cell
        on cell.datastream_id = stream.id
        and cell.period = stream.period
        and cell.counted
        and cell.start >= case stream.period
            when 'hour' then settled.since
            else (settled.today - interval '1 day') at time zone 'Europe/Amsterdam'
        end
        and cell.start < case stream.period
            when 'hour' then settled.until
            else settled.today at time zone 'Europe/Amsterdam'
        end
    group by stream.sensor_id
)

select
    sensor_id,
    coalesce(came.due, 0) as due,
    coalesce(least(came.received, came.due), 0) as received,
    came.sensor_id is not null as measured,
    coalesce(shown.cells, 0) as cells,
    coalesce(shown.few, 0) as few,
    coalesce(week.refused, 0) as refused_week,
    coalesce(week.undeclared, 0) as undeclared_week,
    coalesce(week.conflict, 0) as conflict_week
from came
full join shown using (sensor_id)
full join lantaarn.trouble_week as week using (sensor_id);

-- Street lighting: how many lamps of a group report a fault, and how many fell silent: a reading a day ago in these three
-- hours, and none now, so that lamps that sleep by day are no outage. Numbers of a group, not which lamps.
create or replace view staff.light_now as
select
    grouped.neighbourhood,
    grouped.organisations,
    grouped.lamps,
    lamp.faulty,
    lamp.silent
from staff.light_group as grouped
cross join lateral (
    select
        count(*) filter (where newest.fault > 0)::integer as faulty,
        count(*) filter (where heard.yesterday and not heard.now)::integer as silent
    from unnest(grouped.sensor_ids) as sensor (id)
    left join lateral (
        select hourly.max as fault
        from lantaarn.datastream as stream
        inner join lantaarn.rollup_hour as hourly on hourly.datastream_id = stream.id
        where
            stream.sensor_id = sensor.id
            and stream.property = 'fault_code'
            and hourly.hour >= date_trunc('hour', now(), 'UTC') - interval '1 day'
        order by hourly.hour desc
        limit 1
    ) as newest on true
    cross join lateral (
        select
            coalesce(bool_or(ledger.hour > span.now - interval '3 hours'), false) as now,
            coalesce(bool_or(ledger.hour <= span.now - interval '24 hours'), false) as yesterday
        from (select date_trunc('hour', now(), 'UTC') as now) as span
        inner join lantaarn.ledger as ledger
            on ledger.sensor_id = sensor.id
            and ledger.hour > span.now - interval '27 hours'
            and ledger.received > ledger.quarantined + ledger.aggregated
    ) as heard
) as lamp;
