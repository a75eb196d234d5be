-- Whether the last process of each of ingest's sessions stopped in an orderly way, and which message it was storing
-- alone for which time, so that a message that kills ingest is recognised when the broker sends it again: by two numbers
-- of the delivery, never by its content.
create table lantaarn.ingest_session (
    client_id text primary key,
    running boolean not null,
    crashes integer not null default 0 check (crashes >= 0),
    packet_id integer check (packet_id >= 0),
    size integer check (size >= 0),
    attempts integer not null default 0 check (attempts >= 0),
    check ((packet_id is null) = (size is null))
);

grant select, insert, update on lantaarn.ingest_session to lantaarn_ingest;
