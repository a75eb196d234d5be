"""The statements of panels and alerts, with what they share filled in: names, limits, reasons, choices.

They are in Grafana's dialect: ``$__timeFilter(column)`` and its like are filled in by Grafana's data source, and
``${name:sqlstring}`` by the dashboard, as texts in quotes. A choice of everything is ``'*'``.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

from dashboards.labels import REASONS
from dashboards.limits import LIMITS
from sensors.db.queries import load
from sensors.kinds import KINDS

PANELS = Path(__file__).with_name("panels")


def _literal(value: str | float) -> str:
    return str(value) if isinstance(value, (int, float)) else "'" + value.replace("'", "''") + "'"


def _table(rows: Iterable[tuple[str | float, ...]], name: str) -> str:
    """Rows of our own as a table in SQL."""
    listed = ", ".join("(" + ", ".join(map(_literal, row)) + ")" for row in rows)
    return f"(values {listed}) as {name}"


def _chosen(rows: str) -> str:
    """Rows of the neighbourhoods and organisations that are chosen above a dashboard."""
    return (
        f"('*' in (${{buurt:sqlstring}}) or {rows}.neighbourhood in (${{buurt:sqlstring}})) "
        f"and ('*' in (${{organisatie:sqlstring}}) or {rows}.organisations && array[${{organisatie:sqlstring}}])"
    )


FILLED: Mapping[str, str] = {
    **{f"{{chosen {rows}}}": _chosen(rows) for rows in ("day", "lights", "sensor", "stream")},
    "{days}": "day.day between open.day_of($__timeFrom()) and open.day_of($__timeTo())",
    "{names}": _table(
        ((code, known.label.nl) for kind in KINDS.values() for code, known in kind.properties.items()),
        "name (property, label)",
    ),
    "{kinds}": _table(((code, kind.label.nl) for code, kind in KINDS.items()), "kind (code, label)"),
    "{reasons}": _table(((reason.value, text) for reason, text in REASONS.items()), "reason (code, label)"),
    "{limits}": _table(
        ((each.property, each.regime, each.period, each.value) for each in LIMITS),
        "limits (property, regime, period, value)",
    ),
}
"""What each word in braces in a statement stands for."""


@cache
def statements(name: str) -> Mapping[str, LiteralString]:
    """The sections of one file of ``dashboards/panels``, filled in."""
    return {key: _fill(text) for key, text in load(PANELS / f"{name}.sql").items()}


def _fill(text: str) -> LiteralString:
    for word, meaning in FILLED.items():
        text = text.replace(word, meaning)
    return cast(LiteralString, text)  # ours, as the files themselves: see sensors.db.queries
