-- Sensors of which values come, none of which is good: each is implausible, frozen or a jump. Of those of which every
-- value is public live in the last day, of the others in the week that is over, and only by what the clock sends: whether
-- a speed comes at all depends on who passes, and so does how long the temperature of a lamp that reacts to people stays
-- the same. Of a count only what can't be is flagged. Hourly totals are of good values only, and outlast them.
create view lantaarn.invalid_sensor as
select finding.sensor_id
from lantaarn.finding as finding
cross join lantaarn.watch as watch
cross join lateral (
    select
        case when finding.live then watch.day_since else watch.week_since end as since,
        case when finding.live then 'infinity' else watch.week_until end as until
) as judged
-- One of them tells enough: if none is good, it isn't. The values of a week are many.
inner join lateral (
    select one.quality
    from lantaarn.datastream as stream
    inner join lantaarn.observation as one
        on one.datastream_id = stream.id and one.retention_class = stream.retention_class
    where
        stream.sensor_id = finding.sensor_id
        and stream.active
        and (stream.counts_people or not stream.about_people)
        and one.time >= judged.since
        and one.time < judged.until
    limit 1
) as any_value on any_value.quality <> 0
left join lateral (
    select true as found
    from lantaarn.datastream as stream
    inner join lantaarn.rollup_hour as hourly on hourly.datastream_id = stream.id
    where
        stream.sensor_id = finding.sensor_id
        and stream.active
        and (stream.counts_people or not stream.about_people)
        and hourly.hour >= judged.since
        and hourly.hour < judged.until
    limit 1
) as good_value on true
where
    finding.status = 'active'
    and finding.delivers_data
    and good_value.found is null
    and not exists (
        select from lantaarn.datastream as event
        where event.sensor_id = finding.sensor_id and event.active and event.rule is not null
    );

-- What is worked out once an hour: as it was, and those.
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
    end
union all
select invalid.sensor_id, 'invalid'
from lantaarn.invalid_sensor as invalid;

-- How many there are.
alter table lantaarn.quality_group add column invalid bigint not null default 0;

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
    coalesce(sum(day.conflict_week), 0)::bigint as conflict_week,
    count(*) filter (where wrong.invalid) as invalid
from lantaarn.finding as finding
inner join lantaarn.entry_quality as entry on entry.sensor_id = finding.sensor_id
left join lantaarn.sensor_day_shown as day on day.sensor_id = finding.sensor_id
left join (
    select
        deviation.sensor_id,
        bool_or(deviation.deviation = 'expired') as expired,
        bool_or(deviation.deviation = 'invalid') as invalid,
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

create or replace view open.quality_group with (security_barrier) as
select *
from (
    select made.*
    from lantaarn.quality_group as made
    where (select fresh from lantaarn.quality_fresh)
    union all
    select now.*
    from lantaarn.quality_group_now as now
    where not (select fresh from lantaarn.quality_fresh)
) as told;
