-- sensor_groups: how many sensors there are of each sort: of all that pages about many sensors tell
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
    find.parties,
    find.responsible,
    find.desk,
    find.privacy_rules,
    count(*) as sensors
from open.find as find
where find.municipality = %(municipality)s
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14
-- Whatever the server's way of grouping, the same order each time: the most first.
order by sensors desc, min(find.reference);

-- slugs: the addresses of the names of organisations and projects
select slug.sort, slug.slug, slug.name
from open.slug as slug
where slug.municipality = %(municipality)s
order by slug.sort, slug.slug;
