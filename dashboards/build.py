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

from dashboards.panel_queries import load_panel_queries
from dashboards.panels import air_quality, city_today, lighting, platform, privacy, register, traffic
from dashboards.query import QueryFormat, SqlQuery, SqlQueryBuilder
from dashboards.spec import ALL_VALUE, DATASOURCE_TYPE, Dashboard, Panel, PanelType, Variable, VariableType
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

DASHBOARDS: tuple[Dashboard, ...] = tuple(
    module.DASHBOARD for module in (city_today, air_quality, traffic, lighting, register, privacy, platform)
)
"""Every dashboard, in the order in which they are shown."""
TAG = "lantaarn"
REFERENCE_COLUMN = "Referentie"
"""The column of a table that holds what a sensor is called in the address of its page."""
NO_DATA_TEXT = "Geen gegevens"
GRID_COLUMNS = 24

PanelBuilder = barchart.Panel | bargauge.Panel | piechart.Panel | stat.Panel | table.Panel | timeseries.Panel
"""A builder of one of the sorts of panels that are used here."""


def build_dashboard(dashboard: Dashboard, datasource_uid: str, register_url: str) -> models.Dashboard:
    """One dashboard as Grafana keeps it. ``register_url``: where the register is, with a slash at its end."""
    source = models.DataSourceRef(type_val=DATASOURCE_TYPE, uid=datasource_uid)
    builder = (
        builders.Dashboard(dashboard.title)
        .uid(dashboard.uid)
        .description(dashboard.description)
        .tags([TAG])
        .timezone(LOCAL_TIME_ZONE.key)
        .week_start("monday")
        .readonly()
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .time(dashboard.time_from, "now")
        .refresh(dashboard.refresh)
        .link(_link("Andere dashboards").type(models.DashboardLinkType.DASHBOARDS).tags([TAG]).as_dropdown(True))
        .link(_link("Register").type(models.DashboardLinkType.LINK).url(register_url).icon("external link"))
    )
    for variable in dashboard.variables:
        builder.with_variable(_variable(dashboard, variable, source))
    for number, (panel, place) in enumerate(_positioned(dashboard.panels), 1):
        builder.with_panel(_panel(dashboard, panel, source, register_url).id(number).grid_pos(place))
    return builder.build()


def _link(title: str) -> builders.DashboardLink:
    return builders.DashboardLink(title).keep_time(True)


def _positioned(panels: tuple[Panel, ...]) -> Iterator[tuple[Panel, models.GridPos]]:
    """Beside each other as long as they fit, then below the highest of them."""
    x = y = height = 0
    for panel in panels:
        width, panel_height = panel.size
        if x + width > GRID_COLUMNS:
            x, y, height = 0, y + height, 0
        yield panel, models.GridPos(x=x, y=y, w=width, h=panel_height)
        x, height = x + width, max(height, panel_height)


def get_query(dashboard: Dashboard, key: str) -> str:
    """What a panel or a variable of this dashboard asks."""
    own = load_panel_queries(dashboard.name)
    return own[key] if key in own else load_panel_queries("shared")[key]


def _variable(
    dashboard: Dashboard, variable: Variable, source: models.DataSourceRef
) -> builders.QueryVariable | builders.TextBoxVariable:
    if variable.variable_type is VariableType.TEXT:
        text = builders.TextBoxVariable(variable.name).label(variable.label).description(variable.description)
        return text.default_value(variable.default)
    builder = (
        builders.QueryVariable(variable.name)
        .label(variable.label)
        .query(get_query(dashboard, variable.name))
        .datasource(source)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
    )
    if variable.variable_type is VariableType.HIDDEN:
        return builder.hide(models.VariableHide.HIDE_VARIABLE)
    if variable.variable_type is VariableType.MULTI_CHOICE:
        everything = models.VariableOption(selected=True, text="Alles", value="$__all")
        return builder.multi(True).include_all(True).all_value(ALL_VALUE).current(everything)
    if variable.default:
        return builder.current(models.VariableOption(selected=True, text=variable.default, value=variable.default))
    return builder


def _panel(dashboard: Dashboard, panel: Panel, source: models.DataSourceRef, register_url: str) -> PanelBuilder:
    builder = _PANEL_BUILDERS[panel.panel_type](panel)
    query_format: QueryFormat = (
        "time_series" if panel.panel_type in {PanelType.TIME_SERIES, PanelType.TIME_SERIES_BARS} else "table"
    )
    builder.title(f"{panel.title} · ${{{panel.completeness.variable}}}")
    builder.description(describe_panel(panel))
    builder.datasource(source)
    builder.with_target(SqlQueryBuilder(SqlQuery(get_query(dashboard, panel.key), query_format, source)))
    builder.unit(panel.unit).no_value(NO_DATA_TEXT)
    if panel.decimals is not None:
        builder.decimals(panel.decimals)
    if panel.thresholds:
        builder.thresholds(_thresholds(panel))
    if panel.register_path is not None:
        builder.links(
            [_link("Naar het register").type(models.DashboardLinkType.LINK).url(register_url + panel.register_path)]
        )
    for column, unit in panel.column_units.items():
        builder.override_by_name(column, [models.DynamicConfigValue(id_val="unit", value=unit)])
    if panel.panel_type is PanelType.TABLE:
        builder.override_by_name(REFERENCE_COLUMN, [_register_link(register_url)])
    return builder


def describe_panel(panel: Panel) -> str:
    """What is told of a panel to who asks: what it shows, what its colours mean, and how complete it is."""
    steps = [f"Vanaf {_dutch_number(step.value)}: {step.explanation}." for step in panel.thresholds]
    complete = f"Hoe volledig: ${{{panel.completeness.variable}}} {panel.completeness.of_what}."
    return "\n\n".join([panel.description, *(["Kleuren. " + " ".join(steps)] if steps else []), complete])


def _dutch_number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _register_link(register_url: str) -> models.DynamicConfigValue:
    """Each reference leads to the page of its sensor."""
    url = f"{register_url}sensors/${{__value.raw}}"
    return models.DynamicConfigValue(
        id_val="links", value=[{"title": "Bladzijde in het register", "url": url, "targetBlank": True}]
    )


def _thresholds(panel: Panel) -> builders.ThresholdsConfig:
    lowest = models.Threshold(color="green" if panel.thresholds[0].value > 0 else panel.thresholds[0].colour)
    higher = [models.Threshold(value=step.value, color=step.colour) for step in panel.thresholds if step.value > 0]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps([lowest, *higher])


def _time_series(panel: Panel) -> timeseries.Panel:
    made = timeseries.Panel().fill_opacity(8).line_width(2).show_points(options.VisibilityMode.AUTO)
    made.legend(common.VizLegendOptions().show_legend(True).placement(options.LegendPlacement.BOTTOM))
    # The colours are those of the lines; what may be is a dashed line.
    made.color_scheme(builders.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
    if panel.thresholds:
        made.thresholds_style(common.GraphThresholdsStyleConfig().mode(options.GraphThresholdsStyleMode.DASHED))
    return made


def _time_series_bars(panel: Panel) -> timeseries.Panel:
    made = _time_series(panel).draw_style(options.GraphDrawStyle.BARS).fill_opacity(80)
    return made.stacking(common.StackingConfig().mode(options.StackingMode.NORMAL))


def _all_values() -> common.ReduceDataOptions:
    """Every row is a piece of its own."""
    return common.ReduceDataOptions().values(True).calcs(["lastNotNull"])


def _pie_chart(_: Panel) -> piechart.Panel:
    made = piechart.Panel().reduce_options(_all_values())
    made.hide_from(common.HideSeriesConfig().legend(False).tooltip(False).viz(False))
    return made.legend(
        piechart.PieChartLegendOptions()
        .show_legend(True)
        .placement(options.LegendPlacement.RIGHT)
        .values([PieChartLegendValues.PERCENT, PieChartLegendValues.VALUE])
    )


def _bar_gauge(_: Panel) -> bargauge.Panel:
    return (
        bargauge.Panel()
        .reduce_options(_all_values())
        .orientation(options.VizOrientation.HORIZONTAL)
        .display_mode(options.BarGaugeDisplayMode.BASIC)
        .min(0)
    )


def _stat(_: Panel) -> stat.Panel:
    return stat.Panel().reduce_options(common.ReduceDataOptions().values(False).calcs(["lastNotNull"]))


def _table(_: Panel) -> table.Panel:
    return table.Panel().align(options.FieldTextAlignment.AUTO).inspect(False)


def _bar_chart(_: Panel) -> barchart.Panel:
    made = barchart.Panel().orientation(options.VizOrientation.VERTICAL)
    return made.line_width(1).fill_opacity(80).gradient_mode(options.GraphGradientMode.NONE)


def _heat_table(_: Panel) -> table.Panel:
    """A table whose cells are the darker the higher their number is."""
    return (
        table.Panel()
        .cell_options(options.TableColoredBackgroundCellOptions(mode=options.TableCellBackgroundDisplayMode.BASIC))
        .color_scheme(builders.FieldColor().mode(models.FieldColorModeId.CONTINUOUS_BLUES))
        .align(options.FieldTextAlignment.CENTER)
        .inspect(False)
    )


_PANEL_BUILDERS: Mapping[PanelType, Callable[[Panel], Any]] = {
    PanelType.TIME_SERIES: _time_series,
    PanelType.TIME_SERIES_BARS: _time_series_bars,
    PanelType.STAT: _stat,
    PanelType.TABLE: _table,
    PanelType.HEAT_TABLE: _heat_table,
    PanelType.PIE_CHART: _pie_chart,
    PanelType.BAR_GAUGE: _bar_gauge,
    PanelType.BAR_CHART: _bar_chart,
}
