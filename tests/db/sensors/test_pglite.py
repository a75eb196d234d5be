"""The WebAssembly database answers as psycopg does: each test here runs on both."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from math import isnan
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest

from sensors.db import Database
from tests.support.pglite.client import Pglite

AT = datetime(2024, 3, 31, 1, 59, 59, 123456, tzinfo=UTC)


VALUES: tuple[tuple[LiteralString, object], ...] = (
    ("int", 7),
    ("bigint", 2**40),
    ("float8", 0.1),
    ("float8", float("-inf")),
    ("numeric", Decimal("12.340")),
    ("bool", False),
    ("text", "50% 'van' \"de\" \\ fietsers é €\n"),
    ("text", None),
    ("date", date(2024, 2, 29)),
    ("timestamptz", AT),
    ("interval", timedelta(days=31, seconds=1.5)),
    ("uuid", UUID(int=5)),
    ("bytea", b"\x00\xff"),
    ("jsonb", {"a": [1, 2.5, None, "é"], "b": {"c": True}}),
    ("int[]", [1, 2, None]),
    ("int[]", []),
    ("float8[]", [1.5, 2.0]),
    ("text[]", ["a,b", '"', "", None]),
    ("timestamptz[]", [AT, AT]),
    ("uuid[]", [UUID(int=1)]),
    ("jsonb[]", [{"a": 1}]),
)


def test_a_value_comes_back_as_it_went(each_database: Database) -> None:
    for kind, value in VALUES:
        row = each_database.execute(f"select %(value)s::{kind} as value", {"value": value}).fetchone()
        assert row is not None
        assert row == {"value": value}
        assert type(row["value"]) is type(value)


def test_nan_and_instants_of_another_zone_keep_their_meaning(each_database: Database) -> None:
    local = AT.astimezone(timezone(timedelta(hours=2)))
    row = each_database.execute("select %(n)s::float8 as n, %(t)s as t", {"n": float("nan"), "t": local}).fetchone()
    assert row is not None
    assert isnan(row["n"])
    assert (row["t"], row["t"].utcoffset()) == (AT, timedelta(0))


def test_a_name_may_return_and_a_percent_sign_is_doubled(each_database: Database) -> None:
    row = each_database.execute("select %(a)s::int + %(b)s + %(a)s as sum, '5%%' as share", {"a": 1, "b": 2}).fetchone()
    assert row == {"sum": 4, "share": "5%"}


def test_rows_are_counted_and_read_in_order(each_database: Database) -> None:
    each_database.execute("create table t (a int primary key, b text); insert into t values (0, null)")
    added = each_database.execute(
        "insert into t (a) select unnest(%(a)s::int[]) on conflict do nothing returning a", {"a": [0, 1, 2]}
    )
    assert added.rowcount == 2
    assert (added.fetchone(), added.fetchall(), added.fetchone()) == ({"a": 1}, [{"a": 2}], None)
    assert each_database.execute("update t set b = 'x' where a > %(a)s", {"a": 0}).rowcount == 2
    assert each_database.execute("select 1 where false").rowcount == 0
    assert each_database.execute("set local time zone 'UTC'").rowcount == -1
    with pytest.raises(psycopg.ProgrammingError):
        each_database.execute("delete from t").fetchall()


def test_several_statements_are_one_whole_and_the_first_answers(each_database: Database) -> None:
    assert each_database.execute("select 1 as a; select 2 as a").fetchall() == [{"a": 1}]
    with pytest.raises(psycopg.errors.DivisionByZero):
        each_database.execute("create table half (); select 1 / 0")
    assert each_database.execute("select to_regclass('half') as half").fetchone() == {"half": None}


def test_an_error_has_its_class_and_its_constraint_and_harms_nothing(each_database: Database) -> None:
    each_database.execute("create table t (a int constraint positive check (a > 0))")
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        each_database.execute("insert into t values (%(a)s)", {"a": 0})
    assert (caught.value.sqlstate, caught.value.diag.constraint_name) == ("23514", "positive")
    with pytest.raises(psycopg.ProgrammingError):
        each_database.execute("select %(a)s", {})
    with pytest.raises(psycopg.errors.UndefinedTable):
        each_database.execute("select * from nowhere where %(a)s", {"a": True})
    assert each_database.execute("select 1 as a").fetchone() == {"a": 1}


def test_transactions_nest(each_database: Database) -> None:
    each_database.execute("create table t (a int)")
    with each_database.transaction():
        each_database.execute("insert into t values (1)")
        with suppress(psycopg.errors.DivisionByZero), each_database.transaction():
            each_database.execute("insert into t values (2)")
            each_database.execute("select 1 / 0")
        with each_database.transaction():
            each_database.execute("insert into t values (3)")
            raise psycopg.Rollback
        with each_database.transaction():
            each_database.execute("insert into t values (4)")
    with suppress(KeyError), each_database.transaction():
        each_database.execute("insert into t values (5)")
        raise KeyError
    assert each_database.execute("select a from t order by a").fetchall() == [{"a": 1}, {"a": 4}]


def test_roles_decide_what_is_seen(each_database: Database) -> None:
    each_database.execute("set role lantaarn_api")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        each_database.execute("select * from restricted.location")
    assert each_database.execute("select * from open.sensor").fetchall() == []


def test_locks_and_settings_live_as_long_as_their_transaction(each_database: Database) -> None:
    def timeout() -> dict[str, Any] | None:
        return each_database.execute("select current_setting('statement_timeout') as timeout").fetchone()

    before = timeout()
    with each_database.transaction():
        each_database.execute("select pg_advisory_xact_lock(1)")
        each_database.execute("set local statement_timeout = '7s'")
        assert timeout() == {"timeout": "7s"}
    assert timeout() == before


def test_each_test_has_a_database_of_its_own(timescale: Pglite) -> None:
    timescale.execute("create table lantaarn.mine ()")
    timescale.open_snapshot("migrated")
    assert timescale.execute("select to_regclass('lantaarn.mine') as mine").fetchone() == {"mine": None}
    assert timescale.execute("insert into lantaarn.observation_1d values (1, now(), 1, 0)").rowcount == 1
