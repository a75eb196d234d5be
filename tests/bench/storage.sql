-- count_datastreams: how many datastreams there are
select count(*) as streams from lantaarn.datastream;

-- set_retention_classes: single values of the first datastreams for 31 days, of the others for a year
update lantaarn.datastream set retention_class = case when id <= %(raw)s then 'P31D' else 'P1Y' end;

-- fill_hours: totals of sixty values an hour to 0.1, over a day and a week, added up in four batches as ingest does
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

-- fill_minutes: a value to 0.1 every minute, over a day, with noise
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

-- table_size: octets with indexes, of a table or of all its chunks
select
    (
        select sum(pg_total_relation_size(relation.oid))::bigint
        from pg_class as relation
        where
            relation.oid = 'lantaarn.{table}'::regclass
            or relation.oid in (select inhrelid from pg_inherits where inhparent = 'lantaarn.{table}'::regclass)
    ) as octets,
    (select count(*) from lantaarn.{table}) as rows;

-- compressed_size: octets of the chunks that are in the columnstore, as they were and as they are, and how many rows they hold
select
    sum(stats.before_compression_total_bytes)::bigint as before,
    sum(stats.after_compression_total_bytes)::bigint as after,
    (select count(*) from lantaarn.{table} where {time} < max(chunk.range_end)) as rows
from chunk_columnstore_stats('lantaarn.{table}') as stats
inner join timescaledb_information.chunks as chunk
    on chunk.chunk_schema = stats.chunk_schema and chunk.chunk_name = stats.chunk_name
where stats.compression_status = 'Compressed';

-- compress_chunks: what the columnstore policy does, at once
select count(compress_chunk(chunk)) as chunks
from show_chunks('lantaarn.{table}', older_than => %(until)s::timestamptz - interval '7 days') as chunk;

-- delete_expired_rows: what is expired, row by row
delete from lantaarn.observation_31d where time < %(until)s::timestamptz;

-- drop_expired_chunks: what is expired, by the chunk
select count(*) as chunks from drop_chunks('lantaarn.observation_31d', older_than => %(until)s::timestamptz);

-- oldest_day: the end of the oldest day that has single values, and how many it has
select day.until, (select count(*) from lantaarn.observation_31d where time < day.until) as rows
from (
    select date_trunc('day', min(time), 'UTC') + interval '1 day' as until from lantaarn.observation_31d
) as day;

-- vacuum_raw: give the room of deleted rows back to the table
vacuum lantaarn.observation_31d;

-- create_trial_table: the hourly totals as a table that could be in the columnstore
create table lantaarn.trial_hour (like lantaarn.rollup_hour including all);

-- set_trial_chunks: in chunks of four weeks, so that a segment comes near the thousand rows of a batch
select create_hypertable('lantaarn.trial_hour', by_range('hour', interval '28 days'), create_default_indexes => false);

-- fill_trial: all of them
insert into lantaarn.trial_hour select * from lantaarn.rollup_hour;

-- set_trial_columnstore: as the tables of single values have it
alter table lantaarn.trial_hour set (
    timescaledb.enable_columnstore, timescaledb.segmentby = 'datastream_id', timescaledb.orderby = 'hour desc'
);

-- vacuum_trial: clean up after, and count
vacuum (analyze) lantaarn.trial_hour;

-- add_to_hour: what ingest does with a late value of some datastreams
insert into lantaarn.{table} as total (datastream_id, hour, count, sum, min, max)
select stream, date_trunc('hour', %(until)s::timestamptz, 'UTC'), 1, 20.5, 20.5, 20.5
from generate_series(1, 50) as stream
on conflict (datastream_id, hour) do update set
    count = total.count + excluded.count,
    sum = total.sum + excluded.sum,
    min = least(total.min, excluded.min),
    max = greatest(total.max, excluded.max);

-- vacuum: clean up after, and count
vacuum (analyze) lantaarn.rollup_hour, lantaarn.observation_31d;

-- day_of_minutes: the single values of one datastream of a day
select time, value from lantaarn.observation_31d
where datastream_id = 7 and time >= %(end)s::timestamptz - interval '15 days' and time < %(end)s::timestamptz - interval '14 days'
order by time;

-- city_hour: the mean of each datastream over an hour, two weeks ago
select datastream_id, avg(value) from lantaarn.observation_31d
where time >= %(end)s::timestamptz - interval '14 days' and time < %(end)s::timestamptz - interval '335 hours'
group by 1;

-- month_of_minutes: the mean by the hour of a month, of one datastream
select date_trunc('hour', time), avg(value), min(value), max(value) from lantaarn.observation_31d
where datastream_id = 7
group by 1;

-- datastream_days: a year of days of one datastream, from open.day
select day, value, min, max from open.day where datastream_id = 7 and day >= %(end)s::date - 365 order by day;

-- city_days: a year of days of all datastreams, from open.day
select day, property, avg(value) from open.day group by 1, 2;

-- city_sums: a year of days of all datastreams, from the hours
select (hour at time zone 'Europe/Amsterdam')::date as day, sum(sum), sum(count) from lantaarn.rollup_hour group by 1;

-- datastream_weekdays: the mean by hour and weekday over a year, of one datastream
select
    extract(isodow from hour at time zone 'Europe/Amsterdam') as weekday,
    extract(hour from hour at time zone 'Europe/Amsterdam') as clock,
    sum(sum) / sum(count) as mean
from lantaarn.rollup_hour
where datastream_id = 7
group by 1, 2;

-- city_weekdays: the mean by hour and weekday over a year, of all
select
    extract(isodow from hour at time zone 'Europe/Amsterdam') as weekday,
    extract(hour from hour at time zone 'Europe/Amsterdam') as clock,
    sum(sum) / sum(count) as mean
from lantaarn.rollup_hour
group by 1, 2;

-- oldest_value: the oldest single value
select min(time) from lantaarn.observation_31d;

-- oldest_value_of_each: the oldest single value of every datastream
select stream.id, held.time from lantaarn.datastream as stream
cross join lateral (
    select time from lantaarn.observation_31d as value where value.datastream_id = stream.id order by time limit 1
) as held;
