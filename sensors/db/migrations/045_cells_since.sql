-- From when on there are cells of a count, or of a ratio: since the version of its entry that made it public was valid. Of
-- what passed before, cells may have been drawn under another entry. Null: none are made.
alter table lantaarn.datastream add column cells_since timestamptz;

update lantaarn.datastream as stream set cells_since = (
    select min(version.valid_from)
    from lantaarn.sensor as sensor
    inner join lantaarn.register_entry as version on version.entry_id = sensor.entry_id
    where sensor.id = stream.sensor_id
)
where stream.cell_noise is not null or stream.ratio_of is not null;

alter table lantaarn.datastream
add constraint cells_begin check (cells_since is not null or num_nonnulls(cell_noise, ratio_of) = 0);

-- As it was, but that it doesn't say how old the oldest value of what is about people is: of a counter that sends no zeros,
-- when somebody passed.
create or replace view open.datastream_retention with (security_barrier) as
select
    datastream.id as datastream_id,
    datastream.sensor_id,
    datastream.property,
    class.name as retention_class,
    class.term,
    class_found.chunk,
    class_found.schedule,
    case
        when not datastream.about_people then date_trunc(
            case when live.sensor_id is null then 'week' else 'day' end, held.oldest at time zone 'Europe/Amsterdam'
        )::date
    end as oldest,
    class_found.kept and coalesce(held.kept, true) as kept,
    class_found.verified_at,
    (
        select max(log.deleted_at) from lantaarn.deletion_log as log
        where log.table_name = class.table_name and log.retention_class = class.name
    ) as last_deletion,
    datastream.about_people
from lantaarn.datastream as datastream
inner join lantaarn.retention_class as class on class.name = datastream.retention_class
left join lantaarn.verification as class_found
    on class_found.subject = class.table_name and class_found.datastream_id is null
left join lateral (
    select min(found.oldest) as oldest, bool_and(found.kept) as kept from lantaarn.verification as found
    where found.datastream_id = datastream.id
) as held on true
left join lantaarn.live_sensor as live on live.sensor_id = datastream.sensor_id
where datastream.active;
