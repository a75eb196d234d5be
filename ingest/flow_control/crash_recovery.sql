-- begin_session: note that a process works on this session, and count the one before as crashed if it did not stop
insert into lantaarn.ingest_session as session (client_id, running) values (%(client_id)s, true)
on conflict (client_id) do update set
    running = true,
    crashes = case when session.running then session.crashes + 1 else 0 end
returning crashes, packet_id, size, attempts;

-- record_attempt: remember which message is about to be stored
update lantaarn.ingest_session set packet_id = %(packet_id)s, size = %(size)s, attempts = %(attempts)s
where client_id = %(client_id)s;

-- recover_session: forget the crashes, now that everything redelivered is stored
update lantaarn.ingest_session set crashes = 0, packet_id = null, size = null, attempts = 0
where client_id = %(client_id)s;

-- end_session: note that the process stops in an orderly way
update lantaarn.ingest_session
set running = false, crashes = 0, packet_id = null, size = null, attempts = 0
where client_id = %(client_id)s;
