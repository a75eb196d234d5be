-- retention_status: retention of one sensor's individual values, and the result of the last check
select property, retention_class, chunk + schedule as margin, oldest, about_people, last_deletion, verified_at, kept
from open.datastream_retention
where sensor_id = %(sensor_id)s;

-- retention_classes: the existing retention classes
select name from open.retention_class;
