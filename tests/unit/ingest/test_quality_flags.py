"""Range, step and persistence: what is believed of a value, and what is not."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import copysign

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.quality_flags import QualityChecker, QualityFlag
from sensors.kinds import KINDS, ObservedProperty
from simulators import replay

START = datetime(2026, 11, 22, tzinfo=UTC)
PM10 = KINDS["air_quality"].properties["pm10"]
POWER = KINDS["streetlight"].properties["power"]
PROPERTIES = [each for kind in KINDS.values() for each in kind.properties.values()]


def judged(
    values: list[float], every: timedelta = timedelta(minutes=10), memory: QualityChecker | None = None
) -> list[QualityFlag]:
    memory = memory or QualityChecker()
    return [memory.assess(1, PM10, START + number * every, value)[0] for number, value in enumerate(values)]


def test_a_spike_is_a_jump_and_its_way_back_is_not() -> None:
    assert judged([20, 22, 900, 23, 24]) == [0, 0, QualityFlag.JUMP, 0, 0]


def test_a_step_that_the_next_value_confirms_is_believed() -> None:
    assert judged([20, 900, 890, 880]) == [0, QualityFlag.JUMP, 0, 0]


def test_after_a_gap_anything_may_have_happened() -> None:
    assert judged([20, 900], every=timedelta(hours=2)) == [0, 0]


def test_the_same_value_for_too_long_is_frozen_until_it_moves() -> None:
    qualities = judged([17.3] * 100 + [17.4])
    assert qualities[:73] == [0] * 73
    assert set(qualities[73:100]) == {QualityFlag.FROZEN}
    assert qualities[100] is QualityFlag.GOOD


@pytest.mark.parametrize("before", [[], [3, 1, 2, 5], [0.003 * 1000, 0.002 * 1000]])
def test_zeros_of_a_sensor_that_resolves_coarsely_are_not_frozen(before: list[float]) -> None:
    assert set(judged([*before, *[0.0] * 200])) == {QualityFlag.GOOD}


@pytest.mark.parametrize("before", [[3.2, 3.3], [0.4, 0.1]])
def test_zeros_of_a_sensor_that_resolves_finely_are_frozen(before: list[float]) -> None:
    assert judged([*before, *[0.0] * 200])[-1] is QualityFlag.FROZEN


def test_a_coarse_sensor_freezes_at_other_values_and_a_thermometer_at_zero() -> None:
    assert judged([3, 1, *[2.0] * 200])[-1] is QualityFlag.FROZEN
    memory, temperature = QualityChecker(), KINDS["air_quality"].properties["temperature"]
    flags = [memory.assess(1, temperature, START + timedelta(hours=hour), 0.0)[0] for hour in range(30)]
    assert flags[-1] is QualityFlag.FROZEN


def test_a_lamp_that_is_off_all_day_is_not_frozen() -> None:
    memory = QualityChecker()
    flags = {memory.assess(1, POWER, START + timedelta(hours=hour), 0.0)[0] for hour in range(48)}
    assert flags == {QualityFlag.GOOD}


@pytest.mark.parametrize("value", [PM10.plausible_range[0] - 1, PM10.plausible_range[1] + 1])
def test_an_implausible_value_is_not_remembered(value: float) -> None:
    assert judged([20, value, 21]) == [0, QualityFlag.IMPLAUSIBLE, 0]


@given(st.lists(st.floats(-20, 1000), max_size=40), st.randoms())
def test_a_value_that_comes_late_or_again_changes_nothing(values: list[float], random: object) -> None:
    memory = QualityChecker()
    first = judged(values, memory=memory)
    assert set(judged(values, memory=memory)) <= {QualityFlag.GOOD}
    assert judged([*values, 5.0]) == [*first, judged([*values, 5.0])[-1]]


def test_a_value_that_stays_the_same_at_its_resolution_is_frozen() -> None:
    flags = judged([17.3 + (number % 7 - 3) / 100 for number in range(100)])
    assert flags[:73] == [0] * 73
    assert set(flags[73:]) == {QualityFlag.FROZEN}


def test_a_jump_is_judged_by_the_value_that_was_sent() -> None:
    limit = PM10.max_change_per_hour or 0
    assert judged([20.0, 20.04 + limit]) == [0, QualityFlag.JUMP]
    assert judged([20.0, 20.0 + limit]) == [0, 0]


@given(st.sampled_from(PROPERTIES), st.data())
def test_a_stored_value_is_the_double_nearest_to_the_rounded_decimal(
    each: ObservedProperty, data: st.DataObject
) -> None:
    low, high = each.plausible_range
    sent = data.draw(st.floats(low, high) | st.floats(-1e-4, 1e-4))
    assume(low <= sent <= high)
    _, stored = QualityChecker().assess(1, each, START, sent)
    decimal = Decimal(repr(stored))
    assert decimal % Decimal(repr(each.resolution)) == 0
    assert abs(decimal - Decimal(sent)) <= Decimal(repr(each.resolution)) * Decimal("0.500001")
    assert low <= stored <= high
    assert copysign(1, stored or 1) == copysign(1, stored), "minus zero"


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(20.490154203237518, 20.5), (0.05, 0.0), (0.15, 0.2), (0.25, 0.2), (2.675, 2.7), (-0.04, 0.0), (-4.975, -5.0)],
)
def test_halves_go_to_the_even_neighbour(sent: float, stored: float) -> None:
    assert QualityChecker().assess(1, PM10, START, sent) == (QualityFlag.GOOD, stored)


@given(st.sampled_from(PROPERTIES), st.floats(allow_nan=False, allow_infinity=False) | st.integers(10**8, 10**300))
def test_the_digits_of_an_implausible_value_are_not_kept(each: ObservedProperty, sent: float) -> None:
    low, high = each.plausible_range
    assume(not low <= sent <= high)
    bound = low if sent < low else high
    assert QualityChecker().assess(1, each, START, float(sent)) == (QualityFlag.IMPLAUSIBLE, bound)


def test_memory_holds_no_digit_beyond_the_resolution() -> None:
    memory = QualityChecker()
    judged([20.490154203237518, 123456782.0, 21.75010203040506, 900.123456782], memory=memory)
    held = repr(vars(memory))
    assert "value=900.1, last_good_value=21.8" in held
    assert not re.search(r"\d\.\d{2}|\d{9}", held)


@pytest.mark.slow
def test_no_value_of_the_recorded_series_is_called_frozen_or_a_jump() -> None:
    series = replay.recorded_values()
    memory = QualityChecker()
    known = {name: each for kind in KINDS.values() for name, each in kind.properties.items()}
    numbers = {key: number for number, key in enumerate(series.groupby(["reference", "property"]).groups)}
    rows = series.sort_values("time")[["reference", "property", "time", "value"]].itertuples(index=False)
    found = [
        memory.assess(numbers[row[0], row[1]], known[row[1]], row[2].to_pydatetime(), float(row[3]))[0] for row in rows
    ]
    assert set(found) <= {QualityFlag.GOOD, QualityFlag.IMPLAUSIBLE}
