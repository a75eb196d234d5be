"""Grafana's own models of our dashboards, by the builders of the Grafana Foundation SDK."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from grafana_foundation_sdk.builders import (
    barchart,
    bargauge,
    common,
    piechart,
    stat,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import common as options
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.piechart import PieChartLegendValues

from dashboards.panels import air_quality, city_today, lighting, platform, privacy, register, traffic
from dashboards.query import Asked, Format, SqlQuery
from dashboards.spec import ALL, DATASOURCE_TYPE, Dashboard, Panel, Shape, Sort, Variable
from dashboards.statements import statements

DASHBOARDS: tuple[Dashboard, ...] = tuple(
    module.DASHBOARD for module in (city_today, air_quality, traffic, lighting, register, privacy, platform)
)
"""Every dashboard, in the order in which they are shown."""
TAG = "lantaarn"
ZONE = "Europe/Amsterdam"
REFERENCE = "Referentie"
"""The column of a table that holds what a sensor is called in the address of its page."""
NO_DATA = "Geen gegevens"
WIDTH = 24

AnyPanel = barchart.Panel | bargauge.Panel | piechart.Panel | stat.Panel | table.Panel | timeseries.Panel
"""A builder of one of the sorts of panels that are used here."""


def build(spec: Dashboard, datasource_uid: str, register_url: str) -> models.Dashboard:
    """One dashboard as Grafana keeps it. ``register_url``: where the register is, with a slash at its end."""
    source = models.DataSourceRef(type_val=DATASOURCE_TYPE, uid=datasource_uid)
    made = (
        builders.Dashboard(spec.title)
        .uid(spec.uid)
        .description(spec.about)
        .tags([TAG])
        .timezone(ZONE)
        .week_start("monday")
        .readonly()
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .time(spec.since, "now")
        .refresh(spec.refresh)
        .link(_link("Andere dashboards").type(models.DashboardLinkType.DASHBOARDS).tags([TAG]).as_dropdown(True))
        .link(_link("Register").type(models.DashboardLinkType.LINK).url(register_url).icon("external link"))
    )
    for variable in spec.variables:
        made.with_variable(_variable(spec, variable, source))
    for number, (panel, place) in enumerate(_placed(spec.panels), 1):
        made.with_panel(_panel(spec, panel, source, register_url).id(number).grid_pos(place))
    return made.build()


def _link(title: str) -> builders.DashboardLink:
    return builders.DashboardLink(title).keep_time(True)


def _placed(panels: tuple[Panel, ...]) -> Iterator[tuple[Panel, models.GridPos]]:
    """Beside each other as long as they fit, then below the highest of them."""
    x = y = height = 0
    for panel in panels:
        wide, high = panel.size
        if x + wide > WIDTH:
            x, y, height = 0, y + height, 0
        yield panel, models.GridPos(x=x, y=y, w=wide, h=high)
        x, height = x + wide, max(height, high)


def statement(spec: Dashboard, key: str) -> str:
    """What a panel or a variable of this dashboard asks."""
    own = statements(spec.name)
    return own[key] if key in own else statements("shared")[key]


def _variable(
    spec: Dashboard, variable: Variable, source: models.DataSourceRef
) -> builders.QueryVariable | builders.TextBoxVariable:
    if variable.sort is Sort.TEXT:
        text = builders.TextBoxVariable(variable.name).label(variable.label).description(variable.about)
        return text.default_value(variable.default)
    made = (
        builders.QueryVariable(variable.name)
        .label(variable.label)
        .query(statement(spec, variable.name))
        .datasource(source)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
    )
    if variable.sort is Sort.HIDDEN:
        return made.hide(models.VariableHide.HIDE_VARIABLE)
    if variable.sort is Sort.CHOICES:
        everything = models.VariableOption(selected=True, text="Alles", value="$__all")
        return made.multi(True).include_all(True).all_value(ALL).current(everything)
    if variable.default:
        return made.current(models.VariableOption(selected=True, text=variable.default, value=variable.default))
    return made


def _panel(spec: Dashboard, panel: Panel, source: models.DataSourceRef, register_url: str) -> AnyPanel:
    made = _SHAPES[panel.shape](panel)
    written: Format = "time_series" if panel.shape in {Shape.LINES, Shape.BARS} else "table"
    made.title(f"{panel.title} · ${{{panel.complete.variable}}}")
    made.description(described(panel))
    made.datasource(source)
    made.with_target(Asked(SqlQuery(statement(spec, panel.key), written, source)))
    made.unit(panel.unit).no_value(NO_DATA)
    if panel.decimals is not None:
        made.decimals(panel.decimals)
    if panel.steps:
        made.thresholds(_steps(panel))
    if panel.page is not None:
        made.links([_link("Naar het register").type(models.DashboardLinkType.LINK).url(register_url + panel.page)])
    for column, unit in panel.columns.items():
        made.override_by_name(column, [models.DynamicConfigValue(id_val="unit", value=unit)])
    if panel.shape is Shape.TABLE:
        made.override_by_name(REFERENCE, [_to_page(register_url)])
    return made


def described(panel: Panel) -> str:
    """What is told of a panel to who asks: what it shows, what its colours mean, and how complete it is."""
    steps = [f"Vanaf {_number(step.value)}: {step.why}." for step in panel.steps]
    complete = f"Hoe volledig: ${{{panel.complete.variable}}} {panel.complete.of}."
    return "\n\n".join([panel.about, *(["Kleuren. " + " ".join(steps)] if steps else []), complete])


def _number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _to_page(register_url: str) -> models.DynamicConfigValue:
    """Each reference leads to the page of its sensor."""
    url = f"{register_url}sensors/${{__value.raw}}"
    return models.DynamicConfigValue(
        id_val="links", value=[{"title": "Bladzijde in het register", "url": url, "targetBlank": True}]
    )


def _steps(panel: Panel) -> builders.ThresholdsConfig:
    lowest = models.Threshold(color="green" if panel.steps[0].value > 0 else panel.steps[0].colour)
    higher = [models.Threshold(value=step.value, color=step.colour) for step in panel.steps if step.value > 0]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps([lowest, *higher])


def _lines(panel: Panel) -> timeseries.Panel:
    made = timeseries.Panel().fill_opacity(8).line_width(2).show_points(options.VisibilityMode.AUTO)
    made.legend(common.VizLegendOptions().show_legend(True).placement(options.LegendPlacement.BOTTOM))
    # The colours are those of the lines; what may be is a dashed line.
    made.color_scheme(builders.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
    if panel.steps:
        made.thresholds_style(common.GraphThresholdsStyleConfig().mode(options.GraphThresholdsStyleMode.DASHED))
    return made


def _bars(panel: Panel) -> timeseries.Panel:
    made = _lines(panel).draw_style(options.GraphDrawStyle.BARS).fill_opacity(80)
    return made.stacking(common.StackingConfig().mode(options.StackingMode.NORMAL))


def _rows() -> common.ReduceDataOptions:
    """Every row is a piece of its own."""
    return common.ReduceDataOptions().values(True).calcs(["lastNotNull"])


def _pie(_: Panel) -> piechart.Panel:
    made = piechart.Panel().reduce_options(_rows())
    made.hide_from(common.HideSeriesConfig().legend(False).tooltip(False).viz(False))
    return made.legend(
        piechart.PieChartLegendOptions()
        .show_legend(True)
        .placement(options.LegendPlacement.RIGHT)
        .values([PieChartLegendValues.PERCENT, PieChartLegendValues.VALUE])
    )


def _ranking(_: Panel) -> bargauge.Panel:
    return (
        bargauge.Panel()
        .reduce_options(_rows())
        .orientation(options.VizOrientation.HORIZONTAL)
        .display_mode(options.BarGaugeDisplayMode.BASIC)
        .min(0)
    )


def _number_of(_: Panel) -> stat.Panel:
    return stat.Panel().reduce_options(common.ReduceDataOptions().values(False).calcs(["lastNotNull"]))


def _table(_: Panel) -> table.Panel:
    return table.Panel().align(options.FieldTextAlignment.AUTO).inspect(False)


def _categories(_: Panel) -> barchart.Panel:
    made = barchart.Panel().orientation(options.VizOrientation.VERTICAL)
    return made.line_width(1).fill_opacity(80).gradient_mode(options.GraphGradientMode.NONE)


def _heat(_: Panel) -> table.Panel:
    """A table whose cells are the darker the higher their number is."""
    return (
        table.Panel()
        .cell_options(options.TableColoredBackgroundCellOptions(mode=options.TableCellBackgroundDisplayMode.BASIC))
        .color_scheme(builders.FieldColor().mode(models.FieldColorModeId.CONTINUOUS_BLUES))
        .align(options.FieldTextAlignment.CENTER)
        .inspect(False)
    )


_SHAPES: Mapping[Shape, Callable[[Panel], Any]] = {
    Shape.LINES: _lines,
    Shape.BARS: _bars,
    Shape.NUMBER: _number_of,
    Shape.TABLE: _table,
    Shape.HEAT: _heat,
    Shape.PIE: _pie,
    Shape.RANKING: _ranking,
    Shape.CATEGORIES: _categories,
}
