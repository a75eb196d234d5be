-- groups: measures of sensors, grouped by neighbourhood, organisations and unanswered questions
select
    quality.neighbourhood,
    quality.organisations,
    quality.asked,
    quality.unanswered,
    quality.sensors,
    quality.delivering,
    quality.deviating,
    quality.expired,
    quality.refused,
    quality.review_due,
    quality.silent,
    quality.undeclared,
    quality.measured,
    quality.due,
    quality.received,
    quality.cells,
    quality.few,
    quality.refused_day,
    quality.undeclared_day,
    quality.refused_week,
    quality.undeclared_week,
    quality.conflict_day,
    quality.conflict_week,
    quality.invalid
from open.quality_group as quality
where quality.municipality = %(municipality)s;

-- outdated_segments: sensors where a segment starts whose declared window is no longer allowed
select outdated.reference
from open.outdated_segment as outdated
inner join open.find as find on find.sensor_id = outdated.sensor_id
where
    find.municipality = %(municipality)s
    and (%(neighbourhood)s::text is null or find.neighbourhood = %(neighbourhood)s::text)
    and (%(organisation)s::text is null or find.organisations @> array[%(organisation)s::text])
order by outdated.reference;

-- outdated_entries: sensors whose entries do not comply with a rule from after they were registered, by rule
select violation.rule, array_agg(distinct violation.reference order by violation.reference) as sensors
from open.entry_violation as violation
inner join open.find as find on find.sensor_id = violation.sensor_id
where
    find.municipality = %(municipality)s
    and (%(neighbourhood)s::text is null or find.neighbourhood = %(neighbourhood)s::text)
    and (%(organisation)s::text is null or find.organisations @> array[%(organisation)s::text])
group by violation.rule
order by violation.rule;

-- refusals: rejection reasons of the last day, for sensors whose every value is public
select refusal.reason, sum(refusal.readings)::bigint as readings
from open.sensor_refusal as refusal
inner join open.find as find on find.sensor_id = refusal.sensor_id
where
    find.municipality = %(municipality)s
    and (%(neighbourhood)s::text is null or find.neighbourhood = %(neighbourhood)s::text)
    and (%(organisation)s::text is null or find.organisations @> array[%(organisation)s::text])
group by refusal.reason
order by readings desc, refusal.reason;

-- unregistered: last week's rejection reasons for unregistered devices, as lower bounds of bands
select unregistered.reason, unregistered.readings
from open.unregistered_week as unregistered
cross join open.quality_time as time
where unregistered.week = (time.week_since at time zone 'Europe/Amsterdam')::date
order by unregistered.readings desc, unregistered.reason;

-- windows: last week's windows of events, by rule, and what became of them; only days of which it is known what was due
select
    windows.rule,
    sum(windows.due)::bigint as due,
    sum(windows.released)::bigint as released,
    sum(windows.suppressed)::bigint as suppressed,
    sum(windows.unobserved)::bigint as unobserved
from open.window_day as windows
cross join open.quality_time as time
where
    windows.municipality = %(municipality)s
    and windows.day >= (time.week_since at time zone 'Europe/Amsterdam')::date
    and windows.day < (time.week_until at time zone 'Europe/Amsterdam')::date
group by windows.rule
order by windows.rule desc;

-- event_refusals: refused events of the last week, where there are more than noise explains
select kind, reason, events, margin from open.event_refusal order by events desc, kind, reason;

-- promises: retention periods and the results of the last check
select subject, retention_class, margin, to_the_day, oldest, kept, verified_at, last_deletion
from open.promise
order by
    starts_with(subject, 'observation_') desc,
    term is null,
    case when not starts_with(subject, 'observation_') then subject end,
    term;

-- period: when the numbers were computed, and the day and week they cover
select made_at, day_since, week_since, week_until from open.quality_time;
