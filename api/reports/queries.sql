-- file_report: store a resident's report; return its number and whether it is new
select number, is_new
from open.file_report(
    %(form_id)s::uuid,
    %(municipality)s::text,
    %(reference)s::text,
    %(report_kind)s::text,
    %(words)s::text,
    %(email)s::text,
    %(due_on)s::date
);

-- report: the public part of one report
select number, reference, kind, received_on, due_on, status, settled_on, answer
from open.report
where municipality = %(municipality)s and number = %(number)s::bigint;

-- newest_reports: the public part of the newest reports, for one sensor or all
select number, reference, kind, received_on, due_on, status, settled_on, answer
from open.report
where municipality = %(municipality)s and (%(reference)s::text is null or reference = %(reference)s::text)
order by number desc
limit %(limit)s::integer;

-- take_due_mails: claim due mails, with their content
select mail as mail_id, attempts, number, goes_to, address, reference, name, uri, kind, words, due_on, status, answer
from open.take_report_mail(%(limit)s::integer);

-- mark_mail_sent: mark a mail as sent
select open.report_mail_done(%(mail)s::bigint);

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
