"""What is past its term is gone, what is within it stays, and the check does not trust the one who deletes."""

from datetime import UTC, datetime, timedelta
from typing import LiteralString

from ingest.retention import SCHEDULE, run, verify
from sensors.db import Database

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TERMS: dict[LiteralString, timedelta] = {
    "observation_1d": timedelta(days=1),
    "observation_31d": timedelta(days=31),
    "observation_1y": timedelta(days=365),
}


def fill(db: Database, days: int = 400) -> None:
    for table in TERMS:
        db.execute(
            f"insert into lantaarn.{table} select 1, %(now)s::timestamptz - step * interval '6 hours', 1, 0"
            " from generate_series(0, %(steps)s) as step",
            {"now": NOW, "steps": days * 4},
        )


def count(db: Database, table: LiteralString) -> int:
    row = db.execute(f"select count(*) as n from lantaarn.{table}").fetchone()
    assert row is not None
    return row["n"]


def test_rows_past_their_term_are_deleted_and_logged(each_database: Database) -> None:
    fill(each_database)
    before = {table: count(each_database, table) for table in TERMS}
    assert not verify(each_database, NOW).kept
    deleted = {each.table_name: each.deleted_rows for each in run(each_database, NOW)}
    for table, term in TERMS.items():
        assert deleted[table] == before[table] - count(each_database, table) > 0
        assert count(each_database, table) >= term.days * 4
    verified = verify(each_database, NOW)
    assert verified.kept
    assert {each.table_name for each in verified.held} == {*TERMS, "observation_5y", "observation_10y", "quarantine"}
    rows = each_database.execute("select table_name, deleted_rows from lantaarn.deletion_log").fetchall()
    assert {row["table_name"]: row["deleted_rows"] for row in rows} == {table: deleted[table] for table in TERMS}


def test_the_promise_is_the_worst_age(each_database: Database) -> None:
    promised = {each.retention_class: each.promised_max_age for each in verify(each_database, NOW).held}
    assert promised["P1D"] == timedelta(days=1, hours=1) + SCHEDULE
    assert promised["P31D"] == timedelta(days=32) + SCHEDULE


def test_running_again_deletes_nothing_and_logs_nothing(each_database: Database) -> None:
    fill(each_database)
    run(each_database, NOW)
    assert not any(each.deleted_rows for each in run(each_database, NOW))
    row = each_database.execute("select count(*) as n from lantaarn.deletion_log").fetchone()
    assert row == {"n": len(TERMS)}


def test_an_altered_deletion_breaks_the_chain(each_database: Database) -> None:
    fill(each_database)
    run(each_database, NOW)
    assert verify(each_database, NOW).broken_at is None
    each_database.execute("alter table lantaarn.deletion_log disable trigger append_only")
    each_database.execute("update lantaarn.deletion_log set deleted_rows = deleted_rows + 1 where id = 2")
    verified = verify(each_database, NOW)
    assert verified.broken_at == 2
    assert not verified.kept


def test_the_quarantine_is_emptied_after_fourteen_days(each_database: Database) -> None:
    each_database.execute(
        "insert into lantaarn.quarantine (received_at, topic_template, reason, field_paths, size)"
        " select %(now)s::timestamptz - day * interval '1 day', '+/+/+/+', 'malformed', '{}', 1"
        " from generate_series(0, 20) as day",
        {"now": NOW},
    )
    run(each_database, NOW)
    assert count(each_database, "quarantine") == 15
