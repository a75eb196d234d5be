-- find_stored_values: values in one retention class's table ({table}) for these datastreams and times, by position
select given.position, stored.value, stored.revised, stored.quality
from unnest(%(datastream_ids)s::integer[], %(times)s::timestamptz[])
    with ordinality as given (datastream_id, time, position)
inner join lantaarn.{table} as stored on stored.datastream_id = given.datastream_id and stored.time = given.time
where stored.time between %(first_time)s::timestamptz and %(last_time)s::timestamptz;

-- lock_revisions: let no other worker replace values until the transaction ends
select pg_advisory_xact_lock(hashtextextended('lantaarn.revision', 0));

-- replace_values: replace stored values by later revisions, and mark their hours for recomputation
select lantaarn.replace_values(
    %(table_name)s,
    %(datastream_ids)s::integer[],
    %(times)s::timestamptz[],
    %(values)s::double precision[],
    %(qualities)s::smallint[],
    %(revised)s::timestamptz[]
);
