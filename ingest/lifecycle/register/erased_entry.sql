-- erase_location: delete the sensor's exact location
delete from restricted.location where entry_id = %(entry_id)s;

-- entry_versions: every version of an entry, the current one last
select revision, document, editor, reason from lantaarn.register_entry where entry_id = %(entry_id)s order by version;

-- redact_versions: replace versions by what is left of them; the setting makes the table's trigger allow it
update lantaarn.register_entry as entry set
    document = left_over.document,
    editor = left_over.editor,
    reason = left_over.reason
from jsonb_to_recordset(%(batch)s -> 'documents')
    as left_over (revision bigint, document jsonb, editor text, reason text)
cross join (select set_config('lantaarn.redacting', 'erasure', true) as means) as permitted
where entry.revision = left_over.revision and permitted.means = 'erasure';

-- erase_report_mails: delete mails about the sensor that have yet to be sent
delete from lantaarn.report_mail as queued
using lantaarn.report as report
where report.id = queued.report_id and report.entry_id = %(entry_id)s;

-- erase_report_texts: remove what residents wrote about the sensor, and what they were answered
update lantaarn.report set
    words = null,
    answer = case when answer is not null then lantaarn.removed_words() ->> 'nl' end
where
    entry_id = %(entry_id)s
    and (words is not null or answer <> lantaarn.removed_words() ->> 'nl');

-- report_numbers: the numbers of the reports about the sensor
select id as number from lantaarn.report where entry_id = %(entry_id)s;

-- sample_again: forget the samples of values that the planner took before
select lantaarn.sample_again();
