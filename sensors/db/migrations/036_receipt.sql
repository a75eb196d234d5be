-- When the broker was last known to keep nothing for each of ingest's sessions, so that the next process knows for how
-- long a message of a device without a clock can have waited.
alter table lantaarn.ingest_session add column backlog_empty_at timestamptz;
