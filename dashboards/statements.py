"""The statements of panels and alerts, with what this program knows filled in: names, limits, reasons.

They are in Grafana's dialect: ``$__timeFilter(column)`` and its like are filled in by Grafana's data source, and
``${name:sqlstring}`` by the dashboard, as texts in quotes. A choice of everything is ``'*'``.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

from dashboards.limits import LIMITS
from dashboards.words import REASONS
from sensors.db.queries import load
from sensors.kinds import KINDS

PANELS = Path(__file__).with_name("panels")


def _literal(value: str | float) -> str:
    return str(value) if isinstance(value, (int, float)) else "'" + value.replace("'", "''") + "'"


def _table(rows: Iterable[tuple[str | float, ...]], name: str) -> str:
    """Rows of our own as a table in SQL."""
    listed = ", ".join("(" + ", ".join(map(_literal, row)) + ")" for row in rows)
    return f"(values {listed}) as {name}"


FILLED: Mapping[str, str] = {
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
