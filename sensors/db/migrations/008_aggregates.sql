-- What comes out of the privacy windows: numbers about groups, never about one vehicle or one lamp. A row is written once,
-- when its window is over, and never changed. revision: the version of the register entry whose rule made it.
create table lantaarn.travel_time (
    datastream_id integer not null,    -- of the sensor where the segment starts
    window_start timestamptz not null,
    minutes smallint not null check (minutes in (5, 15)),
    vehicle_class text not null,
    n integer not null check (n >= 5),
    median double precision not null,  -- seconds, as the next two
    p15 double precision not null,
    p85 double precision not null,
    revision bigint not null,
    unique (datastream_id, window_start, vehicle_class)
);

create table lantaarn.window_count (
    municipality text not null,
    group_name text not null,
    property text not null,
    window_start timestamptz not null,
    window_end timestamptz not null check (window_end >= window_start + interval '1 hour'),
    sensors integer not null check (sensors >= 8),
    count bigint not null check (count >= 0),
    revision bigint not null,
    unique (municipality, group_name, property, window_start)
);

create index on lantaarn.travel_time (window_start);
create index on lantaarn.window_count (window_start);

-- How long the numbers made under one version of an entry are kept: as it promised then, or as the current version does
-- when that is shorter.
create view lantaarn.aggregate_promise as
select distinct on (made.revision, property)
    made.revision,
    declared.value ->> 'observed_property' as property,
    declared.value #>> '{retention,aggregate}' as name,
    (declared.value #>> '{retention,aggregate}')::interval as term
from lantaarn.register_entry as made
inner join lantaarn.sensor as sensor on sensor.entry_id = made.entry_id
inner join lantaarn.register_entry as promised on promised.revision in (made.revision, sensor.revision)
cross join lateral jsonb_array_elements(promised.document -> 'datastreams') as declared
where declared.value #>> '{retention,aggregate}' is not null
order by made.revision, property, term;

grant select, insert on lantaarn.travel_time, lantaarn.window_count to lantaarn_ingest;
