"""Was this person in the street in this hour? Guessed from the movement counts of twelve lamps.

The attacker knows every movement of everybody else, knows this program, and sees the number that staff see. The person
goes out and comes home within the hour, past all lamps both times. As a measure: how often the attacker is right, in
hours with the person and in hours without (balanced accuracy; 0.5 is tossing a coin).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from math import erf, sqrt
from statistics import fmean

import numpy as np
import pytest

from ingest.events import presence
from ingest.events.movement_noise import noise_deviation
from ingest.events.presence import GroupMember, PresenceCounter
from ingest.noise import add_noise
from sensors.formats.model import Movement
from sensors.policy.promises import MAX_MOVEMENT_SHIFT

LAMPS, STEP_SECONDS, HOME_AFTER_SECONDS = 12, 20.0, 1200.0
OTHERS = (0, 1, 5, 20, 50, 100, 500)
STREETS = 12
"""Different hours for each number of others."""
WINDOWS = 20_000
START = datetime(2026, 11, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
STREET = [GroupMember(lamp, "helmond", "straat", "presence", LAMPS, HOUR, revision=1) for lamp in range(LAMPS)]


@dataclass(frozen=True, slots=True)
class KnownHour:
    """What the attacker works out of an hour: the counts before noise, without and with the person."""

    without: int
    with_person: int


@cache
def known_hours(others: int) -> tuple[KnownHour, ...]:
    """Hours with this many others, each walking one way past all lamps at times the attacker knows."""
    rng = np.random.default_rng(others)
    return tuple(_known_hour(rng, others) for _ in range(STREETS if others < 500 else 3))


def _known_hour(rng: np.random.Generator, others: int) -> KnownHour:
    starts = rng.uniform(0, 3600 - STEP_SECONDS * LAMPS, others)
    walks = [_walk(start, forward=bool(rng.integers(2))) for start in starts]
    out = rng.uniform(0, 3600 - HOME_AFTER_SECONDS - 2 * STEP_SECONDS * LAMPS)
    person = [_walk(out, forward=True), _walk(out + HOME_AFTER_SECONDS, forward=False)]
    return KnownHour(_counted(walks), _counted([*walks, *person]))


def _unchanged(count: int, _: float) -> int:
    return count


def _walk(start: float, *, forward: bool) -> list[float]:
    """The time at each lamp."""
    return [start + STEP_SECONDS * (lamp if forward else LAMPS - 1 - lamp) for lamp in range(LAMPS)]


def _counted(walks: list[list[float]]) -> int:
    """What ingest counts of these walks; the noise is taken out for the attacker's own calculation."""
    counter = PresenceCounter()
    counter.set_members(STREET, START)
    for walk in walks:
        for lamp, seconds in enumerate(walk):
            at = START + timedelta(seconds=seconds)
            assert counter.add_movement(lamp, Movement(at, "presence", present=True), at) is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(presence, "add_noise", _unchanged)
        (row,) = counter.close_finished(START + HOUR + timedelta(minutes=5))
    return row.count


def balanced_accuracy(publish: Callable[[int], float], hours: tuple[KnownHour, ...], windows: int) -> float:
    """The attacker's rate of success: of the two counts, they pick the one nearer to what was published."""
    rng = np.random.default_rng(1)
    right = {True: [0, 0], False: [0, 0]}
    for number in range(windows):
        hour, is_out = hours[number % len(hours)], bool(rng.integers(2))
        published = publish(hour.with_person if is_out else hour.without)
        middle = (hour.without + hour.with_person) / 2
        guess = published > middle if hour.with_person > hour.without else bool(rng.integers(2))
        right[is_out][0] += guess is is_out
        right[is_out][1] += 1
    return fmean(hits / played for hits, played in right.values())


def best_possible(shift: float, noise: float) -> float:
    """The most that anyone can reach, who sees a number with this noise that a person shifts by this much."""
    return (1 + erf(shift / noise / 2 / sqrt(2))) / 2


def as_published_before(count: int) -> float:
    """The rule that this replaces: hidden below 15, else to the nearest 5."""
    return round(count / 5) * 5 if count >= 15 else 0


Record = Callable[[str, object], None]
"""Pytest's ``record_property``: the figures are in the JUnit report."""


def test_nobody_can_tell_whether_someone_was_out(record_property: Record) -> None:
    noise = noise_deviation(LAMPS)
    found = {
        others: balanced_accuracy(lambda count: add_noise(count, noise), known_hours(others), WINDOWS // len(OTHERS))
        for others in OTHERS
    }
    together = fmean(found.values())
    record_property("balanced accuracy by number of others", found)
    assert together <= 0.56
    # Of 2857 guesses, three standard errors above the bound.
    assert max(found.values()) <= 0.55 + 3 * 0.5 / sqrt(WINDOWS / len(OTHERS))


def test_the_best_attack_there_is_stays_within_the_bound(record_property: Record) -> None:
    shifts = {others: [each.with_person - each.without for each in known_hours(others)] for others in OTHERS}
    assert all(0 <= shift <= 2 * LAMPS for found in shifts.values() for shift in found)
    found = {
        others: max(best_possible(shift, noise_deviation(LAMPS)) for shift in each) for others, each in shifts.items()
    }
    record_property("most that can be reached by number of others", found)
    assert max(found.values()) <= 0.52


@pytest.mark.parametrize("others", [0, 1, 5])
def test_without_noise_or_as_it_was_before_the_attack_succeeds_in_a_quiet_street(others: int) -> None:
    hours = known_hours(others)
    assert balanced_accuracy(lambda count: add_noise(count, 0), hours, 1000) > 0.95
    assert balanced_accuracy(as_published_before, hours, 1000) > 0.95


def test_a_walk_past_many_groups_in_one_hour_stays_within_the_bound() -> None:
    rng = np.random.default_rng(3)
    worst = 0.0
    for _ in range(20_000):
        left, shift_squared = 160, 0.0
        for _ in range(rng.integers(1, 14)):
            lamps = int(rng.integers(12, 200))
            passes = min(left, int(rng.integers(0, 2 * lamps + 1)) if rng.random() < 0.3 else 2 * lamps)
            left -= passes
            shift_squared += (passes / noise_deviation(lamps)) ** 2
        worst = max(worst, sqrt(shift_squared))
    assert worst <= MAX_MOVEMENT_SHIFT + 1e-12
    assert best_possible(MAX_MOVEMENT_SHIFT, 1) < 0.55


def test_what_is_public_of_four_weeks_tells_less_than_one_window() -> None:
    # Out in one of twenty windows: the mean moves by a twentieth, its noise shrinks by the root of twenty only.
    noise = noise_deviation(LAMPS)
    assert best_possible(2 * LAMPS / 20, noise / sqrt(20)) < best_possible(2 * LAMPS, noise)
    # Out in all of them: habits add up, as docs/privacy.md says.
    assert best_possible(2 * LAMPS, noise / sqrt(20)) == pytest.approx(0.586, abs=0.001)
    assert best_possible(2 * LAMPS, noise / sqrt(28)) == pytest.approx(0.601, abs=0.001)
    assert best_possible(2 * LAMPS, 2 * noise / sqrt(28)) == pytest.approx(0.55, abs=0.002)
