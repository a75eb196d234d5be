-- Who may see what is said by the database, not by the programs. Roles belong to the whole server, so they may exist.
do $$
declare
    name text;
begin
    foreach name in array array['lantaarn_ingest', 'lantaarn_api', 'lantaarn_dashboard'] loop
        begin
            execute format('create role %I nologin', name);
        exception when duplicate_object or unique_violation then
            null;
        end;
        execute format('grant %I to current_user', name);
    end loop;
end
$$;

create schema if not exists lantaarn;   -- the tables
create schema open;                     -- what everyone may see
create schema staff;                    -- what policy officers may see besides
create schema restricted;               -- exact places of sensors at people's homes: neither readers nor ingest

grant usage on schema lantaarn to lantaarn_ingest;
grant usage on schema open to lantaarn_api, lantaarn_dashboard, lantaarn_ingest;
grant usage on schema staff to lantaarn_dashboard;
