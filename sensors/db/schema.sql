-- Written by `make schema` (docs/generators/schema.py); don't edit it. The source, with the reasons, is the migrations
-- in sensors/db/migrations: this is what they make of an empty PostgreSQL. What they add for TimescaleDB is not here.
-- For reading, not for running: it is in order of name. What each table is for is in docs/schema.md.

-- roles
CREATE ROLE lantaarn_api;
CREATE ROLE lantaarn_dashboard;
CREATE ROLE lantaarn_ingest;
ALTER ROLE lantaarn_dashboard SET statement_timeout TO '10s';
ALTER ROLE lantaarn_dashboard SET default_transaction_read_only TO 'on';
ALTER ROLE lantaarn_dashboard SET jit TO 'off';
ALTER ROLE lantaarn_dashboard SET max_parallel_workers_per_gather TO '0';

-- lantaarn
CREATE SCHEMA lantaarn;
GRANT USAGE ON SCHEMA lantaarn TO lantaarn_ingest;

-- open
CREATE SCHEMA open;
GRANT USAGE ON SCHEMA open TO lantaarn_api;
GRANT USAGE ON SCHEMA open TO lantaarn_dashboard;
GRANT USAGE ON SCHEMA open TO lantaarn_ingest;

-- restricted
CREATE SCHEMA restricted;

-- staff
CREATE SCHEMA staff;
GRANT USAGE ON SCHEMA staff TO lantaarn_dashboard;

-- lantaarn.aggregation_change
CREATE TABLE lantaarn.aggregation_change (
    id bigint NOT NULL,
    datastream_id integer NOT NULL,
    from_aggregation text NOT NULL,
    to_aggregation text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    recomputed_until timestamp with time zone,
    incomplete_until timestamp with time zone,
    recomputed_hours bigint DEFAULT 0 NOT NULL,
    recomputed_at timestamp with time zone
);
ALTER TABLE lantaarn.aggregation_change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.aggregation_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.aggregation_change
    ADD CONSTRAINT aggregation_change_pkey PRIMARY KEY (id);
CREATE INDEX aggregation_change_datastream_id_idx ON lantaarn.aggregation_change USING btree (datastream_id) WHERE (recomputed_at IS NULL);

-- lantaarn.area
CREATE TABLE lantaarn.area (
    code text NOT NULL,
    level text NOT NULL,
    name text NOT NULL,
    district text,
    municipality text NOT NULL,
    geometry jsonb NOT NULL,
    CONSTRAINT area_level_check CHECK ((level = ANY (ARRAY['neighbourhood'::text, 'district'::text, 'municipality'::text])))
);
ALTER TABLE ONLY lantaarn.area
    ADD CONSTRAINT area_pkey PRIMARY KEY (code);

-- lantaarn.book_day
CREATE TABLE lantaarn.book_day (
    day date NOT NULL,
    kind text NOT NULL,
    received bigint NOT NULL,
    stored bigint NOT NULL,
    duplicate bigint NOT NULL,
    quarantined bigint NOT NULL,
    aggregated bigint NOT NULL,
    fields_dropped bigint NOT NULL,
    conflict bigint DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY lantaarn.book_day
    ADD CONSTRAINT book_day_pkey PRIMARY KEY (day, kind);

-- lantaarn.book_reason_day
CREATE TABLE lantaarn.book_reason_day (
    day date NOT NULL,
    kind text NOT NULL,
    reason text NOT NULL,
    readings bigint NOT NULL
);
ALTER TABLE ONLY lantaarn.book_reason_day
    ADD CONSTRAINT book_reason_day_pkey PRIMARY KEY (day, kind, reason);

-- lantaarn.changed_day
CREATE TABLE lantaarn.changed_day (
    day date NOT NULL,
    datastream_ids integer[] NOT NULL
);
GRANT INSERT ON TABLE lantaarn.changed_day TO lantaarn_ingest;

-- lantaarn.changed_hour
CREATE TABLE lantaarn.changed_hour (
    hour timestamp with time zone NOT NULL,
    datastream_ids integer[] NOT NULL,
    recompute boolean DEFAULT true NOT NULL
);
GRANT SELECT,INSERT,DELETE ON TABLE lantaarn.changed_hour TO lantaarn_ingest;

-- lantaarn.class_change
CREATE TABLE lantaarn.class_change (
    id bigint NOT NULL,
    datastream_id integer NOT NULL,
    from_class text NOT NULL,
    to_class text,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    moved_rows bigint DEFAULT 0 NOT NULL,
    moved_at timestamp with time zone,
    CONSTRAINT class_change_check CHECK ((from_class IS DISTINCT FROM to_class))
);
ALTER TABLE lantaarn.class_change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.class_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.class_change
    ADD CONSTRAINT class_change_pkey PRIMARY KEY (id);
CREATE INDEX class_change_datastream_id_idx ON lantaarn.class_change USING btree (datastream_id) WHERE (moved_at IS NULL);
ALTER TABLE ONLY lantaarn.class_change
    ADD CONSTRAINT class_change_from_class_fkey FOREIGN KEY (from_class) REFERENCES lantaarn.retention_class(name);
ALTER TABLE ONLY lantaarn.class_change
    ADD CONSTRAINT class_change_to_class_fkey FOREIGN KEY (to_class) REFERENCES lantaarn.retention_class(name);

-- lantaarn.datastream
CREATE TABLE lantaarn.datastream (
    id integer NOT NULL,
    sensor_id integer NOT NULL,
    property text NOT NULL,
    unit text NOT NULL,
    retention_class text,
    public text NOT NULL,
    counts_people boolean NOT NULL,
    active boolean NOT NULL,
    rule jsonb,
    aggregate_term interval NOT NULL,
    aggregation text DEFAULT 'mean'::text NOT NULL,
    max_rate_per_hour double precision,
    stamp text DEFAULT 'instant'::text NOT NULL,
    measurement_interval interval,
    sends_zeros boolean DEFAULT true NOT NULL,
    same_time text DEFAULT 'first'::text NOT NULL,
    totals_since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    recomputed boolean GENERATED ALWAYS AS (((aggregation = ANY (ARRAY['counter'::text, 'last'::text])) OR (same_time = 'last'::text) OR (totals_since = 'infinity'::timestamp with time zone))) STORED NOT NULL,
    about_people boolean DEFAULT true NOT NULL,
    cell_noise double precision,
    sum_minutes smallint,
    one_night boolean DEFAULT false NOT NULL,
    totals_term interval NOT NULL,
    ratio_reference double precision,
    ratio_clip double precision,
    ratio_of text[],
    cells_since timestamp with time zone,
    needed_noise double precision,
    noise_held_until timestamp with time zone,
    CONSTRAINT cells_begin CHECK (((cells_since IS NOT NULL) OR (num_nonnulls(cell_noise, ratio_of) = 0))),
    CONSTRAINT counts_are_about_people CHECK ((about_people OR (NOT counts_people))),
    CONSTRAINT datastream_aggregation_check CHECK ((aggregation = ANY (ARRAY['mean'::text, 'delta'::text, 'counter'::text, 'max'::text, 'last'::text, 'energy_mean'::text, 'circular_mean'::text, 'none'::text]))),
    CONSTRAINT datastream_cell_noise_check CHECK ((cell_noise >= (11.99)::double precision)),
    CONSTRAINT datastream_public_check CHECK ((public = ANY (ARRAY['none'::text, 'day'::text, 'hour'::text, 'live'::text]))),
    CONSTRAINT datastream_ratio_clip_check CHECK ((ratio_clip > (0)::double precision)),
    CONSTRAINT datastream_same_time_check CHECK ((same_time = ANY (ARRAY['first'::text, 'last'::text, 'sum'::text]))),
    CONSTRAINT datastream_stamp_check CHECK ((stamp = ANY (ARRAY['start'::text, 'end'::text, 'instant'::text]))),
    CONSTRAINT datastream_sum_minutes_check CHECK ((sum_minutes = ANY (ARRAY[15, 60]))),
    CONSTRAINT datastream_term_or_rule CHECK (((rule IS NULL) = (retention_class IS NOT NULL))),
    CONSTRAINT whole_ratio CHECK ((num_nulls(ratio_reference, ratio_clip, ratio_of) = ANY (ARRAY[0, 3])))
);
ALTER TABLE lantaarn.datastream ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.datastream_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.datastream
    ADD CONSTRAINT datastream_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lantaarn.datastream
    ADD CONSTRAINT datastream_sensor_id_property_key UNIQUE (sensor_id, property);
CREATE INDEX datastream_group ON lantaarn.datastream USING btree (sensor_id) WHERE (active AND (rule ? 'group'::text));
CREATE INDEX datastream_quiet ON lantaarn.datastream USING btree (sensor_id) WHERE (active AND (NOT sends_zeros));
CREATE INDEX datastream_segment ON lantaarn.datastream USING btree (sensor_id) WHERE (active AND ((rule ->> 'rule'::text) = 'match_in_memory'::text));
CREATE TRIGGER log_changed_term AFTER UPDATE OF retention_class, totals_term, aggregate_term ON lantaarn.datastream FOR EACH ROW WHEN ((((old.retention_class IS DISTINCT FROM new.retention_class) OR (old.totals_term IS DISTINCT FROM new.totals_term)) OR (old.aggregate_term IS DISTINCT FROM new.aggregate_term))) EXECUTE FUNCTION lantaarn.log_changed_term();
CREATE TRIGGER note_aggregation_change BEFORE UPDATE OF aggregation ON lantaarn.datastream FOR EACH ROW WHEN (((old.aggregation <> new.aggregation) AND ((old.aggregation = ANY (ARRAY['counter'::text, 'last'::text, 'energy_mean'::text, 'circular_mean'::text])) OR (new.aggregation = ANY (ARRAY['counter'::text, 'last'::text, 'energy_mean'::text, 'circular_mean'::text]))))) EXECUTE FUNCTION lantaarn.note_aggregation_change();
CREATE TRIGGER note_class_change AFTER UPDATE OF retention_class ON lantaarn.datastream FOR EACH ROW WHEN (((old.retention_class IS NOT NULL) AND (old.retention_class IS DISTINCT FROM new.retention_class))) EXECUTE FUNCTION lantaarn.note_class_change();
ALTER TABLE ONLY lantaarn.datastream
    ADD CONSTRAINT datastream_retention_class_fkey FOREIGN KEY (retention_class) REFERENCES lantaarn.retention_class(name);
ALTER TABLE ONLY lantaarn.datastream
    ADD CONSTRAINT datastream_sensor_id_fkey FOREIGN KEY (sensor_id) REFERENCES lantaarn.sensor(id);
GRANT SELECT ON TABLE lantaarn.datastream TO lantaarn_ingest;

-- lantaarn.day_total
CREATE TABLE lantaarn.day_total (
    datastream_id integer NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    sum double precision,
    min double precision NOT NULL,
    max double precision NOT NULL,
    hours smallint NOT NULL,
    day_hours smallint GENERATED ALWAYS AS (open.day_hours(day)) STORED NOT NULL,
    sum_cos double precision,
    jumps integer,
    counted_since timestamp with time zone,
    last_value double precision,
    completed_at timestamp with time zone
)
WITH (fillfactor='90');
ALTER TABLE ONLY lantaarn.day_total
    ADD CONSTRAINT day_total_pkey PRIMARY KEY (datastream_id, day);

-- lantaarn.days_made
CREATE TABLE lantaarn.days_made (
    at timestamp with time zone NOT NULL
);

-- lantaarn.deletion_log
CREATE TABLE lantaarn.deletion_log (
    id bigint NOT NULL,
    deleted_at timestamp with time zone NOT NULL,
    table_name text NOT NULL,
    retention_class text NOT NULL,
    older_than timestamp with time zone NOT NULL,
    deleted_rows bigint NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    rule text
);
ALTER TABLE lantaarn.deletion_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.deletion_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.deletion_log
    ADD CONSTRAINT deletion_log_pkey PRIMARY KEY (id);
CREATE INDEX deletion_log_table_name_deleted_at_idx ON lantaarn.deletion_log USING btree (table_name, deleted_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON lantaarn.deletion_log FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.refuse_change();

-- lantaarn.deviation
CREATE TABLE lantaarn.deviation (
    sensor_id integer NOT NULL,
    deviation text NOT NULL,
    weekly boolean NOT NULL
);
ALTER TABLE ONLY lantaarn.deviation
    ADD CONSTRAINT deviation_pkey PRIMARY KEY (sensor_id, deviation, weekly);
ALTER TABLE ONLY lantaarn.deviation
    ADD CONSTRAINT deviation_sensor_id_fkey FOREIGN KEY (sensor_id) REFERENCES lantaarn.sensor(id);

-- lantaarn.entry_quality
CREATE TABLE lantaarn.entry_quality (
    sensor_id integer NOT NULL,
    asked text[] NOT NULL,
    unanswered text[] NOT NULL,
    due_daily double precision
);
ALTER TABLE ONLY lantaarn.entry_quality
    ADD CONSTRAINT entry_quality_pkey PRIMARY KEY (sensor_id);
ALTER TABLE ONLY lantaarn.entry_quality
    ADD CONSTRAINT entry_quality_sensor_id_fkey FOREIGN KEY (sensor_id) REFERENCES lantaarn.sensor(id);

-- lantaarn.entry_violation
CREATE TABLE lantaarn.entry_violation (
    entry_id uuid NOT NULL,
    rule text NOT NULL,
    path text NOT NULL
);
ALTER TABLE ONLY lantaarn.entry_violation
    ADD CONSTRAINT entry_violation_pkey PRIMARY KEY (entry_id, rule, path);
ALTER TABLE ONLY lantaarn.entry_violation
    ADD CONSTRAINT entry_violation_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES lantaarn.sensor(entry_id);

-- lantaarn.erased_report
CREATE TABLE lantaarn.erased_report (
    id uuid NOT NULL,
    form_id uuid NOT NULL,
    number bigint NOT NULL,
    with_answer boolean NOT NULL,
    recorded_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY lantaarn.erased_report
    ADD CONSTRAINT erased_report_pkey PRIMARY KEY (id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON lantaarn.erased_report FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.refuse_change();

-- lantaarn.event_refusal
CREATE TABLE lantaarn.event_refusal (
    kind text NOT NULL,
    reason text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    events bigint NOT NULL,
    noise double precision NOT NULL,
    CONSTRAINT event_refusal_check CHECK ((until > since)),
    CONSTRAINT never_exact CHECK ((noise >= (640)::double precision))
);
ALTER TABLE ONLY lantaarn.event_refusal
    ADD CONSTRAINT event_refusal_pkey PRIMARY KEY (kind, reason, since);
GRANT INSERT ON TABLE lantaarn.event_refusal TO lantaarn_ingest;

-- lantaarn.expiring_chunk
CREATE TABLE lantaarn.expiring_chunk (
    table_name text NOT NULL,
    retention_class text NOT NULL,
    until timestamp with time zone NOT NULL,
    rows bigint NOT NULL
);
ALTER TABLE ONLY lantaarn.expiring_chunk
    ADD CONSTRAINT expiring_chunk_pkey PRIMARY KEY (table_name, until);

-- lantaarn.finding
CREATE TABLE lantaarn.finding (
    sensor_id integer NOT NULL,
    municipality text NOT NULL,
    reference text NOT NULL COLLATE pg_catalog."C",
    kind text,
    category text NOT NULL,
    status text NOT NULL,
    delivers_data boolean NOT NULL,
    live boolean NOT NULL,
    personal_data text NOT NULL,
    properties text[] NOT NULL,
    purposes text[] NOT NULL,
    organisations text[] NOT NULL,
    neighbourhood text,
    name jsonb NOT NULL,
    location_kind text NOT NULL,
    "precision" text NOT NULL,
    longitude double precision NOT NULL,
    latitude double precision NOT NULL,
    extent box NOT NULL,
    geometry jsonb,
    observed box,
    known_since timestamp with time zone NOT NULL,
    active_from date NOT NULL,
    active_until date,
    review_date date,
    place_key text NOT NULL COLLATE pg_catalog."C",
    name_key text NOT NULL COLLATE pg_catalog."C",
    changed_key text NOT NULL COLLATE pg_catalog."C",
    words tsvector NOT NULL,
    district text,
    themes text[] DEFAULT '{}'::text[] NOT NULL,
    project text,
    project_told jsonb,
    parties jsonb DEFAULT '[]'::jsonb NOT NULL,
    responsible text,
    desk jsonb DEFAULT '{}'::jsonb NOT NULL,
    privacy_rules jsonb DEFAULT '[]'::jsonb NOT NULL
);
ALTER TABLE ONLY lantaarn.finding
    ADD CONSTRAINT finding_pkey PRIMARY KEY (sensor_id);
CREATE INDEX finding_extent_idx ON lantaarn.finding USING gist (extent);
CREATE INDEX finding_extent_idx1 ON lantaarn.finding USING gist (extent) WHERE (location_kind <> 'fixed'::text);
CREATE INDEX finding_municipality_changed_key_reference_idx ON lantaarn.finding USING btree (municipality, changed_key, reference);
CREATE INDEX finding_municipality_longitude_latitude_idx ON lantaarn.finding USING btree (municipality) INCLUDE (longitude, latitude);
CREATE INDEX finding_municipality_name_key_reference_idx ON lantaarn.finding USING btree (municipality, name_key, reference);
CREATE INDEX finding_municipality_place_key_reference_idx ON lantaarn.finding USING btree (municipality, place_key, reference);
CREATE UNIQUE INDEX finding_municipality_reference_idx ON lantaarn.finding USING btree (municipality, reference);
CREATE INDEX finding_observed_idx ON lantaarn.finding USING gist (observed);
CREATE INDEX finding_of_district ON lantaarn.finding USING btree (municipality, district, place_key, reference);
CREATE INDEX finding_of_neighbourhood ON lantaarn.finding USING btree (municipality, neighbourhood, place_key, reference);
CREATE INDEX finding_watch ON lantaarn.finding USING btree (sensor_id) INCLUDE (status, live, delivers_data, known_since, active_from, active_until, review_date);
CREATE INDEX finding_words_idx ON lantaarn.finding USING gin (words);
CREATE TRIGGER note_quality_of_changed AFTER UPDATE ON lantaarn.finding REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.note_entry_quality();
CREATE TRIGGER note_quality_of_new AFTER INSERT ON lantaarn.finding REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.note_entry_quality();
ALTER TABLE ONLY lantaarn.finding
    ADD CONSTRAINT finding_sensor_id_fkey FOREIGN KEY (sensor_id) REFERENCES lantaarn.sensor(id);

-- lantaarn.ingest_session
CREATE TABLE lantaarn.ingest_session (
    client_id text NOT NULL,
    running boolean NOT NULL,
    crashes integer DEFAULT 0 NOT NULL,
    packet_id integer,
    size integer,
    attempts integer DEFAULT 0 NOT NULL,
    backlog_empty_at timestamp with time zone,
    CONSTRAINT ingest_session_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT ingest_session_check CHECK (((packet_id IS NULL) = (size IS NULL))),
    CONSTRAINT ingest_session_crashes_check CHECK ((crashes >= 0)),
    CONSTRAINT ingest_session_packet_id_check CHECK ((packet_id >= 0)),
    CONSTRAINT ingest_session_size_check CHECK ((size >= 0))
);
ALTER TABLE ONLY lantaarn.ingest_session
    ADD CONSTRAINT ingest_session_pkey PRIMARY KEY (client_id);
GRANT SELECT,INSERT,UPDATE ON TABLE lantaarn.ingest_session TO lantaarn_ingest;

-- lantaarn.lamp_day
CREATE TABLE lantaarn.lamp_day (
    sensor_id integer NOT NULL,
    day date NOT NULL,
    hours smallint NOT NULL,
    kwh double precision NOT NULL,
    burned double precision,
    full_kwh double precision
)
WITH (fillfactor='90');
ALTER TABLE ONLY lantaarn.lamp_day
    ADD CONSTRAINT lamp_day_pkey PRIMARY KEY (sensor_id, day);

-- lantaarn.ledger
CREATE TABLE lantaarn.ledger (
    sensor_id integer,
    hour timestamp with time zone NOT NULL,
    received bigint NOT NULL,
    stored bigint NOT NULL,
    duplicate bigint NOT NULL,
    quarantined bigint NOT NULL,
    aggregated bigint NOT NULL,
    fields_dropped bigint NOT NULL,
    conflict bigint DEFAULT 0 NOT NULL,
    CONSTRAINT balanced CHECK ((received = ((((stored + duplicate) + conflict) + quarantined) + aggregated)))
);
ALTER TABLE ONLY lantaarn.ledger
    ADD CONSTRAINT ledger_sensor_id_hour_key UNIQUE NULLS NOT DISTINCT (sensor_id, hour);
CREATE INDEX ledger_hour_idx ON lantaarn.ledger USING brin (hour);
CREATE INDEX ledger_trouble ON lantaarn.ledger USING btree (hour) WHERE ((quarantined > 0) OR (fields_dropped > 0) OR (conflict > 0));
GRANT SELECT,INSERT,UPDATE ON TABLE lantaarn.ledger TO lantaarn_ingest;

-- lantaarn.ledger_reason
CREATE TABLE lantaarn.ledger_reason (
    sensor_id integer,
    hour timestamp with time zone NOT NULL,
    reason text NOT NULL,
    readings bigint NOT NULL
);
ALTER TABLE ONLY lantaarn.ledger_reason
    ADD CONSTRAINT ledger_reason_sensor_id_hour_reason_key UNIQUE NULLS NOT DISTINCT (sensor_id, hour, reason);
CREATE INDEX ledger_reason_hour_idx ON lantaarn.ledger_reason USING brin (hour);
GRANT SELECT,INSERT,UPDATE ON TABLE lantaarn.ledger_reason TO lantaarn_ingest;

-- lantaarn.mail_spool
CREATE TABLE lantaarn.mail_spool (
    program uuid NOT NULL,
    oldest timestamp with time zone,
    checked_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY lantaarn.mail_spool
    ADD CONSTRAINT mail_spool_pkey PRIMARY KEY (program);

-- lantaarn.migration
CREATE TABLE lantaarn.migration (
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    edition text NOT NULL,
    digest text NOT NULL
);
ALTER TABLE ONLY lantaarn.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

-- lantaarn.movement_cell
CREATE TABLE lantaarn.movement_cell (
    municipality text NOT NULL,
    group_name text NOT NULL,
    property text NOT NULL,
    first_day date NOT NULL,
    days text NOT NULL,
    slot_start time without time zone NOT NULL,
    slot_end time without time zone NOT NULL,
    weeks smallint NOT NULL,
    windows smallint NOT NULL,
    due smallint NOT NULL,
    mean double precision NOT NULL,
    error double precision NOT NULL,
    capacity double precision NOT NULL,
    revision bigint NOT NULL,
    CONSTRAINT movement_cell_days_check CHECK ((days = ANY (ARRAY['weekday'::text, 'weekend'::text, 'night'::text]))),
    CONSTRAINT movement_cell_first_day_check CHECK ((EXTRACT(isodow FROM first_day) = (1)::numeric)),
    CONSTRAINT movement_cell_weeks_check CHECK ((weeks = ANY (ARRAY[4, 12]))),
    CONSTRAINT observed_enough CHECK ((((windows * 2) >= due) AND (windows <= due)))
);
ALTER TABLE ONLY lantaarn.movement_cell
    ADD CONSTRAINT movement_cell_pkey PRIMARY KEY (municipality, group_name, property, first_day, days, slot_start, slot_end);
GRANT SELECT,INSERT ON TABLE lantaarn.movement_cell TO lantaarn_ingest;

-- lantaarn.observation_10y
CREATE TABLE lantaarn.observation_10y (
    datastream_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    quality smallint NOT NULL,
    revised timestamp with time zone
);
ALTER TABLE ONLY lantaarn.observation_10y ALTER COLUMN value SET STATISTICS 0;
CREATE UNIQUE INDEX observation_10y_datastream_id_time_idx ON lantaarn.observation_10y USING btree (datastream_id, "time" DESC);
GRANT SELECT,INSERT ON TABLE lantaarn.observation_10y TO lantaarn_ingest;

-- lantaarn.observation_1d
CREATE TABLE lantaarn.observation_1d (
    datastream_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    quality smallint NOT NULL,
    revised timestamp with time zone
);
ALTER TABLE ONLY lantaarn.observation_1d ALTER COLUMN value SET STATISTICS 0;
CREATE UNIQUE INDEX observation_1d_datastream_id_time_idx ON lantaarn.observation_1d USING btree (datastream_id, "time" DESC);
GRANT SELECT,INSERT ON TABLE lantaarn.observation_1d TO lantaarn_ingest;

-- lantaarn.observation_1y
CREATE TABLE lantaarn.observation_1y (
    datastream_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    quality smallint NOT NULL,
    revised timestamp with time zone
);
ALTER TABLE ONLY lantaarn.observation_1y ALTER COLUMN value SET STATISTICS 0;
CREATE UNIQUE INDEX observation_1y_datastream_id_time_idx ON lantaarn.observation_1y USING btree (datastream_id, "time" DESC);
GRANT SELECT,INSERT ON TABLE lantaarn.observation_1y TO lantaarn_ingest;

-- lantaarn.observation_31d
CREATE TABLE lantaarn.observation_31d (
    datastream_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    quality smallint NOT NULL,
    revised timestamp with time zone
);
ALTER TABLE ONLY lantaarn.observation_31d ALTER COLUMN value SET STATISTICS 0;
CREATE UNIQUE INDEX observation_31d_datastream_id_time_idx ON lantaarn.observation_31d USING btree (datastream_id, "time" DESC);
GRANT SELECT,INSERT ON TABLE lantaarn.observation_31d TO lantaarn_ingest;

-- lantaarn.observation_5y
CREATE TABLE lantaarn.observation_5y (
    datastream_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    quality smallint NOT NULL,
    revised timestamp with time zone
);
ALTER TABLE ONLY lantaarn.observation_5y ALTER COLUMN value SET STATISTICS 0;
CREATE UNIQUE INDEX observation_5y_datastream_id_time_idx ON lantaarn.observation_5y USING btree (datastream_id, "time" DESC);
GRANT SELECT,INSERT ON TABLE lantaarn.observation_5y TO lantaarn_ingest;

-- lantaarn.observation_7d
CREATE TABLE lantaarn.observation_7d (
    datastream_id integer NOT NULL,
    "time" timestamp with time zone NOT NULL,
    value double precision NOT NULL,
    quality smallint NOT NULL,
    revised timestamp with time zone
);
ALTER TABLE ONLY lantaarn.observation_7d ALTER COLUMN value SET STATISTICS 0;
CREATE UNIQUE INDEX observation_7d_datastream_id_time_idx ON lantaarn.observation_7d USING btree (datastream_id, "time" DESC);
GRANT SELECT,INSERT ON TABLE lantaarn.observation_7d TO lantaarn_ingest;

-- lantaarn.public_cell
CREATE TABLE lantaarn.public_cell (
    datastream_id integer NOT NULL,
    period text NOT NULL,
    start timestamp with time zone NOT NULL,
    counted boolean NOT NULL,
    value double precision,
    counted_since timestamp with time zone,
    completed_at timestamp with time zone,
    noise double precision,
    filled smallint,
    reference double precision,
    denominator double precision,
    denominator_noise double precision,
    CONSTRAINT kind_of_cell CHECK (
CASE
    WHEN (counted AND (noise IS NULL)) THEN COALESCE(((value >= (15)::double precision) AND ((value / (5)::double precision) = floor((value / (5)::double precision)))), true)
    WHEN counted THEN COALESCE((value = round(value)), true)
    ELSE ((value IS NOT NULL) AND (noise IS NULL))
END),
    CONSTRAINT late_cells_say_what_they_fill CHECK (((period = 'late'::text) = (filled IS NOT NULL))),
    CONSTRAINT public_cell_period_check CHECK (((period = ANY (ARRAY['hour'::text, 'day'::text])) OR (counted AND (period = ANY (ARRAY['night'::text, 'late'::text]))))),
    CONSTRAINT ratio_is_whole CHECK (
CASE
    WHEN (reference IS NULL) THEN (num_nonnulls(denominator, denominator_noise) = 0)
    ELSE (counted AND (period = ANY (ARRAY['hour'::text, 'day'::text])) AND ((value IS NULL) = (denominator IS NULL)) AND COALESCE((denominator = round(denominator)), true) AND (denominator_noise >= (11.99)::double precision))
END)
);
ALTER TABLE lantaarn.public_cell
    ADD CONSTRAINT never_exact CHECK (((NOT counted) OR (COALESCE(noise, (0)::double precision) >= (11.99)::double precision))) NOT VALID;
ALTER TABLE ONLY lantaarn.public_cell
    ADD CONSTRAINT public_cell_pkey PRIMARY KEY (datastream_id, period, start);
CREATE TRIGGER skip_erased BEFORE INSERT ON lantaarn.public_cell FOR EACH ROW EXECUTE FUNCTION lantaarn.skip_erased_cell();
CREATE TRIGGER written_once BEFORE UPDATE ON lantaarn.public_cell FOR EACH ROW WHEN ((old.counted OR new.counted)) EXECUTE FUNCTION lantaarn.refuse_second_draw();
GRANT SELECT,INSERT ON TABLE lantaarn.public_cell TO lantaarn_ingest;

-- lantaarn.public_day
CREATE TABLE lantaarn.public_day (
    datastream_id integer NOT NULL,
    day date NOT NULL,
    sum double precision,
    hours smallint NOT NULL,
    hidden smallint NOT NULL,
    day_hours smallint GENERATED ALWAYS AS (open.day_hours(day)) STORED NOT NULL,
    value double precision,
    completed_at timestamp with time zone,
    noise double precision,
    CONSTRAINT public_day_check CHECK ((hidden <= hours)),
    CONSTRAINT public_day_check1 CHECK (((sum IS NULL) = (hidden = hours)))
)
WITH (fillfactor='90');
ALTER TABLE ONLY lantaarn.public_day
    ADD CONSTRAINT public_day_pkey PRIMARY KEY (datastream_id, day);

-- lantaarn.public_floor
CREATE TABLE lantaarn.public_floor (
    only_one boolean DEFAULT true NOT NULL,
    since timestamp with time zone NOT NULL,
    system_identifier bigint NOT NULL,
    settled_until timestamp with time zone NOT NULL,
    CONSTRAINT public_floor_only_one_check CHECK (only_one)
);
ALTER TABLE ONLY lantaarn.public_floor
    ADD CONSTRAINT public_floor_pkey PRIMARY KEY (only_one);
GRANT SELECT ON TABLE lantaarn.public_floor TO lantaarn_ingest;
GRANT UPDATE(settled_until) ON TABLE lantaarn.public_floor TO lantaarn_ingest;

-- lantaarn.publication
CREATE TABLE lantaarn.publication (
    datastream_id integer NOT NULL,
    first_start timestamp with time zone NOT NULL,
    last_start timestamp with time zone NOT NULL
)
WITH (fillfactor='50');
ALTER TABLE ONLY lantaarn.publication
    ADD CONSTRAINT publication_pkey PRIMARY KEY (datastream_id);
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE lantaarn.publication TO lantaarn_ingest;

-- lantaarn.pulse
CREATE TABLE lantaarn.pulse (
    minute timestamp with time zone NOT NULL,
    workers integer NOT NULL,
    batches integer NOT NULL,
    messages bigint NOT NULL,
    lag real,
    commit real
);
ALTER TABLE ONLY lantaarn.pulse
    ADD CONSTRAINT pulse_pkey PRIMARY KEY (minute);
GRANT SELECT,INSERT,UPDATE ON TABLE lantaarn.pulse TO lantaarn_ingest;

-- lantaarn.quality_group
CREATE TABLE lantaarn.quality_group (
    municipality text NOT NULL,
    neighbourhood text,
    organisations text[] NOT NULL,
    asked text[] NOT NULL,
    unanswered text[] NOT NULL,
    sensors bigint NOT NULL,
    delivering bigint NOT NULL,
    deviating bigint NOT NULL,
    expired bigint NOT NULL,
    refused bigint NOT NULL,
    review_due bigint NOT NULL,
    silent bigint NOT NULL,
    undeclared bigint NOT NULL,
    measured bigint NOT NULL,
    due bigint NOT NULL,
    received bigint NOT NULL,
    cells bigint NOT NULL,
    few bigint NOT NULL,
    refused_day bigint NOT NULL,
    undeclared_day bigint NOT NULL,
    refused_week bigint NOT NULL,
    undeclared_week bigint NOT NULL,
    conflict_day bigint DEFAULT 0 NOT NULL,
    conflict_week bigint DEFAULT 0 NOT NULL,
    invalid bigint DEFAULT 0 NOT NULL
);

-- lantaarn.quality_made
CREATE TABLE lantaarn.quality_made (
    only_one boolean DEFAULT true NOT NULL,
    made_at timestamp with time zone NOT NULL,
    revision bigint,
    hour timestamp with time zone NOT NULL,
    CONSTRAINT quality_made_only_one_check CHECK (only_one)
);
ALTER TABLE ONLY lantaarn.quality_made
    ADD CONSTRAINT quality_made_pkey PRIMARY KEY (only_one);

-- lantaarn.quarantine
CREATE TABLE lantaarn.quarantine (
    id bigint NOT NULL,
    received_at timestamp with time zone NOT NULL,
    sensor_id integer,
    topic_template text NOT NULL,
    reason text NOT NULL,
    field_paths text[] NOT NULL,
    size integer NOT NULL
);
ALTER TABLE lantaarn.quarantine ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.quarantine_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (id);
CREATE INDEX quarantine_received_at_idx ON lantaarn.quarantine USING btree (received_at);
GRANT SELECT,INSERT ON TABLE lantaarn.quarantine TO lantaarn_ingest;

-- lantaarn.redaction
CREATE TABLE lantaarn.redaction (
    revision bigint NOT NULL,
    redacted_at timestamp with time zone DEFAULT now() NOT NULL,
    precision_before text,
    precision_after text,
    field text,
    CONSTRAINT place_or_field CHECK ((num_nulls(precision_before, precision_after) =
CASE
    WHEN (field IS NULL) THEN 0
    ELSE 2
END))
);
CREATE INDEX redaction_revision ON lantaarn.redaction USING btree (revision);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON lantaarn.redaction FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.refuse_change();
ALTER TABLE ONLY lantaarn.redaction
    ADD CONSTRAINT redaction_revision_fkey FOREIGN KEY (revision) REFERENCES lantaarn.register_entry(revision);

-- lantaarn.register_entry
CREATE TABLE lantaarn.register_entry (
    revision bigint NOT NULL,
    entry_id uuid NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    editor text NOT NULL,
    reason text NOT NULL,
    CONSTRAINT register_entry_version_check CHECK ((version >= 1))
);
ALTER TABLE lantaarn.register_entry ALTER COLUMN revision ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.register_entry_revision_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.register_entry
    ADD CONSTRAINT register_entry_entry_id_version_key UNIQUE (entry_id, version);
ALTER TABLE ONLY lantaarn.register_entry
    ADD CONSTRAINT register_entry_pkey PRIMARY KEY (revision);
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON lantaarn.register_entry FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.refuse_change();
CREATE TRIGGER erase_only BEFORE UPDATE ON lantaarn.register_entry FOR EACH ROW WHEN ((current_setting('lantaarn.redacting'::text, true) = 'erasure'::text)) EXECUTE FUNCTION lantaarn.erase_only();
CREATE TRIGGER erase_texts_only AFTER UPDATE ON lantaarn.register_entry REFERENCING OLD TABLE AS old_version NEW TABLE AS new_version FOR EACH STATEMENT WHEN ((current_setting('lantaarn.redacting'::text, true) = 'erasure'::text)) EXECUTE FUNCTION lantaarn.erase_texts_only();
CREATE TRIGGER note_changed AFTER UPDATE ON lantaarn.register_entry REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.note_versions();
CREATE TRIGGER note_new AFTER INSERT ON lantaarn.register_entry REFERENCING NEW TABLE AS noted FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.note_versions();
CREATE TRIGGER redact_only BEFORE UPDATE ON lantaarn.register_entry FOR EACH ROW WHEN ((COALESCE(current_setting('lantaarn.redacting'::text, true), ''::text) <> ALL (ARRAY['erasure'::text, 'field'::text]))) EXECUTE FUNCTION lantaarn.redact_only();
CREATE TRIGGER remove_field_only BEFORE UPDATE ON lantaarn.register_entry FOR EACH ROW WHEN ((current_setting('lantaarn.redacting'::text, true) = 'field'::text)) EXECUTE FUNCTION lantaarn.remove_field_only();
GRANT SELECT ON TABLE lantaarn.register_entry TO lantaarn_ingest;

-- lantaarn.removed_field
CREATE TABLE lantaarn.removed_field (
    id uuid NOT NULL,
    entry_id uuid NOT NULL,
    first_version integer NOT NULL,
    last_version integer NOT NULL,
    field text NOT NULL,
    reason text NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT removed_field_check CHECK (((first_version >= 1) AND (first_version <= last_version))),
    CONSTRAINT removed_field_field_check CHECK ((field ~ '^[a-z0-9_]+(\[[0-9]+\])?(\.[a-z0-9_]+(\[[0-9]+\])?)*$'::text))
);
ALTER TABLE ONLY lantaarn.removed_field
    ADD CONSTRAINT removed_field_pkey PRIMARY KEY (id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON lantaarn.removed_field FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.refuse_change();

-- lantaarn.report
CREATE TABLE lantaarn.report (
    id bigint NOT NULL,
    form_id uuid NOT NULL,
    municipality text NOT NULL,
    entry_id uuid NOT NULL,
    reference text NOT NULL,
    kind text NOT NULL,
    words text,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    due_on date NOT NULL,
    status text DEFAULT 'received'::text NOT NULL,
    answer text,
    settled_at timestamp with time zone,
    corrected_at timestamp with time zone,
    erased_at timestamp with time zone,
    CONSTRAINT answer_of_settled CHECK (((answer IS NULL) OR (status <> 'received'::text))),
    CONSTRAINT erased_is_settled CHECK (((erased_at IS NULL) OR ((words IS NULL) AND (status <> 'received'::text)))),
    CONSTRAINT report_answer_check CHECK (((length(answer) >= 1) AND (length(answer) <= 2000))),
    CONSTRAINT report_check CHECK (((status = 'received'::text) = (settled_at IS NULL))),
    CONSTRAINT report_kind_check CHECK ((kind = ANY (ARRAY['wrong'::text, 'question'::text]))),
    CONSTRAINT report_status_check CHECK ((status = ANY (ARRAY['received'::text, 'answered'::text, 'closed'::text]))),
    CONSTRAINT report_words_check CHECK (((length(words) >= 1) AND (length(words) <= 2000))),
    CONSTRAINT settled_or_erased CHECK (((answer IS NOT NULL) OR (status = 'received'::text) OR (erased_at IS NOT NULL)))
);
ALTER TABLE lantaarn.report ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.report_id_seq
    START WITH 1001
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.report
    ADD CONSTRAINT report_form_id_key UNIQUE (form_id);
ALTER TABLE ONLY lantaarn.report
    ADD CONSTRAINT report_pkey PRIMARY KEY (id);
CREATE INDEX report_open ON lantaarn.report USING btree (received_at) WHERE (status = 'received'::text);

-- lantaarn.report_address
CREATE TABLE lantaarn.report_address (
    report_id bigint NOT NULL,
    email text NOT NULL,
    CONSTRAINT report_address_email_check CHECK (((length(email) >= 3) AND (length(email) <= 254)))
);
ALTER TABLE ONLY lantaarn.report_address
    ADD CONSTRAINT report_address_pkey PRIMARY KEY (report_id);
ALTER TABLE ONLY lantaarn.report_address
    ADD CONSTRAINT report_address_report_id_fkey FOREIGN KEY (report_id) REFERENCES lantaarn.report(id) ON DELETE CASCADE;

-- lantaarn.report_decision
CREATE TABLE lantaarn.report_decision (
    id bigint NOT NULL,
    report_id bigint NOT NULL,
    decided_at timestamp with time zone NOT NULL,
    decision text NOT NULL,
    matches text[] NOT NULL,
    reason text NOT NULL,
    CONSTRAINT report_decision_decision_check CHECK ((decision = ANY (ARRAY['published_anyway'::text, 'corrected'::text, 'erased'::text]))),
    CONSTRAINT report_decision_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000)))
);
ALTER TABLE lantaarn.report_decision ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.report_decision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.report_decision
    ADD CONSTRAINT report_decision_pkey PRIMARY KEY (id);
CREATE INDEX report_decision_report ON lantaarn.report_decision USING btree (report_id);
ALTER TABLE ONLY lantaarn.report_decision
    ADD CONSTRAINT report_decision_report_id_fkey FOREIGN KEY (report_id) REFERENCES lantaarn.report(id) ON DELETE CASCADE;

-- lantaarn.report_mail
CREATE TABLE lantaarn.report_mail (
    id bigint NOT NULL,
    report_id bigint NOT NULL,
    goes_to text NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    CONSTRAINT report_mail_goes_to_check CHECK ((goes_to = ANY (ARRAY['desk'::text, 'resident'::text])))
);
ALTER TABLE lantaarn.report_mail ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.report_mail_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.report_mail
    ADD CONSTRAINT report_mail_pkey PRIMARY KEY (id);
CREATE INDEX report_mail_due ON lantaarn.report_mail USING btree (due_at);
ALTER TABLE ONLY lantaarn.report_mail
    ADD CONSTRAINT report_mail_report_id_fkey FOREIGN KEY (report_id) REFERENCES lantaarn.report(id) ON DELETE CASCADE;

-- lantaarn.retention_class
CREATE TABLE lantaarn.retention_class (
    name text NOT NULL,
    table_name text NOT NULL,
    term interval NOT NULL,
    chunk interval NOT NULL,
    CONSTRAINT table_of_class CHECK ((table_name ~ '^observation_[0-9a-z]+$'::text))
);
ALTER TABLE ONLY lantaarn.retention_class
    ADD CONSTRAINT retention_class_pkey PRIMARY KEY (name);
ALTER TABLE ONLY lantaarn.retention_class
    ADD CONSTRAINT retention_class_table_name_key UNIQUE (table_name);
GRANT SELECT ON TABLE lantaarn.retention_class TO lantaarn_ingest;

-- lantaarn.rollup_hour
CREATE TABLE lantaarn.rollup_hour (
    datastream_id integer NOT NULL,
    hour timestamp with time zone NOT NULL,
    count bigint NOT NULL,
    sum double precision,
    min double precision NOT NULL,
    max double precision NOT NULL,
    sum_cos double precision,
    jumps integer,
    counted_since timestamp with time zone,
    last_time timestamp with time zone,
    last_value double precision,
    completed_at timestamp with time zone,
    published double precision
)
WITH (fillfactor='70');
ALTER TABLE ONLY lantaarn.rollup_hour ALTER COLUMN count SET STATISTICS 0;
ALTER TABLE ONLY lantaarn.rollup_hour ALTER COLUMN sum SET STATISTICS 0;
ALTER TABLE ONLY lantaarn.rollup_hour ALTER COLUMN min SET STATISTICS 0;
ALTER TABLE ONLY lantaarn.rollup_hour ALTER COLUMN max SET STATISTICS 0;
ALTER TABLE ONLY lantaarn.rollup_hour ALTER COLUMN sum_cos SET STATISTICS 0;
ALTER TABLE ONLY lantaarn.rollup_hour ALTER COLUMN last_value SET STATISTICS 0;
ALTER TABLE ONLY lantaarn.rollup_hour ALTER COLUMN published SET STATISTICS 0;
ALTER TABLE ONLY lantaarn.rollup_hour
    ADD CONSTRAINT rollup_hour_pkey PRIMARY KEY (datastream_id, hour);
GRANT SELECT,INSERT,UPDATE ON TABLE lantaarn.rollup_hour TO lantaarn_ingest;

-- lantaarn.sensor
CREATE TABLE lantaarn.sensor (
    id integer NOT NULL,
    entry_id uuid NOT NULL,
    municipality text NOT NULL,
    reference text NOT NULL,
    kind text,
    status text NOT NULL,
    delivers_data boolean NOT NULL,
    neighbourhood text,
    district text,
    revision bigint NOT NULL
);
ALTER TABLE lantaarn.sensor ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.sensor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.sensor
    ADD CONSTRAINT sensor_entry_id_key UNIQUE (entry_id);
ALTER TABLE ONLY lantaarn.sensor
    ADD CONSTRAINT sensor_municipality_reference_key UNIQUE (municipality, reference);
ALTER TABLE ONLY lantaarn.sensor
    ADD CONSTRAINT sensor_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lantaarn.sensor
    ADD CONSTRAINT sensor_revision_fkey FOREIGN KEY (revision) REFERENCES lantaarn.register_entry(revision);
GRANT SELECT ON TABLE lantaarn.sensor TO lantaarn_ingest;

-- lantaarn.sensor_day
CREATE TABLE lantaarn.sensor_day (
    sensor_id integer NOT NULL,
    due bigint NOT NULL,
    received bigint NOT NULL,
    measured boolean NOT NULL,
    cells bigint NOT NULL,
    few bigint NOT NULL,
    refused_week bigint NOT NULL,
    undeclared_week bigint NOT NULL,
    conflict_week bigint DEFAULT 0 NOT NULL
);
ALTER TABLE ONLY lantaarn.sensor_day
    ADD CONSTRAINT sensor_day_pkey PRIMARY KEY (sensor_id);
ALTER TABLE ONLY lantaarn.sensor_day
    ADD CONSTRAINT sensor_day_sensor_id_fkey FOREIGN KEY (sensor_id) REFERENCES lantaarn.sensor(id);

-- lantaarn.slug
CREATE TABLE lantaarn.slug (
    municipality text NOT NULL,
    sort text NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    CONSTRAINT slug_slug_check CHECK ((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text)),
    CONSTRAINT slug_sort_check CHECK ((sort = ANY (ARRAY['organisation'::text, 'project'::text])))
);
ALTER TABLE ONLY lantaarn.slug
    ADD CONSTRAINT slug_municipality_sort_name_key UNIQUE (municipality, sort, name);
ALTER TABLE ONLY lantaarn.slug
    ADD CONSTRAINT slug_pkey PRIMARY KEY (municipality, sort, slug);
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON lantaarn.slug FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.refuse_change();
CREATE TRIGGER forget_unnamed BEFORE DELETE ON lantaarn.slug FOR EACH ROW EXECUTE FUNCTION lantaarn.forget_unnamed();

-- lantaarn.staff_log
CREATE TABLE lantaarn.staff_log (
    id bigint NOT NULL,
    acted_at timestamp with time zone NOT NULL,
    login text NOT NULL,
    editor text,
    command text NOT NULL,
    subject text NOT NULL,
    reason text,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT staff_log_command_check CHECK (((length(command) >= 1) AND (length(command) <= 40))),
    CONSTRAINT staff_log_editor_check CHECK (((length(editor) >= 1) AND (length(editor) <= 100))),
    CONSTRAINT staff_log_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
    CONSTRAINT staff_log_subject_check CHECK (((length(subject) >= 1) AND (length(subject) <= 400)))
);
ALTER TABLE lantaarn.staff_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lantaarn.staff_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
ALTER TABLE ONLY lantaarn.staff_log
    ADD CONSTRAINT staff_log_pkey PRIMARY KEY (id);
CREATE INDEX staff_log_acted_at_idx ON lantaarn.staff_log USING btree (acted_at);
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON lantaarn.staff_log FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.refuse_change();
CREATE TRIGGER expire_only BEFORE DELETE ON lantaarn.staff_log FOR EACH ROW WHEN ((COALESCE(current_setting('lantaarn.expiring'::text, true), ''::text) <> 'staff_log'::text)) EXECUTE FUNCTION lantaarn.refuse_change();

-- lantaarn.tombstone
CREATE TABLE lantaarn.tombstone (
    id uuid NOT NULL,
    entry_id uuid NOT NULL,
    since timestamp with time zone,
    until timestamp with time zone NOT NULL,
    register boolean NOT NULL,
    resend boolean NOT NULL,
    reason text NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT tombstone_check CHECK ((since < until))
);
ALTER TABLE ONLY lantaarn.tombstone
    ADD CONSTRAINT tombstone_pkey PRIMARY KEY (id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON lantaarn.tombstone FOR EACH STATEMENT EXECUTE FUNCTION lantaarn.refuse_change();
GRANT SELECT ON TABLE lantaarn.tombstone TO lantaarn_ingest;

-- lantaarn.travel_hour
CREATE TABLE lantaarn.travel_hour (
    datastream_id integer NOT NULL,
    hour timestamp with time zone NOT NULL,
    revision bigint NOT NULL,
    windows smallint NOT NULL,
    median double precision NOT NULL,
    p85 double precision
);
ALTER TABLE ONLY lantaarn.travel_hour
    ADD CONSTRAINT travel_hour_pkey PRIMARY KEY (datastream_id, hour, revision);

-- lantaarn.travel_time
CREATE TABLE lantaarn.travel_time (
    datastream_id integer NOT NULL,
    window_start timestamp with time zone NOT NULL,
    minutes smallint NOT NULL,
    vehicle_class text NOT NULL,
    median smallint NOT NULL,
    p85 smallint,
    revision bigint NOT NULL,
    CONSTRAINT travel_time_median_check CHECK ((((median)::integer % 5) = 0)),
    CONSTRAINT travel_time_minutes_check CHECK ((minutes = ANY (ARRAY[15, 60]))),
    CONSTRAINT travel_time_p85_check CHECK (((p85 >= median) AND (((p85)::integer % 5) = 0)))
);
ALTER TABLE ONLY lantaarn.travel_time
    ADD CONSTRAINT travel_time_datastream_id_window_start_vehicle_class_key UNIQUE (datastream_id, window_start, vehicle_class);
CREATE INDEX travel_time_window_start_idx ON lantaarn.travel_time USING btree (window_start);
GRANT SELECT,INSERT ON TABLE lantaarn.travel_time TO lantaarn_ingest;

-- lantaarn.verification
CREATE TABLE lantaarn.verification (
    subject text NOT NULL,
    retention_class text NOT NULL,
    datastream_id integer,
    term interval,
    chunk interval NOT NULL,
    schedule interval NOT NULL,
    oldest timestamp with time zone,
    kept boolean NOT NULL,
    verified_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY lantaarn.verification
    ADD CONSTRAINT verification_subject_retention_class_datastream_id_key UNIQUE NULLS NOT DISTINCT (subject, retention_class, datastream_id);
CREATE INDEX verification_datastream_id_idx ON lantaarn.verification USING btree (datastream_id);
GRANT SELECT ON TABLE lantaarn.verification TO lantaarn_ingest;

-- lantaarn.version_state
CREATE TABLE lantaarn.version_state (
    revision bigint NOT NULL,
    entry_id uuid NOT NULL,
    status text,
    neighbourhood text,
    status_before text,
    neighbourhood_before text
);
ALTER TABLE ONLY lantaarn.version_state
    ADD CONSTRAINT version_state_pkey PRIMARY KEY (revision);
CREATE INDEX version_state_entry_id_idx ON lantaarn.version_state USING btree (entry_id);
ALTER TABLE ONLY lantaarn.version_state
    ADD CONSTRAINT version_state_revision_fkey FOREIGN KEY (revision) REFERENCES lantaarn.register_entry(revision);

-- lantaarn.window_count
CREATE TABLE lantaarn.window_count (
    municipality text NOT NULL,
    group_name text NOT NULL,
    property text NOT NULL,
    window_start timestamp with time zone NOT NULL,
    window_end timestamp with time zone NOT NULL,
    sensors integer NOT NULL,
    count bigint NOT NULL,
    revision bigint NOT NULL,
    noise double precision NOT NULL,
    spacing double precision NOT NULL,
    CONSTRAINT never_exact CHECK (((noise * noise) >= ((5119.99 * (sensors)::numeric))::double precision)),
    CONSTRAINT window_count_check CHECK ((window_end >= (window_start + '01:00:00'::interval))),
    CONSTRAINT window_count_sensors_check CHECK ((sensors >= 12)),
    CONSTRAINT window_count_spacing_check CHECK ((spacing >= (30)::double precision))
);
ALTER TABLE ONLY lantaarn.window_count
    ADD CONSTRAINT window_count_municipality_group_name_property_window_start_key UNIQUE (municipality, group_name, property, window_start);
CREATE INDEX window_count_window_start_idx ON lantaarn.window_count USING btree (window_start);
GRANT SELECT,INSERT ON TABLE lantaarn.window_count TO lantaarn_ingest;

-- lantaarn.window_day
CREATE TABLE lantaarn.window_day (
    rule text NOT NULL,
    subject text NOT NULL,
    day date NOT NULL,
    released integer NOT NULL,
    suppressed integer NOT NULL,
    unobserved integer NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT window_day_released_check CHECK ((released >= 0)),
    CONSTRAINT window_day_rule_check CHECK ((rule = ANY (ARRAY['match_in_memory'::text, 'window_count'::text]))),
    CONSTRAINT window_day_suppressed_check CHECK ((suppressed >= 0)),
    CONSTRAINT window_day_unobserved_check CHECK ((unobserved >= 0))
);
ALTER TABLE ONLY lantaarn.window_day
    ADD CONSTRAINT window_day_pkey PRIMARY KEY (rule, subject, day);
GRANT SELECT,INSERT,UPDATE ON TABLE lantaarn.window_day TO lantaarn_ingest;

-- lantaarn.window_due
CREATE TABLE lantaarn.window_due (
    rule text NOT NULL,
    subject text NOT NULL,
    day date NOT NULL,
    municipality text NOT NULL,
    due integer NOT NULL,
    CONSTRAINT window_due_due_check CHECK ((due > 0)),
    CONSTRAINT window_due_rule_check CHECK ((rule = ANY (ARRAY['match_in_memory'::text, 'window_count'::text])))
);
ALTER TABLE ONLY lantaarn.window_due
    ADD CONSTRAINT window_due_pkey PRIMARY KEY (rule, subject, day);

-- restricted.location
CREATE TABLE restricted.location (
    entry_id uuid NOT NULL,
    geometry jsonb NOT NULL
);
ALTER TABLE ONLY restricted.location ALTER COLUMN geometry SET STATISTICS 0;
ALTER TABLE ONLY restricted.location
    ADD CONSTRAINT location_pkey PRIMARY KEY (entry_id);

-- lantaarn.aggregate_promise
CREATE VIEW lantaarn.aggregate_promise AS
 SELECT DISTINCT ON (made.revision, (declared.value ->> 'observed_property'::text)) made.revision,
    (declared.value ->> 'observed_property'::text) AS property,
    (declared.value #>> '{retention,aggregate}'::text[]) AS name,
    ((declared.value #>> '{retention,aggregate}'::text[]))::interval AS term
   FROM (((lantaarn.register_entry made
     JOIN lantaarn.sensor sensor ON ((sensor.entry_id = made.entry_id)))
     JOIN lantaarn.register_entry promised ON (((promised.revision = made.revision) OR (promised.revision = sensor.revision))))
     CROSS JOIN LATERAL jsonb_array_elements((promised.document -> 'datastreams'::text)) declared(value))
  WHERE ((declared.value #>> '{retention,aggregate}'::text[]) IS NOT NULL)
  ORDER BY made.revision, (declared.value ->> 'observed_property'::text), ((declared.value #>> '{retention,aggregate}'::text[]))::interval;

-- lantaarn.deviation_daily
CREATE VIEW lantaarn.deviation_daily AS
 SELECT finding.sensor_id,
    'expired'::text AS deviation
   FROM (lantaarn.finding finding
     CROSS JOIN lantaarn.watch watch)
  WHERE ((finding.status = ANY (ARRAY['active'::text, 'paused'::text])) AND (finding.active_until < watch.today))
UNION ALL
 SELECT finding.sensor_id,
    'review_due'::text AS deviation
   FROM (lantaarn.finding finding
     CROSS JOIN lantaarn.watch watch)
  WHERE ((finding.status <> 'ended'::text) AND (finding.review_date < watch.today))
UNION ALL
 SELECT finding.sensor_id,
    'silent'::text AS deviation
   FROM (lantaarn.finding finding
     CROSS JOIN lantaarn.watch watch)
  WHERE (finding.live AND (finding.status = 'active'::text) AND finding.delivers_data AND (GREATEST(finding.known_since, ((finding.active_from)::timestamp without time zone AT TIME ZONE 'Europe/Amsterdam'::text)) < watch.day_since) AND (NOT (EXISTS ( SELECT
           FROM lantaarn.ledger ledger
          WHERE ((ledger.sensor_id = finding.sensor_id) AND (ledger.hour >= watch.day_since) AND (ledger.received > (ledger.quarantined + ledger.aggregated)))))))
UNION ALL
 SELECT day.sensor_id,
    sort.deviation
   FROM ((( SELECT trouble.sensor_id,
            sum(trouble.quarantined) AS refused,
            sum(trouble.fields_dropped) AS dropped
           FROM lantaarn.ledger trouble
          WHERE (((trouble.quarantined > 0) OR (trouble.fields_dropped > 0)) AND (trouble.hour >= date_trunc('hour'::text, (now() - '1 day'::interval))))
          GROUP BY trouble.sensor_id) day
     JOIN lantaarn.finding finding ON (((finding.sensor_id = day.sensor_id) AND finding.live)))
     CROSS JOIN ( VALUES ('undeclared'::text), ('refused'::text)) sort(deviation))
  WHERE
        CASE sort.deviation
            WHEN 'undeclared'::text THEN (day.dropped > (0)::numeric)
            ELSE ((day.refused > (0)::numeric) AND ((day.refused * (20)::numeric) > ( SELECT sum(ledger.received) AS sum
               FROM lantaarn.ledger ledger
              WHERE ((ledger.sensor_id = day.sensor_id) AND (ledger.hour >= date_trunc('hour'::text, (now() - '1 day'::interval)))))))
        END;

-- lantaarn.deviation_weekly
CREATE VIEW lantaarn.deviation_weekly AS
 SELECT finding.sensor_id,
    'silent'::text AS deviation
   FROM (lantaarn.finding finding
     CROSS JOIN lantaarn.watch watch)
  WHERE ((NOT finding.live) AND (finding.status = 'active'::text) AND finding.delivers_data AND (GREATEST(finding.known_since, ((finding.active_from)::timestamp without time zone AT TIME ZONE 'Europe/Amsterdam'::text)) < watch.week_since) AND (EXISTS ( SELECT
           FROM lantaarn.datastream stored
          WHERE ((stored.sensor_id = finding.sensor_id) AND stored.active AND (stored.rule IS NULL)))) AND (COALESCE(( SELECT sum(few.readings) AS sum
           FROM ( SELECT ((ledger.received - ledger.quarantined) - ledger.aggregated) AS readings
                   FROM lantaarn.ledger ledger
                  WHERE ((ledger.sensor_id = finding.sensor_id) AND (ledger.hour >= watch.week_since) AND (ledger.hour < watch.week_until) AND (ledger.received > (ledger.quarantined + ledger.aggregated)))
                 LIMIT 15) few), (0)::numeric) < (15)::numeric))
UNION ALL
 SELECT week.sensor_id,
    sort.deviation
   FROM (lantaarn.trouble_week week
     CROSS JOIN ( VALUES ('undeclared'::text), ('refused'::text)) sort(deviation))
  WHERE
        CASE sort.deviation
            WHEN 'undeclared'::text THEN (week.undeclared >= 15)
            ELSE ((week.refused >= 15) AND ((week.refused * 20) > week.received))
        END
UNION ALL
 SELECT invalid.sensor_id,
    'invalid'::text AS deviation
   FROM lantaarn.invalid_sensor invalid;

-- lantaarn.entry_quality_now
CREATE VIEW lantaarn.entry_quality_now AS
 SELECT sensor.id AS sensor_id,
    entry.revision,
    COALESCE(asked.all_of_them, '{}'::text[]) AS asked,
    COALESCE(asked.unanswered, '{}'::text[]) AS unanswered,
    due.daily AS due_daily
   FROM (((lantaarn.sensor sensor
     JOIN lantaarn.register_entry entry ON ((entry.revision = sensor.revision)))
     CROSS JOIN LATERAL ( SELECT array_agg(each.question ORDER BY each.question) AS all_of_them,
            array_agg(each.question ORDER BY each.question) FILTER (WHERE (NOT each.answered)) AS unanswered
           FROM lantaarn.questions(entry.document) each(question, answered)
          WHERE (sensor.status <> 'ended'::text)) asked)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN bool_and((COALESCE(((often.seconds >= (1)::double precision) AND (often.seconds <= (86400)::double precision)), false) AND often.sends_zeros)) THEN sum(((86400)::double precision / often.seconds))
                    ELSE NULL::double precision
                END AS daily
           FROM ( SELECT (EXTRACT(epoch FROM ((declared.value ->> 'interval'::text))::interval))::double precision AS seconds,
                    COALESCE(((declared.value ->> 'sends_zeros'::text))::boolean, true) AS sends_zeros
                   FROM jsonb_array_elements((entry.document -> 'datastreams'::text)) declared(value)) often) due);

-- lantaarn.invalid_sensor
CREATE VIEW lantaarn.invalid_sensor AS
 SELECT finding.sensor_id
   FROM ((((lantaarn.finding finding
     CROSS JOIN lantaarn.watch watch)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN finding.live THEN watch.day_since
                    ELSE watch.week_since
                END AS since,
                CASE
                    WHEN finding.live THEN 'infinity'::timestamp with time zone
                    ELSE watch.week_until
                END AS until) judged)
     JOIN LATERAL ( SELECT one.quality
           FROM (lantaarn.datastream stream
             JOIN lantaarn.observation one ON (((one.datastream_id = stream.id) AND (one.retention_class = stream.retention_class))))
          WHERE ((stream.sensor_id = finding.sensor_id) AND stream.active AND (stream.counts_people OR (NOT stream.about_people)) AND (one."time" >= judged.since) AND (one."time" < judged.until))
         LIMIT 1) any_value ON ((any_value.quality <> 0)))
     LEFT JOIN LATERAL ( SELECT true AS found
           FROM (lantaarn.datastream stream
             JOIN lantaarn.rollup_hour hourly ON ((hourly.datastream_id = stream.id)))
          WHERE ((stream.sensor_id = finding.sensor_id) AND stream.active AND (stream.counts_people OR (NOT stream.about_people)) AND (hourly.hour >= judged.since) AND (hourly.hour < judged.until))
         LIMIT 1) good_value ON (true))
  WHERE ((finding.status = 'active'::text) AND finding.delivers_data AND (good_value.found IS NULL) AND (NOT (EXISTS ( SELECT
           FROM lantaarn.datastream event
          WHERE ((event.sensor_id = finding.sensor_id) AND event.active AND (event.rule IS NOT NULL))))));

-- lantaarn.live_sensor
CREATE VIEW lantaarn.live_sensor AS
 SELECT sensor_id
   FROM lantaarn.datastream
  WHERE active
  GROUP BY sensor_id
 HAVING bool_and(((public = 'live'::text) AND (NOT counts_people) AND (rule IS NULL)));

-- lantaarn.observation
CREATE VIEW lantaarn.observation AS
 SELECT observation_1d.datastream_id,
    observation_1d."time",
    observation_1d.value,
    observation_1d.quality,
    'P1D'::text AS retention_class
   FROM lantaarn.observation_1d
UNION ALL
 SELECT observation_7d.datastream_id,
    observation_7d."time",
    observation_7d.value,
    observation_7d.quality,
    'P7D'::text AS retention_class
   FROM lantaarn.observation_7d
UNION ALL
 SELECT observation_31d.datastream_id,
    observation_31d."time",
    observation_31d.value,
    observation_31d.quality,
    'P31D'::text AS retention_class
   FROM lantaarn.observation_31d
UNION ALL
 SELECT observation_1y.datastream_id,
    observation_1y."time",
    observation_1y.value,
    observation_1y.quality,
    'P1Y'::text AS retention_class
   FROM lantaarn.observation_1y
UNION ALL
 SELECT observation_5y.datastream_id,
    observation_5y."time",
    observation_5y.value,
    observation_5y.quality,
    'P5Y'::text AS retention_class
   FROM lantaarn.observation_5y
UNION ALL
 SELECT observation_10y.datastream_id,
    observation_10y."time",
    observation_10y.value,
    observation_10y.quality,
    'P10Y'::text AS retention_class
   FROM lantaarn.observation_10y;
GRANT SELECT ON TABLE lantaarn.observation TO lantaarn_ingest;

-- lantaarn.public_stream
CREATE VIEW lantaarn.public_stream AS
 SELECT id,
    sensor_id,
    unit,
    counts_people,
    (aggregation = ANY (ARRAY['delta'::text, 'counter'::text])) AS summed,
    public AS period,
    (('1 '::text || public))::interval AS step,
        CASE public
            WHEN 'hour'::text THEN 'UTC'::text
            ELSE 'Europe/Amsterdam'::text
        END AS zone,
    aggregation,
    totals_since,
    about_people
   FROM lantaarn.datastream
  WHERE (active AND (rule IS NULL) AND (public = ANY (ARRAY['hour'::text, 'day'::text])));
GRANT SELECT ON TABLE lantaarn.public_stream TO lantaarn_ingest;

-- lantaarn.quality_fresh
CREATE VIEW lantaarn.quality_fresh AS
 SELECT (EXISTS ( SELECT
           FROM lantaarn.quality_made made
          WHERE ((made.made_at > (now() - '00:01:00'::interval)) AND (NOT (made.revision IS DISTINCT FROM ( SELECT max(entry.revision) AS max
                   FROM lantaarn.register_entry entry)))))) AS fresh;

-- lantaarn.quality_group_now
CREATE VIEW lantaarn.quality_group_now AS
 SELECT finding.municipality,
    finding.neighbourhood,
    finding.organisations,
    entry.asked,
    entry.unanswered,
    count(*) AS sensors,
    count(*) FILTER (WHERE ((finding.status = 'active'::text) AND finding.delivers_data)) AS delivering,
    count(wrong.sensor_id) AS deviating,
    count(*) FILTER (WHERE wrong.expired) AS expired,
    count(*) FILTER (WHERE wrong.refused) AS refused,
    count(*) FILTER (WHERE wrong.review_due) AS review_due,
    count(*) FILTER (WHERE wrong.silent) AS silent,
    count(*) FILTER (WHERE wrong.undeclared) AS undeclared,
    count(*) FILTER (WHERE day.measured) AS measured,
    (COALESCE(sum(day.due), (0)::numeric))::bigint AS due,
    (COALESCE(sum(day.received), (0)::numeric))::bigint AS received,
    (COALESCE(sum(day.cells), (0)::numeric))::bigint AS cells,
    (COALESCE(sum(day.few), (0)::numeric))::bigint AS few,
    (COALESCE(sum(trouble.refused) FILTER (WHERE finding.live), (0)::numeric))::bigint AS refused_day,
    (COALESCE(sum(trouble.undeclared) FILTER (WHERE finding.live), (0)::numeric))::bigint AS undeclared_day,
    (COALESCE(sum(day.refused_week), (0)::numeric))::bigint AS refused_week,
    (COALESCE(sum(day.undeclared_week), (0)::numeric))::bigint AS undeclared_week,
    (COALESCE(sum(trouble.conflict) FILTER (WHERE finding.live), (0)::numeric))::bigint AS conflict_day,
    (COALESCE(sum(day.conflict_week), (0)::numeric))::bigint AS conflict_week,
    count(*) FILTER (WHERE wrong.invalid) AS invalid
   FROM ((((lantaarn.finding finding
     JOIN lantaarn.entry_quality entry ON ((entry.sensor_id = finding.sensor_id)))
     LEFT JOIN lantaarn.sensor_day_shown day ON ((day.sensor_id = finding.sensor_id)))
     LEFT JOIN ( SELECT deviation.sensor_id,
            bool_or((deviation.deviation = 'expired'::text)) AS expired,
            bool_or((deviation.deviation = 'invalid'::text)) AS invalid,
            bool_or((deviation.deviation = 'refused'::text)) AS refused,
            bool_or((deviation.deviation = 'review_due'::text)) AS review_due,
            bool_or((deviation.deviation = 'silent'::text)) AS silent,
            bool_or((deviation.deviation = 'undeclared'::text)) AS undeclared
           FROM open.deviation deviation
          GROUP BY deviation.sensor_id) wrong ON ((wrong.sensor_id = finding.sensor_id)))
     LEFT JOIN ( SELECT ledger.sensor_id,
            sum(ledger.quarantined) AS refused,
            sum(ledger.fields_dropped) AS undeclared,
            sum(ledger.conflict) AS conflict
           FROM lantaarn.ledger ledger
          WHERE (((ledger.quarantined > 0) OR (ledger.fields_dropped > 0) OR (ledger.conflict > 0)) AND (ledger.hour >= date_trunc('hour'::text, (now() - '1 day'::interval))))
          GROUP BY ledger.sensor_id) trouble ON ((trouble.sensor_id = finding.sensor_id)))
  GROUP BY finding.municipality, finding.neighbourhood, finding.organisations, entry.asked, entry.unanswered;

-- lantaarn.quiet_sensor
CREATE VIEW lantaarn.quiet_sensor AS
 SELECT DISTINCT sensor_id
   FROM lantaarn.datastream quiet
  WHERE (active AND (NOT sends_zeros) AND (NOT (EXISTS ( SELECT
           FROM lantaarn.datastream due
          WHERE ((due.sensor_id = quiet.sensor_id) AND due.active AND due.sends_zeros)))));

-- lantaarn.rollup_day
CREATE VIEW lantaarn.rollup_day AS
 SELECT hourly.datastream_id,
    open.day_of(hourly.hour) AS day,
    (sum(hourly.count))::bigint AS count,
    sum(hourly.sum) AS sum,
    min(hourly.min) AS min,
    max(hourly.max) AS max,
    sum(hourly.sum_cos) AS sum_cos,
    (sum(hourly.jumps))::integer AS jumps,
    NULLIF(LEAST(min(hourly.counted_since), open.day_start(open.day_of(hourly.hour))), open.day_start(open.day_of(hourly.hour))) AS counted_since,
    (max(open.dated(hourly.last_time, hourly.last_value)))[2] AS last_value,
    (count(*))::smallint AS hours
   FROM (lantaarn.rollup_hour hourly
     JOIN lantaarn.datastream datastream ON (((datastream.id = hourly.datastream_id) AND (hourly.hour >= datastream.totals_since) AND (datastream.sum_minutes IS NULL))))
  GROUP BY hourly.datastream_id, (open.day_of(hourly.hour));

-- lantaarn.sensor_about_people
CREATE VIEW lantaarn.sensor_about_people AS
 SELECT DISTINCT sensor_id
   FROM lantaarn.datastream stream
  WHERE (about_people AND (rule IS NULL));
GRANT SELECT ON TABLE lantaarn.sensor_about_people TO lantaarn_ingest;

-- lantaarn.sensor_day_now
CREATE VIEW lantaarn.sensor_day_now AS
 WITH came AS (
         SELECT finding.sensor_id,
            (round(entry.due_daily))::bigint AS due,
            books.received
           FROM (((lantaarn.finding finding
             JOIN lantaarn.entry_quality entry ON ((entry.sensor_id = finding.sensor_id)))
             CROSS JOIN lantaarn.watch watch)
             CROSS JOIN LATERAL ( SELECT ((COALESCE(sum((ledger.stored + ledger.quarantined)), (0)::numeric))::bigint -
                        CASE
                            WHEN (sum(ledger.quarantined) > (0)::numeric) THEN (COALESCE(( SELECT sum(unread.readings) AS sum
                               FROM lantaarn.ledger_reason unread
                              WHERE ((unread.sensor_id = finding.sensor_id) AND (unread.reason = 'no_readings'::text) AND (unread.hour >= watch.day_since) AND (unread.hour < watch.day_until))), (0)::numeric))::bigint
                            ELSE (0)::bigint
                        END) AS received
                   FROM lantaarn.ledger ledger
                  WHERE ((ledger.sensor_id = finding.sensor_id) AND (ledger.hour >= watch.day_since) AND (ledger.hour < watch.day_until))) books)
          WHERE (finding.live AND (finding.status = 'active'::text) AND finding.delivers_data AND (entry.due_daily IS NOT NULL) AND (GREATEST(finding.known_since, ((finding.active_from)::timestamp without time zone AT TIME ZONE 'Europe/Amsterdam'::text)) < watch.day_since))
        ), shown AS (
         SELECT stream.sensor_id,
            count(*) AS cells,
            count(*) FILTER (WHERE (((cell.value IS NULL) AND (cell.noise IS NULL)) OR (cell.value < (open.few(((2)::double precision * cell.noise)))::double precision))) AS few
           FROM ((lantaarn.public_stream stream
             CROSS JOIN ( SELECT (date_trunc('hour'::text, now()) - '26:00:00'::interval) AS since,
                    (date_trunc('hour'::text, now()) - '02:00:00'::interval) AS until,
                    date_trunc('day'::text, ((now() - '02:00:00'::interval) AT TIME ZONE 'Europe/Amsterdam'::text)) AS today) settled)
             JOIN lantaarn.public_cell cell ON (((cell.datastream_id = stream.id) AND (cell.period = stream.period) AND cell.counted AND (cell.reference IS NULL) AND (cell.start >=
                CASE stream.period
                    WHEN 'hour'::text THEN settled.since
                    ELSE ((settled.today - '1 day'::interval) AT TIME ZONE 'Europe/Amsterdam'::text)
                END) AND (cell.start <
                CASE stream.period
                    WHEN 'hour'::text THEN settled.until
                    ELSE (settled.today AT TIME ZONE 'Europe/Amsterdam'::text)
                END))))
          GROUP BY stream.sensor_id
        )
 SELECT sensor_id,
    COALESCE(came.due, (0)::bigint) AS due,
    COALESCE(LEAST(came.received, came.due), (0)::bigint) AS received,
    (came.sensor_id IS NOT NULL) AS measured,
    COALESCE(shown.cells, (0)::bigint) AS cells,
    COALESCE(shown.few, (0)::bigint) AS few,
    COALESCE(week.refused, (0)::bigint) AS refused_week,
    COALESCE(week.undeclared, (0)::bigint) AS undeclared_week,
    COALESCE(week.conflict, (0)::bigint) AS conflict_week
   FROM ((came
     FULL JOIN shown USING (sensor_id))
     FULL JOIN lantaarn.trouble_week week USING (sensor_id));

-- lantaarn.sensor_day_shown
CREATE VIEW lantaarn.sensor_day_shown AS
 SELECT made.sensor_id,
    made.due,
    made.received,
    made.measured,
    made.cells,
    made.few,
    made.refused_week,
    made.undeclared_week,
    made.conflict_week
   FROM lantaarn.sensor_day made
  WHERE ( SELECT quality_fresh.fresh
           FROM lantaarn.quality_fresh)
UNION ALL
 SELECT day.sensor_id,
    day.due,
    day.received,
    day.measured,
    day.cells,
    day.few,
    day.refused_week,
    day.undeclared_week,
    day.conflict_week
   FROM lantaarn.sensor_day_now day
  WHERE (NOT ( SELECT quality_fresh.fresh
           FROM lantaarn.quality_fresh));

-- lantaarn.sent_together
CREATE VIEW lantaarn.sent_together AS
 SELECT stream.id AS datastream_id,
    beside.id AS beside_id,
    beside.sum_minutes,
    beside.one_night
   FROM (lantaarn.datastream stream
     JOIN lantaarn.datastream beside ON (((beside.sensor_id = stream.sensor_id) AND beside.active AND (beside.sum_minutes IS NOT NULL) AND (beside.rule IS NULL) AND beside.sends_zeros AND (beside.measurement_interval = stream.measurement_interval))))
  WHERE stream.sends_zeros;
GRANT SELECT ON TABLE lantaarn.sent_together TO lantaarn_ingest;

-- lantaarn.sign_of_life
CREATE VIEW lantaarn.sign_of_life AS
 SELECT counted.id AS datastream_id,
    alive.id AS alive_id,
    alive.measurement_interval AS "interval"
   FROM (lantaarn.datastream counted
     JOIN lantaarn.datastream alive ON (((alive.sensor_id = counted.sensor_id) AND (alive.property = 'alive'::text) AND alive.active)))
  WHERE (((counted.rule ->> 'rule'::text) = 'count_in_memory'::text) AND (alive.measurement_interval <= '00:15:00'::interval));
GRANT SELECT ON TABLE lantaarn.sign_of_life TO lantaarn_ingest;

-- lantaarn.told_cell
CREATE VIEW lantaarn.told_cell AS
 SELECT datastream_id,
    period,
    start,
    counted,
        CASE
            WHEN (reference IS NULL) THEN value
            ELSE open.ratio(reference, value, denominator, denominator_noise)
        END AS value,
    counted_since,
    completed_at,
    noise,
    filled,
    ((2)::double precision *
        CASE
            WHEN (reference IS NULL) THEN noise
            ELSE open.ratio_noise(value, noise, denominator, denominator_noise)
        END) AS margin,
        CASE
            WHEN (reference IS NOT NULL) THEN NULL::integer
            WHEN ((value IS NULL) AND (noise IS NULL)) THEN 15
            WHEN (value < (open.few(((2)::double precision * noise)))::double precision) THEN open.few(((2)::double precision * noise))
            ELSE NULL::integer
        END AS below,
    ((value IS NULL) AND (noise IS NOT NULL)) AS no_data,
    (counted AND (noise IS NULL)) AS rounded
   FROM lantaarn.public_cell cell
  WHERE ((period <> 'late'::text) AND ((reference IS NULL) OR (value IS NULL) OR (open.ratio(reference, value, denominator, denominator_noise) IS NOT NULL)));

-- lantaarn.trouble_week
CREATE VIEW lantaarn.trouble_week AS
 SELECT trouble.sensor_id,
    open.band(trouble.refused) AS refused,
    open.band(trouble.undeclared) AS undeclared,
    open.band(books.received) AS received,
    open.band(trouble.conflict) AS conflict
   FROM ((( SELECT ledger.sensor_id,
            sum(ledger.quarantined) AS refused,
            sum(ledger.fields_dropped) AS undeclared,
            sum(ledger.conflict) AS conflict
           FROM (lantaarn.ledger ledger
             CROSS JOIN lantaarn.watch watch)
          WHERE (((ledger.quarantined > 0) OR (ledger.fields_dropped > 0) OR (ledger.conflict > 0)) AND (ledger.hour >= watch.week_since) AND (ledger.hour < watch.week_until))
          GROUP BY ledger.sensor_id) trouble
     JOIN lantaarn.finding finding ON (((finding.sensor_id = trouble.sensor_id) AND (NOT finding.live))))
     CROSS JOIN LATERAL ( SELECT sum(ledger.received) AS received
           FROM (lantaarn.ledger ledger
             CROSS JOIN lantaarn.watch watch)
          WHERE ((ledger.sensor_id = trouble.sensor_id) AND (ledger.hour >= watch.week_since) AND (ledger.hour < watch.week_until))) books)
  WHERE ((books.received >= (15)::numeric) AND (GREATEST(trouble.refused, trouble.undeclared, trouble.conflict) >= (15)::numeric));

-- lantaarn.version_state_now
CREATE VIEW lantaarn.version_state_now AS
 SELECT entry.revision,
    entry.entry_id,
    entry.version,
    (entry.document ->> 'status'::text) AS status,
    (entry.document #>> '{location,neighbourhood}'::text[]) AS neighbourhood,
    (previous.document ->> 'status'::text) AS status_before,
    (previous.document #>> '{location,neighbourhood}'::text[]) AS neighbourhood_before
   FROM (lantaarn.register_entry entry
     LEFT JOIN lantaarn.register_entry previous ON (((previous.entry_id = entry.entry_id) AND (previous.version = (entry.version - 1)))));

-- lantaarn.watch
CREATE VIEW lantaarn.watch AS
 SELECT start AS week_until,
    (((start AT TIME ZONE 'Europe/Amsterdam'::text) - '7 days'::interval) AT TIME ZONE 'Europe/Amsterdam'::text) AS week_since,
    (date_trunc('hour'::text, now()) - '1 day'::interval) AS day_since,
    date_trunc('hour'::text, now()) AS day_until,
    ((now() AT TIME ZONE 'Europe/Amsterdam'::text))::date AS today
   FROM ( SELECT (date_trunc('week'::text, (now() AT TIME ZONE 'Europe/Amsterdam'::text)) AT TIME ZONE 'Europe/Amsterdam'::text) AS start) monday;

-- open.area
CREATE VIEW open.area AS
 SELECT code,
    level,
    name,
    district,
    municipality,
    geometry
   FROM lantaarn.area;
GRANT SELECT ON TABLE open.area TO lantaarn_api;
GRANT SELECT ON TABLE open.area TO lantaarn_dashboard;

-- open.count_mean
CREATE VIEW open.count_mean WITH (security_barrier='true') AS
 SELECT datastream_id,
    sensor_id,
    property,
    first_day,
    last_day,
    days,
    slot_start,
    slot_end,
    cells,
    due,
    value,
    margin
   FROM ( SELECT datastream.datastream_id,
            datastream.sensor_id,
            datastream.property,
            mean.first_day,
            (mean.first_day + 27) AS last_day,
                CASE
                    WHEN (EXTRACT(isodow FROM (late.start AT TIME ZONE 'Europe/Amsterdam'::text)) > (5)::numeric) THEN 'weekend'::text
                    ELSE 'weekday'::text
                END AS days,
            ((late.start AT TIME ZONE 'Europe/Amsterdam'::text))::time without time zone AS slot_start,
            mean.slot_end,
            mean.cells,
            mean.due,
            mean.value,
            mean.margin
           FROM ((open.datastream datastream
             JOIN lantaarn.public_cell late ON (((late.datastream_id = datastream.datastream_id) AND (late.period = 'late'::text))))
             CROSS JOIN LATERAL ( SELECT lantaarn.late_period(open.day_of(late.start)) AS first_day,
                    max(((lantaarn.cell_end(cell.period, cell.start) AT TIME ZONE 'Europe/Amsterdam'::text))::time without time zone) AS slot_end,
                    (count(cell.value) + late.filled) AS cells,
                    count(*) AS due,
                    ((sum(cell.value) + late.value) / ((count(cell.value) + late.filled))::double precision) AS value,
                    (((2)::double precision * sqrt((sum((cell.noise ^ (2)::double precision)) FILTER (WHERE (cell.value IS NOT NULL)) + (late.noise ^ (2)::double precision)))) / ((count(cell.value) + late.filled))::double precision) AS margin
                   FROM lantaarn.public_cell cell
                  WHERE ((cell.datastream_id = datastream.datastream_id) AND (cell.period <> 'late'::text) AND (cell.noise IS NOT NULL) AND (cell.start >= late.start) AND (cell.start < (late.start + '28 days'::interval)) AND (lantaarn.late_slot(cell.start) = late.start))
                 HAVING ((count(cell.value) > 0) AND (count(DISTINCT cell.period) = 1))) mean)
          WHERE ((datastream.public = ANY (ARRAY['hour'::text, 'day'::text])) AND (late.value IS NOT NULL))
        UNION ALL
         SELECT datastream.datastream_id,
            datastream.sensor_id,
            datastream.property,
            mean.first_day,
            (mean.first_day + 27) AS last_day,
                CASE
                    WHEN (EXTRACT(isodow FROM (mean.slot AT TIME ZONE 'Europe/Amsterdam'::text)) > (5)::numeric) THEN 'weekend'::text
                    ELSE 'weekday'::text
                END AS days,
            ((mean.slot AT TIME ZONE 'Europe/Amsterdam'::text))::time without time zone AS slot_start,
            mean.slot_end,
            mean.cells,
            mean.due,
            open.ratio(mean.reference, mean.numerator, mean.denominator, mean.denominator_noise) AS value,
            ((2)::double precision * open.ratio_noise(mean.numerator, mean.noise, mean.denominator, mean.denominator_noise)) AS margin
           FROM (open.datastream datastream
             CROSS JOIN LATERAL ( SELECT lantaarn.late_period(open.day_of(cell.start)) AS first_day,
                    lantaarn.late_slot(cell.start) AS slot,
                    max(((lantaarn.cell_end(cell.period, cell.start) AT TIME ZONE 'Europe/Amsterdam'::text))::time without time zone) AS slot_end,
                    count(cell.value) AS cells,
                    count(*) AS due,
                    max(cell.reference) AS reference,
                    sum(cell.value) AS numerator,
                    sqrt(sum((cell.noise ^ (2)::double precision)) FILTER (WHERE (cell.value IS NOT NULL))) AS noise,
                    sum(cell.denominator) AS denominator,
                    sqrt(sum((cell.denominator_noise ^ (2)::double precision)) FILTER (WHERE (cell.value IS NOT NULL))) AS denominator_noise
                   FROM lantaarn.public_cell cell
                  WHERE ((cell.datastream_id = datastream.datastream_id) AND (cell.reference IS NOT NULL))
                  GROUP BY (lantaarn.late_period(open.day_of(cell.start))), (lantaarn.late_slot(cell.start))
                 HAVING (count(DISTINCT cell.period) = 1)) mean)
          WHERE ((datastream.public = ANY (ARRAY['hour'::text, 'day'::text])) AND (mean.first_day <= (open.day_of(now()) - 35)) AND (open.ratio(mean.reference, mean.numerator, mean.denominator, mean.denominator_noise) IS NOT NULL))) told;
GRANT SELECT ON TABLE open.count_mean TO lantaarn_api;
GRANT SELECT ON TABLE open.count_mean TO lantaarn_dashboard;

-- open.datastream
CREATE VIEW open.datastream AS
 SELECT id AS datastream_id,
    sensor_id,
    property,
    unit,
    retention_class,
    public,
    counts_people,
    (aggregation = ANY (ARRAY['delta'::text, 'counter'::text])) AS summed,
    (rule ->> 'group'::text) AS counted_with,
    (rule ->> 'to'::text) AS goes_to,
    aggregation,
    totals_since
   FROM lantaarn.datastream datastream
  WHERE active;
GRANT SELECT ON TABLE open.datastream TO lantaarn_api;
GRANT SELECT ON TABLE open.datastream TO lantaarn_dashboard;

-- open.datastream_retention
CREATE VIEW open.datastream_retention WITH (security_barrier='true') AS
 SELECT datastream.id AS datastream_id,
    datastream.sensor_id,
    datastream.property,
    class.name AS retention_class,
    class.term,
    class_found.chunk,
    class_found.schedule,
        CASE
            WHEN (NOT datastream.about_people) THEN (date_trunc(
            CASE
                WHEN (live.sensor_id IS NULL) THEN 'week'::text
                ELSE 'day'::text
            END, (held.oldest AT TIME ZONE 'Europe/Amsterdam'::text)))::date
            ELSE NULL::date
        END AS oldest,
    (class_found.kept AND COALESCE(held.kept, true)) AS kept,
    class_found.verified_at,
    ( SELECT max(log.deleted_at) AS max
           FROM lantaarn.deletion_log log
          WHERE ((log.table_name = class.table_name) AND (log.retention_class = class.name))) AS last_deletion,
    datastream.about_people
   FROM ((((lantaarn.datastream datastream
     JOIN lantaarn.retention_class class ON ((class.name = datastream.retention_class)))
     LEFT JOIN lantaarn.verification class_found ON (((class_found.subject = class.table_name) AND (class_found.datastream_id IS NULL))))
     LEFT JOIN LATERAL ( SELECT min(found.oldest) AS oldest,
            bool_and(found.kept) AS kept
           FROM lantaarn.verification found
          WHERE (found.datastream_id = datastream.id)) held ON (true))
     LEFT JOIN lantaarn.live_sensor live ON ((live.sensor_id = datastream.sensor_id)))
  WHERE datastream.active;
GRANT SELECT ON TABLE open.datastream_retention TO lantaarn_api;
GRANT SELECT ON TABLE open.datastream_retention TO lantaarn_dashboard;

-- open.day
CREATE VIEW open.day WITH (security_barrier='true') AS
 SELECT datastream_id,
    sensor_id,
    property,
    day,
    samples,
    value,
    min,
    max,
    below,
    at_least,
    counted_since,
    completed_at,
    margin,
    no_data,
    rounded
   FROM ( SELECT datastream.datastream_id,
            datastream.sensor_id,
            datastream.property,
            total.day,
            total.count AS samples,
            total.value,
                CASE
                    WHEN (datastream.aggregation <> ALL (ARRAY['delta'::text, 'counter'::text, 'circular_mean'::text])) THEN total.min
                    ELSE NULL::double precision
                END AS min,
                CASE
                    WHEN (datastream.aggregation <> ALL (ARRAY['delta'::text, 'counter'::text, 'circular_mean'::text])) THEN total.max
                    ELSE NULL::double precision
                END AS max,
            NULL::bigint AS below,
            false AS at_least,
            total.counted_since,
            held.completed_at,
            NULL::double precision AS margin,
            false AS no_data,
            false AS rounded
           FROM ((open.datastream datastream
             JOIN LATERAL ( SELECT daily.day,
                    daily.count,
                    daily.min,
                    daily.max,
                    daily.counted_since,
                    open.aggregate(datastream.aggregation, daily.count, daily.sum, daily.sum_cos, daily.max, daily.last_value) AS value
                   FROM lantaarn.rollup_day daily
                  WHERE (daily.datastream_id = datastream.datastream_id)
                 OFFSET 0) total ON ((total.value IS NOT NULL)))
             LEFT JOIN lantaarn.day_total held ON (((held.datastream_id = datastream.datastream_id) AND (held.day = total.day))))
          WHERE (datastream.public = 'live'::text)
        UNION ALL
         SELECT datastream.datastream_id,
            datastream.sensor_id,
            datastream.property,
            published.day,
            NULL::bigint AS samples,
            published.value,
            NULL::double precision AS min,
            NULL::double precision AS max,
                CASE
                    WHEN ((published.value IS NULL) AND (published.small > 0)) THEN ((14 * published.small) + 1)
                    WHEN ((NOT published.is_ratio) AND (published.value < (open.few(((2)::double precision * published.noise)))::double precision)) THEN (open.few(((2)::double precision * published.noise)))::bigint
                    ELSE NULL::bigint
                END AS below,
            ((published.value IS NOT NULL) AND (NOT published.is_ratio) AND ((published.small > 0) OR published.lacks_hours)) AS at_least,
            published.counted_since,
                CASE datastream.public
                    WHEN 'day'::text THEN published.completed_at
                    ELSE held.completed_at
                END AS completed_at,
            ((2)::double precision * published.noise) AS margin,
            ((published.value IS NULL) AND (published.small = 0)) AS no_data,
            published.is_rounded AS rounded
           FROM ((open.datastream datastream
             CROSS JOIN LATERAL ( SELECT open.day_of(cell.start) AS day,
                        CASE
                            WHEN bool_or((cell.reference IS NOT NULL)) THEN open.ratio(max(cell.reference), sum(cell.value), sum(cell.denominator), sqrt(sum((cell.denominator_noise ^ (2)::double precision)) FILTER (WHERE (cell.value IS NOT NULL))))
                            ELSE open.aggregate(datastream.aggregation, count(cell.value), sum(open.summand(datastream.aggregation, cell.value)), sum(open.summand_cos(datastream.aggregation, cell.value)), max(cell.value), (max(open.dated(cell.start, cell.value)))[2])
                        END AS value,
                        CASE
                            WHEN bool_or((cell.reference IS NOT NULL)) THEN open.ratio_noise(sum(cell.value), sqrt(sum((cell.noise ^ (2)::double precision)) FILTER (WHERE (cell.value IS NOT NULL))), sum(cell.denominator), sqrt(sum((cell.denominator_noise ^ (2)::double precision)) FILTER (WHERE (cell.value IS NOT NULL))))
                            ELSE sqrt(sum((cell.noise ^ (2)::double precision)) FILTER (WHERE (cell.value IS NOT NULL)))
                        END AS noise,
                    bool_or((cell.reference IS NOT NULL)) AS is_ratio,
                    count(*) FILTER (WHERE ((cell.value IS NULL) AND (cell.noise IS NULL))) AS small,
                    bool_or((cell.counted AND (cell.noise IS NULL))) AS is_rounded,
                    (bool_or((cell.noise IS NOT NULL)) AND (bool_or((cell.value IS NULL)) OR ((EXTRACT(epoch FROM sum((lantaarn.cell_end(cell.period, cell.start) - cell.start))) / (3600)::numeric) < ((open.day_hours(open.day_of(cell.start)) - 1))::numeric))) AS lacks_hours,
                    NULLIF(LEAST(min(cell.counted_since), open.day_start(open.day_of(cell.start))), open.day_start(open.day_of(cell.start))) AS counted_since,
                    max(cell.completed_at) AS completed_at
                   FROM lantaarn.public_cell cell
                  WHERE ((cell.datastream_id = datastream.datastream_id) AND ((cell.period = datastream.public) OR ((cell.noise IS NOT NULL) AND (cell.period <> 'late'::text))) AND (cell.counted OR (cell.start >= datastream.totals_since)))
                  GROUP BY (open.day_of(cell.start))) published)
             LEFT JOIN lantaarn.public_day held ON (((held.datastream_id = datastream.datastream_id) AND (held.day = published.day))))
          WHERE ((datastream.public = ANY (ARRAY['hour'::text, 'day'::text])) AND (published.day < open.day_of(now())) AND ((published.value IS NOT NULL) OR datastream.counts_people))) told;
GRANT SELECT ON TABLE open.day TO lantaarn_api;
GRANT SELECT ON TABLE open.day TO lantaarn_dashboard;

-- open.day_cell
CREATE VIEW open.day_cell WITH (security_barrier='true') AS
 SELECT datastream.datastream_id,
    datastream.sensor_id,
    datastream.property,
    cell.start,
    (((cell.start AT TIME ZONE 'Europe/Amsterdam'::text) + '1 day'::interval) AT TIME ZONE 'Europe/Amsterdam'::text) AS until,
    cell.value,
    cell.below,
    cell.counted_since,
    cell.completed_at,
    cell.margin,
    cell.no_data,
    cell.rounded
   FROM (open.datastream datastream
     JOIN lantaarn.told_cell cell ON (((cell.datastream_id = datastream.datastream_id) AND (cell.period = datastream.public) AND (cell.counted OR (cell.start >= datastream.totals_since)))))
  WHERE (datastream.public = 'day'::text);
GRANT SELECT ON TABLE open.day_cell TO lantaarn_api;
GRANT SELECT ON TABLE open.day_cell TO lantaarn_dashboard;

-- open.deviation
CREATE VIEW open.deviation WITH (security_barrier='true') AS
 SELECT sensor_id,
    deviation
   FROM ( SELECT found.sensor_id,
            found.deviation
           FROM ( SELECT made.sensor_id,
                    made.deviation
                   FROM lantaarn.deviation made
                  WHERE ( SELECT quality_fresh.fresh
                           FROM lantaarn.quality_fresh)
                UNION ALL
                 SELECT daily.sensor_id,
                    daily.deviation
                   FROM lantaarn.deviation_daily daily
                  WHERE (NOT ( SELECT quality_fresh.fresh
                           FROM lantaarn.quality_fresh))
                UNION ALL
                 SELECT others.sensor_id,
                    others.deviation
                   FROM lantaarn.deviation_weekly others
                  WHERE (NOT ( SELECT quality_fresh.fresh
                           FROM lantaarn.quality_fresh))) found
          WHERE ((found.deviation <> 'silent'::text) OR (NOT (EXISTS ( SELECT
                   FROM lantaarn.quiet_sensor quiet
                  WHERE (quiet.sensor_id = found.sensor_id)))))) told;
GRANT SELECT ON TABLE open.deviation TO lantaarn_api;
GRANT SELECT ON TABLE open.deviation TO lantaarn_dashboard;

-- open.entry_violation
CREATE VIEW open.entry_violation WITH (security_barrier='true') AS
 SELECT sensor.municipality,
    sensor.id AS sensor_id,
    sensor.reference,
    violation.rule,
    violation.path
   FROM (lantaarn.entry_violation violation
     JOIN lantaarn.sensor sensor ON ((sensor.entry_id = violation.entry_id)))
  WHERE (sensor.status <> 'ended'::text);
COMMENT ON VIEW open.entry_violation IS 'where current entries do not comply with a rule from after they were registered';
GRANT SELECT ON TABLE open.entry_violation TO lantaarn_api;
GRANT SELECT ON TABLE open.entry_violation TO lantaarn_dashboard;

-- open.event_refusal
CREATE VIEW open.event_refusal WITH (security_barrier='true') AS
 SELECT kind,
    reason,
    (sum(events))::bigint AS events,
    (ceil(((2)::double precision * sqrt(sum((noise ^ (2)::double precision))))))::bigint AS margin,
    min(since) AS since
   FROM lantaarn.event_refusal refused
  WHERE (since >= (now() - '8 days'::interval))
  GROUP BY kind, reason
 HAVING ((sum(events))::double precision > ((4)::double precision * sqrt(sum((noise ^ (2)::double precision)))));
GRANT SELECT ON TABLE open.event_refusal TO lantaarn_api;
GRANT SELECT ON TABLE open.event_refusal TO lantaarn_dashboard;

-- open.find
CREATE VIEW open.find AS
 SELECT sensor_id,
    municipality,
    reference,
    kind,
    category,
    status,
    delivers_data,
    personal_data,
    properties,
    purposes,
    organisations,
    neighbourhood,
    name,
    location_kind,
    "precision",
    longitude,
    latitude,
    extent,
    geometry,
    observed,
    place_key,
    name_key,
    changed_key,
    words,
    district,
    themes,
    project,
    project_told,
    parties,
    responsible,
    desk,
    privacy_rules
   FROM lantaarn.finding;
GRANT SELECT ON TABLE open.find TO lantaarn_api;
GRANT SELECT ON TABLE open.find TO lantaarn_dashboard;

-- open.hour
CREATE VIEW open.hour WITH (security_barrier='true') AS
 SELECT datastream_id,
    sensor_id,
    property,
    hour,
    samples,
    value,
    min,
    max,
    below,
    counted_since,
    completed_at,
    until,
    margin,
    no_data,
    rounded
   FROM ( SELECT datastream.datastream_id,
            datastream.sensor_id,
            datastream.property,
            total.hour,
                CASE datastream.public
                    WHEN 'live'::text THEN total.count
                    ELSE NULL::bigint
                END AS samples,
            total.value,
                CASE
                    WHEN (datastream.aggregation <> ALL (ARRAY['delta'::text, 'counter'::text, 'circular_mean'::text])) THEN total.min
                    ELSE NULL::double precision
                END AS min,
                CASE
                    WHEN (datastream.aggregation <> ALL (ARRAY['delta'::text, 'counter'::text, 'circular_mean'::text])) THEN total.max
                    ELSE NULL::double precision
                END AS max,
            NULL::integer AS below,
            total.counted_since,
            total.completed_at,
            (total.hour + '01:00:00'::interval) AS until,
            NULL::double precision AS margin,
            false AS no_data,
            false AS rounded
           FROM (open.datastream datastream
             JOIN LATERAL ( SELECT hourly.hour,
                    hourly.count,
                    hourly.min,
                    hourly.max,
                    hourly.counted_since,
                    hourly.completed_at,
                    open.aggregate(datastream.aggregation, hourly.count, hourly.sum, hourly.sum_cos, hourly.max, hourly.last_value) AS value
                   FROM lantaarn.rollup_hour hourly
                  WHERE ((hourly.datastream_id = datastream.datastream_id) AND (hourly.hour >= datastream.totals_since))) total ON ((total.value IS NOT NULL)))
          WHERE (datastream.public = 'live'::text)
        UNION ALL
         SELECT datastream.datastream_id,
            datastream.sensor_id,
            datastream.property,
            cell.start,
            NULL::bigint,
            cell.value,
            NULL::double precision,
            NULL::double precision,
            cell.below,
            cell.counted_since,
            cell.completed_at,
            lantaarn.cell_end(cell.period, cell.start) AS cell_end,
            cell.margin,
            cell.no_data,
            cell.rounded
           FROM (open.datastream datastream
             JOIN lantaarn.told_cell cell ON (((cell.datastream_id = datastream.datastream_id) AND (cell.period = ANY (ARRAY['hour'::text, 'night'::text])) AND (cell.counted OR (cell.start >= datastream.totals_since)))))
          WHERE (datastream.public = 'hour'::text)) told;
GRANT SELECT ON TABLE open.hour TO lantaarn_api;
GRANT SELECT ON TABLE open.hour TO lantaarn_dashboard;

-- open.jump
CREATE VIEW open.jump WITH (security_barrier='true') AS
 SELECT datastream_id,
    sensor_id,
    property,
    start,
    jumps
   FROM ( SELECT stream.id AS datastream_id,
            stream.sensor_id,
            stream.property,
            hourly.hour AS start,
            hourly.jumps
           FROM (lantaarn.datastream stream
             JOIN lantaarn.rollup_hour hourly ON (((hourly.datastream_id = stream.id) AND (hourly.hour >= stream.totals_since) AND (hourly.jumps > 0))))
          WHERE (stream.active AND (stream.aggregation = 'counter'::text) AND (stream.public = 'live'::text) AND (NOT stream.about_people))
        UNION ALL
         SELECT stream.id AS datastream_id,
            stream.sensor_id,
            stream.property,
            cell.start,
            within.jumps
           FROM ((lantaarn.datastream stream
             JOIN lantaarn.public_cell cell ON (((cell.datastream_id = stream.id) AND (cell.period = stream.public) AND (cell.start >= stream.totals_since))))
             CROSS JOIN LATERAL ( SELECT (sum(hourly.jumps))::integer AS jumps
                   FROM lantaarn.rollup_hour hourly
                  WHERE ((hourly.datastream_id = stream.id) AND (hourly.hour >= cell.start) AND (hourly.hour <
                        CASE cell.period
                            WHEN 'hour'::text THEN (cell.start + '01:00:00'::interval)
                            ELSE (((cell.start AT TIME ZONE 'Europe/Amsterdam'::text) + '1 day'::interval) AT TIME ZONE 'Europe/Amsterdam'::text)
                        END))) within)
          WHERE (stream.active AND (stream.aggregation = 'counter'::text) AND (NOT stream.about_people) AND (within.jumps > 0))) told;
GRANT SELECT ON TABLE open.jump TO lantaarn_api;
GRANT SELECT ON TABLE open.jump TO lantaarn_dashboard;

-- open.latest
CREATE VIEW open.latest WITH (security_barrier='true') AS
 SELECT datastream.id AS datastream_id,
    datastream.sensor_id,
    datastream.property,
    open.public_time(newest."time", datastream.measurement_interval) AS "time",
    newest.value
   FROM (lantaarn.datastream datastream
     CROSS JOIN LATERAL (( SELECT o."time",
            o.value
           FROM lantaarn.observation_1d o
          WHERE ((datastream.retention_class = 'P1D'::text) AND (o.datastream_id = datastream.id) AND (o.quality = 0))
          ORDER BY o."time" DESC
         LIMIT 1)
        UNION ALL
        ( SELECT o."time",
            o.value
           FROM lantaarn.observation_7d o
          WHERE ((datastream.retention_class = 'P7D'::text) AND (o.datastream_id = datastream.id) AND (o.quality = 0))
          ORDER BY o."time" DESC
         LIMIT 1)
        UNION ALL
        ( SELECT o."time",
            o.value
           FROM lantaarn.observation_31d o
          WHERE ((datastream.retention_class = 'P31D'::text) AND (o.datastream_id = datastream.id) AND (o.quality = 0))
          ORDER BY o."time" DESC
         LIMIT 1)
        UNION ALL
        ( SELECT o."time",
            o.value
           FROM lantaarn.observation_1y o
          WHERE ((datastream.retention_class = 'P1Y'::text) AND (o.datastream_id = datastream.id) AND (o.quality = 0))
          ORDER BY o."time" DESC
         LIMIT 1)
        UNION ALL
        ( SELECT o."time",
            o.value
           FROM lantaarn.observation_5y o
          WHERE ((datastream.retention_class = 'P5Y'::text) AND (o.datastream_id = datastream.id) AND (o.quality = 0))
          ORDER BY o."time" DESC
         LIMIT 1)
        UNION ALL
        ( SELECT o."time",
            o.value
           FROM lantaarn.observation_10y o
          WHERE ((datastream.retention_class = 'P10Y'::text) AND (o.datastream_id = datastream.id) AND (o.quality = 0))
          ORDER BY o."time" DESC
         LIMIT 1)) newest)
  WHERE (datastream.active AND (datastream.public = 'live'::text));
GRANT SELECT ON TABLE open.latest TO lantaarn_api;
GRANT SELECT ON TABLE open.latest TO lantaarn_dashboard;

-- open.ledger_day
CREATE VIEW open.ledger_day WITH (security_barrier='true') AS
 SELECT ledger.sensor_id,
    ((ledger.hour AT TIME ZONE 'Europe/Amsterdam'::text))::date AS day,
    (sum(ledger.received))::bigint AS received,
    (sum(ledger.stored))::bigint AS stored,
    (sum(ledger.duplicate))::bigint AS duplicate,
    (sum(ledger.quarantined))::bigint AS quarantined,
    (sum(ledger.aggregated))::bigint AS aggregated,
    (sum(ledger.fields_dropped))::bigint AS fields_dropped,
    (sum(ledger.conflict))::bigint AS conflict
   FROM (lantaarn.ledger ledger
     JOIN lantaarn.live_sensor live ON ((live.sensor_id = ledger.sensor_id)))
  GROUP BY ledger.sensor_id, (((ledger.hour AT TIME ZONE 'Europe/Amsterdam'::text))::date);
GRANT SELECT ON TABLE open.ledger_day TO lantaarn_api;
GRANT SELECT ON TABLE open.ledger_day TO lantaarn_dashboard;

-- open.ledger_reason_day
CREATE VIEW open.ledger_reason_day WITH (security_barrier='true') AS
 SELECT ledger.sensor_id,
    ((ledger.hour AT TIME ZONE 'Europe/Amsterdam'::text))::date AS day,
    ledger.reason,
    (sum(ledger.readings))::bigint AS readings
   FROM (lantaarn.ledger_reason ledger
     JOIN lantaarn.live_sensor live ON ((live.sensor_id = ledger.sensor_id)))
  GROUP BY ledger.sensor_id, (((ledger.hour AT TIME ZONE 'Europe/Amsterdam'::text))::date), ledger.reason;
GRANT SELECT ON TABLE open.ledger_reason_day TO lantaarn_api;
GRANT SELECT ON TABLE open.ledger_reason_day TO lantaarn_dashboard;

-- open.ledger_reason_week
CREATE VIEW open.ledger_reason_week WITH (security_barrier='true') AS
 SELECT ledger.sensor_id,
    (date_trunc('week'::text, (ledger.hour AT TIME ZONE 'Europe/Amsterdam'::text)))::date AS week,
    ledger.reason,
    open.band(sum(ledger.readings)) AS readings
   FROM (lantaarn.ledger_reason ledger
     LEFT JOIN lantaarn.live_sensor live ON ((live.sensor_id = ledger.sensor_id)))
  WHERE ((ledger.sensor_id IS NOT NULL) AND (live.sensor_id IS NULL) AND (ledger.hour < (date_trunc('week'::text, (now() AT TIME ZONE 'Europe/Amsterdam'::text)) AT TIME ZONE 'Europe/Amsterdam'::text)))
  GROUP BY ledger.sensor_id, ((date_trunc('week'::text, (ledger.hour AT TIME ZONE 'Europe/Amsterdam'::text)))::date), ledger.reason
 HAVING (sum(ledger.readings) >= (15)::numeric);
GRANT SELECT ON TABLE open.ledger_reason_week TO lantaarn_api;
GRANT SELECT ON TABLE open.ledger_reason_week TO lantaarn_dashboard;

-- open.ledger_week
CREATE VIEW open.ledger_week WITH (security_barrier='true') AS
 SELECT ledger.sensor_id,
    (date_trunc('week'::text, (ledger.hour AT TIME ZONE 'Europe/Amsterdam'::text)))::date AS week,
    open.band(sum(ledger.received)) AS received,
    open.band(sum(ledger.stored)) AS stored,
    open.band(sum(ledger.duplicate)) AS duplicate,
    open.band(sum(ledger.quarantined)) AS quarantined,
    open.band(sum(ledger.aggregated)) AS aggregated,
    open.band(sum(ledger.fields_dropped)) AS fields_dropped,
    open.band(sum(ledger.conflict)) AS conflict
   FROM (lantaarn.ledger ledger
     LEFT JOIN lantaarn.live_sensor live ON ((live.sensor_id = ledger.sensor_id)))
  WHERE ((ledger.sensor_id IS NOT NULL) AND (live.sensor_id IS NULL) AND (ledger.hour < (date_trunc('week'::text, (now() AT TIME ZONE 'Europe/Amsterdam'::text)) AT TIME ZONE 'Europe/Amsterdam'::text)))
  GROUP BY ledger.sensor_id, ((date_trunc('week'::text, (ledger.hour AT TIME ZONE 'Europe/Amsterdam'::text)))::date)
 HAVING (sum(ledger.received) >= (15)::numeric);
GRANT SELECT ON TABLE open.ledger_week TO lantaarn_api;
GRANT SELECT ON TABLE open.ledger_week TO lantaarn_dashboard;

-- open.migration
CREATE VIEW open.migration AS
 SELECT name
   FROM lantaarn.migration;
GRANT SELECT ON TABLE open.migration TO lantaarn_api;
GRANT SELECT ON TABLE open.migration TO lantaarn_dashboard;

-- open.movement
CREATE VIEW open.movement WITH (security_barrier='true') AS
 SELECT cell.municipality,
    cell.group_name,
    cell.property,
    cell.first_day,
    ((cell.first_day + (7 * cell.weeks)) - 1) AS last_day,
    cell.days,
    cell.slot_start,
    cell.slot_end,
    cell.windows,
    cell.due,
    (estimate.value)::double precision AS value,
    (estimate.margin)::double precision AS margin,
    (estimate.fewer_than)::double precision AS fewer_than,
    (estimate.more_than)::double precision AS more_than
   FROM ((lantaarn.movement_cell cell
     JOIN open.movement_group declared USING (municipality, group_name, property))
     CROSS JOIN LATERAL open.movement_estimate(cell.mean, cell.error, cell.capacity) estimate(value, margin, fewer_than, more_than))
  WHERE declared.published;
GRANT SELECT ON TABLE open.movement TO lantaarn_api;
GRANT SELECT ON TABLE open.movement TO lantaarn_dashboard;

-- open.movement_group
CREATE VIEW open.movement_group WITH (security_barrier='true') AS
 SELECT sensor.municipality,
    (datastream.rule ->> 'group'::text) AS group_name,
    datastream.property,
    (count(*))::integer AS lamps,
    GREATEST(12, max(((datastream.rule ->> 'minimum_sensors'::text))::integer)) AS minimum,
    (count(*) FILTER (WHERE (fault.code > (0)::double precision)))::integer AS faulty,
    bool_and((datastream.public = 'hour'::text)) AS published
   FROM ((lantaarn.datastream datastream
     JOIN lantaarn.sensor sensor ON ((sensor.id = datastream.sensor_id)))
     LEFT JOIN LATERAL ( SELECT cell.value AS code
           FROM (lantaarn.datastream state
             JOIN lantaarn.public_cell cell ON (((cell.datastream_id = state.id) AND (cell.period = 'day'::text))))
          WHERE ((state.sensor_id = sensor.id) AND (state.property = 'fault_code'::text) AND state.active AND (state.public = 'day'::text) AND (cell.start >= (now() - '3 days'::interval)))
          ORDER BY cell.start DESC
         LIMIT 1) fault ON (true))
  WHERE (datastream.active AND (datastream.rule ? 'group'::text) AND (sensor.status = 'active'::text))
  GROUP BY sensor.municipality, (datastream.rule ->> 'group'::text), datastream.property;
GRANT SELECT ON TABLE open.movement_group TO lantaarn_api;
GRANT SELECT ON TABLE open.movement_group TO lantaarn_dashboard;

-- open.outdated_segment
CREATE VIEW open.outdated_segment WITH (security_barrier='true') AS
 SELECT sensor.municipality,
    datastream.sensor_id,
    sensor.reference,
    (datastream.rule ->> 'to'::text) AS goes_to,
    (((datastream.rule ->> 'window'::text))::integer / 60) AS minutes
   FROM (lantaarn.datastream datastream
     JOIN lantaarn.sensor sensor ON ((sensor.id = datastream.sensor_id)))
  WHERE (datastream.active AND (sensor.status <> 'ended'::text) AND ((datastream.rule ->> 'rule'::text) = 'match_in_memory'::text) AND ((datastream.rule ->> 'to'::text) IS NOT NULL) AND (((datastream.rule ->> 'window'::text))::integer <> ALL (ARRAY[900, 3600])));
GRANT SELECT ON TABLE open.outdated_segment TO lantaarn_api;
GRANT SELECT ON TABLE open.outdated_segment TO lantaarn_dashboard;

-- open.promise
CREATE VIEW open.promise WITH (security_barrier='true') AS
 SELECT held.subject,
    held.retention_class,
    held.term,
    (held.chunk + held.schedule) AS margin,
    (rough.step = 'day'::text) AS to_the_day,
    (date_trunc(rough.step, (held.oldest AT TIME ZONE 'Europe/Amsterdam'::text)))::date AS oldest,
    held.kept,
    held.verified_at,
    (date_trunc(rough.step, (held.last_deletion AT TIME ZONE 'Europe/Amsterdam'::text)))::date AS last_deletion
   FROM (open.retention held
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN ((held.subject ~~ 'observation\_%'::text) AND (NOT (EXISTS ( SELECT
                       FROM (lantaarn.datastream datastream
                         LEFT JOIN lantaarn.live_sensor live ON ((live.sensor_id = datastream.sensor_id)))
                      WHERE ((datastream.retention_class = held.retention_class) AND ((live.sensor_id IS NULL) OR (NOT datastream.active))))))) THEN 'day'::text
                    ELSE 'week'::text
                END AS step) rough);
GRANT SELECT ON TABLE open.promise TO lantaarn_api;
GRANT SELECT ON TABLE open.promise TO lantaarn_dashboard;

-- open.quality_group
CREATE VIEW open.quality_group WITH (security_barrier='true') AS
 SELECT municipality,
    neighbourhood,
    organisations,
    asked,
    unanswered,
    sensors,
    delivering,
    deviating,
    expired,
    refused,
    review_due,
    silent,
    undeclared,
    measured,
    due,
    received,
    cells,
    few,
    refused_day,
    undeclared_day,
    refused_week,
    undeclared_week,
    conflict_day,
    conflict_week,
    invalid
   FROM ( SELECT made.municipality,
            made.neighbourhood,
            made.organisations,
            made.asked,
            made.unanswered,
            made.sensors,
            made.delivering,
            made.deviating,
            made.expired,
            made.refused,
            made.review_due,
            made.silent,
            made.undeclared,
            made.measured,
            made.due,
            made.received,
            made.cells,
            made.few,
            made.refused_day,
            made.undeclared_day,
            made.refused_week,
            made.undeclared_week,
            made.conflict_day,
            made.conflict_week,
            made.invalid
           FROM lantaarn.quality_group made
          WHERE ( SELECT quality_fresh.fresh
                   FROM lantaarn.quality_fresh)
        UNION ALL
         SELECT now.municipality,
            now.neighbourhood,
            now.organisations,
            now.asked,
            now.unanswered,
            now.sensors,
            now.delivering,
            now.deviating,
            now.expired,
            now.refused,
            now.review_due,
            now.silent,
            now.undeclared,
            now.measured,
            now.due,
            now.received,
            now.cells,
            now.few,
            now.refused_day,
            now.undeclared_day,
            now.refused_week,
            now.undeclared_week,
            now.conflict_day,
            now.conflict_week,
            now.invalid
           FROM lantaarn.quality_group_now now
          WHERE (NOT ( SELECT quality_fresh.fresh
                   FROM lantaarn.quality_fresh))) told;
GRANT SELECT ON TABLE open.quality_group TO lantaarn_api;
GRANT SELECT ON TABLE open.quality_group TO lantaarn_dashboard;

-- open.quality_time
CREATE VIEW open.quality_time WITH (security_barrier='true') AS
 SELECT
        CASE
            WHEN fresh.fresh THEN made.made_at
            ELSE now()
        END AS made_at,
    watch.day_since,
    watch.week_since,
    watch.week_until
   FROM ((lantaarn.quality_fresh fresh
     CROSS JOIN lantaarn.watch watch)
     LEFT JOIN lantaarn.quality_made made ON (true));
GRANT SELECT ON TABLE open.quality_time TO lantaarn_api;
GRANT SELECT ON TABLE open.quality_time TO lantaarn_dashboard;

-- open.report
CREATE VIEW open.report AS
 SELECT id AS number,
    municipality,
    entry_id,
    reference,
    kind,
    ((received_at AT TIME ZONE 'Europe/Amsterdam'::text))::date AS received_on,
    due_on,
    status,
    ((settled_at AT TIME ZONE 'Europe/Amsterdam'::text))::date AS settled_on,
    answer,
    ((corrected_at AT TIME ZONE 'Europe/Amsterdam'::text))::date AS corrected_on,
    ((erased_at AT TIME ZONE 'Europe/Amsterdam'::text))::date AS erased_on
   FROM lantaarn.report;
GRANT SELECT ON TABLE open.report TO lantaarn_api;
GRANT SELECT ON TABLE open.report TO lantaarn_dashboard;

-- open.retention
CREATE VIEW open.retention WITH (security_barrier='true') AS
 SELECT subject,
    retention_class,
    term,
    chunk,
    schedule,
    oldest,
    kept,
    verified_at,
    ( SELECT max(log.deleted_at) AS max
           FROM lantaarn.deletion_log log
          WHERE ((log.table_name = found.subject) AND (log.retention_class = found.retention_class))) AS last_deletion
   FROM lantaarn.verification found
  WHERE (datastream_id IS NULL);
GRANT SELECT ON TABLE open.retention TO lantaarn_api;
GRANT SELECT ON TABLE open.retention TO lantaarn_dashboard;

-- open.retention_class
CREATE VIEW open.retention_class AS
 SELECT name,
    term
   FROM lantaarn.retention_class;
GRANT SELECT ON TABLE open.retention_class TO lantaarn_api;
GRANT SELECT ON TABLE open.retention_class TO lantaarn_dashboard;

-- open.revision
CREATE VIEW open.revision AS
 SELECT (( SELECT max(entry.revision) AS max
           FROM lantaarn.register_entry entry) + ( SELECT count(*) AS count
           FROM lantaarn.redaction)) AS revision;
GRANT SELECT ON TABLE open.revision TO lantaarn_api;
GRANT SELECT ON TABLE open.revision TO lantaarn_dashboard;

-- open.sensor
CREATE VIEW open.sensor AS
 SELECT sensor.id AS sensor_id,
    sensor.entry_id,
    sensor.municipality,
    sensor.reference,
    sensor.kind,
    sensor.status,
    sensor.delivers_data,
    sensor.neighbourhood,
    neighbourhood.name AS neighbourhood_name,
    sensor.district,
    district.name AS district_name,
    entry.version,
    entry.valid_from,
    entry.document,
        CASE
            WHEN (NOT sensor.delivers_data) THEN NULL::text
            WHEN ((NOT live.all_of_it) AND (last_week.readings >= (15)::numeric)) THEN 'last_week'::text
            WHEN ((NOT live.all_of_it) AND (seen.hour < week.start)) THEN 'longer'::text
            WHEN (NOT live.all_of_it) THEN 'unknown'::text
            WHEN (seen.hour IS NULL) THEN 'never'::text
            WHEN (((seen.hour AT TIME ZONE 'Europe/Amsterdam'::text))::date = ((now() AT TIME ZONE 'Europe/Amsterdam'::text))::date) THEN 'today'::text
            WHEN (seen.hour > (now() - '7 days'::interval)) THEN 'this_week'::text
            ELSE 'longer'::text
        END AS last_seen,
    live.all_of_it AS live
   FROM (((((((lantaarn.sensor sensor
     JOIN lantaarn.register_entry entry ON ((entry.revision = sensor.revision)))
     LEFT JOIN lantaarn.area neighbourhood ON ((neighbourhood.code = sensor.neighbourhood)))
     LEFT JOIN lantaarn.area district ON ((district.code = sensor.district)))
     CROSS JOIN LATERAL ( SELECT COALESCE(bool_and(((datastream.public = 'live'::text) AND (NOT datastream.counts_people) AND (datastream.rule IS NULL))), false) AS all_of_it
           FROM lantaarn.datastream datastream
          WHERE ((datastream.sensor_id = sensor.id) AND datastream.active)) live)
     CROSS JOIN LATERAL ( SELECT (date_trunc('week'::text, (now() AT TIME ZONE 'Europe/Amsterdam'::text)) AT TIME ZONE 'Europe/Amsterdam'::text) AS start) week)
     LEFT JOIN LATERAL ( SELECT ledger.hour
           FROM lantaarn.ledger ledger
          WHERE ((ledger.sensor_id = sensor.id) AND (ledger.hour <
                CASE
                    WHEN live.all_of_it THEN 'infinity'::timestamp with time zone
                    ELSE week.start
                END) AND (ledger.received > (ledger.quarantined + ledger.aggregated)))
          ORDER BY ledger.hour DESC
         LIMIT 1) seen ON (true))
     LEFT JOIN LATERAL ( SELECT sum(few.readings) AS readings
           FROM ( SELECT ((ledger.received - ledger.quarantined) - ledger.aggregated) AS readings
                   FROM lantaarn.ledger ledger
                  WHERE ((NOT live.all_of_it) AND (ledger.sensor_id = sensor.id) AND (ledger.hour < week.start) AND (ledger.hour >= (((week.start AT TIME ZONE 'Europe/Amsterdam'::text) - '7 days'::interval) AT TIME ZONE 'Europe/Amsterdam'::text)) AND (ledger.received > (ledger.quarantined + ledger.aggregated)))
                 LIMIT 15) few) last_week ON (true));
GRANT SELECT ON TABLE open.sensor TO lantaarn_api;
GRANT SELECT ON TABLE open.sensor TO lantaarn_dashboard;

-- open.sensor_refusal
CREATE VIEW open.sensor_refusal WITH (security_barrier='true') AS
 SELECT refused.sensor_id,
    refused.reason,
    (sum(refused.readings))::bigint AS readings
   FROM (lantaarn.ledger_reason refused
     JOIN lantaarn.finding finding ON (((finding.sensor_id = refused.sensor_id) AND finding.live)))
  WHERE (refused.hour >= date_trunc('hour'::text, (now() - '1 day'::interval)))
  GROUP BY refused.sensor_id, refused.reason;
GRANT SELECT ON TABLE open.sensor_refusal TO lantaarn_api;
GRANT SELECT ON TABLE open.sensor_refusal TO lantaarn_dashboard;

-- open.slug
CREATE VIEW open.slug AS
 SELECT municipality,
    sort,
    slug,
    name
   FROM lantaarn.slug;
GRANT SELECT ON TABLE open.slug TO lantaarn_api;
GRANT SELECT ON TABLE open.slug TO lantaarn_dashboard;

-- open.travel_time
CREATE VIEW open.travel_time WITH (security_barrier='true') AS
 SELECT datastream.datastream_id,
    datastream.sensor_id,
    datastream.goes_to,
    travel.window_start,
    travel.minutes,
    travel.vehicle_class,
        CASE datastream.public
            WHEN 'hour'::text THEN travel.median
            ELSE NULL::smallint
        END AS median,
        CASE datastream.public
            WHEN 'hour'::text THEN travel.p85
            ELSE NULL::smallint
        END AS p85
   FROM (open.datastream datastream
     JOIN lantaarn.travel_time travel ON ((travel.datastream_id = datastream.datastream_id)))
  WHERE (datastream.public = 'hour'::text);
GRANT SELECT ON TABLE open.travel_time TO lantaarn_api;
GRANT SELECT ON TABLE open.travel_time TO lantaarn_dashboard;

-- open.unregistered_week
CREATE VIEW open.unregistered_week WITH (security_barrier='true') AS
 SELECT (date_trunc('week'::text, (refused.hour AT TIME ZONE 'Europe/Amsterdam'::text)))::date AS week,
    refused.reason,
    open.band(sum(refused.readings)) AS readings
   FROM (lantaarn.ledger_reason refused
     CROSS JOIN lantaarn.watch watch)
  WHERE ((refused.sensor_id IS NULL) AND (refused.hour < watch.week_until))
  GROUP BY ((date_trunc('week'::text, (refused.hour AT TIME ZONE 'Europe/Amsterdam'::text)))::date), refused.reason
 HAVING (sum(refused.readings) >= (15)::numeric);
GRANT SELECT ON TABLE open.unregistered_week TO lantaarn_api;
GRANT SELECT ON TABLE open.unregistered_week TO lantaarn_dashboard;

-- open.version
CREATE VIEW open.version AS
 SELECT entry.revision,
    entry.entry_id,
    entry.version,
    sensor.municipality,
    sensor.reference,
    (entry.revision = sensor.revision) AS is_current,
    entry.document,
    entry.valid_from,
    entry.recorded_at,
    entry.editor,
    entry.reason,
    redacted.redacted_at,
    GREATEST(entry.recorded_at, redacted.redacted_at) AS changed_at,
    redacted.removed_fields
   FROM ((lantaarn.register_entry entry
     JOIN lantaarn.sensor sensor ON ((sensor.entry_id = entry.entry_id)))
     LEFT JOIN LATERAL ( SELECT max(redaction.redacted_at) AS redacted_at,
            COALESCE(array_agg(DISTINCT redaction.field) FILTER (WHERE (redaction.field IS NOT NULL)), '{}'::text[]) AS removed_fields
           FROM lantaarn.redaction redaction
          WHERE (redaction.revision = entry.revision)) redacted ON (true));
GRANT SELECT ON TABLE open.version TO lantaarn_api;
GRANT SELECT ON TABLE open.version TO lantaarn_dashboard;

-- open.version_state
CREATE VIEW open.version_state AS
 SELECT state.revision,
    state.entry_id,
    sensor.id AS sensor_id,
    sensor.municipality,
    state.status,
    state.neighbourhood,
    state.status_before,
    state.neighbourhood_before
   FROM (lantaarn.version_state state
     JOIN lantaarn.sensor sensor ON ((sensor.entry_id = state.entry_id)));
GRANT SELECT ON TABLE open.version_state TO lantaarn_api;
GRANT SELECT ON TABLE open.version_state TO lantaarn_dashboard;

-- open.window_day
CREATE VIEW open.window_day WITH (security_barrier='true') AS
 SELECT due.municipality,
    due.rule,
    due.day,
    sum(due.due) AS due,
    COALESCE(sum(booked.released), (0)::bigint) AS released,
    COALESCE(sum(booked.suppressed), (0)::bigint) AS suppressed,
    COALESCE(sum(booked.unobserved), (0)::bigint) AS unobserved
   FROM (lantaarn.window_due due
     LEFT JOIN lantaarn.window_day booked USING (rule, subject, day))
  GROUP BY due.municipality, due.rule, due.day;
GRANT SELECT ON TABLE open.window_day TO lantaarn_api;
GRANT SELECT ON TABLE open.window_day TO lantaarn_dashboard;

-- staff.book_day
CREATE VIEW staff.book_day AS
 SELECT day,
    kind,
    received,
    stored,
    duplicate,
    quarantined,
    aggregated,
    fields_dropped,
    conflict
   FROM lantaarn.book_day;
GRANT SELECT ON TABLE staff.book_day TO lantaarn_dashboard;

-- staff.book_hour
CREATE VIEW staff.book_hour WITH (security_barrier='true') AS
 SELECT hour,
    (sum(received))::bigint AS received,
    (sum(stored))::bigint AS stored,
    (sum(duplicate))::bigint AS duplicate,
    (sum(quarantined))::bigint AS quarantined,
    (sum(aggregated))::bigint AS aggregated,
    (sum(fields_dropped))::bigint AS fields_dropped,
    (sum(conflict))::bigint AS conflict
   FROM lantaarn.ledger ledger
  WHERE ((hour >= (now() - '8 days'::interval)) AND (NOT (EXISTS ( SELECT
           FROM lantaarn.sensor_about_people counting
          WHERE (counting.sensor_id = ledger.sensor_id)))))
  GROUP BY hour;
GRANT SELECT ON TABLE staff.book_hour TO lantaarn_dashboard;

-- staff.book_reason_day
CREATE VIEW staff.book_reason_day AS
 SELECT day,
    kind,
    reason,
    readings
   FROM lantaarn.book_reason_day;
GRANT SELECT ON TABLE staff.book_reason_day TO lantaarn_dashboard;

-- staff.datastream
CREATE VIEW staff.datastream WITH (security_barrier='true') AS
 SELECT datastream.id AS datastream_id,
    datastream.sensor_id,
    datastream.property,
    datastream.unit,
    datastream.public,
    datastream.counts_people,
    (datastream.aggregation = ANY (ARRAY['delta'::text, 'counter'::text])) AS summed,
    finding.reference,
    (finding.name ->> 'nl'::text) AS name,
    finding.kind,
    COALESCE(finding.neighbourhood, '-'::text) AS neighbourhood,
    finding.organisations,
    datastream.aggregation,
    datastream.totals_since
   FROM (lantaarn.datastream datastream
     JOIN lantaarn.finding finding ON ((finding.sensor_id = datastream.sensor_id)))
  WHERE (datastream.active AND (datastream.public <> 'none'::text));
GRANT SELECT ON TABLE staff.datastream TO lantaarn_dashboard;

-- staff.day
CREATE VIEW staff.day WITH (security_barrier='true') AS
 SELECT datastream_id,
    sensor_id,
    property,
    kind,
    counts_people,
    reference,
    name,
    neighbourhood,
    organisations,
    day,
    value,
    hours,
    hidden,
    day_hours,
    completed_at,
    margin
   FROM ( SELECT stream.datastream_id,
            stream.sensor_id,
            stream.property,
            stream.kind,
            stream.counts_people,
            stream.reference,
            stream.name,
            stream.neighbourhood,
            stream.organisations,
            total.day,
            open.aggregate(stream.aggregation, total.count, total.sum, total.sum_cos, total.max, total.last_value) AS value,
            total.hours,
            (0)::smallint AS hidden,
            total.day_hours,
            total.completed_at,
            NULL::double precision AS margin
           FROM (staff.datastream stream
             JOIN lantaarn.day_total total ON (((total.datastream_id = stream.datastream_id) AND (total.day >= open.day_of(stream.totals_since)))))
          WHERE (stream.public = 'live'::text)
        UNION ALL
         SELECT stream.datastream_id,
            stream.sensor_id,
            stream.property,
            stream.kind,
            stream.counts_people,
            stream.reference,
            stream.name,
            stream.neighbourhood,
            stream.organisations,
            made.day,
                CASE
                    WHEN (made.value IS NOT NULL) THEN made.value
                    WHEN (stream.summed OR (stream.public = 'day'::text)) THEN made.sum
                    ELSE (made.sum / (NULLIF((made.hours - made.hidden), 0))::double precision)
                END AS value,
            made.hours,
            made.hidden,
            made.day_hours,
            made.completed_at,
            ((2)::double precision * made.noise) AS margin
           FROM (staff.datastream stream
             JOIN lantaarn.public_day made ON (((made.datastream_id = stream.datastream_id) AND (stream.counts_people OR (made.day >= open.day_of(stream.totals_since))))))
          WHERE ((stream.public = ANY (ARRAY['hour'::text, 'day'::text])) AND (made.day < open.day_of(now())))) told;
GRANT SELECT ON TABLE staff.day TO lantaarn_dashboard;

-- staff.deletion
CREATE VIEW staff.deletion AS
 SELECT deleted_at,
    table_name,
    retention_class,
    older_than,
    deleted_rows,
    COALESCE(rule, 'termijn'::text) AS rule
   FROM lantaarn.deletion_log;
GRANT SELECT ON TABLE staff.deletion TO lantaarn_dashboard;

-- staff.entry_part
CREATE VIEW staff.entry_part AS
 SELECT sensor.sensor_id,
    part.name,
    part.is_there
   FROM (staff.sensor sensor
     CROSS JOIN LATERAL ( VALUES ('Engelse naam'::text,((sensor.document -> 'name'::text) ? 'en'::text)), ('Engelse samenvatting'::text,((sensor.document -> 'summary'::text) ? 'en'::text)), ('Merk of type'::text,((sensor.document -> 'device'::text) ?| ARRAY['make'::text, 'model'::text])), ('Soort techniek'::text,(jsonb_array_length(COALESCE((sensor.document #> '{device,technology}'::text[]), '[]'::jsonb)) > 0)), ('Besluit'::text,((sensor.document -> 'legal'::text) ? 'decision'::text)), ('DPIA'::text,((sensor.document #>> '{legal,dpia,status}'::text[]) = ANY (ARRAY['done'::text, 'not_needed'::text]))), ('Privacyverklaring'::text,((sensor.document -> 'legal'::text) ? 'privacy_statement'::text)), ('Verwerkingsregister'::text,((sensor.document -> 'legal'::text) ? 'processing_register'::text)), ('Datum om opnieuw te kijken'::text,(sensor.document ? 'review_date'::text)), ('E-mail of telefoon'::text,((sensor.document -> 'contact'::text) ?| ARRAY['email'::text, 'phone'::text]))) part(name, is_there));
GRANT SELECT ON TABLE staff.entry_part TO lantaarn_dashboard;

-- staff.hidden_day
CREATE VIEW staff.hidden_day WITH (security_barrier='true') AS
 SELECT made.day,
    datastream.property,
    sum(made.hours) AS hours,
    sum(made.hidden) AS hidden
   FROM (lantaarn.public_day made
     JOIN lantaarn.datastream datastream ON ((datastream.id = made.datastream_id)))
  WHERE datastream.counts_people
  GROUP BY made.day, datastream.property;
GRANT SELECT ON TABLE staff.hidden_day TO lantaarn_dashboard;

-- staff.imbalance
CREATE VIEW staff.imbalance AS
 SELECT (COALESCE(( SELECT sum(abs((((((ledger.received - ledger.stored) - ledger.duplicate) - ledger.conflict) - ledger.quarantined) - ledger.aggregated))) AS sum
           FROM lantaarn.ledger
          WHERE (ledger.hour >= (now() - '1 day'::interval))), (0)::numeric))::bigint AS unexplained,
    (COALESCE(abs((( SELECT sum(ledger.quarantined) AS sum
           FROM lantaarn.ledger
          WHERE (ledger.hour >= (date_trunc('hour'::text, now()) - '1 day'::interval))) - COALESCE(( SELECT sum(ledger_reason.readings) AS sum
           FROM lantaarn.ledger_reason
          WHERE (ledger_reason.hour >= (date_trunc('hour'::text, now()) - '1 day'::interval))), (0)::numeric))), (0)::numeric))::bigint AS without_reason;
GRANT SELECT ON TABLE staff.imbalance TO lantaarn_dashboard;

-- staff.light_day
CREATE VIEW staff.light_day WITH (security_barrier='true') AS
 SELECT grouped.neighbourhood,
    grouped.organisations,
    total.day,
    total.lamps,
    (round((total.kwh)::numeric, 1))::double precision AS kwh,
    round(total.burned) AS burning_hours,
    (round((total.compared_kwh)::numeric, 1))::double precision AS compared_kwh,
    (round((total.full_kwh)::numeric, 1))::double precision AS full_kwh
   FROM (staff.light_group grouped
     CROSS JOIN LATERAL ( SELECT lamp.day,
            (count(*))::integer AS lamps,
            sum(lamp.kwh) AS kwh,
            sum(lamp.burned) AS burned,
            sum(lamp.kwh) FILTER (WHERE (lamp.full_kwh IS NOT NULL)) AS compared_kwh,
            sum(lamp.full_kwh) AS full_kwh
           FROM lantaarn.lamp_day lamp
          WHERE (lamp.sensor_id = ANY (grouped.sensor_ids))
          GROUP BY lamp.day
         HAVING (count(*) >= 8)) total)
  WHERE (total.day < ((now() AT TIME ZONE 'Europe/Amsterdam'::text))::date);
GRANT SELECT ON TABLE staff.light_day TO lantaarn_dashboard;

-- staff.light_group
CREATE VIEW staff.light_group WITH (security_barrier='true') AS
 SELECT COALESCE(neighbourhood, '-'::text) AS neighbourhood,
    organisations,
    (count(*))::integer AS lamps,
    array_agg(sensor_id ORDER BY sensor_id) AS sensor_ids
   FROM lantaarn.finding finding
  WHERE ((kind = 'streetlight'::text) AND (status = 'active'::text) AND delivers_data AND (properties && ARRAY['energy'::text, 'power'::text, 'burning_hours'::text, 'fault_code'::text]))
  GROUP BY COALESCE(neighbourhood, '-'::text), organisations
 HAVING (count(*) >= 8);
GRANT SELECT ON TABLE staff.light_group TO lantaarn_dashboard;

-- staff.light_now
CREATE VIEW staff.light_now WITH (security_barrier='true') AS
 SELECT grouped.neighbourhood,
    grouped.organisations,
    grouped.lamps,
    lamp.faulty,
    lamp.silent
   FROM (staff.light_group grouped
     CROSS JOIN LATERAL ( SELECT (count(*) FILTER (WHERE (newest.fault > (0)::double precision)))::integer AS faulty,
            (count(*) FILTER (WHERE (heard.yesterday AND (NOT heard.now))))::integer AS silent
           FROM ((unnest(grouped.sensor_ids) sensor(id)
             LEFT JOIN LATERAL ( SELECT hourly.max AS fault
                   FROM (lantaarn.datastream stream
                     JOIN lantaarn.rollup_hour hourly ON ((hourly.datastream_id = stream.id)))
                  WHERE ((stream.sensor_id = sensor.id) AND (stream.property = 'fault_code'::text) AND (hourly.hour >= (date_trunc('hour'::text, now(), 'UTC'::text) - '1 day'::interval)))
                  ORDER BY hourly.hour DESC
                 LIMIT 1) newest ON (true))
             CROSS JOIN LATERAL ( SELECT COALESCE(bool_or((ledger.hour > (span.now - '03:00:00'::interval))), false) AS now,
                    COALESCE(bool_or((ledger.hour <= (span.now - '24:00:00'::interval))), false) AS yesterday
                   FROM (( SELECT date_trunc('hour'::text, now(), 'UTC'::text) AS now) span
                     JOIN lantaarn.ledger ledger ON (((ledger.sensor_id = sensor.id) AND (ledger.hour > (span.now - '27:00:00'::interval)) AND (ledger.received > (ledger.quarantined + ledger.aggregated)))))) heard)) lamp);
GRANT SELECT ON TABLE staff.light_now TO lantaarn_dashboard;

-- staff.light_outage
CREATE VIEW staff.light_outage WITH (security_barrier='true') AS
 SELECT sensor_id,
    min(day) AS since,
        CASE
            WHEN (max(day) < max(newest)) THEN (max(day) + 1)
            ELSE NULL::date
        END AS until,
    max(code) AS code
   FROM ( SELECT datastream.sensor_id,
            open.day_of(cell.start) AS day,
            cell.value AS code,
            newest.day AS newest,
            (open.day_of(cell.start) - (row_number() OVER (PARTITION BY datastream.sensor_id ORDER BY cell.start))::integer) AS island
           FROM ((lantaarn.datastream datastream
             JOIN lantaarn.public_cell cell ON (((cell.datastream_id = datastream.id) AND (cell.period = 'day'::text))))
             CROSS JOIN LATERAL ( SELECT open.day_of(last.start) AS day
                   FROM lantaarn.public_cell last
                  WHERE ((last.datastream_id = datastream.id) AND (last.period = 'day'::text))
                  ORDER BY last.start DESC
                 LIMIT 1) newest)
          WHERE ((datastream.property = 'fault_code'::text) AND datastream.active AND (datastream.public = 'day'::text) AND (cell.value > (0)::double precision))) spell
  GROUP BY sensor_id, island;
GRANT SELECT ON TABLE staff.light_outage TO lantaarn_dashboard;

-- staff.movement
CREATE VIEW staff.movement AS
 SELECT counted.municipality,
    counted.group_name,
    counted.window_start,
    counted.window_end,
    counted.sensors AS lamps,
    counted.count,
    counted.noise,
    ((EXTRACT(epoch FROM (counted.window_end - counted.window_start)))::double precision / counted.spacing) AS capacity,
    (estimate.value)::double precision AS value,
    (estimate.margin)::double precision AS margin,
    (estimate.fewer_than)::double precision AS fewer_than,
    (estimate.more_than)::double precision AS more_than
   FROM (lantaarn.window_count counted
     CROSS JOIN LATERAL open.movement_estimate(((counted.count)::double precision / (counted.sensors)::double precision), (counted.noise / (counted.sensors)::double precision), ((EXTRACT(epoch FROM (counted.window_end - counted.window_start)))::double precision / counted.spacing)) estimate(value, margin, fewer_than, more_than));
GRANT SELECT ON TABLE staff.movement TO lantaarn_dashboard;

-- staff.pulse
CREATE VIEW staff.pulse AS
 SELECT minute,
    workers,
    batches,
    messages,
    lag,
    commit
   FROM lantaarn.pulse;
GRANT SELECT ON TABLE staff.pulse TO lantaarn_dashboard;

-- staff.sensor
CREATE VIEW staff.sensor AS
 SELECT finding.sensor_id,
    finding.reference,
    (finding.name ->> 'nl'::text) AS name,
    finding.kind,
    finding.status,
    finding.delivers_data,
    COALESCE(finding.neighbourhood, '-'::text) AS neighbourhood,
    COALESCE(area.name, 'Buiten de buurten'::text) AS neighbourhood_name,
    finding.organisations,
    finding.known_since,
    finding.active_until,
    finding.review_date,
    entry.document
   FROM (((lantaarn.finding finding
     JOIN lantaarn.sensor sensor ON ((sensor.id = finding.sensor_id)))
     JOIN lantaarn.register_entry entry ON ((entry.revision = sensor.revision)))
     LEFT JOIN lantaarn.area area ON ((area.code = finding.neighbourhood)));
GRANT SELECT ON TABLE staff.sensor TO lantaarn_dashboard;

-- staff.table_size
CREATE VIEW staff.table_size AS
 SELECT owner.relname AS table_name,
    (((pg_total_relation_size((owner.oid)::regclass))::numeric + COALESCE(( SELECT sum(pg_total_relation_size((child.inhrelid)::regclass)) AS sum
           FROM pg_inherits child
          WHERE (child.inhparent = owner.oid)), (0)::numeric)))::bigint AS octets
   FROM (pg_class owner
     JOIN pg_namespace namespace ON ((namespace.oid = owner.relnamespace)))
  WHERE ((namespace.nspname = 'lantaarn'::name) AND (owner.relkind = ANY (ARRAY['r'::"char", 'p'::"char"])));
GRANT SELECT ON TABLE staff.table_size TO lantaarn_dashboard;

-- staff.travel_hour
CREATE VIEW staff.travel_hour WITH (security_barrier='true') AS
 SELECT travel.datastream_id,
    datastream.sensor_id,
    (datastream.rule ->> 'to'::text) AS goes_to,
    travel.hour,
        CASE datastream.public
            WHEN 'hour'::text THEN travel.windows
            ELSE NULL::smallint
        END AS windows,
        CASE datastream.public
            WHEN 'hour'::text THEN travel.median
            ELSE NULL::double precision
        END AS median,
        CASE datastream.public
            WHEN 'hour'::text THEN travel.p85
            ELSE NULL::double precision
        END AS p85
   FROM (lantaarn.datastream datastream
     JOIN lantaarn.travel_hour travel ON ((travel.datastream_id = datastream.id)))
  WHERE (datastream.active AND (datastream.public = 'hour'::text));
GRANT SELECT ON TABLE staff.travel_hour TO lantaarn_dashboard;

-- staff.unknown_hour
CREATE VIEW staff.unknown_hour WITH (security_barrier='true') AS
 SELECT hour,
    received
   FROM lantaarn.ledger
  WHERE (sensor_id IS NULL);
GRANT SELECT ON TABLE staff.unknown_hour TO lantaarn_dashboard;

-- lantaarn.add_retention_class
CREATE FUNCTION lantaarn.add_retention_class(class_name text) RETURNS boolean
    LANGUAGE plpgsql
    AS $_$
declare
    class_table text := 'observation_' || lower(substr(class_name, 2));
    class_term interval;
begin
    if class_name !~ '^P([1-9][0-9]{0,3}[YMWD]|T[1-9][0-9]{0,3}H)$' then
        raise exception 'a term is an ISO 8601 duration of one part, of an hour or more'
            using errcode = 'invalid_parameter_value';
    end if;
    class_term := class_name::interval;
    perform pg_advisory_xact_lock(hashtextextended('lantaarn.retention_class', 0));
    if exists (select from lantaarn.retention_class as known where known.name = class_name) then
        return false;
    end if;
    insert into lantaarn.retention_class (name, table_name, term, chunk)
    values (class_name, class_table, class_term, least(class_term / 24, interval '7 days'));
    execute format(
        'create table lantaarn.%I (
             datastream_id integer not null,
             time timestamptz not null,
             value double precision not null,
             quality smallint not null,
             revised timestamptz
         )', class_table);
    execute format('alter table lantaarn.%I alter column value set statistics 0', class_table);
    execute format('create unique index on lantaarn.%I (datastream_id, time desc)', class_table);
    execute format('grant select, insert on lantaarn.%I to lantaarn_ingest', class_table);
    perform lantaarn.chunk_class(class_name);
    perform lantaarn.keep_class(class_name);
    perform lantaarn.refresh_class_views();
    return true;
end
$_$;
REVOKE ALL ON FUNCTION lantaarn.add_retention_class(class_name text) FROM PUBLIC;

-- lantaarn.append_to_staff_log
CREATE FUNCTION lantaarn.append_to_staff_log(command text, subject text, editor text, reason text) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    entry lantaarn.staff_log;
begin
    perform lantaarn.lock_staff_log();
    entry.acted_at := clock_timestamp();     -- not when the transaction began, so that the log is in order of time
    entry.login := session_user;
    entry.editor := nullif(append_to_staff_log.editor, '');
    entry.command := append_to_staff_log.command;
    entry.subject := append_to_staff_log.subject;
    entry.reason := nullif(append_to_staff_log.reason, '');
    entry.previous_hash := coalesce(
        (select held.hash from lantaarn.staff_log as held order by held.id desc limit 1), lantaarn.staff_log_start()
    );
    entry.hash := sha256(entry.previous_hash || lantaarn.staff_log_content(entry));
    insert into lantaarn.staff_log (acted_at, login, editor, command, subject, reason, previous_hash, hash)
    values (
        entry.acted_at, entry.login, entry.editor, entry.command, entry.subject, entry.reason, entry.previous_hash, entry.hash
    );
end
$$;
REVOKE ALL ON FUNCTION lantaarn.append_to_staff_log(command text, subject text, editor text, reason text) FROM PUBLIC;

-- lantaarn.cell_end
CREATE FUNCTION lantaarn.cell_end(period text, start timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN (period = 'hour'::text) THEN (start + '01:00:00'::interval) ELSE (((start AT TIME ZONE 'Europe/Amsterdam'::text) + CASE period WHEN 'night'::text THEN '07:00:00'::interval WHEN 'late'::text THEN '28 days'::interval ELSE '1 day'::interval END) AT TIME ZONE 'Europe/Amsterdam'::text) END;

-- lantaarn.chunk_class
CREATE FUNCTION lantaarn.chunk_class(class_name text) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
END;

-- lantaarn.chunk_of
CREATE FUNCTION lantaarn.chunk_of(class_table text) RETURNS interval
    LANGUAGE sql STABLE
    RETURN '00:00:00'::interval;

-- lantaarn.coarseness
CREATE FUNCTION lantaarn.coarseness(document jsonb) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$
    select array_position(array['exact', 'cell_100m', 'cell_1km'], document #>> '{location,precision}')
$$;

-- lantaarn.complete_published
CREATE FUNCTION lantaarn.complete_published(datastream_ids integer[], hours timestamp with time zone[], is_late boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    if is_late then
        -- In the order in which ingest meets the hours, so that neither waits for what the other holds.
        with live as (
            select total.datastream_id, total.hour
            from unnest(datastream_ids, hours) as changed (datastream_id, hour)
            inner join lantaarn.datastream as stream
                on stream.id = changed.datastream_id
                and stream.active
                and stream.public = 'live'
                and not stream.about_people
            inner join lantaarn.publication as published
                on published.datastream_id = stream.id
                and changed.hour between published.first_start and published.last_start
            inner join lantaarn.rollup_hour as total
                on total.datastream_id = changed.datastream_id and total.hour = changed.hour
            order by total.datastream_id, total.hour
            for update of total
        )
        update lantaarn.rollup_hour as total set completed_at = now()
        from live
        where total.datastream_id = live.datastream_id and total.hour = live.hour;
    end if;

    with due as (
        select distinct stream.id, period.step, period.step at time zone stream.zone as start
        from unnest(datastream_ids, hours) as changed (datastream_id, hour)
        inner join lantaarn.public_stream as stream on stream.id = changed.datastream_id
        cross join lateral (select date_trunc(stream.period, changed.hour at time zone stream.zone) as step) as period
        where not stream.about_people and stream.totals_since < 'infinity'
    ),

    seen as (
        select
            stream.id,
            stream.period,
            due.start,
            cell.value,
            cell.counted_since,
            case when is_late and due.start between published.first_start and published.last_start then now() end as mark
        from due
        inner join lantaarn.public_stream as stream on stream.id = due.id
        left join lantaarn.publication as published on published.datastream_id = stream.id
        left join lateral lantaarn.due_cells(stream, due.step, due.step) as cell on true
        where
            due.start >= stream.totals_since
            -- Later ones are published in their turn.
            and due.start <= (
                select max(newest.start) from lantaarn.public_cell as newest
                where newest.datastream_id = stream.id and newest.period = stream.period
            )
    ),

    emptied as (
        delete from lantaarn.public_cell as held
        using seen
        where
            held.datastream_id = seen.id
            and held.period = seen.period
            and held.start = seen.start
            and seen.value is null
        returning held.datastream_id, held.start
    ),

    completed as (
        insert into lantaarn.public_cell as held
        (datastream_id, period, start, counted, value, counted_since, completed_at)
        select
            seen.id,
            seen.period,
            seen.start,
            false,
            seen.value,
            seen.counted_since,
            seen.mark
        from seen
        where seen.value is not null
        on conflict (datastream_id, period, start) do update set
            value = excluded.value,
            counted_since = excluded.counted_since,
            completed_at = coalesce(excluded.completed_at, held.completed_at)
        where (held.value, held.counted_since) is distinct from (excluded.value, excluded.counted_since)
        returning held.datastream_id, held.start
    )

    insert into lantaarn.changed_day (day, datastream_ids)
    select open.day_of(cell.start), array_agg(distinct cell.datastream_id)
    from (select * from emptied union all select * from completed) as cell
    group by 1;
end
$$;
REVOKE ALL ON FUNCTION lantaarn.complete_published(datastream_ids integer[], hours timestamp with time zone[], is_late boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION lantaarn.complete_published(datastream_ids integer[], hours timestamp with time zone[], is_late boolean) TO lantaarn_ingest;

-- lantaarn.count_observations
CREATE FUNCTION lantaarn.count_observations(which integer[], since timestamp with time zone, until timestamp with time zone) RETURNS TABLE(table_name text, rows bigint)
    LANGUAGE plpgsql STABLE
    AS $$
declare
    class lantaarn.retention_class;
begin
    for class in select * from lantaarn.retention_class as known order by known.table_name collate "C" loop
        table_name := class.table_name;
        execute format(
            'select count(*) from lantaarn.%I where datastream_id = any(%L::integer[]) and time >= %L and time < %L',
            class.table_name, which, since, until
        ) into rows;
        return next;
    end loop;
end
$$;

-- lantaarn.counter_step
CREATE FUNCTION lantaarn.counter_step(before double precision, after double precision, elapsed interval, max_rate_per_hour double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ((after < (0)::double precision) OR ((after < before) AND (after > (before * (0.9)::double precision)))) THEN NULL::double precision WHEN (CASE WHEN (after < before) THEN after ELSE (after - before) END <= (max_rate_per_hour * (((EXTRACT(epoch FROM elapsed))::double precision / (3600)::double precision) + (1)::double precision))) THEN CASE WHEN (after < before) THEN after ELSE (after - before) END ELSE NULL::double precision END;

-- lantaarn.days_of
CREATE FUNCTION lantaarn.days_of(stream_id integer, since timestamp with time zone, until timestamp with time zone) RETURNS TABLE(day date, count bigint, sum double precision, min double precision, max double precision, sum_cos double precision, jumps integer, counted_since timestamp with time zone, last_value double precision, hours smallint)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT open.day_of(hourly.hour) AS day_of,
     (sum(hourly.count))::bigint AS sum,
     sum(hourly.sum) AS sum,
     min(hourly.min) AS min,
     max(hourly.max) AS max,
     sum(hourly.sum_cos) AS sum,
     (sum(hourly.jumps))::integer AS sum,
     NULLIF(LEAST(min(hourly.counted_since), open.day_start(open.day_of(hourly.hour))), open.day_start(open.day_of(hourly.hour))) AS "nullif",
     (max(open.dated(hourly.last_time, hourly.last_value)))[2] AS max,
     (count(*))::smallint AS count
    FROM (lantaarn.rollup_hour hourly
      JOIN lantaarn.datastream datastream ON (((datastream.id = hourly.datastream_id) AND (hourly.hour >= datastream.totals_since) AND (datastream.sum_minutes IS NULL))))
   WHERE ((hourly.datastream_id = days_of.stream_id) AND (hourly.hour >= days_of.since) AND (hourly.hour < days_of.until))
   GROUP BY (open.day_of(hourly.hour));
END;
REVOKE ALL ON FUNCTION lantaarn.days_of(stream_id integer, since timestamp with time zone, until timestamp with time zone) FROM PUBLIC;

-- lantaarn.due_cells
CREATE FUNCTION lantaarn.due_cells(stream lantaarn.public_stream, since timestamp without time zone, until timestamp without time zone) RETURNS TABLE(start timestamp with time zone, value double precision, counted_since timestamp with time zone)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT due.start,
         CASE
             WHEN (due_cells.stream).summed THEN (round((seen.value)::numeric, 1))::double precision
             ELSE seen.value
         END AS value,
         CASE
             WHEN (seen.counted_since < due.start) THEN seen.counted_since
             ELSE NULL::timestamp with time zone
         END AS "case"
    FROM (( SELECT (step.step AT TIME ZONE (due_cells.stream).zone) AS start,
             ((step.step + (due_cells.stream).step) AT TIME ZONE (due_cells.stream).zone) AS until
            FROM generate_series(due_cells.since, due_cells.until, (due_cells.stream).step) step(step)) due
      CROSS JOIN LATERAL ( SELECT open.aggregate((due_cells.stream).aggregation, (sum(hourly.count))::bigint, sum(hourly.sum), sum(hourly.sum_cos), max(hourly.max), (max(open.dated(hourly.last_time, hourly.last_value)))[2]) AS value,
             min(hourly.counted_since) AS counted_since
            FROM lantaarn.rollup_hour hourly
           WHERE ((hourly.datastream_id = (due_cells.stream).id) AND (hourly.hour >= GREATEST(due.start, (due_cells.stream).totals_since)) AND (hourly.hour < due.until))) seen)
   WHERE ((seen.value IS NOT NULL) AND ((NOT (due_cells.stream).about_people) OR (due_cells.stream).summed OR ((due_cells.stream).aggregation = ANY (ARRAY['max'::text, 'last'::text]))));
END;

-- lantaarn.erasable
CREATE FUNCTION lantaarn.erasable() RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY['location'::text, 'contact'::text, 'organisations'::text, 'name'::text, 'summary'::text, 'project'::text, 'datastreams'::text];

-- lantaarn.erase_observations
CREATE FUNCTION lantaarn.erase_observations(which integer[], since timestamp with time zone, until timestamp with time zone) RETURNS TABLE(table_name text, rows bigint)
    LANGUAGE plpgsql
    AS $$
declare
    class lantaarn.retention_class;
    datastream integer;
    around constant text := 'select count(*) from lantaarn.%I where time >= %L and time < %L';
    of_one constant text := 'from lantaarn.%I where datastream_id = %L and time >= %L and time < %L';
    before bigint;
    here bigint;
    after bigint;
begin
    -- A limit that is there against mistakes: here it is meant.
    if current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction', true) is not null then
        perform set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    end if;
    for class in select * from lantaarn.retention_class as known order by known.table_name collate "C" loop
        table_name := class.table_name;
        rows := 0;
        execute format(around, class.table_name, since - class.chunk, until + class.chunk) into before;
        foreach datastream in array which loop
            execute format('select count(*) ' || of_one, class.table_name, datastream, since, until) into here;
            continue when here = 0;
            execute format('delete ' || of_one, class.table_name, datastream, since, until);
            rows := rows + here;
            execute format('select count(*) ' || of_one, class.table_name, datastream, since, until) into here;
            if here <> 0 then
                raise exception 'table % still holds % rows that were erased', class.table_name, here;
            end if;
        end loop;
        if rows > 0 then
            execute format(around, class.table_name, since - class.chunk, until + class.chunk) into after;
            if after <> before - rows then
                raise exception 'table % lost % rows where % were to be erased',
                    class.table_name, before - after, rows;
            end if;
        end if;
        return next;
    end loop;
end
$$;

-- lantaarn.erase_only
CREATE FUNCTION lantaarn.erase_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
declare
    texts constant text[] := array['document', 'editor', 'reason'];
    removed constant jsonb := lantaarn.removed_words();
begin
    if (to_jsonb(new) - texts) <> (to_jsonb(old) - texts)
        or new.editor not in (old.editor, removed ->> 'nl')
        or new.reason not in (old.reason, removed ->> 'nl')
        or not new.document ?& array['location', 'contact', 'organisations']
        or lantaarn.coarseness(new.document) <> 3
        or new.document -> 'location' ?| array['address', 'observed_area', 'height_m', 'host_reference']
        or new.document -> 'contact' ?| array['email', 'phone', 'url']
        or new.document -> 'name' is distinct from
            '{"nl": "Sensor van een inwoner", "en": "A resident''s sensor"}'::jsonb
        or new.document -> 'summary' is distinct from removed
        or new.document ? 'project'
        or lantaarn.measured(new.document) is distinct from lantaarn.measured(old.document)
        or new.document @? '$.datastreams[*] ? (exists(@.description) || exists(@.access_parties[*]))'
    then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, precision_before, precision_after)
    values (old.revision, coalesce(old.document #>> '{location,precision}', 'exact'), 'cell_1km');
    return new;
end
$_$;

-- lantaarn.erase_texts_only
CREATE FUNCTION lantaarn.erase_texts_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if exists (
        select from old_version as was
        inner join new_version as left_over on left_over.revision = was.revision
        where left_over.document - lantaarn.erasable() <> lantaarn.without_texts(
            was.document - lantaarn.erasable(),
            array(
                select lower(rtrim(desk.value, '/'))
                from old_version as version
                cross join lateral jsonb_each_text(version.document -> 'contact') as desk
                where version.entry_id = was.entry_id and desk.key in ('email', 'phone', 'url')
                except
                select lower(officer.value)
                from jsonb_each_text(coalesce(was.document #> '{legal,officer}', '{}')) as officer
            )
        )
    ) then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    return null;
end
$$;

-- lantaarn.forget_unnamed
CREATE FUNCTION lantaarn.forget_unnamed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if coalesce(current_setting('lantaarn.redacting', true), '') <> 'slugs' or exists (
        select from lantaarn.register_entry as entry
        where lantaarn.is_named(entry.document, old.municipality, old.sort, old.name)
    ) then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    return old;
end
$$;

-- lantaarn.hold_observations
CREATE FUNCTION lantaarn.hold_observations() RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    held text;
begin
    for held in select table_name from lantaarn.retention_class order by table_name collate "C" loop
        execute format('lock table only lantaarn.%I in share row exclusive mode', held);
    end loop;
end
$$;

-- lantaarn.hours_of
CREATE FUNCTION lantaarn.hours_of(stream_id integer, from_hour timestamp with time zone, until_hour timestamp with time zone) RETURNS TABLE(hour timestamp with time zone, count bigint, sum double precision, min double precision, max double precision, sum_cos double precision, jumps integer, counted_since timestamp with time zone, last_time timestamp with time zone, last_value double precision)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 WITH stream AS (
          SELECT datastream.aggregation,
             datastream.retention_class,
             datastream.max_rate_per_hour,
             (datastream.aggregation = 'counter'::text) AS is_counter,
             (datastream.aggregation = ANY (ARRAY['counter'::text, 'last'::text])) AS keeps_last,
             datastream.sum_minutes,
             datastream.one_night
            FROM lantaarn.datastream datastream
           WHERE (datastream.id = hours_of.stream_id)
         ), reading AS (
          SELECT DISTINCT ON (one."time") one."time",
             one.value
            FROM (lantaarn.observation one
              CROSS JOIN stream)
           WHERE ((one.datastream_id = hours_of.stream_id) AND (one."time" >= hours_of.from_hour) AND (one."time" < hours_of.until_hour) AND (one.quality = 0))
           ORDER BY one."time", (one.retention_class = stream.retention_class) DESC NULLS LAST
         ), before AS (
          SELECT DISTINCT ON (known."time") known."time",
             known.value
            FROM (( SELECT one."time",
                     one.value,
                     1 AS preference
                    FROM lantaarn.observation one
                   WHERE ((one.datastream_id = hours_of.stream_id) AND (one."time" < hours_of.from_hour) AND (one.quality = 0))
                   ORDER BY one."time" DESC
                  LIMIT 8)
                 UNION ALL
                 ( SELECT hourly.last_time,
                     hourly.last_value,
                     2
                    FROM lantaarn.rollup_hour hourly
                   WHERE ((hourly.datastream_id = hours_of.stream_id) AND (hourly.hour < hours_of.from_hour) AND (hourly.last_time IS NOT NULL))
                   ORDER BY hourly.hour DESC
                  LIMIT 1)) known
           WHERE ( SELECT stream.is_counter
                    FROM stream)
           ORDER BY known."time" DESC, known.preference
          LIMIT 4
         ), after AS (
          SELECT one."time",
             one.value
            FROM lantaarn.observation one
           WHERE (( SELECT stream.is_counter
                    FROM stream) AND (one.datastream_id = hours_of.stream_id) AND (one."time" >= hours_of.until_hour) AND (one.quality = 0))
           ORDER BY one."time"
          LIMIT 1
         ), neighboured AS (
          SELECT known."time",
             known.value,
             known.is_asked,
             stream.aggregation,
             stream.retention_class,
             stream.max_rate_per_hour,
             stream.is_counter,
             stream.keeps_last,
             stream.sum_minutes,
             stream.one_night,
             lag(known.value) OVER in_time AS previous,
             lead(known.value) OVER in_time AS next
            FROM (( SELECT reading."time",
                     reading.value,
                     true AS is_asked
                    FROM reading
                 UNION ALL
                  SELECT before."time",
                     before.value,
                     false
                    FROM before
                 UNION ALL
                  SELECT after."time",
                     after.value,
                     false
                    FROM after) known
              CROSS JOIN stream)
           WINDOW in_time AS (ORDER BY known."time")
         ), shaped AS (
          SELECT neighboured."time",
             neighboured.value,
             neighboured.is_asked,
             neighboured.aggregation,
             neighboured.retention_class,
             neighboured.max_rate_per_hour,
             neighboured.is_counter,
             neighboured.keeps_last,
             neighboured.sum_minutes,
             neighboured.one_night,
             neighboured.previous,
             neighboured.next,
             (neighboured.is_counter AND COALESCE(((neighboured.value > neighboured.next) AND (neighboured.next >= neighboured.previous)), false)) AS is_spike,
             (neighboured.is_counter AND COALESCE(((neighboured.value < neighboured.previous) AND (neighboured.previous <= neighboured.next)), false)) AS is_dip
            FROM neighboured
         ), judged AS (
          SELECT shaped."time",
             shaped.value,
             shaped.is_asked,
             shaped.aggregation,
             shaped.retention_class,
             shaped.max_rate_per_hour,
             shaped.is_counter,
             shaped.keeps_last,
             shaped.sum_minutes,
             shaped.one_night,
             shaped.previous,
             shaped.next,
             shaped.is_spike,
             shaped.is_dip,
             (shaped.is_spike OR (shaped.is_dip AND (NOT lag(shaped.is_spike) OVER in_time))) AS is_stray
            FROM shaped
           WINDOW in_time AS (ORDER BY shaped."time")
         ), based AS (
          SELECT judged."time",
             judged.value,
             judged.is_asked,
             judged.aggregation,
             judged.retention_class,
             judged.max_rate_per_hour,
             judged.is_counter,
             judged.keeps_last,
             judged.sum_minutes,
             judged.one_night,
             judged.previous,
             judged.next,
             judged.is_spike,
             judged.is_dip,
             judged.is_stray,
             max(open.dated(judged."time", judged.value)) FILTER (WHERE (judged.is_counter AND (NOT judged.is_stray))) OVER (ORDER BY judged."time" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS base
            FROM judged
         ), counted AS (
          SELECT lantaarn.total_start(based."time", based.sum_minutes, based.one_night) AS hour,
             based."time",
             based.value,
             based.is_asked,
             based.aggregation,
             based.retention_class,
             based.max_rate_per_hour,
             based.is_counter,
             based.keeps_last,
             based.sum_minutes,
             based.one_night,
             based.previous,
             based.next,
             based.is_spike,
             based.is_dip,
             based.is_stray,
             based.base,
             to_timestamp(based.base[1]) AS base_time,
                 CASE
                     WHEN (NOT based.is_stray) THEN lantaarn.counter_step(based.base[2], based.value, (based."time" - to_timestamp(based.base[1])), based.max_rate_per_hour)
                     ELSE NULL::double precision
                 END AS step
            FROM based
           WHERE based.is_asked
         )
  SELECT counted.hour,
     count(*) AS count,
     sum(
         CASE
             WHEN (NOT counted.is_counter) THEN open.summand(counted.aggregation, counted.value)
             WHEN (counted.base_time IS NOT NULL) THEN COALESCE(counted.step, (0)::double precision)
             ELSE NULL::double precision
         END) AS sum,
     min(counted.value) AS min,
     max(counted.value) AS max,
     sum(open.summand_cos(counted.aggregation, counted.value)) AS sum,
     (NULLIF(count(*) FILTER (WHERE (counted.is_counter AND (counted.base_time IS NOT NULL) AND (counted.step IS NULL))), 0))::integer AS "nullif",
     min(date_trunc('hour'::text, counted.base_time, 'UTC'::text)) FILTER (WHERE (counted.is_counter AND (counted.step > (0)::double precision) AND (counted.base_time < (counted.hour - '01:00:00'::interval)))) AS min,
     max(counted."time") FILTER (WHERE (counted.keeps_last AND (NOT counted.is_stray))) AS max,
     (max(open.dated(counted."time", counted.value)) FILTER (WHERE (counted.keeps_last AND (NOT counted.is_stray))))[2] AS max
    FROM counted
   GROUP BY counted.hour;
END;
REVOKE ALL ON FUNCTION lantaarn.hours_of(stream_id integer, from_hour timestamp with time zone, until_hour timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lantaarn.hours_of(stream_id integer, from_hour timestamp with time zone, until_hour timestamp with time zone) TO lantaarn_ingest;

-- lantaarn.intervals_heard
CREATE FUNCTION lantaarn.intervals_heard(datastream integer, period text, start timestamp with time zone, until timestamp with time zone) RETURNS numeric
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT max(beside.intervals) AS max FROM (SELECT sum(total.count) AS intervals FROM (lantaarn.sent_together sent JOIN lantaarn.rollup_hour total ON (((total.datastream_id = sent.beside_id) AND (total.hour >= intervals_heard.start) AND (total.hour < intervals_heard.until)))) WHERE ((sent.datastream_id = intervals_heard.datastream) AND ((intervals_heard.period = 'day'::text) OR (lantaarn.total_end(total.hour, sent.sum_minutes, sent.one_night) <= intervals_heard.until))) GROUP BY sent.beside_id) beside), (0)::numeric);

-- lantaarn.is_named
CREATE FUNCTION lantaarn.is_named(document jsonb, municipality text, sort text, name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((document ->> 'municipality'::text) = municipality) AND CASE sort WHEN 'organisation'::text THEN (document @> jsonb_build_object('organisations', jsonb_build_array(jsonb_build_object('name', name)))) ELSE (document @> jsonb_build_object('project', jsonb_build_object('name', name))) END);

-- lantaarn.is_original
CREATE FUNCTION lantaarn.is_original() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    RETURN (SELECT (floor.system_identifier = control.system_identifier) FROM (lantaarn.public_floor floor CROSS JOIN pg_control_system() control(pg_control_version, catalog_version_no, system_identifier, pg_control_last_modified)));
REVOKE ALL ON FUNCTION lantaarn.is_original() FROM PUBLIC;
GRANT ALL ON FUNCTION lantaarn.is_original() TO lantaarn_ingest;

-- lantaarn.is_removable
CREATE FUNCTION lantaarn.is_removable(field text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (field !~ (('^(schema_version|id|uri|reference|municipality|kind|delivers_data|status|payload.*'::text || '|location|location\.(kind|geometry|precision|neighbourhood|district).*'::text) || '|datastreams(\[\d+\](\.(?!description|access_parties\[).*)?)?)$'::text));

-- lantaarn.is_shared_login
CREATE FUNCTION lantaarn.is_shared_login() RETURNS boolean
    LANGUAGE sql STABLE
    RETURN (SELECT (login.rolsuper OR (login.rolname = ANY (ARRAY['lantaarn_ingest'::name, 'lantaarn_api'::name, 'lantaarn_dashboard'::name])) OR (login.oid = (SELECT held.relowner FROM pg_class held WHERE (held.oid = ('lantaarn.staff_log'::regclass)::oid)))) FROM pg_roles login WHERE (login.rolname = SESSION_USER));
REVOKE ALL ON FUNCTION lantaarn.is_shared_login() FROM PUBLIC;

-- lantaarn.keep_class
CREATE FUNCTION lantaarn.keep_class(name text) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
END;
REVOKE ALL ON FUNCTION lantaarn.keep_class(name text) FROM PUBLIC;

-- lantaarn.late_period
CREATE FUNCTION lantaarn.late_period(day date) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('2001-01-01'::date + (((day - '2001-01-01'::date) / 28) * 28));

-- lantaarn.late_slot
CREATE FUNCTION lantaarn.late_slot(start timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((lantaarn.late_period(open.day_of(start)) + CASE WHEN (EXTRACT(isodow FROM (start AT TIME ZONE 'Europe/Amsterdam'::text)) > (5)::numeric) THEN 5 ELSE 0 END) + ((start AT TIME ZONE 'Europe/Amsterdam'::text))::time without time zone) AT TIME ZONE 'Europe/Amsterdam'::text);

-- lantaarn.lock_staff_log
CREATE FUNCTION lantaarn.lock_staff_log() RETURNS void
    LANGUAGE sql
    RETURN pg_advisory_xact_lock(hashtextextended('lantaarn.staff_log'::text, (0)::bigint));
REVOKE ALL ON FUNCTION lantaarn.lock_staff_log() FROM PUBLIC;

-- lantaarn.log_changed_term
CREATE FUNCTION lantaarn.log_changed_term() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform lantaarn.append_to_staff_log(
        'change of term',
        (
            select
                concat_ws(' ', sensor.reference, new.property, string_agg(
                    format('%s %s to %s', changed.what, coalesce(changed.old, 'none'), coalesce(changed.new, 'none')), ', '
                ))
            from lantaarn.sensor as sensor
            cross join (
                values
                ('raw', old.retention_class, new.retention_class),
                ('totals', lantaarn.term_name(old.totals_term), lantaarn.term_name(new.totals_term)),
                ('aggregate', lantaarn.term_name(old.aggregate_term), lantaarn.term_name(new.aggregate_term))
            ) as changed (what, old, new)
            where sensor.id = new.sensor_id and changed.old is distinct from changed.new
            group by sensor.reference
        ),
        current_setting('lantaarn.editor', true),
        null
    );
    return null;
end
$$;
REVOKE ALL ON FUNCTION lantaarn.log_changed_term() FROM PUBLIC;

-- lantaarn.log_staff
CREATE FUNCTION lantaarn.log_staff(command text, subject text, editor text, reason text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    if coalesce(log_staff.editor, '') = '' and lantaarn.is_shared_login() then
        raise exception 'several people log in as %: an editor is required', session_user
            using errcode = 'null_value_not_allowed';
    end if;
    perform lantaarn.append_to_staff_log(command, subject, editor, reason);
end
$$;
REVOKE ALL ON FUNCTION lantaarn.log_staff(command text, subject text, editor text, reason text) FROM PUBLIC;

-- lantaarn.lose_good_values
CREATE FUNCTION lantaarn.lose_good_values(datastream_ids integer[], times timestamp with time zone[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    -- Nobody recomputes meanwhile, from the values as they were.
    perform pg_advisory_xact_lock(hashtextextended('lantaarn.hourly_totals', 0));
    with lost as (
        select given.datastream_id, date_trunc('hour', given.time, 'UTC') as hour, count(*) as count
        from unnest(datastream_ids, times) as given (datastream_id, time)
        group by 1, 2
    )
    update lantaarn.rollup_hour as total set count = total.count - lost.count
    from lost
    where total.datastream_id = lost.datastream_id and total.hour = lost.hour;
    delete from lantaarn.rollup_hour as total
    using unnest(datastream_ids, times) as lost (datastream_id, time)
    where
        total.datastream_id = lost.datastream_id
        and total.hour = date_trunc('hour', lost.time, 'UTC')
        and total.count <= 0;
    delete from lantaarn.day_total as total
    using unnest(datastream_ids, times) as lost (datastream_id, time)
    where
        total.datastream_id = lost.datastream_id
        and total.day = open.day_of(lost.time)
        and not exists (
            select from lantaarn.rollup_hour as hourly
            where
                hourly.datastream_id = total.datastream_id
                and hourly.hour >= open.day_start(total.day)
                and hourly.hour < open.day_start(total.day + 1)
        );
    insert into lantaarn.changed_day (day, datastream_ids)
    select open.day_of(lost.time), array_agg(distinct lost.datastream_id)
    from unnest(datastream_ids, times) as lost (datastream_id, time)
    group by 1;
end
$$;
REVOKE ALL ON FUNCTION lantaarn.lose_good_values(datastream_ids integer[], times timestamp with time zone[]) FROM PUBLIC;

-- lantaarn.make_lamp_days
CREATE FUNCTION lantaarn.make_lamp_days(which integer[], first_day date, last_day date) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 DELETE FROM lantaarn.lamp_day
   WHERE ((lamp_day.sensor_id = ANY (make_lamp_days.which)) AND ((lamp_day.day >= make_lamp_days.first_day) AND (lamp_day.day <= make_lamp_days.last_day)));
 INSERT INTO lantaarn.lamp_day (sensor_id, day, hours, kwh, burned, full_kwh)  SELECT energy.sensor_id,
             used.day,
             used.hours,
             used.sum,
             burned.hours,
             ((((power.max / NULLIF(level.max, (0)::double precision)) * (100)::double precision) * burned.hours) / (1000)::double precision)
            FROM ((((lantaarn.datastream energy
              JOIN lantaarn.day_total used ON (((used.datastream_id = energy.id) AND ((used.day >= make_lamp_days.first_day) AND (used.day <= make_lamp_days.last_day)) AND (used.day >= open.day_of(energy.totals_since)) AND (used.sum IS NOT NULL))))
              LEFT JOIN LATERAL ( SELECT
                         CASE
                             WHEN (today.day >= open.day_of(clock.totals_since)) THEN today.sum
                             WHEN (((today.max - COALESCE(yesterday.max, today.min)) >= (0)::double precision) AND ((today.max - COALESCE(yesterday.max, today.min)) <= ((today.day_hours + 1))::double precision)) THEN (today.max - COALESCE(yesterday.max, today.min))
                             ELSE NULL::double precision
                         END AS hours
                    FROM ((lantaarn.datastream clock
                      JOIN lantaarn.day_total today ON (((today.datastream_id = clock.id) AND (today.day = used.day))))
                      LEFT JOIN lantaarn.day_total yesterday ON (((yesterday.datastream_id = clock.id) AND (yesterday.day = (used.day - 1)))))
                   WHERE ((clock.sensor_id = energy.sensor_id) AND (clock.property = 'burning_hours'::text))) burned ON (true))
              LEFT JOIN LATERAL ( SELECT total.max
                    FROM (lantaarn.datastream meter
                      JOIN lantaarn.day_total total ON (((total.datastream_id = meter.id) AND (total.day = used.day))))
                   WHERE ((meter.sensor_id = energy.sensor_id) AND (meter.property = 'power'::text))) power ON (true))
              LEFT JOIN LATERAL ( SELECT total.max
                    FROM (lantaarn.datastream meter
                      JOIN lantaarn.day_total total ON (((total.datastream_id = meter.id) AND (total.day = used.day))))
                   WHERE ((meter.sensor_id = energy.sensor_id) AND (meter.property = 'dim_level'::text))) level ON (true))
           WHERE ((energy.sensor_id = ANY (make_lamp_days.which)) AND (energy.property = 'energy'::text));
END;
REVOKE ALL ON FUNCTION lantaarn.make_lamp_days(which integer[], first_day date, last_day date) FROM PUBLIC;

-- lantaarn.measured
CREATE FUNCTION lantaarn.measured(document jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT jsonb_agg((declared.value - '{description,access_parties}'::text[]) ORDER BY declared.ordinality) AS jsonb_agg FROM jsonb_array_elements((measured.document -> 'datastreams'::text)) WITH ORDINALITY declared(value, ordinality));

-- lantaarn.note_aggregation_change
CREATE FUNCTION lantaarn.note_aggregation_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if exists (select from lantaarn.rollup_hour as hourly where hourly.datastream_id = old.id) then
        new.totals_since := 'infinity';
        insert into lantaarn.aggregation_change (datastream_id, from_aggregation, to_aggregation)
        values (old.id, old.aggregation, new.aggregation);
    end if;
    return new;
end
$$;

-- lantaarn.note_class_change
CREATE FUNCTION lantaarn.note_class_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into lantaarn.class_change (datastream_id, from_class, to_class)
    values (old.id, old.retention_class, new.retention_class);
    return null;
end
$$;

-- lantaarn.note_entry_quality
CREATE FUNCTION lantaarn.note_entry_quality() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into lantaarn.entry_quality (sensor_id, asked, unanswered, due_daily)
    select found.sensor_id, found.asked, found.unanswered, found.due_daily
    from noted
    inner join lantaarn.entry_quality_now as found on found.sensor_id = noted.sensor_id
    on conflict (sensor_id) do update set
        asked = excluded.asked,
        unanswered = excluded.unanswered,
        due_daily = excluded.due_daily;
    return null;
end
$$;

-- lantaarn.note_publication
CREATE FUNCTION lantaarn.note_publication(until timestamp with time zone) RETURNS void
    LANGUAGE sql
    BEGIN ATOMIC
 WITH published AS (
          SELECT stream.id,
             oldest.hour AS first_start,
             newest.hour AS last_start
            FROM ((lantaarn.datastream stream
              CROSS JOIN LATERAL ( SELECT hourly.hour
                    FROM lantaarn.rollup_hour hourly
                   WHERE (hourly.datastream_id = stream.id)
                   ORDER BY hourly.hour
                  LIMIT 1) oldest)
              CROSS JOIN LATERAL ( SELECT hourly.hour
                    FROM lantaarn.rollup_hour hourly
                   WHERE ((hourly.datastream_id = stream.id) AND (hourly.hour <= note_publication.until))
                   ORDER BY hourly.hour DESC
                  LIMIT 1) newest)
           WHERE (stream.active AND (stream.public = 'live'::text) AND (NOT stream.about_people))
         UNION ALL
          SELECT stream.id,
             held.first_start,
             held.last_start
            FROM (lantaarn.public_stream stream
              CROSS JOIN LATERAL ( SELECT min(cell.start) AS first_start,
                     max(cell.start) AS last_start
                    FROM lantaarn.public_cell cell
                   WHERE ((cell.datastream_id = stream.id) AND (cell.period = stream.period))) held)
           WHERE ((NOT stream.about_people) AND (held.first_start IS NOT NULL))
         ), gone AS (
          DELETE FROM lantaarn.publication noted_1
           WHERE (NOT (noted_1.datastream_id IN ( SELECT published.id
                    FROM published)))
         )
  INSERT INTO lantaarn.publication AS noted (datastream_id, first_start, last_start)  SELECT published.id,
             published.first_start,
             published.last_start
            FROM published ON CONFLICT(datastream_id) DO UPDATE SET first_start = excluded.first_start, last_start = excluded.last_start
   WHERE ((noted.first_start IS DISTINCT FROM excluded.first_start) OR (noted.last_start IS DISTINCT FROM excluded.last_start));
END;
REVOKE ALL ON FUNCTION lantaarn.note_publication(until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lantaarn.note_publication(until timestamp with time zone) TO lantaarn_ingest;

-- lantaarn.note_versions
CREATE FUNCTION lantaarn.note_versions() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    insert into lantaarn.version_state (revision, entry_id, status, neighbourhood, status_before, neighbourhood_before)
    select state.revision, state.entry_id, state.status, state.neighbourhood, state.status_before,
        state.neighbourhood_before
    from lantaarn.version_state_now as state
    where (state.entry_id, state.version) in (
        select entry_id, version from noted union select entry_id, version + 1 from noted
    )
    on conflict (revision) do update set
        neighbourhood = excluded.neighbourhood,
        neighbourhood_before = excluded.neighbourhood_before;
    return null;
end
$$;

-- lantaarn.orphan_totals
CREATE FUNCTION lantaarn.orphan_totals(erased_before timestamp with time zone) RETURNS TABLE(table_name text, of_id integer, erased boolean)
    LANGUAGE plpgsql STABLE
    AS $_$
declare
    total record;
begin
    for total in
        select * from (
            values
            (
                'rollup_hour', 'datastream_id', 'datastream', 'held.hour',
                $x$held.hour + case when datastream.one_night then interval '7 hours' else interval '1 hour' end$x$
            ),
            (
                'public_cell', 'datastream_id', 'datastream', 'held.start',
                $x$lantaarn.cell_end(held.period, held.start)
                + case when held.counted and held.period = 'day' then interval '6 hours' else interval '0' end$x$
            ),
            ('day_total', 'datastream_id', 'datastream', 'open.day_start(held.day)', 'open.day_start(held.day + 1)'),
            ('public_day', 'datastream_id', 'datastream', 'open.day_start(held.day)', 'open.day_start(held.day + 1)'),
            ('lamp_day', 'sensor_id', 'sensor', 'open.day_start(held.day)', 'open.day_start(held.day + 1)')
        ) as known (name, id, owner, since, until)
    loop
        return query execute format(
            'with recursive present as (
                select min(%2$I) as id from lantaarn.%1$I
                union all
                select (select min(next.%2$I) from lantaarn.%1$I as next where next.%2$I > present.id)
                from present
                where present.id is not null
            )
            select %1$L, present.id, false from present
            where present.id is not null and not exists (select from lantaarn.%3$I as known where known.id = present.id)
            union all
            select distinct %1$L, held.%2$I, true
            from lantaarn.tombstone as erased
            inner join lantaarn.sensor as sensor on sensor.entry_id = erased.entry_id
            inner join lantaarn.datastream as datastream on datastream.sensor_id = sensor.id
            inner join lantaarn.%1$I as held on held.%2$I = %3$I.id
            where
                not erased.resend
                and erased.recorded_at < $1
                and %4$s >= coalesce(erased.since, ''-infinity'')
                and %5$s <= erased.until',
            total.name, total.id, total.owner, total.since, total.until
        ) using erased_before;
    end loop;
end
$_$;
REVOKE ALL ON FUNCTION lantaarn.orphan_totals(erased_before timestamp with time zone) FROM PUBLIC;

-- lantaarn.public_days_of
CREATE FUNCTION lantaarn.public_days_of(stream_id integer, since timestamp with time zone, until timestamp with time zone) RETURNS TABLE(day date, sum double precision, hours smallint, hidden smallint, noise double precision, value double precision, completed_at timestamp with time zone)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT made.day,
         CASE
             WHEN made.is_ratio THEN made.ratio
             ELSE made.sum
         END AS sum,
     (made.hours)::smallint AS hours,
     (
         CASE
             WHEN (made.is_ratio AND (made.ratio IS NULL)) THEN made.hours
             ELSE made.hidden
         END)::smallint AS hidden,
         CASE
             WHEN made.is_ratio THEN made.ratio_noise
             ELSE made.noise
         END AS noise,
     made.ratio,
     made.completed_at
    FROM ( SELECT day.day,
             day.sum,
             day.hours,
             day.hidden,
             day.noise,
             day.reference,
             day.denominator,
             day.denominator_noise,
             day.completed_at,
             open.ratio(day.reference, day.sum, day.denominator, day.denominator_noise) AS ratio,
             open.ratio_noise(day.sum, day.noise, day.denominator, day.denominator_noise) AS ratio_noise,
             (day.reference IS NOT NULL) AS is_ratio
            FROM ( SELECT open.day_of(cell.start) AS day,
                     sum(cell.value) AS sum,
                     sum(length.hours) AS hours,
                     COALESCE(sum(length.hours) FILTER (WHERE (cell.value IS NULL)), (0)::numeric) AS hidden,
                     sqrt(sum((cell.noise ^ (2)::double precision)) FILTER (WHERE (cell.value IS NOT NULL))) AS noise,
                     max(cell.reference) AS reference,
                     sum(cell.denominator) AS denominator,
                     sqrt(sum((cell.denominator_noise ^ (2)::double precision)) FILTER (WHERE (cell.value IS NOT NULL))) AS denominator_noise,
                     max(cell.completed_at) AS completed_at
                    FROM ((lantaarn.public_cell cell
                      JOIN lantaarn.datastream stream ON ((stream.id = cell.datastream_id)))
                      CROSS JOIN LATERAL ( SELECT (EXTRACT(epoch FROM (lantaarn.cell_end(cell.period, cell.start) - cell.start)) / (3600)::numeric) AS hours) length)
                   WHERE ((cell.datastream_id = public_days_of.stream_id) AND ((cell.period = stream.public) OR ((cell.noise IS NOT NULL) AND (cell.period <> 'late'::text))) AND (cell.start >= public_days_of.since) AND (cell.start < public_days_of.until))
                   GROUP BY (open.day_of(cell.start))) day) made;
END;

-- lantaarn.publish_cells
CREATE FUNCTION lantaarn.publish_cells(at timestamp with time zone) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
declare
    stream lantaarn.public_stream;
    until timestamp;
    since timestamp;
    added bigint;
    total bigint := 0;
begin
    -- A value that is stored meanwhile is in the cells, or its hour is completed after them.
    perform pg_advisory_xact_lock(hashtextextended('lantaarn.hourly_totals', 0));
    for stream in
        select * from lantaarn.public_stream where totals_since < 'infinity' and not counts_people order by id
    loop
        until := date_trunc(stream.period, (at - interval '1 hour') at time zone stream.zone) - stream.step;
        since := (
            select max(cell.start) at time zone stream.zone + stream.step from lantaarn.public_cell as cell
            where cell.datastream_id = stream.id and cell.period = stream.period
        );
        if since is null or not stream.about_people then
            since := (
                select date_trunc(stream.period, min(hourly.hour) at time zone stream.zone)
                from lantaarn.rollup_hour as hourly
                where
                    hourly.datastream_id = stream.id
                    and hourly.hour >= coalesce(since at time zone stream.zone, '-infinity')
            );
        end if;
        continue when since is null or since > until;
        if stream.about_people then
            since := greatest(since, until - interval '31 days');
        end if;
        insert into lantaarn.public_cell (datastream_id, period, start, counted, value, counted_since)
        select stream.id, stream.period, cell.start, false, cell.value, cell.counted_since
        from lantaarn.due_cells(stream, since, until) as cell
        on conflict do nothing;
        get diagnostics added = row_count;
        total := total + added;
    end loop;
    perform lantaarn.note_publication(date_trunc('hour', at - interval '1 hour', 'UTC') - interval '1 hour');
    return total;
end
$$;

-- lantaarn.publish_movement
CREATE FUNCTION lantaarn.publish_movement(at timestamp with time zone) RETURNS bigint
    LANGUAGE sql
    BEGIN ATOMIC
 WITH counted AS (
          SELECT one.municipality,
             one.group_name,
             one.property,
             one.window_start,
             one.window_end,
             one.sensors,
             one.count,
             one.revision,
             one.noise,
             one.spacing,
             (one.window_start AT TIME ZONE 'Europe/Amsterdam'::text) AS began,
             ((one.window_end AT TIME ZONE 'Europe/Amsterdam'::text))::time without time zone AS slot_end,
             ((EXTRACT(epoch FROM (one.window_end - one.window_start)))::double precision / one.spacing) AS most
            FROM lantaarn.window_count one
           WHERE (one.window_start >= (publish_movement.at - '120 days'::interval))
         ), sorted AS (
          SELECT counted.municipality,
             counted.group_name,
             counted.property,
             counted.window_start,
             counted.window_end,
             counted.sensors,
             counted.count,
             counted.revision,
             counted.noise,
             counted.spacing,
             counted.began,
             counted.slot_end,
             counted.most,
                 CASE
                     WHEN ((counted.began)::time without time zone = '23:00:00'::time without time zone) THEN 'night'::text
                     WHEN (EXTRACT(isodow FROM counted.began) > (5)::numeric) THEN 'weekend'::text
                     ELSE 'weekday'::text
                 END AS days
            FROM counted
         ), placed AS (
          SELECT sorted.municipality,
             sorted.group_name,
             sorted.property,
             sorted.window_start,
             sorted.window_end,
             sorted.sensors,
             sorted.count,
             sorted.revision,
             sorted.noise,
             sorted.spacing,
             sorted.began,
             sorted.slot_end,
             sorted.most,
             sorted.days,
             span.weeks,
             span.due,
             ('2001-01-01'::date + ((((sorted.began)::date - '2001-01-01'::date) / (7 * span.weeks)) * (7 * span.weeks))) AS first_day
            FROM (sorted
              JOIN ( VALUES ('weekday'::text,4,20), ('weekend'::text,12,24), ('night'::text,4,28)) span(days, weeks, due) ON ((span.days = sorted.days)))
         ), written AS (
          INSERT INTO lantaarn.movement_cell (municipality, group_name, property, first_day, days, slot_start, slot_end, weeks, windows, due, mean, error, capacity, revision)  SELECT placed.municipality,
                     placed.group_name,
                     placed.property,
                     placed.first_day,
                     placed.days,
                     (placed.began)::time without time zone AS began,
                     placed.slot_end,
                     placed.weeks,
                     count(*) AS count,
                     placed.due,
                     avg(((placed.count)::double precision / (placed.sensors)::double precision)) AS avg,
                     (sqrt(sum(((placed.noise / (placed.sensors)::double precision) ^ (2)::double precision))) / (count(*))::double precision),
                     avg(placed.most) AS avg,
                     max(placed.revision) AS max
                    FROM placed
                   WHERE (((((placed.first_day + (7 * placed.weeks)) + '12:00:00'::time without time zone) AT TIME ZONE 'Europe/Amsterdam'::text) >= (publish_movement.at - '31 days'::interval)) AND ((((placed.first_day + (7 * placed.weeks)) + '12:00:00'::time without time zone) AT TIME ZONE 'Europe/Amsterdam'::text) <= publish_movement.at))
                   GROUP BY placed.municipality, placed.group_name, placed.property, placed.first_day, placed.days, ((placed.began)::time without time zone), placed.slot_end, placed.weeks, placed.due
                  HAVING ((count(*) * 2) >= placed.due) ON CONFLICT DO NOTHING
           RETURNING 1 AS "?column?"
         )
  SELECT count(*) AS count
    FROM written;
END;
REVOKE ALL ON FUNCTION lantaarn.publish_movement(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lantaarn.publish_movement(at timestamp with time zone) TO lantaarn_ingest;

-- lantaarn.questions
CREATE FUNCTION lantaarn.questions(document jsonb) RETURNS TABLE(question text, answered boolean)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT asked.question,
     asked.answered
    FROM ( VALUES ('who_decided'::text,((questions.document #> '{legal,decision}'::text[]) IS NOT NULL),true), ('which_law'::text,(COALESCE((questions.document #> '{legal,basis}'::text[]), '[]'::jsonb) <> '[]'::jsonb),true), ('privacy_checked'::text,((questions.document #> '{legal,dpia}'::text[]) IS NOT NULL),true), ('what_can_go_wrong'::text,(COALESCE((questions.document -> 'risks'::text), '[]'::jsonb) <> '[]'::jsonb),(questions.document @? '$."datastreams"[*]?(@."personal_data" != "none")'::jsonpath)), ('whom_to_ask'::text,((questions.document -> 'contact'::text) ?| ARRAY['email'::text, 'phone'::text, 'url'::text]),true), ('looked_at_again'::text,(questions.document ? 'review_date'::text),true), ('in_english'::text,(((questions.document #> '{name,en}'::text[]) IS NOT NULL) AND ((questions.document #> '{summary,en}'::text[]) IS NOT NULL)),true), ('how_often'::text,(NOT (questions.document @? '$."datastreams"[*]?(!(exists (@."interval")))'::jsonpath)),(questions.document @? '$."datastreams"[*]'::jsonpath)), ('where_kept'::text,(NOT (questions.document @? '$."datastreams"[*]?(!(exists (@."storage")))'::jsonpath)),(questions.document @? '$."datastreams"[*]'::jsonpath)), ('who_gets_it'::text,(NOT (questions.document @? '$."datastreams"[*]?(!(exists (@."access"[*])))'::jsonpath)),(questions.document @? '$."datastreams"[*]'::jsonpath))) asked(question, answered, applies)
   WHERE asked.applies;
END;

-- lantaarn.redact_only
CREATE FUNCTION lantaarn.redact_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
    place_keys constant text[] := array[
        'geometry', 'precision', 'address', 'observed_area', 'host_object', 'host_reference', 'height_m', 'neighbourhood',
        'district'
    ];
    home_keys constant text[] := array['observed_area', 'host_object', 'host_reference', 'height_m'];
    is_coarser boolean := coalesce(
        lantaarn.coarseness(new.document) > coalesce(lantaarn.coarseness(old.document), 1), false
    );
begin
    if coalesce(current_setting('lantaarn.redacting', true), '') <> 'places'
        or (to_jsonb(new) - 'document') <> (to_jsonb(old) - 'document')
        or (new.document - 'location') <> (old.document - 'location')
        or ((new.document -> 'location') - place_keys) <> ((old.document -> 'location') - place_keys)
        or new.document -> 'location' ?| home_keys
        or is_coarser and new.document -> 'location' ? 'address'
        or not is_coarser and (
            coalesce(lantaarn.coarseness(old.document), 1) = 1
            or new.document -> 'location' <> (old.document -> 'location') - home_keys
            or not old.document -> 'location' ?| home_keys
        )
    then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, precision_before, precision_after) values (
        old.revision,
        coalesce(old.document #>> '{location,precision}', 'exact'),
        new.document #>> '{location,precision}'
    );
    return new;
end
$$;

-- lantaarn.refresh_class_views
CREATE FUNCTION lantaarn.refresh_class_views() RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    every text;
    newest text;
begin
    select
        string_agg(
            format('select datastream_id, time, value, quality, %L as retention_class from lantaarn.%I', name, table_name),
            ' union all ' order by term, name
        ),
        string_agg(
            format(
                '(select time, value from lantaarn.%I as o
                  where datastream.retention_class = %L and o.datastream_id = datastream.id and o.quality = 0
                  order by time desc limit 1)', table_name, name
            ),
            ' union all ' order by term, name
        )
    into every, newest
    from lantaarn.retention_class;
    execute 'create or replace view lantaarn.observation as ' || every;
    execute
        'create or replace view open.latest as
         select
             datastream.id as datastream_id,
             datastream.sensor_id,
             datastream.property,
             open.public_time(newest.time, datastream.measurement_interval) as time,
             newest.value
         from lantaarn.datastream as datastream cross join lateral (' || newest || ') as newest
         where datastream.active and datastream.public = ''live''';
end
$$;
REVOKE ALL ON FUNCTION lantaarn.refresh_class_views() FROM PUBLIC;

-- lantaarn.refresh_quality
CREATE FUNCTION lantaarn.refresh_quality() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    newest bigint;
    anew boolean;
begin
    -- Not while something is being erased: what was read before it would be written after it.
    perform pg_advisory_xact_lock(hashtextextended('lantaarn.quality', 0));
    newest := (select max(revision) from lantaarn.register_entry);
    anew := not exists (
        select from lantaarn.quality_made as made
        where made.hour = date_trunc('hour', now()) and made.revision is not distinct from newest
    );
    with found as materialized (
        select daily.sensor_id, daily.deviation, false as weekly from lantaarn.deviation_daily as daily
        union all
        select others.sensor_id, others.deviation, true from lantaarn.deviation_weekly as others where anew
    ),
    gone as (
        delete from lantaarn.deviation as held
        where
            (anew or not held.weekly)
            and (held.sensor_id, held.deviation, held.weekly) not in (
                select found.sensor_id, found.deviation, found.weekly from found
            )
    )
    insert into lantaarn.deviation (sensor_id, deviation, weekly)
    select found.sensor_id, found.deviation, found.weekly from found
    on conflict do nothing;
    if anew then
        delete from lantaarn.sensor_day;
        insert into lantaarn.sensor_day select * from lantaarn.sensor_day_now;
    end if;
    insert into lantaarn.quality_made (made_at, revision, hour) values (now(), newest, date_trunc('hour', now()))
    on conflict (only_one) do update set
        made_at = excluded.made_at,
        revision = excluded.revision,
        hour = excluded.hour;
    -- From here on the views show what was worked out just now.
    delete from lantaarn.quality_group;
    insert into lantaarn.quality_group select * from lantaarn.quality_group_now;
end
$$;
REVOKE ALL ON FUNCTION lantaarn.refresh_quality() FROM PUBLIC;
GRANT ALL ON FUNCTION lantaarn.refresh_quality() TO lantaarn_ingest;

-- lantaarn.refuse_change
CREATE FUNCTION lantaarn.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
end
$$;

-- lantaarn.refuse_second_draw
CREATE FUNCTION lantaarn.refuse_second_draw() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    raise exception 'a public cell of a count is written once'
        using errcode = 'object_not_in_prerequisite_state';
end
$$;

-- lantaarn.remove_field_only
CREATE FUNCTION lantaarn.remove_field_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
declare
    removing constant text := current_setting('lantaarn.removing_field', true);
    path constant text[] := string_to_array(replace(replace(removing, '[', '.'), ']', ''), '.');
    removed constant jsonb := lantaarn.removed_words();
    is_done boolean;
begin
    if removing in ('editor', 'reason') then
        is_done := to_jsonb(new) = jsonb_set(to_jsonb(old), path, removed -> 'nl');
    else
        is_done := lantaarn.is_removable(removing)
            and old.document #> path is not null
            and (to_jsonb(new) - 'document') = (to_jsonb(old) - 'document')
            and (
                new.document = old.document #- path and path[cardinality(path)] !~ '^[0-9]+$'
                or new.document in (
                    jsonb_set(old.document, path, removed), jsonb_set(old.document, path, removed -> 'nl')
                )
            );
    end if;
    if not coalesce(is_done, false) or not exists (
        select from lantaarn.removed_field as listed
        where
            listed.entry_id = old.entry_id
            and listed.field = removing
            and old.version between listed.first_version and listed.last_version
    ) then
        raise exception 'table % is append-only', tg_table_name using errcode = 'object_not_in_prerequisite_state';
    end if;
    insert into lantaarn.redaction (revision, field) values (old.revision, removing);
    return new;
end
$_$;

-- lantaarn.removed_words
CREATE FUNCTION lantaarn.removed_words() RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '{"en": "Removed on request", "nl": "Weggehaald op verzoek"}'::jsonb;

-- lantaarn.replace_values
CREATE FUNCTION lantaarn.replace_values(class_table text, datastream_ids integer[], times timestamp with time zone[], new_values double precision[], qualities smallint[], revisions timestamp with time zone[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
declare
    known text;
    lost_ids integer [];
    lost_times timestamptz [];
begin
    select class.table_name into strict known from lantaarn.retention_class as class
    where class.table_name = class_table;
    -- A limit that is there against mistakes: here it is meant.
    if current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction', true) is not null then
        perform set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    end if;
    execute format(
        'select array_agg(held.datastream_id), array_agg(held.time)
         from unnest($1, $2, $3) as given (datastream_id, time, quality)
         inner join lantaarn.datastream as stream on stream.id = given.datastream_id and stream.same_time = ''last''
         inner join lantaarn.%I as held on held.datastream_id = given.datastream_id and held.time = given.time
         where
             held.time between (select min(one) from unnest($2) as one) and (select max(one) from unnest($2) as one)
             and held.quality = 0
             and given.quality not in (0, 1)', known
    ) into lost_ids, lost_times using datastream_ids, times, qualities;
    if lost_ids is not null then
        perform lantaarn.lose_good_values(lost_ids, lost_times);
    end if;
    execute format(
        'insert into lantaarn.%I as held (datastream_id, time, value, quality, revised)
         select given.datastream_id, given.time, given.value, given.quality, given.revised
         from unnest($1, $2, $3, $4, $5) as given (datastream_id, time, value, quality, revised)
         inner join lantaarn.datastream as stream on stream.id = given.datastream_id and stream.same_time = ''last''
         order by given.datastream_id, given.time desc
         on conflict (datastream_id, time) do update set
             value = excluded.value,
             quality = excluded.quality,
             revised = excluded.revised
         where
             (excluded.quality <> 1, excluded.revised, excluded.value)
             > (held.quality <> 1, coalesce(held.revised, ''-infinity''), held.value)', known
    ) using datastream_ids, times, new_values, qualities, revisions;
    insert into lantaarn.changed_hour (hour, datastream_ids)
    select date_trunc('hour', given.time, 'UTC'), array_agg(distinct given.datastream_id)
    from unnest(datastream_ids, times) as given (datastream_id, time)
    group by 1;
end
$_$;
REVOKE ALL ON FUNCTION lantaarn.replace_values(class_table text, datastream_ids integer[], times timestamp with time zone[], new_values double precision[], qualities smallint[], revisions timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lantaarn.replace_values(class_table text, datastream_ids integer[], times timestamp with time zone[], new_values double precision[], qualities smallint[], revisions timestamp with time zone[]) TO lantaarn_ingest;

-- lantaarn.sample_again
CREATE FUNCTION lantaarn.sample_again() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    analyze lantaarn.register_entry, lantaarn.version_state, lantaarn.finding, lantaarn.slug, lantaarn.report;
end
$$;

-- lantaarn.settled_until
CREATE FUNCTION lantaarn.settled_until(at timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN open.day_start(((((at AT TIME ZONE 'Europe/Amsterdam'::text) - '12:00:00'::interval))::date - 1));

-- lantaarn.skip_erased_cell
CREATE FUNCTION lantaarn.skip_erased_cell() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    if exists (
        select from lantaarn.tombstone as tombstone
        inner join lantaarn.sensor as sensor on sensor.entry_id = tombstone.entry_id
        inner join lantaarn.datastream as datastream on datastream.sensor_id = sensor.id
        where
            datastream.id = new.datastream_id
            and (new.counted or not tombstone.resend)
            and new.start < tombstone.until
            and lantaarn.cell_end(new.period, new.start)
            + case when new.counted and new.period = 'day' then interval '6 hours' else interval '0' end
            > coalesce(tombstone.since, '-infinity')
    ) then
        return null;
    end if;
    return new;
end
$$;

-- lantaarn.staff_log_content
CREATE FUNCTION lantaarn.staff_log_content(entry lantaarn.staff_log) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN convert_to((jsonb_build_array(EXTRACT(epoch FROM (entry).acted_at), (entry).login, (entry).editor, (entry).command, (entry).subject, (entry).reason))::text, 'UTF8'::name);
REVOKE ALL ON FUNCTION lantaarn.staff_log_content(entry lantaarn.staff_log) FROM PUBLIC;

-- lantaarn.staff_log_start
CREATE FUNCTION lantaarn.staff_log_start() RETURNS bytea
    LANGUAGE sql STABLE
    RETURN COALESCE((SELECT decode("substring"(expired.rule, '[0-9a-f]{64}$'::text), 'hex'::text) AS decode FROM lantaarn.deletion_log expired WHERE (expired.table_name = 'staff_log'::text) ORDER BY expired.id DESC LIMIT 1), decode(repeat('00'::text, 32), 'hex'::text));
REVOKE ALL ON FUNCTION lantaarn.staff_log_start() FROM PUBLIC;

-- lantaarn.term_name
CREATE FUNCTION lantaarn.term_name(term interval) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET "IntervalStyle" TO 'iso_8601'
    RETURN (term)::text;

-- lantaarn.total_end
CREATE FUNCTION lantaarn.total_end(start timestamp with time zone, minutes smallint, one_night boolean) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (one_night AND (((start AT TIME ZONE 'Europe/Amsterdam'::text))::time without time zone = '23:00:00'::time without time zone)) THEN (((start AT TIME ZONE 'Europe/Amsterdam'::text) + '07:00:00'::interval) AT TIME ZONE 'Europe/Amsterdam'::text) WHEN (minutes = 15) THEN (start + '00:15:00'::interval) ELSE (start + '01:00:00'::interval) END;

-- lantaarn.total_start
CREATE FUNCTION lantaarn.total_start(at timestamp with time zone, minutes smallint, one_night boolean) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (one_night AND ((EXTRACT(hour FROM (at AT TIME ZONE 'Europe/Amsterdam'::text)) < (6)::numeric) OR (EXTRACT(hour FROM (at AT TIME ZONE 'Europe/Amsterdam'::text)) > (22)::numeric))) THEN (((((at AT TIME ZONE 'Europe/Amsterdam'::text) - '06:00:00'::interval))::date + '23:00:00'::time without time zone) AT TIME ZONE 'Europe/Amsterdam'::text) WHEN (minutes = 15) THEN date_bin('00:15:00'::interval, at, '2001-01-01 00:00:00+00'::timestamp with time zone) ELSE date_trunc('hour'::text, at, 'UTC'::text) END;

-- lantaarn.without_texts
CREATE FUNCTION lantaarn.without_texts(part jsonb, told text[]) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
begin
    if jsonb_typeof(part) = 'array' then
        return (
            select coalesce(jsonb_agg(lantaarn.without_texts(item.value, told) order by item.number), '[]')
            from jsonb_array_elements(part) with ordinality as item (value, number)
        );
    elsif jsonb_typeof(part) <> 'object' then
        return part;
    elsif part ? 'nl' and exists (
        select from unnest(told) as desk
        where strpos(lower(concat_ws(' ', part ->> 'nl', part ->> 'en')), desk) > 0
    ) then
        return lantaarn.removed_words();
    end if;
    return (
        select coalesce(jsonb_object_agg(field.key, lantaarn.without_texts(field.value, told)), '{}')
        from jsonb_each(part) as field
    );
end
$$;

-- open.aggregate
CREATE FUNCTION open.aggregate(aggregation text, count bigint, sum double precision, sum_cos double precision, max double precision, last double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE aggregation WHEN 'mean'::text THEN open.six_decimals((sum / (NULLIF(count, 0))::double precision)) WHEN 'delta'::text THEN open.six_decimals(sum) WHEN 'counter'::text THEN open.six_decimals(sum) WHEN 'max'::text THEN max WHEN 'last'::text THEN last WHEN 'energy_mean'::text THEN open.six_decimals(((10)::double precision * log((sum / (NULLIF(count, 0))::double precision)))) WHEN 'circular_mean'::text THEN CASE WHEN (GREATEST(abs(sum), abs(sum_cos)) > ((0.000000001)::double precision * (count)::double precision)) THEN (mod((open.six_decimals((atan2d(sum, sum_cos) + (360)::double precision)))::numeric, (360)::numeric))::double precision ELSE NULL::double precision END ELSE NULL::double precision END;

-- open.asked
CREATE FUNCTION open.asked(txt text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT ((COALESCE(to_tsquery('simple'::regconfig, parts.list), ''::tsquery) || COALESCE(to_tsquery('dutch'::regconfig, parts.list), ''::tsquery)) || COALESCE(to_tsquery('english'::regconfig, parts.list), ''::tsquery)) FROM (SELECT string_agg((word.word || ':*'::text), ' & '::text) AS list FROM regexp_split_to_table(TRIM(BOTH FROM open.plain(asked.txt)), ' '::text) word(word) WHERE (word.word <> ''::text)) parts);

-- open.band
CREATE FUNCTION open.band(amount numeric) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (amount >= (100)::numeric) THEN (power((10)::numeric, LEAST(floor(log(amount)), (6)::numeric)))::bigint WHEN (amount >= (15)::numeric) THEN (15)::bigint ELSE (0)::bigint END;

-- open.dated
CREATE FUNCTION open.dated(at timestamp with time zone, value double precision) RETURNS double precision[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (at IS NOT NULL) THEN ARRAY[(EXTRACT(epoch FROM at))::double precision, value] ELSE NULL::double precision[] END;

-- open.day_hours
CREATE FUNCTION open.day_hours(day date) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((EXTRACT(epoch FROM (open.day_start((day + 1)) - open.day_start(day))) / (3600)::numeric))::integer;

-- open.day_of
CREATE FUNCTION open.day_of(at timestamp with time zone) RETURNS date
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((at AT TIME ZONE 'Europe/Amsterdam'::text))::date;

-- open.day_start
CREATE FUNCTION open.day_start(day date) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((day)::timestamp without time zone AT TIME ZONE 'Europe/Amsterdam'::text);

-- open.few
CREATE FUNCTION open.few(margin double precision) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((ceil((margin / (5)::double precision)) * (5)::double precision))::integer;

-- open.file_report
CREATE FUNCTION open.file_report(of_form uuid, of_municipality text, of_reference text, of_kind text, written text, answer_to text, due date) RETURNS TABLE(number bigint, is_new boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
declare
    filed bigint;
begin
    insert into lantaarn.report (form_id, municipality, entry_id, reference, kind, words, due_on)
    select of_form, sensor.municipality, sensor.entry_id, sensor.reference, of_kind, written, due
    from lantaarn.sensor as sensor
    where sensor.municipality = of_municipality and sensor.reference = of_reference
    on conflict (form_id) do nothing
    returning id into filed;
    if filed is null then
        return query select report.id, false from lantaarn.report as report
        where report.form_id = of_form and report.municipality = of_municipality and report.reference = of_reference;
        return;
    end if;
    if answer_to is not null then
        insert into lantaarn.report_address (report_id, email) values (filed, answer_to);
    end if;
    insert into lantaarn.report_mail (report_id, goes_to) values (filed, 'desk');
    return query select filed, true;
end
$$;
REVOKE ALL ON FUNCTION open.file_report(of_form uuid, of_municipality text, of_reference text, of_kind text, written text, answer_to text, due date) FROM PUBLIC;
GRANT ALL ON FUNCTION open.file_report(of_form uuid, of_municipality text, of_reference text, of_kind text, written text, answer_to text, due date) TO lantaarn_api;

-- open.found
CREATE FUNCTION open.found(wanted jsonb) RETURNS SETOF open.find
    LANGUAGE sql STABLE
    AS $$
    select find.*
    from open.found_by_itself(wanted) as find
    where
        (wanted ->> 'theme' is null or find.themes @> array[wanted ->> 'theme'])
        and (wanted ->> 'project' is null or find.project = wanted ->> 'project')
        and (wanted ->> 'district' is null or find.district = wanted ->> 'district')
$$;

-- open.found_by_itself
CREATE FUNCTION open.found_by_itself(wanted jsonb) RETURNS SETOF open.find
    LANGUAGE sql STABLE
    AS $$
    select find.*
    from open.find as find
    where
        find.municipality = wanted ->> 'municipality'
        and (
            wanted ->> 'kind' is null
            or find.kind = wanted ->> 'kind'
            or (wanted ->> 'kind' = 'other' and find.kind is null)
        )
        and (wanted ->> 'observed_property' is null or find.properties @> array[wanted ->> 'observed_property'])
        and (wanted ->> 'purpose' is null or find.purposes @> array[wanted ->> 'purpose'])
        and (wanted ->> 'organisation' is null or find.organisations @> array[wanted ->> 'organisation'])
        and (wanted ->> 'personal_data' is null or find.personal_data = wanted ->> 'personal_data')
        and (wanted ->> 'neighbourhood' is null or find.neighbourhood = wanted ->> 'neighbourhood')
        and (wanted ->> 'status' is null or find.status = wanted ->> 'status')
        and (wanted ->> 'q' is null or find.words @@ open.asked(wanted ->> 'q'))
        and (wanted ->> 'box' is null or find.extent && (wanted ->> 'box')::box)
        and (
            wanted -> 'sensors' is null
            or find.sensor_id in (
                select chosen.value::integer from jsonb_array_elements_text(wanted -> 'sensors') as chosen
            )
        )
        and (
            wanted ->> 'deviating' is null
            or find.sensor_id in (
                select deviation.sensor_id from open.deviation as deviation
                where wanted ->> 'deviating' in ('yes', deviation.deviation)
            )
        )
$$;

-- open.joint_margin
CREATE FUNCTION open.joint_margin(aggregation text, squares double precision, number bigint) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (sqrt(squares) / (CASE aggregation WHEN 'mean'::text THEN NULLIF(number, 0) ELSE (1)::bigint END)::double precision);

-- open.movement_estimate
CREATE FUNCTION open.movement_estimate(mean double precision, error double precision, capacity double precision, OUT value numeric, OUT margin numeric, OUT fewer_than numeric, OUT more_than numeric) RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ROW(CASE WHEN (mean <= ((0.8)::double precision * capacity)) THEN round((open.passages(mean, capacity))::numeric, 2) ELSE NULL::numeric END, CASE WHEN (mean <= ((0.8)::double precision * capacity)) THEN round(((((2)::double precision * error) / (((1)::double precision - (mean / capacity)) ^ (2)::double precision)))::numeric, 2) ELSE NULL::numeric END, CASE WHEN ((mean < open.movement_told_from(error, capacity)) AND (((2)::double precision * error) <= ((0.8)::double precision * capacity))) THEN round((open.passages(open.movement_told_from(error, capacity), capacity))::numeric, 2) ELSE NULL::numeric END, CASE WHEN (mean > ((0.8)::double precision * capacity)) THEN round((((4)::double precision * capacity))::numeric, 2) ELSE NULL::numeric END);

-- open.movement_told_from
CREATE FUNCTION open.movement_told_from(error double precision, capacity double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (((8)::double precision * error) <= capacity) THEN ((capacity - sqrt(((capacity ^ (2)::double precision) - (((8)::double precision * error) * capacity)))) / (2)::double precision) ELSE ((2)::double precision * error) END;

-- open.note_mail_spool
CREATE FUNCTION open.note_mail_spool(of_program uuid, oldest_mail timestamp with time zone, at timestamp with time zone) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 DELETE FROM lantaarn.mail_spool noted
   WHERE (noted.checked_at < (note_mail_spool.at - '1 day'::interval));
 INSERT INTO lantaarn.mail_spool AS noted (program, oldest, checked_at)
   VALUES (note_mail_spool.of_program, note_mail_spool.oldest_mail, note_mail_spool.at) ON CONFLICT(program) DO UPDATE SET oldest = excluded.oldest, checked_at = excluded.checked_at;
END;
REVOKE ALL ON FUNCTION open.note_mail_spool(of_program uuid, oldest_mail timestamp with time zone, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION open.note_mail_spool(of_program uuid, oldest_mail timestamp with time zone, at timestamp with time zone) TO lantaarn_api;

-- open.passages
CREATE FUNCTION open.passages(counted double precision, capacity double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (counted / ((1)::double precision - (counted / capacity)));

-- open.plain
CREATE FUNCTION open.plain(txt text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(translate(lower(txt), 'áàâäãéèêëíìîïóòôöõúùûüçñ'::text, 'aaaaaeeeeiiiiooooouuuucn'::text), '[^[:alnum:]]+'::text, ' '::text, 'g'::text), '\m([1-9][0-9]{3}) ([a-z]{2})\M'::text, '\1\2'::text, 'g'::text);

-- open.public_time
CREATE FUNCTION open.public_time(at timestamp with time zone, measurement_interval interval) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (measurement_interval IS NULL) THEN date_bin('00:01:00'::interval, at, '2001-01-01 00:00:00+00'::timestamp with time zone) WHEN ((EXTRACT(year FROM measurement_interval) > (0)::numeric) OR (EXTRACT(month FROM measurement_interval) > (0)::numeric)) THEN (('2001-01-01 00:00:00'::timestamp without time zone + (measurement_interval * (floor((((((EXTRACT(year FROM (at AT TIME ZONE 'Europe/Amsterdam'::text)) * (12)::numeric) + EXTRACT(month FROM (at AT TIME ZONE 'Europe/Amsterdam'::text))) - ((2001 * 12))::numeric) - (1)::numeric) / ((EXTRACT(year FROM measurement_interval) * (12)::numeric) + EXTRACT(month FROM measurement_interval)))))::double precision)) AT TIME ZONE 'Europe/Amsterdam'::text) WHEN (EXTRACT(day FROM measurement_interval) > (0)::numeric) THEN (date_bin(measurement_interval, (at AT TIME ZONE 'Europe/Amsterdam'::text), '2001-01-01 00:00:00'::timestamp without time zone) AT TIME ZONE 'Europe/Amsterdam'::text) ELSE date_bin(measurement_interval, at, '2001-01-01 00:00:00+00'::timestamp with time zone) END;

-- open.ratio
CREATE FUNCTION open.ratio(reference double precision, numerator double precision, denominator double precision, denominator_noise double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (denominator >= ((6.8)::double precision * denominator_noise)) THEN (round(((reference + (numerator / denominator)))::numeric, 1))::double precision ELSE NULL::double precision END;

-- open.ratio_noise
CREATE FUNCTION open.ratio_noise(numerator double precision, noise double precision, denominator double precision, denominator_noise double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (sqrt(((noise ^ (2)::double precision) + (((numerator / NULLIF(denominator, (0)::double precision)) * denominator_noise) ^ (2)::double precision))) / NULLIF(abs(denominator), (0)::double precision));

-- open.report_mail_done
CREATE FUNCTION open.report_mail_done(which bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 DELETE FROM lantaarn.report_mail
   WHERE (report_mail.id = report_mail_done.which);
END;
REVOKE ALL ON FUNCTION open.report_mail_done(which bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION open.report_mail_done(which bigint) TO lantaarn_api;

-- open.six_decimals
CREATE FUNCTION open.six_decimals(value double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (round((value)::numeric, 6))::double precision;

-- open.sort_key
CREATE FUNCTION open.sort_key(find open.find, sort text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $$
    select case sort when 'name' then find.name_key when 'changed' then find.changed_key else find.place_key end
$$;

-- open.summand
CREATE FUNCTION open.summand(aggregation text, value double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE aggregation WHEN 'energy_mean'::text THEN power((10)::double precision, (value / (10)::double precision)) WHEN 'circular_mean'::text THEN sind(value) ELSE value END;

-- open.summand_cos
CREATE FUNCTION open.summand_cos(aggregation text, value double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (aggregation = 'circular_mean'::text) THEN cosd(value) ELSE NULL::double precision END;

-- open.take_report_mail
CREATE FUNCTION open.take_report_mail(at_most integer) RETURNS TABLE(mail bigint, attempts integer, number bigint, goes_to text, address text, reference text, name jsonb, uri text, kind text, words text, due_on date, status text, answer text)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
begin
    return query
    with due as (
        select queued.id from lantaarn.report_mail as queued
        where queued.due_at <= now()
        order by queued.due_at
        limit at_most
        for update skip locked
    ), taken as (
        update lantaarn.report_mail as queued
        set attempts = queued.attempts + 1,
            due_at = now() + least(interval '1 minute' * power(2, least(queued.attempts, 12)), interval '6 hours')
        from due where queued.id = due.id
        returning queued.id, queued.report_id, queued.goes_to, queued.attempts
    )
    select
        taken.id,
        taken.attempts,
        report.id,
        taken.goes_to,
        case taken.goes_to
            when 'desk' then entry.document #>> '{contact,email}'
            else address.email
        end,
        report.reference,
        entry.document -> 'name',
        entry.document ->> 'uri',
        report.kind,
        case taken.goes_to when 'desk' then report.words end,
        report.due_on,
        report.status,
        report.answer
    from taken
    inner join lantaarn.report as report on report.id = taken.report_id
    inner join lantaarn.sensor as sensor on sensor.entry_id = report.entry_id
    inner join lantaarn.register_entry as entry on entry.revision = sensor.revision
    left join lantaarn.report_address as address on address.report_id = report.id;
end
$$;
REVOKE ALL ON FUNCTION open.take_report_mail(at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION open.take_report_mail(at_most integer) TO lantaarn_api;

-- open.words
CREATE FUNCTION open.words(dutch text, english text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((to_tsvector('simple'::regconfig, open.plain(((dutch || ' '::text) || english))) || to_tsvector('dutch'::regconfig, open.plain(dutch))) || to_tsvector('english'::regconfig, open.plain(english)));
