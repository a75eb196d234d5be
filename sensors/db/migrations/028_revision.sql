-- When the device determined a value, of datastreams whose values may be revised. Takes no room where it is null: the
-- bitmap of nulls fits in the row's header.
do $$
declare
    class lantaarn.retention_class;
begin
    for class in select * from lantaarn.retention_class loop
        execute format('alter table lantaarn.%I add column revised timestamptz', class.table_name);
    end loop;
end
$$;

-- As it was, but that a new class's table has this column too.
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
    execute format('create unique index on lantaarn.%I (datastream_id, time desc)', class_table);
    execute format('grant select, insert on lantaarn.%I to lantaarn_ingest', class_table);
    perform lantaarn.chunk_class(class_name);
    perform lantaarn.keep_class(class_name);
    perform lantaarn.refresh_class_views();
    return true;
end
$$;

-- Subtract values that are no longer good from the count of their hours, and delete the totals of which none is left.
-- Recomputing leaves an hour alone that has more values than are still there: it can't tell these from expired ones.
create function lantaarn.lose_good_values(datastream_ids integer [], times timestamptz []) returns void
language plpgsql as $$
begin
    -- Nobody recomputes meanwhile, from the values as they were.
    perform pg_advisory_xact_lock(hashtextextended('lantaarn.hourly_totals', 0));
    with lost as (
        select given.datastream_id, date_trunc('hour', given.time, 'UTC') as hour, count(*) as count
        from unnest(datastream_ids, times) as given (datastream_id, time)
        group by 1, 2
    )
    update lantaarn.rollup_hour as total set count = total.count - lost.count
    from lost
    where total.datastream_id = lost.datastream_id and total.hour = lost.hour;
    delete from lantaarn.rollup_hour as total
    using unnest(datastream_ids, times) as lost (datastream_id, time)
    where
        total.datastream_id = lost.datastream_id
        and total.hour = date_trunc('hour', lost.time, 'UTC')
        and total.count <= 0;
    delete from lantaarn.day_total as total
    using unnest(datastream_ids, times) as lost (datastream_id, time)
    where
        total.datastream_id = lost.datastream_id
        and total.day = open.day_of(lost.time)
        and not exists (
            select from lantaarn.rollup_hour as hourly
            where
                hourly.datastream_id = total.datastream_id
                and hourly.hour >= open.day_start(total.day)
                and hourly.hour < open.day_start(total.day + 1)
        );
    insert into lantaarn.changed_day (day, datastream_ids)
    select open.day_of(lost.time), array_agg(distinct lost.datastream_id)
    from unnest(datastream_ids, times) as lost (datastream_id, time)
    group by 1;
end
$$;

-- Replace stored values by later revisions, each moment once, and mark their hours for recomputation. Of two with the
-- same time of revision the larger stays. Ingest may not change values otherwise: only to later revisions, and only
-- those of datastreams of which the register says so, which never count people.
create function lantaarn.replace_values(
    class_table text,
    datastream_ids integer [],
    times timestamptz [],
    new_values double precision [],
    qualities smallint [],
    revisions timestamptz []
) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    known text;
    lost_ids integer [];
    lost_times timestamptz [];
begin
    select class.table_name into strict known from lantaarn.retention_class as class
    where class.table_name = class_table;
    -- A limit that is there against mistakes: here it is meant.
    if current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction', true) is not null then
        perform set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    end if;
    execute format(
        'select array_agg(held.datastream_id), array_agg(held.time)
         from unnest($1, $2, $3) as given (datastream_id, time, quality)
         inner join lantaarn.datastream as stream on stream.id = given.datastream_id and stream.same_time = ''last''
         inner join lantaarn.%I as held on held.datastream_id = given.datastream_id and held.time = given.time
         where
             held.time between (select min(one) from unnest($2) as one) and (select max(one) from unnest($2) as one)
             and held.quality = 0
             and given.quality <> 0', known
    ) into lost_ids, lost_times using datastream_ids, times, qualities;
    if lost_ids is not null then
        perform lantaarn.lose_good_values(lost_ids, lost_times);
    end if;
    execute format(
        'insert into lantaarn.%I as held (datastream_id, time, value, quality, revised)
         select given.datastream_id, given.time, given.value, given.quality, given.revised
         from unnest($1, $2, $3, $4, $5) as given (datastream_id, time, value, quality, revised)
         inner join lantaarn.datastream as stream on stream.id = given.datastream_id and stream.same_time = ''last''
         order by given.datastream_id, given.time desc
         on conflict (datastream_id, time) do update set
             value = excluded.value,
             quality = excluded.quality,
             revised = excluded.revised
         where (excluded.revised, excluded.value) > (coalesce(held.revised, ''-infinity''), held.value)', known
    ) using datastream_ids, times, new_values, qualities, revisions;
    insert into lantaarn.changed_hour (hour, datastream_ids)
    select date_trunc('hour', given.time, 'UTC'), array_agg(distinct given.datastream_id)
    from unnest(datastream_ids, times) as given (datastream_id, time)
    group by 1;
end
$$;

revoke execute on function
lantaarn.lose_good_values(integer [], timestamptz []),
lantaarn.replace_values(text, integer [], timestamptz [], double precision [], smallint [], timestamptz [])
from public;

grant execute on function
lantaarn.replace_values(text, integer [], timestamptz [], double precision [], smallint [], timestamptz [])
to lantaarn_ingest;
