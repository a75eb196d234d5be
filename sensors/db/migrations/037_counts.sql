-- Counts that tell of nobody: each public cell is the true sum plus a random number drawn once, by ingest and never by the
-- database (docs/decisions/007-public-numbers.md). What readers may see never comes near the true sums.

-- Of what counts people or vehicles, compiled from the entry. cell_noise: the standard deviation of the noise in its public
-- cells; null: none are made. sum_minutes, one_night: how long true sums are, and whether 23:00 to 06:00 in Amsterdam is one.
-- totals_term: how long the true sums of hours are kept, those of counts for 13 months at most.
alter table lantaarn.datastream
add column cell_noise double precision check (cell_noise >= 11.99),
add column sum_minutes smallint check (sum_minutes in (15, 60)),
add column one_night boolean not null default false,
add column totals_term interval;

update lantaarn.datastream set
    cell_noise = case public when 'hour' then 12 when 'day' then 24 end,
    sum_minutes = case when property in ('count_pedestrian', 'count_bicycle') then 60 else 15 end,
    one_night = property in ('count_pedestrian', 'count_bicycle')
where counts_people and rule is null;

update lantaarn.datastream set
    totals_term = case when sum_minutes is null then aggregate_term else least(aggregate_term, interval '13 months') end;

alter table lantaarn.datastream alter column totals_term set not null;

-- When the sum that an instant belongs to begins: the hour (UTC) unless the datastream says otherwise. A night belongs to
-- the day it begins.
create function lantaarn.total_start(at timestamptz, minutes smallint, one_night boolean) returns timestamptz
language sql immutable parallel safe
return case
    when one_night and extract(hour from at at time zone 'Europe/Amsterdam') not between 6 and 22
        then ((at at time zone 'Europe/Amsterdam' - interval '6 hours')::date + time '23:00') at time zone 'Europe/Amsterdam'
    when minutes = 15 then date_bin(interval '15 minutes', at, '2001-01-01 00:00:00+00')
    else date_trunc('hour', at, 'UTC')
end;

-- When that sum is over.
create function lantaarn.total_end(start timestamptz, minutes smallint, one_night boolean) returns timestamptz
language sql immutable parallel safe
return case
    when one_night and (start at time zone 'Europe/Amsterdam')::time = time '23:00'
        then (start at time zone 'Europe/Amsterdam' + interval '7 hours') at time zone 'Europe/Amsterdam'
    when minutes = 15 then start + interval '15 minutes'
    else start + interval '1 hour'
end;

-- published: how much of the sum is in a public cell; what is more than that came late.
alter table lantaarn.rollup_hour add column published double precision;

-- What was kept longer, or more exactly, than counts may be: nights by the hour, old sums, days, rows as sent.
with night as (
    delete from lantaarn.rollup_hour as total
    using lantaarn.datastream as stream
    where
        stream.id = total.datastream_id
        and stream.one_night
        and extract(hour from total.hour at time zone 'Europe/Amsterdam') not between 6 and 22
    returning total.*
)

insert into lantaarn.rollup_hour
(datastream_id, hour, count, sum, min, max, jumps, counted_since, last_time, last_value)
select
    datastream_id,
    lantaarn.total_start(hour, 60::smallint, true),
    sum(count),
    sum(sum),
    min(min),
    max(max),
    sum(jumps)::integer,
    min(counted_since),
    max(last_time),
    (max(open.dated(last_time, last_value)))[2]
from night
group by 1, 2;

delete from lantaarn.rollup_hour as total
using lantaarn.datastream as stream
where
    stream.id = total.datastream_id
    and stream.sum_minutes is not null
    and total.hour < now() - interval '13 months';

-- What exists by now has been published, or stays unpublished: nothing of it is late.
update lantaarn.rollup_hour as total set published = total.sum
from lantaarn.datastream as stream
where
    stream.id = total.datastream_id
    and stream.sum_minutes is not null
    and total.hour <= (select max(cell.start) from lantaarn.public_cell as cell where cell.datastream_id = stream.id);

delete from lantaarn.day_total as total
using lantaarn.datastream as stream
where stream.id = total.datastream_id and stream.sum_minutes is not null;

select set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true)
where current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction', true) is not null;

do $$
declare
    class_table text;
    counts integer [] := array(select id from lantaarn.datastream where sum_minutes is not null);
begin
    if counts <> '{}' then
        for class_table in select table_name from lantaarn.retention_class where term > interval '7 days' loop
            execute format(
                'delete from lantaarn.%I where datastream_id = any($1) and time < now() - interval ''7 days''', class_table
            ) using counts;
        end loop;
    end if;
end
$$;

-- Public cells of counts. noise: the standard deviation of what was added; of a cell without value, of which we know too
-- little, of what would have been. Without noise: from before this rule, rounded to 5 or, below 15, without a number.
-- A night is a cell of its own. A late cell has what came after the cells of four weeks were written, of one hour of the
-- day on working days or at weekends (start: the first of those). filled: how many cells without value that makes up for.
alter table lantaarn.public_cell
drop constraint public_cell_period_check,
drop constraint never_small,
add column noise double precision,
add column filled smallint,
add constraint public_cell_period_check check (period in ('hour', 'day') or counted and period in ('night', 'late')),
add constraint late_cells_say_what_they_fill check ((period = 'late') = (filled is not null)),
add constraint kind_of_cell check (
    case
        when counted and noise is null then coalesce(value >= 15 and value / 5 = floor(value / 5), true)
        when counted then coalesce(value = round(value), true)
        else value is not null and noise is null
    end
),
-- Not of those that are there.
add constraint never_exact check (not counted or coalesce(noise, 0) >= 11.99) not valid;

create function lantaarn.refuse_second_draw() returns trigger language plpgsql as $$
begin
    raise exception 'a public cell of a count is written once'
        using errcode = 'object_not_in_prerequisite_state';
end
$$;

-- Two draws for one count could be averaged, and their difference tells what changed.
create trigger written_once before update on lantaarn.public_cell
for each row when (old.counted or new.counted) execute function lantaarn.refuse_second_draw();

-- When a published cell is over.
create or replace function lantaarn.cell_end(period text, start timestamptz) returns timestamptz
language sql immutable parallel safe
return case
    when period = 'hour' then start + interval '1 hour'
    else (
        start at time zone 'Europe/Amsterdam'
        + case period when 'night' then interval '7 hours' when 'late' then interval '28 days' else interval '1 day' end
    ) at time zone 'Europe/Amsterdam'
end;

-- What was erased is not published again, and a count not even if its devices deliver it again: that would be a second
-- draw. A day of counts may have the night after it.
create or replace function lantaarn.skip_erased_cell() returns trigger language plpgsql as $$
begin
    if exists (
        select from lantaarn.tombstone as tombstone
        inner join lantaarn.sensor as sensor on sensor.entry_id = tombstone.entry_id
        inner join lantaarn.datastream as datastream on datastream.sensor_id = sensor.id
        where
            datastream.id = new.datastream_id
            and (new.counted or not tombstone.resend)
            and new.start < tombstone.until
            and lantaarn.cell_end(new.period, new.start)
            + case when new.counted and new.period = 'day' then interval '6 hours' else interval '0' end
            > coalesce(tombstone.since, '-infinity')
    ) then
        return null;
    end if;
    return new;
end
$$;

-- The four weeks that a day is in: they begin on a Monday, as 1 January 2001 was.
create function lantaarn.late_period(day date) returns date language sql immutable parallel safe
return date '2001-01-01' + (day - date '2001-01-01') / 28 * 28;

-- With what a cell that begins here has its late counts added up: those of the same time of the clock on the working days,
-- or the weekends, of four weeks. When the first of them begins.
create function lantaarn.late_slot(start timestamptz) returns timestamptz language sql immutable parallel safe
return (
    lantaarn.late_period(open.day_of(start))
    + case when extract(isodow from start at time zone 'Europe/Amsterdam') > 5 then 5 else 0 end
    + (start at time zone 'Europe/Amsterdam')::time
) at time zone 'Europe/Amsterdam';

-- since: cells of counts that begin earlier are never drawn here, because they may have been before this database was
-- restored. system_identifier: of the server it belongs to; a copy elsewhere draws nothing until lantaarn restore made it
-- fit. settled_until: cells that begin earlier have been written as far as they will be.
create table lantaarn.public_floor (
    only_one boolean primary key default true check (only_one),
    since timestamptz not null,
    system_identifier bigint not null,
    settled_until timestamptz not null
);

-- Until when cells are written even of hours that were not heard in full, at an instant: those of a day from 12:00 on the
-- second day after it.
create function lantaarn.settled_until(at timestamptz) returns timestamptz language sql immutable parallel safe
return open.day_start((at at time zone 'Europe/Amsterdam' - interval '12 hours')::date - 1);

insert into lantaarn.public_floor (since, system_identifier, settled_until)
select
    '-infinity',
    system_identifier,
    case when exists (select from lantaarn.public_cell) then lantaarn.settled_until(now()) else '-infinity' end
from pg_control_system();

create function lantaarn.is_original() returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
return (
    select floor.system_identifier = control.system_identifier
    from lantaarn.public_floor as floor
    cross join pg_control_system() as control
);

revoke execute on function lantaarn.is_original() from public;
grant execute on function lantaarn.is_original() to lantaarn_ingest;
grant select, update (settled_until) on lantaarn.public_floor to lantaarn_ingest;

-- The hours of a datastream from its good values, each instant once: while a datastream changes its retention class, a
-- value may be in two tables. The only definition of what an hour is made of. A sum
-- begins where its datastream says, and so do both bounds. A step of a
-- counter depends on four readings before it and one after: not on more, so that recomputing an hour stays cheap.
create or replace function lantaarn.hours_of(stream_id integer, from_hour timestamptz, until_hour timestamptz)
returns table (
    hour timestamptz,
    count bigint,
    sum double precision,
    min double precision,
    max double precision,
    sum_cos double precision,
    jumps integer,
    counted_since timestamptz,
    last_time timestamptz,
    last_value double precision
)
language sql stable
begin atomic
    with stream as (
        select
            datastream.aggregation,
            datastream.retention_class,
            datastream.max_rate_per_hour,
            datastream.aggregation = 'counter' as is_counter,
            datastream.aggregation in ('counter', 'last') as keeps_last,
            datastream.sum_minutes,
            datastream.one_night
        from lantaarn.datastream as datastream
        where datastream.id = stream_id
    ),

    reading as (
        select distinct on (one.time) one.time, one.value
        from lantaarn.observation as one
        cross join stream
        where one.datastream_id = stream_id and one.time >= from_hour and one.time < until_hour and one.quality = 0
        order by one.time, (one.retention_class = stream.retention_class) desc nulls last
    ),

    -- What the first readings of a counter count from: four readings, each possibly in two tables, or what an hour kept
    -- of those that are gone.
    before as (
        select distinct on (known.time) known.time, known.value
        from (
            (
                select one.time, one.value, 1 as preference
                from lantaarn.observation as one
                where one.datastream_id = stream_id and one.time < from_hour and one.quality = 0
                order by one.time desc
                limit 8
            )
            union all
            (
                select hourly.last_time, hourly.last_value, 2
                from lantaarn.rollup_hour as hourly
                where
                    hourly.datastream_id = stream_id and hourly.hour < from_hour and hourly.last_time is not null
                order by hourly.hour desc
                limit 1
            )
        ) as known
        where (select stream.is_counter from stream)
        order by known.time desc, known.preference
        limit 4
    ),

    -- What shows whether the last reading of a counter was a dip or a spike.
    after as (
        select one.time, one.value
        from lantaarn.observation as one
        where
            (select stream.is_counter from stream)
            and one.datastream_id = stream_id
            and one.time >= until_hour
            and one.quality = 0
        order by one.time
        limit 1
    ),

    -- A spike or a dip: its neighbours are in order without it. Two in a row are of different sorts.
    neighboured as (
        select
            known.*,
            stream.*,
            lag(known.value) over in_time as previous,
            lead(known.value) over in_time as next
        from (
            select reading.time, reading.value, true as is_asked from reading
            union all
            select before.time, before.value, false from before
            union all
            select after.time, after.value, false from after
        ) as known
        cross join stream
        window in_time as (order by known.time)
    ),

    shaped as (
        select
            neighboured.*,
            is_counter and coalesce(value > next and next >= previous, false) as is_spike,
            is_counter and coalesce(value < previous and previous <= next, false) as is_dip
        from neighboured
    ),

    -- Readings that are left out. Right after a spike nothing dips: it fell from what was too high.
    judged as (
        select
            shaped.*,
            is_spike or (is_dip and not lag(is_spike) over in_time) as is_stray
        from shaped
        window in_time as (order by time)
    ),

    based as (
        select
            judged.*,
            max(open.dated(time, value)) filter (where is_counter and not is_stray) over (
                order by time rows between unbounded preceding and 1 preceding
            ) as base
        from judged
    ),

    counted as (
        select
            lantaarn.total_start(based.time, based.sum_minutes, based.one_night) as hour,
            based.*,
            to_timestamp(based.base[1]) as base_time,
            case
                when not based.is_stray
                    then lantaarn.counter_step(
                        based.base[2], based.value, based.time - to_timestamp(based.base[1]), based.max_rate_per_hour
                    )
            end as step
        from based
        where based.is_asked
    )

    select
        counted.hour,
        count(*),
        sum(
            case
                when not counted.is_counter then open.summand(counted.aggregation, counted.value)
                when counted.base_time is not null then coalesce(counted.step, 0)
            end
        ),
        min(counted.value),
        max(counted.value),
        sum(open.summand_cos(counted.aggregation, counted.value)),
        nullif(
            count(*) filter (where counted.is_counter and counted.base_time is not null and counted.step is null), 0
        )::integer,
        -- The hour of a reading: the time of a single value may be public no finer than its interval.
        min(date_trunc('hour', counted.base_time, 'UTC')) filter (
            where counted.is_counter and counted.step > 0 and counted.base_time < counted.hour - interval '1 hour'
        ),
        max(counted.time) filter (where counted.keeps_last and not counted.is_stray),
        (max(open.dated(counted.time, counted.value)) filter (where counted.keeps_last and not counted.is_stray))[2]
    from counted
    group by counted.hour;
end;

-- Days of counts come from public cells alone.
create or replace view lantaarn.rollup_day as
select
    hourly.datastream_id,
    open.day_of(hourly.hour) as day,
    sum(hourly.count)::bigint as count,
    sum(hourly.sum) as sum,
    min(hourly.min) as min,
    max(hourly.max) as max,
    sum(hourly.sum_cos) as sum_cos,
    sum(hourly.jumps)::integer as jumps,
    nullif(
        least(min(hourly.counted_since), open.day_start(open.day_of(hourly.hour))),
        open.day_start(open.day_of(hourly.hour))
    ) as counted_since,
    (max(open.dated(hourly.last_time, hourly.last_value)))[2] as last_value,
    count(*)::smallint as hours
from lantaarn.rollup_hour as hourly
inner join lantaarn.datastream as datastream
    on datastream.id = hourly.datastream_id
    and hourly.hour >= datastream.totals_since
    and datastream.sum_minutes is null
group by 1, 2;

create or replace function lantaarn.days_of(stream_id integer, since timestamptz, until timestamptz)
returns table (
    day date,
    count bigint,
    sum double precision,
    min double precision,
    max double precision,
    sum_cos double precision,
    jumps integer,
    counted_since timestamptz,
    last_value double precision,
    hours smallint
)
language sql stable
begin atomic
    select
        open.day_of(hourly.hour),
        sum(hourly.count)::bigint,
        sum(hourly.sum),
        min(hourly.min),
        max(hourly.max),
        sum(hourly.sum_cos),
        sum(hourly.jumps)::integer,
        nullif(
            least(min(hourly.counted_since), open.day_start(open.day_of(hourly.hour))),
            open.day_start(open.day_of(hourly.hour))
        ),
        (max(open.dated(hourly.last_time, hourly.last_value)))[2],
        count(*)::smallint
    from lantaarn.rollup_hour as hourly
    inner join lantaarn.datastream as datastream
        on datastream.id = hourly.datastream_id
        and hourly.hour >= datastream.totals_since
        and datastream.sum_minutes is null
    where hourly.datastream_id = stream_id and hourly.hour >= since and hourly.hour < until
    group by 1;
end;

-- As it was, but that counts are not published here: ingest does (ingest/cells/count_cells.py).
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
        select * from lantaarn.public_stream where totals_since < 'infinity' and not counts_people order by id
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
        select stream.id, stream.period, cell.start, false, cell.value, cell.counted_since
        from lantaarn.due_cells(stream, since, until) as cell
        on conflict do nothing;
        get diagnostics added = row_count;
        total := total + added;
    end loop;
    perform lantaarn.note_publication(date_trunc('hour', at - interval '1 hour', 'UTC') - interval '1 hour');
    return total;
end
$$;

-- Less than this can't be told from nothing, where a number has this margin: the margin, up to a multiple of 5.
create function open.few(margin double precision) returns integer language sql immutable parallel safe
return (ceil(margin / 5) * 5)::integer;

-- The root of the sum of squares: the noise of a sum.
alter table lantaarn.public_day add column noise double precision;

-- As it was, with margins.
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
    total.completed_at,
    null::double precision as margin
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
    made.completed_at,
    2 * made.noise
from staff.datastream as stream
inner join lantaarn.public_day as made
    on made.datastream_id = stream.datastream_id
    and (stream.counts_people or made.day >= open.day_of(stream.totals_since))
where stream.public in ('hour', 'day') and made.day < open.day_of(now());
