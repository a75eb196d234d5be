-- volledig: share of minutes in the period (at most as far back as heartbeats are kept) with a heartbeat of ingest
select
    coalesce(
        floor(
            100.0 * count(*)
            / greatest(
                extract(
                    epoch from least($__timeTo()::timestamptz, now())
                    - greatest($__timeFrom()::timestamptz, now() - {heartbeat_term})
                ) / 60,
                1
            )
        )::text,
        '0'
    ) || ' % van de minuten' as __text
from staff.pulse as pulse
where $__timeFilter(pulse.minute);

-- volledig_boeken: share of days in the period with ledger entries
select
    coalesce(
        floor(
            100.0 * count(distinct book.day)
            / nullif(least(open.day_of($__timeTo()), open.day_of(now())) - open.day_of($__timeFrom()) + 1, 0)
        )::text,
        '0'
    ) || ' % van de dagen' as __text
from staff.book_day as book
where book.day between open.day_of($__timeFrom()) and open.day_of($__timeTo());

-- volledig_nu: database statistics are always complete
select 'alles, op dit moment' as __text;

-- current_lag: current ingest lag
select
    greatest(
        extract(epoch from now() - max(pulse.minute) - interval '2 minutes'),
        max(pulse.lag) filter (where pulse.minute > now() - interval '5 minutes'),
        0
    ) as "Achterstand"
from staff.pulse as pulse
where pulse.minute > now() - interval '1 day'
having count(*) > 0;

-- lag: worst delay per interval, from measurement to commit and from receipt to commit
select
    $__timeGroupAlias(pulse.minute, $__interval, NULL),
    max(pulse.lag) as "Van meting tot opslag",
    max(pulse.commit) as "Van ontvangst tot opslag"
from staff.pulse as pulse
where $__timeFilter(pulse.minute)
group by 1
order by 1;

-- messages_per_minute: mean messages per minute, per interval
select
    $__timeGroupAlias(pulse.minute, $__interval, NULL),
    avg(pulse.messages) as "Berichten per minuut"
from staff.pulse as pulse
where $__timeFilter(pulse.minute)
group by 1
order by 1;

-- batch_sizes: messages per transaction
select
    $__timeGroupAlias(pulse.minute, $__interval, NULL),
    sum(pulse.messages)::double precision / nullif(sum(pulse.batches), 0) as "Berichten per keer",
    max(pulse.workers) as "Werkers"
from staff.pulse as pulse
where $__timeFilter(pulse.minute)
group by 1
order by 1;

-- outage_minutes: minutes per hour in which ingest, the broker or the database was down
select
    hour as "time",
    60 - count(pulse.minute) as "Minuten zonder levensteken"
from generate_series(
    date_trunc('hour', greatest($__timeFrom()::timestamptz, now() - {heartbeat_term})) + interval '1 hour',
    date_trunc('hour', least($__timeTo()::timestamptz, now())) - interval '1 hour',
    interval '1 hour'
) as hour
left join staff.pulse as pulse on pulse.minute >= hour and pulse.minute < hour + interval '1 hour'
group by hour
order by hour;

-- unexplained_readings: readings of the last day that the ledger does not account for
select imbalance.unexplained + imbalance.without_reason as "Onverklaard"
from staff.imbalance as imbalance;

-- ledger_by_day: outcome of readings by day of receipt
select
    open.day_start(book.day) as "time",
    sum(book.stored) as "Opgeslagen",
    sum(book.duplicate) as "Dubbel",
    sum(book.conflict) as "Tegenstrijdig",
    sum(book.quarantined) as "Geweigerd",
    sum(book.aggregated) as "Alleen meegeteld"
from staff.book_day as book
where book.day between open.day_of($__timeFrom()) and open.day_of($__timeTo())
group by book.day
order by book.day;

-- readings_by_hour: readings of the last week by hour of receipt, an hour that is missing with nothing
select calendar.hour as "time", book.received as "Ontvangen"
from generate_series(
    date_trunc('hour', now(), 'UTC') - interval '7 days', date_trunc('hour', now(), 'UTC'), interval '1 hour'
) as calendar (hour)
left join staff.book_hour as book on book.hour = calendar.hour
order by calendar.hour;

-- database_size: total size of the database
select pg_database_size(current_database()) as "Omvang";

-- largest_tables: the largest tables
select size.table_name as "Tabel", size.octets as "Omvang"
from staff.table_size as size
order by size.octets desc
limit 15;

-- connections: number of connections, cache hit ratio and deadlocks
select
    stat.numbackends as "Verbindingen",
    100.0 * stat.blks_hit / nullif(stat.blks_hit + stat.blks_read, 0) as "Uit het geheugen",
    stat.deadlocks as "Vastgelopen"
from pg_stat_database as stat
where stat.datname = current_database();
