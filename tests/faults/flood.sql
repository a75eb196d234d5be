-- record_commit_times: note when each transaction commits, from the next start of the server on
alter system set track_commit_timestamp = on;

-- compare_honest: what became of the readings of honest sensors, and the time from publishing to commit of the slowest
-- in a hundred
with sent as (
    select reference, time, value, sent_at
    from unnest(
        %(references)s::text[], %(times)s::timestamptz[], %(values)s::double precision[], %(sent)s::timestamptz[]
    ) as given (reference, time, value, sent_at)
)
select
    count(*) as sent,
    count(*) filter (where reading.value is distinct from sent.value) as lost,
    percentile_cont(0.99) within group (
        order by extract(epoch from pg_xact_commit_timestamp(reading.xmin) - sent.sent_at)
    ) as p99_seconds
from sent
inner join lantaarn.sensor as sensor on sensor.reference = sent.reference
inner join lantaarn.datastream as datastream on datastream.sensor_id = sensor.id
left join lantaarn.observation_1y as reading
    on reading.datastream_id = datastream.id and reading.time = sent.time;

-- ledger_by_kind: what the ledger counts, by the first word of the sensors' references
select
    split_part(sensor.reference, '-', 1) as kind,
    sum(ledger.stored)::bigint as stored,
    sum(ledger.duplicate + ledger.conflict)::bigint as repeated,
    sum(ledger.quarantined)::bigint as refused
from lantaarn.ledger as ledger
inner join lantaarn.sensor as sensor on sensor.id = ledger.sensor_id
group by 1
order by 1;
