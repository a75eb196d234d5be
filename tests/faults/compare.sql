-- compare_readings: readings of the sent messages that are missing, and stored readings that are duplicate or unexpected
with sent as (
    select
        datastream.id as datastream_id,
        %(start)s::timestamptz + (number / %(sensors)s) * interval '1 second' as time,
        (mod(number, 3000) + 3000 * (place - 1))::double precision / 10 as value
    from generate_series(0, %(messages)s::integer - 1) as number
    inner join lantaarn.sensor as sensor on sensor.reference = 'F' || mod(number, %(sensors)s)
    inner join lantaarn.datastream as datastream on datastream.sensor_id = sensor.id
    inner join unnest(%(properties)s::text[]) with ordinality as known (property, place)
        on known.property = datastream.property and place <= 1 + mod(number, 3)
),
stored as (
    select datastream_id, time, value from lantaarn.observation
)
select
    (select count(*) from (select * from sent except all select * from stored) as missing) as lost,
    (select count(*) from (select * from stored except all select * from sent) as surplus) as stored_twice;

-- ledger_totals: totals of the whole ledger
select
    coalesce(sum(received), 0)::bigint as received,
    coalesce(sum(stored), 0)::bigint as stored,
    coalesce(sum(duplicate), 0)::bigint as duplicate,
    coalesce(sum(quarantined), 0)::bigint as quarantined,
    coalesce(sum(aggregated), 0)::bigint as aggregated
from lantaarn.ledger;

-- fill_disk: make inserts fail with disk_full
create function lantaarn.disk_is_full() returns trigger language plpgsql as $$
begin
    raise exception 'no space left' using errcode = '53100';
end $$;
create trigger disk_is_full before insert on lantaarn.observation_1y
for each statement execute function lantaarn.disk_is_full();

-- free_disk: undo fill_disk
drop trigger disk_is_full on lantaarn.observation_1y;
drop function lantaarn.disk_is_full();

-- set_read_only: make sessions read-only after the next reload, as on a standby or during maintenance
alter system set default_transaction_read_only = on;

-- set_writable: make sessions writable after the next reload
alter system reset default_transaction_read_only;

-- reload_settings: reload the server configuration
select pg_reload_conf();

-- open_transactions: sessions of ingest with an open transaction
select pid from pg_stat_activity
where datname = current_database() and application_name = 'lantaarn ingest' and xact_start is not null;

-- add_refusing_constraint: make the database reject the value 130
alter table lantaarn.observation_1y add constraint not_that_one check (value <> 130);

-- quarantined: all quarantine rows with their sensors
select quarantine.*, sensor.reference
from lantaarn.quarantine as quarantine
left join lantaarn.sensor as sensor on sensor.id = quarantine.sensor_id
order by quarantine.id;
