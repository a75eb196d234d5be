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
select number, reference, kind, received_on, due_on, status, settled_on, answer, corrected_on, erased_on
from open.report
where municipality = %(municipality)s and number = %(number)s::bigint;

-- newest_reports: the public part of the newest reports, for one sensor or all
select number, reference, kind, received_on, due_on, status, settled_on, answer, corrected_on, erased_on
from open.report
where municipality = %(municipality)s and (%(reference)s::text is null or reference = %(reference)s::text)
order by number desc
limit %(limit)s::integer;

-- take_due_mails: claim due mails, with their content
select mail as mail_id, attempts, number, goes_to, address, reference, name, uri, kind, words, due_on, status, answer
from open.take_report_mail(%(limit)s::integer);

-- mark_mail_sent: mark a mail as sent
select open.report_mail_done(%(mail)s::bigint);

-- note_mail_spool: note how old the oldest mail in this program's folder is
select open.note_mail_spool(%(program)s::uuid, %(oldest)s::timestamptz, %(now)s);
