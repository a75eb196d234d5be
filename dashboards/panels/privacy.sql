-- volledig: share of days in the period with ledger entries
select
    coalesce(
        floor(
            100.0 * count(distinct book.day)
            / nullif(least(open.day_of($__timeTo()), open.day_of(now())) - open.day_of($__timeFrom()) + 1, 0)
        )::text,
        '0'
    ) || ' % van de dagen' as __text
from staff.book_day as book
where book.day between open.day_of($__timeFrom()) and open.day_of($__timeTo());

-- volledig_telling: share of days in the period with published hourly counts
select
    coalesce(
        floor(100.0 * count(distinct hidden.day) / {due days})::text,
        '0'
    ) || ' % van de dagen' as __text
from staff.hidden_day as hidden
where hidden.day between open.day_of($__timeFrom()) and {last day};

-- volledig_controle: number of promises checked, and when
select
    case
        when count(*) = 0 then 'nog nooit gecontroleerd'
        else
            count(*) filter (where retention.verified_at > now() - {check_age})::text
            || ' van ' || count(*)::text || ' beloftes zijn het laatste uur'
    end as __text
from open.retention as retention;

-- broken_promises: broken retention promises
select count(*) filter (where not retention.kept) as "Niet nagekomen"
from open.retention as retention
having count(*) > 0;

-- undeclared_fields: fields sent but not declared in the register, dropped before further processing
select
    open.day_start(book.day) as "time",
    coalesce(kind.label, case book.kind when 'unknown' then 'Onbekende afzender' else 'Andere sensoren' end) as metric,
    sum(book.fields_dropped) as value
from staff.book_day as book
left join {kinds} on kind.code = book.kind
where book.day between open.day_of($__timeFrom()) and open.day_of($__timeTo())
group by book.day, 2
order by 1;

-- refused_readings: rejected readings by reason
select
    open.day_start(refused.day) as "time",
    reason.label as metric,
    sum(refused.readings) as value
from staff.book_reason_day as refused
inner join {reasons} on reason.code = refused.reason
where refused.day between open.day_of($__timeFrom()) and open.day_of($__timeTo())
group by refused.day, reason.label
order by 1;

-- hidden_hours: share of counter hours without a number, a day that is missing with nothing
select
    open.day_start(calendar.day) as "time",
    100.0 * sum(hidden.hidden) / nullif(sum(hidden.hours), 0) as "Zonder telling"
from {calendar}
left join staff.hidden_day as hidden on hidden.day = calendar.day
group by calendar.day
order by 1;

-- windows: what became of the windows of events
select
    open.day_start(windows.day) as "time",
    sum(windows.released) as "Opgeslagen",
    sum(windows.suppressed) as "Te weinig",
    sum(windows.unobserved) as "Niet volledig waargenomen"
from open.window_day as windows
where windows.day between open.day_of($__timeFrom()) and open.day_of($__timeTo())
group by windows.day
order by 1;

-- promises: each retention promise, and the age of the oldest row
select
    retention.subject as "Tabel",
    retention.retention_class as "Termijn",
    extract(epoch from retention.term + retention.chunk + retention.schedule) / 86400 as "Hoogstens",
    extract(epoch from retention.verified_at - retention.oldest) / 86400 as "Oudste",
    retention.last_deletion as "Laatst gewist",
    retention.kept as "Nagekomen"
from open.retention as retention
order by retention.kept, retention.term nulls first, 1;

-- deletions: rows deleted per day, by reason
select
    open.day_start(open.day_of(deletion.deleted_at)) as "time",
    case
        when deletion.retention_class = 'erasure' then 'Op verzoek gewist'
        when deletion.rule = 'class change' then 'Andere bewaartermijn'
        else 'Bewaartermijn voorbij'
    end as metric,
    sum(deletion.deleted_rows) as value
from staff.deletion as deletion
where $__timeFilter(deletion.deleted_at)
group by open.day_of(deletion.deleted_at), 2
order by 1;

-- undeclared_sensors: sensors that send undeclared fields
select sensor.name as "Sensor", sensor.reference as "Referentie", sensor.neighbourhood_name as "Buurt"
from open.deviation as deviation
inner join staff.sensor as sensor on sensor.sensor_id = deviation.sensor_id
where deviation.deviation = 'undeclared'
order by 1
limit 200;
