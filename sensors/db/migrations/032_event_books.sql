-- Books of events that tell of nobody. How many passages and movements there were depends on people, so the ledger and the
-- quarantine no longer hold any: the windows they go into are accounted for instead, and refused events are counted by
-- kind and day with random noise. docs/decisions/007-public-numbers.md.

-- What became of the windows of a group of lamps (municipality/group/property) or a segment (its datastream), by the day on
-- which they begin. until: the end of the last window accounted for.
create table lantaarn.window_day (
    rule text not null check (rule in ('match_in_memory', 'window_count')),
    subject text not null,
    day date not null,
    released integer not null check (released >= 0),
    suppressed integer not null check (suppressed >= 0),
    unobserved integer not null check (unobserved >= 0),
    until timestamptz not null,
    primary key (rule, subject, day)
);

-- How many were due, worked out from the clock and the register by another program than the one that closes them. There is
-- no row for a day on which what the register says of the group or segment changed.
create table lantaarn.window_due (
    rule text not null check (rule in ('match_in_memory', 'window_count')),
    subject text not null,
    day date not null,
    municipality text not null,
    due integer not null check (due > 0),
    primary key (rule, subject, day)
);

-- Refused events, and events with fields that the register doesn't declare: per kind and reason a number for each day, plus
-- noise of mean 0 and this standard deviation, so it may be negative. Written whether or not there were any.
create table lantaarn.event_refusal (
    kind text not null,
    reason text not null,
    since timestamptz not null,
    until timestamptz not null check (until > since),
    events bigint not null,
    noise double precision not null,
    primary key (kind, reason, since),
    -- The least noise that hides a walk past 160 sensors.
    constraint never_exact check (noise >= 640)
);

grant select, insert, update on lantaarn.window_day to lantaarn_ingest;
grant insert on lantaarn.event_refusal to lantaarn_ingest;

-- The windows that were due and what became of them, all groups or all segments together. Nothing here depends on people
-- but how many segments had too few vehicles, and every window says that by not being there.
create view open.window_day as
select
    due.municipality,
    due.rule,
    due.day,
    sum(due.due)::bigint as due,
    coalesce(sum(booked.released), 0)::bigint as released,
    coalesce(sum(booked.suppressed), 0)::bigint as suppressed,
    coalesce(sum(booked.unobserved), 0)::bigint as unobserved
from lantaarn.window_due as due
left join lantaarn.window_day as booked using (rule, subject, day)
group by 1, 2, 3;

-- Refused events of the last week, where there are more than noise explains: at four standard deviations, one in
-- 30,000 of these is noise alone. margin: two standard deviations.
create view open.event_refusal as
select
    refused.kind,
    refused.reason,
    sum(refused.events)::bigint as events,
    ceil(2 * sqrt(sum(refused.noise ^ 2)))::bigint as margin,
    min(refused.since) as since
from lantaarn.event_refusal as refused
where refused.since >= now() - interval '8 days'
group by 1, 2
having sum(refused.events) > 4 * sqrt(sum(refused.noise ^ 2));

grant select on open.window_day, open.event_refusal to lantaarn_api, lantaarn_dashboard;

-- What is in the books of before goes. An hour of a sensor that sends events doesn't tell its events from its other
-- readings, so of what was refused, dropped or added up nothing stays; what was stored, or came twice, were never events.
create temporary table event_sensor on commit drop as
select sensor.id
from lantaarn.sensor as sensor
where
    exists (
        select from lantaarn.register_entry as entry
        where
            entry.entry_id = sensor.entry_id
            and entry.document @? '$.datastreams[*].privacy_rules[*] ? (@.rule == "match_in_memory" || @.rule == "window_count")'
    )
    or exists (select from lantaarn.datastream as stream where stream.sensor_id = sensor.id and stream.rule is not null)
    or exists (
        select from lantaarn.quarantine as refused
        where refused.sensor_id = sensor.id and refused.topic_template like 'event/%'
    );

update lantaarn.ledger as hourly set
    received = hourly.received - hourly.quarantined - hourly.aggregated,
    quarantined = 0,
    aggregated = 0,
    fields_dropped = 0
from event_sensor
where
    event_sensor.id = hourly.sensor_id
    and (hourly.quarantined > 0 or hourly.aggregated > 0 or hourly.fields_dropped > 0);

delete from lantaarn.ledger as hourly using event_sensor
where event_sensor.id = hourly.sensor_id and hourly.received = 0;

delete from lantaarn.ledger_reason as hourly using event_sensor where event_sensor.id = hourly.sensor_id;

delete from lantaarn.quarantine as refused
where
    refused.topic_template like 'event/%'
    or exists (select from event_sensor where event_sensor.id = refused.sensor_id);

-- Sums of those: made again from what is left.
delete from lantaarn.book_day;
insert into lantaarn.book_day
(day, kind, received, stored, duplicate, conflict, quarantined, aggregated, fields_dropped)
select
    open.day_of(hourly.hour),
    case when hourly.sensor_id is null then 'unknown' else coalesce(named.kind, 'other') end,
    sum(hourly.received),
    sum(hourly.stored),
    sum(hourly.duplicate),
    sum(hourly.conflict),
    sum(hourly.quarantined),
    sum(hourly.aggregated),
    sum(hourly.fields_dropped)
from lantaarn.ledger as hourly
left join (
    select
        sensor.id,
        case when count(*) over (partition by sensor.kind) >= 8 then sensor.kind else 'other' end as kind
    from lantaarn.sensor as sensor
) as named on named.id = hourly.sensor_id
group by 1, 2;

delete from lantaarn.book_reason_day;
insert into lantaarn.book_reason_day (day, kind, reason, readings)
select
    open.day_of(hourly.hour),
    case when hourly.sensor_id is null then 'unknown' else coalesce(named.kind, 'other') end,
    hourly.reason,
    sum(hourly.readings)
from lantaarn.ledger_reason as hourly
left join (
    select
        sensor.id,
        case when count(*) over (partition by sensor.kind) >= 8 then sensor.kind else 'other' end as kind
    from lantaarn.sensor as sensor
) as named on named.id = hourly.sensor_id
group by 1, 2, 3;

delete from lantaarn.deviation as held using event_sensor
where event_sensor.id = held.sensor_id and held.deviation in ('refused', 'undeclared');
update lantaarn.sensor_day as held set refused_week = 0, undeclared_week = 0
from event_sensor where event_sensor.id = held.sensor_id;
delete from lantaarn.quality_group;
delete from lantaarn.quality_made;
