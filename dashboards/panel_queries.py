"""Load the queries of panels and alerts, with shared placeholders substituted: names, limits, reasons, filters.

The queries use Grafana's dialect: its data source expands macros such as ``$__timeFilter(column)``, and the dashboard
expands ``${name:sqlstring}`` to quoted strings. The selection "all" is ``'*'``.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import LiteralString, cast

from dashboards.labels import NORM_LABELS, REASON_LABELS
from dashboards.limits import EU_2030, MIN_AOT_PERCENT, MIN_DAY_PERCENT, MIN_YEAR_PERCENT, NORMS, coverage_percent
from sensors.db.queries import load_queries
from sensors.kinds import KINDS
from sensors.policy.promises import HEARTBEAT_TERM, MAX_CHECK_AGE

PANELS_FOLDER = Path(__file__).with_name("panels")
EFFECT_QUERIES = load_queries(Path(__file__).with_name("effect.sql"))
"""Parts of the comparison of before and after a date, shared by kinds of sensors."""


Constant = str | float | date | None


def _literal(value: Constant) -> str:
    if value is None:
        return "null"
    return str(value) if isinstance(value, (int, float)) else "'" + str(value).replace("'", "''") + "'"


def _values_table(rows: Iterable[tuple[Constant, ...]], name: str) -> str:
    """Constant rows as an SQL table expression."""
    listed = ", ".join("(" + ", ".join(map(_literal, row)) + ")" for row in rows)
    return f"(values {listed}) as {name}"


def _selection_condition(table_alias: str) -> str:
    """The condition for the neighbourhoods and organisations selected in a dashboard's filters."""
    return (
        f"('*' in (${{buurt:sqlstring}}) or {table_alias}.neighbourhood in (${{buurt:sqlstring}})) "
        f"and ('*' in (${{organisatie:sqlstring}}) or {table_alias}.organisations && array[${{organisatie:sqlstring}}])"
    )


def _once_condition(table_alias: str, total_view: str, beside: str) -> str:
    """The condition that leaves out the classes of a counter that tells their total too: a sum has each pass once."""
    counts = {
        each.code: each.passes for kind in KINDS.values() for each in kind.properties.values() if each.sums_minutes
    }
    totals = {whole for whole, passes in counts.items() if any(part < passes for part in counts.values())}
    classes = {part for part, passes in counts.items() if any(passes < counts[whole] for whole in totals)}
    return (
        f"not ({table_alias}.property in {_listed(classes)} and exists (select from {total_view} as total where "
        f"total.sensor_id = {table_alias}.sensor_id and total.property in {_listed(totals)} and {beside}))"
    )


def _listed(values: Iterable[str]) -> str:
    return f"({', '.join(map(_literal, sorted(values)))})"


def _calendar(unit: str, first: str, last: str) -> str:
    """Every day or hour that is due, as an SQL table expression: what is missing is a row without a value."""
    made = "each::date" if unit == "day" else "each"
    return f"(select {made} as {unit} from generate_series({first}, {last}, interval '1 {unit}') as each) as calendar"  # noqa: S608 - constants


LAST_DAY = "least(open.day_of($__timeTo()), open.day_of(now()) - 1)"
"""The last day of the chosen period that is over: what is due of a day is known when it is."""

SUBSTITUTIONS: Mapping[str, str] = {
    **{f"{{before after {name}}}": sql for name, sql in EFFECT_QUERIES.items()},
    **{f"{{chosen {rows}}}": _selection_condition(rows) for rows in ("day", "lights", "sensor", "stream")},
    "{once day}": _once_condition("day", "staff.day", "total.day = day.day"),
    "{once stream}": _once_condition("stream", "staff.datastream", "total.public = stream.public"),
    "{days}": f"day.day between open.day_of($__timeFrom()) and {LAST_DAY}",
    "{calendar}": _calendar("day", "open.day_of($__timeFrom())::timestamp", f"{LAST_DAY}::timestamp"),
    "{last hours}": _calendar(
        "hour", "date_trunc('hour', now()) - interval '48 hours'", "date_trunc('hour', now()) - interval '1 hour'"
    ),
    "{last day}": LAST_DAY,
    "{due days}": f"nullif(greatest({LAST_DAY} - open.day_of($__timeFrom()) + 1, 0), 0)",
    "{due hours}": "nullif(greatest(extract("
    f"epoch from open.day_start({LAST_DAY} + 1) - open.day_start(open.day_of($__timeFrom()))) / 3600, 0), 0)",
    "{valid day}": f"100 * (day.hours - day.hidden) >= {MIN_DAY_PERCENT} * day.day_hours",
    "{min year}": str(MIN_YEAR_PERCENT),
    "{names}": _values_table(
        ((code, known.label.nl) for kind in KINDS.values() for code, known in kind.properties.items()),
        "name (property, label)",
    ),
    "{kinds}": _values_table(((code, kind.label.nl) for code, kind in KINDS.items()), "kind (code, label)"),
    "{reasons}": _values_table(
        ((reason.value, text) for reason, text in REASON_LABELS.items()), "reason (code, label)"
    ),
    "{check_age}": f"interval '{MAX_CHECK_AGE.total_seconds():.0f} seconds'",
    "{heartbeat_term}": f"interval '{HEARTBEAT_TERM}'",
    "{limits}": _values_table(
        (
            (
                each.property,
                each.kind,
                each.regime,
                each.averaging,
                each.value,
                each.allowed,
                each.consecutive,
                each.since or "-infinity",
                each.until or "infinity",
            )
            for each in NORMS
            if each.value is not None
        ),
        "limits (property, kind, regime, period, value, allowed, consecutive, since, until)",
    ),
    "{norm labels}": _values_table(NORM_LABELS.items(), "norm (kind, label)"),
    "{in force}": "limits.since::date and limits.until::date",
    "{eu 2030}": f"date '{EU_2030}'",
    "{min eight hours}": str(coverage_percent("valid eight_hours") * 8 // 100),
    "{min eight hours day}": str(coverage_percent("valid eight_hours_day")),
    "{min aot}": str(MIN_AOT_PERCENT),
}
"""The SQL for each ``{placeholder}`` in a query."""


@cache
def load_panel_queries(name: str) -> Mapping[str, LiteralString]:
    """The queries in ``dashboards/panels/<name>.sql`` by section, with placeholders substituted."""
    return {key: _substitute(text) for key, text in load_queries(PANELS_FOLDER / f"{name}.sql").items()}


def _substitute(text: str) -> LiteralString:
    for placeholder, sql in SUBSTITUTIONS.items():
        text = text.replace(placeholder, sql)
    return cast(LiteralString, text)  # trusted, like the files themselves: see sensors.db.queries
