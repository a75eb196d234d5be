-- What a resident may ask of a report (to read it, to have it erased) and what the desk may mend: its answer. The number
-- and the dates stay, so that everyone can still see whether answers come in time.
alter table lantaarn.report
    add column corrected_at timestamptz,
    add column erased_at timestamptz,
    drop constraint report_check1,     -- an answer for each settled report: now also erased ones without
    add constraint answer_of_settled check (answer is null or status <> 'received'),
    add constraint settled_or_erased check (answer is not null or status = 'received' or erased_at is not null),
    add constraint erased_is_settled check (erased_at is null or (words is null and status <> 'received'));

-- Why the desk published, changed or erased something by a decision of its own. Its reasons are checked for what points to
-- a person, and expire like the words of the report.
create table lantaarn.report_decision (
    id bigint primary key generated always as identity,
    report_id bigint not null references lantaarn.report (id) on delete cascade,
    decided_at timestamptz not null,
    decision text not null check (decision in ('published_anyway', 'corrected', 'erased')),
    matches text[] not null,               -- what the detector saw in the text that was published anyway
    reason text not null check (length(reason) between 1 and 2000)
);

create index report_decision_report on lantaarn.report_decision (report_id);

create or replace view open.report as
select
    id as number,
    municipality,
    entry_id,
    reference,
    kind,
    (received_at at time zone 'Europe/Amsterdam')::date as received_on,
    due_on,
    status,
    (settled_at at time zone 'Europe/Amsterdam')::date as settled_on,
    answer,
    (corrected_at at time zone 'Europe/Amsterdam')::date as corrected_on,
    (erased_at at time zone 'Europe/Amsterdam')::date as erased_on
from lantaarn.report;
