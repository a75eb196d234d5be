-- tombstones: every tombstone of a sensor, in order of recording
select id, entry_id, since, until, register, resend, reason, recorded_at
from lantaarn.tombstone
order by recorded_at, id;

-- removed_fields: every removed field, in order of removal
select id, entry_id, first_version, last_version, field, reason, recorded_at
from lantaarn.removed_field
order by recorded_at, id;

-- erased_reports: every erased report, in order of erasure
select id, form_id, number, with_answer, recorded_at
from lantaarn.erased_report
order by recorded_at, id;
