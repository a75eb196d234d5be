"""What a travel time tells about one vehicle: the exact bound, for the table in ``docs/privacy.md``.

The attacker knows the rule, every other vehicle in the window and the time each took, to the microsecond, and how long
the target takes, if it comes. Coins that nobody sees decide who is sampled. The total variation distance between the
laws of what is stored without and with the target bounds every attack: nobody who guesses whether it was there, and is
asked as often when it was as when it wasn't, is right more often than in 1/2 + TV/2 of the cases.

Stored times are rounded, which can only tell less; here they are not, and all times differ: the worst case.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sensors.policy.promises import (
    MIN_SAMPLED_FOR_P85,
    MIN_SAMPLED_VEHICLES,
    SAMPLE_ONE_IN,
    SAMPLE_ONE_IN_ADJOINING,
)

TABLE_OF_OTHERS = (0, 7, 10, 14, 20, 35, 50, 80, 102, 125, 200, 500)
_NEGLIGIBLE = 1e-15
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Law:
    """The probability of each outcome for a number of vehicles, in order of their times."""

    nothing: float
    """Too few were sampled."""
    median: Array
    """Only a median, that of the i-th vehicle."""
    both: Array
    """The median is that of the i-th, and the 85th percentile that of the j-th vehicle."""


@lru_cache(4)
def law(vehicles: int, one_in: int = SAMPLE_ONE_IN, minimum: int = MIN_SAMPLED_VEHICLES) -> Law:
    """The law of what is stored of a window; with ``one_in`` 1, what is certainly stored."""
    share = 1 / one_in
    chances = _binomial_chances(vehicles, share)
    place = np.arange(vehicles)
    median, both = np.zeros(vehicles), np.zeros((vehicles, vehicles))
    for sampled in range(minimum, vehicles + 1):
        if chances[vehicles, sampled] < _NEGLIGIBLE:
            continue
        rank = (sampled - 1) // 2
        if sampled < MIN_SAMPLED_FOR_P85:
            median += share * chances[place, rank] * chances[vehicles - 1 - place, sampled - 1 - rank]
        else:
            slow = -(-85 * sampled // 100) - 1
            before = share * chances[place, rank]
            between = _by_distance(chances[: vehicles - 1, slow - rank - 1])
            after = share * chances[vehicles - 1 - place, sampled - 1 - slow]
            both += before[:, None] * between * after[None, :]
    return Law(float(chances[vehicles, :minimum].sum()), median, both)


def _binomial_chances(most: int, share: float) -> Array:
    """Of n vehicles, k are sampled: by n and k. Also for a ``k`` above every ``n``, so that ranks need no bounds."""
    chances = np.zeros((most + 1, most + 2))
    chances[0, 0] = 1
    for number in range(1, most + 1):
        chances[number] = (1 - share) * chances[number - 1]
        chances[number, 1:] += share * chances[number - 1, :-1]
    return chances


def _by_distance(values: Array) -> Array:
    """The matrix with, in row i and column j, the value for the j - i - 1 places in between; 0 unless i < j."""
    size = len(values) + 1
    return sliding_window_view(np.concatenate((np.zeros(size), values)), size)[::-1]


def total_variations(others: int, one_in: int = SAMPLE_ONE_IN, minimum: int = MIN_SAMPLED_VEHICLES) -> Array:
    """The distance between the laws without and with a target, for each place that its time may have among the others.

    An outcome rests on the same times in both worlds, but those slower than the target have a place more with it.
    """
    without, with_target = law(others, one_in, minimum), law(others + 1, one_in, minimum)
    before, after = slice(0, others), slice(1, others + 1)
    median, both = with_target.median, with_target.both
    distance = abs(without.nothing - with_target.nothing) + np.zeros(others + 1)
    distance += _up_to(np.abs(without.median - median[before])) + _from(np.abs(without.median - median[after]))
    # The median is less than the 85th percentile, so: both are faster than the target, both slower, or one of each.
    faster = np.abs(without.both - both[before, before])
    slower = np.abs(without.both - both[after, after])
    around = np.abs(without.both - both[before, after])
    distance += _up_to(faster.sum(axis=0)) + _from(slower.sum(axis=1))
    distance += _up_to(around.sum(axis=1)) - _up_to(around.sum(axis=0))
    # What rests on the target's own time happens in one of the two worlds only.
    distance += median + both.sum(axis=0) + both.sum(axis=1)
    return distance / 2


def _up_to(values: Array) -> Array:
    """For each place, the sum of the values before it."""
    return np.concatenate(([0.0], np.cumsum(values)))


def _from(values: Array) -> Array:
    """For each place, the sum of the values from it on."""
    return values.sum() - _up_to(values)


def worst_total_variation(others: int, one_in: int = SAMPLE_ONE_IN, minimum: int = MIN_SAMPLED_VEHICLES) -> float:
    """The same for the worst place."""
    return float(total_variations(others, one_in, minimum).max())


def table_rows() -> Iterator[str]:
    """The table in Markdown: how often the best guess is right, by the number of other vehicles."""
    yield f"\n| other vehicles | 1 in {SAMPLE_ONE_IN} | 1 in {SAMPLE_ONE_IN_ADJOINING} |\n|---|---|---|"
    for others in TABLE_OF_OTHERS:
        right = (
            f"{50 + 50 * worst_total_variation(others, each):.1f} %"
            for each in (SAMPLE_ONE_IN, SAMPLE_ONE_IN_ADJOINING)
        )
        yield f"| {others} | {' | '.join(right)} |"
