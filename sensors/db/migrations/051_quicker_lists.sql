-- What adds an interval to an instant is stable to PostgreSQL. Declared immutable, the function was called for every cell,
-- which took longer than reading it; as what it is, it becomes part of the query.
alter function lantaarn.cell_end(text, timestamptz) stable;

-- Segments are few among the datastreams.
create index datastream_segment on lantaarn.datastream (sensor_id)
where active and rule ->> 'rule' = 'match_in_memory';

-- The list of a neighbourhood or a district in its usual order: in the order of the whole city, PostgreSQL went past all
-- sensors of the neighbourhoods before it.
create index finding_of_neighbourhood on lantaarn.finding (municipality, neighbourhood, place_key, reference);
create index finding_of_district on lantaarn.finding (municipality, district, place_key, reference);
drop index lantaarn.finding_municipality_neighbourhood_idx, lantaarn.finding_municipality_district_idx;
