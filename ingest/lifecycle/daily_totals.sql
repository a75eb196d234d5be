-- last_update: when daily totals were last updated; no row if never
select at from lantaarn.days_made;

-- datastream_ids: every datastream that may have hourly totals, in order of id
select coalesce(array_agg(id order by id), '{}') as ids from lantaarn.datastream;

-- first_day_to_update: the day from which to recompute all days; earlier days whose hours changed are in changed_day
select open.day_of(%(at)s::timestamptz - interval '48 hours') as first_day;

-- update_day_total: recompute daily totals from a first to a last day (null: onwards) of each datastream, skipping
-- unchanged rows. A day that had been over for an hour when days were last made (made_at) was published: it says when it
-- changed, unless made_at is null.
insert into lantaarn.day_total as total
(datastream_id, day, count, sum, min, max, sum_cos, jumps, counted_since, last_value, hours, completed_at)
select
    stream.id,
    made.day,
    made.count,
    made.sum,
    made.min,
    made.max,
    made.sum_cos,
    made.jumps,
    made.counted_since,
    made.last_value,
    made.hours,
    case
        when
            stream.public = 'live'
            and not stream.about_people
            and open.day_start(made.day + 1) <= %(made_at)s::timestamptz - interval '1 hour'
            and exists (
                select from lantaarn.day_total as published
                where published.datastream_id = stream.id and published.day >= made.day
            )
            then %(now)s::timestamptz
    end
from unnest(%(datastream_ids)s::integer[], %(first_days)s::date[], %(last_days)s::date[])
    as due (datastream_id, first_day, last_day)
inner join lantaarn.datastream as stream on stream.id = due.datastream_id
cross join lateral lantaarn.days_of(
    stream.id, open.day_start(due.first_day), coalesce(open.day_start(due.last_day + 1), 'infinity')
) as made
on conflict (datastream_id, day) do update set
    count = excluded.count,
    sum = excluded.sum,
    min = excluded.min,
    max = excluded.max,
    sum_cos = excluded.sum_cos,
    jumps = excluded.jumps,
    counted_since = excluded.counted_since,
    last_value = excluded.last_value,
    hours = excluded.hours,
    completed_at = coalesce(excluded.completed_at, total.completed_at)
where
    (
        total.count,
        total.sum,
        total.min,
        total.max,
        total.sum_cos,
        total.jumps,
        total.counted_since,
        total.last_value,
        total.hours
    )
    is distinct from (
        excluded.count,
        excluded.sum,
        excluded.min,
        excluded.max,
        excluded.sum_cos,
        excluded.jumps,
        excluded.counted_since,
        excluded.last_value,
        excluded.hours
    );

-- take_changed_days: remove and return marked days; their hours are committed, or the mark would not be visible
with taken as (
    delete from lantaarn.changed_day returning day, datastream_ids
)
select distinct day, datastream_id
from taken
cross join lateral unnest(datastream_ids) as one (datastream_id)
order by datastream_id, day;

-- update_lamp_day: recompute the lamps' daily figures from first_day onwards
select lantaarn.make_lamp_days(array(select distinct sensor_id from lantaarn.datastream where property = 'energy'), %(first_day)s, 'infinity');

-- update_changed_lamp_day: the same for changed days
select lantaarn.make_lamp_days(array_agg(distinct meter.sensor_id), min(changed.day), max(changed.day))
from unnest(%(datastream_ids)s::integer[], %(first_days)s::date[]) as changed (datastream_id, day)
inner join lantaarn.datastream as meter on meter.id = changed.datastream_id
where exists (
    select from lantaarn.datastream as energy where energy.sensor_id = meter.sensor_id and energy.property = 'energy'
)
having count(*) > 0;

-- update_travel_hour: recompute hourly travel times from first_day onwards; windows are written once, when finished
insert into lantaarn.travel_hour as total (datastream_id, hour, revision, windows, median, p85)
select
    travel.datastream_id,
    date_trunc('hour', travel.window_start, 'UTC'),
    travel.revision,
    count(*),
    avg(travel.median),
    avg(travel.p85)
from lantaarn.travel_time as travel
where travel.window_start >= open.day_start(%(first_day)s)
group by 1, 2, 3
on conflict (datastream_id, hour, revision) do update set
    windows = excluded.windows,
    median = excluded.median,
    p85 = excluded.p85;

-- newest_public_days: the datastreams published in cells, and the newest day with a daily total of each
select
    coalesce(array_agg(stream.id), '{}') as datastream_ids,
    coalesce(array_agg(newest.day), '{}') as first_days
from lantaarn.datastream as stream
left join lateral (
    select last.day from lantaarn.public_day as last where last.datastream_id = stream.id order by last.day desc limit 1
) as newest on true
where stream.public in ('hour', 'day');

-- update_public_day: recompute daily totals of published cells from a first day (null: all) to a last day (null: onwards)
-- of each datastream. A day of hours says when late hours were added to it: two hours after its end all of them had been
-- published (made_at, as above).
insert into lantaarn.public_day as total (datastream_id, day, sum, hours, hidden, noise, value, completed_at)
select
    stream.id,
    made.day,
    made.sum,
    made.hours,
    made.hidden,
    made.noise,
    made.value,
    case
        when stream.public = 'day' then made.completed_at
        when
            not stream.about_people
            and open.day_start(made.day + 1) <= %(made_at)s::timestamptz - interval '2 hours'
            and (held.hours < made.hours or made.completed_at > coalesce(held.completed_at, '-infinity'))
            then %(now)s::timestamptz
        else held.completed_at
    end
from unnest(%(datastream_ids)s::integer[], %(first_days)s::date[], %(last_days)s::date[])
    as due (datastream_id, first_day, last_day)
inner join lantaarn.datastream as stream on stream.id = due.datastream_id and stream.public in ('hour', 'day')
cross join lateral lantaarn.public_days_of(
    stream.id,
    coalesce(open.day_start(due.first_day), '-infinity'),
    coalesce(open.day_start(due.last_day + 1), 'infinity')
) as made
left join lantaarn.public_day as held on held.datastream_id = stream.id and held.day = made.day
on conflict (datastream_id, day) do update set
    sum = excluded.sum,
    hours = excluded.hours,
    hidden = excluded.hidden,
    noise = excluded.noise,
    value = excluded.value,
    completed_at = excluded.completed_at
where
    (total.sum, total.hours, total.hidden, total.noise, total.value, total.completed_at)
    is distinct from (
        excluded.sum, excluded.hours, excluded.hidden, excluded.noise, excluded.value, excluded.completed_at
    );

-- delete_public_day: delete these days if none of their cells is left
delete from lantaarn.public_day as total
using unnest(%(datastream_ids)s::integer[], %(first_days)s::date[]) as changed (datastream_id, day)
where
    total.datastream_id = changed.datastream_id
    and total.day = changed.day
    and not exists (
        select from lantaarn.public_cell as cell
        where
            cell.datastream_id = total.datastream_id
            and cell.period in ('hour', 'day', 'night')
            and cell.start >= open.day_start(total.day)
            and cell.start < open.day_start(total.day + 1)
    );

-- update_book_day: daily ledger totals by kind, from this day of receipt onwards; none of values about people: that one came
-- may tell that someone passed
with named as (
    select
        sensor.id,
        case when count(*) over (partition by sensor.kind) >= %(min_group)s then sensor.kind else 'other' end as kind
    from lantaarn.sensor as sensor
)
insert into lantaarn.book_day as total
    (day, kind, received, stored, duplicate, conflict, quarantined, aggregated, fields_dropped)
select
    open.day_of(ledger.hour),
    case when ledger.sensor_id is null then 'unknown' else coalesce(named.kind, 'other') end,
    sum(ledger.received),
    sum(ledger.stored),
    sum(ledger.duplicate),
    sum(ledger.conflict),
    sum(ledger.quarantined),
    sum(ledger.aggregated),
    sum(ledger.fields_dropped)
from lantaarn.ledger as ledger
left join named on named.id = ledger.sensor_id
where
    ledger.hour >= open.day_start(%(first_day)s)
    and not exists (
        select from lantaarn.sensor_about_people as counting where counting.sensor_id = ledger.sensor_id
    )
group by 1, 2
on conflict (day, kind) do update set
    received = excluded.received,
    stored = excluded.stored,
    duplicate = excluded.duplicate,
    conflict = excluded.conflict,
    quarantined = excluded.quarantined,
    aggregated = excluded.aggregated,
    fields_dropped = excluded.fields_dropped;

-- update_book_reason_day: daily rejected readings by kind and reason, from this day of receipt onwards, of the same sensors
with named as (
    select
        sensor.id,
        case when count(*) over (partition by sensor.kind) >= %(min_group)s then sensor.kind else 'other' end as kind
    from lantaarn.sensor as sensor
)
insert into lantaarn.book_reason_day as total (day, kind, reason, readings)
select
    open.day_of(refused.hour),
    case when refused.sensor_id is null then 'unknown' else coalesce(named.kind, 'other') end,
    refused.reason,
    sum(refused.readings)
from lantaarn.ledger_reason as refused
left join named on named.id = refused.sensor_id
where
    refused.hour >= open.day_start(%(first_day)s)
    and not exists (
        select from lantaarn.sensor_about_people as counting where counting.sensor_id = refused.sensor_id
    )
group by 1, 2, 3
on conflict (day, kind, reason) do update set readings = excluded.readings;

-- delete_book_day: delete those days first, so that a kind crossing the threshold of 8 sensors is not counted twice
delete from lantaarn.book_day where day >= %(first_day)s;

-- delete_book_reason_day: the same for the reasons
delete from lantaarn.book_reason_day where day >= %(first_day)s;

-- add_due_windows: how many windows each group and segment had on the days that are over, the last of them closed too, by
-- the clock and the register. From the day after ingest began to account for windows; four weeks back at most, which is less
-- than ingest makes up for. Not of days on which an entry changed that names the group or is one of the segment's sensors.
with books as (
    select
        greatest(min(day) + 1, open.day_of(%(now)s::timestamptz - interval '4 weeks')) as first_day,
        open.day_of(%(now)s::timestamptz - interval '7 hours') - 1 as last_day
    from lantaarn.window_day
    having count(*) > 0
),
changed as (
    select entry_id, max(valid_from) as at
    from lantaarn.register_entry
    where valid_from >= %(now)s::timestamptz - interval '32 days'
    group by entry_id
),
changed_group as (
    -- Of all versions, so that a group from which a lamp was taken counts as changed.
    select entry.document ->> 'municipality' as municipality, rule.value ->> 'group' as group_name, max(changed.at) as at
    from changed
    inner join lantaarn.register_entry as entry on entry.entry_id = changed.entry_id
    cross join lateral jsonb_path_query(entry.document, '$.datastreams[*].privacy_rules[*]') as rule (value)
    where rule.value ? 'group'
    group by 1, 2
),
declared as (
    select
        sensor.municipality,
        sensor.entry_id,
        sensor.kind,
        sensor.reference,
        stream.id,
        stream.property,
        stream.rule,
        (stream.rule ->> 'window')::integer as seconds
    from lantaarn.datastream as stream
    inner join lantaarn.sensor as sensor on sensor.id = stream.sensor_id
    where stream.active and stream.rule is not null and sensor.status = 'active'
),
subject as (
    select
        'window_count' as rule,
        lamp.municipality || '/' || (lamp.rule ->> 'group') || '/' || lamp.property as subject,
        lamp.municipality,
        greatest(max(lamp.seconds), 3600) as seconds,
        max(changed_group.at) as changed_at
    from declared as lamp
    left join changed_group
        on changed_group.municipality = lamp.municipality and changed_group.group_name = lamp.rule ->> 'group'
    where lamp.rule ? 'group'
    group by lamp.municipality, lamp.rule ->> 'group', lamp.property
    union all
    select
        'match_in_memory',
        departure.id::text,
        departure.municipality,
        departure.seconds,
        max(changed.at)
    from declared as departure
    inner join declared as arrival
        on arrival.municipality = departure.municipality
        and arrival.kind = departure.kind
        and arrival.reference = departure.rule ->> 'to'
        and arrival.rule ->> 'rule' = 'match_in_memory'
    left join changed on changed.entry_id in (departure.entry_id, arrival.entry_id)
    where departure.rule ->> 'rule' = 'match_in_memory' and departure.seconds in (900, 3600)
    group by departure.id, departure.municipality, departure.seconds
)
insert into lantaarn.window_due (rule, subject, day, municipality, due)
select
    subject.rule,
    subject.subject,
    day.day,
    subject.municipality,
    case subject.rule
        -- From 06:00 to 23:00, of which the last window takes the remainder, and the night.
        when 'window_count' then greatest(17 * 3600 / subject.seconds, 1) + 1
        else open.day_hours(day.day) * 3600 / subject.seconds
    end
from books
cross join lateral (
    select books.first_day + ahead as day from generate_series(0, books.last_day - books.first_day) as ahead
) as day
cross join subject
where coalesce(subject.changed_at <= open.day_start(day.day), true)
on conflict (rule, subject, day) do nothing;

-- delete_days_made: forget the previous update
delete from lantaarn.days_made;

-- insert_days_made: record this update, from which the next one starts
insert into lantaarn.days_made (at) values (%(at)s);
