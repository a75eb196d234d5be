"""What does a reader of the database learn of rows that no view shows? As the role of Grafana, by conditions and plans.

Whoever may edit a panel writes any query. The attacker knows this schema, and tries what PostgreSQL does with a
condition before it leaves out a row: functions that note down what they are asked of, errors, and ``EXPLAIN``.
"""

from collections.abc import Mapping
from typing import Any, LiteralString, cast

import psycopg
import pytest
from psycopg import sql

from sensors.db import Database, connect
from sensors.db.server import EmbeddedPostgres
from tests.support.sample_data import publish_documents, traffic_counter_entry

READER = "lantaarn_dashboard"
WITHOUT_BARRIER = {
    **dict.fromkeys(
        ("open.area", "open.find", "open.migration", "open.report", "open.retention_class", "open.slug"),
        "every row of its table; columns that a view lacks can't be asked for",
    ),
    **dict.fromkeys(
        ("staff.book_day", "staff.book_reason_day", "staff.deletion", "staff.movement", "staff.pulse"),
        "every row of its table",
    ),
    **dict.fromkeys(
        ("open.sensor", "open.version", "open.version_state", "open.datastream", "staff.sensor", "staff.entry_part"),
        "the register, of which every version is public; what is said of a ledger is one word, made beforehand",
    ),
    "open.revision": "one number over all rows",
    "staff.imbalance": "two numbers over all rows",
    "staff.table_size": "sizes of tables, which PostgreSQL tells everyone",
}
"""Views that may compute a condition on any row below them, and why; a barrier would make the searched ones slow."""


@pytest.fixture
def hidden(server_database: Database) -> Database:
    """A database with rows that no view shows: of 30 readings in an hour, their day, and travel times of 30."""
    db = server_database
    publish_documents(db, traffic_counter_entry())
    db.execute(
        "insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max, jumps) "
        "select id, '2026-01-01T12:00Z', 30, 30, 30, 30, 30 from lantaarn.datastream"
    )
    db.execute(
        "insert into lantaarn.travel_time (datastream_id, window_start, minutes, vehicle_class, median, p85, revision) "
        "select id, '2026-01-01T12:00Z', 60, 'car', 30, 30, 1 from lantaarn.datastream"
    )
    db.execute(
        "insert into lantaarn.travel_hour select id, '2026-01-01T12:00Z', 1, 30, 30, 30 from lantaarn.datastream"
    )
    db.execute(
        "insert into lantaarn.day_total (datastream_id, day, count, sum, min, max, hours) "
        "select id, '2026-01-01', 30, 30, 30, 30, 3 from lantaarn.datastream"
    )
    db.execute("update lantaarn.datastream set public = 'none'")
    return db


def read(db: Database, query: LiteralString) -> list[dict[str, object]]:
    """Ask as the reader, who makes the planner scan whole tables."""
    with db.transaction():
        db.execute("set local enable_nestloop = off")
        db.execute(f"set local role {READER}")
        return db.execute(query).fetchall()


def test_no_condition_is_asked_of_a_row_that_a_view_leaves_out(server_database: Database) -> None:
    """Of no column of any view: the option alone doesn't do it, for PostgreSQL ignores it on a view that is a union."""
    columns = server_database.execute(
        "select c.table_schema as schema, c.table_name as name, c.column_name as column "
        "from information_schema.columns as c "
        "where c.table_schema in ('lantaarn', 'open', 'staff') and has_table_privilege(%(reader)s, "
        "format('%%I.%%I', c.table_schema, c.table_name), 'select')",
        {"reader": READER},
    ).fetchall()
    open_to_conditions = {
        f"{each['schema']}.{each['name']}" for each in columns if _reaches_below(server_database, each)
    }
    assert len(columns) > 400
    assert open_to_conditions == set(WITHOUT_BARRIER)


def _reaches_below(db: Database, column: Mapping[str, str]) -> bool:
    """Whether a condition on a column, of a function that may fail, is part of any step but the last."""
    query = sql.SQL("explain (format json) select from {} where length({}::text) > 1").format(
        sql.Identifier(column["schema"], column["name"]), sql.Identifier(column["column"])
    )
    ((plan,),) = (row.values() for row in cast("psycopg.Connection[dict[str, Any]]", db).execute(query).fetchall())
    last = plan[0]["Plan"]
    return last["Node Type"] != "Subquery Scan" or "length(" in str(last["Plans"])


@pytest.mark.parametrize(
    "attempt",
    [
        "create function pg_temp.spy(float) returns boolean language plpgsql as 'begin raise notice ''%'', $1; end'",
        "create function public.spy(float) returns boolean language plpgsql as 'begin raise notice ''%'', $1; end'",
        "create temporary table spy (value float)",
    ],
)
@pytest.mark.parametrize("role", ["lantaarn_api", READER])
def test_a_reader_makes_no_function_that_notes_down_what_it_is_asked_of(
    pg_server: EmbeddedPostgres, migrated_template: str, role: str, attempt: LiteralString
) -> None:
    # The template itself: rights on a database are not copied with it.
    with connect(pg_server.url_of(migrated_template), role=role) as db:
        db.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(attempt)


ERRORS: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("open.travel_time", "select from open.travel_time where 1 / (minutes - 60) > 0"),
    ("open.jump", "select from open.jump where 1 / (jumps - 30) > 0"),
    ("staff.day", "select from staff.day where 1 / (hours - 3) > 0"),
)


@pytest.mark.parametrize(("view", "query"), ERRORS)
def test_no_error_tells_of_a_hidden_row(hidden: Database, view: LiteralString, query: LiteralString) -> None:
    assert read(hidden, query) == []
    hidden.execute(f"alter view {view} reset (security_barrier)")
    with pytest.raises(psycopg.errors.DivisionByZero):
        read(hidden, query)


PLANS: tuple[tuple[LiteralString, LiteralString, LiteralString], ...] = (
    ("open.travel_time", "median", "update lantaarn.travel_time set median = 90, p85 = 90"),
    ("staff.travel_hour", "median", "update lantaarn.travel_hour set median = 90"),
    ("open.hour", "samples", "update lantaarn.rollup_hour set count = 90"),
)


def plan(db: Database, view: LiteralString, column: LiteralString) -> list[dict[str, object]]:
    """What a reader is told of a search below 60: estimates, and the rows that each step passed on and removed."""
    db.execute("analyze")
    return read(db, f"explain (analyze, buffers off, timing off, summary off) select from {view} where {column} < 60")


@pytest.mark.parametrize(("view", "column", "change"), PLANS)
def test_no_plan_tells_whether_a_hidden_number_is_below_another(
    hidden: Database, view: LiteralString, column: LiteralString, change: LiteralString
) -> None:
    below = plan(hidden, view, column)
    hidden.execute(change)
    assert plan(hidden, view, column) == below


def test_true_numbers_are_not_copied_into_statistics(hidden: Database) -> None:
    hidden.execute("insert into lantaarn.observation_7d select id, now(), 30, 0 from lantaarn.datastream")
    hidden.execute("analyze")
    kept = hidden.execute(
        "select tablename, attname from pg_stats where schemaname = 'lantaarn' and "
        "(tablename, attname) in (('rollup_hour', 'sum'), ('rollup_hour', 'count'), ('observation_7d', 'value'))"
    ).fetchall()
    assert kept == []
    assert read(hidden, "select from pg_stats where schemaname in ('lantaarn', 'restricted')") == []
