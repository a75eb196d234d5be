"""Build Grafana models of the dashboards with the Grafana Foundation SDK."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
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

from dashboards import panels
from dashboards.panel_queries import load_panel_queries
from dashboards.query import QueryFormat, SqlQuery, SqlQueryBuilder
from dashboards.spec import ALL_VALUE, DATASOURCE_TYPE, Dashboard, Panel, PanelType, Variable, VariableType
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

TAG = "lantaarn"
REFERENCE_COLUMN = "Referentie"
"""The table column with sensor references, which link to the sensor's page."""
NO_DATA_TEXT = "Geen gegevens"
INCOMPLETE_COLOUR = "#9fa7b3"
"""Grey: the row is there, but says too little to be compared."""
GRID_COLUMNS = 24
HEAT_COLUMN_WIDTH = 60
"""Pixels, at least, of an hour-by-weekday table's columns: nine of them fit where the page is 1000 wide."""


def _discover() -> tuple[Dashboard, ...]:
    modules = (import_module(f"{panels.__name__}.{each.name}") for each in iter_modules(panels.__path__))
    found: list[Dashboard] = [module.DASHBOARD for module in modules if hasattr(module, "DASHBOARD")]
    return tuple(sorted(found, key=lambda each: (each.position, each.name)))


DASHBOARDS = _discover()
"""Every dashboard that a module of ``dashboards.panels`` exports as ``DASHBOARD``, in display order."""

PanelBuilder = barchart.Panel | bargauge.Panel | piechart.Panel | stat.Panel | table.Panel | timeseries.Panel
"""A builder of any panel type in use."""


def build_dashboard(dashboard: Dashboard, datasource_uid: str, register_url: str) -> models.Dashboard:
    """Build a dashboard model. ``register_url``: the base URL of the register, ending in a slash."""
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
    """Lay panels out left to right, starting a new row below the tallest panel when one does not fit."""
    x = y = height = 0
    for panel in panels:
        width, panel_height = panel.size
        if x + width > GRID_COLUMNS:
            x, y, height = 0, y + height, 0
        yield panel, models.GridPos(x=x, y=y, w=width, h=panel_height)
        x, height = x + width, max(height, panel_height)


def get_query(dashboard: Dashboard, key: str) -> str:
    """The query of a panel or variable, falling back to the shared queries. Raises LookupError."""
    queries = {**load_panel_queries("shared"), **load_panel_queries(dashboard.name)}
    if key not in queries:
        raise LookupError(f"dashboards/panels/{dashboard.name}.sql has no section '-- {key}: what it shows'")
    return queries[key]


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
    for column, properties in _column_overrides(panel).items():
        builder.override_by_name(column, properties)
    if panel.panel_type is PanelType.TABLE:
        builder.override_by_name(REFERENCE_COLUMN, [_register_link(register_url)])
    return builder


def describe_panel(panel: Panel) -> str:
    """The info text of a panel: what it shows, what its colours mean, and how complete its data is."""
    steps = [f"Vanaf {_dutch_number(step.value)}: {step.explanation}." for step in panel.thresholds]
    complete = f"Hoe volledig: ${{{panel.completeness.variable}}} {panel.completeness.of_what}."
    return "\n\n".join([panel.description, *(["Kleuren. " + " ".join(steps)] if steps else []), complete])


def _dutch_number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _column_overrides(panel: Panel) -> Mapping[str, list[models.DynamicConfigValue]]:
    """What differs from the rest of the table, by column."""
    overrides: dict[str, list[models.DynamicConfigValue]] = {}
    for column, unit in panel.column_units.items():
        overrides.setdefault(column, []).append(models.DynamicConfigValue(id_val="unit", value=unit))
    for column, text in panel.column_no_value.items():
        overrides.setdefault(column, []).append(models.DynamicConfigValue(id_val="noValue", value=text))
    if panel.grey_below is not None:
        column, least = panel.grey_below
        overrides.setdefault(column, []).extend(_grey_rows(least))
    return overrides


def _grey_rows(least: float) -> Iterator[models.DynamicConfigValue]:
    """Make the whole row grey where the column is below ``least``."""
    cells = options.TableColoredBackgroundCellOptions(
        mode=options.TableCellBackgroundDisplayMode.BASIC, apply_to_row=True
    )
    steps = [models.Threshold(color=INCOMPLETE_COLOUR), models.Threshold(value=least, color="transparent")]
    yield models.DynamicConfigValue(id_val="custom.cellOptions", value=cells)
    yield models.DynamicConfigValue(id_val="color", value={"mode": "thresholds"})
    yield models.DynamicConfigValue(id_val="thresholds", value={"mode": "absolute", "steps": steps})


def _register_link(register_url: str) -> models.DynamicConfigValue:
    """Link each reference to the page of its sensor."""
    url = f"{register_url}sensors/${{__value.raw}}"
    return models.DynamicConfigValue(
        id_val="links", value=[{"title": "Bladzijde in het register", "url": url, "targetBlank": True}]
    )


def _thresholds(panel: Panel) -> builders.ThresholdsConfig:
    lowest = models.Threshold(color="green" if panel.thresholds[0].value > 0 else panel.thresholds[0].colour)
    higher = [models.Threshold(value=step.value, color=step.colour) for step in panel.thresholds if step.value > 0]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps([lowest, *higher])


def _time_series(panel: Panel) -> timeseries.Panel:
    builder = timeseries.Panel().fill_opacity(8).line_width(2).show_points(options.VisibilityMode.AUTO)
    builder.legend(common.VizLegendOptions().show_legend(True).placement(options.LegendPlacement.BOTTOM))
    # Colours distinguish the series; thresholds are dashed lines.
    builder.color_scheme(builders.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
    if panel.thresholds:
        builder.thresholds_style(common.GraphThresholdsStyleConfig().mode(options.GraphThresholdsStyleMode.DASHED))
    return builder


def _time_series_bars(panel: Panel) -> timeseries.Panel:
    builder = _time_series(panel).draw_style(options.GraphDrawStyle.BARS).fill_opacity(80)
    return builder.stacking(common.StackingConfig().mode(options.StackingMode.NORMAL))


def _all_values() -> common.ReduceDataOptions:
    """Show every row as a separate value."""
    return common.ReduceDataOptions().values(True).calcs(["lastNotNull"])


def _pie_chart(_: Panel) -> piechart.Panel:
    builder = piechart.Panel().reduce_options(_all_values())
    builder.hide_from(common.HideSeriesConfig().legend(False).tooltip(False).viz(False))
    return builder.legend(
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
    builder = barchart.Panel().orientation(options.VizOrientation.VERTICAL)
    return builder.line_width(1).fill_opacity(80).gradient_mode(options.GraphGradientMode.NONE)


def _heat_table(_: Panel) -> table.Panel:
    """A table with cells shaded by value."""
    return (
        table.Panel()
        .cell_options(options.TableColoredBackgroundCellOptions(mode=options.TableCellBackgroundDisplayMode.BASIC))
        .color_scheme(builders.FieldColor().mode(models.FieldColorModeId.CONTINUOUS_BLUES))
        .align(options.FieldTextAlignment.CENTER)
        # All seven days beside each other: a table that is too narrow hides columns behind a scroll bar.
        .min_width(HEAT_COLUMN_WIDTH)
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
