"""Declarative specification of dashboards, from which ``dashboards.build`` builds Grafana's models.

Every panel must declare its unit, its description and the completeness of its data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DATASOURCE_TYPE = "grafana-postgresql-datasource"
ALL_VALUE = "'*'"
"""Substituted in a query when everything is selected; verbatim, hence the quotes."""

NO_DATA_TEXT = "geen gegevens"
"""Where nothing is known of why there is no number."""


class PanelType(StrEnum):
    """The type of a panel, after Grafana's plugin names."""

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
    """The colour from a value upward. ``explanation``: the meaning of the value and its source.

    From 0 to the first of them is good, green. What has no value has no colour.
    """

    value: float
    colour: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """The completeness of a panel's data: a dashboard variable with the figure, and what it is a share of.

    ``is_titled``: whether the figure says enough by itself to be in a title.
    """

    variable: str
    of_what: str
    is_titled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. ``key``: the section of its query. ``unit``: a Grafana unit. ``column_units``: units of table columns.

    ``no_value``: what it says when there is nothing, and ``column_no_value`` where a column has nothing.
    ``column_thresholds``: of a column that is judged apart. ``column_texts``: what a column says for its values.
    ``series_colours``: of series in a chart. ``reference_lines``: series that are a limit, with theirs.
    ``grey_below``: the column with a row's completeness, and below which value the row is grey. ``register_path``:
    the page linked from the title, relative to the register. ``size``: width (of 24) and height.
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
    no_value: str = NO_DATA_TEXT
    column_thresholds: Mapping[str, tuple[Threshold, ...]] = field(default_factory=dict[str, tuple[Threshold, ...]])
    column_texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    series_colours: Mapping[str, str] = field(default_factory=dict[str, str])
    reference_lines: Mapping[str, str] = field(default_factory=dict[str, str])
    column_units: Mapping[str, str] = field(default_factory=dict[str, str])
    column_no_value: Mapping[str, str] = field(default_factory=dict[str, str])
    grey_below: tuple[str, float] | None = None
    register_path: str | None = None


class VariableType(StrEnum):
    """The type of a dashboard variable."""

    SINGLE_CHOICE = "choice"
    MULTI_CHOICE = "choices"
    TEXT = "text"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Variable:
    """A filter above the dashboard, or a hidden variable with the completeness of the data.

    ``name`` is also the section of its query, in the dashboard's own file or in shared.sql; text fields have no query.
    """

    name: str
    label: str
    variable_type: VariableType
    default: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """One dashboard. ``name``: of its query file, and part of its uid. ``position``: its place in display order."""

    name: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    panels: tuple[Panel, ...]
    time_from: str = "now-30d"
    refresh: str = "15m"
    position: int = 100

    @property
    def uid(self) -> str:
        """The uid in Grafana, as in ``/d/<uid>``."""
        return f"lantaarn-{self.name.replace('_', '-')}"


NEIGHBOURHOOD_VARIABLE = Variable("buurt", "Buurt", VariableType.MULTI_CHOICE)
ORGANISATION_VARIABLE = Variable("organisatie", "Organisatie", VariableType.MULTI_CHOICE)
SENSOR_FILTERS = (NEIGHBOURHOOD_VARIABLE, ORGANISATION_VARIABLE)
"""Filters for every dashboard about sensors."""

DATE_VARIABLE = Variable(
    "datum", "Vergelijk rond", VariableType.TEXT, "", "Een datum als 01-09-2026. Leeg: vier weken geleden."
)
"""The date of a comparison of before and after, which needs ``dashboards/effect.sql`` and the variable below."""
COMPARED_VARIABLE = Variable(
    "vergelijk", "Vergelijk met", VariableType.MULTI_CHOICE, "", "Kies die van de verandering niets merken."
)
BEFORE_AFTER_TEXT = (
    "Het gemiddelde per dag voor en na de datum die hierboven is gekozen, over even veel hele weken aan elke kant "
    "(hoogstens 13). 'Jaar eerder' is hetzelfde verschil in dezelfde weken van het jaar ervoor. 'Elders' is wat "
    "het bij de andere, die er niets van merken, meer of minder werd dan een jaar eerder: het weer, een vakantie of "
    "een lockdown treft die ook. Wat er na beide over blijft, ligt in 95 van de 100 gevallen tussen minstens en "
    "hoogstens; dat komt van hoe verschillend de andere onderling zijn, want ook een plek waar niets gebeurt, doet "
    "niet precies als de rest. Zonder een jaar eerder, zonder drie andere of zonder vier weken is niets te zeggen."
)
"""What a comparison of before and after says, and when it says nothing."""
BEFORE_AFTER_SHARES: tuple[str, ...] = (
    "Verschil",
    "Jaar eerder",
    "Elders",
    "Blijft over",
    "Minstens",
    "Hoogstens",
)
"""Its columns in per cent."""
