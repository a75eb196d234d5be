-- retention_status: how long single values of one sensor are kept, and what the last check found
select property, retention_class, chunk + schedule as margin, oldest, last_deletion, verified_at, kept
from open.datastream_retention
where sensor_id = %(sensor_id)s;

-- retention_classes: the terms that there are
select name from open.retention_class;
