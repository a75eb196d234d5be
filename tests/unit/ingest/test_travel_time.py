"""Travel times against a simulated street whose truth is known, and what the matcher holds while it works."""

import gc
import random
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.events.travel_time import MAX_TRAVEL_TIME, Segment, TravelTimeMatcher, TravelTimes
from ingest.events.trip_windows import percentiles
from sensors.formats.model import Passage
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LONG_AGO = NOON - timedelta(hours=1)
QUARTER = timedelta(minutes=15)
A, B = 1, 2
THERE = Segment(datastream_id=10, revision=3, start_sensor_id=A, end_sensor_id=B, minimum=8, window=QUARTER, one_in=1)
"""Every vehicle is in its sample, so that what comes out is certain. Chance is tried in test_trip_windows."""
BACK = replace(THERE, datastream_id=11, revision=4, start_sensor_id=B, end_sensor_id=A, window=timedelta(hours=1))
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
def test_clean_data_gives_the_truth_in_every_window_of_eight(jitter: float) -> None:
    street = Street(seed=4, jitter=jitter)
    rows = play(matcher(THERE, BACK), street.messages, NOON + timedelta(hours=4))
    found = {(row.datastream_id, row.window_start, row.vehicle_class.value): (row.median, row.p85) for row in rows}
    expected = {key: percentiles(took, 8) for key, took in street.truth.items()}
    assert found == {key: figures for key, figures in expected.items() if figures is not None}
    assert None in expected.values()
    assert {p85 is None for _, p85 in found.values()} == {True, False}


def test_missed_plates_lose_trips_but_make_no_wrong_ones() -> None:
    street = Street(seed=5, jitter=0)
    seen = [sent for sent in street.messages if street.random.random() > 0.1]
    rows = play(matcher(THERE, BACK), seen, NOON + timedelta(hours=4))
    large = [row for row in rows if len(street.truth[row.datastream_id, row.window_start, row.vehicle_class]) >= 50]
    assert len(large) > 10
    for row in large:
        truth = percentiles(street.truth[row.datastream_id, row.window_start, row.vehicle_class], 8)
        assert truth is not None
        assert row.median == pytest.approx(truth.median, rel=0.05, abs=5)


def test_a_window_of_eight_comes_out_and_one_of_seven_is_nowhere() -> None:
    eight = matcher()
    (row,) = play(eight, trips(8), NOON + timedelta(minutes=30))
    assert row == TravelTimes(10, NOON, 15, VehicleClass.CAR, 105, None, 3)
    seven, nobody = matcher(), matcher()
    assert play(seven, trips(7)) == play(nobody, []) == []
    assert (seven.discards, seven.book.take()) == (nobody.discards, nobody.book.take())


def test_what_is_not_released_is_counted_by_the_clock_whoever_came() -> None:
    """An hour before noon of which the first half is not observed, and two after it: windows of a quarter."""
    made = matcher()
    play(made, [], NOON + timedelta(hours=2))
    assert made.book.totals == {"unobserved": 2, "suppressed": 9}


def test_fewer_than_eight_never_come_out_whatever_the_entry_says_and_a_larger_minimum_holds() -> None:
    assert play(matcher(replace(THERE, minimum=1)), trips(7)) == []
    assert play(matcher(replace(THERE, minimum=9)), trips(8)) == []


def test_only_a_sample_comes_out() -> None:
    """Of eight vehicles all would have to be in it: 1 in 65,536."""
    assert [play(matcher(replace(THERE, one_in=4)), trips(8)) for _ in range(3)] == [[], [], []]
    assert len(play(matcher(replace(THERE, one_in=4)), trips(200, took=20))) == 1


def test_classes_are_not_added_up() -> None:
    assert play(matcher(), trips(7) + trips(7, start=20, what="truck")) == []


def test_a_vehicle_that_is_seen_as_two_classes_is_of_another_one() -> None:
    unsure = [replace(sent, passage=replace(sent.passage, vehicle_class=VehicleClass.VAN)) for sent in trips(8)]
    seen = [one if one.sensor == A else other for one, other in zip(trips(8), unsure, strict=True)]
    assert [row.vehicle_class for row in play(matcher(), seen)] == [VehicleClass.OTHER]


def test_a_vehicle_that_circles_counts_once_in_a_window() -> None:
    def circling(number: int) -> list[Sent]:
        return [passed(sensor, at + 60 * lap, f"C{number}") for lap in range(10) for sensor, at in ((A, 0), (B, 50))]

    assert play(matcher(), circling(0)) == []
    assert play(matcher(), trips(7, took=20) + circling(0))[0].median == 25


def test_a_window_comes_out_once_five_minutes_after_its_end() -> None:
    made = matcher()
    play(made, trips(8), NOON + seconds(300))
    assert made.close_finished(NOON + timedelta(minutes=20, seconds=-1)) == ()
    assert len(made.close_finished(NOON + timedelta(minutes=20))) == 1
    assert made.close_finished(NOON + timedelta(minutes=21)) == ()


def test_a_trip_that_comes_too_late_for_its_window_is_counted() -> None:
    made = matcher()
    assert made.add_passage(A, passed(A, 0).passage, NOON) is None
    made.close_finished(NOON + timedelta(minutes=25))
    assert made.add_passage(B, passed(B, 600).passage, NOON + timedelta(minutes=25)) is None
    assert closed(made) == []
    assert made.discards.late == 1


def test_a_trip_of_half_an_hour_counts_and_a_longer_one_does_not() -> None:
    def come(took: float) -> list[Sent]:
        return [passed(s, at + n / 10, f"V{n}") for n in range(8) for s, at in ((A, 0), (B, took))]

    assert [row.median for row in play(matcher(), come(1800))] == [1800]
    assert play(matcher(), come(1801)) == []
    assert play(matcher(), come(-60)) == []
    assert play(matcher(), come(0)) == []


def test_a_later_departure_replaces_an_earlier_one() -> None:
    again = [passed(A, 60 + n, f"V0{n}") for n in range(8)]
    assert [row.median for row in play(matcher(), trips(8) + again)] == [45]


def test_messages_that_are_sent_again_count_once() -> None:
    again = [replace(sent, received=sent.received + seconds(3)) for sent in trips(7)]
    assert play(matcher(), trips(7) + again) == []
    more = [replace(sent, received=sent.received + seconds(3)) for sent in trips(9)]
    assert play(matcher(), trips(9) + more) == play(matcher(), trips(9))


@pytest.mark.parametrize(("delay", "rows"), [(119, 1), (181, 0)])
def test_the_message_of_the_departure_may_be_two_minutes_later_than_that_of_the_arrival(
    delay: float, rows: int
) -> None:
    messages = [
        passed(sensor, at + n, f"V{n}", late)
        for n in range(8)
        for sensor, at, late in ((A, 0, 100 + delay), (B, 100, 0))
    ]
    assert len(play(matcher(), messages)) == rows


def test_trips_over_the_border_of_an_epoch_are_matched() -> None:
    border = trips(8, took=600, start=3600 - 300)
    assert [row.median for row in play(matcher(), border)] == [605]


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
    """The keys of epochs."""
    return [each for each in held_by(made) if isinstance(each, bytearray) and len(each) == 32]


def window_keys(made: TravelTimeMatcher) -> list[bytearray]:
    return [each for each in held_by(made) if isinstance(each, bytearray) and len(each) == 16]


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


def test_a_matched_token_is_gone_at_once_and_its_tag_with_the_window() -> None:
    made = matcher(replace(THERE, window=timedelta(hours=1)))
    made.add_passage(A, passed(A, 0).passage, NOON)
    (token,) = live_tokens(made)
    made.add_passage(B, passed(B, 100).passage, NOON + seconds(100))
    (tag,), (key,) = live_tokens(made), window_keys(made)
    assert tag != token
    made.close_finished(NOON + timedelta(minutes=65) - seconds(1))
    assert live_tokens(made) == {tag}
    made.close_finished(NOON + timedelta(minutes=65))
    assert live_tokens(made) == set()
    assert not any(key)


def test_of_a_trip_outside_the_sample_nothing_is_held() -> None:
    made = matcher(replace(THERE, one_in=2**63))
    for sent in trips(8):
        made.add_passage(sent.sensor, sent.passage, sent.received)
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


@pytest.mark.parametrize("changed", [(), (replace(THERE, revision=9),), (replace(THERE, one_in=5),)])
def test_a_segment_that_is_gone_or_changed_is_forgotten_at_once(changed: tuple[Segment, ...]) -> None:
    made = matcher()
    for sent in [*trips(8), passed(A, 0)]:
        made.add_passage(sent.sensor, sent.passage, NOON + seconds(250))
    keys = window_keys(made)
    made.set_segments(changed, NOON + seconds(300))
    assert live_tokens(made) == set()
    assert [any(key) for key in keys] == [False]
    assert closed(made) == []


def test_a_segment_that_stays_keeps_what_it_has() -> None:
    made = matcher()
    for sent in trips(8):
        made.add_passage(sent.sensor, sent.passage, NOON + seconds(250))
    made.set_segments((BACK, THERE), NOON + seconds(300))
    assert [row.median for row in closed(made)] == [105]


@pytest.mark.parametrize(("observed_for", "rows"), [(timedelta(minutes=30), 1), (timedelta(minutes=29), 0)])
def test_the_first_window_begins_half_an_hour_after_the_start(observed_for: timedelta, rows: int) -> None:
    made = TravelTimeMatcher()
    made.set_segments([THERE], NOON - observed_for)
    assert len(play(made, trips(8))) == rows
    assert made.book.totals["unobserved"] == 3 - rows


@pytest.mark.parametrize(
    ("since", "until", "rows"),
    [(-20, -10, 1), (-20, 1, 0), (890, 895, 0), (900, 910, 1), (-1900, -1801, 1), (-1900, -1790, 0)],
)
def test_a_window_that_an_interruption_touches_does_not_come_out(since: float, until: float, rows: int) -> None:
    """After more than a minute the half hour that trips may take has to be observed again."""
    made = matcher()
    made.record_gap(NOON + seconds(since), NOON + seconds(until))
    assert len(play(made, trips(8))) == rows


def test_a_flood_costs_the_segment_it_comes_from_and_memory_stays_bounded() -> None:
    other = replace(THERE, datastream_id=20, start_sensor_id=3, end_sensor_id=4)
    made = TravelTimeMatcher(max_tokens=1000)
    made.set_segments([THERE, other], LONG_AGO)
    quiet = [replace(sent, sensor=sent.sensor + 2) for sent in trips(8, took=800)]
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
