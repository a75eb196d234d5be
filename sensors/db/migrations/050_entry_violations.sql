-- Entries from before a rule go on as they were until their next version, which must comply. They are listed by the rule.

-- What the current version of an entry does not comply with: derived from it, and again after each upgrade.
create table lantaarn.entry_violation (
    entry_id uuid not null references lantaarn.sensor (entry_id),
    rule text not null,
    path text not null,
    primary key (entry_id, rule, path)
);

create view open.entry_violation with (security_barrier = true) as
select sensor.municipality, sensor.id as sensor_id, sensor.reference, violation.rule, violation.path
from lantaarn.entry_violation as violation
inner join lantaarn.sensor as sensor on sensor.entry_id = violation.entry_id
where sensor.status <> 'ended';
comment on view open.entry_violation is 'where current entries do not comply with a rule from after they were registered';

grant select on open.entry_violation to lantaarn_api, lantaarn_dashboard;

-- Terms that are longer than is allowed are among them. Looking for them read every entry, half a second of the quality page in
-- a city of 50,000 sensors.
drop view open.capped_term;
