-- volledig: number of selected entries, of the total
select
    count(*) filter (
        where
        {chosen sensor}
    )::text || ' van ' || count(*)::text || ' sensoren' as __text
from staff.sensor as sensor;

-- volledig_meldingen: date of the first report
select coalesce('alle meldingen sinds ' || to_char(min(report.received_on), 'DD-MM-YYYY'), 'er zijn nog geen meldingen')
as __text
from open.report as report;

-- sensors_by_status: number of sensors by status
select
    case sensor.status
        when 'active' then 'In gebruik'
        when 'paused' then 'Staat even uit'
        when 'planned' then 'Komt nog'
        when 'ended' then 'Gestopt'
        else sensor.status
    end as metric,
    count(*) as "Sensoren"
from staff.sensor as sensor
where
    {chosen sensor}
group by 1
order by 2 desc;

-- filled_in_by_part: share of entries with each optional part
select
    part.name as "Onderdeel",
    100.0 * count(*) filter (where part.is_there) / count(*) as "Ingevuld"
from staff.entry_part as part
inner join staff.sensor as sensor on sensor.sensor_id = part.sensor_id
where
    {chosen sensor}
group by part.name
order by 2, 1;

-- filled_in_share: the mean over all optional parts
select 100.0 * count(*) filter (where part.is_there) / nullif(count(*), 0) as "Ingevuld"
from staff.entry_part as part
inner join staff.sensor as sensor on sensor.sensor_id = part.sensor_id
where
    {chosen sensor};

-- deviation_counts: number of sensors that deviate from the register, by type of deviation
select sort.label as "Wat er niet klopt", count(sensor.sensor_id) as "Sensoren"
from (
    values
    ('silent', 'Stil: er komen geen metingen binnen'),
    ('invalid', 'Stuurt alleen metingen die niet kloppen'),
    ('undeclared', 'Stuurt meer dan in het register staat'),
    ('refused', 'Stuurt veel dat wij weigeren'),
    ('expired', 'De einddatum is voorbij'),
    ('review_due', 'Opnieuw kijken had al gemoeten')
) as sort (code, label)
left join open.deviation as deviation on deviation.deviation = sort.code
left join staff.sensor as sensor
    on sensor.sensor_id = deviation.sensor_id
    and {chosen sensor}
group by sort.label
order by 2 desc, 1;

-- deviating_sensors: the sensors that deviate
select
    sensor.name as "Sensor",
    sensor.reference as "Referentie",
    sensor.neighbourhood_name as "Buurt",
    case deviation.deviation
        when 'silent' then 'Stil'
        when 'invalid' then 'Geen goede meting'
        when 'undeclared' then 'Stuurt te veel'
        when 'refused' then 'Veel geweigerd'
        when 'expired' then 'Einddatum voorbij'
        when 'review_due' then 'Opnieuw kijken'
    end as "Wat er niet klopt"
from open.deviation as deviation
inner join staff.sensor as sensor on sensor.sensor_id = deviation.sensor_id
where
    {chosen sensor}
order by 4, 1
limit 500;

-- meter_jumps: readings of meters that were not counted, of the last seven days
select
    sensor.name as "Sensor",
    sensor.reference as "Referentie",
    sensor.neighbourhood_name as "Buurt",
    name.label as "Meting",
    sum(jump.jumps) as "Sprongen",
    max(open.day_of(jump.start)) as "Laatste dag"
from open.jump as jump
inner join staff.sensor as sensor on sensor.sensor_id = jump.sensor_id
inner join {names} on name.property = jump.property
where
    jump.start >= open.day_start(open.day_of(now()) - 7)
    and {chosen sensor}
group by 1, 2, 3, 4
order by 5 desc, 2, 4
limit 100;

-- due_dates: sensors whose review or end date is near or past
select
    sensor.name as "Sensor",
    sensor.reference as "Referentie",
    sensor.review_date as "Opnieuw kijken op",
    sensor.active_until as "Stopt op",
    least(sensor.review_date, sensor.active_until) - open.day_of(now()) as "Nog"
from staff.sensor as sensor
where
    sensor.status <> 'ended'
    and least(sensor.review_date, sensor.active_until) is not null
    and {chosen sensor}
order by 5, 2
limit 100;

-- reports_by_month: reports from residents per month, and whether they were answered on time
select
    open.day_start(date_trunc('month', report.received_on)::date) as "time",
    count(*) filter (where report.settled_on <= report.due_on) as "Op tijd beantwoord",
    count(*) filter (where report.settled_on > report.due_on) as "Te laat beantwoord",
    count(*) filter (where report.settled_on is null) as "Nog open"
from open.report as report
where report.received_on between open.day_of($__timeFrom()) and open.day_of($__timeTo())
group by date_trunc('month', report.received_on)
order by 1;

-- median_answer_days: median days until a report was answered
select percentile_cont(0.5) within group (order by report.settled_on - report.received_on) as "Dagen tot het antwoord"
from open.report as report
where
    report.settled_on is not null
    and report.received_on between open.day_of($__timeFrom()) and open.day_of($__timeTo());

-- open_reports: unanswered reports
select
    report.number as "Nummer",
    coalesce(sensor.name, report.reference) as "Sensor",
    report.reference as "Referentie",
    report.received_on as "Ontvangen op",
    report.due_on as "Antwoord beloofd op",
    report.due_on - open.day_of(now()) as "Nog"
from open.report as report
left join staff.sensor as sensor on sensor.reference = report.reference
where report.status = 'received'
order by report.due_on, report.number
limit 100;
