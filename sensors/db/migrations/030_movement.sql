-- Movement that tells of nobody: every count of a window has random noise in it before it is written, and what is public
-- are means over weeks. docs/decisions/007-public-numbers.md. The exact counts go: adding noise to them now would not
-- help, because what was published of them is known.
delete from lantaarn.window_count;

-- sensors: the lamps of the group in the register. count: movements at least so many seconds apart (spacing) at each lamp,
-- all lamps together, plus noise of mean 0 and this standard deviation; it may be negative.
alter table lantaarn.window_count
drop constraint window_count_count_check,
drop constraint window_count_sensors_check,
add constraint window_count_sensors_check check (sensors >= 12),
add column noise double precision not null,
add column spacing double precision not null check (spacing >= 30),
-- The least noise that hides a walk past 160 lamps.
add constraint never_exact check (noise * noise >= 5119.99 * sensors);

-- What is public of movement: the mean of a slot over four weeks of working days or of nights, or over twelve weeks of
-- Saturdays and Sundays. Written once. Slots are times of the clock of Amsterdam; a night counts on the day it begins.
-- windows: how many were observed in full, of the due ones that the weeks have. mean: counted movements per lamp and
-- window; error: its standard error; capacity: how many one lamp can count in a window.
create table lantaarn.movement_cell (
    municipality text not null,
    group_name text not null,
    property text not null,
    first_day date not null check (extract(isodow from first_day) = 1),
    days text not null check (days in ('weekday', 'weekend', 'night')),
    slot_start time not null,
    slot_end time not null,
    weeks smallint not null check (weeks in (4, 12)),
    windows smallint not null,
    due smallint not null,
    mean double precision not null,
    error double precision not null,
    capacity double precision not null,
    revision bigint not null,
    primary key (municipality, group_name, property, first_day, days, slot_start, slot_end),
    constraint observed_enough check (windows * 2 >= due and windows <= due)
);

-- Publish the means whose weeks are over, from 12:00 on the Monday after, where at least half of the windows were observed;
-- a month back at most, since older windows may be past their term. Returns the number of new ones.
create function lantaarn.publish_movement(at timestamptz) returns bigint language sql
begin atomic
    with counted as (
        select
            one.*,
            one.window_start at time zone 'Europe/Amsterdam' as began,
            (one.window_end at time zone 'Europe/Amsterdam')::time as slot_end,
            extract(epoch from one.window_end - one.window_start) / one.spacing as most
        from lantaarn.window_count as one
        where one.window_start >= at - interval '120 days'
    ),

    sorted as (
        select
            counted.*,
            case
                when counted.began::time = '23:00' then 'night'
                when extract(isodow from counted.began) > 5 then 'weekend'
                else 'weekday'
            end as days
        from counted
    ),

    placed as (
        select
            sorted.*,
            span.weeks,
            span.due,
            -- 1 January 2001 was a Monday.
            date '2001-01-01' + (sorted.began::date - date '2001-01-01') / (7 * span.weeks) * (7 * span.weeks) as first_day
        from sorted
        inner join (
            values ('weekday', 4, 20), ('weekend', 12, 24), ('night', 4, 28)
        ) as span (days, weeks, due) on span.days = sorted.days
    ),

    written as (
        insert into lantaarn.movement_cell (
            municipality, group_name, property, first_day, days, slot_start, slot_end, weeks,
            windows, due, mean, error, capacity, revision
        )
        select
            placed.municipality,
            placed.group_name,
            placed.property,
            placed.first_day,
            placed.days,
            placed.began::time,
            placed.slot_end,
            placed.weeks,
            count(*),
            placed.due,
            avg(placed.count::double precision / placed.sensors),
            sqrt(sum((placed.noise / placed.sensors) ^ 2)) / count(*),
            avg(placed.most),
            max(placed.revision)
        from placed
        where
            (placed.first_day + 7 * placed.weeks + time '12:00') at time zone 'Europe/Amsterdam'
            between at - interval '31 days' and at
        group by 1, 2, 3, 4, 5, 6, 7, 8, placed.due
        having count(*) * 2 >= placed.due
        on conflict do nothing
        returning 1
    )

    select count(*) from written;
end;

revoke execute on function lantaarn.publish_movement(timestamptz) from public;
grant execute on function lantaarn.publish_movement(timestamptz) to lantaarn_ingest;
grant select, insert on lantaarn.movement_cell to lantaarn_ingest;

-- How many passages a lamp saw, from how many it counted: it counts none for a while after each, and so at most this many.
create function open.passages(counted double precision, capacity double precision) returns double precision
language sql immutable parallel safe
return counted / (1 - counted / capacity);

-- The passages per lamp and window that a mean stands for, its margin (twice the standard error), and where it says less:
-- fewer than could be told from none, or more than lamps can count. To two decimals.
create function open.movement_estimate(
    mean double precision,
    error double precision,
    capacity double precision,
    out value numeric,
    out margin numeric,
    out fewer_than numeric,
    out more_than numeric
) language sql immutable parallel safe
return (
    case when mean <= 0.8 * capacity then round(open.passages(mean, capacity)::numeric, 2) end,
    case when mean <= 0.8 * capacity then round((2 * error / (1 - mean / capacity) ^ 2)::numeric, 2) end,
    case
        when mean < 2 * error and 2 * error <= 0.8 * capacity then round(open.passages(2 * error, capacity)::numeric, 2)
    end,
    case when mean > 0.8 * capacity then round((4 * capacity)::numeric, 2) end
);

-- The groups whose movements are counted: how many active lamps each has and how many it needs, how many of them reported
-- a fault on the latest day of which that is public, so that the others counted for them too, and whether it is public.
create view open.movement_group as
select
    sensor.municipality,
    datastream.rule ->> 'group' as group_name,
    datastream.property,
    count(*)::integer as lamps,
    greatest(12, max((datastream.rule ->> 'minimum_sensors')::integer)) as minimum,
    count(*) filter (where fault.code > 0)::integer as faulty,
    bool_and(datastream.public = 'hour') as published
from lantaarn.datastream as datastream
inner join lantaarn.sensor as sensor on sensor.id = datastream.sensor_id
left join lateral (
    select cell.value as code
    from lantaarn.datastream as state
    inner join lantaarn.public_cell as cell on cell.datastream_id = state.id and cell.period = 'day'
    where
        state.sensor_id = sensor.id
        and state.property = 'fault_code'
        and state.active
        and state.public = 'day'
        and cell.start >= now() - interval '3 days'
    order by cell.start desc
    limit 1
) as fault on true
where datastream.active and datastream.rule ? 'group' and sensor.status = 'active'
group by 1, 2, 3;

-- Movement as the public sees it: means over weeks.
drop view open.window_count;
create view open.movement as
select
    cell.municipality,
    cell.group_name,
    cell.property,
    cell.first_day,
    cell.first_day + 7 * cell.weeks - 1 as last_day,
    cell.days,
    cell.slot_start,
    cell.slot_end,
    cell.windows,
    cell.due,
    estimate.value::double precision as value,
    estimate.margin::double precision as margin,
    estimate.fewer_than::double precision as fewer_than,
    estimate.more_than::double precision as more_than
from lantaarn.movement_cell as cell
inner join open.movement_group as declared using (municipality, group_name, property)
cross join lateral open.movement_estimate(cell.mean, cell.error, cell.capacity) as estimate
where declared.published;

-- Movement as staff see it: the same noisy windows one by one. Means of them have the margins that belong to means: the
-- noise of a sum grows with the root of the number of windows.
create view staff.movement as
select
    counted.municipality,
    counted.group_name,
    counted.window_start,
    counted.window_end,
    counted.sensors as lamps,
    counted.count,
    counted.noise,
    extract(epoch from counted.window_end - counted.window_start) / counted.spacing as capacity,
    estimate.value::double precision as value,
    estimate.margin::double precision as margin,
    estimate.fewer_than::double precision as fewer_than,
    estimate.more_than::double precision as more_than
from lantaarn.window_count as counted
cross join lateral open.movement_estimate(
    counted.count::double precision / counted.sensors,
    counted.noise / counted.sensors,
    extract(epoch from counted.window_end - counted.window_start) / counted.spacing
) as estimate;

grant select on open.movement_group, open.movement to lantaarn_api, lantaarn_dashboard;
grant select on staff.movement to lantaarn_dashboard;
