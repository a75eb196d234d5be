-- Sensors with single values about people: of a counter that sends no zeros, and of a speed, that one came tells that someone
-- passed. Events aren't in any book.
create view lantaarn.sensor_about_people as
select distinct stream.sensor_id from lantaarn.datastream as stream where stream.about_people and stream.rule is null;

grant select on lantaarn.sensor_about_people to lantaarn_ingest;

-- As it was, without those. By the week they are in open.ledger_week, in bands.
create or replace view staff.book_hour with (security_barrier) as
select
    hour,
    sum(received)::bigint as received,
    sum(stored)::bigint as stored,
    sum(duplicate)::bigint as duplicate,
    sum(quarantined)::bigint as quarantined,
    sum(aggregated)::bigint as aggregated,
    sum(fields_dropped)::bigint as fields_dropped,
    sum(conflict)::bigint as conflict
from lantaarn.ledger as ledger
where
    hour >= now() - interval '8 days'
    and not exists (
        select from lantaarn.sensor_about_people as counting where counting.sensor_id = ledger.sensor_id
    )
group by hour;

-- What was told of them before; 'other' are kinds of few sensors.
with told as (
    select distinct sensor.kind
    from lantaarn.sensor_about_people as counting
    inner join lantaarn.sensor as sensor on sensor.id = counting.sensor_id
    union
    select 'other' where exists (select from lantaarn.sensor_about_people)
),

days as (
    delete from lantaarn.book_day where kind in (select told.kind from told)
)

delete from lantaarn.book_reason_day where kind in (select told.kind from told);

update lantaarn.pulse set messages = 0, batches = 0, lag = null, commit = null;
