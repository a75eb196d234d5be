-- roles: what each of our roles may do, per schema
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
order by r.rolname, n.nspname
