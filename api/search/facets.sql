-- facets: options of each filter
select 'observed_property' as filter, value, count(*) as sensors
from open.find as find cross join unnest(find.properties) as value
where find.municipality = %(municipality)s
group by 2
union all
select 'purpose', value, count(*)
from open.find as find cross join unnest(find.purposes) as value
where find.municipality = %(municipality)s
group by 2
union all
select 'organisation', value, count(*)
from open.find as find cross join unnest(find.organisations) as value
where find.municipality = %(municipality)s
group by 2
union all
select 'theme', value, count(*)
from open.find as find cross join unnest(find.themes) as value
where find.municipality = %(municipality)s
group by 2
union all
select 'project', find.project, count(*)
from open.find as find
where find.municipality = %(municipality)s and find.project is not null
group by 2
order by filter, value;
