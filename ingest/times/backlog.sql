-- backlog_empty_at: when the broker was last known to keep nothing for this session
select backlog_empty_at from lantaarn.ingest_session where client_id = %(client_id)s;

-- record_backlog: remember when the broker was last known to keep nothing for this session
insert into lantaarn.ingest_session as session (client_id, running, backlog_empty_at)
values (%(client_id)s, false, %(at)s)
on conflict (client_id) do update set backlog_empty_at = excluded.backlog_empty_at;
