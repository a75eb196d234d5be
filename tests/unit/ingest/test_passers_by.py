"""Counters that report road users one by one: cells exist by the clock, and have noise that is drawn once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events import passers_by
from ingest.events.passers_by import EventCounter, PassCount, PassCounter
from sensors.formats.model import PassersBy
from sensors.vocabulary.rejection_reasons import RejectionReason

MORNING = datetime(2026, 11, 23, 6, tzinfo=UTC)
"""Seven o'clock in Amsterdam."""
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GRACE = 5 * MINUTE
WALKERS = EventCounter(1, 10, "count_pedestrian", 12, has_night=True)
CARS = EventCounter(2, 10, "count_car", 15, has_night=False)
Noise = Callable[[int, float], int]


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """No noise, so that a test sees what it was added to."""
    monkeypatch.setattr(passers_by, "add_noise", _unchanged)


def _unchanged(count: int, _: float) -> int:
    return count


def counting(*counters: EventCounter, since: datetime = MORNING, due_from: datetime | None = None) -> PassCounter:
    counter = PassCounter()
    counter.set_counters(counters or (WALKERS, CARS), since, due_from or since)
    return counter


def walk_by(counter: PassCounter, at: datetime, number: int = 1, received: datetime | None = None) -> object:
    return counter.add(10, PassersBy(at, "count_pedestrian", number), received or at)


@pytest.mark.usefixtures("exact")
def test_each_hour_is_one_cell_five_minutes_after_its_end_also_of_nobody() -> None:
    counter = counting()
    for number in (1, 2, 0):
        assert walk_by(counter, MORNING + 10 * MINUTE, number) is None
    assert counter.add(10, PassersBy(MORNING + 61 * MINUTE, "count_car", 1), MORNING + 61 * MINUTE) is None
    assert counter.close_finished(MORNING + HOUR + GRACE - MINUTE) == ()
    first = counter.close_finished(MORNING + HOUR + GRACE)
    assert first == (PassCount(2, "hour", MORNING, 0, 15), PassCount(1, "hour", MORNING, 3, 12))
    assert counter.close_finished(MORNING + HOUR + GRACE) == ()
    second = counter.close_finished(MORNING + 2 * HOUR + GRACE)
    assert [each.count for each in second] == [1, 0]


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize(("evening", "hours"), [(datetime(2026, 11, 23, 22, tzinfo=UTC), 7)])
def test_a_night_is_one_cell_of_those_on_foot_and_seven_of_cars(evening: datetime, hours: int) -> None:
    counter = counting(since=evening)
    for number in range(hours):
        walk_by(counter, evening + number * HOUR + MINUTE)
    cells = counter.close_finished(evening + hours * HOUR + GRACE)
    assert [each for each in cells if each.datastream_id == 1] == [PassCount(1, "night", evening, hours, 12)]
    assert [each.start for each in cells if each.datastream_id == 2] == [evening + n * HOUR for n in range(hours)]
    assert {each.period for each in cells if each.datastream_id == 2} == {"hour"}


@pytest.mark.usefixtures("exact")
def test_a_cell_that_was_not_observed_in_full_is_unknown_whoever_passed() -> None:
    counter = counting(WALKERS, since=MORNING + MINUTE, due_from=MORNING - HOUR)
    walk_by(counter, MORNING + 2 * MINUTE)
    counter.record_gap(MORNING + 2 * HOUR + 10 * MINUTE, MORNING + 2 * HOUR + 11 * MINUTE)
    # Those who passed at the end of an hour may be reported after it.
    counter.record_gap(MORNING + 5 * HOUR + MINUTE, MORNING + 5 * HOUR + 2 * MINUTE)
    cells = counter.close_finished(MORNING + 7 * HOUR + GRACE)
    assert [(each.start, each.count) for each in cells] == [
        (MORNING - HOUR, None),
        (MORNING, None),
        (MORNING + HOUR, 0),
        (MORNING + 2 * HOUR, None),
        (MORNING + 3 * HOUR, 0),
        (MORNING + 4 * HOUR, None),
        (MORNING + 5 * HOUR, None),
        (MORNING + 6 * HOUR, 0),
    ]


@pytest.mark.usefixtures("exact")
def test_who_comes_late_or_is_ahead_is_in_no_cell() -> None:
    counter = counting(WALKERS)
    assert walk_by(counter, MORNING, received=MORNING + HOUR + GRACE) is RejectionReason.TOO_LATE
    counter.close_finished(MORNING + HOUR + GRACE)
    assert walk_by(counter, MORNING + MINUTE, received=MORNING + HOUR) is RejectionReason.TOO_LATE
    ahead = MORNING + 3 * HOUR
    assert walk_by(counter, ahead, received=ahead - 2 * MINUTE) is RejectionReason.IN_FUTURE
    assert counter.add(11, PassersBy(MORNING, "count_pedestrian", 1), MORNING) is RejectionReason.NOT_INGESTED
    assert {each.count for each in counter.close_finished(MORNING + 4 * HOUR + GRACE)} == {0}


@pytest.mark.usefixtures("exact")
def test_a_neighbour_adds_to_the_noise_and_takes_away_no_count() -> None:
    counter = counting(WALKERS)
    walk_by(counter, MORNING + MINUTE)
    counter.set_counters([EventCounter(1, 10, "count_pedestrian", 17, has_night=True)], MORNING + 9 * MINUTE, MORNING)
    walk_by(counter, MORNING + 10 * MINUTE)
    assert counter.close_finished(MORNING + HOUR + GRACE) == (PassCount(1, "hour", MORNING, 2, 17),)
    counter.set_counters([], MORNING + HOUR, MORNING)
    assert counter.close_finished(MORNING + 3 * HOUR) == ()


def test_each_cell_has_noise_of_its_own() -> None:
    counter = counting(CARS)
    counts = [each.count or 0 for each in counter.close_finished(MORNING + 2000 * HOUR + GRACE)]
    assert len(counts) == 2000
    assert abs(fmean(counts)) < 4 * 15 / 2000**0.5
    assert stdev(counts) == pytest.approx(15, rel=0.08)
    assert min(counts) < 0


@given(st.lists(st.integers(0, 40 * 60 - 1), max_size=30), st.randoms(use_true_random=False))
def test_every_pass_is_in_one_cell_whatever_the_order_of_messages(minutes: list[int], order: Random) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passers_by, "add_noise", _unchanged)
        found: list[tuple[PassCount, ...]] = []
        for _ in range(2):
            counter = counting(WALKERS)
            # All at once, while no hour has been closed yet.
            for minute in minutes:
                passed = PassersBy(MORNING + minute * MINUTE, "count_pedestrian", 1)
                assert counter.add(10, passed, passed.time) is None
            found.append(counter.close_finished(MORNING + 48 * HOUR))
            order.shuffle(minutes)
    assert found[0] == found[1]
    assert sum(each.count or 0 for each in found[0]) == len(minutes)
