-- What policy officers see in Grafana: daily totals that a year of the whole city is read from within milliseconds, and
-- views in the schema staff, which keep the rules for what is public of people. docs/decisions/010-dashboards.md.

-- A day of Europe/Amsterdam begins here; it has 23 to 25 hours.
create function open.day_start(day date) returns timestamptz language sql immutable parallel safe
return day::timestamp at time zone 'Europe/Amsterdam';

create function open.day_hours(day date) returns integer language sql immutable parallel safe
return (extract(epoch from open.day_start(day + 1) - open.day_start(day)) / 3600)::integer;

-- The day that an instant lies in.
create function open.day_of(at timestamptz) returns date language sql immutable parallel safe
return (at at time zone 'Europe/Amsterdam')::date;

-- Days (Europe/Amsterdam) of every datastream, as sums of its hours: made by ingest every quarter of an hour, for days of
-- which hours changed. hours: how many hours of the day have values, of day_hours that it has.
create table lantaarn.day_total (
    datastream_id integer not null,
    day date not null,
    count bigint not null,
    sum double precision not null,
    min double precision not null,
    max double precision not null,
    hours smallint not null,
    day_hours smallint not null generated always as (open.day_hours(day)) stored,
    primary key (datastream_id, day)
) with (fillfactor = 90);

-- Days of what is public by the hour, made of published hours alone, and the published days of what is public by the day:
-- as in open.day. sum: none when every hour is below 15. hidden: hours that are.
create table lantaarn.public_day (
    datastream_id integer not null,
    day date not null,
    sum double precision,
    hours smallint not null,
    hidden smallint not null check (hidden <= hours),
    day_hours smallint not null generated always as (open.day_hours(day)) stored,
    primary key (datastream_id, day),
    check ((sum is null) = (hidden = hours))
) with (fillfactor = 90);

-- What each lamp did on a day, made of its daily totals whenever those are. burned: hours; full_kwh: what it would have
-- used in the same hours at full strength, from the highest power of the day and the highest light level, which is not
-- known of every lamp. Never shown of one lamp: see staff.light_day.
create table lantaarn.lamp_day (
    sensor_id integer not null,
    day date not null,
    hours smallint not null,
    kwh double precision not null,
    burned double precision,
    full_kwh double precision,
    primary key (sensor_id, day)
) with (fillfactor = 90);

-- Make these days of these lamps again.
create function lantaarn.make_lamp_days(which integer[], first_day date, last_day date) returns void language sql
begin atomic
    delete from lantaarn.lamp_day
    where sensor_id = any(which) and day between first_day and last_day;
    insert into lantaarn.lamp_day (sensor_id, day, hours, kwh, burned, full_kwh)
    select
        energy.sensor_id,
        used.day,
        used.hours,
        used.sum,
        burned.hours,
        power.max / nullif(level.max, 0) * 100 * burned.hours / 1000
    from lantaarn.datastream as energy
    inner join lantaarn.day_total as used on used.datastream_id = energy.id and used.day between first_day and last_day
    left join lateral (
        select today.max - coalesce(yesterday.max, today.min) as hours
        from lantaarn.datastream as clock
        inner join lantaarn.day_total as today on today.datastream_id = clock.id and today.day = used.day
        left join lantaarn.day_total as yesterday
            on yesterday.datastream_id = clock.id and yesterday.day = used.day - 1
        where clock.sensor_id = energy.sensor_id and clock.property = 'burning_hours'
    ) as burned on true
    left join lateral (
        select total.max from lantaarn.datastream as meter
        inner join lantaarn.day_total as total on total.datastream_id = meter.id and total.day = used.day
        where meter.sensor_id = energy.sensor_id and meter.property = 'power'
    ) as power on true
    left join lateral (
        select total.max from lantaarn.datastream as meter
        inner join lantaarn.day_total as total on total.datastream_id = meter.id and total.day = used.day
        where meter.sensor_id = energy.sensor_id and meter.property = 'dim_level'
    ) as level on true
    where energy.sensor_id = any(which) and energy.property = 'energy';
end;

revoke execute on function lantaarn.make_lamp_days(integer[], date, date) from public;

-- Travel times by the hour, made of the windows of 15 vehicles and more, which are public: the mean of their medians and
-- of their 85th percentiles. revision: as of the windows, whose promise holds here too.
create table lantaarn.travel_hour (
    datastream_id integer not null,
    hour timestamptz not null,
    revision bigint not null,
    windows smallint not null,
    median double precision not null,
    p85 double precision not null,
    primary key (datastream_id, hour, revision)
);

-- Days before yesterday whose hours changed, one row for each batch: who stores never waits for who adds up, and what is
-- committed together with its mark is never missed.
create table lantaarn.changed_day (
    day date not null,
    datastream_ids integer [] not null
);

-- Since when days are made again anyway; no row: never made.
create table lantaarn.days_made (
    at timestamptz not null
);

-- The books by day of receipt and kind of sensor: all sensors of a kind together. Kinds of fewer than eight sensors are
-- together as 'other', senders that the register doesn't know are 'unknown'.
create table lantaarn.book_day (
    day date not null,
    kind text not null,
    received bigint not null,
    stored bigint not null,
    duplicate bigint not null,
    quarantined bigint not null,
    aggregated bigint not null,
    fields_dropped bigint not null,
    primary key (day, kind)
);

create table lantaarn.book_reason_day (
    day date not null,
    kind text not null,
    reason text not null,
    readings bigint not null,
    primary key (day, kind, reason)
);

-- How ingest is doing, by the minute, all workers together. lag: the least time, in seconds, from a measurement to its
-- commit; more than a moment means that older messages wait at the broker. commit: the longest time from receipt to
-- commit. Both are none when nothing came. Kept 31 days.
create table lantaarn.pulse (
    minute timestamptz primary key,
    workers integer not null,
    batches integer not null,
    messages bigint not null,
    lag real,
    commit real
);

grant insert on lantaarn.changed_day to lantaarn_ingest;
grant select, insert, update on lantaarn.pulse to lantaarn_ingest;

-- For every panel: which sensor it is, where, whose, and what its page is called.
create view staff.sensor as
select
    finding.sensor_id,
    finding.reference,
    finding.name ->> 'nl' as name,
    finding.kind,
    finding.status,
    finding.delivers_data,
    coalesce(finding.neighbourhood, '-') as neighbourhood,
    coalesce(area.name, 'Buiten de buurten') as neighbourhood_name,
    finding.organisations,
    finding.known_since,
    finding.active_until,
    finding.review_date,
    entry.document
from lantaarn.finding as finding
inner join lantaarn.sensor as sensor on sensor.id = finding.sensor_id
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
left join lantaarn.area as area on area.code = finding.neighbourhood;

-- For the choices and for joins: what is measured of what is public, and by which sensor.
create view staff.datastream as
select
    datastream.id as datastream_id,
    datastream.sensor_id,
    datastream.property,
    datastream.unit,
    datastream.public,
    datastream.counts_people,
    datastream.summed,
    finding.reference,
    finding.name ->> 'nl' as name,
    finding.kind,
    coalesce(finding.neighbourhood, '-') as neighbourhood,
    finding.organisations
from lantaarn.datastream as datastream
inner join lantaarn.finding as finding on finding.sensor_id = datastream.sensor_id
where datastream.active and datastream.public <> 'none';

-- Air quality, traffic, energy of lamps: the days of what is public, the same numbers as in open.day but read from daily
-- totals, so a year of all takes milliseconds. hours: those with values, of the day_hours that a day has; hidden: those of
-- them below 15, which are not in value. With all that panels choose by: a condition on a joined view would be applied
-- after every day of everything was read.
create view staff.day as
select
    stream.datastream_id,
    stream.sensor_id,
    stream.property,
    stream.kind,
    stream.counts_people,
    stream.reference,
    stream.name,
    stream.neighbourhood,
    stream.organisations,
    total.day as day,
    case when stream.summed then total.sum else total.sum / total.count end as value,
    total.hours as hours,
    0::smallint as hidden,
    total.day_hours as day_hours
from staff.datastream as stream
inner join lantaarn.day_total as total on total.datastream_id = stream.datastream_id
where stream.public = 'live'
union all
select
    stream.datastream_id,
    stream.sensor_id,
    stream.property,
    stream.kind,
    stream.counts_people,
    stream.reference,
    stream.name,
    stream.neighbourhood,
    stream.organisations,
    made.day as day,
    case when stream.summed or stream.public = 'day' then made.sum else made.sum / nullif(made.hours - made.hidden, 0) end as value,
    made.hours as hours,
    made.hidden as hidden,
    made.day_hours as day_hours
from staff.datastream as stream
inner join lantaarn.public_day as made on made.datastream_id = stream.datastream_id
where stream.public in ('hour', 'day') and made.day < (now() at time zone 'Europe/Amsterdam')::date;

-- Street lighting: groups of all lamps of one neighbourhood and the same organisations, of eight lamps or more, as for
-- counts of movement; smaller groups are left out. No group is part of another, so none can be taken off another.
create view staff.light_group as
select
    coalesce(finding.neighbourhood, '-') as neighbourhood,
    finding.organisations,
    count(*)::integer as lamps,
    array_agg(finding.sensor_id order by finding.sensor_id) as sensor_ids
from lantaarn.finding as finding
where
    finding.kind = 'streetlight'
    and finding.status = 'active'
    and finding.delivers_data
    and finding.properties && array['energy', 'power', 'burning_hours', 'fault_code']
group by 1, 2
having count(*) >= 8;

-- Street lighting: energy, burning hours and what dimming saved, by group and day, of days that are over; kWh to 0.1, as
-- is public of a cabinet. full_kwh: what the lamps would have used at full strength, compared_kwh: what those lamps used.
-- lamps: those with energy that day, 8 or more.
create view staff.light_day as
select
    grouped.neighbourhood,
    grouped.organisations,
    total.day,
    total.lamps,
    round(total.kwh::numeric, 1)::double precision as kwh,
    round(total.burned) as burning_hours,
    round(total.compared_kwh::numeric, 1)::double precision as compared_kwh,
    round(total.full_kwh::numeric, 1)::double precision as full_kwh
from staff.light_group as grouped
cross join lateral (
    select
        lamp.day,
        count(*)::integer as lamps,
        sum(lamp.kwh) as kwh,
        sum(lamp.burned) as burned,
        sum(lamp.kwh) filter (where lamp.full_kwh is not null) as compared_kwh,
        sum(lamp.full_kwh) as full_kwh
    from lantaarn.lamp_day as lamp
    where lamp.sensor_id = any(grouped.sensor_ids)
    group by lamp.day
    having count(*) >= 8
) as total
where total.day < (now() at time zone 'Europe/Amsterdam')::date;

-- Street lighting: how many lamps of a group report a fault, and how many fell silent: heard a day ago in these three
-- hours, and not now, so that lamps that sleep by day are no outage. Numbers of a group, not which lamps.
create view staff.light_now as
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
            and ledger.received > 0
    ) as heard
) as lamp;

-- Street lighting: from which day to which day a lamp had a fault, made of the highest fault code of each day, which is
-- public. until: the day on which it was well again; none while it lasts.
create view staff.light_outage as
select
    spell.sensor_id,
    min(spell.day) as since,
    case when max(spell.day) < max(spell.newest) then max(spell.day) + 1 end as until,
    max(spell.code) as code
from (
    select
        datastream.sensor_id,
        open.day_of(cell.start) as day,
        cell.value as code,
        newest.day as newest,
        open.day_of(cell.start)
        - row_number() over (partition by datastream.sensor_id order by cell.start)::integer as island
    from lantaarn.datastream as datastream
    inner join lantaarn.public_cell as cell on cell.datastream_id = datastream.id and cell.period = 'day'
    cross join lateral (
        select open.day_of(last.start) as day from lantaarn.public_cell as last
        where last.datastream_id = datastream.id and last.period = 'day'
        order by last.start desc limit 1
    ) as newest
    where datastream.property = 'fault_code' and datastream.active and datastream.public = 'day' and cell.value > 0
) as spell
group by spell.sensor_id, spell.island;

-- Traffic: how long it takes from one sensor to another by the hour, in seconds, of what is public by the hour. The same
-- numbers as in open.travel_time, four windows at a time.
create view staff.travel_hour as
select
    travel.datastream_id,
    datastream.sensor_id,
    datastream.rule ->> 'to' as goes_to,
    travel.hour,
    travel.windows,
    travel.median,
    travel.p85
from lantaarn.datastream as datastream
inner join lantaarn.travel_hour as travel on travel.datastream_id = datastream.id
where datastream.active and datastream.public = 'hour';

-- Register: the parts of an entry that may be left out but that a reader expects, and whether they are there.
create view staff.entry_part as
select sensor.sensor_id, part.name, part.is_there
from staff.sensor as sensor
cross join lateral (
    values
    ('Engelse naam', sensor.document -> 'name' ? 'en'),
    ('Engelse samenvatting', sensor.document -> 'summary' ? 'en'),
    ('Merk of type', sensor.document -> 'device' ?| array['make', 'model']),
    ('Soort techniek', jsonb_array_length(coalesce(sensor.document #> '{device,technology}', '[]')) > 0),
    ('Besluit', sensor.document -> 'legal' ? 'decision'),
    ('DPIA', sensor.document #>> '{legal,dpia,status}' in ('done', 'not_needed')),
    ('Privacyverklaring', sensor.document -> 'legal' ? 'privacy_statement'),
    ('Verwerkingsregister', sensor.document -> 'legal' ? 'processing_register'),
    ('Datum om opnieuw te kijken', sensor.document ? 'review_date'),
    ('E-mail of telefoon', sensor.document -> 'contact' ?| array['email', 'phone'])
) as part (name, is_there);

-- Privacy and platform: the books of a day, by kind; no single sensor can be told from them.
create view staff.book_day as
select day, kind, received, stored, duplicate, quarantined, aggregated, fields_dropped from lantaarn.book_day;

create view staff.book_reason_day as
select day, kind, reason, readings from lantaarn.book_reason_day;

-- Platform: the same by the hour of receipt, of everything together, for the last days.
create view staff.book_hour as
select
    hour,
    sum(received)::bigint as received,
    sum(stored)::bigint as stored,
    sum(duplicate)::bigint as duplicate,
    sum(quarantined)::bigint as quarantined,
    sum(aggregated)::bigint as aggregated,
    sum(fields_dropped)::bigint as fields_dropped
from lantaarn.ledger
where hour >= now() - interval '8 days'
group by hour;

-- Alerts: what does not add up in the books of the last day. The database holds the first for every row; the second is
-- refused readings without a reason.
create view staff.imbalance as
select
    coalesce((
        select sum(abs(received - stored - duplicate - quarantined - aggregated)) from lantaarn.ledger
        where hour >= now() - interval '1 day'
    ), 0)::bigint as unexplained,
    coalesce(abs(
        (select sum(quarantined) from lantaarn.ledger where hour >= date_trunc('hour', now()) - interval '1 day')
        - coalesce((
            select sum(readings) from lantaarn.ledger_reason
            where hour >= date_trunc('hour', now()) - interval '1 day'
        ), 0)
    ), 0)::bigint as without_reason;

-- Alerts: readings of senders that the register doesn't know, by hour of receipt.
create view staff.unknown_hour as
select hour, received from lantaarn.ledger where sensor_id is null;

-- Privacy: published hours that are hidden because fewer than 15 passed, by day and property; of all sensors together.
create view staff.hidden_day as
select
    made.day,
    datastream.property,
    sum(made.hours)::bigint as hours,
    sum(made.hidden)::bigint as hidden
from lantaarn.public_day as made
inner join lantaarn.datastream as datastream on datastream.id = made.datastream_id
where datastream.counts_people
group by made.day, datastream.property;

-- Privacy: what was deleted, of which table, by which rule.
create view staff.deletion as
select deleted_at, table_name, retention_class, older_than, deleted_rows, coalesce(rule, 'termijn') as rule
from lantaarn.deletion_log;

-- Platform: how ingest is doing, by the minute.
create view staff.pulse as
select minute, workers, batches, messages, lag, commit from lantaarn.pulse;

-- Platform: how large each table is, its indexes and chunks included.
create view staff.table_size as
select
    owner.relname as table_name,
    (
        pg_total_relation_size(owner.oid)
        + coalesce((
            select sum(pg_total_relation_size(child.inhrelid)) from pg_inherits as child
            where child.inhparent = owner.oid
        ), 0)
    )::bigint as octets
from pg_class as owner
inner join pg_namespace as namespace on namespace.oid = owner.relnamespace
where namespace.nspname = 'lantaarn' and owner.relkind in ('r', 'p');

grant select on all tables in schema staff to lantaarn_dashboard;

-- A query of a dashboard may not hold up the rest: it ends after ten seconds, writes nothing, and takes one processor.
-- It is too short for compiling it to pay. These hold for who logs in as this role, as Grafana does.
do $$
begin
    alter role lantaarn_dashboard set statement_timeout = '10s';
    alter role lantaarn_dashboard set default_transaction_read_only = on;
    alter role lantaarn_dashboard set jit = off;
    alter role lantaarn_dashboard set max_parallel_workers_per_gather = 0;
exception when insufficient_privilege or internal_error then
    raise warning 'an administrator has to set statement_timeout for the role lantaarn_dashboard';
end
$$;
