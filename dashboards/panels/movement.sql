-- groep: options for the group of lamps
select distinct movement.group_name as __value, movement.group_name as __text
from staff.movement as movement
order by 2;

-- volledig: share of the period, until now, that was observed in full
select
    coalesce(
        floor(
            100.0 * sum(extract(epoch from movement.window_end - movement.window_start))
            / nullif(extract(epoch from least($__timeTo()::timestamptz, now()) - $__timeFrom()::timestamptz), 0)
        )::text,
        '0'
    ) || ' %' as __text
from staff.movement as movement
where movement.group_name = ${groep:sqlstring} and $__timeFilter(movement.window_start);

-- movement_by_hour: mean movement per lamp by the local hour at which windows begin, with its margin
select
    hourly.begins as "Van",
    hourly.days as "Dagen",
    estimate.value::double precision as "Keer per lamp",
    estimate.margin::double precision as "Marge",
    estimate.fewer_than::double precision as "Minder dan",
    estimate.more_than::double precision as "Meer dan",
    hourly.windows as "Vensters"
from (
    select
        to_char(movement.window_start at time zone 'Europe/Amsterdam', 'HH24:MI') as begins,
        case
            when to_char(movement.window_start at time zone 'Europe/Amsterdam', 'HH24') = '23' then 'alle'
            when extract(isodow from movement.window_start at time zone 'Europe/Amsterdam') in (6, 7) then 'za, zo'
            else 'ma-vr'
        end as days,
        count(*) as windows,
        avg(movement.count::double precision / movement.lamps) as mean,
        sqrt(sum((movement.noise / movement.lamps) ^ 2)) / count(*) as error,
        avg(movement.capacity) as capacity
    from staff.movement as movement
    where movement.group_name = ${groep:sqlstring} and $__timeFilter(movement.window_start)
    group by 1, 2
) as hourly
cross join lateral open.movement_estimate(hourly.mean, hourly.error, hourly.capacity) as estimate
order by hourly.days, hourly.begins;

-- movement_by_window: movement per lamp in each window, the newest first
select
    movement.window_start as "Van",
    movement.window_end as "Tot",
    movement.value as "Keer per lamp",
    movement.margin as "Marge",
    movement.fewer_than as "Minder dan",
    movement.more_than as "Meer dan"
from staff.movement as movement
where movement.group_name = ${groep:sqlstring} and $__timeFilter(movement.window_start)
order by movement.window_start desc
limit 500;

-- movement_by_week: mean movement per lamp by day, of each week, and its bounds; a week that is missing with nothing
select
    open.day_start(calendar.week::date) as "time",
    estimate.value::double precision as "Keer per lamp",
    -- Without a value there is no bound either: greatest() leaves out what is null.
    case when estimate.value is not null then greatest(estimate.value - estimate.margin, 0) end::double precision
        as "Minstens",
    (estimate.value + estimate.margin)::double precision as "Hoogstens"
from generate_series(
    date_trunc('week', open.day_of($__timeFrom())::timestamp),
    open.day_of(least($__timeTo()::timestamptz, now()))::timestamp,
    interval '1 week'
) as calendar (week)
left join (
    select
        date_trunc('week', movement.window_start at time zone 'Europe/Amsterdam') as week,
        avg(movement.count::double precision / movement.lamps) as mean,
        sqrt(sum((movement.noise / movement.lamps) ^ 2)) / count(*) as error,
        avg(movement.capacity) as capacity
    from staff.movement as movement
    where
        movement.group_name = ${groep:sqlstring}
        and $__timeFilter(movement.window_start)
        and to_char(movement.window_start at time zone 'Europe/Amsterdam', 'HH24') <> '23'
    group by 1
) as weekly on weekly.week = calendar.week
left join lateral open.movement_estimate(weekly.mean, weekly.error, weekly.capacity) as estimate on true
order by calendar.week;
