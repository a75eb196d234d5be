-- count_datastreams: number of datastreams
select count(*) as streams from lantaarn.datastream;

-- set_retention_classes: P31D for the first datastreams, P1Y for the others
update lantaarn.datastream set retention_class = case when id <= %(raw)s then 'P31D' else 'P1Y' end;

-- fill_hours: hourly rollups of 60 values with resolution 0.1, with daily and weekly cycles, summed in four batches as by ingest
insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max)
select
    stream,
    hour,
    60,
    (round(150 * mean + 20 * random_normal()) / 10)::float8
        + (round(150 * mean + 20 * random_normal()) / 10)::float8
        + (round(150 * mean + 20 * random_normal()) / 10)::float8
        + (round(150 * mean + 20 * random_normal()) / 10)::float8,
    round(10 * mean - 5 - abs(3 * random_normal())) / 10,
    round(10 * mean + 5 + abs(3 * random_normal())) / 10
from (
    select
        stream,
        hour,
        20 + mod(stream, 10)
            + 8 * sin(extract(epoch from hour)::float8 / 86400 * 2 * pi())
            + 5 * sin(extract(epoch from hour)::float8 / 604800 + stream)
            + random_normal() as mean
    from
        generate_series(%(since)s::timestamptz, %(until)s::timestamptz - interval '1 hour', interval '1 hour') as hour,
        generate_series(1, %(streams)s) as stream
) as course;

-- fill_minutes: a noisy value with resolution 0.1 every minute, with a daily cycle
insert into lantaarn.observation_31d (datastream_id, time, value, quality)
select
    stream,
    minute,
    round(
        10 * (20 + mod(stream, 10) + 8 * sin(extract(epoch from minute)::float8 / 86400 * 2 * pi()))
            + 3 * random_normal()
    ) / 10,
    0
from
    generate_series(%(since)s::timestamptz, %(until)s::timestamptz - interval '1 minute', interval '1 minute') as minute,
    generate_series(1, %(streams)s) as stream;

-- table_size: size in bytes with indexes, of a table or of all its chunks
select
    (
        select sum(pg_total_relation_size(relation.oid))::bigint
        from pg_class as relation
        where
            relation.oid = 'lantaarn.{table}'::regclass
            or relation.oid in (select inhrelid from pg_inherits where inhparent = 'lantaarn.{table}'::regclass)
    ) as octets,
    (select count(*) from lantaarn.{table}) as rows;

-- compressed_size: bytes before and after compression, and rows, of the chunks in the columnstore
select
    sum(stats.before_compression_total_bytes)::bigint as before,
    sum(stats.after_compression_total_bytes)::bigint as after,
    (select count(*) from lantaarn.{table} where {time} < max(chunk.range_end)) as rows
from chunk_columnstore_stats('lantaarn.{table}') as stats
inner join timescaledb_information.chunks as chunk
    on chunk.chunk_schema = stats.chunk_schema and chunk.chunk_name = stats.chunk_name
where stats.compression_status = 'Compressed';

-- compress_chunks: run the columnstore policy now
select count(compress_chunk(chunk)) as chunks
from show_chunks('lantaarn.{table}', older_than => %(until)s::timestamptz - interval '7 days') as chunk;

-- delete_expired_rows: delete expired observations row by row
delete from lantaarn.observation_31d where time < %(until)s::timestamptz;

-- drop_expired_chunks: drop chunks with expired observations
select count(*) as chunks from drop_chunks('lantaarn.observation_31d', older_than => %(until)s::timestamptz);

-- oldest_day: end and number of rows of the oldest day with observations
select day.until, (select count(*) from lantaarn.observation_31d where time < day.until) as rows
from (
    select date_trunc('day', min(time), 'UTC') + interval '1 day' as until from lantaarn.observation_31d
) as day;

-- vacuum_raw: reclaim the space of deleted observations
vacuum lantaarn.observation_31d;

-- create_trial_table: a copy of the hourly rollups to put in the columnstore
create table lantaarn.trial_hour (like lantaarn.rollup_hour including all);

-- set_trial_chunks: use chunks of four weeks, so that segments approach the columnstore's batches of 1,000 rows
select create_hypertable('lantaarn.trial_hour', by_range('hour', interval '28 days'), create_default_indexes => false);

-- fill_trial: copy all hourly rollups
insert into lantaarn.trial_hour select * from lantaarn.rollup_hour;

-- set_trial_columnstore: enable the columnstore, as for observation tables
alter table lantaarn.trial_hour set (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'datastream_id', timescaledb.orderby = 'hour desc'
);

-- vacuum_trial: vacuum and analyze the trial table
vacuum (analyze) lantaarn.trial_hour;

-- add_to_hour: add a late value of 50 datastreams, as ingest does
insert into lantaarn.{table} as total (datastream_id, hour, count, sum, min, max)
select stream, date_trunc('hour', %(until)s::timestamptz, 'UTC'), 1, 20.5, 20.5, 20.5
from generate_series(1, 50) as stream
on conflict (datastream_id, hour) do update set
    count = total.count + excluded.count,
    sum = total.sum + excluded.sum,
    min = least(total.min, excluded.min),
    max = greatest(total.max, excluded.max);

-- vacuum: vacuum and analyze rollups and observations
vacuum (analyze) lantaarn.rollup_hour, lantaarn.observation_31d;

-- day_of_minutes: observations of one datastream on one day
select time, value from lantaarn.observation_31d
where datastream_id = 7 and time >= %(end)s::timestamptz - interval '15 days' and time < %(end)s::timestamptz - interval '14 days'
order by time;

-- city_hour: mean of each datastream over one hour, two weeks ago
select datastream_id, avg(value) from lantaarn.observation_31d
where time >= %(end)s::timestamptz - interval '14 days' and time < %(end)s::timestamptz - interval '335 hours'
group by 1;

-- month_of_minutes: hourly means of one datastream over a month
select date_trunc('hour', time), avg(value), min(value), max(value) from lantaarn.observation_31d
where datastream_id = 7
group by 1;

-- datastream_days: daily values of one datastream over a year, from open.day
select day, value, min, max from open.day where datastream_id = 7 and day >= %(end)s::date - 365 order by day;

-- city_days: daily means per property over a year, from open.day
select day, property, avg(value) from open.day group by 1, 2;

-- city_sums: daily sums over all datastreams over a year, from the hourly rollups
select (hour at time zone 'Europe/Amsterdam')::date as day, sum(sum), sum(count) from lantaarn.rollup_hour group by 1;

-- datastream_weekdays: mean by hour and weekday over a year, of one datastream
select
    extract(isodow from hour at time zone 'Europe/Amsterdam') as weekday,
    extract(hour from hour at time zone 'Europe/Amsterdam') as clock,
    sum(sum) / sum(count) as mean
from lantaarn.rollup_hour
where datastream_id = 7
group by 1, 2;

-- city_weekdays: mean by hour and weekday over a year, of all datastreams
select
    extract(isodow from hour at time zone 'Europe/Amsterdam') as weekday,
    extract(hour from hour at time zone 'Europe/Amsterdam') as clock,
    sum(sum) / sum(count) as mean
from lantaarn.rollup_hour
group by 1, 2;

-- oldest_value: time of the oldest observation
select min(time) from lantaarn.observation_31d;

-- oldest_value_of_each: time of the oldest observation per datastream
select stream.id, oldest.time from lantaarn.datastream as stream
cross join lateral (
    select time from lantaarn.observation_31d as value where value.datastream_id = stream.id order by time limit 1
) as oldest;
