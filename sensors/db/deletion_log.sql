-- lock_retention: one enforcer at a time, so that the hash chain of deletions cannot fork
select pg_advisory_xact_lock(hashtext('lantaarn.retention'));

-- last_deletion: the last hash in the chain of deletions
select hash from lantaarn.deletion_log order by id desc limit 1;

-- deletions: all deletions, in chain order
select id, deleted_at, table_name, retention_class, older_than, deleted_rows, rule, previous_hash, hash
from lantaarn.deletion_log
order by id;

-- insert_deletion: append a deletion to the chain
insert into lantaarn.deletion_log
    (deleted_at, table_name, retention_class, older_than, deleted_rows, rule, previous_hash, hash)
values (
    %(deleted_at)s,
    %(table_name)s,
    %(retention_class)s,
    %(older_than)s,
    %(deleted_rows)s,
    %(rule)s,
    %(previous_hash)s,
    %(hash)s
);
