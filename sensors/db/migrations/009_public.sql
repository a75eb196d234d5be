-- What is public of counts can't be taken apart: one threshold and one rounding for all of it, cells that are written
-- once and never change, and totals that are made of published cells alone. docs/decisions/007-public-numbers.md.

-- A count of people or vehicles as everyone may see it: to the nearest 5, and none below 15, zero included.
create function open.public_count(amount double precision) returns double precision
language sql immutable parallel safe
return case when amount >= 15 then round(amount / 5) * 5 end;

-- How many readings there were, as the lower edge of a band: fewer than 15 (0), from 15, from 100, from 1000, ...
create function open.band(amount numeric) returns bigint
language sql immutable parallel safe
return case
    when amount >= 100 then power(10, least(floor(log(amount)), 6))::bigint
    when amount >= 15 then 15
    else 0
end;

-- The published hours and days of what is not public live. Of what is counted there is a cell for every hour or day:
-- value is null below 15, and without any message, so that silence tells no more than a few passages do.
create table lantaarn.public_cell (
    datastream_id integer not null,
    period text not null check (period in ('hour', 'day')),
    start timestamptz not null,
    counted boolean not null,
    value double precision,
    primary key (datastream_id, period, start),
    constraint never_small check (
        case when counted then coalesce(value >= 15 and value / 5 = floor(value / 5), true) else value is not null end
    )
);

-- What is published in cells.
create view lantaarn.public_stream as
select
    id,
    sensor_id,
    unit,
    counts_people,
    summed,
    public as period,
    ('1 ' || public)::interval as step,
    case public when 'hour' then 'UTC' else 'Europe/Amsterdam' end as zone
from lantaarn.datastream
where active and rule is null and public in ('hour', 'day');

-- Publish what has been over for an hour, from where each datastream was left, a month back at most. What comes in
-- later is kept, but changes no cell: reading a cell before and after would show a single passage. Energy is to 0.1
-- kWh, so that a lamp that burned brighter for someone doesn't show; of a code, such as that of a fault, the highest is
-- given; a mean only where enough were counted at the same sensor, as everyone can see. Returns the number of new
-- cells.
create function lantaarn.publish_cells(at timestamptz) returns bigint language plpgsql as $$
declare
    stream record;
    until timestamp;
    since timestamp;
    added bigint;
    total bigint := 0;
begin
    for stream in select * from lantaarn.public_stream order by counts_people desc, id loop
        until := date_trunc(stream.period, (at - interval '1 hour') at time zone stream.zone) - stream.step;
        since := coalesce(
            (
                select max(cell.start) at time zone stream.zone + stream.step from lantaarn.public_cell as cell
                where cell.datastream_id = stream.id and cell.period = stream.period
            ),
            (
                select date_trunc(stream.period, min(rollup.hour) at time zone stream.zone)
                from lantaarn.rollup_hour as rollup where rollup.datastream_id = stream.id
            )
        );
        continue when since is null or since > until;
        since := greatest(since, until - interval '31 days');
        insert into lantaarn.public_cell (datastream_id, period, start, counted, value)
        select
            stream.id,
            stream.period,
            due.start,
            stream.counts_people,
            case
                when stream.counts_people then open.public_count(seen.sum)
                when stream.summed then round(seen.sum::numeric, 1)
                when stream.unit = '1' then seen.highest
                else round(seen.mean)
            end
        from (
            select step at time zone stream.zone as start, (step + stream.step) at time zone stream.zone as until
            from generate_series(since, until, stream.step) as step
        ) as due
        cross join lateral (
            select sum(rollup.sum) as sum, sum(rollup.sum) / sum(rollup.count) as mean, max(rollup.max) as highest
            from lantaarn.rollup_hour as rollup
            where rollup.datastream_id = stream.id and rollup.hour >= due.start and rollup.hour < due.until
        ) as seen
        where
            stream.counts_people
            or (seen.sum is not null and (stream.summed or stream.unit = '1'))
            or (
                seen.sum is not null
                and exists (
                    select from lantaarn.public_cell as enough
                    inner join lantaarn.public_stream as counter on counter.id = enough.datastream_id
                    where
                        counter.sensor_id = stream.sensor_id
                        and enough.period = stream.period
                        and enough.start = due.start
                        and enough.counted
                        and enough.value is not null
                )
            )
        on conflict do nothing;
        get diagnostics added = row_count;
        total := total + added;
    end loop;
    return total;
end
$$;

-- Sensors of which every value is public as it comes: nothing about them tells of people.
create view lantaarn.live_sensor as
select sensor_id
from lantaarn.datastream
where active
group by sensor_id
having bool_and(public = 'live' and not counts_people and rule is null);

-- What became of the readings of a sensor, by day of receipt (Europe/Amsterdam), where every value is public.
create or replace view open.ledger_day as
select
    ledger.sensor_id,
    (ledger.hour at time zone 'Europe/Amsterdam')::date as day,
    sum(ledger.received)::bigint as received,
    sum(ledger.stored)::bigint as stored,
    sum(ledger.duplicate)::bigint as duplicate,
    sum(ledger.quarantined)::bigint as quarantined,
    sum(ledger.aggregated)::bigint as aggregated,
    sum(ledger.fields_dropped)::bigint as fields_dropped
from lantaarn.ledger as ledger
inner join lantaarn.live_sensor as live on live.sensor_id = ledger.sensor_id
group by 1, 2;

create or replace view open.ledger_reason_day as
select
    ledger.sensor_id,
    (ledger.hour at time zone 'Europe/Amsterdam')::date as day,
    ledger.reason,
    sum(ledger.readings)::bigint as readings
from lantaarn.ledger_reason as ledger
inner join lantaarn.live_sensor as live on live.sensor_id = ledger.sensor_id
group by 1, 2, 3;

-- The same of all other sensors: in bands, and only of weeks (from Monday) that are over. A device that speaks when
-- someone passes betrays it by how much it says; a band of one day has an edge that one passer-by can cross.
create view open.ledger_week as
select
    ledger.sensor_id,
    date_trunc('week', ledger.hour at time zone 'Europe/Amsterdam')::date as week,
    open.band(sum(ledger.received)) as received,
    open.band(sum(ledger.stored)) as stored,
    open.band(sum(ledger.duplicate)) as duplicate,
    open.band(sum(ledger.quarantined)) as quarantined,
    open.band(sum(ledger.aggregated)) as aggregated,
    open.band(sum(ledger.fields_dropped)) as fields_dropped
from lantaarn.ledger as ledger
left join lantaarn.live_sensor as live on live.sensor_id = ledger.sensor_id
where
    ledger.sensor_id is not null
    and live.sensor_id is null
    and ledger.hour < date_trunc('week', now() at time zone 'Europe/Amsterdam') at time zone 'Europe/Amsterdam'
group by 1, 2
having sum(ledger.received) >= 15;

create view open.ledger_reason_week as
select
    ledger.sensor_id,
    date_trunc('week', ledger.hour at time zone 'Europe/Amsterdam')::date as week,
    ledger.reason,
    open.band(sum(ledger.readings)) as readings
from lantaarn.ledger_reason as ledger
left join lantaarn.live_sensor as live on live.sensor_id = ledger.sensor_id
where
    ledger.sensor_id is not null
    and live.sensor_id is null
    and ledger.hour < date_trunc('week', now() at time zone 'Europe/Amsterdam') at time zone 'Europe/Amsterdam'
group by 1, 2, 3
having sum(ledger.readings) >= 15;

-- How long ago a sensor last delivered something: a band, because a minute would tell of the person behind it. Where
-- not every value is public, no finer than weeks that are over. live: whether every value of it is public.
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
        when live.sensor_id is null and last_week.received >= 15 then 'last_week'
        when live.sensor_id is null and seen.hour < week.start then 'longer'
        when live.sensor_id is null then 'unknown'
        when seen.hour is null then 'never'
        when (seen.hour at time zone 'Europe/Amsterdam')::date
            = (now() at time zone 'Europe/Amsterdam')::date then 'today'
        when seen.hour > now() - interval '7 days' then 'this_week'
        else 'longer'
    end as last_seen,
    live.sensor_id is not null as live
from lantaarn.sensor as sensor
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
left join lantaarn.area as neighbourhood on neighbourhood.code = sensor.neighbourhood
left join lantaarn.area as district on district.code = sensor.district
left join lantaarn.live_sensor as live on live.sensor_id = sensor.id
cross join lateral (
    select date_trunc('week', now() at time zone 'Europe/Amsterdam') at time zone 'Europe/Amsterdam' as start
) as week
left join lateral (
    select ledger.hour from lantaarn.ledger as ledger
    where ledger.sensor_id = sensor.id and (live.sensor_id is not null or ledger.hour < week.start)
    order by ledger.hour desc
    limit 1
) as seen on true
left join lateral (
    -- Fifteen hours are enough to know that there were fifteen readings.
    select sum(few.received) as received
    from (
        select ledger.received from lantaarn.ledger as ledger
        where
            live.sensor_id is null
            and ledger.sensor_id = sensor.id
            and ledger.hour < week.start
            and ledger.hour
            >= (week.start at time zone 'Europe/Amsterdam' - interval '7 days') at time zone 'Europe/Amsterdam'
            and ledger.received > 0
        limit 15
    ) as few
) as last_week on true;

-- counted_with: the group over which its movements are counted. goes_to: where the travel times from here end.
create or replace view open.datastream as
select
    datastream.id as datastream_id,
    datastream.sensor_id,
    datastream.property,
    datastream.unit,
    datastream.retention_class,
    datastream.public,
    datastream.counts_people,
    datastream.summed,
    datastream.rule ->> 'group' as counted_with,
    datastream.rule ->> 'to' as goes_to
from lantaarn.datastream as datastream
where datastream.active;

-- Hourly values: the mean, or the sum of what adds up. A count of people or vehicles below 15 is not given (below =
-- 15).
drop view open.hour, open.day;
create view open.hour as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    rollup.hour,
    rollup.count as samples,
    case when datastream.summed then rollup.sum else rollup.sum / rollup.count end as value,
    case when not datastream.summed then rollup.min end as min,
    case when not datastream.summed then rollup.max end as max,
    null::integer as below
from open.datastream as datastream
inner join lantaarn.rollup_hour as rollup on rollup.datastream_id = datastream.datastream_id
where datastream.public = 'live'
union all
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    cell.start,
    null,
    cell.value,
    null,
    null,
    case when cell.value is null then 15 end
from open.datastream as datastream
inner join lantaarn.public_cell as cell
    on cell.datastream_id = datastream.datastream_id and cell.period = 'hour'
where datastream.public = 'hour';

-- Daily values (Europe/Amsterdam), by the same rule. Of what is public by the hour, a day is made of its published
-- hours alone: at_least says that hours below 15 are not in it. below: it is smaller than this.
create view open.day as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    rollup.day,
    rollup.count as samples,
    case when datastream.summed then rollup.sum else rollup.sum / rollup.count end as value,
    case when not datastream.summed then rollup.min end as min,
    case when not datastream.summed then rollup.max end as max,
    null::bigint as below,
    false as at_least
from open.datastream as datastream
cross join lateral (
    select
        (hourly.hour at time zone 'Europe/Amsterdam')::date as day,
        sum(hourly.count)::bigint as count,
        sum(hourly.sum) as sum,
        min(hourly.min) as min,
        max(hourly.max) as max
    from lantaarn.rollup_hour as hourly
    where hourly.datastream_id = datastream.datastream_id
    group by 1
) as rollup
where datastream.public = 'live'
union all
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    published.day,
    null,
    case when datastream.summed then published.sum else published.mean end,
    null,
    null,
    case when published.sum is null then 14 * published.cells + 1 end,
    published.sum is not null and published.small
from open.datastream as datastream
cross join lateral (
    select
        (cell.start at time zone 'Europe/Amsterdam')::date as day,
        count(*) as cells,
        sum(cell.value) as sum,
        avg(cell.value) as mean,
        bool_or(cell.value is null) as small
    from lantaarn.public_cell as cell
    where cell.datastream_id = datastream.datastream_id and cell.period = datastream.public
    group by 1
) as published
where
    datastream.public in ('hour', 'day')
    and published.day < (now() at time zone 'Europe/Amsterdam')::date;

-- How long it took from one sensor to another, in seconds. Only of groups of 15 and more; how many they were is not
-- told.
create view open.travel_time as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.goes_to,
    travel.window_start,
    travel.minutes,
    travel.vehicle_class,
    round(travel.median) as median,
    round(travel.p15) as p15,
    round(travel.p85) as p85
from open.datastream as datastream
inner join lantaarn.travel_time as travel on travel.datastream_id = datastream.datastream_id
where datastream.public = 'hour' and travel.n >= 15;

-- How often something moved near the lamps of a group. A window is there when enough lamps saw something, so that even
-- "below 15" would tell of movement: such a window is left out, as is the number of lamps.
create view open.window_count as
select
    counted.municipality,
    counted.group_name,
    counted.property,
    counted.window_start,
    counted.window_end,
    open.public_count(counted.count) as value
from lantaarn.window_count as counted
inner join (
    select sensor.municipality, datastream.rule ->> 'group' as group_name, datastream.property
    from lantaarn.datastream as datastream
    inner join lantaarn.sensor as sensor on sensor.id = datastream.sensor_id
    where datastream.active and datastream.rule ? 'group'
    group by 1, 2, 3
    having bool_and(datastream.public = 'hour')
) as declared using (municipality, group_name, property)
where counted.count >= 15;

grant select on all tables in schema open to lantaarn_api, lantaarn_dashboard;
grant select on lantaarn.public_stream to lantaarn_ingest;
grant select, insert on lantaarn.public_cell to lantaarn_ingest;
