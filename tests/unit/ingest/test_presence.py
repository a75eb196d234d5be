"""Movements at lamps: which windows come out, with which count, on every kind of night."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import sqrt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events import presence
from ingest.events.movement_noise import noise_deviation
from ingest.events.presence import GroupMember, PresenceCounter, WindowCount
from ingest.events.windows import window_of, windows_between
from sensors.formats.model import Movement
from sensors.vocabulary.rejection_reasons import RejectionReason

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def clock(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """A time on the clock of Amsterdam."""
    return datetime(2026, month, day, hour, minute, tzinfo=AMSTERDAM)


TEN = clock(20, 10)
START = clock(20, 10)
LAMP = GroupMember(1, "helmond", "kasteelpark", "presence", 12, HOUR, revision=5)
PARK = [replace(LAMP, sensor_id=number) for number in range(12)]


def _unchanged(count: int, _: float) -> int:
    return count


@pytest.fixture
def _without_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counts as they are before the noise is added."""
    monkeypatch.setattr(presence, "add_noise", _unchanged)


without_noise = pytest.mark.usefixtures("_without_noise")


def counter(*members: GroupMember, since: datetime = START) -> PresenceCounter:
    made = PresenceCounter()
    made.set_members(members or PARK, since)
    return made


def move(made: PresenceCounter, lamps: int, at: datetime, *, present: bool = True) -> None:
    for lamp in range(lamps):
        assert made.add_movement(lamp, Movement(at, "presence", present), at) is None


def closed(made: PresenceCounter, at: datetime = TEN + 65 * MINUTE) -> list[tuple[int, int]]:
    return [(row.sensors, row.count) for row in made.close_finished(at)]


def starts(rows: Sequence[WindowCount]) -> list[datetime]:
    return [row.window_start for row in rows]


@without_noise
def test_the_movements_of_all_lamps_of_a_group_come_out_as_one_count() -> None:
    made = counter()
    move(made, 8, TEN)
    move(made, 3, TEN + timedelta(minutes=59))
    assert made.close_finished(TEN + HOUR + timedelta(minutes=4, seconds=59)) == ()
    (row,) = made.close_finished(TEN + HOUR + timedelta(minutes=5))
    assert row == WindowCount(
        *("helmond", "kasteelpark", "presence", TEN, TEN + HOUR),
        sensors=12,
        count=11,
        noise=sqrt(5120 * 12),
        spacing=3600 / 61,
        revision=5,
    )
    assert made.close_finished(TEN + HOUR + timedelta(minutes=6)) == ()


@without_noise
def test_a_lamp_counts_movements_only_once_a_minute_or_so() -> None:
    made = counter()
    for second in (0, 1, 30, 59, 60, 118, 119, 120):
        move(made, 2, TEN + timedelta(seconds=second))
    assert closed(made) == [(12, 6)]


def test_a_window_comes_out_also_when_no_lamp_said_anything() -> None:
    made = counter()
    rows = made.close_finished(clock(20, 23, 5))
    assert starts(rows) == [clock(20, hour) for hour in range(10, 23)]
    assert {(row.sensors, row.noise) for row in rows} == {(12, noise_deviation(12))}
    (night,) = made.close_finished(clock(21, 6, 5))
    assert (night.window_start, night.window_end) == (clock(20, 23), clock(21, 6))


def test_which_lamps_were_heard_makes_no_difference_to_the_rows() -> None:
    worlds = [counter() for _ in range(3)]
    move(worlds[1], 12, TEN)
    move(worlds[2], 1, TEN + 3 * HOUR)
    rows = [made.close_finished(clock(21, 6, 5)) for made in worlds]
    assert rows[0] != rows[1]
    silent, busy, late = ([replace(row, count=0) for row in each] for each in rows)
    assert silent == busy == late


def test_a_count_has_fresh_noise_in_it_that_may_make_it_negative() -> None:
    counts = [row.count for _ in range(40) for row in counter().close_finished(TEN + 5 * HOUR)]
    assert len(set(counts)) > 50
    assert min(counts) < 0 < max(counts)


def test_a_window_is_drawn_once() -> None:
    made = counter()
    assert len(made.close_finished(TEN + 2 * HOUR)) == 1
    assert made.close_finished(TEN + 2 * HOUR) == ()
    # The clock is set back: what came out doesn't open again.
    assert made.add_movement(1, Movement(TEN, "presence", present=True), TEN) is RejectionReason.TOO_LATE
    assert made.close_finished(TEN + HOUR + 10 * MINUTE) == ()


def test_a_group_of_eleven_lamps_goes_on_without_output() -> None:
    made = counter(*PARK[:11])
    move(made, 11, TEN)
    assert closed(made) == []
    assert made.book.totals == {"suppressed": 1}


def test_an_entry_cannot_ask_for_fewer_lamps_or_a_shorter_window() -> None:
    weak = [replace(lamp, minimum_sensors=1, window=timedelta(minutes=30)) for lamp in PARK]
    assert closed(counter(*weak[:11])) == []
    (row,) = counter(*weak).close_finished(TEN + 65 * MINUTE)
    assert row.window_end - row.window_start == HOUR


@without_noise
def test_a_lamp_that_sees_nobody_adds_nothing() -> None:
    made = counter()
    move(made, 9, TEN, present=False)
    move(made, 2, TEN + timedelta(minutes=1))
    assert closed(made) == [(12, 2)]


@without_noise
def test_the_same_movement_again_counts_once() -> None:
    made = counter()
    move(made, 8, TEN)
    move(made, 8, TEN)
    move(made, 8, TEN + timedelta(milliseconds=300))
    assert closed(made) == [(12, 8)]


def test_late_movements_are_for_their_own_window_until_it_closes() -> None:
    made = counter()
    late = Movement(TEN + timedelta(minutes=59), "presence", present=True)
    assert made.add_movement(1, late, TEN + HOUR + timedelta(minutes=4)) is None
    assert made.add_movement(2, late, TEN + HOUR + timedelta(minutes=5)) is RejectionReason.TOO_LATE
    assert made.add_movement(3, replace(late, time=TEN + timedelta(seconds=61)), TEN) is RejectionReason.IN_FUTURE
    assert made.add_movement(3, replace(late, time=TEN + timedelta(seconds=60)), TEN) is None
    assert made.add_movement(99, late, TEN + HOUR) is RejectionReason.NOT_INGESTED


def test_the_strictest_rule_of_a_group_holds() -> None:
    stricter = replace(LAMP, sensor_id=0, minimum_sensors=13, window=3 * HOUR, has_doubled_nights=True, revision=8)
    made = counter(stricter, *PARK[1:], since=clock(20, 9))
    assert made.close_finished(clock(20, 12, 5)) == ()
    assert made.book.totals == {"suppressed": 1}
    made.set_members([stricter, *PARK[1:], replace(LAMP, sensor_id=12)], clock(20, 12))
    day, _, _, night = made.close_finished(clock(21, 6, 5))
    assert (day.window_start, day.window_end, day.sensors, day.revision) == (clock(20, 12), clock(20, 15), 13, 8)
    assert (day.noise, night.noise) == (noise_deviation(13), 2 * noise_deviation(13))


@without_noise
def test_groups_do_not_mix() -> None:
    market = [replace(lamp, sensor_id=100 + lamp.sensor_id, group_name="markt") for lamp in PARK]
    made = counter(*PARK, *market)
    move(made, 10, TEN)
    assert [(row.group, row.count) for row in made.close_finished(TEN + 65 * MINUTE)] == [
        ("kasteelpark", 10),
        ("markt", 0),
    ]


def test_a_group_whose_lamps_or_rule_change_begins_anew() -> None:
    for changed in ([*PARK, replace(LAMP, sensor_id=12)], [replace(lamp, has_doubled_nights=True) for lamp in PARK]):
        made = counter()
        move(made, 10, TEN)
        made.set_members(changed, TEN + timedelta(minutes=30))
        assert starts(made.close_finished(TEN + 125 * MINUTE)) == [TEN + HOUR]
        assert made.book.totals == {"unobserved": 1, "released": 1}


def test_a_group_whose_texts_change_goes_on() -> None:
    made = counter()
    made.set_members([replace(lamp, revision=9) for lamp in PARK], TEN + timedelta(minutes=30))
    (row,) = made.close_finished(TEN + 65 * MINUTE)
    assert row.revision == 9


def test_a_window_that_began_before_the_start_does_not_come_out() -> None:
    made = counter(since=TEN + timedelta(seconds=1))
    move(made, 10, TEN + timedelta(minutes=1))
    assert closed(made) == []
    assert made.book.totals == {"unobserved": 1}


@pytest.mark.parametrize(("since", "until", "comes_out"), [(-20, -10, True), (-20, 1, False), (59, 61, False)])
def test_a_window_that_an_interruption_touches_does_not_come_out(since: int, until: int, comes_out: bool) -> None:
    made = counter()
    move(made, 10, TEN + timedelta(minutes=30))
    made.record_gap(TEN + timedelta(minutes=since), TEN + timedelta(minutes=until))
    assert bool(closed(made)) is comes_out


@without_noise
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


@given(instants, st.integers(0, 400), st.sampled_from([1, 2, 3, 6, 12]))
def test_windows_follow_each_other_without_gaps_until_now(since: datetime, hours: int, length: int) -> None:
    until = since + hours * HOUR
    windows = list(windows_between(since, until, length * HOUR))
    assert all(before[1] == after[0] for before, after in pairwise(windows))
    if windows:
        assert windows[0] == window_of(since, length * HOUR)
    newest = windows[-1][1] if windows else window_of(since, length * HOUR)[0]
    assert newest <= max(until, since) < window_of(newest, length * HOUR)[1]
