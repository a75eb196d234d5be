-- The community edition keeps a class's table in two ways more. Chunks that have been over for a week go to the
-- columnstore, where a value takes a tenth of the room or less. What comes later still is stored once, but its chunk has
-- to be compressed again. A class of a few days has nothing to gain, and TimescaleDB before 2.20 keeps rows: up to 2.18.0
-- an insert ended at the first double that it met in the columnstore. And the database drops chunks past their term by
-- itself, should nothing else do so. The first runs are a while away, so that whoever makes a table can look at it first.
-- Safe to call again.
create or replace function lantaarn.keep_class(name text) returns void language plpgsql as $$
declare
    class lantaarn.retention_class;
    kept regclass;
    version integer[];
begin
    select * into strict class from lantaarn.retention_class where retention_class.name = keep_class.name;
    if current_setting('timescaledb.license') <> 'timescale' then
        return;
    end if;
    kept := format('lantaarn.%I', class.table_name)::regclass;
    select string_to_array(substring(extversion from '^\d+\.\d+'), '.')::integer[] into strict version
    from pg_extension where extname = 'timescaledb';
    if class.term > interval '14 days' and version >= array[2, 20] then
        execute format(
            'alter table %s set (
                 timescaledb.enable_columnstore,
                 timescaledb.segmentby = ''datastream_id'',
                 timescaledb.orderby = ''time desc''
             )', kept);
        call add_columnstore_policy(
            kept,
            after => interval '7 days',
            schedule_interval => interval '1 hour',
            initial_start => now() + interval '1 hour',
            if_not_exists => true
        );
    end if;
    perform add_retention_policy(
        kept,
        drop_after => class.term,
        schedule_interval => interval '15 minutes',
        initial_start => now() + interval '15 minutes',
        if_not_exists => true
    );
end
$$;

select lantaarn.keep_class(name) from lantaarn.retention_class;
