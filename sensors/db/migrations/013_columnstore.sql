-- What a class's table gets besides its columns, where the database has more to give: called for every class, and again
-- for a new one. Plain PostgreSQL has nothing more to give.
create function lantaarn.keep_class(name text) returns void language sql
begin atomic
end;

revoke execute on function lantaarn.keep_class(text) from public;
