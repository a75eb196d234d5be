"""What the preview draws from is what Grafana's data source answers, and what its dashboards choose."""

from datetime import UTC, datetime
from typing import Any, LiteralString

import pytest

from dashboards.query import QueryFormat
from sensors.db import connect
from tests.preview.choices import Choice, UnknownChoiceError, make_choices
from tests.preview.frames import Answer, Column, ask
from tests.support.grafana_macros import last_days

MIDNIGHT = round(datetime(2026, 3, 29, tzinfo=UTC).timestamp() * 1000)


def answer(database: str, query: LiteralString, query_format: QueryFormat = "table") -> Answer:
    with connect(database) as db:
        return ask(db, query, query_format)


def choices(database: str, *variables: dict[str, Any], **chosen: str) -> list[Choice]:
    with connect(database) as db:
        return make_choices(db, list(variables), chosen, last_days(1))


def test_columns_have_the_types_of_grafana(database: str) -> None:
    query: LiteralString = (
        "select 1::bigint as n, 1.5::numeric as x, 'NaN'::float8 as gap, true as yes, 'a' as word, "
        "date '2026-03-29' as day, timestamptz '2026-03-29 02:00+02' as at, "
        "interval '1 hour' as long, null::int as none"
    )
    assert [(column.name, column.type, column.values[0]) for column in answer(database, query).columns] == [
        ("n", "number", 1.0),
        ("x", "number", 1.5),
        ("gap", "number", None),
        ("yes", "boolean", True),
        ("word", "string", "a"),
        # A day begins at midnight in UTC, so Grafana shows it as one or two o'clock in Amsterdam.
        ("day", "time", MIDNIGHT),
        ("at", "time", MIDNIGHT),
        ("long", "string", "1:00:00"),
        ("none", "number", None),
    ]


def test_an_answer_without_rows_has_no_columns(database: str) -> None:
    assert answer(database, "select 1 as n where false") == Answer([])


def test_an_error_of_the_database_is_told(database: str) -> None:
    failed = answer(database, "select '2026-13-01'::date")
    assert failed.columns == []
    assert "2026-13-01" in str(failed.error)


def test_seconds_in_the_column_time_are_a_time(database: str) -> None:
    query: LiteralString = 'select extract(epoch from timestamptz \'2026-03-29 00:00Z\') as "time", 1 as "Aantal"'
    assert answer(database, query, "time_series").columns == [
        Column("Time", "time", [MIDNIGHT]),
        Column("Aantal", "number", [1.0]),
    ]


def test_rows_with_names_become_series_with_gaps(database: str) -> None:
    query: LiteralString = (
        "select to_timestamp(at) as time, metric, value "
        "from (values (60, 'b', 1), (60, 'a', 2), (120, 'b', 3)) as t (at, metric, value)"
    )
    assert answer(database, query, "time_series").columns == [
        Column("Time", "time", [60_000, 120_000]),
        Column("a", "number", [2.0, None]),
        Column("b", "number", [1.0, 3.0]),
    ]


def test_series_out_of_order_are_an_error(database: str) -> None:
    query: LiteralString = (
        "select to_timestamp(at) as time, metric, 1 as value from (values (120, 'a'), (60, 'a')) as t (at, metric)"
    )
    assert "sorted ascending by time" in str(answer(database, query, "time_series").error)
    assert "no time column" in str(answer(database, "select 1 as n", "time_series").error)


def test_choices_are_the_first_option_unless_all_or_chosen(database: str) -> None:
    kind = {
        "name": "kind",
        "type": "query",
        "query": "select * from (values ('x', 'Same'), ('y', 'Same'), ('z', 'Other')) as t (__value, __text)",
    }
    everything = {"name": "area", "label": "Buurt", "type": "query", "query": "", "includeAll": True, "allValue": "'*'"}
    text = {"name": "day", "type": "textbox", "query": "0,4"}
    after = {"name": "title", "type": "query", "query": "select ${kind:sqlstring} || ${day:sqlstring}", "hide": 2}
    assert [(each.name, each.text, each.value) for each in choices(database, kind, everything, text, after)] == [
        ("kind", "Same", "x"),
        # Grafana writes this, whatever the dashboard calls it.
        ("area", "All", "'*'"),
        ("day", "0,4", "0,4"),
        ("title", "x0,4", "x0,4"),
    ]
    assert choices(database, kind, kind="z")[0].text == "Other"
    with pytest.raises(UnknownChoiceError, match="kind has no y"):
        choices(database, kind, kind="y")
