-- kinds_of_sensors: the sensors of a municipality with these references, and their kind if they deliver data to us
select reference, case when delivers_data then kind end as kind from open.sensor
where municipality = %(municipality)s and reference = any(%(references)s)
order by reference collate "C";
