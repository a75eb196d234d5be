-- A sum of values of 0.1 is a multiple of 0.1: 2.8, though 0.1 + 2.7 is 2.8000000000000003 in binary, and a mean needs no
-- sixteen digits. Six decimals hold every resolution (tests/unit/sensors/test_kinds.py); a sum of doubles isn't off by as
-- much.
create function open.six_decimals(value double precision) returns double precision
language sql immutable parallel safe
return round(value::numeric, 6)::double precision;

-- A direction is rounded before it is turned into the circle: 359.9999999 is 0, not 360. Otherwise as it was.
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
    when 'mean' then open.six_decimals(sum / nullif(count, 0))
    when 'delta' then open.six_decimals(sum)
    when 'counter' then open.six_decimals(sum)
    when 'max' then max
    when 'last' then last
    when 'energy_mean' then open.six_decimals(10 * log(sum / nullif(count, 0)))
    when 'circular_mean' then case
        when greatest(abs(sum), abs(sum_cos)) > 1e-9::double precision * count
            then mod(open.six_decimals(atan2d(sum, sum_cos) + 360)::numeric, 360)::double precision
    end
end;
