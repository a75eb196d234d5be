-- A revision that is implausible (quality 1) replaces no value that isn't, and any other revision replaces it: an error
-- must not destroy what was measured, and the order in which revisions arrive decides nothing. Otherwise as it was.
create or replace function lantaarn.replace_values(
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
             and given.quality not in (0, 1)', known
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
         where
             (excluded.quality <> 1, excluded.revised, excluded.value)
             > (held.quality <> 1, coalesce(held.revised, ''-infinity''), held.value)', known
    ) using datastream_ids, times, new_values, qualities, revisions;
    insert into lantaarn.changed_hour (hour, datastream_ids)
    select date_trunc('hour', given.time, 'UTC'), array_agg(distinct given.datastream_id)
    from unnest(datastream_ids, times) as given (datastream_id, time)
    group by 1;
end
$$;
