-- datastream_numbers: number of datastreams, and the highest id
select count(*) as streams, max(id) as highest from lantaarn.datastream;

-- fill_cells: published hours and days for the hourly rollups, as publish_cells would have written them
insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise)
select
    stream.id,
    stream.period,
    made.start,
    stream.counts_people,
    case
        when stream.counts_people then round(made.sum * (0.001 + 0.03 * random()))
        when stream.summed then round(made.sum::numeric, 1)
        when stream.aggregation in ('max', 'last') then (random() < 0.002)::integer * 3
        else round(made.sum / made.count)
    end,
    case when stream.counts_people then 24 end
from lantaarn.public_stream as stream
cross join lateral (
    select
        date_trunc(stream.period, hourly.hour, stream.zone) as start,
        sum(hourly.sum) as sum,
        sum(hourly.count) as count
    from lantaarn.rollup_hour as hourly
    where hourly.datastream_id = stream.id and hourly.hour < date_trunc(stream.period, now(), stream.zone)
    group by 1
) as made
where stream.id between %(first)s and %(last)s;

-- fill_ledger: a year of ledger for every sensor, a few of which have rejected readings
insert into lantaarn.ledger
select
    sensor.id, hour, 24, 24 - refused.readings, 0, refused.readings, 0, case when refused.readings > 0 then 1 else 0 end
from lantaarn.sensor as sensor
cross join generate_series(%(since)s::timestamptz, %(until)s::timestamptz, interval '1 hour') as hour
cross join lateral (
    select case when mod(sensor.id, 33) = 0 and mod(extract(hour from hour)::integer, 3) = 0 then 2 else 0 end as readings
) as refused
where sensor.delivers_data;

-- fill_reasons: the reasons of the rejected readings
insert into lantaarn.ledger_reason
select sensor_id, hour, 'not_a_number', quarantined from lantaarn.ledger where quarantined > 0;

-- fill_travel_times: a year of 15-minute windows of three vehicle classes
insert into lantaarn.travel_time
select
    stream.id, quarter, 15, class, 120 + 5 * floor(12 * random()), 200, sensor.revision
from lantaarn.datastream as stream
inner join lantaarn.sensor as sensor on sensor.id = stream.sensor_id
cross join generate_series(%(since)s::timestamptz, %(until)s::timestamptz, interval '15 minutes') as quarter
cross join unnest(array['car', 'van', 'truck']) as class
where stream.property = 'travel_time' and stream.public = 'hour' and stream.active;

-- fill_heartbeat: a month of heartbeats, one per minute
insert into lantaarn.pulse
select minute, 1, 60, 2000, random(), random()
from generate_series(%(until)s::timestamptz - interval '31 days', greatest(%(until)s, now()), interval '1 minute') as minute;

-- fill_deletions: a year of deletions, four per hour
insert into lantaarn.deletion_log
    (deleted_at, table_name, retention_class, older_than, deleted_rows, previous_hash, hash)
select at, 'observation_31d', 'P31D', at - interval '31 days', 1000, '', ''
from generate_series(%(since)s::timestamptz, %(until)s::timestamptz, interval '15 minutes') as at;

-- fill_reports: a year of reports, one per day
insert into lantaarn.report
(form_id, municipality, entry_id, reference, kind, words, received_at, due_on, status, answer, settled_at)
select
    gen_random_uuid(), sensor.municipality, sensor.entry_id, sensor.reference, 'question', 'Wat meet dit?',
    at, at::date + 10, 'answered', 'Lucht.', at + interval '3 days'
from generate_series(%(since)s::timestamptz, %(until)s::timestamptz, interval '1 day') as at
inner join lantaarn.sensor as sensor on sensor.id = 1 + mod(extract(doy from at)::integer, 300);

-- analyze: vacuum and update statistics, as autovacuum would have
vacuum (analyze);

-- disable_erasure_lookup: skip the trigger that looks up erasures, of which there are none
alter table lantaarn.public_cell disable trigger skip_erased;

-- set_role_settings: the settings of the dashboards' login role
set jit = off;
set max_parallel_workers_per_gather = 0;

-- backend_pid: pid of the backend process
select pg_backend_pid() as pid;

-- reorder_days: put daily totals in the order in which they are normally inserted
create index grow on lantaarn.day_total (day);
cluster lantaarn.day_total using grow;
drop index lantaarn.grow;

-- reorder_public_days: the same for published days
create index grow on lantaarn.public_day (day);
cluster lantaarn.public_day using grow;
drop index lantaarn.grow;

-- reorder_lamp_days: the same for lamps
create index grow on lantaarn.lamp_day (day);
cluster lantaarn.lamp_day using grow;
drop index lantaarn.grow;
