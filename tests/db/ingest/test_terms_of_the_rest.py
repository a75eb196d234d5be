"""Whatever has a term goes when it is over and is missed within a quarter if it doesn't; what has none stays whole."""

from collections.abc import Collection, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from api.reports.queries import QUERIES as REPORTS
from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.erasure import ErasureRequest, erase, plan_erasure
from ingest.lifecycle.retention import (
    AGGREGATE_TABLES,
    METADATA_TERMS,
    REPORT_TERMS,
    TOTALS_TABLES,
    enforce_retention,
)
from ingest.lifecycle.verification import verify_retention
from sensors.db import Connection, Database, connect
from sensors.policy import promises
from sensors.staff.log import Act, first_broken_act_id, logged
from tests.support.retention import (
    CLASS_BY_PROPERTY,
    DAY,
    QUARTER_HOUR,
    START,
    insert_report,
    observation_table,
    publish_sensor,
    run_lifecycle,
    store_observations,
    verify_and_record,
)

SECOND = timedelta(seconds=1)
EXPIRED: Mapping[str, LiteralString] = {
    "rollup_hour": "(datastream_id, hour, count, sum, min, max) values (1, %(at)s, 1, 1, 1, 1)",
    "public_cell": "(datastream_id, period, start, counted, value) values (1, 'hour', %(at)s, false, 1)",
    "day_total": "(datastream_id, day, count, sum, min, max, hours) values (1, %(day)s, 1, 1, 1, 1, 1)",
    "public_day": "(datastream_id, day, sum, hours, hidden) values (1, %(day)s, 1, 1, 0)",
    "lamp_day": "(sensor_id, day, hours, kwh) values (1, %(day)s, 1, 1)",
    "travel_time": "values (1, %(at)s, 15, 'car', 60, 70, %(revision)s)",
    "travel_hour": "values (1, %(at)s, %(revision)s, 1, 60, 70)",
    "window_count": "values ('helmond', 'park', 'presence', %(at)s, %(at)s + interval '1 hour', 12, 20, %(revision)s, "
    "248, 59)",
    "movement_cell": "values ('helmond', 'park', 'presence', %(day)s, 'weekday', '08:00', '09:00', 4, 2, 2, 1, 1, 1, "
    "%(revision)s)",
    "ledger": "values (1, %(at)s, 1, 1, 0, 0, 0, 0)",
    "ledger_reason": "values (1, %(at)s, 'stale', 1)",
    "quarantine": "(received_at, topic_template, reason, field_paths, size) values (%(at)s, '+', 'malformed', '{}', 1)",
    "book_day": "values (%(day)s, 'streetlight', 1, 1, 0, 0, 0, 0)",
    "book_reason_day": "values (%(day)s, 'streetlight', 'stale', 1)",
    "window_day": "values ('window_count', 'park', %(day)s, 1, 0, 0, %(at)s)",
    "window_due": "values ('window_count', 'park', %(day)s, 'helmond', 1)",
    "event_refusal": "values ('streetlight', 'stale', %(at)s - interval '1 day', %(at)s, 1, 640)",
    "pulse": "values (%(at)s, 1, 1, 1, null, null)",
}
"""A row of each table but those of single values and reports, from ``at`` or its day."""
KEEP_ALL = """
create function pg_temp.keep() returns trigger language plpgsql as 'begin return null; end';
do $$
declare
    kept text;
begin
    foreach kept in array %s loop
        execute format(
            'create trigger keep before delete on lantaarn.%%I for each row execute function pg_temp.keep()', kept
        );
    end loop;
end
$$;
create trigger keep_words before update on lantaarn.report for each row execute function pg_temp.keep();
"""


def aggregate(code: str) -> dict[str, Any]:
    return {"observed_property": code, "retention": {"aggregate": "P1Y"}}


def fill(db: Database) -> None:
    """A row that begins at START in everything that has a term, and a promise for each aggregate."""
    publish_sensor(db, aggregate="P5Y")
    for code, raw in CLASS_BY_PROPERTY.items():
        store_observations(db, code, raw, [START])
    db.execute("delete from lantaarn.ledger; delete from lantaarn.rollup_hour")
    row = db.execute(
        "insert into lantaarn.register_entry (entry_id, version, document, valid_from, editor, reason) select "
        "entry_id, 2, jsonb_set(document, '{datastreams}', %(streams)s::jsonb -> 'streams'), valid_from, 'x', 'x' "
        "from lantaarn.register_entry returning revision",
        {"streams": {"streams": [aggregate("travel_time"), aggregate("presence")]}},
    ).fetchone()
    at: dict[str, Any] = {"at": START, "day": START.date(), "revision": (row or {})["revision"]}
    for table, values in EXPIRED.items():
        db.execute(f"insert into lantaarn.{table} {values}", at)  # pyright: ignore[reportArgumentType] - from this table
    waiting = insert_report(db, START, None)
    insert_report(db, START, START)
    db.execute(
        "insert into lantaarn.report_mail (report_id, goes_to, made_at) values (%(id)s, 'desk', %(at)s)",
        {"id": waiting, "at": START},
    )
    db.execute(
        "insert into lantaarn.report_decision (report_id, decided_at, decision, matches, reason) "
        "values (%(id)s, %(at)s, 'corrected', '{}', 'wrong')",
        {"id": waiting, "at": START},
    )
    note_mail(db, START, START)


def note_mail(db: Database, oldest: datetime | None, at: datetime) -> None:
    db.execute("delete from lantaarn.mail_spool")
    db.execute(REPORTS["note_mail_spool"], {"program": uuid4(), "oldest": oldest, "now": at})


def broken(db: Database, now: datetime) -> set[str]:
    return {each.table_name for each in verify_retention(db, now).breaches}


def breached(db: Database, now: datetime) -> set[str]:
    """And store it for the register."""
    return {each.table_name for each in verify_and_record(db, now).breaches}


def test_each_deletion_that_does_not_happen_is_noticed_within_a_quarter(database: str) -> None:
    with connect(database) as db:
        fill(db)
        observations = {observation_table(raw) for raw in CLASS_BY_PROPERTY.values()}
        expected = {*observations, *TOTALS_TABLES, *AGGREGATE_TABLES, *METADATA_TERMS, *REPORT_TERMS, "mail_spool"}
        tables = {*observations, *EXPIRED, "report_address", "report_mail", "report_decision"}
        keep_all(db, tables)
        later = START + 4000 * DAY
        enforce_retention(db, later)
        deadlines = {
            (each.table_name, each.retention_class): each
            for each in verify_retention(db, START).checks
            if each.oldest and not each.datastream_id
        }
        assert {table for table, _ in deadlines} == expected
        for (table, raw), check in deadlines.items():
            due = after(db, check.oldest, raw) + check.chunk + QUARTER_HOUR
            assert table not in broken(db, due), table
            assert table in broken(db, due + SECOND), table
        assert breached(db, later) == expected
        told = db.execute("select subject from open.promise where not kept").fetchall()
        assert {row["subject"] for row in told} == expected
        drop_triggers(db)
        note_mail(db, None, later)
        assert run_lifecycle(db, later).is_kept
        assert not [table for table in tables if has_rows(db, table)]


def keep_all(db: Database, tables: Collection[str]) -> None:
    """Let the retention job run as ever, and delete nothing."""
    db.execute(KEEP_ALL % f"'{{{','.join(tables)}}}'::text []")  # pyright: ignore[reportArgumentType] - from the test


def has_rows(db: Database, table: str) -> bool:
    return bool(db.execute(f"select from lantaarn.{table}").fetchall())  # pyright: ignore[reportArgumentType]


def after(db: Database, at: datetime | None, term: str) -> datetime:
    row = db.execute("select %(at)s::timestamptz + %(term)s::interval as at", {"at": at, "term": term}).fetchone()
    return (row or {})["at"]


def drop_triggers(db: Connection) -> None:
    db.execute("drop function pg_temp.keep() cascade")


def act(db: Database, subject: str) -> datetime:
    with logged(db, Act("erase", subject, "team Privacy", "on request")):
        pass
    row = db.execute("select max(acted_at) as at from lantaarn.staff_log").fetchone()
    return (row or {})["at"]


def subjects(db: Database) -> list[str]:
    return [row["subject"] for row in db.execute("select subject from lantaarn.staff_log order by id").fetchall()]


def test_what_staff_did_goes_when_it_is_promised_and_the_chain_goes_on(server_database: Database) -> None:
    db = server_database
    _, second, third = (act(db, subject) for subject in ("a", "b", "c"))
    due = after(db, second, promises.STAFF_LOG_TERM)
    assert breached(db, due) == set()
    assert breached(db, due + QUARTER_HOUR + DAY) == {"staff_log"}  # a day for those who act on 29 February
    assert run_lifecycle(db, due + timedelta(microseconds=1)).is_kept
    assert subjects(db) == ["c"]
    act(db, "d")
    assert first_broken_act_id(db) is None
    assert run_lifecycle(db, after(db, third, promises.STAFF_LOG_TERM) + 2 * DAY).is_kept
    assert subjects(db) == []
    act(db, "e")
    act(db, "f")
    assert first_broken_act_id(db) is None
    told = db.execute("select deleted_rows, rule from lantaarn.deletion_log where table_name = 'staff_log'").fetchall()
    assert sum(row["deleted_rows"] for row in told) == 4
    # Whoever removes the oldest rows as the job does is found: the deletion log says where the chain goes on.
    db.execute("set lantaarn.expiring = 'staff_log'; delete from lantaarn.staff_log where subject = 'e'")
    found = verify_and_record(db, datetime.now(UTC))
    assert found.broken_act_id is not None
    assert found.is_log_altered
    told = [(each.check, each.row["log"]) for each in audit_ledger(db, datetime.now(UTC))]
    assert told == [("altered_logs", "staff_log")]
    row = db.execute("select kept from open.promise where subject = 'staff_log' and term is null").fetchone()
    assert row == {"kept": False}


SABOTAGE: Mapping[LiteralString, set[str]] = {
    "select": set(),
    "delete from lantaarn.register_entry where version = 1": {"register_entry"},
    "delete from lantaarn.register_entry where version = 2": {"register_entry"},
    "delete from lantaarn.tombstone": {"tombstone"},
    "insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max) values (999, now(), 1, 1, 1, 1)": {
        "orphan_total"
    },
    "insert into lantaarn.lamp_day (sensor_id, day, hours, kwh) values (999, current_date, 1, 1)": {"orphan_total"},
    "insert into lantaarn.public_day (datastream_id, day, sum, hours, hidden) select id, '2026-01-03', 1, 1, 0 "
    "from lantaarn.datastream where property = 'no2'": {"orphan_total"},
    "insert into lantaarn.public_day (datastream_id, day, sum, hours, hidden) select id, '2026-01-07', 1, 1, 0 "
    "from lantaarn.datastream where property = 'no2'": set(),  # after what was erased
}
"""What may happen behind the back of the programs, and the checks that tell."""


def test_what_stays_for_good_is_whole_and_what_may_not_be_there_is_found(database: str, tmp_path: Any) -> None:
    with connect(database) as db:
        publish_sensor(db)
        publish_sensor(db, {**CLASS_BY_PROPERTY, "temperature": "P31D"})
        store_observations(db, "no2", "P1D", [START - timedelta(hours=3)])
        request = ErasureRequest("helmond", "LML-1", "on request")
        db.execute("create function pg_temp.keep() returns trigger language plpgsql as 'begin return null; end'")
        db.execute(
            "create trigger keep before delete on lantaarn.rollup_hour for each row execute function pg_temp.keep()"
        )
        erase(db, plan_erasure(db, request, START), tmp_path / "tombstones.jsonl")
        # A deletion that an erasure asked for and that did not happen is noticed within a quarter, too.
        assert breached(db, START + QUARTER_HOUR + SECOND) == {"orphan_total"}
        differences = audit_ledger(db, START + QUARTER_HOUR + SECOND)
        (found,) = (each.row for each in differences if each.check == "orphans")
        assert (found["table_name"], found["erased"]) == ("rollup_hour", True)
        drop_triggers(db)
        db.execute("delete from lantaarn.rollup_hour")
        db.execute("set session_replication_role = replica")  # no trigger keeps anyone from anything
        for statement, tells in SABOTAGE.items():
            with db.transaction(force_rollback=True):
                db.execute(statement)
                assert breached(db, START + QUARTER_HOUR + SECOND) == tells, statement


def test_mail_in_a_folder_is_as_old_as_it_was_last_seen(server_database: Database) -> None:
    db = server_database
    limit = START + 30 * DAY + QUARTER_HOUR
    note = {"now": START, "oldest": START, "program": uuid4()}
    for role in ("lantaarn_ingest", "lantaarn_dashboard", "lantaarn_api"):
        db.execute(f"set role {role}")  # pyright: ignore[reportArgumentType] - from this list
        with nullcontext() if role == "lantaarn_api" else pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(REPORTS["note_mail_spool"], note)
        db.execute("reset role")
    assert breached(db, limit) == set()
    assert breached(db, limit + SECOND) == {"mail_spool"}  # nobody has looked since
    other = {"now": limit, "oldest": None, "program": uuid4()}
    db.execute(REPORTS["note_mail_spool"], note | {"now": limit})
    db.execute(REPORTS["note_mail_spool"], other)  # a program elsewhere, with a folder of its own
    assert breached(db, limit + SECOND) == {"mail_spool"}
    db.execute(REPORTS["note_mail_spool"], other | {"now": limit + 3 * QUARTER_HOUR})
    assert breached(db, limit + 3 * QUARTER_HOUR) == set()  # the first no longer runs
