-- buurt: options for the neighbourhood, among those with sensors
select distinct sensor.neighbourhood as __value, sensor.neighbourhood_name as __text
from staff.sensor as sensor
order by 2;

-- organisatie: options for the organisation: owners, operators and controllers
select distinct organisation.name as __value, organisation.name as __text
from staff.sensor as sensor
cross join lateral unnest(sensor.organisations) as organisation (name)
order by 1;
