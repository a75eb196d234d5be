-- fill_day: what came in since yesterday; one in ten says nothing
insert into lantaarn.ledger
select id, date_trunc('hour', now()) - hours * interval '1 hour', 6, 6, 0, 0, 0, 0
from lantaarn.sensor cross join generate_series(0, 23) as hours
where id % 10 > 0;

-- fill_weeks: what came in before, of sensors that are told of by the week that is over
insert into lantaarn.ledger
select sensor_id, date_trunc('hour', now()) - hours * interval '1 hour', 24, 24, 0, 0, 0, 0
from lantaarn.finding cross join generate_series(24, 24 * 14, 4) as hours
where sensor_id % 10 > 0 and not live;

-- fill_rejections: one in fifty is refused something, and sends what it did not declare
update lantaarn.ledger set received = received + 3, quarantined = 3, fields_dropped = 2 where sensor_id % 50 = 3;

-- fill_reasons: why
insert into lantaarn.ledger_reason
select sensor_id, hour, 'too_late', quarantined from lantaarn.ledger where quarantined > 0;
