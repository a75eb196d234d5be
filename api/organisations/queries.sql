-- report_statistics: last year's reports by status, about sensors an organisation is responsible for
select
    count(*) as received,
    count(*) filter (where report.settled_on is not null) as settled,
    count(*) filter (where report.settled_on <= report.due_on) as in_time,
    count(*) filter (where report.settled_on is null and report.due_on < %(day)s::date) as late,
    percentile_disc(0.5) within group (order by report.settled_on - report.received_on) as median_days
from open.report as report
inner join open.find as find on find.municipality = report.municipality and find.reference = report.reference
where
    report.municipality = %(municipality)s
    and find.responsible = %(organisation)s::text
    and report.received_on >= %(since)s::date;
