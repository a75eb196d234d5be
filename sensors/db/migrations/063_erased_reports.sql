-- Residents' reports that were erased on request, so that a backup from before erases them again: which, never what was in
-- them. By the form that was sent, as a restored database may give the same number again. The same list is kept in a file
-- outside the database (lantaarn.tombstone).
create table lantaarn.erased_report (
    id uuid primary key,
    form_id uuid not null,
    number bigint not null,
    with_answer boolean not null,    -- the text of the answer too
    recorded_at timestamptz not null
);

create trigger append_only before update or delete or truncate on lantaarn.erased_report
for each statement execute function lantaarn.refuse_change();
