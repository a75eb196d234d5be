-- From how many counted movements on the passages they stand for are more than their margin. Below that they can't be told
-- from none. Of an error so large that the margin is always more: the margin of what is counted.
create function open.movement_told_from(error double precision, capacity double precision) returns double precision
language sql immutable parallel safe
return case
    when 8 * error <= capacity then (capacity - sqrt(capacity ^ 2 - 8 * error * capacity)) / 2
    else 2 * error
end;

-- As it was, but that a number below its own margin can't be told from none either: its margin is larger than that of the
-- movements counted, which it was compared with.
create or replace function open.movement_estimate(
    mean double precision,
    error double precision,
    capacity double precision,
    out value numeric,
    out margin numeric,
    out fewer_than numeric,
    out more_than numeric
) language sql immutable parallel safe
return (
    case when mean <= 0.8 * capacity then round(open.passages(mean, capacity)::numeric, 2) end,
    case when mean <= 0.8 * capacity then round((2 * error / (1 - mean / capacity) ^ 2)::numeric, 2) end,
    case
        when mean < open.movement_told_from(error, capacity) and 2 * error <= 0.8 * capacity
            then round(open.passages(open.movement_told_from(error, capacity), capacity)::numeric, 2)
    end,
    case when mean > 0.8 * capacity then round((4 * capacity)::numeric, 2) end
);
