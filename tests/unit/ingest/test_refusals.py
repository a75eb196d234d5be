"""How many events were refused is known by kind and day, roughly, and of nobody."""

from datetime import UTC, datetime, timedelta
from math import sqrt
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events import refusals
from ingest.events.movement_noise import NOISE_VARIANCE_PER_LAMP
from ingest.events.pipeline import EventOutcome
from ingest.events.refusals import KINDS_COUNTED, REASONS_COUNTED, REFUSAL_NOISE, UNDECLARED, RefusalCounter
from ingest.pipeline import Rejection
from sensors.policy.promises import MAX_MOVEMENT_SHIFT, MAX_WALK_PASSES
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

MIDNIGHT = datetime(2026, 11, 20, tzinfo=LOCAL_TIME_ZONE).astimezone(UTC)
DAY = timedelta(days=1)
seconds = st.integers(0, 86_000)


def refused(
    *reasons: RejectionReason, sensor: int | None = 1, topic: str = "event/+/streetlight/+/json", dropped: int = 0
) -> EventOutcome:
    return EventOutcome(sensor, topic, 0, tuple(Rejection(each, "") for each in reasons), dropped)


FAST = refused(RejectionReason.IN_FUTURE)


@pytest.fixture
def without_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "add_noise", _unchanged)


def _unchanged(count: int, _: float) -> int:
    return count


def counted(*events: tuple[int, EventOutcome]) -> dict[tuple[str, str], int]:
    """What is counted of events at these seconds of a day, where it isn't nought."""
    counter = RefusalCounter(MIDNIGHT)
    for second, outcome in events:
        counter.add(outcome, MIDNIGHT + timedelta(seconds=second))
    return {(row.kind, row.reason): row.events for row in counter.close_day(MIDNIGHT + DAY) if row.events}


@pytest.mark.usefixtures("without_noise")
def test_a_message_counts_once_by_kind_and_first_reason() -> None:
    several = refused(RejectionReason.NO_TIME, RejectionReason.NOT_A_NUMBER, dropped=3)
    unknown = refused(RejectionReason.UNREGISTERED, sensor=None, topic="event/+/air_quality/+/json")
    nowhere = refused(RejectionReason.UNKNOWN_TOPIC, sensor=None, topic="event/+/+/+/+")
    undeclared = EventOutcome(2, "event/+/traffic/+/json", 1, (), 4)
    taken_up = EventOutcome(2, "event/+/traffic/+/json", 1, (), 0)
    assert counted((1, several), (2, unknown), (3, nowhere), (4, undeclared), (5, taken_up)) == {
        ("streetlight", "no_time"): 1,
        ("other", "unregistered"): 1,
        ("other", "unknown_topic"): 1,
        ("traffic", UNDECLARED): 1,
    }


@pytest.mark.usefixtures("without_noise")
@given(st.lists(seconds, max_size=20), seconds, st.lists(st.integers(0, 29), min_size=1, max_size=5))
def test_who_passes_adds_one_at_most_however_many_messages_that_gives(
    others: list[int], at: int, messages: list[int]
) -> None:
    before = [(second, FAST) for second in others]
    both = before + [(at + later, FAST) for later in messages]
    without, with_person = (
        counted(*sorted(events, key=lambda event: event[0])).get(("streetlight", "in_future"), 0)
        for events in (before, both)
    )
    assert without <= with_person <= without + 1


@pytest.mark.usefixtures("without_noise")
def test_lamps_count_apart_and_senders_outside_the_register_together() -> None:
    lamps = [(lamp, refused(RejectionReason.IN_FUTURE, sensor=lamp)) for lamp in range(20)]
    strangers = [(second, refused(RejectionReason.UNREGISTERED, sensor=None)) for second in range(20)]
    assert counted(*lamps) == {("streetlight", "in_future"): 20}
    assert counted(*strangers) == {("streetlight", "unregistered"): 1}


def test_a_day_gives_a_number_for_everything_once_and_none_before_it_is_over() -> None:
    counter = RefusalCounter(MIDNIGHT + timedelta(hours=9))
    assert counter.close_day(MIDNIGHT + DAY - timedelta(seconds=1)) == ()
    rows = counter.close_day(MIDNIGHT + DAY)
    assert len({(row.kind, row.reason) for row in rows}) == len(rows) == len(KINDS_COUNTED) * len(REASONS_COUNTED)
    assert {(row.since, row.until) for row in rows} == {(MIDNIGHT + timedelta(hours=9), MIDNIGHT + DAY)}
    assert counter.close_day(MIDNIGHT + DAY) == ()


@pytest.mark.usefixtures("without_noise")
def test_the_next_day_begins_at_nought() -> None:
    counter = RefusalCounter(MIDNIGHT)
    counter.add(FAST, MIDNIGHT + DAY - timedelta(seconds=1))
    assert sum(row.events for row in counter.close_day(MIDNIGHT + DAY)) == 1
    counter.add(FAST, MIDNIGHT + DAY + timedelta(seconds=1))
    assert sum(row.events for row in counter.close_day(MIDNIGHT + 2 * DAY)) == 1


def test_the_numbers_have_the_noise_they_state_and_no_bias() -> None:
    found = [row for _ in range(60) for row in RefusalCounter(MIDNIGHT).close_day(MIDNIGHT + DAY)]
    assert {row.noise for row in found} == {REFUSAL_NOISE}
    numbers = [row.events for row in found]
    assert abs(fmean(numbers)) < 4 * REFUSAL_NOISE / sqrt(len(numbers))
    assert float(np.std(numbers)) == pytest.approx(REFUSAL_NOISE, rel=0.06)


@given(
    st.lists(st.tuples(st.integers(12, 400), st.integers(0, MAX_WALK_PASSES)), max_size=8),
    st.lists(st.integers(0, MAX_WALK_PASSES), max_size=4),
)
def test_a_walk_past_groups_and_faulty_lamps_together_stays_within_the_bound(
    groups: list[tuple[int, int]], refused_passes: list[int]
) -> None:
    """Every pass is counted in a window or refused; a group's lamps are passed twice at most."""
    left, shift_squared = MAX_WALK_PASSES, 0.0
    for lamps, wished in groups:
        passes = min(left, wished, 2 * lamps)
        left -= passes
        shift_squared += passes**2 / (NOISE_VARIANCE_PER_LAMP * lamps)
    for wished in refused_passes:
        passes = min(left, wished)
        left -= passes
        shift_squared += (passes / REFUSAL_NOISE) ** 2
    assert sqrt(shift_squared) <= MAX_MOVEMENT_SHIFT + 1e-12
