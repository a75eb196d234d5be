-- fill_day: the ledger of the last day; one sensor in ten is silent
insert into lantaarn.ledger
select id, date_trunc('hour', now()) - hours * interval '1 hour', 6, 6, 0, 0, 0, 0
from lantaarn.sensor cross join generate_series(0, 23) as hours
where id % 10 > 0;

-- fill_weeks: the ledger of the two weeks before, for sensors reported on per completed week
insert into lantaarn.ledger
select sensor_id, date_trunc('hour', now()) - hours * interval '1 hour', 24, 24, 0, 0, 0, 0
from lantaarn.finding cross join generate_series(24, 24 * 14, 4) as hours
where sensor_id % 10 > 0 and not live;

-- fill_rejections: one sensor in fifty has rejected readings and undeclared fields
update lantaarn.ledger set received = received + 3, quarantined = 3, fields_dropped = 2 where sensor_id % 50 = 3;

-- fill_reasons: the reasons of the rejected readings
insert into lantaarn.ledger_reason
select sensor_id, hour, 'too_late', quarantined from lantaarn.ledger where quarantined > 0;
