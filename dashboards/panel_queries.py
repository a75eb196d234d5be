"""The statements of panels and alerts, with what they share filled in: names, limits, reasons, choices.

They are in Grafana's dialect: ``$__timeFilter(column)`` and its like are filled in by Grafana's data source, and
``${name:sqlstring}`` by the dashboard, as texts in quotes. A choice of everything is ``'*'``.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

from dashboards.labels import REASON_LABELS
from dashboards.limits import LIMIT_VALUES
from sensors.db.queries import load_queries
from sensors.kinds import KINDS

PANELS_FOLDER = Path(__file__).with_name("panels")


def _literal(value: str | float) -> str:
    return str(value) if isinstance(value, (int, float)) else "'" + value.replace("'", "''") + "'"


def _values_table(rows: Iterable[tuple[str | float, ...]], name: str) -> str:
    """Rows of our own as a table in SQL."""
    listed = ", ".join("(" + ", ".join(map(_literal, row)) + ")" for row in rows)
    return f"(values {listed}) as {name}"


def _selection_condition(table_alias: str) -> str:
    """Rows of the neighbourhoods and organisations that are chosen above a dashboard."""
    return (
        f"('*' in (${{buurt:sqlstring}}) or {table_alias}.neighbourhood in (${{buurt:sqlstring}})) "
        f"and ('*' in (${{organisatie:sqlstring}}) or {table_alias}.organisations && array[${{organisatie:sqlstring}}])"
    )


SUBSTITUTIONS: Mapping[str, str] = {
    **{f"{{chosen {rows}}}": _selection_condition(rows) for rows in ("day", "lights", "sensor", "stream")},
    "{days}": "day.day between open.day_of($__timeFrom()) and open.day_of($__timeTo())",
    "{names}": _values_table(
        ((code, known.label.nl) for kind in KINDS.values() for code, known in kind.properties.items()),
        "name (property, label)",
    ),
    "{kinds}": _values_table(((code, kind.label.nl) for code, kind in KINDS.items()), "kind (code, label)"),
    "{reasons}": _values_table(
        ((reason.value, text) for reason, text in REASON_LABELS.items()), "reason (code, label)"
    ),
    "{limits}": _values_table(
        ((each.observed_property, each.regime, each.averaging_period, each.value) for each in LIMIT_VALUES),
        "limits (property, regime, period, value)",
    ),
}
"""What each word in braces in a statement stands for."""


@cache
def load_panel_queries(name: str) -> Mapping[str, LiteralString]:
    """The sections of one file of ``dashboards/panels``, filled in."""
    return {key: _substitute(text) for key, text in load_queries(PANELS_FOLDER / f"{name}.sql").items()}


def _substitute(text: str) -> LiteralString:
    for placeholder, sql in SUBSTITUTIONS.items():
        text = text.replace(placeholder, sql)
    return cast(LiteralString, text)  # ours, as the files themselves: see sensors.db.queries
