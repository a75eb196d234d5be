-- groups: the groups of lamps whose movements are counted
select group_name, property, lamps, minimum, faulty, published
from open.movement_group
where municipality = %(municipality)s
order by group_name, property;

-- group: one group of lamps, by name and observed property
select group_name, property, lamps, minimum, faulty, published
from open.movement_group
where municipality = %(municipality)s and group_name = %(group)s and property = %(property)s;

-- groups_in_neighbourhood: the groups with lamps in a neighbourhood, and how many of their lamps are there
select
    counted.group_name,
    counted.property,
    counted.lamps,
    counted.minimum,
    counted.faulty,
    counted.published,
    here.lamps as lamps_here
from (
    select datastream.counted_with as group_name, datastream.property, count(*)::integer as lamps
    from open.find as find
    -- Sensor by sensor: joining the whole view would read the datastreams of the whole city.
    cross join lateral (
        select each.counted_with, each.property
        from open.datastream as each
        where each.sensor_id = find.sensor_id and each.counted_with is not null
        offset 0
    ) as datastream
    where find.municipality = %(municipality)s and find.neighbourhood = %(neighbourhood)s::text
    group by 1, 2
) as here
-- And group by group: joining that whole view would look up the last fault of every lamp in a group.
cross join lateral (
    select each.group_name, each.property, each.lamps, each.minimum, each.faulty, each.published
    from open.movement_group as each
    where
        each.municipality = %(municipality)s
        and each.group_name = here.group_name
        and each.property = here.property
    offset 0
) as counted
order by counted.group_name, counted.property;

-- means: everything that is published of the movement at a group of lamps, the newest first
select
    mean.first_day,
    mean.last_day,
    mean.days,
    mean.slot_start,
    mean.slot_end,
    mean.windows,
    mean.due,
    mean.value,
    mean.margin,
    mean.fewer_than,
    mean.more_than
from open.movement as mean
where mean.municipality = %(municipality)s and mean.group_name = %(group)s and mean.property = %(property)s
order by mean.first_day desc, mean.days, mean.slot_start, mean.slot_end;

-- latest_means: the same of the latest weeks of each sort of days
select
    mean.first_day,
    mean.last_day,
    mean.days,
    mean.slot_start,
    mean.slot_end,
    mean.windows,
    mean.due,
    mean.value,
    mean.margin,
    mean.fewer_than,
    mean.more_than
from (
    select *, rank() over (partition by days order by first_day desc) as age
    from open.movement
    where municipality = %(municipality)s and group_name = %(group)s and property = %(property)s
) as mean
where mean.age = 1
order by mean.days, mean.slot_start, mean.slot_end;
