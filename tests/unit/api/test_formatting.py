"""Numbers, times and durations as people in the Netherlands write them; charts that stay within their frame."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import charts, formatting
from api.movement.view import rounded_passages
from api.sensor.queries import CountMean, PublicDatastream, PublicValue
from api.slot_means import means_section
from sensors.kinds import KINDS
from sensors.vocabulary.codes import Public

NOW = datetime(2026, 3, 29, 12, 34, tzinfo=UTC)  # the day summer time starts
NO2 = KINDS["air_quality"].properties["no2"]
CARS = KINDS["traffic"].properties["count_car"]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1234.56, 1, "1.234,6"), (0, 0, "0"), (-0.04, 1, "0,0"), (-12.5, 1, "−12,5"), (1_000_000, 0, "1.000.000")],
)
def test_numbers(value: float, digits: int, text: str) -> None:
    assert formatting.number(value, digits) == text


@pytest.mark.parametrize(("value", "text"), [(123.4, "123"), (12.34, "12,3"), (0.123, "0,12"), (0.0, "0,0")])
def test_measured_values_have_digits_that_mean_something(value: float, text: str) -> None:
    assert formatting.measurement(value, is_whole=False) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("P2Y", "2 jaar"),
        ("P1D", "1 dag"),
        ("P31D", "31 dagen"),
        ("P1M", "1 maand"),
        ("P1Y1M", "13 maanden"),
        ("PT1M", "1 minuut"),
        ("PT15M", "15 minuten"),
    ],
)
def test_durations(given: str, text: str) -> None:
    assert formatting.duration(given) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("PT1H", "elk uur"),
        ("P1D", "elke dag"),
        ("PT10M", "elke 10 minuten"),
        ("PT150S", "elke 2,5 minuten"),
        ("PT30S", "elke 30 seconden"),
    ],
)
def test_intervals(given: str, text: str) -> None:
    assert formatting.interval(given) == text


def test_moments_are_those_of_the_dutch_clock() -> None:
    assert formatting.relative_time(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), NOW) == "vandaag om 01:30 uur"
    assert formatting.relative_time(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), NOW) == "vandaag om 03:30 uur"
    assert formatting.relative_time(datetime(2026, 3, 28, 22, 30, tzinfo=UTC), NOW) == "gisteren om 23:30 uur"
    assert formatting.relative_time(datetime(2026, 3, 1, 12, 0, tzinfo=UTC), NOW) == "1 maart 2026 om 13:00 uur"
    assert formatting.day(date(2026, 12, 6)) == "6 december 2026"


def test_every_unit_of_every_kind_has_a_sign() -> None:
    codes = {each.unit for kind in KINDS.values() for each in kind.properties.values()}
    missing = sorted(codes - formatting.UNIT_LABELS.keys())
    assert not missing, f"{', '.join(missing)}: add it to unit_labels of the kind"


HOUR = timedelta(hours=1)


def hours(*values: float | None) -> tuple[PublicValue, ...]:
    start = NOW.replace(minute=0) - timedelta(hours=24)
    return tuple(
        PublicValue(start + number * HOUR, start + (number + 1) * HOUR, value, None if value is not None else 15)
        for number, value in enumerate(values)
    )


@given(st.lists(st.floats(-50_000, 200_000), min_size=1, max_size=25))
def test_a_line_stays_within_its_frame(values: list[float]) -> None:
    chart = charts.draw_chart(PublicDatastream("no2", NO2, Public.LIVE, None, hours(*values)), "NO₂", "µg/m³", NOW)
    assert chart is not None
    points = [tuple(map(float, point.split(","))) for line in chart.lines for point in line.split()]
    for x, y in [*points, *chart.dots]:
        assert charts.MARGIN_LEFT <= x <= charts.CHART_WIDTH
        assert 0 <= y <= charts.CHART_HEIGHT - charts.MARGIN_BOTTOM + 0.1
    assert 2 <= len(chart.y_ticks) <= 7
    assert len(chart.rows) == len(values)


@given(st.lists(st.none() | st.integers(3, 400).map(lambda number: number * 5.0), min_size=1, max_size=25))
def test_bars_stay_within_their_frame_and_small_counts_are_not_told(values: list[float | None]) -> None:
    chart = charts.draw_chart(PublicDatastream("count_car", CARS, Public.HOUR, None, hours(*values)), "Auto's", "", NOW)
    assert chart is not None
    zero = next(tick.position for tick in chart.y_ticks if tick.label == "0")
    for bar in chart.bars:
        assert bar.height > 0
        assert bar.y + bar.height == pytest.approx(zero, abs=0.11)
        assert bar.y >= 0
        assert bar.x + bar.width <= charts.CHART_WIDTH
    told = [row.value for row in reversed(chart.rows)]
    assert [text == "minder dan 15" for text in told] == [value is None for value in values]


@given(st.lists(st.tuples(st.integers(20, 60), st.integers(1, 15)), min_size=1, max_size=25))
def test_a_line_and_its_margins_stay_within_their_frame(speeds: list[tuple[int, int]]) -> None:
    told = [
        replace(hour, margin=margin) for hour, (_, margin) in zip(hours(*(v for v, _ in speeds)), speeds, strict=True)
    ]
    speed = KINDS["traffic"].properties["mean_speed"]
    chart = charts.draw_chart(PublicDatastream("mean_speed", speed, Public.HOUR, None, tuple(told)), "", "km/u", NOW)
    assert chart is not None
    bottom = charts.CHART_HEIGHT - charts.MARGIN_BOTTOM
    assert all(0 <= each.top < each.bottom <= bottom + 0.1 for each in chart.ranges)
    assert all(float(point.split(",")[1]) < bottom for line in chart.lines for point in line.split())


@pytest.mark.parametrize("few", [30, None])
def test_bars_of_means_start_at_zero(few: int | None) -> None:
    means = [
        CountMean(date(2026, 11, 2), date(2026, 11, 29), "weekday", time(hour), time(hour + 1), 20, 20, 40.0, 5.0, few)
        for hour in (8, 9)
    ]
    chart = means_section(means, "Maandag", "Fietsen", lambda value, _: formatting.number(value)).chart
    assert chart is not None
    assert chart.y_ticks[0].label == "0"
    assert len(chart.y_ticks) > 2
    assert {round(bar.y + bar.height, 1) for bar in chart.bars} == {chart.y_ticks[0].position}


@pytest.mark.parametrize(
    ("value", "margin", "shown"), [(11.5, 10.9, "11"), (12.4, 12.3, "13"), (38.0, 26.0, "40"), (104.0, 20.0, "100")]
)
def test_passages_are_not_rounded_below_their_margin(value: float, margin: float, shown: str) -> None:
    assert rounded_passages(value, margin) == shown


def test_a_gap_in_the_values_is_a_gap_in_the_line() -> None:
    first, second, _, fourth, fifth = hours(1, 2, 3, 4, 5)
    chart = charts.draw_chart(
        PublicDatastream("no2", NO2, Public.LIVE, None, (first, second, fourth, fifth)), "NO₂", "µg/m³", NOW
    )
    assert chart is not None
    assert len(chart.lines) == 2
    assert chart.alt == "Grafiek: NO₂, de laatste 24 uur. Van 1,0 tot 5,0 µg/m³."


def test_a_code_is_no_amount_so_it_has_no_chart() -> None:
    fault = KINDS["streetlight"].properties["fault_code"]
    assert (
        charts.draw_chart(PublicDatastream("fault_code", fault, Public.LIVE, None, hours(0, 4)), "Storing", "", NOW)
        is None
    )
