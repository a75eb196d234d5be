-- The margin of independent numbers taken together, from the sum of the squares of theirs and how many they are: of their
-- mean, where values become a mean, else of their total.
create function open.joint_margin(aggregation text, squares double precision, number bigint) returns double precision
language sql immutable parallel safe
return sqrt(squares) / case aggregation when 'mean' then nullif(number, 0) else 1 end;
