-- How long everything else is kept: totals that nothing stands for any more are found, and mail that is written to files.

-- Totals of what doesn't exist, or of a time that was erased: none may be there. No check by datastream would look at them.
-- What was erased a moment ago may still come in from memory, until the next run of the retention job.
create function lantaarn.orphan_totals(erased_before timestamptz)
returns table (table_name text, of_id integer, erased boolean) language plpgsql stable as $$
declare
    total record;
begin
    for total in
        select * from (
            values
            (
                'rollup_hour', 'datastream_id', 'datastream', 'held.hour',
                $x$held.hour + case when datastream.one_night then interval '7 hours' else interval '1 hour' end$x$
            ),
            (
                'public_cell', 'datastream_id', 'datastream', 'held.start',
                $x$lantaarn.cell_end(held.period, held.start)
                + case when held.counted and held.period = 'day' then interval '6 hours' else interval '0' end$x$
            ),
            ('day_total', 'datastream_id', 'datastream', 'open.day_start(held.day)', 'open.day_start(held.day + 1)'),
            ('public_day', 'datastream_id', 'datastream', 'open.day_start(held.day)', 'open.day_start(held.day + 1)'),
            ('lamp_day', 'sensor_id', 'sensor', 'open.day_start(held.day)', 'open.day_start(held.day + 1)')
        ) as known (name, id, owner, since, until)
    loop
        return query execute format(
            'with recursive present as (
                select min(%2$I) as id from lantaarn.%1$I
                union all
                select (select min(next.%2$I) from lantaarn.%1$I as next where next.%2$I > present.id)
                from present
                where present.id is not null
            )
            select %1$L, present.id, false from present
            where present.id is not null and not exists (select from lantaarn.%3$I as known where known.id = present.id)
            union all
            select distinct %1$L, held.%2$I, true
            from lantaarn.tombstone as erased
            inner join lantaarn.sensor as sensor on sensor.entry_id = erased.entry_id
            inner join lantaarn.datastream as datastream on datastream.sensor_id = sensor.id
            inner join lantaarn.%1$I as held on held.%2$I = %3$I.id
            where
                not erased.resend
                and erased.recorded_at < $1
                and %4$s >= coalesce(erased.since, ''-infinity'')
                and %5$s <= erased.until',
            total.name, total.id, total.owner, total.since, total.until
        ) using erased_before;
    end loop;
end
$$;

-- How old the oldest mail is that a program has in its folder, as it last looked; the files are on its machine alone.
create table lantaarn.mail_spool (
    program uuid primary key,              -- one process, as long as it runs
    oldest timestamptz,                    -- null: there is none
    checked_at timestamptz not null
);

create function open.note_mail_spool(of_program uuid, oldest_mail timestamptz, at timestamptz) returns void
language sql security definer set search_path = pg_catalog, pg_temp
begin atomic
    delete from lantaarn.mail_spool as noted where noted.checked_at < at - interval '1 day';
    insert into lantaarn.mail_spool as noted (program, oldest, checked_at) values (of_program, oldest_mail, at)
    on conflict (program) do update set oldest = excluded.oldest, checked_at = excluded.checked_at;
end;

revoke execute on function lantaarn.orphan_totals(timestamptz), open.note_mail_spool(uuid, timestamptz, timestamptz)
from public;

grant execute on function open.note_mail_spool(uuid, timestamptz, timestamptz) to lantaarn_api;
