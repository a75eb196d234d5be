"""The choices above a dashboard, as Grafana makes them when it opens: options asked of the database, and defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.query import QueryFormat
from dashboards.spec import ALL_VALUE
from sensors.db import Connection
from tests.preview.frames import Answer, ask
from tests.support.grafana_macros import TimeRange, expand_macros

ALL_TEXT = "All"
"""What Grafana writes for everything, whatever text the dashboard gives it."""
HIDDEN = 2
TABLE: QueryFormat = "table"


class UnknownChoiceError(Exception):
    """A choice that the dashboard does not offer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A variable with its value. ``text``: what is shown, and what a title has in its place."""

    name: str
    label: str
    text: str
    value: str
    is_hidden: bool = False


def make_choices(
    db: Connection, variables: list[dict[str, Any]], chosen: Mapping[str, str], period: TimeRange
) -> list[Choice]:
    """The value of each variable, in the order of the dashboard: a query may use those before it.

    Raises UnknownChoiceError if the database does not offer what was chosen.
    """
    choices: list[Choice] = []
    for variable in variables:
        values = {choice.name: choice.value for choice in choices}
        choices.append(_choice(db, variable, chosen, values, period))
    return choices


def _choice(
    db: Connection, variable: dict[str, Any], chosen: Mapping[str, str], values: Mapping[str, str], period: TimeRange
) -> Choice:
    name, label = variable["name"], variable.get("label") or variable["name"]
    if variable["type"] == "textbox":
        text = chosen.get(name, variable.get("query") or "")
        return Choice(name, label, text, text)
    if variable.get("includeAll") and name not in chosen:
        return Choice(name, label, ALL_TEXT, variable.get("allValue") or ALL_VALUE)
    options = _options(ask(db, expand_macros(variable["query"], period, values), TABLE))
    current: dict[str, Any] = variable.get("current") or {}
    wanted = str(chosen.get(name, current.get("value")))
    if name in chosen and wanted not in options:
        raise UnknownChoiceError(f"{label} has no {wanted}, but {', '.join(options) or 'nothing'}")
    value = wanted if wanted in options else next(iter(options), "")
    return Choice(name, label, options.get(value, ""), value, variable.get("hide") == HIDDEN)


def _options(answer: Answer) -> dict[str, str]:
    """Text by value. Of options with the same text, Grafana keeps the first."""
    columns = {column.name: column.values for column in answer.columns}
    if columns.keys() >= {"__text", "__value"}:
        pairs = list(zip(columns["__text"], columns["__value"], strict=True))
    else:
        pairs = [(value, value) for values in columns.values() for value in values]
    by_text: dict[str, str] = {}
    for text, value in pairs:
        by_text.setdefault(str(text), str(value))
    return {value: text for text, value in by_text.items()}
