-- The same list as before, noted when entries change: looking for it reads every entry, half a second of the quality page
-- in a city of 50,000 sensors. Terms follow from the entries alone, so what is noted with an entry stays true.
create table lantaarn.capped_term (
    sensor_id integer not null references lantaarn.sensor (id),
    property text not null,
    rule text not null,
    primary key (sensor_id, property, rule)
);

create view lantaarn.capped_term_now as
select
    datastream.sensor_id,
    datastream.property,
    broken.rule
from lantaarn.datastream as datastream
inner join lantaarn.sensor as sensor on sensor.id = datastream.sensor_id
inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
cross join lateral jsonb_to_recordset(entry.document -> 'datastreams') as declared (
    observed_property text, retention jsonb, public text
)
cross join lateral (
    values
    ('people_raw_term', declared.retention ->> 'raw' <> datastream.retention_class),
    (
        case coalesce(declared.public, 'none') when 'none' then 'people_totals_term' else 'people_cells_term' end,
        (declared.retention ->> 'aggregate')::interval > datastream.aggregate_term
    )
) as broken (rule, is_broken)
where
    datastream.active
    and sensor.status <> 'ended'
    and (datastream.about_people or datastream.retention_class = 'P7D')
    and declared.observed_property = datastream.property
    and broken.is_broken;

-- A sensor's datastreams are written before its finding, in the same transaction.
create or replace function lantaarn.note_entry_quality() returns trigger language plpgsql as $$
begin
    insert into lantaarn.entry_quality (sensor_id, asked, unanswered, due_daily)
    select found.sensor_id, found.asked, found.unanswered, found.due_daily
    from noted
    inner join lantaarn.entry_quality_now as found on found.sensor_id = noted.sensor_id
    on conflict (sensor_id) do update set
        asked = excluded.asked,
        unanswered = excluded.unanswered,
        due_daily = excluded.due_daily;
    delete from lantaarn.capped_term where sensor_id in (select noted.sensor_id from noted);
    insert into lantaarn.capped_term (sensor_id, property, rule)
    select capped.sensor_id, capped.property, capped.rule
    from noted
    inner join lantaarn.capped_term_now as capped on capped.sensor_id = noted.sensor_id;
    return null;
end
$$;

insert into lantaarn.capped_term (sensor_id, property, rule)
select capped.sensor_id, capped.property, capped.rule from lantaarn.capped_term_now as capped;

create or replace view open.capped_term with (security_barrier) as
select
    sensor.municipality,
    capped.sensor_id,
    sensor.reference,
    capped.property,
    capped.rule
from lantaarn.capped_term as capped
inner join lantaarn.sensor as sensor on sensor.id = capped.sensor_id;
