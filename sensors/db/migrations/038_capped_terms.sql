-- Datastreams whose entry declares a longer term than is now allowed for what tells of passers-by: they go on under the
-- shorter one. rule: the rule that their next version must keep.
create view open.capped_term as
select
    sensor.municipality,
    datastream.sensor_id,
    sensor.reference,
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

grant select on open.capped_term to lantaarn_api, lantaarn_dashboard;
