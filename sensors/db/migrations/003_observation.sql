-- Observations: one table per retention class, so that a table makes one promise about age. Numbers only.
do $$
declare
    class lantaarn.retention_class;
begin
    for class in select * from lantaarn.retention_class loop
        execute format(
            'create table lantaarn.%I (
                 datastream_id integer not null,
                 time timestamptz not null,
                 value double precision not null,
                 quality smallint not null
             )', class.table_name);
        execute format('create unique index on lantaarn.%I (datastream_id, time desc)', class.table_name);
        execute format('grant select, insert on lantaarn.%I to lantaarn_ingest', class.table_name);
    end loop;
end
$$;

create view lantaarn.observation as
select datastream_id, time, value, quality, 'P1D' as retention_class from lantaarn.observation_1d
union all
select datastream_id, time, value, quality, 'P31D' from lantaarn.observation_31d
union all
select datastream_id, time, value, quality, 'P1Y' from lantaarn.observation_1y
union all
select datastream_id, time, value, quality, 'P5Y' from lantaarn.observation_5y
union all
select datastream_id, time, value, quality, 'P10Y' from lantaarn.observation_10y;

-- Hourly (UTC) and daily (Europe/Amsterdam) totals of good values, written with the rows they come from. A row is
-- updated many times while its hour lasts: room is left in each page, so that an update stays in it (HOT) and touches no
-- index.
create table lantaarn.rollup_hour (
    datastream_id integer not null,
    hour timestamptz not null,
    count bigint not null,
    sum double precision not null,
    min double precision not null,
    max double precision not null,
    primary key (datastream_id, hour)
) with (fillfactor = 70);

create table lantaarn.rollup_day (
    datastream_id integer not null,
    day date not null,
    count bigint not null,
    sum double precision not null,
    min double precision not null,
    max double precision not null,
    primary key (datastream_id, day)
) with (fillfactor = 70);

grant select, insert, update on lantaarn.rollup_hour, lantaarn.rollup_day to lantaarn_ingest;
