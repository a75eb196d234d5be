"""Expand a query as Grafana does before sending it: variables by the dashboard, macros by the data source.

Follows Grafana's ``pkg/tsdb/grafana-postgresql-datasource/macros.go`` (macros, whose arguments contain no closing
parenthesis), ``pkg/tsdb/sqleng`` (``$__interval``), and the front end's ``sqlstring`` (strings in single quotes, quotes
doubled; the custom "all" value verbatim).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import LiteralString, cast

MACRO_PATTERN = re.compile(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)")
VARIABLE_PATTERN = re.compile(r"\$\{(\w+):sqlstring\}")
UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class UnknownMacroError(Exception):
    """A macro that Grafana would reject."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The selected period and the value of ``$__interval``."""

    since: datetime
    until: datetime
    interval: str = "1h"
    has_timescaledb: bool = False


def expand_macros(sql: str, time_range: TimeRange, variables: Mapping[str, str | Sequence[str]]) -> LiteralString:
    """The query as sent. The selection ``'*'``, including its quotes, is the custom "all" value.

    Raises UnknownMacroError.
    """

    def selected(match: re.Match[str]) -> str:
        value = variables[match[1]]
        values = [value] if isinstance(value, str) else value
        if list(values) == ["'*'"]:
            return "'*'"
        return ",".join("'" + each.replace("'", "''") + "'" for each in values)

    with_variables = VARIABLE_PATTERN.sub(selected, sql).replace("$__interval", time_range.interval)

    def macro(match: re.Match[str]) -> str:
        name, arguments = match[1], [each.strip(" ") for each in match[2].split(",")]
        if name == "__timeGroup" and with_variables[match.end() : match.end() + 1] == ",":
            name = "__timeGroupAlias"
        return _macro(name, arguments, time_range)

    return cast(LiteralString, MACRO_PATTERN.sub(macro, with_variables))


def _macro(name: str, arguments: Sequence[str], period: TimeRange) -> str:
    since, until = _instant(period.since), _instant(period.until)
    match name:
        case "__time":
            return f'{arguments[0]} AS "time"'
        case "__timeFilter":
            return f"{arguments[0]} BETWEEN '{since}' AND '{until}'"
        case "__timeFrom":
            return f"'{since}'"
        case "__timeTo":
            return f"'{until}'"
        case "__timeGroup":
            return _group(arguments, period)
        case "__timeGroupAlias":
            return f'{_group(arguments, period)} AS "time"'
        case _:
            raise UnknownMacroError(name)


def _group(arguments: Sequence[str], period: TimeRange) -> str:
    column, interval = arguments[0], arguments[1].strip("'")
    seconds = int(interval[:-1]) * UNIT_SECONDS[interval[-1]]
    if period.has_timescaledb:
        return f"time_bucket('{seconds:.3f}s',{column})"
    return f"floor(extract(epoch from {column})/{seconds})*{seconds}"


def _instant(at: datetime) -> str:
    """RFC 3339 in UTC, without trailing zeros."""
    text = at.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def last_days(days: float, now: datetime | None = None, **options: object) -> TimeRange:
    """The last ``days`` before ``now``."""
    until = now or datetime.now(UTC)
    return TimeRange(until - timedelta(days=days), until, **options)  # pyright: ignore[reportArgumentType]
