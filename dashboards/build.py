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
from dashboards.spec import (
    ALL_VALUE,
    DATASOURCE_TYPE,
    Dashboard,
    Panel,
    PanelType,
    Threshold,
    Variable,
    VariableType,
)
from dashboards.tables import NAME_WIDTH, REFERENCE_COLUMN, column_width, columns_of
from dashboards.units import DATE, PERCENT, TEXT
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

TAG = "lantaarn"
INCOMPLETE_COLOUR = "#9fa7b3"
"""Grey: the row is there, but says too little to be compared."""
NEUTRAL_COLOUR = "text"
"""That of any text: neither good nor bad."""
BAR_COLOUR = "blue"
GOOD_COLOUR = "green"
YES_AND_NO = {"true": "Ja", "false": "Nee"}
GRID_COLUMNS = 24
TITLED_WIDTH = 12
"""From this width on a title has room for how complete the data is; it is in every description."""
X_LABEL_SPACING = 100
"""How many pixels, at least, each label below a bar gets; Grafana leaves out those that don't fit."""
LEAST_AXIS = 10
"""The top of the axis of bars that are all 0, which Grafana takes to 100."""
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
    builder, query = _PANEL_BUILDERS[panel.panel_type](panel), get_query(dashboard, panel.key)
    query_format: QueryFormat = (
        "time_series" if panel.panel_type in {PanelType.TIME_SERIES, PanelType.TIME_SERIES_BARS} else "table"
    )
    builder.title(title_of(panel)).description(describe_panel(panel)).datasource(source)
    builder.with_target(SqlQueryBuilder(SqlQuery(query, query_format, source)))
    builder.unit(panel.unit).no_value(panel.no_value).mappings([_texts(YES_AND_NO)])
    builder.thresholds(builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(_steps(panel)))
    if panel.decimals is not None:
        builder.decimals(panel.decimals)
    if panel.register_path is not None:
        builder.links(
            [_link("Naar het register").type(models.DashboardLinkType.LINK).url(register_url + panel.register_path)]
        )
    if panel.panel_type is PanelType.TABLE:
        _fit_columns(builder, panel, columns_of(query))
        builder.override_by_name(REFERENCE_COLUMN, [_register_link(register_url)])
    for column, properties in _column_overrides(panel).items():
        builder.override_by_name(column, properties)
    return builder


def title_of(panel: Panel) -> str:
    """The title, with how complete the data is if there is room for it."""
    has_room = panel.size[0] >= TITLED_WIDTH and panel.completeness.is_titled
    return f"{panel.title} · ${{{panel.completeness.variable}}}" if has_room else panel.title


def _texts(texts: Mapping[str, str]) -> models.ValueMap:
    return models.ValueMap(options={value: models.ValueMappingResult(text=text) for value, text in texts.items()})


def _fit_columns(builder: table.Panel, panel: Panel, columns: tuple[str, ...]) -> None:
    """Give columns the width of what they hold, dates the order of a Dutch one, and leave text alone."""
    builder.override_by_field_type("time", [_property("unit", DATE)])
    builder.override_by_field_type("string", [_property("unit", TEXT)])
    for column in columns:
        width = column_width(column, columns, _longest_text(panel, column))
        size = _property("custom.minWidth", NAME_WIDTH) if width is None else _property("custom.width", width)
        builder.override_by_name(column, [size])


def _longest_text(panel: Panel, column: str) -> int:
    """The letters of the longest text that the panel itself puts in a column."""
    date_format = panel.column_units.get(column, "").partition("time:")[2]
    own = [panel.column_no_value.get(column, ""), *panel.column_texts.get(column, {}).values()]
    return max(map(len, [date_format, *own]))


def _property(name: str, value: object) -> models.DynamicConfigValue:
    return models.DynamicConfigValue(id_val=name, value=value)


def describe_panel(panel: Panel) -> str:
    """The info text of a panel: what it shows, what its colours mean, and how complete its data is."""
    judged = [("", panel.thresholds), *((f"{column}, v", steps) for column, steps in panel.column_thresholds.items())]
    steps = [
        f"{column or 'V'}anaf {_dutch_number(step.value)}: {step.explanation}." for column, of in judged for step in of
    ]
    complete = f"Hoe volledig: ${{{panel.completeness.variable}}} {panel.completeness.of_what}."
    return "\n\n".join([panel.description, *(["Kleuren. " + " ".join(steps)] if steps else []), complete])


def _dutch_number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _column_overrides(panel: Panel) -> Mapping[str, list[models.DynamicConfigValue]]:
    """What differs from the rest of the panel, by column or series."""
    overrides: dict[str, list[models.DynamicConfigValue]] = {}
    for column, name, value in (
        *((column, "unit", unit) for column, unit in panel.column_units.items()),
        *((column, "decimals", 0) for column, unit in panel.column_units.items() if unit == PERCENT),
        *((column, "noValue", text) for column, text in panel.column_no_value.items()),
        *((column, "mappings", [_texts(texts)]) for column, texts in panel.column_texts.items()),
        *((column, "thresholds", _judged(steps)) for column, steps in panel.column_thresholds.items()),
    ):
        overrides.setdefault(column, []).append(_property(name, value))
    for series, colour in panel.series_colours.items():
        overrides.setdefault(series, []).append(_property("color", {"mode": "fixed", "fixedColor": colour}))
    for series, colour in panel.reference_lines.items():
        overrides.setdefault(series, []).extend(_reference_line(colour))
    if panel.grey_below is not None:
        column, least = panel.grey_below
        overrides.setdefault(column, []).extend(_grey_rows(least))
    return overrides


def _judged(steps: tuple[Threshold, ...]) -> Mapping[str, object]:
    return {"mode": "absolute", "steps": _coloured(steps)}


def _reference_line(colour: str) -> Iterator[models.DynamicConfigValue]:
    yield _property("color", {"mode": "fixed", "fixedColor": colour})
    yield _property("custom.lineStyle", {"fill": "dash", "dash": [8, 6]})
    yield _property("custom.lineWidth", 1)


def _grey_rows(least: float) -> Iterator[models.DynamicConfigValue]:
    """Make the whole row grey where the column is below ``least``."""
    cells = options.TableColoredBackgroundCellOptions(
        mode=options.TableCellBackgroundDisplayMode.BASIC, apply_to_row=True
    )
    steps = [models.Threshold(color=INCOMPLETE_COLOUR), models.Threshold(value=least, color="transparent")]
    yield _property("custom.cellOptions", cells)
    yield _property("color", {"mode": "thresholds"})
    yield _property("thresholds", {"mode": "absolute", "steps": steps})


def _register_link(register_url: str) -> models.DynamicConfigValue:
    """Link each reference to the page of its sensor."""
    url = f"{register_url}sensors/${{__value.raw}}"
    return models.DynamicConfigValue(
        id_val="links", value=[{"title": "Bladzijde in het register", "url": url, "targetBlank": True}]
    )


def _steps(panel: Panel) -> list[models.Threshold]:
    """The colours by value. Explicit also when nothing is judged: Grafana's own are green, and red from 80."""
    if not panel.thresholds and panel.panel_type is PanelType.BAR_GAUGE:
        return [models.Threshold(color=BAR_COLOUR)]
    is_line = panel.panel_type in {PanelType.TIME_SERIES, PanelType.TIME_SERIES_BARS}
    # In a chart each step is a dashed line, and one at 0 would be the axis.
    return _coloured(panel.thresholds, least=1e-9 if is_line else 0)


def _coloured(thresholds: tuple[Threshold, ...], least: float = 0) -> list[models.Threshold]:
    """The steps from ``least`` upward. Below 0, where Grafana counts what has no value, nothing is good or bad."""
    steps = [models.Threshold(value=step.value, color=step.colour) for step in thresholds if step.value >= least]
    is_good_at_0 = bool(thresholds) and thresholds[0].value > 0 and least == 0
    good = [models.Threshold(value=0, color=GOOD_COLOUR)] if is_good_at_0 else []
    return [models.Threshold(color=NEUTRAL_COLOUR), *good, *steps]


def _time_series(panel: Panel) -> timeseries.Panel:
    """Lines that stop where a value is missing, on an axis from 0: a small difference stays small."""
    builder = timeseries.Panel().line_width(2).fill_opacity(0).show_points(options.VisibilityMode.AUTO)
    builder.span_nulls(False).axis_soft_min(0)
    builder.legend(common.VizLegendOptions().show_legend(True).placement(options.LegendPlacement.BOTTOM))
    # Colours distinguish the series; thresholds are dashed lines.
    builder.color_scheme(builders.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC))
    if panel.thresholds:
        builder.thresholds_style(common.GraphThresholdsStyleConfig().mode(options.GraphThresholdsStyleMode.DASHED))
    return builder


def _time_series_bars(panel: Panel) -> timeseries.Panel:
    """Bars from 0. The time of a day or month is its start: its bar stands after that, not around it."""
    builder = _time_series(panel).draw_style(options.GraphDrawStyle.BARS).fill_opacity(80)
    builder.min(0).axis_soft_max(LEAST_AXIS).bar_alignment(options.BarAlignment.AFTER)
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
        .placement(options.LegendPlacement.BOTTOM)
        .values([PieChartLegendValues.PERCENT])
    )


def _bar_gauge(_: Panel) -> bargauge.Panel:
    return (
        bargauge.Panel()
        .reduce_options(_all_values())
        .orientation(options.VizOrientation.HORIZONTAL)
        .display_mode(options.BarGaugeDisplayMode.BASIC)
        # Above the bar: beside it, Grafana cuts names that are longer than a fifth of the width.
        .name_placement(options.BarGaugeNamePlacement.TOP)
        .min(0)
    )


def _stat(_: Panel) -> stat.Panel:
    return stat.Panel().reduce_options(common.ReduceDataOptions().values(False).calcs(["lastNotNull"]))


def _table(_: Panel) -> table.Panel:
    return table.Panel().align(options.FieldTextAlignment.AUTO).inspect(False)


def _bar_chart(_: Panel) -> barchart.Panel:
    builder = barchart.Panel().orientation(options.VizOrientation.VERTICAL).axis_soft_min(0)
    builder.legend(common.VizLegendOptions().show_legend(True).placement(options.LegendPlacement.BOTTOM))
    builder.x_tick_label_spacing(X_LABEL_SPACING)
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
