"""What published counts and speed tell about one person: the exact bounds, for ``docs/privacy.md``.

The attacker knows the rule, how many others passed in the cell, and that one person, if out at all, passed once on the
way out and once on the way home. The best guess is right in 1/2 + TV/2 of the cases, where TV is the total variation
distance between the laws of what is published without and with the person, and a coin in 1/2.

Before, what was published followed from the count: the distance is 0 or 1. Now it is the count plus normal noise; the
published number is rounded, which can only tell less, so what is computed here is exact for the number before that.

A mean was a whole number, where enough were counted. Now it is a ratio of two noisy sums: in the numerator, a person
moves no further from the reference than the clip, of which the noise is a multiple too: as far as in a count.
"""

from collections.abc import Iterable, Iterator
from math import sqrt
from statistics import NormalDist

from sensors.kinds import KINDS
from sensors.policy.cells import cell_noise
from sensors.policy.promises import CELLS_PER_PASS
from sensors.vocabulary.codes import Public

PASSES = 2
"""Out and home."""
MOST_OTHERS = 500
TABLE_OF_OTHERS = (0, 5, 12, 13, 20, 22, 50, 52, 100, 102, MOST_OTHERS)
TABLE_OF_COUNTERS = (1, 2, 4)
DAYS = 28
THRESHOLD_BEFORE, STEP_BEFORE = 15, 5
"""The rule before there was noise: nothing below the first, the rest to the nearest multiple of the second."""


def right_before(others: int, numbers: int = 1) -> float:
    """How often the best guess was right with the threshold and rounding, from so many numbers with as many others."""
    return 1.0 if numbers and _shown_before(others) != _shown_before(others + PASSES) else 0.5


def _shown_before(count: int) -> int | None:
    return None if count < THRESHOLD_BEFORE else STEP_BEFORE * round(count / STEP_BEFORE)


def certain_share() -> float:
    """At which share of the numbers of others, from 0 to 500, the person's passes showed for certain."""
    certain = sum(right_before(others) == 1 for others in range(MOST_OTHERS + 1))
    return certain / (MOST_OTHERS + 1)


def right_before_on_average(numbers: int) -> float:
    """The same, on average over 0 to 500 others at each of so many numbers: one that shows it is enough."""
    return 1 - (1 - certain_share()) ** numbers / 2


def right_before_from_mean(others: int, away: float) -> float:
    """How often the best guess was right from the mean of an hour in whole units, of a person so far away from the mean
    of the others: that mean is as likely at each place between two whole numbers."""
    if others + PASSES < THRESHOLD_BEFORE:
        return 0.5
    if others < THRESHOLD_BEFORE:
        return 1.0
    return 0.5 + min(1.0, away * PASSES / (others + PASSES)) / 2


def right_after(noises: Iterable[float]) -> float:
    """How often the best guess is right, from cells with these standard deviations, whatever others do."""
    shift = sqrt(sum((PASSES / noise) ** 2 for noise in noises))
    return NormalDist().cdf(shift / 2)


def table_rows() -> Iterator[str]:
    """The tables in Markdown."""
    yield f"\n| others in the hour | {' | '.join(map(str, TABLE_OF_OTHERS))} | 0–{MOST_OTHERS}, on average |"
    yield f"|---|{'--:|' * (len(TABLE_OF_OTHERS) + 1)}"
    for counters in TABLE_OF_COUNTERS:
        plural = "counters" if counters > 1 else "counter"
        before = [right_before(others, counters) for others in TABLE_OF_OTHERS] + [right_before_on_average(counters)]
        after = right_after([cell_noise(Public.HOUR, 1)] * counters)
        yield _row(f"{counters} {plural}, before", before)
        yield _row(f"{counters} {plural}, now", [after] * len(before))
    before = [right_before(others, DAYS) for others in TABLE_OF_OTHERS] + [right_before_on_average(DAYS)]
    yield _row(f"1 counter, {DAYS} days, before", before)
    yield _row(f"1 counter, {DAYS} days, now", [right_after([cell_noise(Public.HOUR, 1)] * DAYS)] * len(before))
    yield from _place_rows()
    yield from _mean_rows()


def _mean_rows() -> Iterator[str]:
    """Mean speed with the count of cars beside it."""
    speed = KINDS["traffic"].properties["mean_speed"]
    away = speed.clip or 0
    yield f"\n| others in the hour | {' | '.join(map(str, TABLE_OF_OTHERS))} |"
    yield f"|---|{'--:|' * len(TABLE_OF_OTHERS)}"
    before = [max(right_before(each), right_before_from_mean(each, away)) for each in TABLE_OF_OTHERS]
    yield _row(f"count and average speed, {away:g} km/h from the others, before", before)
    numbers = [cell_noise(Public.HOUR, 3)] * 3
    yield _row("count and average speed, now", [right_after(numbers)] * len(TABLE_OF_OTHERS))
    yield _row(f"the same, {DAYS} days", [right_after(numbers * DAYS)] * len(TABLE_OF_OTHERS))


def _place_rows() -> Iterator[str]:
    """At one place, by how many published numbers hold the same pass."""
    cells = (1, CELLS_PER_PASS, 3, 7)
    yield f"\n| numbers at one place that hold the same pass | {' | '.join(map(str, cells))} |"
    yield f"|---|{'--:|' * len(cells)}"
    yield f"| noise of each, hour | {' | '.join(f'{cell_noise(Public.HOUR, each):.1f}' for each in cells)} |"
    yield _row("all together, one hour", [right_after([cell_noise(Public.HOUR, each)] * each) for each in cells])


def _row(name: str, shares: Iterable[float]) -> str:
    return f"| {name} | {' | '.join(f'{100 * share:.1f} %' for share in shares)} |"
