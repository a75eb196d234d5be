"""What a dashboard is made of, in our own words: ``dashboards.build`` makes Grafana's of it.

A panel that has no unit, no description or does not say how complete its data is can't be written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DATASOURCE_TYPE = "grafana-postgresql-datasource"
ALL_VALUE = "'*'"
"""What stands in a statement when everything is chosen: as it is, so with its quotes."""


class PanelType(StrEnum):
    """How a panel shows its numbers, by the name of Grafana's plugin."""

    TIME_SERIES = "timeseries"
    TIME_SERIES_BARS = "timeseries-bars"
    STAT = "stat"
    TABLE = "table"
    HEAT_TABLE = "table-heat"
    PIE_CHART = "piechart"
    BAR_GAUGE = "bargauge"
    BAR_CHART = "barchart"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From this value on the colour is another. ``why``: what the value is, and where that is written."""

    value: float
    colour: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete the data of a panel is: a variable of the dashboard tells it, ``of`` says what of."""

    variable: str
    of_what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. ``key``: the section of its statement. ``unit``: Grafana's. ``columns``: units of a table's columns.

    ``page``: where its title leads to, from the register's address on. ``size``: columns (of 24) and rows.
    """

    key: str
    title: str
    description: str
    panel_type: PanelType
    unit: str
    completeness: Completeness
    size: tuple[int, int] = (12, 8)
    decimals: int | None = None
    thresholds: tuple[Threshold, ...] = ()
    column_units: Mapping[str, str] = field(default_factory=dict[str, str])
    register_path: str | None = None


class VariableType(StrEnum):
    """What sort of choice a variable is."""

    SINGLE_CHOICE = "choice"
    MULTI_CHOICE = "choices"
    TEXT = "text"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice above the dashboard, or a hidden one that tells how complete data is.

    ``key``: the section of its statement, in the dashboard's file or in that for all; none for a text to fill in.
    """

    name: str
    label: str
    variable_type: VariableType
    default: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One dashboard. ``name``: of its file of statements, and of its address."""

    name: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    panels: tuple[Panel, ...]
    time_from: str = "now-30d"
    refresh: str = "15m"

    @property
    def uid(self) -> str:
        """Its name in addresses: ``/d/<uid>``."""
        return f"lantaarn-{self.name.replace('_', '-')}"


NEIGHBOURHOOD_VARIABLE = Variable("buurt", "Buurt", VariableType.MULTI_CHOICE)
ORGANISATION_VARIABLE = Variable("organisatie", "Organisatie", VariableType.MULTI_CHOICE)
SENSOR_FILTERS = (NEIGHBOURHOOD_VARIABLE, ORGANISATION_VARIABLE)
"""The choices that every dashboard has whose numbers are of sensors."""
