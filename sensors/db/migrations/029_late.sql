-- Late is not lost: what isn't about people counts in its hours, days and cells whenever it comes, and a period that
-- changed after it was published says when (completed_at). docs/decisions/007-public-numbers.md.

-- Whether values come from people or vehicles that pass: until the policy is compiled again, of everything.
alter table lantaarn.datastream
add column about_people boolean not null default true,
add constraint counts_are_about_people check (about_people or not counts_people);

alter table lantaarn.rollup_hour add column completed_at timestamptz;
alter table lantaarn.day_total add column completed_at timestamptz;
alter table lantaarn.public_cell add column completed_at timestamptz;
alter table lantaarn.public_day add column completed_at timestamptz;

-- The first and the last published hour or day of each datastream that isn't about people, as of the last publication.
-- Those in between have been published, as a gap if they had no values.
create table lantaarn.publication (
    datastream_id integer primary key,
    first_start timestamptz not null,
    last_start timestamptz not null
) with (fillfactor = 50);

grant select, insert, update, delete on lantaarn.publication to lantaarn_ingest;

-- recompute: from single values. Of the others the totals are right already, but values came late.
alter table lantaarn.changed_hour add column recompute boolean not null default true;

create or replace view lantaarn.public_stream as
select
    id,
    sensor_id,
    unit,
    counts_people,
    aggregation in ('delta', 'counter') as summed,
    public as period,
    ('1 ' || public)::interval as step,
    case public when 'hour' then 'UTC' else 'Europe/Amsterdam' end as zone,
    aggregation,
    totals_since,
    about_people
from lantaarn.datastream
where active and rule is null and public in ('hour', 'day');

-- As it was, but that a mean that isn't about people needs no count, and isn't rounded.
create or replace function lantaarn.due_cells(stream lantaarn.public_stream, since timestamp, until timestamp)
returns table (start timestamptz, value double precision, counted_since timestamptz) language sql stable
begin atomic
    select
        due.start,
        case
            when stream.counts_people then open.public_count(seen.value)
            when stream.summed then round(seen.value::numeric, 1)
            when stream.aggregation in ('max', 'last') or not stream.about_people then seen.value
            when stream.aggregation = 'circular_mean' then mod(round(seen.value)::integer, 360)
            else round(seen.value)
        end,
        -- When a device said nothing about people isn't published.
        case when not stream.counts_people and seen.counted_since < due.start then seen.counted_since end
    from (
        select
            step at time zone stream.zone as start,
            (step + stream.step) at time zone stream.zone as until
        from generate_series(since, until, stream.step) as step
    ) as due
    cross join lateral (
        select
            open.aggregate(
                stream.aggregation,
                sum(hourly.count)::bigint,
                sum(hourly.sum),
                sum(hourly.sum_cos),
                max(hourly.max),
                (max(open.dated(hourly.last_time, hourly.last_value)))[2]
            ) as value,
            min(hourly.counted_since) as counted_since
        from lantaarn.rollup_hour as hourly
        where
            hourly.datastream_id = stream.id
            and hourly.hour >= greatest(due.start, stream.totals_since)
            and hourly.hour < due.until
    ) as seen
    where
        stream.counts_people
        or (
            seen.value is not null
            and (not stream.about_people or stream.summed or stream.aggregation in ('max', 'last'))
        )
        or (
            seen.value is not null
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
        );
end;

-- Note what has been published: cells, and up to an hour (included) what is public live.
create function lantaarn.note_publication(until timestamptz) returns void language sql
begin atomic
    with published as (
        select stream.id, oldest.hour as first_start, newest.hour as last_start
        from lantaarn.datastream as stream
        cross join lateral (
            select hourly.hour from lantaarn.rollup_hour as hourly
            where hourly.datastream_id = stream.id
            order by hourly.hour
            limit 1
        ) as oldest
        cross join lateral (
            select hourly.hour from lantaarn.rollup_hour as hourly
            where hourly.datastream_id = stream.id and hourly.hour <= until
            order by hourly.hour desc
            limit 1
        ) as newest
        where stream.active and stream.public = 'live' and not stream.about_people
        union all
        select stream.id, held.first_start, held.last_start
        from lantaarn.public_stream as stream
        cross join lateral (
            select min(cell.start) as first_start, max(cell.start) as last_start
            from lantaarn.public_cell as cell
            where cell.datastream_id = stream.id and cell.period = stream.period
        ) as held
        where not stream.about_people and held.first_start is not null
    ),

    gone as (
        delete from lantaarn.publication as noted
        where noted.datastream_id not in (select published.id from published)
    )

    insert into lantaarn.publication as noted (datastream_id, first_start, last_start)
    select published.id, published.first_start, published.last_start from published
    on conflict (datastream_id) do update set first_start = excluded.first_start, last_start = excluded.last_start
    where (noted.first_start, noted.last_start) is distinct from (excluded.first_start, excluded.last_start);
end;

-- Publish what has been over for an hour, from where each datastream was left, but for those whose hours are being
-- recomputed. Of what is about people there is no more than a month: a cell for every period, whether or not there are
-- values. Returns the number of new cells.
create or replace function lantaarn.publish_cells(at timestamptz) returns bigint language plpgsql as $$
declare
    stream lantaarn.public_stream;
    until timestamp;
    since timestamp;
    added bigint;
    total bigint := 0;
begin
    -- A value that is stored meanwhile is in the cells, or its hour is completed after them.
    perform pg_advisory_xact_lock(hashtextextended('lantaarn.hourly_totals', 0));
    for stream in
        select * from lantaarn.public_stream where totals_since < 'infinity' order by counts_people desc, id
    loop
        until := date_trunc(stream.period, (at - interval '1 hour') at time zone stream.zone) - stream.step;
        since := (
            select max(cell.start) at time zone stream.zone + stream.step from lantaarn.public_cell as cell
            where cell.datastream_id = stream.id and cell.period = stream.period
        );
        if since is null or not stream.about_people then
            since := (
                select date_trunc(stream.period, min(hourly.hour) at time zone stream.zone)
                from lantaarn.rollup_hour as hourly
                where
                    hourly.datastream_id = stream.id
                    and hourly.hour >= coalesce(since at time zone stream.zone, '-infinity')
            );
        end if;
        continue when since is null or since > until;
        if stream.about_people then
            since := greatest(since, until - interval '31 days');
        end if;
        insert into lantaarn.public_cell (datastream_id, period, start, counted, value, counted_since)
        select stream.id, stream.period, cell.start, stream.counts_people, cell.value, cell.counted_since
        from lantaarn.due_cells(stream, since, until) as cell
        on conflict do nothing;
        get diagnostics added = row_count;
        total := total + added;
    end loop;
    perform lantaarn.note_publication(date_trunc('hour', at - interval '1 hour', 'UTC') - interval '1 hour');
    return total;
end
$$;

-- Carry changes of hours on to what has been published of them, but never of what is about people: there, reading a cell
-- before and after would show a single passage. is_late: the periods say that they changed, as they do unless the cause
-- was another than values that came, such as an erasure. A cell without good values left is deleted. The caller's
-- transaction must hold the lock of hourly totals.
create function lantaarn.complete_published(datastream_ids integer [], hours timestamptz [], is_late boolean)
returns void language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    if is_late then
        -- In the order in which ingest meets the hours, so that neither waits for what the other holds.
        with live as (
            select total.datastream_id, total.hour
            from unnest(datastream_ids, hours) as changed (datastream_id, hour)
            inner join lantaarn.datastream as stream
                on stream.id = changed.datastream_id
                and stream.active
                and stream.public = 'live'
                and not stream.about_people
            inner join lantaarn.publication as published
                on published.datastream_id = stream.id
                and changed.hour between published.first_start and published.last_start
            inner join lantaarn.rollup_hour as total
                on total.datastream_id = changed.datastream_id and total.hour = changed.hour
            order by total.datastream_id, total.hour
            for update of total
        )
        update lantaarn.rollup_hour as total set completed_at = now()
        from live
        where total.datastream_id = live.datastream_id and total.hour = live.hour;
    end if;

    with due as (
        select distinct stream.id, period.step, period.step at time zone stream.zone as start
        from unnest(datastream_ids, hours) as changed (datastream_id, hour)
        inner join lantaarn.public_stream as stream on stream.id = changed.datastream_id
        cross join lateral (select date_trunc(stream.period, changed.hour at time zone stream.zone) as step) as period
        where not stream.about_people and stream.totals_since < 'infinity'
    ),

    seen as (
        select
            stream.id,
            stream.period,
            due.start,
            cell.value,
            cell.counted_since,
            case when is_late and due.start between published.first_start and published.last_start then now() end as mark
        from due
        inner join lantaarn.public_stream as stream on stream.id = due.id
        left join lantaarn.publication as published on published.datastream_id = stream.id
        left join lateral lantaarn.due_cells(stream, due.step, due.step) as cell on true
        where
            due.start >= stream.totals_since
            -- Later ones are published in their turn.
            and due.start <= (
                select max(newest.start) from lantaarn.public_cell as newest
                where newest.datastream_id = stream.id and newest.period = stream.period
            )
    ),

    emptied as (
        delete from lantaarn.public_cell as held
        using seen
        where
            held.datastream_id = seen.id
            and held.period = seen.period
            and held.start = seen.start
            and seen.value is null
        returning held.datastream_id, held.start
    ),

    completed as (
        insert into lantaarn.public_cell as held
        (datastream_id, period, start, counted, value, counted_since, completed_at)
        select
            seen.id,
            seen.period,
            seen.start,
            false,
            seen.value,
            seen.counted_since,
            seen.mark
        from seen
        where seen.value is not null
        on conflict (datastream_id, period, start) do update set
            value = excluded.value,
            counted_since = excluded.counted_since,
            completed_at = coalesce(excluded.completed_at, held.completed_at)
        where (held.value, held.counted_since) is distinct from (excluded.value, excluded.counted_since)
        returning held.datastream_id, held.start
    )

    insert into lantaarn.changed_day (day, datastream_ids)
    select open.day_of(cell.start), array_agg(distinct cell.datastream_id)
    from (select * from emptied union all select * from completed) as cell
    group by 1;
end
$$;

revoke execute on function
lantaarn.note_publication(timestamptz), lantaarn.complete_published(integer [], timestamptz [], boolean)
from public;

grant execute on function
lantaarn.note_publication(timestamptz), lantaarn.complete_published(integer [], timestamptz [], boolean)
to lantaarn_ingest;

-- The values for everyone, each with when it was completed; otherwise as they were.
create or replace view open.hour as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    total.hour,
    total.count as samples,
    total.value,
    case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.min end as min,
    case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.max end as max,
    null::integer as below,
    total.counted_since,
    total.completed_at
from open.datastream as datastream
inner join lateral (
    select
        hourly.hour,
        hourly.count,
        hourly.min,
        hourly.max,
        hourly.counted_since,
        hourly.completed_at,
        open.aggregate(
            datastream.aggregation, hourly.count, hourly.sum, hourly.sum_cos, hourly.max, hourly.last_value
        ) as value
    from lantaarn.rollup_hour as hourly
    where hourly.datastream_id = datastream.datastream_id and hourly.hour >= datastream.totals_since
) as total on total.value is not null
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
    case when cell.value is null then 15 end,
    cell.counted_since,
    cell.completed_at
from open.datastream as datastream
inner join lantaarn.public_cell as cell
    on cell.datastream_id = datastream.datastream_id
    and cell.period = 'hour'
    and (cell.counted or cell.start >= datastream.totals_since)
where datastream.public = 'hour';

create or replace view open.day as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    total.day,
    total.count as samples,
    total.value,
    case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.min end as min,
    case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.max end as max,
    null::bigint as below,
    false as at_least,
    total.counted_since,
    held.completed_at
from open.datastream as datastream
inner join lateral (
    select
        daily.day,
        daily.count,
        daily.min,
        daily.max,
        daily.counted_since,
        open.aggregate(
            datastream.aggregation, daily.count, daily.sum, daily.sum_cos, daily.max, daily.last_value
        ) as value
    from lantaarn.rollup_day as daily
    where daily.datastream_id = datastream.datastream_id
    -- One datastream at a time: joining the whole view would add up the hours of the whole city.
    offset 0
) as total on total.value is not null
left join lantaarn.day_total as held on held.datastream_id = datastream.datastream_id and held.day = total.day
where datastream.public = 'live'
union all
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    published.day,
    null,
    published.value,
    null,
    null,
    case when published.value is null then 14 * published.cells + 1 end,
    published.value is not null and published.small,
    published.counted_since,
    case datastream.public when 'day' then published.completed_at else held.completed_at end
from open.datastream as datastream
cross join lateral (
    select
        open.day_of(cell.start) as day,
        count(*) as cells,
        open.aggregate(
            datastream.aggregation,
            count(cell.value),
            sum(open.summand(datastream.aggregation, cell.value)),
            sum(open.summand_cos(datastream.aggregation, cell.value)),
            max(cell.value),
            (max(open.dated(cell.start, cell.value)))[2]
        ) as value,
        bool_or(cell.value is null) as small,
        nullif(
            least(min(cell.counted_since), open.day_start(open.day_of(cell.start))),
            open.day_start(open.day_of(cell.start))
        ) as counted_since,
        max(cell.completed_at) as completed_at
    from lantaarn.public_cell as cell
    where
        cell.datastream_id = datastream.datastream_id
        and cell.period = datastream.public
        and (cell.counted or cell.start >= datastream.totals_since)
    group by 1
) as published
left join lantaarn.public_day as held on held.datastream_id = datastream.datastream_id and held.day = published.day
where
    datastream.public in ('hour', 'day')
    and published.day < open.day_of(now())
    and (published.value is not null or datastream.counts_people);

create or replace view open.day_cell as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    cell.start,
    (cell.start at time zone 'Europe/Amsterdam' + interval '1 day') at time zone 'Europe/Amsterdam' as until,
    cell.value,
    case when cell.value is null then 15 end as below,
    cell.counted_since,
    cell.completed_at
from open.datastream as datastream
inner join lantaarn.public_cell as cell
    on cell.datastream_id = datastream.datastream_id
    and cell.period = datastream.public
    and (cell.counted or cell.start >= datastream.totals_since)
where datastream.public = 'day';

create or replace view staff.day as
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
    open.aggregate(
        stream.aggregation, total.count, total.sum, total.sum_cos, total.max, total.last_value
    ) as value,
    total.hours as hours,
    0::smallint as hidden,
    total.day_hours as day_hours,
    total.completed_at
from staff.datastream as stream
inner join lantaarn.day_total as total
    on total.datastream_id = stream.datastream_id and total.day >= open.day_of(stream.totals_since)
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
    case
        when made.value is not null then made.value
        when stream.summed or stream.public = 'day' then made.sum
        else made.sum / nullif(made.hours - made.hidden, 0)
    end as value,
    made.hours as hours,
    made.hidden as hidden,
    made.day_hours as day_hours,
    made.completed_at
from staff.datastream as stream
inner join lantaarn.public_day as made
    on made.datastream_id = stream.datastream_id
    and (stream.counts_people or made.day >= open.day_of(stream.totals_since))
where stream.public in ('hour', 'day') and made.day < open.day_of(now());
