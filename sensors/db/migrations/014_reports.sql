-- Questions and complaints of residents. What they wrote is for the desk; how long it took to answer is for everyone.
-- The readers get at these tables through the functions below alone: they file a report and hand over its mail, and
-- can't look up what others wrote.
create table lantaarn.report (
    id bigint primary key generated always as identity (start with 1001),
    form_id uuid not null unique,           -- a form that is sent twice is one report
    municipality text not null,
    entry_id uuid not null,
    reference text not null,
    kind text not null check (kind in ('wrong', 'question')),
    words text check (length(words) between 1 and 2000),   -- null: past its term
    received_at timestamptz not null default now(),
    due_on date not null,
    status text not null default 'received' check (status in ('received', 'answered', 'closed')),
    answer text check (length(answer) between 1 and 2000),
    settled_at timestamptz,
    check ((status = 'received') = (settled_at is null)),
    check ((status = 'received') = (answer is null))
);

create index report_open on lantaarn.report (received_at) where status = 'received';

-- Where an answer may go; apart, because it is gone long before the report.
create table lantaarn.report_address (
    report_id bigint primary key references lantaarn.report (id) on delete cascade,
    email text not null check (length(email) between 3 and 254)
);

-- What must still be sent. It holds no text and no address: those are looked up when it goes.
create table lantaarn.report_mail (
    id bigint primary key generated always as identity,
    report_id bigint not null references lantaarn.report (id) on delete cascade,
    goes_to text not null check (goes_to in ('desk', 'resident')),
    made_at timestamptz not null default now(),
    due_at timestamptz not null default now(),
    attempts integer not null default 0
);

create index report_mail_due on lantaarn.report_mail (due_at);

-- What everyone may see: no words of a resident, and the day instead of the moment.
create view open.report as
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
    answer
from lantaarn.report;

-- File a report about a sensor: its number, and whether it is new. No row when there is no such sensor.
create function open.file_report(
    of_form uuid, of_municipality text, of_reference text, of_kind text, written text, answer_to text, due date
) returns table (number bigint, is_new boolean)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    filed bigint;
begin
    insert into lantaarn.report (form_id, municipality, entry_id, reference, kind, words, due_on)
    select of_form, sensor.municipality, sensor.entry_id, sensor.reference, of_kind, written, due
    from lantaarn.sensor as sensor
    where sensor.municipality = of_municipality and sensor.reference = of_reference
    on conflict (form_id) do nothing
    returning id into filed;
    if filed is null then
        return query select report.id, false from lantaarn.report as report
        where report.form_id = of_form and report.municipality = of_municipality and report.reference = of_reference;
        return;
    end if;
    if answer_to is not null then
        insert into lantaarn.report_address (report_id, email) values (filed, answer_to);
    end if;
    insert into lantaarn.report_mail (report_id, goes_to) values (filed, 'desk');
    return query select filed, true;
end
$$;

-- Take the mail that is due, some of it, and put it off: what isn't reported as sent comes again, later each time. Mail
-- with no address to go to, or whose words are past their term, is left out; so is what could not be sent for a week.
create function open.take_report_mail(at_most integer)
returns table (
    mail bigint,
    attempts integer,
    number bigint,
    goes_to text,
    address text,
    reference text,
    name jsonb,
    uri text,
    kind text,
    words text,
    due_on date,
    status text,
    answer text
)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query
    with due as (
        select queued.id from lantaarn.report_mail as queued
        where queued.due_at <= now()
        order by queued.due_at
        limit at_most
        for update skip locked
    ), taken as (
        update lantaarn.report_mail as queued
        set attempts = queued.attempts + 1,
            due_at = now() + least(interval '1 minute' * power(2, least(queued.attempts, 12)), interval '6 hours')
        from due where queued.id = due.id
        returning queued.id, queued.report_id, queued.goes_to, queued.attempts
    )
    select
        taken.id,
        taken.attempts,
        report.id,
        taken.goes_to,
        case taken.goes_to
            when 'desk' then entry.document #>> '{contact,email}'
            else address.email
        end,
        report.reference,
        entry.document -> 'name',
        entry.document ->> 'uri',
        report.kind,
        case taken.goes_to when 'desk' then report.words end,
        report.due_on,
        report.status,
        report.answer
    from taken
    inner join lantaarn.report as report on report.id = taken.report_id
    inner join lantaarn.sensor as sensor on sensor.entry_id = report.entry_id
    inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
    left join lantaarn.report_address as address on address.report_id = report.id;
end
$$;

-- A mail was handed over, or has nowhere to go.
create function open.report_mail_done(which bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
    delete from lantaarn.report_mail where id = which;
end;

-- Delete what is past its term: an address 30 days after the answer and at most a year after the report; the words of a
-- resident a year after the answer and at most two years after the report; mail that could not be sent for a week.
create function open.forget_report_words() returns void
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
    delete from lantaarn.report_mail where made_at < now() - interval '7 days';
    delete from lantaarn.report_address as address
    using lantaarn.report as report
    where
        report.id = address.report_id
        and least(report.settled_at + interval '30 days', report.received_at + interval '1 year') < now();
    update lantaarn.report set words = null
    where
        words is not null
        and least(settled_at + interval '1 year', received_at + interval '2 years') < now();
end;

revoke execute on function
    open.file_report(uuid, text, text, text, text, text, date),
    open.take_report_mail(integer),
    open.report_mail_done(bigint),
    open.forget_report_words()
from public;

grant execute on function
    open.file_report(uuid, text, text, text, text, text, date),
    open.take_report_mail(integer),
    open.report_mail_done(bigint),
    open.forget_report_words()
to lantaarn_api;

grant select on open.report to lantaarn_api, lantaarn_dashboard;
