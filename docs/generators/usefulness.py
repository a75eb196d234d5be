"""What public numbers about people are still worth: how often there is one, and how far it is off."""

from collections.abc import Iterator
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from sensors.policy.cells import cell_noise
from sensors.policy.promises import MIN_SAMPLED_VEHICLES, SAMPLE_ONE_IN, TRAVEL_TIME_ROUNDING_SECONDS
from sensors.vocabulary.codes import Public

VEHICLES_AN_HOUR = (20, 50, 100, 200, 500)
WINDOW_MINUTES = (15, 60)
DRIVE_SECONDS, SPREAD = 120.0, 0.2
"""A drive of two minutes, whose times are log-normal."""
WORKING_DAYS = 20
HOURS_OF_A_DAY = 18
"""Numbers of one day, the night being one."""

_SHARES = (np.arange(2_000) + 0.5) / 2_000
_QUANTILES = DRIVE_SECONDS * np.exp(SPREAD * np.array([NormalDist().inv_cdf(float(each)) for each in _SHARES]))
_ERRORS = (TRAVEL_TIME_ROUNDING_SECONDS * np.round(_QUANTILES / TRAVEL_TIME_ROUNDING_SECONDS) - DRIVE_SECONDS) ** 2


def travel_time_rows() -> Iterator[str]:
    """How many windows have a travel time, and the root mean square error of its median, in Markdown."""
    yield f"\n| vehicles an hour | {' | '.join(map(str, VEHICLES_AN_HOUR))} |"
    yield f"|---|{'--:|' * len(VEHICLES_AN_HOUR)}"
    for minutes in WINDOW_MINUTES:
        cells = (_travel_time_cell(each * minutes / 60 / SAMPLE_ONE_IN) for each in VEHICLES_AN_HOUR)
        yield f"| windows of {minutes} minutes | {' | '.join(cells)} |"


def count_rows() -> Iterator[str]:
    """The root mean square error of counts, which is the same at every level, in Markdown."""
    hour, day = cell_noise(Public.HOUR, 1), cell_noise(Public.DAY, 1)
    yield "\n| error of | passes | of 20 | of 100 | of 500 |\n|---|--:|--:|--:|--:|"
    for name, error in (
        ("an hour", hour),
        (f"an hour, mean of {WORKING_DAYS} working days", hour / sqrt(WORKING_DAYS)),
        (f"a day, as a sum of {HOURS_OF_A_DAY} numbers", hour * sqrt(HOURS_OF_A_DAY)),
        ("a day, published by the day", day),
        ("a day, published by the day, mean of four weeks", day / sqrt(28)),
    ):
        yield f"| {name} | {error:.1f} | {' | '.join(f'{100 * error / each:.1f} %' for each in (20, 100, 500))} |"


def _travel_time_cell(expected: float) -> str:
    """For so many sampled vehicles in a window, on average."""
    numbers = range(MIN_SAMPLED_VEHICLES, int(expected + 8 * sqrt(expected)) + MIN_SAMPLED_VEHICLES)
    chances = np.array([exp(each * log(expected) - expected - lgamma(each + 1)) for each in numbers])
    available = float(chances.sum())
    if available < 0.005:
        return "0 %"
    error = sqrt(float(chances @ np.array([_square_error(each) for each in numbers])) / available)
    return f"{100 * available:.0f} % / {error:.0f} s"


def _square_error(number: int) -> float:
    """Of the lower median of so many times, an order statistic: its share of all times has a beta distribution."""
    place = (number - 1) // 2 + 1
    logs: NDArray[np.float64] = (place - 1) * np.log(_SHARES) + (number - place) * np.log(1 - _SHARES)
    weights = np.exp(logs - logs.max())
    return float(weights @ _ERRORS / weights.sum())
