"""Travel times against a simulated street whose truth is known, and what the matcher holds while it works."""

import gc
import random
import statistics
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.events.travel_time import MAX_TRAVEL_TIME, Segment, TravelTimeDiscards, TravelTimeMatcher, TravelTimes
from sensors.formats.model import Passage
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(hours=1)
QUARTER = timedelta(minutes=15)
A, B = 1, 2
THERE = Segment(datastream_id=10, revision=3, start_sensor_id=A, end_sensor_id=B, min_trips=5, window=QUARTER)
BACK = Segment(
    datastream_id=11, revision=4, start_sensor_id=B, end_sensor_id=A, min_trips=5, window=timedelta(minutes=5)
)
SLACK = timedelta(seconds=60)


@dataclass(frozen=True)
class Sent:
    """A passage, and when its message comes in."""

    received: datetime
    sensor: int
    passage: Passage


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def passed(sensor: int, after: float, who: str = "AB12CD", delay: float = 0, what: str = "car") -> Sent:
    time = NOON + seconds(after)
    return Sent(time + seconds(delay), sensor, Passage(time, who, VehicleClass(what)))


def matcher(*segments: Segment) -> TravelTimeMatcher:
    made = TravelTimeMatcher()
    made.set_segments(segments or (THERE,), LONG_AGO)
    return made


def play(
    made: TravelTimeMatcher, messages: Iterable[Sent], until: datetime = NOON + timedelta(hours=2)
) -> list[TravelTimes]:
    """Hand over the messages by the clock, with a look at what is due every 15 seconds from the first on."""
    rows: list[TravelTimes] = []
    in_order = sorted(messages, key=lambda sent: sent.received)
    now = in_order[0].received if in_order else NOON
    for sent in in_order:
        while now < sent.received:
            rows += made.close_finished(now)
            now += seconds(15)
        made.add_passage(sent.sensor, sent.passage, sent.received)
    while now <= until:
        rows += made.close_finished(now)
        now += seconds(15)
    return rows


def closed(made: TravelTimeMatcher) -> list[TravelTimes]:
    """What comes out when the clock goes on and nothing more comes in."""
    return list(made.close_finished(NOON + timedelta(hours=2)))


def trips(number: int, took: float = 100, start: float = 0, what: str = "car") -> list[Sent]:
    """So many vehicles that leave at A a second after each other and take a bit longer each."""
    return [
        each
        for n in range(number)
        for each in (
            passed(A, start + n, f"V{start}{n}", what=what),
            passed(B, start + n + took + n, f"V{start}{n}", what=what),
        )
    ]


class Street:
    """Two hours of traffic both ways between A and B, and the truth about it."""

    def __init__(self, seed: int, jitter: float) -> None:
        self.random = random.Random(seed)
        self.jitter = jitter
        self.messages: list[Sent] = []
        self.truth: dict[tuple[int, datetime, str], list[float]] = {}
        for segment, an_hour in ((THERE, 700), (BACK, 500)):
            for number in range(an_hour * 2):
                self.drive(segment, f"{segment.datastream_id}X{number}")

    def drive(self, segment: Segment, who: str) -> None:
        what = self.random.choices(["car", "truck", "motorcycle"], [80, 18, 2])[0]
        left = self.random.uniform(0, 7200)
        took = self.random.lognormvariate(5.7 if what == "car" else 6.0, 0.25)
        for sensor, at in ((segment.start_sensor_id, left), (segment.end_sensor_id, left + took)):
            self.messages.append(passed(sensor, at, who, self.random.uniform(0, self.jitter), what))
        arrived = NOON + seconds(left + took)
        window = arrived - (arrived - NOON) % segment.window
        self.truth.setdefault((segment.datastream_id, window, what), []).append(took)


@pytest.mark.parametrize("jitter", [0.0, 60.0], ids=["in order", "out of order"])
def test_clean_data_gives_the_truth_in_every_window_of_five(jitter: float) -> None:
    street = Street(seed=4, jitter=jitter)
    rows = play(matcher(THERE, BACK), street.messages, NOON + timedelta(hours=4))
    expected = {key: took for key, took in street.truth.items() if len(took) >= 5}
    found = {(row.datastream_id, row.window_start, row.vehicle_class.value): row for row in rows}
    assert found.keys() <= street.truth.keys()
    matched = sum(row.n for row in rows)
    assert matched >= 0.99 * sum(map(len, expected.values()))
    for key, row in found.items():
        assert len(street.truth[key]) >= row.n >= 5
        assert row.median == pytest.approx(statistics.median(street.truth[key]), rel=0.02)
        fifths = statistics.quantiles(street.truth[key], n=20, method="inclusive")
        assert row.p15 == pytest.approx(fifths[2], rel=0.03)
        assert row.p85 == pytest.approx(fifths[16], rel=0.03)
    assert any(len(took) < 5 for took in street.truth.values())


def test_missed_plates_lose_trips_but_make_no_wrong_ones() -> None:
    street = Street(seed=5, jitter=0)
    seen = [sent for sent in street.messages if street.random.random() > 0.1]
    rows = play(matcher(THERE, BACK), seen, NOON + timedelta(hours=4))
    assert sum(row.n for row in rows) == pytest.approx(0.81 * sum(map(len, street.truth.values())), rel=0.04)
    large = [row for row in rows if row.n >= 50]
    assert large
    for row in large:
        truth = street.truth[row.datastream_id, row.window_start, row.vehicle_class.value]
        assert row.median == pytest.approx(statistics.median(truth), rel=0.05)


def test_a_window_of_five_comes_out_and_one_of_four_is_nowhere() -> None:
    five = matcher()
    (row,) = play(five, trips(5))
    assert row == TravelTimes(10, NOON, 15, VehicleClass.CAR, 5, 102.0, 101.0, 103.0, 3)
    four = matcher()
    assert play(four, trips(4)) == []
    assert four.discards == TravelTimeDiscards(suppressed=1)


def test_fewer_than_five_never_come_out_whatever_the_entry_says_and_a_larger_minimum_holds() -> None:
    assert play(matcher(replace(THERE, min_trips=1)), trips(4)) == []
    assert play(matcher(replace(THERE, min_trips=6)), trips(5)) == []


def test_times_are_in_whole_seconds() -> None:
    (row,) = play(matcher(), trips(5, took=100.4))
    assert (row.p15, row.median, row.p85) == (101.0, 102.0, 104.0)


def test_classes_are_not_added_up() -> None:
    assert play(matcher(), trips(4) + trips(4, start=20, what="truck")) == []


def test_a_window_comes_out_once_five_minutes_after_its_end() -> None:
    made = matcher()
    play(made, trips(5), NOON + seconds(300))
    assert made.close_finished(NOON + timedelta(minutes=20, seconds=-1)) == ()
    assert len(made.close_finished(NOON + timedelta(minutes=20))) == 1
    assert made.close_finished(NOON + timedelta(minutes=21)) == ()


def test_a_trip_that_comes_too_late_for_its_window_is_counted() -> None:
    made = matcher()
    assert made.add_passage(A, passed(A, 0).passage, NOON) is None
    made.close_finished(NOON + timedelta(minutes=25))
    assert made.add_passage(B, passed(B, 600).passage, NOON + timedelta(minutes=25)) is None
    assert closed(made) == []
    assert made.discards == TravelTimeDiscards(late=1)


def test_a_trip_of_half_an_hour_counts_and_a_longer_one_does_not() -> None:
    def come(took: float) -> list[Sent]:
        return [passed(s, at + n / 10, f"V{n}") for n in range(5) for s, at in ((A, 0), (B, took))]

    assert [row.median for row in play(matcher(), come(1800))] == [1800]
    assert play(matcher(), come(1801)) == []
    assert play(matcher(), come(-60)) == []
    assert play(matcher(), come(0)) == []


def test_a_later_departure_replaces_an_earlier_one() -> None:
    again = [passed(A, 60 + n, f"V0{n}") for n in range(5)]
    assert [row.median for row in play(matcher(), trips(5) + again)] == [42]


def test_a_vehicle_that_arrives_once_counts_once() -> None:
    twice = [replace(sent, received=sent.received + seconds(3)) for sent in trips(5) if sent.sensor == B]
    assert [row.n for row in play(matcher(), trips(5) + twice)] == [5]


@pytest.mark.parametrize(("delay", "expected"), [(119, [5]), (181, [])])
def test_the_message_of_the_departure_may_be_two_minutes_later_than_that_of_the_arrival(
    delay: float, expected: list[int]
) -> None:
    messages = [
        passed(sensor, at + n, f"V{n}", late)
        for n in range(5)
        for sensor, at, late in ((A, 0, 100 + delay), (B, 100, 0))
    ]
    assert [row.n for row in play(matcher(), messages)] == expected


def test_trips_over_the_border_of_an_epoch_are_matched() -> None:
    border = trips(5, took=600, start=3600 - 300)
    assert [row.n for row in play(matcher(), border)] == [5]


@pytest.mark.parametrize(
    ("age", "reason"),
    [(1800, None), (1801, RejectionReason.TOO_LATE), (-60, None), (-61, RejectionReason.IN_FUTURE)],
)
def test_a_passage_is_taken_up_for_half_an_hour(age: float, reason: RejectionReason | None) -> None:
    made = matcher()
    assert made.add_passage(A, passed(A, -age).passage, NOON) is reason
    assert len(live_tokens(made)) == (0 if reason else 1)


def test_a_sensor_without_a_segment_leaves_nothing() -> None:
    made = matcher()
    assert made.add_passage(99, passed(A, 0).passage, NOON) is None
    assert live_tokens(made) == set()


def live_tokens(made: TravelTimeMatcher) -> set[bytes]:
    """Every token in the matcher, found by walking all objects that it holds; ids of segments begin with zeros."""
    return {
        each for each in held_by(made) if isinstance(each, bytes) and len(each) == 8 and not each.startswith(bytes(4))
    }


def live_keys(made: TravelTimeMatcher) -> list[bytearray]:
    return [each for each in held_by(made) if isinstance(each, bytearray)]


def held_by(made: TravelTimeMatcher) -> list[object]:
    found: dict[int, object] = {}
    left: list[object] = [made]
    while left:
        each = left.pop()
        if id(each) not in found and not isinstance(each, type | Callable):
            found[id(each)] = each
            left.extend(gc.get_referents(each))
    return list(found.values())


def test_no_token_is_older_than_half_an_hour_and_a_minute_and_two_epochs_live_at_most() -> None:
    made, rng = matcher(THERE, BACK), random.Random(7)
    born: dict[bytes, datetime] = {}
    now, most_keys = NOON + seconds(1), 0
    for step in range(2 * 60 * 2):
        for number in range(3):
            age = rng.choice([0, 0, 0, -59, 600, 1799])
            passage = Passage(now - seconds(age), f"V{step}X{number}", VehicleClass.CAR)
            before = live_tokens(made)
            made.add_passage(rng.choice([A, B]), passage, now)
            born.update(dict.fromkeys(live_tokens(made) - before, min(now, passage.time)))
        made.close_finished(now)
        assert all(now - born[token] <= MAX_TRAVEL_TIME + SLACK for token in live_tokens(made))
        most_keys = max(most_keys, len(live_keys(made)))
        now += seconds(29)
    assert most_keys == 2
    made.close_finished(now + MAX_TRAVEL_TIME + SLACK)
    assert live_tokens(made) == set()


def test_a_matched_token_is_gone_at_once() -> None:
    made = matcher()
    made.add_passage(A, passed(A, 0).passage, NOON)
    assert len(live_tokens(made)) == 1
    made.add_passage(B, passed(B, 100).passage, NOON + seconds(100))
    assert live_tokens(made) == set()


def test_a_key_is_overwritten_when_its_epoch_is_over() -> None:
    made = matcher()
    made.add_passage(A, passed(A, 0).passage, NOON)
    (key,) = live_keys(made)
    assert len(key) == 32
    assert any(key)
    made.close_finished(NOON + timedelta(hours=1, minutes=30))
    assert live_keys(made) == [key]
    made.close_finished(NOON + timedelta(hours=1, minutes=31))
    assert live_keys(made) == []
    assert not any(key)


def test_a_clock_that_is_set_back_drops_everything() -> None:
    made = matcher()
    made.add_passage(A, passed(A, 0).passage, NOON)
    made.close_finished(NOON - seconds(5))
    assert len(live_tokens(made)) == 1
    made.close_finished(NOON - seconds(30))
    assert live_tokens(made) == set()
    assert live_keys(made) == []


def test_neither_two_matchers_nor_two_segments_have_a_token_in_common() -> None:
    forked = replace(THERE, datastream_id=12)
    first, second = matcher(THERE, forked), matcher(THERE, forked)
    for made in (first, second):
        made.add_passage(A, passed(A, 0).passage, NOON)
        assert len(live_tokens(made)) == 2
    assert live_tokens(first).isdisjoint(live_tokens(second))


def test_nothing_of_an_identifier_is_held() -> None:
    made = matcher(THERE, BACK)
    made.add_passage(A, passed(A, 0, "CANARY123").passage, NOON)
    assert not any("CANARY" in each for each in held_by(made) if isinstance(each, str))
    assert not any(b"CANARY" in each for each in held_by(made) if isinstance(each, bytes | bytearray))


@pytest.mark.parametrize("changed", [(), (replace(THERE, revision=9),), (replace(THERE, min_trips=6),)])
def test_a_segment_that_is_gone_or_changed_is_forgotten_at_once(changed: tuple[Segment, ...]) -> None:
    made = matcher()
    for sent in [*trips(5), passed(A, 0)]:
        made.add_passage(sent.sensor, sent.passage, NOON + seconds(250))
    made.set_segments(changed, NOON + seconds(300))
    assert live_tokens(made) == set()
    assert closed(made) == []


def test_a_segment_that_stays_keeps_what_it_has() -> None:
    made = matcher()
    for sent in trips(5):
        made.add_passage(sent.sensor, sent.passage, NOON + seconds(250))
    made.set_segments((BACK, THERE), NOON + seconds(300))
    assert [row.n for row in closed(made)] == [5]


@pytest.mark.parametrize(("observed_for", "rows"), [(timedelta(minutes=30), 1), (timedelta(minutes=29), 0)])
def test_the_first_window_begins_half_an_hour_after_the_start(observed_for: timedelta, rows: int) -> None:
    made = TravelTimeMatcher()
    made.set_segments([THERE], NOON - observed_for)
    assert len(play(made, trips(5))) == rows
    assert made.discards.unobserved == 1 - rows


@pytest.mark.parametrize(
    ("since", "until", "rows"),
    [(-20, -10, 1), (-20, 1, 0), (890, 895, 0), (900, 910, 1), (-1900, -1801, 1), (-1900, -1790, 0)],
)
def test_a_window_that_an_interruption_touches_does_not_come_out(since: float, until: float, rows: int) -> None:
    """After more than a minute the half hour that trips may take has to be observed again."""
    made = matcher()
    made.record_gap(NOON + seconds(since), NOON + seconds(until))
    assert len(play(made, trips(5))) == rows


def test_a_flood_costs_the_segment_it_comes_from_and_memory_stays_bounded() -> None:
    other = replace(THERE, datastream_id=20, start_sensor_id=3, end_sensor_id=4)
    made = TravelTimeMatcher(max_tokens=1000)
    made.set_segments([THERE, other], LONG_AGO)
    quiet = [replace(sent, sensor=sent.sensor + 2) for sent in trips(5, took=800)]
    flood = [passed(A, n / 10, f"F{n}") for n in range(8000)]
    for sent in sorted([*quiet, *flood], key=lambda sent: sent.received):
        made.add_passage(sent.sensor, sent.passage, sent.received)
    assert 0 < len(live_tokens(made)) <= 1000
    assert made.discards.evicted >= 7000
    assert [row.datastream_id for row in closed(made)] == [20]


@pytest.mark.slow
def test_a_token_costs_less_than_two_hundred_bytes() -> None:
    """So a million of them, the most that may live, fit in 200 MB."""
    made = matcher()
    tracemalloc.start()
    try:
        for number in range(20_000):
            now = NOON + seconds(number / 20)
            made.add_passage(A, Passage(now, f"V{number}", VehicleClass.CAR), now)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(live_tokens(made)) == 20_000
    assert held / 20_000 < 200
