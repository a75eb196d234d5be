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

-- report: the public part of one report, and when its words went with all that was said of its sensor
select
    report.number,
    report.reference,
    report.kind,
    report.received_on,
    report.due_on,
    report.status,
    report.settled_on,
    report.answer,
    report.corrected_on,
    report.erased_on,
    (
        select max(version.redacted_at at time zone 'Europe/Amsterdam')::date
        from open.version as version
        where
            version.municipality = report.municipality
            and version.entry_id = report.entry_id
            and version.document -> 'summary' ->> 'nl' = %(removed)s::text
            and (version.redacted_at at time zone 'Europe/Amsterdam')::date >= report.received_on
    ) as sensor_erased_on
from open.report as report
where report.municipality = %(municipality)s and report.number = %(number)s::bigint;

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
