"""Movements at lamps: which windows come out, with which count, on every kind of night."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events.presence import MAX_MOVEMENTS, GroupMember, PresenceCounter, PresenceDiscards, WindowCount
from ingest.events.windows import window_of
from sensors.formats.model import Movement
from sensors.vocabulary.rejection_reasons import RejectionReason

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR = timedelta(hours=1)


def clock(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A time on the clock of Amsterdam."""
    return datetime(2026, month, day, hour, minute, tzinfo=AMSTERDAM)


TEN = clock(20, 10)
START = clock(20, 9)
LAMP = GroupMember(1, "helmond", "kasteelpark", "presence", 8, HOUR, revision=5)
PARK = [replace(LAMP, sensor_id=number) for number in range(10)]


def counter(*members: GroupMember, since: datetime = START) -> PresenceCounter:
    made = PresenceCounter()
    made.set_members(members or PARK, since)
    return made


def move(made: PresenceCounter, lamps: int, at: datetime, *, present: bool = True) -> None:
    for lamp in range(lamps):
        assert made.add_movement(lamp, Movement(at, "presence", present), at) is None


def closed(made: PresenceCounter, at: datetime = TEN + 2 * HOUR) -> list[tuple[int, int]]:
    return [(row.sensors, row.count) for row in made.close_finished(at)]


def test_movements_of_eight_lamps_come_out_as_one_count() -> None:
    made = counter()
    move(made, 8, TEN)
    move(made, 3, TEN + timedelta(minutes=59))
    assert made.close_finished(TEN + HOUR + timedelta(minutes=4, seconds=59)) == ()
    assert made.close_finished(TEN + HOUR + timedelta(minutes=5)) == (
        WindowCount("helmond", "kasteelpark", "presence", TEN, TEN + HOUR, 8, 11, 5),
    )
    assert made.close_finished(TEN + 3 * HOUR) == ()


def test_seven_lamps_are_too_few_however_much_they_see() -> None:
    made = counter()
    for minute in range(30):
        move(made, 7, TEN + timedelta(minutes=minute))
    assert closed(made) == []
    assert made.discards == PresenceDiscards(suppressed=1)


def test_an_entry_cannot_ask_for_fewer_lamps_or_a_shorter_window() -> None:
    weak = [replace(lamp, minimum_sensors=1, window=timedelta(minutes=30)) for lamp in PARK]
    made = counter(*weak)
    move(made, 7, TEN)
    assert closed(made) == []
    assert made.discards.suppressed == 1
    made = counter(*weak)
    move(made, 8, TEN)
    move(made, 8, TEN + timedelta(minutes=40))
    assert closed(made) == [(8, 16)]


def test_a_window_that_came_out_does_not_open_again_when_the_clock_is_set_back() -> None:
    made = counter()
    move(made, 8, TEN)
    assert closed(made) == [(8, 8)]
    assert made.add_movement(1, Movement(TEN, "presence", present=True), TEN) is RejectionReason.TOO_LATE


def test_a_lamp_that_sees_nobody_is_heard_and_adds_nothing() -> None:
    made = counter()
    move(made, 9, TEN, present=False)
    move(made, 2, TEN + timedelta(minutes=1))
    assert closed(made) == [(9, 2)]


def test_the_same_movement_again_counts_once() -> None:
    made = counter()
    move(made, 8, TEN)
    move(made, 8, TEN)
    assert made.discards.duplicate == 8
    assert closed(made) == [(8, 8)]


def test_a_lamp_that_is_broken_cannot_fill_memory() -> None:
    made = counter()
    for number in range(MAX_MOVEMENTS + 10):
        made.add_movement(0, Movement(TEN + timedelta(milliseconds=number), "presence", present=True), TEN)
    assert made.discards.excess == 10


def test_late_movements_are_for_their_own_window_until_it_closes() -> None:
    made = counter()
    late = Movement(TEN + timedelta(minutes=59), "presence", present=True)
    assert made.add_movement(1, late, TEN + HOUR + timedelta(minutes=4)) is None
    assert made.add_movement(2, late, TEN + HOUR + timedelta(minutes=5)) is RejectionReason.TOO_LATE
    assert made.add_movement(3, replace(late, time=TEN + timedelta(seconds=61)), TEN) is RejectionReason.IN_FUTURE
    assert made.add_movement(3, replace(late, time=TEN + timedelta(seconds=60)), TEN) is None
    assert made.add_movement(99, late, TEN + HOUR) is RejectionReason.NOT_INGESTED


def test_the_strictest_rule_of_a_group_holds() -> None:
    stricter = replace(LAMP, sensor_id=0, minimum_sensors=10, window=3 * HOUR, revision=8)
    made = counter(stricter, *PARK[1:])
    move(made, 9, TEN)
    assert closed(made, clock(20, 13)) == []
    move(made, 10, clock(20, 13))
    (row,) = made.close_finished(clock(20, 16, 0))
    assert (row.window_start, row.window_end, row.sensors, row.revision) == (clock(20, 12), clock(20, 15), 10, 8)


def test_groups_do_not_mix() -> None:
    made = counter(*PARK[:5], *(replace(lamp, group_name="markt") for lamp in PARK[5:]))
    move(made, 10, TEN)
    assert closed(made) == []
    assert made.discards.suppressed == 2


def test_a_lamp_that_leaves_the_register_takes_its_movements_along() -> None:
    made = counter()
    move(made, 10, TEN)
    made.set_members(PARK[:9], TEN + timedelta(minutes=30))
    assert closed(made) == [(9, 9)]


def test_a_group_whose_rule_changes_begins_anew() -> None:
    made = counter()
    move(made, 10, TEN)
    made.set_members([replace(lamp, minimum_sensors=9) for lamp in PARK], TEN + timedelta(minutes=30))
    move(made, 10, TEN + timedelta(minutes=40))
    assert closed(made) == []
    assert made.discards == PresenceDiscards(unobserved=1)


def test_a_window_that_began_before_the_start_does_not_come_out() -> None:
    made = counter(since=TEN + timedelta(seconds=1))
    move(made, 10, TEN + timedelta(minutes=1))
    assert closed(made) == []
    assert made.discards == PresenceDiscards(unobserved=1)


@pytest.mark.parametrize(("since", "until", "comes_out"), [(-20, -10, True), (-20, 1, False), (59, 61, False)])
def test_a_window_that_an_interruption_touches_does_not_come_out(since: int, until: int, comes_out: bool) -> None:
    made = counter()
    move(made, 10, TEN + timedelta(minutes=30))
    made.record_gap(TEN + timedelta(minutes=since), TEN + timedelta(minutes=until))
    assert bool(closed(made)) is comes_out


@pytest.mark.parametrize(
    ("day", "month", "hours"),
    [(20, 11, 7), (28, 3, 6), (24, 10, 8)],
    ids=["an ordinary night", "the clock goes forward", "the clock goes back"],
)
def test_a_night_is_one_window(day: int, month: int, hours: int) -> None:
    evening = clock(day, 23, month=month)
    made = counter(since=evening)
    for hour in range(hours):
        move(made, 8, (evening.astimezone(UTC) + hour * HOUR))
    morning = clock(day + 1, 6, month=month)
    assert made.close_finished(morning) == ()
    (row,) = made.close_finished(morning + timedelta(minutes=5))
    assert (row.window_start, row.window_end, row.count) == (evening, morning, 8 * hours)
    assert row.window_end - row.window_start == hours * HOUR


@pytest.mark.parametrize(
    ("hours", "starts"),
    [
        (1, [*range(6, 23), 23]),
        (2, [6, 8, 10, 12, 14, 16, 18, 20, 23]),
        (3, [6, 9, 12, 15, 18, 23]),
        (6, [6, 12, 23]),
        (12, [6, 23]),
    ],
)
def test_windows_of_a_day_begin_at_six_and_none_is_shorter_than_declared(hours: int, starts: list[int]) -> None:
    times = [clock(20, 6) + timedelta(minutes=10 * n) for n in range(6 * 18)]
    found = [window_of(each, hours * HOUR) for each in times]
    assert sorted({start.astimezone(AMSTERDAM).hour for start, _ in found}) == starts
    by_day = [(start, end) for start, end in found if start < clock(20, 23)]
    assert all(end - start >= hours * HOUR for start, end in by_day)


instants = st.integers(0, 2 * 365 * 86_400).map(
    lambda after: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=after)
)


@given(instants, st.sampled_from([1, 2, 3, 6, 12]))
def test_every_instant_is_in_one_window_and_windows_join(instant: datetime, hours: int) -> None:
    start, end = window_of(instant, hours * HOUR)
    assert start <= instant < end
    assert window_of(start, hours * HOUR) == (start, end)
    assert window_of(end - timedelta(microseconds=1), hours * HOUR) == (start, end)
    assert window_of(end, hours * HOUR)[0] == end
    local = instant.astimezone(AMSTERDAM)
    is_night = not 6 <= local.hour < 23
    assert (start.astimezone(AMSTERDAM).hour == 23) is is_night


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_a_night_lasts_from_six_to_eight_hours(day: date) -> None:
    evening = datetime(day.year, day.month, day.day, 23, tzinfo=AMSTERDAM)
    start, end = window_of(evening, HOUR)
    assert end - start in {6 * HOUR, 7 * HOUR, 8 * HOUR}
