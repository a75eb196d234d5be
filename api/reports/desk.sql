-- staff_reports: reports for the desk, oldest first, without addresses
select
    report.id as number,
    report.reference,
    report.kind,
    report.received_at,
    report.due_on,
    report.status,
    report.words,
    report.answer,
    address.report_id is not null as has_address
from lantaarn.report as report
left join lantaarn.report_address as address on address.report_id = report.id
where
    report.municipality = %(municipality)s
    and (%(include_settled)s::boolean or report.status = 'received')
order by report.id;

-- settle_report: answer or close an open report; return its number
update lantaarn.report
set status = %(status)s::text, answer = %(answer)s::text, settled_at = now()
where municipality = %(municipality)s and id = %(number)s::bigint and status = 'received'
returning id as number;

-- queue_answer_mail: queue the answer to the resident, if there is an address
insert into lantaarn.report_mail (report_id, goes_to)
select report_id, 'resident' from lantaarn.report_address where report_id = %(number)s::bigint
returning id;

-- correct_answer: replace a published answer; return its report's number
update lantaarn.report
set answer = %(answer)s::text, corrected_at = %(now)s
where municipality = %(municipality)s and id = %(number)s::bigint and answer is not null
returning id as number;

-- form: by which form a report was sent
select form_id from lantaarn.report where municipality = %(municipality)s and id = %(number)s::bigint;

-- insert_decision: record why something was published, changed or erased
insert into lantaarn.report_decision (report_id, decided_at, decision, matches, reason)
values (%(number)s::bigint, %(now)s, %(decision)s, %(matches)s::text[], %(reason)s);

-- held: all that is held about one report, and at which desk its mail arrived
select
    report.id as number,
    report.municipality,
    report.reference,
    report.entry_id,
    report.form_id,
    report.kind,
    report.received_at,
    report.due_on,
    report.status,
    report.settled_at,
    report.corrected_at,
    report.erased_at,
    report.words,
    report.answer,
    address.email,
    least(report.settled_at + %(text_term)s::interval, report.received_at + %(max_text_term)s::interval)
        as words_until,
    least(report.settled_at + %(address_term)s::interval, report.received_at + %(max_address_term)s::interval)
        as email_until,
    entry.document #>> '{contact,email}' as desk
from lantaarn.report as report
left join lantaarn.report_address as address on address.report_id = report.id
left join lantaarn.sensor as sensor on sensor.entry_id = report.entry_id
left join lantaarn.register_entry as entry on entry.revision = sensor.revision
where report.municipality = %(municipality)s and report.id = %(number)s::bigint;

-- held_mails: mail about one report that still has to go
select goes_to, made_at, attempts from lantaarn.report_mail where report_id = %(number)s::bigint order by id;

-- held_decisions: what the desk decided about one report, and why
select decided_at, decision, matches, reason from lantaarn.report_decision
where report_id = %(number)s::bigint
order by id;
