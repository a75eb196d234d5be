"""What a dashboard is made of, in our own words: ``dashboards.build`` makes Grafana's of it.

A panel that has no unit, no description or does not say how complete its data is can't be written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DATASOURCE_TYPE = "grafana-postgresql-datasource"
ALL = "'*'"
"""What stands in a statement when everything is chosen: as it is, so with its quotes."""


class Shape(StrEnum):
    """How a panel shows its numbers, by the name of Grafana's plugin."""

    LINES = "timeseries"
    BARS = "timeseries-bars"
    NUMBER = "stat"
    TABLE = "table"
    HEAT = "table-heat"
    PIE = "piechart"
    RANKING = "bargauge"
    CATEGORIES = "barchart"


@dataclass(frozen=True, slots=True)
class Step:
    """From this value on the colour is another. ``why``: what the value is, and where that is written."""

    value: float
    colour: str
    why: str


@dataclass(frozen=True, slots=True)
class Complete:
    """How complete the data of a panel is: a variable of the dashboard tells it, ``of`` says what of."""

    variable: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. ``key``: the section of its statement. ``unit``: Grafana's. ``columns``: units of a table's columns.

    ``page``: where its title leads to, from the register's address on. ``size``: columns (of 24) and rows.
    """

    key: str
    title: str
    about: str
    shape: Shape
    unit: str
    complete: Complete
    size: tuple[int, int] = (12, 8)
    decimals: int | None = None
    steps: tuple[Step, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict[str, str])
    page: str | None = None


class Sort(StrEnum):
    """What sort of choice a variable is."""

    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice above the dashboard, or a hidden one that tells how complete data is.

    ``key``: the section of its statement, in the dashboard's file or in that for all; none for a text to fill in.
    """

    name: str
    label: str
    sort: Sort
    default: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One dashboard. ``name``: of its file of statements, and of its address."""

    name: str
    title: str
    about: str
    variables: tuple[Variable, ...]
    panels: tuple[Panel, ...]
    since: str = "now-30d"
    refresh: str = "15m"

    @property
    def uid(self) -> str:
        """Its name in addresses: ``/d/<uid>``."""
        return f"lantaarn-{self.name.replace('_', '-')}"


NEIGHBOURHOOD = Variable("buurt", "Buurt", Sort.CHOICES)
ORGANISATION = Variable("organisatie", "Organisatie", Sort.CHOICES)
PLACE_AND_OWNER = (NEIGHBOURHOOD, ORGANISATION)
"""The choices that every dashboard has whose numbers are of sensors."""
