-- limit_value: per station, yesterday's mean and the highest hours since then as a ratio to what is in force that day
select
    day.name as station,
    day.reference as sensor,
    name.label as stof,
    norm.label as norm,
    day.value / limits.value as value
from staff.day as day
inner join {limits}
    on limits.property = day.property
    and limits.regime = 'EU'
    and limits.period = 'day'
    and open.day_of(now()) - 1 between {in force}
inner join {norm labels} on norm.kind = limits.kind
inner join {names} on name.property = day.property
where
    day.day = open.day_of(now()) - 1
    and {valid day}
union all
select
    stream.name,
    stream.reference,
    name.label || ', hoogste uur',
    norm.label,
    -- What must be exceeded for hours in a row: the lowest of them.
    max(case limits.consecutive when 3 then hour.lowest_of_three else hour.value end) / limits.value
from staff.datastream as stream
cross join lateral (
    select
        each.hour,
        each.value,
        case
            when each.hour - interval '2 hours' = lag(each.hour, 2) over (order by each.hour)
                then min(each.value) over (order by each.hour rows 2 preceding)
        end as lowest_of_three
    from open.hour as each
    where
        each.datastream_id = stream.datastream_id
        and each.hour >= date_trunc('hour', now()) - interval '24 hours'
        and each.hour < date_trunc('hour', now())
    -- One datastream at a time: a condition on a join doesn't reach into the view.
    offset 0
) as hour
inner join {limits}
    on limits.property = stream.property
    and limits.regime = 'EU'
    and limits.period = 'hour'
    and open.day_of(now()) between {in force}
inner join {norm labels} on norm.kind = limits.kind
inner join {names} on name.property = stream.property
group by stream.name, stream.reference, name.label, norm.label, limits.value
having max(case limits.consecutive when 3 then hour.lowest_of_three else hour.value end) is not null;

-- lamps_out: percentage of lamps per neighbourhood that are faulty or silent
select
    coalesce(area.name, 'Buiten de buurten') as buurt,
    100.0 * sum(lights.faulty + lights.silent) / sum(lights.lamps) as value
from staff.light_now as lights
left join open.area as area on area.code = lights.neighbourhood
group by 1;

-- silent: silent sensors by kind
select
    coalesce(kind.label, 'Andere sensoren') as soort,
    count(deviation.sensor_id) as value
from staff.sensor as sensor
left join open.deviation as deviation on deviation.sensor_id = sensor.sensor_id and deviation.deviation = 'silent'
left join {kinds} on kind.code = sensor.kind
where sensor.delivers_data and sensor.status = 'active'
group by 1;

-- imbalance: readings of the last day that the ledger does not account for
select (imbalance.unexplained + imbalance.without_reason) as value from staff.imbalance as imbalance;

-- retention: broken retention promises, or 1 if the last check is too long ago
select
    case
        when coalesce(max(retention.verified_at) < now() - {check_age}, true) then 1
        else count(*) filter (where not retention.kept)
    end as value
from open.retention as retention;

-- unregistered: readings from unregistered senders in this hour and the previous one
select coalesce(sum(unknown.received), 0) as value
from staff.unknown_hour as unknown
where unknown.hour >= date_trunc('hour', now()) - interval '1 hour';

-- lag: ingest lag, or the time since its last heartbeat, in seconds
select
    coalesce(
        greatest(
            extract(epoch from now() - max(pulse.minute) - interval '2 minutes'),
            max(pulse.lag) filter (where pulse.minute > now() - interval '5 minutes'),
            0
        ),
        86400
    )::double precision as value
from staff.pulse as pulse
where pulse.minute > now() - interval '1 day';
