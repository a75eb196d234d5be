-- Whether the register is true, for the whole city, its neighbourhoods and its organisations. Each number is made of what
-- is public of each sensor already, so that no sum and no difference of sums tells more: of sensors that could betray
-- people by how much they say, only weeks that are over, in bands. docs/decisions/009-quality.md.

-- What residents ask of a sensor and an entry may leave open. A fixed list, so that a share of it means something.
create function lantaarn.questions(document jsonb)
returns table (question text, answered boolean) language sql immutable parallel safe
begin atomic
    select asked.question, asked.answered
    from (
        values
        ('who_decided', document #> '{legal,decision}' is not null, true),
        ('which_law', coalesce(document #> '{legal,basis}', '[]') <> '[]', true),
        ('privacy_checked', document #> '{legal,dpia}' is not null, true),
        ('what_can_go_wrong', coalesce(document -> 'risks', '[]') <> '[]', document @? '$.datastreams[*] ? (@.personal_data != "none")'),
        ('whom_to_ask', document -> 'contact' ?| array['email', 'phone', 'url'], true),
        ('looked_at_again', document ? 'review_date', true),
        ('in_english', document #> '{name,en}' is not null and document #> '{summary,en}' is not null, true),
        ('how_often', not document @? '$.datastreams[*] ? (!exists(@.interval))', document @? '$.datastreams[*]'),
        ('where_kept', not document @? '$.datastreams[*] ? (!exists(@.storage))', document @? '$.datastreams[*]'),
        ('who_gets_it', not document @? '$.datastreams[*] ? (!exists(@.access[*]))', document @? '$.datastreams[*]')
    ) as asked (question, answered, applies)
    where asked.applies;
end;

-- What the current version of an entry leaves open, and how many readings it lets us expect in a day. Null: of one of its
-- datastreams it does not say how often, or less than daily. Nothing is asked of sensors that were taken away.
create table lantaarn.entry_quality (
    sensor_id integer primary key references lantaarn.sensor (id),
    asked text [] not null,
    unanswered text [] not null,
    due_daily double precision
);

create view lantaarn.entry_quality_now as
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
        case when bool_and(coalesce(often.seconds between 1 and 86400, false)) then sum(86400 / often.seconds) end as daily
    from (
        select extract(epoch from (declared.value ->> 'interval')::interval)::double precision as seconds
        from jsonb_array_elements(entry.document -> 'datastreams') as declared
    ) as often
) as due;

create function lantaarn.note_entry_quality() returns trigger language plpgsql as $$
begin
    insert into lantaarn.entry_quality (sensor_id, asked, unanswered, due_daily)
    select found.sensor_id, found.asked, found.unanswered, found.due_daily
    from noted
    inner join lantaarn.entry_quality_now as found on found.sensor_id = noted.sensor_id
    on conflict (sensor_id) do update set
        asked = excluded.asked,
        unanswered = excluded.unanswered,
        due_daily = excluded.due_daily;
    return null;
end
$$;

create trigger note_quality_of_new after insert on lantaarn.finding
referencing new table as noted for each statement execute function lantaarn.note_entry_quality();

create trigger note_quality_of_changed after update on lantaarn.finding
referencing new table as noted for each statement execute function lantaarn.note_entry_quality();

insert into lantaarn.entry_quality (sensor_id, asked, unanswered, due_daily)
select found.sensor_id, found.asked, found.unanswered, found.due_daily
from lantaarn.entry_quality_now as found
inner join lantaarn.finding as finding on finding.sensor_id = found.sensor_id;

-- To look through all sensors without reading what they are found by.
create index finding_watch on lantaarn.finding (sensor_id)
include (status, live, delivers_data, known_since, active_from, active_until, review_date);

-- The last day of whole hours, the last week that is over, and from when on an entry had to be known to be held to them.
create view lantaarn.watch as
select
    monday.start as week_until,
    (monday.start at time zone 'Europe/Amsterdam' - interval '7 days') at time zone 'Europe/Amsterdam' as week_since,
    date_trunc('hour', now()) - interval '1 day' as day_since,
    date_trunc('hour', now()) as day_until,
    (now() at time zone 'Europe/Amsterdam')::date as today
from (
    select date_trunc('week', now() at time zone 'Europe/Amsterdam') at time zone 'Europe/Amsterdam' as start
) as monday;

-- The deviations that come by the day: of dates, and of what sensors did of which every value is public live.
create view lantaarn.deviation_daily as
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
        where ledger.sensor_id = finding.sensor_id and ledger.hour >= watch.day_since and ledger.received > 0
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

-- The week that is over of all other sensors, in the bands of open.ledger_week, where anything was refused or not declared.
create view lantaarn.trouble_week as
select
    trouble.sensor_id,
    open.band(trouble.refused) as refused,
    open.band(trouble.undeclared) as undeclared,
    open.band(books.received) as received
from (
    select ledger.sensor_id, sum(ledger.quarantined) as refused, sum(ledger.fields_dropped) as undeclared
    from lantaarn.ledger as ledger
    cross join lantaarn.watch as watch
    where
        (ledger.quarantined > 0 or ledger.fields_dropped > 0)
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
where books.received >= 15 and greatest(trouble.refused, trouble.undeclared) >= 15;

-- The deviations of all other sensors: of the last week that is over.
create view lantaarn.deviation_weekly as
select finding.sensor_id, 'silent' as deviation
from lantaarn.finding as finding
cross join lantaarn.watch as watch
where
    not finding.live
    and finding.status = 'active'
    and finding.delivers_data
    and greatest(finding.known_since, finding.active_from::timestamp at time zone 'Europe/Amsterdam') < watch.week_since
    and coalesce((
        select sum(few.received) from (
            select ledger.received from lantaarn.ledger as ledger
            where
                ledger.sensor_id = finding.sensor_id
                and ledger.hour >= watch.week_since
                and ledger.hour < watch.week_until
                and ledger.received > 0
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

-- What can be counted of a sensor's last day and week, where there is anything: readings that were due and came (every
-- value public live, known for that day, and it is said how often it measures), hours and days of people or vehicles that
-- were published and how many of those as too few to tell, and of other sensors at least how much of last week was refused
-- or not declared.
create view lantaarn.sensor_day_now as
with came as (
    select finding.sensor_id, round(entry.due_daily)::bigint as due, books.received
    from lantaarn.finding as finding
    inner join lantaarn.entry_quality as entry on entry.sensor_id = finding.sensor_id
    cross join lantaarn.watch as watch
    cross join lateral (
        select coalesce(sum(ledger.received - ledger.duplicate), 0)::bigint as received
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
    coalesce(week.undeclared, 0) as undeclared_week
from came
full join shown using (sensor_id)
full join lantaarn.trouble_week as week using (sensor_id);

-- The same, worked out beforehand: with tens of thousands of sensors it takes seconds, and a visitor won't wait. Ingest
-- does so twice a minute. What was worked out counts for a minute, and only for the register as it still is; otherwise the
-- views below work it out when they are asked, so that nothing is shown that is no longer so.
create table lantaarn.deviation (
    sensor_id integer not null references lantaarn.sensor (id),
    deviation text not null,
    weekly boolean not null,
    primary key (sensor_id, deviation, weekly)
);

create table lantaarn.sensor_day (
    sensor_id integer primary key references lantaarn.sensor (id),
    due bigint not null,
    received bigint not null,
    measured boolean not null,
    cells bigint not null,
    few bigint not null,
    refused_week bigint not null,
    undeclared_week bigint not null
);

create table lantaarn.quality_group (
    municipality text not null,
    neighbourhood text,
    organisations text [] not null,
    asked text [] not null,
    unanswered text [] not null,
    sensors bigint not null,
    delivering bigint not null,
    deviating bigint not null,
    expired bigint not null,
    refused bigint not null,
    review_due bigint not null,
    silent bigint not null,
    undeclared bigint not null,
    measured bigint not null,
    due bigint not null,
    received bigint not null,
    cells bigint not null,
    few bigint not null,
    refused_day bigint not null,
    undeclared_day bigint not null,
    refused_week bigint not null,
    undeclared_week bigint not null
);

create table lantaarn.quality_made (
    only_one boolean primary key default true check (only_one),
    made_at timestamptz not null,
    revision bigint,
    hour timestamptz not null
);

create view lantaarn.quality_fresh as
select exists (
    select from lantaarn.quality_made as made
    where
        made.made_at > now() - interval '1 minute'
        and made.revision is not distinct from (select max(entry.revision) from lantaarn.register_entry as entry)
) as fresh;

-- As it was: where what a sensor does is not what its entry says.
create or replace view open.deviation as
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
where not (select fresh from lantaarn.quality_fresh);

-- As it was, but that a sort of deviation can be asked for. wanted: the names and values in the address,
-- the municipality, and as "sensors" the ids that see a spot. What is not in it lets everything through.
create or replace function open.found(wanted jsonb) returns setof open.find language sql stable as $$
    select find.*
    from open.find as find
    where
        find.municipality = wanted ->> 'municipality'
        and (
            wanted ->> 'kind' is null
            or find.kind = wanted ->> 'kind'
            or (wanted ->> 'kind' = 'other' and find.kind is null)
        )
        and (wanted ->> 'observed_property' is null or find.properties @> array[wanted ->> 'observed_property'])
        and (wanted ->> 'purpose' is null or find.purposes @> array[wanted ->> 'purpose'])
        and (wanted ->> 'organisation' is null or find.organisations @> array[wanted ->> 'organisation'])
        and (wanted ->> 'personal_data' is null or find.personal_data = wanted ->> 'personal_data')
        and (wanted ->> 'neighbourhood' is null or find.neighbourhood = wanted ->> 'neighbourhood')
        and (wanted ->> 'status' is null or find.status = wanted ->> 'status')
        and (wanted ->> 'q' is null or find.words @@ open.asked(wanted ->> 'q'))
        and (wanted ->> 'box' is null or find.extent && (wanted ->> 'box')::box)
        and (
            wanted -> 'sensors' is null
            or find.sensor_id in (
                select chosen.value::integer from jsonb_array_elements_text(wanted -> 'sensors') as chosen
            )
        )
        and (
            wanted ->> 'deviating' is null
            or find.sensor_id in (
                select deviation.sensor_id from open.deviation as deviation
                where wanted ->> 'deviating' in ('yes', deviation.deviation)
            )
        )
$$;

create view lantaarn.sensor_day_shown as
select made.*
from lantaarn.sensor_day as made
where (select fresh from lantaarn.quality_fresh)
union all
select day.*
from lantaarn.sensor_day_now as day
where not (select fresh from lantaarn.quality_fresh);

-- The numbers, of sensors taken together that are in one neighbourhood, have the same organisations and leave the same
-- open: so that those of any neighbourhood or organisation are sums of a few rows. refused_day, undeclared_day: since the
-- hour that was a day ago, where every value is public live; refused_week, undeclared_week: of all others, sums of the
-- lower edges of the bands of last week.
create view lantaarn.quality_group_now as
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
    coalesce(sum(day.undeclared_week), 0)::bigint as undeclared_week
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
    select ledger.sensor_id, sum(ledger.quarantined) as refused, sum(ledger.fields_dropped) as undeclared
    from lantaarn.ledger as ledger
    where
        (ledger.quarantined > 0 or ledger.fields_dropped > 0)
        and ledger.hour >= date_trunc('hour', now() - interval '1 day')
    group by ledger.sensor_id
) as trouble on trouble.sensor_id = finding.sensor_id
group by 1, 2, 3, 4, 5;

-- Work it out. What only changes with the hour, the week or the register is left when none of those has changed.
create function lantaarn.refresh_quality() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    newest bigint;
    anew boolean;
begin
    -- Not while something is being erased: what was read before it would be written after it.
    perform pg_advisory_xact_lock(hashtextextended('lantaarn.quality', 0));
    newest := (select max(revision) from lantaarn.register_entry);
    anew := not exists (
        select from lantaarn.quality_made as made
        where made.hour = date_trunc('hour', now()) and made.revision is not distinct from newest
    );
    with found as materialized (
        select daily.sensor_id, daily.deviation, false as weekly from lantaarn.deviation_daily as daily
        union all
        select others.sensor_id, others.deviation, true from lantaarn.deviation_weekly as others where anew
    ),
    gone as (
        delete from lantaarn.deviation as held
        where
            (anew or not held.weekly)
            and (held.sensor_id, held.deviation, held.weekly) not in (
                select found.sensor_id, found.deviation, found.weekly from found
            )
    )
    insert into lantaarn.deviation (sensor_id, deviation, weekly)
    select found.sensor_id, found.deviation, found.weekly from found
    on conflict do nothing;
    if anew then
        delete from lantaarn.sensor_day;
        insert into lantaarn.sensor_day select * from lantaarn.sensor_day_now;
    end if;
    insert into lantaarn.quality_made (made_at, revision, hour) values (now(), newest, date_trunc('hour', now()))
    on conflict (only_one) do update set
        made_at = excluded.made_at,
        revision = excluded.revision,
        hour = excluded.hour;
    -- From here on the views show what was worked out just now.
    delete from lantaarn.quality_group;
    insert into lantaarn.quality_group select * from lantaarn.quality_group_now;
end
$$;

revoke execute on function lantaarn.refresh_quality() from public;
grant execute on function lantaarn.refresh_quality() to lantaarn_ingest;

create view open.quality_group as
select made.*
from lantaarn.quality_group as made
where (select fresh from lantaarn.quality_fresh)
union all
select now.*
from lantaarn.quality_group_now as now
where not (select fresh from lantaarn.quality_fresh);

-- Why readings of the same day were refused, where every value is public live.
create view open.sensor_refusal as
select refused.sensor_id, refused.reason, sum(refused.readings)::bigint as readings
from lantaarn.ledger_reason as refused
inner join lantaarn.finding as finding on finding.sensor_id = refused.sensor_id and finding.live
where refused.hour >= date_trunc('hour', now() - interval '1 day')
group by 1, 2;

-- What came from devices that the register doesn't know, by reason: nobody can say what those measure, so only of weeks
-- that are over, in bands, and from 15 up. Never what they said or to where.
create view open.unregistered_week as
select
    date_trunc('week', refused.hour at time zone 'Europe/Amsterdam')::date as week,
    refused.reason,
    open.band(sum(refused.readings)) as readings
from lantaarn.ledger_reason as refused
cross join lantaarn.watch as watch
where refused.sensor_id is null and refused.hour < watch.week_until
group by 1, 2
having sum(refused.readings) >= 15;

-- Each promise about how long something is kept, and what came of it. The day of the oldest row and of the last deletion,
-- where the table holds nothing of sensors that could betray people; else no finer than the week.
create view open.promise as
select
    held.subject,
    held.retention_class,
    held.term,
    held.chunk + held.schedule as margin,
    rough.step = 'day' as to_the_day,
    date_trunc(rough.step, held.oldest at time zone 'Europe/Amsterdam')::date as oldest,
    held.kept,
    held.verified_at,
    date_trunc(rough.step, held.last_deletion at time zone 'Europe/Amsterdam')::date as last_deletion
from open.retention as held
cross join lateral (
    select
        case
            when held.subject like 'observation\_%' and not exists (
                select from lantaarn.datastream as datastream
                left join lantaarn.live_sensor as live on live.sensor_id = datastream.sensor_id
                where
                    datastream.retention_class = held.retention_class
                    and (live.sensor_id is null or not datastream.active)
            ) then 'day'
            else 'week'
        end as step
) as rough;

-- When all this was worked out.
create view open.quality_time as
select
    case when fresh.fresh then made.made_at else now() end as made_at,
    watch.day_since,
    watch.week_since,
    watch.week_until
from lantaarn.quality_fresh as fresh
cross join lantaarn.watch as watch
left join lantaarn.quality_made as made on true;

grant select on
open.quality_group, open.sensor_refusal, open.unregistered_week, open.promise, open.quality_time
to lantaarn_api, lantaarn_dashboard;
