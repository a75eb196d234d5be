"""What Grafana does to a statement before PostgreSQL sees it: choices by the dashboard, macros by the data source.

Written after Grafana's own: ``pkg/tsdb/grafana-postgresql-datasource/macros.go`` (macros, whose arguments hold no
closing bracket), ``pkg/tsdb/sqleng`` (``$__interval``), and ``sqlstring`` of the front end (texts in single quotes,
quotes doubled; the custom value for all is put there as it is).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import LiteralString, cast

MACRO = re.compile(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)")
CHOICE = re.compile(r"\$\{(\w+):sqlstring\}")
SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


class UnknownMacroError(Exception):
    """Grafana would refuse this."""


@dataclass(frozen=True, slots=True)
class Range:
    """The period that is chosen, and what Grafana would take for ``$__interval``."""

    since: datetime
    until: datetime
    interval: str = "1h"
    timescale: bool = False


def expand(sql: str, period: Range, choices: Mapping[str, str | Sequence[str]]) -> LiteralString:
    """The statement as it is sent. A choice of ``'*'``, with its quotes, is the custom value for all."""

    def chosen(match: re.Match[str]) -> str:
        value = choices[match[1]]
        values = [value] if isinstance(value, str) else value
        if list(values) == ["'*'"]:
            return "'*'"
        return ",".join("'" + each.replace("'", "''") + "'" for each in values)

    with_choices = CHOICE.sub(chosen, sql).replace("$__interval", period.interval)

    def macro(match: re.Match[str]) -> str:
        name, arguments = match[1], [each.strip(" ") for each in match[2].split(",")]
        if name == "__timeGroup" and with_choices[match.end() : match.end() + 1] == ",":
            name = "__timeGroupAlias"
        return _macro(name, arguments, period)

    return cast(LiteralString, MACRO.sub(macro, with_choices))


def _macro(name: str, arguments: Sequence[str], period: Range) -> str:
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


def _group(arguments: Sequence[str], period: Range) -> str:
    column, interval = arguments[0], arguments[1].strip("'")
    seconds = int(interval[:-1]) * SPANS[interval[-1]]
    if period.timescale:
        return f"time_bucket('{seconds:.3f}s',{column})"
    return f"floor(extract(epoch from {column})/{seconds})*{seconds}"


def _instant(at: datetime) -> str:
    """RFC 3339 in UTC, with no more digits than are needed."""
    text = at.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def last(days: float, now: datetime | None = None, **how: object) -> Range:
    """The last so many days."""
    until = now or datetime.now(UTC)
    return Range(until - timedelta(days=days), until, **how)  # pyright: ignore[reportArgumentType]
