-- fill_air: a year of hourly means of air, from weather that is the same for all, the season, traffic and the place
insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max)
select stream.id, hours.hour, 6, 6 * level.mean, 0.8 * level.mean, 1.3 * level.mean
from generate_series(%(since)s::timestamptz, %(until)s::timestamptz - interval '1 hour', interval '1 hour') as hours (hour)
cross join lateral (
    select
        extract(hour from hours.hour at time zone 'Europe/Amsterdam')::double precision as clock,
        cos(2 * pi() * (extract(doy from hours.hour)::double precision - 20) / 365) as cold,
        -- From -2 to 2, over days.
        sin(extract(epoch from hours.hour)::double precision / 170000) + sin(extract(epoch from hours.hour)::double precision / 63000) as still,
        case when extract(isodow from hours.hour at time zone 'Europe/Amsterdam') > 5 then 0.4 else 1 end as work
) as moment
cross join lateral (
    select moment.work * (exp(-power((moment.clock - 8) / 1.5, 2)) + exp(-power((moment.clock - 17) / 2, 2))) as rush
) as traffic
cross join lantaarn.datastream as stream
cross join lateral (select 0.8 + 0.004 * mod(stream.sensor_id * 37, 100) as here) as place
cross join lateral (
    select case stream.property
        when 'pm2_5' then greatest(1, place.here * (9 + 4 * moment.cold + 4 * moment.still + 2 * traffic.rush) + random_normal())
        when 'pm10' then greatest(2, place.here * (17 + 4 * moment.cold + 6 * moment.still + 5 * traffic.rush) + 2 * random_normal())
        when 'no2' then greatest(2, place.here * (14 + 6 * moment.cold + 4 * moment.still + 14 * traffic.rush) + 2 * random_normal())
        when 'o3' then greatest(
            2, 52 - 18 * moment.cold + (28 - 24 * moment.cold) * exp(-power((moment.clock - 15) / 4, 2)) * (1.2 + 0.4 * moment.still)
            - 10 * traffic.rush + 3 * random_normal()
        )
        when 'temperature' then 11 - 8 * moment.cold + 4 * sin(2 * pi() * (moment.clock - 9) / 24) + random_normal()
        else 78 - 14 * sin(2 * pi() * (moment.clock - 9) / 24) + 2 * random_normal()
    end as mean
) as level
where
    stream.active
    and stream.property in ('pm2_5', 'pm10', 'no2', 'o3', 'temperature', 'relative_humidity');

-- fill_lamps: the last months of the lamps: dusk to dawn, at half strength from 23:00 to 06:00, a few of them out of order
insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max, last_value)
select stream.id, hours.hour, 4, reading.total, reading.one, reading.one, reading.one
from generate_series(
    %(until)s::timestamptz - interval '100 days', %(until)s::timestamptz - interval '1 hour', interval '1 hour'
) as hours (hour)
cross join lateral (
    select
        extract(hour from hours.hour at time zone 'Europe/Amsterdam') as clock,
        extract(doy from hours.hour)::integer as day,
        3 * cos(2 * pi() * (extract(doy from hours.hour) + 10) / 365) as dark
) as moment
cross join lantaarn.datastream as stream
cross join lateral (
    select
        case
            when moment.clock between 7 + moment.dark / 3 and 18.5 - moment.dark then 0
            when moment.clock >= 23 or moment.clock < 6 then 0.5
            else 1
        end as strength,
        mod(stream.sensor_id, 29) = 0 and mod(moment.day + stream.sensor_id, 70) < 9 as is_faulty
) as lamp
cross join lateral (
    select
        case stream.property
            when 'energy' then 0.038 * lamp.strength
            when 'power' then 4 * 38 * lamp.strength
            when 'dim_level' then 400 * lamp.strength
            when 'burning_hours' then ceil(lamp.strength)
            else 12 * lamp.is_faulty::integer
        end as total,
        case stream.property
            when 'energy' then 0.0095 * lamp.strength
            when 'power' then 38 * lamp.strength
            when 'dim_level' then 100 * lamp.strength
            when 'burning_hours' then 8000 + ceil(lamp.strength)
            else 3 * lamp.is_faulty::integer
        end as one
) as reading
where stream.active and stream.property in ('energy', 'power', 'dim_level', 'burning_hours', 'fault_code');

-- fill_lamp_days: what is public of them, as publish_cells would have written it
insert into lantaarn.public_cell (datastream_id, period, start, counted, value)
select
    stream.id,
    stream.period,
    open.day_start(open.day_of(hourly.hour)),
    false,
    case when stream.summed then round(sum(hourly.sum)::numeric, 1) else max(hourly.max) end
from lantaarn.public_stream as stream
inner join lantaarn.rollup_hour as hourly on hourly.datastream_id = stream.id
where stream.period = 'day' and hourly.hour < open.day_start(open.day_of(%(until)s::timestamptz))
group by stream.id, stream.period, stream.summed, open.day_of(hourly.hour);

-- fill_counts: a year of published counts by hour, or by night, each with the noise that its datastream has
insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise)
select
    stream.id,
    case when stream.one_night and extract(hour from cell.start at time zone 'Europe/Amsterdam') = 23 then 'night' else 'hour' end,
    cell.start,
    true,
    round(sum(busy.passed) + stream.cell_noise * random_normal()),
    stream.cell_noise
from lantaarn.datastream as stream
cross join generate_series(
    %(since)s::timestamptz, %(until)s::timestamptz - interval '1 hour', interval '1 hour'
) as hours (hour)
cross join lateral (
    select
        extract(hour from hours.hour at time zone 'Europe/Amsterdam')::double precision as clock,
        extract(isodow from hours.hour at time zone 'Europe/Amsterdam') > 5 as is_weekend,
        cos(2 * pi() * (extract(doy from hours.hour)::double precision - 20) / 365) as cold
) as moment
cross join lateral (
    select
        case when moment.clock between 7 and 22 then 0.4 else 0.03 end
        + case when moment.is_weekend then 0.2 else 1 end
        * (exp(-power((moment.clock - 8) / 1.4, 2)) + 1.1 * exp(-power((moment.clock - 17) / 1.9, 2))) as share
) as day
cross join lateral (
    select
        (0.4 + 0.011 * mod(stream.sensor_id * 37, 100)) * day.share * (1 + 0.08 * random_normal()) * case stream.property
            when 'count_motor_vehicle' then 900
            when 'count_car' then 420
            when 'count_van' then 60
            when 'count_truck' then case when moment.is_weekend then 5 else 26 end
            when 'count_bus' then 9
            when 'count_motorcycle' then 7 - 4 * moment.cold
            when 'count_bicycle' then 190 - 70 * moment.cold
            else 120 - 20 * moment.cold
        end as passed
) as busy
cross join lateral (select lantaarn.total_start(hours.hour, stream.sum_minutes, stream.one_night) as start) as cell
where stream.active and stream.cell_noise is not null and stream.public = 'hour' and cell.start >= %(since)s
group by stream.id, cell.start;

-- fill_speeds: mean speeds of what these counted, lower when it is busy
insert into lantaarn.public_cell
(datastream_id, period, start, counted, value, noise, reference, denominator, denominator_noise)
select
    stream.id,
    'hour',
    counted.start,
    true,
    round(sum(counted.value) * (44 - 8 * sum(counted.value) / 900 + random_normal() - stream.ratio_reference)),
    max(counted.noise) * stream.ratio_clip * 1.2,
    stream.ratio_reference,
    sum(counted.value),
    max(counted.noise)
from lantaarn.datastream as stream
inner join lantaarn.datastream as beside on beside.sensor_id = stream.sensor_id and beside.property = any(stream.ratio_of)
inner join lantaarn.public_cell as counted on counted.datastream_id = beside.id and counted.period = 'hour'
where stream.active and stream.public = 'hour' and stream.ratio_of is not null
group by stream.id, counted.start;

-- fill_windows: what became of the windows of events: 18 of a group of lamps and 24 of a route, a day
insert into lantaarn.window_due
select rule, subject, day::date, 'helmond', due
from (values ('window_count', 'helmond/kasteelpark/presence', 18), ('match_in_memory', '1', 24)) as one (rule, subject, due)
cross join generate_series(%(until)s::date - 90, %(until)s::date - 1, interval '1 day') as day;

-- fill_window_days: most were released, some had too few lamps or vehicles, some were not observed in full
insert into lantaarn.window_day
select
    expected.rule, expected.subject, expected.day, expected.due - 4 - missed.windows, 4, missed.windows, %(until)s
from lantaarn.window_due as expected
cross join lateral (select mod(extract(doy from expected.day)::integer, 9) / 6 as windows) as missed;

-- cut_hours: nothing for five weeks, or all but the last twelve days, half of the nights, and 16 days of the whole network
delete from lantaarn.rollup_hour as hourly
using lantaarn.datastream as stream, lantaarn.sensor as sensor
where
    stream.id = hourly.datastream_id
    and sensor.id = stream.sensor_id
    and sensor.reference like 'lucht-%%'
    and case
        when hourly.hour between %(until)s - interval '80 days' and %(until)s - interval '64 days' then true
        when sensor.reference = 'lucht-gemeente-01'
            then hourly.hour between %(until)s - interval '150 days' and %(until)s - interval '115 days'
        when sensor.reference = 'lucht-gemeente-02' then hourly.hour < %(until)s - interval '12 days'
        when sensor.reference = 'lucht-gemeente-03'
            then extract(hour from hourly.hour at time zone 'Europe/Amsterdam') < 6 and random() < 0.5
        else random() < 0.01
    end;

-- allow_cuts: let cells be changed while they are filled
alter table lantaarn.public_cell disable trigger written_once;

-- cut_counts: cells without a value, of which too little was heard: three weeks of one counter, an afternoon of all
update lantaarn.public_cell as cell
set value = null, denominator = null
from lantaarn.datastream as stream, lantaarn.sensor as sensor
where
    stream.id = cell.datastream_id
    and sensor.id = stream.sensor_id
    and cell.counted
    and (
        sensor.reference = 'verkeer-lus-01' and cell.start between %(until)s - interval '50 days' and %(until)s - interval '29 days'
        or cell.start between %(until)s - interval '10 days' and %(until)s - interval '9 days 18 hours'
        or random() < 0.005
    );

-- forbid_changes: as it was
alter table lantaarn.public_cell enable trigger written_once;
