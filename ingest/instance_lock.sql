-- notice_dead_clients: have the server notice the loss of our machine in 25 seconds instead of two hours
select
    set_config('tcp_keepalives_idle', '10', false),
    set_config('tcp_keepalives_interval', '5', false),
    set_config('tcp_keepalives_count', '3', false);

-- acquire_lock: become the only ingest, unless there is one; it lasts until the connection ends
select pg_try_advisory_lock(hashtextextended(%(lock_name)s, 0)) as acquired;

-- check_connection: fails when the connection, and so the lock, is gone
select 1 as alive;

-- lock_holder: the connection that has the lock; another user's has no details
select activity.application_name, host(activity.client_addr) as address, activity.backend_start as since
from pg_locks as held
join pg_stat_activity as activity on activity.pid = held.pid
where held.locktype = 'advisory'
  and held.granted
  and held.objsubid = 1 -- a key of one bigint, split over two columns
  and held.database = (select oid from pg_database where datname = current_database())
  and (held.classid::bigint << 32 | held.objid::bigint) = hashtextextended(%(lock_name)s, 0);
