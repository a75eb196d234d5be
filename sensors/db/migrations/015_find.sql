-- What visitors find sensors by, made from the current version of each entry whenever it is published or derived: so
-- that one narrow table answers every choice, also with tens of thousands of sensors. Places are those that are shown.
create table lantaarn.finding (
    sensor_id integer primary key references lantaarn.sensor (id),
    municipality text not null,
    reference text collate "C" not null,
    kind text,
    category text not null,
    status text not null,
    delivers_data boolean not null,
    live boolean not null,
    personal_data text not null,
    properties text [] not null,
    purposes text [] not null,
    organisations text [] not null,
    neighbourhood text,
    name jsonb not null,
    location_kind text not null,
    precision text not null,
    longitude double precision not null,
    latitude double precision not null,
    extent box not null,
    geometry jsonb,
    observed box,
    known_since timestamptz not null,
    active_from date not null,
    active_until date,
    review_date date,
    place_key text collate "C" not null,
    name_key text collate "C" not null,
    changed_key text collate "C" not null,
    words tsvector not null
);

create unique index on lantaarn.finding (municipality, reference);
create index on lantaarn.finding (municipality) include (longitude, latitude);
create index on lantaarn.finding (municipality, place_key, reference);
create index on lantaarn.finding (municipality, name_key, reference);
create index on lantaarn.finding (municipality, changed_key, reference);
create index on lantaarn.finding using gin (words);
create index on lantaarn.finding using gist (extent);
create index on lantaarn.finding using gist (extent) where location_kind <> 'fixed';
create index on lantaarn.finding using gist (observed);

-- Text as it is searched: lower case, no accents, no marks, a postcode in one piece.
create function open.plain(txt text) returns text language sql immutable parallel safe return regexp_replace(
    regexp_replace(
        translate(lower(txt), 'áàâäãéèêëíìîïóòôöõúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn'), '[^[:alnum:]]+', ' ', 'g'
    ),
    '\m([1-9][0-9]{3}) ([a-z]{2})\M', '\1\2', 'g'
);

-- The words of a text in their own form and in that of the language, so that a part of a word finds it too.
create function open.words(dutch text, english text) returns tsvector language sql immutable parallel safe
return to_tsvector('simple', open.plain(dutch || ' ' || english))
    || to_tsvector('dutch', open.plain(dutch))
    || to_tsvector('english', open.plain(english));

-- What is asked for: every word, or the beginning of it. Nothing but marks asks for nothing that there is.
create function open.asked(txt text) returns tsquery language sql immutable parallel safe return (
    select
        coalesce(to_tsquery('simple', parts.list), '')
        || coalesce(to_tsquery('dutch', parts.list), '')
        || coalesce(to_tsquery('english', parts.list), '')
    from (
        select string_agg(word || ':*', ' & ') as list
        from regexp_split_to_table(trim(open.plain(txt)), ' ') as word
        where word <> ''
    ) as parts
);

create view open.find as
select
    sensor_id,
    municipality,
    reference,
    kind,
    category,
    status,
    delivers_data,
    personal_data,
    properties,
    purposes,
    organisations,
    neighbourhood,
    name,
    location_kind,
    precision,
    longitude,
    latitude,
    extent,
    geometry,
    observed,
    place_key,
    name_key,
    changed_key,
    words
from lantaarn.finding;

-- Few hours have anything in them that was refused or not declared.
create index ledger_trouble on lantaarn.ledger (hour) where quarantined > 0 or fields_dropped > 0;

-- As it was, but that what is live is looked up for one sensor at a time: a page holds few of them.
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
        when not live.all_of_it and last_week.received >= 15 then 'last_week'
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
    where ledger.sensor_id = sensor.id and (live.all_of_it or ledger.hour < week.start)
    order by ledger.hour desc
    limit 1
) as seen on true
left join lateral (
    -- Fifteen hours are enough to know that there were fifteen readings.
    select sum(few.received) as received
    from (
        select ledger.received from lantaarn.ledger as ledger
        where
            not live.all_of_it
            and ledger.sensor_id = sensor.id
            and ledger.hour < week.start
            and ledger.hour
            >= (week.start at time zone 'Europe/Amsterdam' - interval '7 days') at time zone 'Europe/Amsterdam'
            and ledger.received > 0
        limit 15
    ) as few
) as last_week on true;

-- Where what a sensor does is not what its entry says: it is silent, it sends what is refused or was not declared, or
-- its days are over. Made of what is public already: of a sensor that could betray people by how much it says, only of
-- the last week that is over, in the bands of open.ledger_week.
create view open.deviation as
with week as (
    select
        start,
        (start at time zone 'Europe/Amsterdam' - interval '7 days') at time zone 'Europe/Amsterdam' as before,
        (now() at time zone 'Europe/Amsterdam')::date as today
    from (
        select date_trunc('week', now() at time zone 'Europe/Amsterdam') at time zone 'Europe/Amsterdam' as start
    ) as monday
)

select finding.sensor_id, 'expired' as deviation
from lantaarn.finding as finding
cross join week
where finding.status in ('active', 'paused') and finding.active_until < week.today
union all
select finding.sensor_id, 'review_due'
from lantaarn.finding as finding
cross join week
where finding.status <> 'ended' and finding.review_date < week.today
union all
select finding.sensor_id, 'silent'
from lantaarn.finding as finding
cross join week
where
    finding.status = 'active'
    and finding.delivers_data
    -- Since before the time that is looked at.
    and greatest(finding.known_since, finding.active_from::timestamp at time zone 'Europe/Amsterdam')
    < case when finding.live then date_trunc('hour', now() - interval '1 day') else week.before end
    and case
        when finding.live then not exists (
            select from lantaarn.ledger as ledger
            where
                ledger.sensor_id = finding.sensor_id
                and ledger.hour >= date_trunc('hour', now() - interval '1 day')
                and ledger.received > 0
        )
        else coalesce((
            select sum(few.received) from (
                select ledger.received from lantaarn.ledger as ledger
                where
                    ledger.sensor_id = finding.sensor_id
                    and ledger.hour >= week.before
                    and ledger.hour < week.start
                    and ledger.received > 0
                limit 15
            ) as few
        ), 0) < 15
    end
union all
select trouble.sensor_id, case when trouble.undeclared then 'undeclared' else 'refused' end
from (
    select live.sensor_id, undeclared
    from lantaarn.finding as live
    cross join (values (true), (false)) as sort (undeclared)
    cross join lateral (
        select sum(ledger.quarantined) as refused, sum(ledger.fields_dropped) as dropped, sum(ledger.received) as received
        from lantaarn.ledger as ledger
        where ledger.sensor_id = live.sensor_id and ledger.hour >= date_trunc('hour', now() - interval '1 day')
    ) as day
    where
        live.live
        and live.sensor_id in (
            select ledger.sensor_id from lantaarn.ledger as ledger
            where
                (ledger.quarantined > 0 or ledger.fields_dropped > 0)
                and ledger.hour >= date_trunc('hour', now() - interval '1 day')
        )
        and case when undeclared then day.dropped > 0 else day.refused * 20 > day.received end
    union all
    select last.sensor_id, undeclared
    from (
        select ledger.sensor_id, sum(ledger.quarantined) as refused, sum(ledger.fields_dropped) as dropped
        from lantaarn.ledger as ledger
        cross join week
        where
            (ledger.quarantined > 0 or ledger.fields_dropped > 0)
            and ledger.hour >= week.before
            and ledger.hour < week.start
        group by 1
    ) as last
    cross join week
    cross join (values (true), (false)) as sort (undeclared)
    where
        last.sensor_id in (select finding.sensor_id from lantaarn.finding as finding where not finding.live)
        and case when undeclared then last.dropped >= 15 else last.refused >= 15 end
        and (
            undeclared
            or open.band(last.refused) * 20 > (
                select open.band(sum(ledger.received)) from lantaarn.ledger as ledger
                where
                    ledger.sensor_id = last.sensor_id
                    and ledger.hour >= week.before
                    and ledger.hour < week.start
            )
        )
) as trouble;

-- The one meaning of a visitor's choices: list, map and API all ask this. wanted: the names and values in the address,
-- the municipality, and as "sensors" the ids that see a spot. What is not in it lets everything through.
create function open.found(wanted jsonb) returns setof open.find language sql stable as $$
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
            or find.sensor_id in (select deviation.sensor_id from open.deviation as deviation)
        )
$$;

-- What a list is ordered by; the reference comes after it.
create function open.sort_key(find open.find, sort text) returns text language sql immutable as $$
    select case sort when 'name' then find.name_key when 'changed' then find.changed_key else find.place_key end
$$;

grant select on all tables in schema open to lantaarn_api, lantaarn_dashboard;

-- Which state of the register this is, for who remembers something made from it.
create view open.revision as
select max(revision) as revision from lantaarn.register_entry;

grant select on open.revision to lantaarn_api, lantaarn_dashboard;
