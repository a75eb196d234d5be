-- unbalanced: hours in which received differs from stored + duplicate + conflict + quarantined + aggregated
select sensor_id, hour, received, stored + duplicate + conflict + quarantined + aggregated as explained
from lantaarn.ledger
where received <> stored + duplicate + conflict + quarantined + aggregated
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

-- hours: hourly totals that differ from individual values, in hours too recent for any value to have been deleted,
-- except those due for recomputation
with kept as (
    select
        datastream.id,
        greatest(
            lantaarn.total_end(
                lantaarn.total_start(
                    %(now)s::timestamptz - class.term, datastream.sum_minutes, datastream.one_night
                ),
                datastream.sum_minutes,
                datastream.one_night
            ),
            datastream.totals_since
        ) as since
    from lantaarn.datastream as datastream
    inner join lantaarn.retention_class as class on class.name = datastream.retention_class
),
computed as (
    select kept.id as datastream_id, hours.*
    from kept
    cross join lateral lantaarn.hours_of(kept.id, kept.since, 'infinity') as hours
),
total as (
    select hourly.*
    from kept
    inner join lantaarn.rollup_hour as hourly on hourly.datastream_id = kept.id and hourly.hour >= kept.since
)
select
    coalesce(total.datastream_id, computed.datastream_id) as datastream_id,
    coalesce(total.hour, computed.hour) as period,
    total.count as total_count,
    computed.count as computed_count,
    total.sum as total_sum,
    computed.sum as computed_sum
from total
full join computed on computed.datastream_id = total.datastream_id and computed.hour = total.hour
where
    (
        (total.count, total.min, total.max, total.jumps, total.counted_since, total.last_time, total.last_value)
        is distinct from (
            computed.count,
            computed.min,
            computed.max,
            computed.jumps,
            computed.counted_since,
            computed.last_time,
            computed.last_value
        )
        or (total.sum is null) <> (computed.sum is null)
        or abs(total.sum - computed.sum) > 1e-9 * greatest(1, abs(computed.sum), computed.count)
        or abs(coalesce(total.sum_cos, 0) - coalesce(computed.sum_cos, 0)) > 1e-9 * greatest(1, computed.count)
    )
    and not exists (
        select from lantaarn.changed_hour as changed
        where
            changed.hour = coalesce(total.hour, computed.hour)
            and coalesce(total.datastream_id, computed.datastream_id) = any(changed.datastream_ids)
    )
order by 2, 1;

-- days: daily totals that differ from their hours, except days due for recomputation or deletion
select
    coalesce(total.datastream_id, computed.datastream_id) as datastream_id,
    coalesce(total.day, computed.day) as day,
    total.count as total_count,
    computed.count as computed_count
from lantaarn.day_total as total
full join lantaarn.rollup_day as computed
    on computed.datastream_id = total.datastream_id and computed.day = total.day
inner join lantaarn.datastream as datastream on datastream.id = coalesce(total.datastream_id, computed.datastream_id)
inner join lantaarn.days_made as made
    on coalesce(total.day, computed.day) < open.day_of(made.at - interval '48 hours')
where
    open.day_start(coalesce(total.day, computed.day)) >= %(now)s::timestamptz - datastream.aggregate_term
    and coalesce(total.day, computed.day) >= open.day_of(datastream.totals_since)
    and not exists (
        select from lantaarn.changed_day as changed
        where changed.day = coalesce(total.day, computed.day) and datastream.id = any(changed.datastream_ids)
    )
    and (
        (total.count, total.jumps, total.counted_since, total.last_value)
        is distinct from (computed.count, computed.jumps, computed.counted_since, computed.last_value)
        or (total.sum is null) <> (computed.sum is null)
        or abs(total.sum - computed.sum) > 1e-9 * greatest(1, abs(computed.sum), computed.count)
    )
order by 2, 1;

-- windows: days on which the windows that were released, suppressed or unobserved are not as many as were due, up to the
-- last day that ingest has accounted for: seven hours after a day all its windows are closed
select due.rule, due.subject, due.day, due.due, coalesce(booked.explained, 0) as explained
from lantaarn.window_due as due
left join (
    select rule, subject, day, released + suppressed + unobserved as explained from lantaarn.window_day
) as booked using (rule, subject, day)
where
    due.due <> coalesce(booked.explained, 0)
    and open.day_start(due.day + 1) + interval '7 hours' <= (select max(until) from lantaarn.window_day)
order by due.day, due.rule, due.subject;

-- unreleased: days with more stored windows than were released (retention and erasure account for fewer)
with stored as (
    select
        'window_count' as rule,
        municipality || '/' || group_name || '/' || property as subject,
        open.day_of(window_start) as day,
        count(*) as windows
    from lantaarn.window_count
    group by 1, 2, 3
    union all
    select 'match_in_memory', datastream_id::text, open.day_of(window_start), count(distinct window_start)
    from lantaarn.travel_time
    group by 1, 2, 3
)
select stored.rule, stored.subject, stored.day, stored.windows, booked.released
from stored
inner join lantaarn.window_due as due using (rule, subject, day)
inner join lantaarn.window_day as booked using (rule, subject, day)
where stored.windows > booked.released
order by stored.day, stored.rule, stored.subject;

-- orphans: totals of a datastream or sensor that doesn't exist, or of a time that was erased, by its number
select orphan.table_name, orphan.of_id, orphan.erased
from lantaarn.orphan_totals(%(now)s::timestamptz - %(schedule)s) as orphan
order by orphan.table_name, orphan.of_id;

-- overdue_reports: reports whose text or address is past its term by more than a run of the retention job
select report.id as number, report.received_at, report.settled_at
from lantaarn.report as report
cross join lateral (select %(now)s::timestamptz - %(schedule)s::interval as at) as last_run
where
    (
        report.words is not null
        and last_run.at > least(
            report.settled_at + %(text_term)s::interval, report.received_at + %(max_text_term)s::interval
        )
    )
    or (
        last_run.at > least(
            report.settled_at + %(address_term)s::interval, report.received_at + %(max_address_term)s::interval
        )
        and exists (select from lantaarn.report_address as address where address.report_id = report.id)
    )
order by report.id;

-- ledger_totals: what became of all readings in the ledger
select
    coalesce(sum(received), 0)::bigint as received,
    coalesce(sum(stored), 0)::bigint as stored,
    coalesce(sum(duplicate), 0)::bigint as duplicate,
    coalesce(sum(conflict), 0)::bigint as conflict,
    coalesce(sum(quarantined), 0)::bigint as quarantined,
    coalesce(sum(aggregated), 0)::bigint as aggregated
from lantaarn.ledger;

-- jumping_meters: sensors with readings of meters that were not counted, the most first
select sensor.reference, sum(hourly.jumps)::bigint as jumps
from lantaarn.rollup_hour as hourly
inner join lantaarn.datastream as datastream on datastream.id = hourly.datastream_id
inner join lantaarn.sensor as sensor on sensor.id = datastream.sensor_id
where hourly.jumps > 0
group by sensor.reference
order by jumps desc, sensor.reference
limit %(limit)s;

-- window_totals: what became of the windows that were due
select
    coalesce(sum(due), 0)::bigint as due,
    coalesce(sum(released), 0)::bigint as released,
    coalesce(sum(suppressed), 0)::bigint as suppressed,
    coalesce(sum(unobserved), 0)::bigint as unobserved
from open.window_day;

-- conflicting_sensors: sensors whose readings met another value for their moment, the most first
select sensor.reference, sum(ledger.conflict)::bigint as conflicts
from lantaarn.ledger as ledger
inner join lantaarn.sensor as sensor on sensor.id = ledger.sensor_id
where ledger.conflict > 0
group by sensor.reference
order by conflicts desc, sensor.reference
limit %(limit)s;
