-- role_privileges: what each of our roles may do, by schema
select
    r.rolname as role,
    pg_has_role(current_user, r.oid, 'member') as ours,
    n.nspname as schema,
    coalesce(bool_or(has_table_privilege(r.oid, c.oid, 'select')), false) as reads,
    coalesce(bool_or(has_table_privilege(r.oid, c.oid, 'insert, update, delete')), false) as writes
from pg_roles r
join pg_namespace n
    on n.nspname in ('lantaarn', 'open', 'staff', 'restricted') and has_schema_privilege(r.oid, n.oid, 'usage')
left join pg_class c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v')
where r.rolname = any(%(roles)s)
group by r.rolname, r.oid, n.nspname
order by r.rolname, n.nspname;

-- forbidden_privileges: relations that a role can read, in whole or in part, but must not
select
    r.rolname as role,
    n.nspname as schema,
    string_agg(c.relname, ', ' order by c.relname) as relations
from (
    values
    ('lantaarn_api', 'lantaarn'),
    ('lantaarn_api', 'staff'),
    ('lantaarn_api', 'restricted'),
    ('lantaarn_dashboard', 'lantaarn'),
    ('lantaarn_dashboard', 'restricted'),
    ('lantaarn_ingest', 'restricted')
) as forbidden (role, schema)
inner join pg_roles as r on r.rolname = forbidden.role
inner join pg_namespace as n on n.nspname = forbidden.schema and has_schema_privilege(r.oid, n.oid, 'usage')
inner join pg_class as c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm', 'f')
where has_any_column_privilege(r.oid, c.oid, 'select')
group by r.rolname, n.nspname
order by r.rolname, n.nspname;

-- may_make_functions: roles that may create functions of their own, for this session or to keep
select r.rolname as role, quote_ident(current_database()) as database
from pg_roles as r
where
    r.rolname = any(%(roles)s)
    and (
        has_database_privilege(r.oid, current_database(), 'temporary')
        or exists (
            select from pg_namespace as n where n.nspname !~ '^pg_' and has_schema_privilege(r.oid, n.oid, 'create')
        )
    )
order by r.rolname;

-- may_read: whether the user may read this view; false before a migration has made it
select coalesce(has_table_privilege(to_regclass(%(relation)s), 'select'), false) as allowed;

-- outdated_segments: sensors where a segment starts that gives no travel times
select reference, minutes from open.outdated_segment order by reference;

-- outdated_entries: sensors whose entries do not comply with a rule from after they were registered, by rule
select rule, array_agg(distinct reference order by reference) as sensors
from open.entry_violation
group by rule
order by rule;

-- invalid_sensors: sensors of which values come, none of which is good
select sensor.reference
from open.deviation as deviation
inner join open.sensor as sensor on sensor.sensor_id = deviation.sensor_id
where deviation.deviation = 'invalid'
order by sensor.reference;

-- log_settings: settings that determine what the server logs, and those of libraries that log statements
select name, setting
from pg_settings
where name = any(%(settings)s) or split_part(name, '.', 1) in ('auto_explain', 'pg_stat_statements', 'pgaudit')
order by name;

-- backend_pid: the server process of this connection
select pg_backend_pid() as pid;

-- has_statement_timeout: whether the dashboard role has a statement timeout
select coalesce(position('statement_timeout=' in array_to_string(rolconfig, ' ')) > 0, false) as limited
from pg_roles where rolname = 'lantaarn_dashboard';

-- small_groups: groups of lamps with too few lamps for their movements to be counted
select municipality, group_name, lamps, minimum
from open.movement_group
where lamps < minimum
order by municipality, group_name;

-- event_refusals: refused events of the last week, by kind of sensor and reason, where there are more than noise explains
select kind, reason, events, margin, since from open.event_refusal order by kind, reason;
