-- A condition of a reader that fails, tells or takes long may only ever be asked of rows that the view shows. So every
-- view is a barrier that leaves out rows of what its readers can't read; tests/attacks/test_readers.py lists the others.
alter view open.capped_term set (security_barrier);
alter view open.datastream_retention set (security_barrier);
alter view open.event_refusal set (security_barrier);
alter view open.latest set (security_barrier);
alter view open.ledger_day set (security_barrier);
alter view open.ledger_reason_day set (security_barrier);
alter view open.ledger_reason_week set (security_barrier);
alter view open.ledger_week set (security_barrier);
alter view open.movement set (security_barrier);
alter view open.movement_group set (security_barrier);
alter view open.outdated_segment set (security_barrier);
alter view open.promise set (security_barrier);
alter view open.quality_time set (security_barrier);
alter view open.retention set (security_barrier);
alter view open.sensor_refusal set (security_barrier);
alter view open.unregistered_week set (security_barrier);
alter view open.window_day set (security_barrier);
alter view staff.book_hour set (security_barrier);
alter view staff.datastream set (security_barrier);
alter view staff.hidden_day set (security_barrier);
alter view staff.light_day set (security_barrier);
alter view staff.light_group set (security_barrier);
alter view staff.light_now set (security_barrier);
alter view staff.light_outage set (security_barrier);
alter view staff.unknown_hour set (security_barrier);

-- EXPLAIN (ANALYZE) counts the rows that each step passes on, hidden ones too, and a barrier lets simple comparisons
-- through because they can't fail: whoever halves "median < …" again and again would read a hidden number. These numbers
-- are told together with a column of the datastream, so that PostgreSQL compares them after it has joined what may be
-- shown.
create or replace view open.travel_time with (security_barrier) as
select
    datastream.datastream_id,
    datastream.sensor_id,
    datastream.goes_to,
    travel.window_start,
    travel.minutes,
    travel.vehicle_class,
    case datastream.public when 'hour' then travel.median end as median,
    case datastream.public when 'hour' then travel.p85 end as p85
from open.datastream as datastream
inner join lantaarn.travel_time as travel on travel.datastream_id = datastream.datastream_id
where datastream.public = 'hour';

create or replace view staff.travel_hour with (security_barrier) as
select
    travel.datastream_id,
    datastream.sensor_id,
    datastream.rule ->> 'to' as goes_to,
    travel.hour,
    case datastream.public when 'hour' then travel.windows end as windows,
    case datastream.public when 'hour' then travel.median end as median,
    case datastream.public when 'hour' then travel.p85 end as p85
from lantaarn.datastream as datastream
inner join lantaarn.travel_hour as travel on travel.datastream_id = datastream.id
where datastream.active and datastream.public = 'hour';

create or replace view open.hour with (security_barrier) as
select *
from (
    select
        datastream.datastream_id,
        datastream.sensor_id,
        datastream.property,
        total.hour,
        case datastream.public when 'live' then total.count end as samples,
        total.value,
        case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.min end as min,
        case when datastream.aggregation not in ('delta', 'counter', 'circular_mean') then total.max end as max,
        null::integer as below,
        total.counted_since,
        total.completed_at,
        total.hour + interval '1 hour' as until,
        null::double precision as margin,
        false as no_data,
        false as rounded
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
        cell.below,
        cell.counted_since,
        cell.completed_at,
        lantaarn.cell_end(cell.period, cell.start),
        cell.margin,
        cell.no_data,
        cell.rounded
    from open.datastream as datastream
    inner join lantaarn.told_cell as cell
        on cell.datastream_id = datastream.datastream_id
        and cell.period in ('hour', 'night')
        and (cell.counted or cell.start >= datastream.totals_since)
    where datastream.public = 'hour'
) as told;

-- PostgreSQL takes a view apart that is a union, barrier or not, and a condition is asked of the rows of each branch. Of
-- a subquery it isn't.
do $$
declare
    view text;
begin
    foreach view in array array[
        'open.count_mean', 'open.day', 'open.deviation', 'open.jump', 'open.quality_group', 'staff.day'
    ] loop
        execute format(
            'create or replace view %s with (security_barrier) as select * from (%s) as told',
            view, rtrim(pg_get_viewdef(view::regclass), ';')
        );
    end loop;
end
$$;

-- ANALYZE copies common values and limits into pg_statistic, where they outlive their term. Nothing is planned by these.
alter table lantaarn.rollup_hour
    alter column count set statistics 0,
    alter column sum set statistics 0,
    alter column min set statistics 0,
    alter column max set statistics 0,
    alter column sum_cos set statistics 0,
    alter column last_value set statistics 0,
    alter column published set statistics 0;
do $$
declare
    class lantaarn.retention_class;
begin
    for class in select * from lantaarn.retention_class loop
        execute format('alter table lantaarn.%I alter column value set statistics 0', class.table_name);
    end loop;
end
$$;

-- As it was, but that nothing is copied of a new class either.
create or replace function lantaarn.add_retention_class(class_name text) returns boolean language plpgsql as $$
declare
    class_table text := 'observation_' || lower(substr(class_name, 2));
    class_term interval;
begin
    if class_name !~ '^P([1-9][0-9]{0,3}[YMWD]|T[1-9][0-9]{0,3}H)$' then
        raise exception 'a term is an ISO 8601 duration of one part, of an hour or more'
            using errcode = 'invalid_parameter_value';
    end if;
    class_term := class_name::interval;
    perform pg_advisory_xact_lock(hashtextextended('lantaarn.retention_class', 0));
    if exists (select from lantaarn.retention_class as known where known.name = class_name) then
        return false;
    end if;
    insert into lantaarn.retention_class (name, table_name, term, chunk)
    values (class_name, class_table, class_term, least(class_term / 24, interval '7 days'));
    execute format(
        'create table lantaarn.%I (
             datastream_id integer not null,
             time timestamptz not null,
             value double precision not null,
             quality smallint not null,
             revised timestamptz
         )', class_table);
    execute format('alter table lantaarn.%I alter column value set statistics 0', class_table);
    execute format('create unique index on lantaarn.%I (datastream_id, time desc)', class_table);
    execute format('grant select, insert on lantaarn.%I to lantaarn_ingest', class_table);
    perform lantaarn.chunk_class(class_name);
    perform lantaarn.keep_class(class_name);
    perform lantaarn.refresh_class_views();
    return true;
end
$$;

-- A function of one's own, in a temporary schema or any other, could note down whatever it is asked of.
do $$
begin
    execute format('revoke temporary on database %I from public', current_database());
    if to_regnamespace('public') is not null then
        revoke create on schema public from public;
    end if;
end
$$;
