-- unbalanced: hours in which received differs from stored + duplicate + quarantined + aggregated
select sensor_id, hour, received, stored + duplicate + quarantined + aggregated as explained
from lantaarn.ledger
where received <> stored + duplicate + quarantined + aggregated
order by hour, sensor_id;

-- unexplained: hours in which the reasons for rejection do not add up to the quarantined readings
select
    coalesce(ledger.sensor_id, reasons.sensor_id) as sensor_id,
    coalesce(ledger.hour, reasons.hour) as hour,
    coalesce(ledger.quarantined, 0) as quarantined,
    coalesce(reasons.readings, 0) as explained
from lantaarn.ledger as ledger
full join (
    select sensor_id, hour, sum(readings)::bigint as readings from lantaarn.ledger_reason group by 1, 2
) as reasons on reasons.hour = ledger.hour and coalesce(reasons.sensor_id, 0) = coalesce(ledger.sensor_id, 0)
where coalesce(ledger.quarantined, 0) <> coalesce(reasons.readings, 0)
order by 2, 1;

-- lost_rows: sensors with more observations than the ledger counts as stored (retention accounts for fewer)
select datastream.sensor_id, count(*) as observations, coalesce(max(ledger.stored), 0) as stored
from lantaarn.observation as observation
inner join lantaarn.datastream as datastream on datastream.id = observation.datastream_id
left join (
    select sensor_id, sum(stored)::bigint as stored from lantaarn.ledger group by 1
) as ledger on ledger.sensor_id = datastream.sensor_id
group by 1
having count(*) > coalesce(max(ledger.stored), 0)
order by 1;

-- hours: hourly totals that differ from individual values, in hours too recent for any value to have been deleted
with computed as (
    select
        datastream_id,
        date_trunc('hour', time, 'UTC') as period,
        count(*) as count,
        sum(value) as sum,
        min(value) as min,
        max(value) as max
    from lantaarn.observation
    where quality = 0
    group by 1, 2
),
kept as (
    select datastream.id, %(now)s::timestamptz - class.term as since
    from lantaarn.datastream as datastream
    inner join lantaarn.retention_class as class on class.name = datastream.retention_class
)
select
    coalesce(total.datastream_id, computed.datastream_id) as datastream_id,
    coalesce(total.hour, computed.period) as period,
    total.count as total_count,
    computed.count as computed_count,
    total.sum as total_sum,
    computed.sum as computed_sum
from lantaarn.rollup_hour as total
full join computed on computed.datastream_id = total.datastream_id and computed.period = total.hour
inner join kept on kept.id = coalesce(total.datastream_id, computed.datastream_id)
where
    coalesce(total.hour, computed.period) >= kept.since
    and (
        total.count is distinct from computed.count
        or total.min is distinct from computed.min
        or total.max is distinct from computed.max
        or abs(total.sum - computed.sum) > 1e-9 * greatest(1, abs(computed.sum), computed.count)
    )
order by 2, 1;

-- days: daily totals that differ from their hours, except days due for recomputation or deletion
with computed as (
    select
        datastream_id,
        open.day_of(hour) as day,
        sum(count) as count,
        sum(sum) as sum
    from lantaarn.rollup_hour
    group by 1, 2
)
select
    coalesce(total.datastream_id, computed.datastream_id) as datastream_id,
    coalesce(total.day, computed.day) as day,
    total.count as total_count,
    computed.count as computed_count
from lantaarn.day_total as total
full join computed on computed.datastream_id = total.datastream_id and computed.day = total.day
inner join lantaarn.datastream as datastream on datastream.id = coalesce(total.datastream_id, computed.datastream_id)
inner join lantaarn.days_made as made
    on coalesce(total.day, computed.day) < open.day_of(made.at - interval '48 hours')
where
    open.day_start(coalesce(total.day, computed.day)) >= %(now)s::timestamptz - datastream.aggregate_term
    and not exists (
        select from lantaarn.changed_day as changed
        where changed.day = coalesce(total.day, computed.day) and datastream.id = any(changed.datastream_ids)
    )
    and (
        total.count is distinct from computed.count
        or abs(total.sum - computed.sum) > 1e-9 * greatest(1, abs(computed.sum), computed.count)
    )
order by 2, 1;
