-- sensor_groups: number of sensors per group with identical attributes
select
    find.neighbourhood,
    find.district,
    find.kind,
    find.category,
    find.status,
    find.personal_data,
    find.properties,
    find.purposes,
    find.themes,
    find.project_told as project,
    find.parties as organisations,
    find.responsible,
    find.desk as contact_point,
    find.privacy_rules,
    count(*) as sensor_count
from open.find as find
where find.municipality = %(municipality)s
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
-- Deterministic order, whatever grouping strategy the server picks: largest first.
order by sensor_count desc, min(find.reference);

-- slugs: slugs of organisations and projects, by name
select slug.sort, slug.slug, slug.name
from open.slug as slug
where slug.municipality = %(municipality)s
order by slug.sort, slug.slug;
