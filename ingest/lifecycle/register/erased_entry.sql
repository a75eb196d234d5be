-- erase_location: delete the sensor's exact location
delete from restricted.location where entry_id = %(entry_id)s;

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
