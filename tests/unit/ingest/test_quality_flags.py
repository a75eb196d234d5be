"""Range, step and persistence: what is believed of a value, and what is not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.quality_flags import QualityChecker, QualityFlag
from sensors.kinds import KINDS
from simulators import replay

START = datetime(2026, 11, 22, tzinfo=UTC)
PM10 = KINDS["air_quality"].properties["pm10"]
POWER = KINDS["streetlight"].properties["power"]


def judged(
    values: list[float], every: timedelta = timedelta(minutes=10), memory: QualityChecker | None = None
) -> list[QualityFlag]:
    memory = memory or QualityChecker()
    return [memory.assess(1, PM10, START + number * every, value) for number, value in enumerate(values)]


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


def test_a_lamp_that_is_off_all_day_is_not_frozen() -> None:
    memory = QualityChecker()
    assert {memory.assess(1, POWER, START + timedelta(hours=hour), 0.0) for hour in range(48)} == {QualityFlag.GOOD}


@pytest.mark.parametrize("value", [PM10.plausible_range[0] - 1, PM10.plausible_range[1] + 1])
def test_an_implausible_value_is_not_remembered(value: float) -> None:
    assert judged([20, value, 21]) == [0, QualityFlag.IMPLAUSIBLE, 0]


@given(st.lists(st.floats(-20, 1000), max_size=40), st.randoms())
def test_a_value_that_comes_late_or_again_changes_nothing(values: list[float], random: object) -> None:
    memory = QualityChecker()
    first = judged(values, memory=memory)
    assert set(judged(values, memory=memory)) <= {QualityFlag.GOOD}
    assert judged([*values, 5.0]) == [*first, judged([*values, 5.0])[-1]]


@pytest.mark.slow
def test_no_value_of_the_recorded_series_is_called_frozen_or_a_jump() -> None:
    series = replay.recorded_values()
    memory = QualityChecker()
    known = {name: each for kind in KINDS.values() for name, each in kind.properties.items()}
    numbers = {key: number for number, key in enumerate(series.groupby(["reference", "property"]).groups)}
    rows = series.sort_values("time")[["reference", "property", "time", "value"]].itertuples(index=False)
    found = [
        memory.assess(numbers[row[0], row[1]], known[row[1]], row[2].to_pydatetime(), float(row[3])) for row in rows
    ]
    assert set(found) <= {QualityFlag.GOOD, QualityFlag.IMPLAUSIBLE}
