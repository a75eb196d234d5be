"""The answers of Grafana's PostgreSQL data source, as its panels receive them.

Follows Grafana 11's ``pkg/tsdb/grafana-postgresql-datasource``: types by PostgreSQL type, the column ``time``, empty
answers, and series from rows with a name in each (``LongToWide`` of its plugin SDK).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from typing import Any, Literal, LiteralString

import psycopg
from psycopg.rows import tuple_row

from dashboards.query import QueryFormat
from sensors.db import Connection

ColumnType = Literal["number", "time", "boolean", "string"]
TYPES: dict[str, ColumnType] = {
    **dict.fromkeys(("int2", "int4", "int8", "float4", "float8", "numeric"), "number"),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), "time"),
    "bool": "boolean",
}
"""PostgreSQL type → type of a column; every other is a string."""
MAX_EPOCH_SECONDS = 1e10
"""A larger number in a column of times is in milliseconds."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column as panels receive it. Times are milliseconds since 1970; NaN and infinite numbers are null."""

    name: str
    type: ColumnType
    values: list[Any]
    labels: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Answer:
    """What the data source answers: no columns if there are no rows, or the error that Grafana shows."""

    columns: list[Column]
    error: str | None = None


def ask(db: Connection, query: LiteralString, query_format: QueryFormat) -> Answer:
    """The answer to an expanded query. An error of the database becomes an answer, as in Grafana."""
    try:
        with db.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(query)
            rows = cursor.fetchall()
            columns = [
                _column(db, described.name, described.type_code, [row[place] for row in rows])
                for place, described in enumerate(cursor.description or ())
            ]
    except psycopg.Error as error:
        return Answer([], f"db query error: {error}")
    columns = [_with_times(column) for column in columns]
    answer = _time_series(columns) if query_format == "time_series" else Answer(columns)
    return answer if rows else replace(answer, columns=[])


def _column(db: Connection, name: str, type_code: int, values: list[Any]) -> Column:
    known = db.adapters.types.get(type_code)
    column_type = TYPES.get(known.name if known else "", "string")
    return Column(name, column_type, [None if value is None else _value(value, column_type) for value in values])


def _value(value: Any, column_type: ColumnType) -> Any:
    match column_type:
        case "number":
            return float(value) if math.isfinite(value) else None
        case "time":
            return _milliseconds(value)
        case "boolean":
            return bool(value)
        case "string":
            return str(value)


def _milliseconds(value: date | datetime) -> int:
    """Of a day or a time without zone, Grafana takes it that they are in UTC."""
    at = value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def _with_times(column: Column) -> Column:
    """The column with the name ``time`` may be a number of seconds."""
    if column.name != "time" or column.type != "number":
        return column
    return replace(column, type="time", values=[None if value is None else _epoch(value) for value in column.values])


def _epoch(value: float) -> int:
    return round(value * 1000 if value < MAX_EPOCH_SECONDS else value)


def _time_series(columns: Sequence[Column]) -> Answer:
    times = next((column for column in columns if column.name == "time"), None)
    if times is None:
        return Answer([], "db has no time column")
    times = replace(times, name="Time")
    others = [column for column in columns if column.name != "time"]
    names = [column for column in others if column.type in {"string", "boolean"}]
    if not names:
        return Answer([times, *others])
    if None in times.values:
        return Answer([], "unable to process the data to wide series because input has null time values")
    if times.values != sorted(times.values):
        return Answer([], "long series must be sorted ascending by time to be converted")
    numbers = [column for column in others if column.type == "number"]
    return Answer(_wide(times, names, numbers))


def _wide(times: Column, names: Sequence[Column], numbers: Sequence[Column]) -> list[Column]:
    """A column for every name in the rows, null where a time has no row of it."""
    moments = sorted(set(times.values))
    places = {moment: place for place, moment in enumerate(moments)}
    series: dict[tuple[str, tuple[str, ...]], list[Any]] = {}
    for row, moment in enumerate(times.values):
        labels = tuple(str(column.values[row]) for column in names)
        for column in numbers:
            values = series.setdefault((column.name, labels), [None] * len(moments))
            values[places[moment]] = column.values[row]
    is_named = len(numbers) == 1 and [column.name for column in names] == ["metric"]
    columns = [
        Column(labels[0], "number", values)
        if is_named
        else Column(name, "number", values, dict(zip((column.name for column in names), labels, strict=True)))
        for (name, labels), values in sorted(series.items(), key=lambda each: each[0])
    ]
    return [replace(times, values=moments), *columns]
