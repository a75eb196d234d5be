"""What a panel looks like is in its JSON: colours, units, bars, gaps, columns that fit, titles that fit, no holes."""

import re
from typing import Any

import pytest

from dashboards.build import DASHBOARDS
from dashboards.spec import Dashboard, Panel, PanelType
from dashboards.tables import NAME_WIDTH, columns_of
from tests.unit.dashboards.test_dashboards import NAMES, PANELS, ROOT, built, made

SCREEN, NARROW_SCREEN, GRID = 1600, 1000, 24
PAGE_MARGIN, PANEL_MARGIN = 32, 26
TITLE_LETTER, TITLE_MARGIN = 7, 48
"""Pixels of a letter, and of the info icon and what is around the title."""
LONGEST_COMPLETENESS = len(" · nog nooit gecontroleerd")
RESCALING = {"s", "m", "h", "d", "ms", "dtdurations", "massg", "masskg", "watt", "watth", "kwatt", "kwatth", "short"}
BARS = {PanelType.TIME_SERIES_BARS}
SERIES = {PanelType.TIME_SERIES, PanelType.TIME_SERIES_BARS}
COMPOSE, PREVIEW = "compose.yaml", "tests/preview/drawing/src/environment.ts"
PREVIEW_NAMES = ("fullDate", "second", "minute", "hour", "day", "month", "year")
MISSING = float("-inf")
"""What Grafana compares with the thresholds where there is no value."""

each_panel = pytest.mark.parametrize(("spec", "panel"), PANELS, ids=NAMES)


def panels_of(*types: PanelType) -> Any:
    chosen = [(pair, name) for pair, name in zip(PANELS, NAMES, strict=True) if pair[1].panel_type in types]
    return pytest.mark.parametrize(("spec", "panel"), [pair for pair, _ in chosen], ids=[name for _, name in chosen])


def overrides(document: dict[str, Any], column: str) -> dict[str, Any]:
    """The settings of a column by itself."""
    return {
        each["id"]: each.get("value")
        for override in document["fieldConfig"]["overrides"]
        if override["matcher"] == {"id": "byName", "options": column}
        for each in override["properties"]
    }


def colour_at(steps: list[dict[str, Any]], value: float) -> str:
    return [step["color"] for step in steps if (MISSING if step["value"] is None else step["value"]) <= value][-1]


def every_step(document: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The thresholds of the panel, and of its columns; Grafana's own, where it has none."""
    config = document["fieldConfig"]
    own = config["defaults"].get("thresholds", {"steps": [{"value": None, "color": "green"}]})
    apart = [each["value"] for of in config["overrides"] for each in of["properties"] if each["id"] == "thresholds"]
    return [each["steps"] for each in (own, *apart)]


@each_panel
def test_what_has_no_value_is_neither_good_nor_bad_and_nothing_is_red_by_default(spec: Dashboard, panel: Panel) -> None:
    document = made(spec, panel)
    assert not {colour_at(steps, MISSING) for steps in every_step(document)} & {"green", "orange", "red", "yellow"}
    if not panel.thresholds:
        assert len(every_step(document)[0]) == 1


@pytest.mark.parametrize(
    ("dashboard", "key", "column"),
    [
        ("city_today", "silent_sensors", None),
        ("city_today", "lamps", "Met storing"),
        ("city_today", "lamps", "Stil"),
        ("city_today", "open_report_count", "Te laat"),
        ("city_today", "broken_promises", None),
        ("privacy", "broken_promises", None),
        ("register", "deviation_counts", None),
        ("platform", "unexplained_readings", None),
    ],
)
def test_of_what_is_bad_none_is_green_and_one_is_not(dashboard: str, key: str, column: str | None) -> None:
    spec, panel = next(pair for pair in PANELS if (pair[0].name, pair[1].key) == (dashboard, key))
    document = made(spec, panel)
    thresholds = (
        overrides(document, column)["thresholds"] if column else document["fieldConfig"]["defaults"]["thresholds"]
    )
    assert colour_at(thresholds["steps"], 0) == "green"
    assert colour_at(thresholds["steps"], 1) in {"orange", "red"}


@each_panel
def test_no_unit_rescales(spec: Dashboard, panel: Panel) -> None:
    document = made(spec, panel)["fieldConfig"]
    units = [each["value"] for of in document["overrides"] for each in of["properties"] if each["id"] == "unit"]
    assert not {document["defaults"]["unit"], *units} & RESCALING


@panels_of(*SERIES)
def test_a_missing_day_is_a_gap_and_a_difference_is_as_small_as_it_is(spec: Dashboard, panel: Panel) -> None:
    defaults = made(spec, panel)["fieldConfig"]["defaults"]
    assert defaults["custom"]["spanNulls"] is False
    assert defaults.get("min", defaults["custom"].get("axisSoftMin")) == 0


@panels_of(*BARS)
def test_a_bar_begins_at_0_and_stands_on_its_day(spec: Dashboard, panel: Panel) -> None:
    defaults = made(spec, panel)["fieldConfig"]["defaults"]
    assert (defaults["min"], defaults["custom"]["barAlignment"]) == (0, 1)


@panels_of(PanelType.TABLE)
def test_all_columns_of_a_table_fit_the_screen(spec: Dashboard, panel: Panel) -> None:
    document = made(spec, panel)
    room = (SCREEN - PAGE_MARGIN) * panel.size[0] / GRID - PANEL_MARGIN
    settings = [overrides(document, column) for column in columns_of(document["targets"][0]["rawSql"])]
    assert sum(each.get("custom.width", each.get("custom.minWidth", 150)) for each in settings) <= room
    assert any(each.get("custom.minWidth") == NAME_WIDTH for each in settings) or len(settings) > 2


@panels_of(PanelType.HEAT_TABLE)
def test_all_hours_and_days_of_a_week_are_in_sight(spec: Dashboard, panel: Panel) -> None:
    document = made(spec, panel)
    columns = columns_of(document["targets"][0]["rawSql"])
    assert len(columns) * document["fieldConfig"]["defaults"]["custom"]["minWidth"] <= NARROW_SCREEN - PAGE_MARGIN
    hours = 24 if "generate_series(0, 23)" in document["targets"][0]["rawSql"] else 18
    # A unit of height is 30 pixels and 8 between; the title takes 40 and a row 36, also that of the headings.
    assert panel.size[1] * 38 - 8 - 40 >= (hours + 1) * 36


@panels_of(PanelType.TABLE)
def test_dates_are_dutch_and_text_is_left_alone(spec: Dashboard, panel: Panel) -> None:
    by_type = {
        override["matcher"]["options"]: {each["id"]: each["value"] for each in override["properties"]}
        for override in made(spec, panel)["fieldConfig"]["overrides"]
        if override["matcher"]["id"] == "byType"
    }
    assert by_type["time"]["unit"] == "time:DD-MM-YYYY"
    assert by_type["string"]["unit"] == "string"


@each_panel
def test_a_panel_is_dutch_when_there_is_nothing_and_when_it_says_yes_or_no(spec: Dashboard, panel: Panel) -> None:
    defaults = made(spec, panel)["fieldConfig"]["defaults"]
    assert defaults["noValue"][0].islower()
    (texts,) = [each["options"] for each in defaults["mappings"]]
    assert {value: text["text"] for value, text in texts.items()} == {"true": "Ja", "false": "Nee"}


@each_panel
def test_a_title_fits_its_panel(spec: Dashboard, panel: Panel) -> None:
    title = made(spec, panel)["title"]
    letters = len(panel.title) + (LONGEST_COMPLETENESS if "${" in title else 0)
    screen = NARROW_SCREEN
    assert letters * TITLE_LETTER + TITLE_MARGIN <= (screen - PAGE_MARGIN) * panel.size[0] / GRID


@pytest.mark.parametrize("spec", DASHBOARDS, ids=lambda spec: spec.name)
def test_a_dashboard_has_no_holes(spec: Dashboard) -> None:
    places = [each["gridPos"] for each in built(spec)["panels"]]
    height = max(each["y"] + each["h"] for each in places)
    assert sum(each["w"] * each["h"] for each in places) == GRID * height


def test_the_day_comes_before_the_month_in_grafana_and_in_the_pictures() -> None:
    texts = [(ROOT / path).read_text(encoding="utf-8") for path in (COMPOSE, PREVIEW)]
    names = ("FULL_DATE", *(f"INTERVAL_{unit}" for unit in ("SECOND", "MINUTE", "HOUR", "DAY", "MONTH", "YEAR")))
    served = [re.findall(rf'GF_DATE_FORMATS_{name}: "(.+)"', texts[0])[0] for name in names]
    drawn = [re.findall(rf'\b{unit}: "(.+)",', texts[1])[0] for unit in PREVIEW_NAMES]
    assert served == drawn
    assert all(text.startswith("DD-MM") for text in served if "DD" in text)
