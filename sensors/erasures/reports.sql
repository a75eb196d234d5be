-- insert_erased_report: record the erasure of a report unless present
insert into lantaarn.erased_report (id, form_id, number, with_answer, recorded_at)
values (%(id)s, %(form_id)s, %(number)s, %(with_answer)s, %(recorded_at)s)
on conflict (id) do nothing;

-- erase_words: erase what a resident wrote, and close the report if it still waits; whether there was anything to erase
update lantaarn.report as report
set
    words = null,
    answer = case when not %(with_answer)s then report.answer end,
    status = case report.status when 'received' then 'closed' else report.status end,
    settled_at = coalesce(report.settled_at, %(recorded_at)s),
    erased_at = coalesce(report.erased_at, %(recorded_at)s)
from lantaarn.report as before
where report.form_id = %(form_id)s and before.id = report.id
returning
    report.id as number,
    before.words is not null as had_words,
    before.answer is not null and report.answer is null as had_answer,
    before.erased_at is null as is_first;

-- erase_address: erase where the answer to a report may be sent
delete from lantaarn.report_address where report_id = %(number)s::bigint;

-- erase_mail: send nothing more about a report
delete from lantaarn.report_mail where report_id = %(number)s::bigint;

-- insert_erasure_decision: record why it was erased
insert into lantaarn.report_decision (report_id, decided_at, decision, matches, reason)
values (%(number)s::bigint, %(now)s, 'erased', '{}', %(reason)s);
