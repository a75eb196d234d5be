-- file_report: take a resident's report in; its number, and whether it is new
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

-- report: what is public of one report
select number, reference, kind, received_on, due_on, status, settled_on, answer
from open.report
where municipality = %(municipality)s and number = %(number)s::bigint;

-- newest_reports: what is public of the newest reports, of one sensor or of all
select number, reference, kind, received_on, due_on, status, settled_on, answer
from open.report
where municipality = %(municipality)s and (%(reference)s::text is null or reference = %(reference)s::text)
order by number desc
limit %(limit)s::integer;

-- take_due_mails: the mail that is due, with what it needs
select mail as mail_id, attempts, number, goes_to, address, reference, name, uri, kind, words, due_on, status, answer
from open.take_report_mail(%(limit)s::integer);

-- mark_mail_sent: a mail is handed over
select open.report_mail_done(%(mail)s::bigint);

-- delete_expired_texts: delete words and addresses past their term
select open.forget_report_words();

-- staff_reports: for the desk, the oldest first: all there is, but no address
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

-- settle_report: answer or close a report that is still open; its number when it was
update lantaarn.report
set status = %(status)s::text, answer = %(answer)s::text, settled_at = now()
where municipality = %(municipality)s and id = %(number)s::bigint and status = 'received'
returning id as number;

-- queue_answer_mail: the answer goes to the resident, where there is an address
insert into lantaarn.report_mail (report_id, goes_to)
select report_id, 'resident' from lantaarn.report_address where report_id = %(number)s::bigint
returning id;
