"""What is past its term is gone, what is within it stays, over a year in which the job is away at times."""

from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest
from click.testing import CliRunner

from ingest.lifecycle.retention import add_retention_class, enforce_retention
from ingest.lifecycle.retention_cli import retention
from ingest.lifecycle.verification import RETENTION_INTERVAL, retention_promises, verify_retention
from sensors.db import Database, connect
from sensors.db.deletion_log import first_broken_deletion_id
from sensors.policy.retention_classes import substitute_table
from sensors.register.entry import Entry
from sensors.register.repository import PublishResult, publish
from tests.support.entries import example_datastream, example_entry
from tests.support.pglite.client import Pglite
from tests.support.retention import (
    CLASS_BY_PROPERTY,
    DAY,
    QUARTER_HOUR,
    START,
    datastream_id,
    publish_sensor,
    run_lifecycle,
    store_observations,
    verify_and_record,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STEPS: dict[LiteralString, timedelta] = {
    "observation_1d": timedelta(hours=1),
    "observation_31d": timedelta(days=1),
    "observation_1y": timedelta(days=10),
}
"""So long apart that forty rows reach past the term of each table."""
LEAST: dict[LiteralString, int] = {"observation_1d": 24, "observation_31d": 31, "observation_1y": 36}


def fill(db: Database) -> None:
    for table, step in STEPS.items():
        db.execute(
            f"insert into lantaarn.{table} select 1, %(now)s::timestamptz - step * %(apart)s::interval, 1, 0"
            " from generate_series(0, 40) as step",
            {"now": NOW, "apart": step},
        )


def one(db: Database, query: LiteralString, params: dict[str, Any] | None = None) -> Any:
    row = db.execute(query, params).fetchone()
    assert row is not None
    return next(iter(row.values()))


def count(db: Database, table: LiteralString) -> int:
    return one(db, f"select count(*) as n from lantaarn.{table}")


def test_rows_past_their_term_are_deleted_and_logged(each_database: Database) -> None:
    fill(each_database)
    before = {table: count(each_database, table) for table in STEPS}
    assert not verify_retention(each_database, NOW).is_kept
    deleted = {each.table_name: each.deleted_rows for each in enforce_retention(each_database, NOW)}
    for table, least in LEAST.items():
        assert deleted[table] == before[table] - count(each_database, table) > 0
        assert count(each_database, table) >= least
    assert verify_retention(each_database, NOW).is_kept
    rows = each_database.execute("select table_name, deleted_rows from lantaarn.deletion_log").fetchall()
    assert {row["table_name"]: row["deleted_rows"] for row in rows} == {table: deleted[table] for table in STEPS}


def test_running_again_deletes_nothing_and_logs_nothing(each_database: Database) -> None:
    fill(each_database)
    enforce_retention(each_database, NOW)
    assert not any(each.deleted_rows for each in enforce_retention(each_database, NOW))
    assert count(each_database, "deletion_log") == len(STEPS)


def test_an_altered_deletion_breaks_the_chain(each_database: Database) -> None:
    fill(each_database)
    enforce_retention(each_database, NOW)
    assert first_broken_deletion_id(each_database) is None
    each_database.execute("alter table lantaarn.deletion_log disable trigger append_only")
    each_database.execute("update lantaarn.deletion_log set deleted_rows = deleted_rows + 1 where id = 2")
    found = verify_and_record(each_database, NOW)
    assert found.broken_deletion_id == 2
    assert not found.is_kept
    assert one(each_database, "select kept from open.retention where subject = 'deletion_log'") is False


def test_a_deletion_taken_out_of_the_log_breaks_the_chain(each_database: Database) -> None:
    fill(each_database)
    enforce_retention(each_database, NOW)
    each_database.execute("alter table lantaarn.deletion_log disable trigger append_only")
    each_database.execute("delete from lantaarn.deletion_log where id = 2")
    assert first_broken_deletion_id(each_database) == 3


def test_the_books_and_the_quarantine_have_terms_of_their_own(each_database: Database) -> None:
    each_database.execute(
        "insert into lantaarn.quarantine (received_at, topic_template, reason, field_paths, size)"
        " select %(now)s::timestamptz - day * interval '1 day', '+/+/+/+', 'malformed', '{}', 1"
        " from generate_series(0, 20) as day",
        {"now": NOW},
    )
    each_database.execute(
        "insert into lantaarn.ledger select null, %(now)s::timestamptz - year * interval '1 year', 1, 1, 0, 0, 0, 0"
        " from generate_series(0, 7) as year",
        {"now": NOW},
    )
    assert {each.table_name for each in verify_retention(each_database, NOW).breaches} == {"quarantine", "ledger"}
    enforce_retention(each_database, NOW)
    assert (count(each_database, "quarantine"), count(each_database, "ledger")) == (15, 6)
    assert verify_retention(each_database, NOW).is_kept


def test_totals_go_when_the_term_of_their_datastream_is_over(each_database: Database) -> None:
    publish_sensor(each_database, aggregate="P1Y")
    numbers = {"long": datastream_id(each_database, "pm1"), "now": NOW}
    each_database.execute(
        "insert into lantaarn.rollup_hour select %(long)s, %(now)s::timestamptz - day * interval '1 day', 1, 1, 1, 1"
        " from generate_series(0, 400) as day",
        numbers,
    )
    each_database.execute(
        "update lantaarn.datastream set public = 'day' where id = %(long)s", {"long": numbers["long"]}
    )
    each_database.execute(
        "insert into lantaarn.public_cell"
        " select %(long)s, 'day', %(now)s::timestamptz - day * interval '1 day', false, 1"
        " from generate_series(0, 400) as day",
        numbers,
    )
    assert {each.table_name for each in verify_retention(each_database, NOW).breaches} == {"rollup_hour", "public_cell"}
    deleted = {each.table_name: each for each in enforce_retention(each_database, NOW)}
    assert (deleted["rollup_hour"].retention_class, deleted["rollup_hour"].deleted_rows) == ("P1Y", 35)
    assert deleted["public_cell"].deleted_rows == 35
    assert verify_retention(each_database, NOW).is_kept


def worst_ages(db: Database, now: datetime, late: timedelta) -> dict[str, timedelta]:
    """What the formula allows each class, when the job runs this often."""
    return {each.name: now - each.not_before - RETENTION_INTERVAL + late for each in retention_promises(db, now)}


def oldest(db: Database, raw: str) -> datetime | None:
    table = substitute_table("select min(time) as oldest from lantaarn.{table}", f"observation_{raw[1:].lower()}")
    return one(db, table)


def assert_formula_holds(db: Database, now: datetime, late: timedelta) -> None:
    for name, worst in worst_ages(db, now, late).items():
        first = oldest(db, name)
        assert first is None or now - first <= worst, name


def test_over_a_year_nothing_is_older_than_the_formula_and_each_outage_is_noticed(each_database: Database) -> None:
    db = each_database
    publish_sensor(db, aggregate="P30Y")
    # What is kept for years begins with years of values, each class with some on the edge of its term.
    for code, raw in CLASS_BY_PROPERTY.items():
        years = {"P5Y": 5, "P10Y": 10}.get(raw, 0)
        store_observations(db, code, raw, [START - month * timedelta(days=30) for month in range(1, 12 * years)])
    now = START
    run_lifecycle(db, now)
    stored = one(db, "select sum(count)::int as n from lantaarn.rollup_hour")
    for month in range(4 if isinstance(db, Pglite) else 12):  # WebAssembly takes seconds for each
        # The job is there: every quarter of an hour, at moments on both sides of the edges of chunks.
        for _ in range(2):
            for code, raw in CLASS_BY_PROPERTY.items():
                store_observations(db, code, raw, [now])
            stored += len(CLASS_BY_PROPERTY)
            now += QUARTER_HOUR
            assert_formula_holds(db, now, QUARTER_HOUR)
            assert run_lifecycle(db, now).is_kept
            assert_formula_holds(db, now, timedelta(0))
        # The job is away for most of a month: what it should have deleted is noticed, whoever looks.
        now += timedelta(days=30, minutes=7 * month)
        assert "P1D" in {each.retention_class for each in verify_and_record(db, now).breaches}
        assert run_lifecycle(db, now).is_kept
    # The hours of what is gone are still there, as they were.
    assert count(db, "observation") < stored
    assert one(db, "select sum(count)::int as n from lantaarn.rollup_hour") == stored
    assert one(db, "select sum(sum)::float as n from lantaarn.rollup_hour") == 7.0 * stored
    assert first_broken_deletion_id(db) is None


def test_the_formula_counts_chunks_only_where_there_are_chunks(each_database: Database) -> None:
    chunked = one(each_database, "select lantaarn.chunk_of('observation_31d') > interval '0' as chunked")
    worst = worst_ages(each_database, NOW, RETENTION_INTERVAL)
    assert worst["P31D"] == 31 * DAY + RETENTION_INTERVAL + (DAY if chunked else timedelta(0))
    assert worst["P1D"] == DAY + RETENTION_INTERVAL + (timedelta(hours=1) if chunked else timedelta(0))


def test_a_class_by_configuration_is_like_any_other(each_database: Database) -> None:
    db = each_database
    streams = [example_datastream("no2", retention={"raw": "P90D", "aggregate": "P1Y"})]
    entry = Entry.model_validate(example_entry(datastreams=streams))
    refused = publish(db, entry, editor="test", reason="test", valid_from=START)
    assert not isinstance(refused, PublishResult)
    assert [problem.rule_id for problem in refused] == ["retention_class"]
    assert add_retention_class(db, "P90D")
    assert not add_retention_class(db, "P90D")
    assert isinstance(publish(db, entry, editor="test", reason="test", valid_from=START), PublishResult)
    store_observations(db, "no2", "P90D", [START - age * DAY for age in (1, 89, 100)])
    assert one(db, "select count(*) as n from lantaarn.observation where retention_class = 'P90D'") == 3
    assert one(db, "select value from open.latest where property = 'no2'") == 7.0
    assert not verify_retention(db, START).is_kept
    assert {each.table_name: each.deleted_rows for each in enforce_retention(db, START)}["observation_90d"] == 1
    assert verify_retention(db, START).is_kept


@pytest.mark.parametrize("name", ["P0D", "PT5M", "P1Y2M", "P90D; drop table x", "none", "P99999D"])
def test_what_is_no_term_is_no_class(database: str, name: str) -> None:
    with connect(database) as db, pytest.raises(psycopg.errors.InvalidParameterValue):
        add_retention_class(db, name)


def test_ingest_can_not_make_a_class_or_delete(database: str) -> None:
    with connect(database, role="lantaarn_ingest") as db:
        for work in (lambda: add_retention_class(db, "P90D"), lambda: enforce_retention(db, NOW)):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                work()


def test_chunks_that_the_database_drops_by_itself_are_logged_as_such(each_database: Database) -> None:
    db = each_database
    if not one(db, "select lantaarn.chunk_of('observation_1d') > interval '0' as chunked"):
        return
    publish_sensor(db)
    store_observations(db, "no2", "P1D", [START - timedelta(hours=23, minutes=minutes) for minutes in (10, 20, 30)])
    # At three the chunk from two to one is nearly past; a quarter later TimescaleDB's own policy has been there first.
    near = START + timedelta(minutes=45)
    enforce_retention(db, near)
    db.execute(
        "select drop_chunks('lantaarn.observation_1d'::regclass, older_than => %(at)s::timestamptz)", {"at": START}
    )
    deletions = [each for each in enforce_retention(db, near + 2 * QUARTER_HOUR) if each.deleted_rows]
    assert [(each.table_name, each.deleted_rows, each.rule) for each in deletions] == [
        ("observation_1d", 3, "timescaledb policy")
    ]
    assert first_broken_deletion_id(db) is None


def test_the_commands_tell_what_is_promised_and_what_is_so(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("LANTAARN_EDITOR", "administrator")

    def said(*arguments: str) -> tuple[int, str]:
        outcome = CliRunner().invoke(retention, arguments)
        return outcome.exit_code, outcome.output

    assert said("add", "P90D") == (0, "Created retention class P90D.\n")
    assert said("add", "P90D") == (0, "Retention class P90D already exists.\n")
    assert said("add", "P3")[0] == 2
    assert "observation_90d" in said("list")[1]
    with connect(database) as db:
        publish_sensor(db)
        store_observations(db, "temperature", "P1Y", [datetime.now(UTC) - 100 * DAY])
        publish_sensor(db, {**CLASS_BY_PROPERTY, "temperature": "P31D"})
    code, text = said("verify")
    assert code == 1
    assert all(part in text for part in ("NO", "The deletion log is intact", "The staff log is intact"))
    assert "1 rows left" in said("move")[1]
    assert said("run")[0] == said("verify")[0] == 0
