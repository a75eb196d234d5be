-- Readings for a moment that already had another value: no duplicates, and neither lost nor wrong without anyone noticing.
alter table lantaarn.ledger
add column conflict bigint not null default 0,
drop constraint balanced,
add constraint balanced check (received = stored + duplicate + conflict + quarantined + aggregated);

alter table lantaarn.book_day add column conflict bigint not null default 0;

drop index lantaarn.ledger_trouble;
create index ledger_trouble on lantaarn.ledger (hour) where quarantined > 0 or fields_dropped > 0 or conflict > 0;

-- The ledger as the public, the dashboards and the alerts see it; otherwise as it was.
create or replace view open.ledger_day as
select
    ledger.sensor_id,
    (ledger.hour at time zone 'Europe/Amsterdam')::date as day,
    sum(ledger.received)::bigint as received,
    sum(ledger.stored)::bigint as stored,
    sum(ledger.duplicate)::bigint as duplicate,
    sum(ledger.quarantined)::bigint as quarantined,
    sum(ledger.aggregated)::bigint as aggregated,
    sum(ledger.fields_dropped)::bigint as fields_dropped,
    sum(ledger.conflict)::bigint as conflict
from lantaarn.ledger as ledger
inner join lantaarn.live_sensor as live on live.sensor_id = ledger.sensor_id
group by 1, 2;

create or replace view open.ledger_week as
select
    ledger.sensor_id,
    date_trunc('week', ledger.hour at time zone 'Europe/Amsterdam')::date as week,
    open.band(sum(ledger.received)) as received,
    open.band(sum(ledger.stored)) as stored,
    open.band(sum(ledger.duplicate)) as duplicate,
    open.band(sum(ledger.quarantined)) as quarantined,
    open.band(sum(ledger.aggregated)) as aggregated,
    open.band(sum(ledger.fields_dropped)) as fields_dropped,
    open.band(sum(ledger.conflict)) as conflict
from lantaarn.ledger as ledger
left join lantaarn.live_sensor as live on live.sensor_id = ledger.sensor_id
where
    ledger.sensor_id is not null
    and live.sensor_id is null
    and ledger.hour < date_trunc('week', now() at time zone 'Europe/Amsterdam') at time zone 'Europe/Amsterdam'
group by 1, 2
having sum(ledger.received) >= 15;

create or replace view staff.book_day as
select day, kind, received, stored, duplicate, quarantined, aggregated, fields_dropped, conflict from lantaarn.book_day;

create or replace view staff.book_hour as
select
    hour,
    sum(received)::bigint as received,
    sum(stored)::bigint as stored,
    sum(duplicate)::bigint as duplicate,
    sum(quarantined)::bigint as quarantined,
    sum(aggregated)::bigint as aggregated,
    sum(fields_dropped)::bigint as fields_dropped,
    sum(conflict)::bigint as conflict
from lantaarn.ledger
where hour >= now() - interval '8 days'
group by hour;

create or replace view staff.imbalance as
select
    coalesce((
        select sum(abs(received - stored - duplicate - conflict - quarantined - aggregated)) from lantaarn.ledger
        where hour >= now() - interval '1 day'
    ), 0)::bigint as unexplained,
    coalesce(abs(
        (select sum(quarantined) from lantaarn.ledger where hour >= date_trunc('hour', now()) - interval '1 day')
        - coalesce((
            select sum(readings) from lantaarn.ledger_reason
            where hour >= date_trunc('hour', now()) - interval '1 day'
        ), 0)
    ), 0)::bigint as without_reason;

-- The week that is over of sensors whose values are not all public live: conflicts in the same bands.
create or replace view lantaarn.trouble_week as
select
    trouble.sensor_id,
    open.band(trouble.refused) as refused,
    open.band(trouble.undeclared) as undeclared,
    open.band(books.received) as received,
    open.band(trouble.conflict) as conflict
from (
    select
        ledger.sensor_id,
        sum(ledger.quarantined) as refused,
        sum(ledger.fields_dropped) as undeclared,
        sum(ledger.conflict) as conflict
    from lantaarn.ledger as ledger
    cross join lantaarn.watch as watch
    where
        (ledger.quarantined > 0 or ledger.fields_dropped > 0 or ledger.conflict > 0)
        and ledger.hour >= watch.week_since
        and ledger.hour < watch.week_until
    group by ledger.sensor_id
) as trouble
inner join lantaarn.finding as finding on finding.sensor_id = trouble.sensor_id and not finding.live
cross join lateral (
    select sum(ledger.received) as received
    from lantaarn.ledger as ledger
    cross join lantaarn.watch as watch
    where
        ledger.sensor_id = trouble.sensor_id
        and ledger.hour >= watch.week_since
        and ledger.hour < watch.week_until
) as books
where books.received >= 15 and greatest(trouble.refused, trouble.undeclared, trouble.conflict) >= 15;

-- The quality figures: conflicts, and of the readings that were due one for each moment.
alter table lantaarn.sensor_day add column conflict_week bigint not null default 0;
alter table lantaarn.quality_group
add column conflict_day bigint not null default 0,
add column conflict_week bigint not null default 0;

create or replace view lantaarn.sensor_day_now as
with came as (
    select finding.sensor_id, round(entry.due_daily)::bigint as due, books.received
    from lantaarn.finding as finding
    inner join lantaarn.entry_quality as entry on entry.sensor_id = finding.sensor_id
    cross join lantaarn.watch as watch
    cross join lateral (
        select coalesce(sum(ledger.stored + ledger.quarantined), 0)::bigint as received
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

create or replace view lantaarn.sensor_day_shown as
select made.*
from lantaarn.sensor_day as made
where (select fresh from lantaarn.quality_fresh)
union all
select day.*
from lantaarn.sensor_day_now as day
where not (select fresh from lantaarn.quality_fresh);

create or replace view lantaarn.quality_group_now as
select
    finding.municipality,
    finding.neighbourhood,
    finding.organisations,
    entry.asked,
    entry.unanswered,
    count(*) as sensors,
    count(*) filter (where finding.status = 'active' and finding.delivers_data) as delivering,
    count(wrong.sensor_id) as deviating,
    count(*) filter (where wrong.expired) as expired,
    count(*) filter (where wrong.refused) as refused,
    count(*) filter (where wrong.review_due) as review_due,
    count(*) filter (where wrong.silent) as silent,
    count(*) filter (where wrong.undeclared) as undeclared,
    count(*) filter (where day.measured) as measured,
    coalesce(sum(day.due), 0)::bigint as due,
    coalesce(sum(day.received), 0)::bigint as received,
    coalesce(sum(day.cells), 0)::bigint as cells,
    coalesce(sum(day.few), 0)::bigint as few,
    coalesce(sum(trouble.refused) filter (where finding.live), 0)::bigint as refused_day,
    coalesce(sum(trouble.undeclared) filter (where finding.live), 0)::bigint as undeclared_day,
    coalesce(sum(day.refused_week), 0)::bigint as refused_week,
    coalesce(sum(day.undeclared_week), 0)::bigint as undeclared_week,
    coalesce(sum(trouble.conflict) filter (where finding.live), 0)::bigint as conflict_day,
    coalesce(sum(day.conflict_week), 0)::bigint as conflict_week
from lantaarn.finding as finding
inner join lantaarn.entry_quality as entry on entry.sensor_id = finding.sensor_id
left join lantaarn.sensor_day_shown as day on day.sensor_id = finding.sensor_id
left join (
    select
        deviation.sensor_id,
        bool_or(deviation.deviation = 'expired') as expired,
        bool_or(deviation.deviation = 'refused') as refused,
        bool_or(deviation.deviation = 'review_due') as review_due,
        bool_or(deviation.deviation = 'silent') as silent,
        bool_or(deviation.deviation = 'undeclared') as undeclared
    from open.deviation as deviation
    group by deviation.sensor_id
) as wrong on wrong.sensor_id = finding.sensor_id
left join (
    select
        ledger.sensor_id,
        sum(ledger.quarantined) as refused,
        sum(ledger.fields_dropped) as undeclared,
        sum(ledger.conflict) as conflict
    from lantaarn.ledger as ledger
    where
        (ledger.quarantined > 0 or ledger.fields_dropped > 0 or ledger.conflict > 0)
        and ledger.hour >= date_trunc('hour', now() - interval '1 day')
    group by ledger.sensor_id
) as trouble on trouble.sensor_id = finding.sensor_id
group by 1, 2, 3, 4, 5;

create or replace view open.quality_group as
select made.*
from lantaarn.quality_group as made
where (select fresh from lantaarn.quality_fresh)
union all
select now.*
from lantaarn.quality_group_now as now
where not (select fresh from lantaarn.quality_fresh);
