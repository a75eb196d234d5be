-- A sum of values of 0.1 is a multiple of 0.1: 2.8, though 0.1 + 2.7 is 2.8000000000000003 in binary. Six decimals hold
-- every resolution (tests/unit/sensors/test_kinds.py); a sum of doubles isn't off by as much. Otherwise as it was.
create or replace function open.aggregate(
    aggregation text,
    count bigint,
    sum double precision,
    sum_cos double precision,
    max double precision,
    last double precision
) returns double precision
language sql immutable parallel safe
return case aggregation
    when 'mean' then sum / nullif(count, 0)
    when 'delta' then round(sum::numeric, 6)::double precision
    when 'counter' then round(sum::numeric, 6)::double precision
    when 'max' then max
    when 'last' then last
    when 'energy_mean' then 10 * log(sum / nullif(count, 0))
    when 'circular_mean' then case
        when greatest(abs(sum), abs(sum_cos)) > 1e-9::double precision * count
            then mod(round((atan2d(sum, sum_cos) + 360)::numeric, 9), 360)::double precision
    end
end;
