"""From what is stored of two days, can one tell whether two passages are of one vehicle?

**The game.** A street with a counting point at each end and lamps along it, two days, commuters who drive on both days
and strangers who drive once. Each vehicle has a pace of its own that it keeps: an always fast driver is fast on both
days, which is what could link. The attacker gets two passages, one of each day, with time and class, and everything
that was stored of both days (travel times and counts of movements), and says how likely they are one vehicle. Half the
pairs are: the other half is a passage of day 1 with one of *another* vehicle of the same class on day 2, as near to
the same time of day as the true one is. So time and class tell nothing, and what is won is won from stored rows. Half
of the pairs right by chance is an AUC of 0.50.

**The attacker** knows the street: what is usual per class at that time of day, from both days. He compares how far the
windows of the two arrivals lie from what is usual: in median, p85 and movements, best combination by a
grid of weights chosen *with the answers* of one half of the pairs and tried on the other half. That is better than a
real attacker, who has no answers.

**What it shows.** A link between trips of different days, or between trips hours apart, is not in what is stored. The
control shows that the attacker can win: rows of single vehicles, which the minimum forbids, give him clearly more.

**What it does not show.** Within one trip the window's median says how long trips took: who sees a car leave knows
about when it arrives. That is the purpose of the numbers. Nor does it speak of an attacker with cameras of his own, who
needs no stored row. And it is about a street with some 35 vehicles in a window, of which one in four is sampled: from a
quieter street next to nothing is stored.
"""

import random
from bisect import bisect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.events.presence import GroupMember, PresenceCounter, WindowCount
from ingest.events.travel_time import Segment, TravelTimeMatcher, TravelTimes
from sensors.formats.model import Movement, Passage
from sensors.vocabulary.codes import VehicleClass

FIRST = datetime(2026, 11, 17, tzinfo=UTC)
DAY, HOUR, QUARTER = timedelta(days=1), timedelta(hours=1), timedelta(minutes=15)
COMMUTERS, STRANGERS = 9_000, 3_000
CLASSES = (VehicleClass.CAR, VehicleClass.CAR, VehicleClass.CAR, VehicleClass.VAN, VehicleClass.TRUCK)
LAMPS = range(100, 112)
A, B = 1, 2
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Trip:
    vehicle: int
    vehicle_class: VehicleClass
    left: datetime
    took: float

    @property
    def arrived(self) -> datetime:
        return self.left + timedelta(seconds=self.took)


def drive(vehicle: int, rng: random.Random) -> Iterator[Trip]:
    """Two trips of a commuter, about as late on both days, or one of a stranger. The pace is the vehicle's own."""
    vehicle_class, pace = rng.choice(CLASSES), rng.lognormvariate(0, 0.25)
    usual = min(max(rng.choice((8.3, 17.3, 13.0)) + rng.gauss(0, 2.5), 1), 22) * 3600
    days = (0, 1) if vehicle < COMMUTERS else (rng.randrange(2),)
    for day in days:
        left = FIRST + day * DAY + timedelta(seconds=usual + rng.gauss(0, 1200))
        yield Trip(vehicle, vehicle_class, left, 300 * pace * rng.lognormvariate(0, 0.08))


@dataclass(frozen=True)
class Stored:
    times: dict[tuple[datetime, VehicleClass], TravelTimes]
    counts: dict[datetime, WindowCount]


def store(trips: list[Trip], rng: random.Random) -> Stored:
    """Everything that comes out for these trips, through the real rules."""
    matcher, counter = TravelTimeMatcher(), PresenceCounter()
    matcher.set_segments([Segment(1, 1, A, B, 8, QUARTER, one_in=4)], FIRST - DAY)
    counter.set_members([GroupMember(lamp, "helmond", "straat", "presence", 8, HOUR, 1) for lamp in LAMPS], FIRST - DAY)
    events: list[tuple[datetime, int, Trip]] = [(trip.left, A, trip) for trip in trips]
    events += [(trip.arrived, B, trip) for trip in trips]
    rows: list[TravelTimes] = []
    counts: list[WindowCount] = []
    for number, (now, point, trip) in enumerate(sorted(events, key=lambda event: event[0])):
        matcher.add_passage(point, Passage(now, f"{trip.vehicle:06d}", trip.vehicle_class), now)
        counter.add_movement(rng.choice(LAMPS), Movement(now, "presence", present=True), now)
        if number % 50 == 0:
            rows += matcher.close_finished(now)
            counts += counter.close_finished(now)
    rows += matcher.close_finished(FIRST + 3 * DAY)
    counts += counter.close_finished(FIRST + 3 * DAY)
    assert counts
    return Stored(
        {(row.window_start, row.vehicle_class): row for row in rows}, {row.window_start: row for row in counts}
    )


def per_vehicle(trips: list[Trip]) -> Stored:
    """The control: a row of each single vehicle, to the second, as if there were no minimum and no window."""
    rows: dict[tuple[datetime, VehicleClass], TravelTimes] = {}
    for trip in trips:
        at, what, took = trip.arrived, trip.vehicle_class, round(trip.took)
        rows[at, what] = TravelTimes(1, at, 15, what, median=took, p85=took, revision=1)
    return Stored(rows, {})


def features(trips: list[Trip], stored: Stored, window: Callable[[datetime], datetime]) -> Array:
    """What the stored rows say about each trip's arrival: median, p85 and movements; nan where nothing is."""
    table = np.full((len(trips), 3), np.nan)
    for number, trip in enumerate(trips):
        row = stored.times.get((window(trip.arrived), trip.vehicle_class))
        if row is not None:
            table[number, :2] = np.log([row.median, np.nan if row.p85 is None else row.p85])
        count = stored.counts.get(trip.arrived.replace(minute=0, second=0, microsecond=0))
        if count is not None:
            table[number, 2] = count.count
    return table


def unusual(table: Array, trips: list[Trip]) -> Array:
    """How far each lies from what is usual for its class and hour of the day, over both days; 0 where nothing is."""
    groups: dict[tuple[VehicleClass, int], list[int]] = {}
    for number, trip in enumerate(trips):
        groups.setdefault((trip.vehicle_class, trip.arrived.hour), []).append(number)
    away = np.nan_to_num(table)
    known = ~np.isnan(table)
    for members in groups.values():
        away[members] -= away[members].sum(axis=0) / np.maximum(known[members].sum(axis=0), 1)
    away[~known] = 0
    spread = np.sqrt((away**2).sum(axis=0) / np.maximum(known.sum(axis=0), 1))
    return np.clip(away / np.where(spread > 0, spread, 1), -3, 3)


def pairs(trips: list[Trip], rng: random.Random) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Same vehicle, and another of the same class as near in time of day: the mirror of the true one's distance."""
    second: dict[VehicleClass, list[tuple[datetime, int]]] = {}
    own: dict[int, int] = {}
    for number, trip in enumerate(trips):
        if trip.left >= FIRST + DAY:
            own[trip.vehicle] = number
            second.setdefault(trip.vehicle_class, []).append((trip.arrived, number))
    for there in second.values():
        there.sort()
    same: list[tuple[int, int]] = []
    other: list[tuple[int, int]] = []
    for number, trip in enumerate(trips):
        if trip.left >= FIRST + DAY or trip.vehicle not in own:
            continue
        goal = trip.arrived + DAY + rng.choice((-1, 1)) * (trips[own[trip.vehicle]].arrived - trip.arrived - DAY)
        there = second[trip.vehicle_class]
        at = bisect(there, (goal, 0))
        candidates = [one for one in there[max(at - 2, 0) : at + 2] if one[1] != own[trip.vehicle]]
        nearest = min(candidates, key=lambda one: abs(one[0] - goal))
        same.append((number, own[trip.vehicle]))
        other.append((number, nearest[1]))
    return same, other


def auc(positive: Array, negative: Array) -> float:
    """The chance that a true pair scores above a false one, ties half: the rank-sum statistic of Mann and Whitney."""
    _, where, counts = np.unique(np.concatenate([positive, negative]), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[where]
    n, m = len(positive), len(negative)
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def attack(away: Array, same: list[tuple[int, int]], other: list[tuple[int, int]]) -> float:
    """The AUC on half of the pairs, with the weights and the comparison that did best on the other half."""
    half = len(same) // 2
    parts = [np.array(part) for part in (same[:half], other[:half], same[half:], other[half:])]
    compared: list[Callable[[Array, Array], Array]] = [lambda a, b: a * b, lambda a, b: -np.abs(a - b)]
    weights = [np.array(each, dtype=float) for each in product((0, 1), repeat=3) if any(each)]

    def score(part: NDArray[np.int64], compare: Callable[[Array, Array], Array], weight: Array) -> Array:
        return compare(away[part[:, 0]], away[part[:, 1]]) @ weight

    best = max(product(compared, weights), key=lambda how: auc(score(parts[0], *how), score(parts[1], *how)))
    return auc(score(parts[2], *best), score(parts[3], *best))


@pytest.fixture(scope="module")
def two_days() -> list[Trip]:
    rng = random.Random(20261117)
    return [trip for vehicle in range(COMMUTERS + STRANGERS) for trip in drive(vehicle, rng)]


def quarter(instant: datetime) -> datetime:
    return instant - timedelta(seconds=instant.timestamp() % QUARTER.total_seconds())


@pytest.mark.slow
def test_two_trips_are_not_linked_by_what_is_stored(two_days: list[Trip]) -> None:
    stored = store(two_days, random.Random(1))
    assert len(stored.times) > 200
    away = unusual(features(two_days, stored, quarter), two_days)
    same, other = pairs(two_days, random.Random(2))
    assert len(same) > 5_000
    assert attack(away, same, other) == pytest.approx(0.5, abs=0.02)


def test_the_attacker_wins_from_rows_of_single_vehicles(two_days: list[Trip]) -> None:
    away = unusual(features(two_days, per_vehicle(two_days), lambda instant: instant), two_days)
    same, other = pairs(two_days, random.Random(2))
    assert attack(away, same, other) > 0.75


def test_auc_by_rank_is_the_share_of_pairs_in_order() -> None:
    rng = np.random.default_rng(3)
    high, low = rng.integers(0, 9, 80).astype(float), rng.integers(0, 7, 60).astype(float)
    by_hand = np.mean([(a > b) + (a == b) / 2 for a in high for b in low])
    assert auc(high, low) == pytest.approx(by_hand)
