-- last_update: when daily totals were last updated; no row if never
select at from lantaarn.days_made;

-- datastream_ids: every datastream that may have hourly totals, in order of id
select coalesce(array_agg(id order by id), '{}') as ids from lantaarn.datastream;

-- first_day_to_update: the day from which to recompute all days; earlier days whose hours changed are in changed_day
select open.day_of(%(at)s::timestamptz - interval '48 hours') as first_day;

-- update_day_total: recompute the daily totals of these datastreams from first_day onwards, skipping unchanged rows
insert into lantaarn.day_total as total
(datastream_id, day, count, sum, min, max, sum_cos, jumps, counted_since, last_value, hours)
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
    made.hours
from unnest(%(datastream_ids)s::integer[]) as stream (id)
cross join lateral lantaarn.days_of(stream.id, open.day_start(%(first_day)s), 'infinity') as made
on conflict (datastream_id, day) do update set
    count = excluded.count,
    sum = excluded.sum,
    min = excluded.min,
    max = excluded.max,
    sum_cos = excluded.sum_cos,
    jumps = excluded.jumps,
    counted_since = excluded.counted_since,
    last_value = excluded.last_value,
    hours = excluded.hours
where total is distinct from excluded;

-- take_changed_days: remove and return marked days; their hours are committed, or the mark would not be visible
with taken as (
    delete from lantaarn.changed_day returning day, datastream_ids
)
select distinct day, datastream_id
from taken
cross join lateral unnest(datastream_ids) as one (datastream_id)
order by datastream_id, day;

-- update_changed_day_total: recompute these days of these datastreams
insert into lantaarn.day_total
(datastream_id, day, count, sum, min, max, sum_cos, jumps, counted_since, last_value, hours)
select
    changed.datastream_id,
    made.day,
    made.count,
    made.sum,
    made.min,
    made.max,
    made.sum_cos,
    made.jumps,
    made.counted_since,
    made.last_value,
    made.hours
from unnest(%(datastream_ids)s::integer[], %(days)s::date[]) as changed (datastream_id, day)
cross join lateral lantaarn.days_of(
    changed.datastream_id, open.day_start(changed.day), open.day_start(changed.day + 1)
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
    hours = excluded.hours;

-- update_lamp_day: recompute the lamps' daily figures from first_day onwards
select lantaarn.make_lamp_days(array(select distinct sensor_id from lantaarn.datastream where property = 'energy'), %(first_day)s, 'infinity');

-- update_changed_lamp_day: the same for changed days
select lantaarn.make_lamp_days(array_agg(distinct meter.sensor_id), min(changed.day), max(changed.day))
from unnest(%(datastream_ids)s::integer[], %(days)s::date[]) as changed (datastream_id, day)
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
where travel.window_start >= open.day_start(%(first_day)s) and travel.n >= %(count_threshold)s
group by 1, 2, 3
on conflict (datastream_id, hour, revision) do update set
    windows = excluded.windows,
    median = excluded.median,
    p85 = excluded.p85;

-- update_public_day: daily totals of published cells from the newest day onwards; cells come in order and never change
insert into lantaarn.public_day as total (datastream_id, day, sum, hours, hidden)
select stream.id, made.day, made.sum, made.cells * made.length, made.hidden * made.length
from lantaarn.datastream as stream
left join lateral (
    select last.day from lantaarn.public_day as last where last.datastream_id = stream.id order by last.day desc limit 1
) as newest on true
cross join lateral (
    select
        open.day_of(cell.start) as day,
        sum(cell.value) as sum,
        count(*) as cells,
        count(*) - count(cell.value) as hidden,
        case stream.public when 'day' then open.day_hours(open.day_of(cell.start)) else 1 end as length
    from lantaarn.public_cell as cell
    where
        cell.datastream_id = stream.id
        and cell.period = stream.public
        and cell.start >= coalesce(open.day_start(newest.day), '-infinity')
    group by 1
) as made
where stream.public in ('hour', 'day')
on conflict (datastream_id, day) do update set sum = excluded.sum, hours = excluded.hours, hidden = excluded.hidden
where (total.hours, total.hidden) is distinct from (excluded.hours, excluded.hidden);

-- update_book_day: daily ledger totals by kind, from this day of receipt onwards
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
where ledger.hour >= open.day_start(%(first_day)s)
group by 1, 2
on conflict (day, kind) do update set
    received = excluded.received,
    stored = excluded.stored,
    duplicate = excluded.duplicate,
    conflict = excluded.conflict,
    quarantined = excluded.quarantined,
    aggregated = excluded.aggregated,
    fields_dropped = excluded.fields_dropped;

-- update_book_reason_day: daily rejected readings by kind and reason, from this day of receipt onwards
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
where refused.hour >= open.day_start(%(first_day)s)
group by 1, 2, 3
on conflict (day, kind, reason) do update set readings = excluded.readings;

-- delete_book_day: delete those days first, so that a kind crossing the threshold of 8 sensors is not counted twice
delete from lantaarn.book_day where day >= %(first_day)s;

-- delete_book_reason_day: the same for the reasons
delete from lantaarn.book_reason_day where day >= %(first_day)s;

-- delete_days_made: forget the previous update
delete from lantaarn.days_made;

-- insert_days_made: record this update, from which the next one starts
insert into lantaarn.days_made (at) values (%(at)s);
