-- Meters that hiccup: a reading that can't be right is left out, instead of counting the whole meter again; where only
-- the base is known there is no value; and jumps are told. docs/decisions/014-aggregation.md.

-- Null: nothing to count from, because the only reading is the first of its meter.
alter table lantaarn.rollup_hour alter column sum drop not null;
alter table lantaarn.day_total alter column sum drop not null;

-- As it was, but that a fall of less than a tenth is no reset: an exchanged meter starts far lower.
create or replace function lantaarn.counter_step(
    before double precision, after double precision, elapsed interval, max_rate_per_hour double precision
) returns double precision
language sql immutable parallel safe
return case
    when after < 0 or (after < before and after > before * 0.9::double precision) then null
    when case when after < before then after else after - before end
        <= max_rate_per_hour * (extract(epoch from elapsed)::double precision / 3600 + 1)
        then case when after < before then after else after - before end
end;

-- As it was, but that a day of which only the base of the energy meter is known is no day of a lamp.
create or replace function lantaarn.make_lamp_days(which integer[], first_day date, last_day date) returns void
language sql
begin atomic
    delete from lantaarn.lamp_day
    where sensor_id = any(which) and day between first_day and last_day;
    insert into lantaarn.lamp_day (sensor_id, day, hours, kwh, burned, full_kwh)
    select
        energy.sensor_id,
        used.day,
        used.hours,
        used.sum,
        burned.hours,
        power.max / nullif(level.max, 0) * 100 * burned.hours / 1000
    from lantaarn.datastream as energy
    inner join lantaarn.day_total as used
        on used.datastream_id = energy.id
        and used.day between first_day and last_day
        and used.day >= open.day_of(energy.totals_since)
        and used.sum is not null
    left join lateral (
        select
            case
                when today.day >= open.day_of(clock.totals_since) then today.sum
                when today.max - coalesce(yesterday.max, today.min) between 0 and today.day_hours + 1
                    then today.max - coalesce(yesterday.max, today.min)
            end as hours
        from lantaarn.datastream as clock
        inner join lantaarn.day_total as today on today.datastream_id = clock.id and today.day = used.day
        left join lantaarn.day_total as yesterday
            on yesterday.datastream_id = clock.id and yesterday.day = used.day - 1
        where clock.sensor_id = energy.sensor_id and clock.property = 'burning_hours'
    ) as burned on true
    left join lateral (
        select total.max from lantaarn.datastream as meter
        inner join lantaarn.day_total as total on total.datastream_id = meter.id and total.day = used.day
        where meter.sensor_id = energy.sensor_id and meter.property = 'power'
    ) as power on true
    left join lateral (
        select total.max from lantaarn.datastream as meter
        inner join lantaarn.day_total as total on total.datastream_id = meter.id and total.day = used.day
        where meter.sensor_id = energy.sensor_id and meter.property = 'dim_level'
    ) as level on true
    where energy.sensor_id = any(which) and energy.property = 'energy';
end;

-- Published hours and days in which readings of a meter were not counted. Not of what is about people: when a device
-- failed is not published.
create view open.jump as
select
    stream.id as datastream_id,
    stream.sensor_id,
    stream.property,
    hourly.hour as start,
    hourly.jumps
from lantaarn.datastream as stream
inner join lantaarn.rollup_hour as hourly
    on hourly.datastream_id = stream.id and hourly.hour >= stream.totals_since and hourly.jumps > 0
where stream.active and stream.aggregation = 'counter' and stream.public = 'live' and not stream.about_people
union all
select
    stream.id,
    stream.sensor_id,
    stream.property,
    cell.start,
    within.jumps
from lantaarn.datastream as stream
inner join lantaarn.public_cell as cell
    on cell.datastream_id = stream.id and cell.period = stream.public and cell.start >= stream.totals_since
cross join lateral (
    select sum(hourly.jumps)::integer as jumps
    from lantaarn.rollup_hour as hourly
    where
        hourly.datastream_id = stream.id
        and hourly.hour >= cell.start
        and hourly.hour < case cell.period
            when 'hour' then cell.start + interval '1 hour'
            else (cell.start at time zone 'Europe/Amsterdam' + interval '1 day') at time zone 'Europe/Amsterdam'
        end
) as within
where stream.active and stream.aggregation = 'counter' and not stream.about_people and within.jumps > 0;

grant select on open.jump to lantaarn_api, lantaarn_dashboard;

-- Hours of meters are recomputed from the single values that are left, like those of a changed aggregation but shown
-- meanwhile; a recomputation that is under way begins again.
update lantaarn.aggregation_change set recomputed_until = null, incomplete_until = null
where recomputed_at is null and to_aggregation = 'counter';

insert into lantaarn.aggregation_change (datastream_id, from_aggregation, to_aggregation)
select stream.id, stream.aggregation, stream.aggregation
from lantaarn.datastream as stream
where
    stream.aggregation = 'counter'
    and exists (select from lantaarn.rollup_hour as hourly where hourly.datastream_id = stream.id)
    and not exists (
        select from lantaarn.aggregation_change as pending
        where pending.datastream_id = stream.id and pending.recomputed_at is null
    );
