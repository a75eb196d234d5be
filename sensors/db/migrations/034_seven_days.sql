-- A sixth retention class, for single values that tell when someone passed: long enough to recognise what is sent again
-- after an outage.
select lantaarn.add_retention_class('P7D');
