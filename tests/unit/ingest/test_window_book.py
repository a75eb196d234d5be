"""Every window that is due has exactly one outcome, whoever passed and whatever the register or the clock did."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events.pipeline import MAX_CATCH_UP, PrivacyWindows
from ingest.events.presence import GroupMember, PresenceCounter
from ingest.events.travel_time import Segment, TravelTimeMatcher
from ingest.events.window_book import BookedWindows, WindowBook
from ingest.events.windows import windows_between
from ingest.pipeline import EventDatastream, IngestSensor, SensorsByTopic
from sensors.formats.model import Movement
from sensors.kinds import KINDS
from sensors.policy.compiler import CountingRule, MatchingRule
from sensors.policy.promises import SAMPLE_ONE_IN, SAMPLE_ONE_IN_ADJOINING
from sensors.vocabulary.codes import Status
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

HOUR, QUARTER, MINUTE = timedelta(hours=1), timedelta(minutes=15), timedelta(minutes=1)
MORNING = datetime(2026, 11, 20, 6, tzinfo=LOCAL_TIME_ZONE).astimezone(UTC)
PARK = tuple(GroupMember(number, "helmond", "park", "presence", 12, HOUR, revision=1) for number in range(12))
ROAD = Segment(7, 1, 1, 2, 8, QUARTER, SAMPLE_ONE_IN)


def windows(booked: Iterable[BookedWindows]) -> int:
    return sum(each.released + each.suppressed + each.unobserved for each in booked)


def city() -> SensorsByTopic:
    rule = CountingRule("park", 12, HOUR)
    lamps = [
        IngestSensor(
            number,
            KINDS["streetlight"],
            Status.ACTIVE,
            {},
            {"presence": EventDatastream(number, KINDS["streetlight"].properties["presence"], rule)},
        )
        for number in range(10, 22)
    ]
    cameras = [
        IngestSensor(
            number,
            KINDS["traffic"],
            Status.ACTIVE,
            {},
            {"travel_time": EventDatastream(number, KINDS["traffic"].properties["travel_time"], given)},
        )
        for number, given in ((1, MatchingRule("B", 8, QUARTER)), (2, MatchingRule(None, 8, QUARTER)))
    ]
    return {
        **{("helmond", "streetlight", str(lamp.id)): lamp for lamp in lamps},
        **{("helmond", "traffic", name): camera for name, camera in zip("AB", cameras, strict=True)},
    }


def test_windows_are_booked_on_the_day_they_begin_and_handed_over_once() -> None:
    book = WindowBook("window_count")
    for window in windows_between(MORNING, MORNING + 24 * HOUR, HOUR):
        book.record("park", window, "unobserved" if window[0] == MORNING else "released")
    (day,) = book.take()
    assert (day.day.isoformat(), day.released, day.suppressed, day.unobserved) == ("2026-11-20", 17, 0, 1)
    assert (day.since, day.until) == (MORNING, MORNING + 24 * HOUR)
    assert book.take() == ()
    assert book.totals == {"released": 17, "unobserved": 1}


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 11), st.booleans()), max_size=30))
def test_the_books_are_the_same_whoever_passed(moves: list[tuple[int, int, bool]]) -> None:
    def booked(moves: Sequence[tuple[int, int, bool]]) -> tuple[BookedWindows, ...]:
        made = PresenceCounter()
        made.set_members(PARK, MORNING)
        for hours, lamp, present in moves:
            at = MORNING + hours * HOUR
            made.add_movement(lamp, Movement(at, "presence", present=present), at)
        made.close_finished(MORNING + 25 * HOUR)
        return made.book.take()

    assert booked(moves) == booked(())


@given(st.lists(st.integers(0, 24 * 60), max_size=6), st.data())
def test_a_changing_register_leaves_no_window_out_and_books_none_twice(changes: list[int], data: st.DataObject) -> None:
    """The park and the road stay in the register; their lamps, texts and sample change."""
    lamps, road = PresenceCounter(), TravelTimeMatcher()
    lamps.set_members(PARK, MORNING)
    road.set_segments([ROAD], MORNING)
    for minute in sorted(changes):
        now = MORNING + minute * MINUTE
        for made in (lamps, road):
            made.close_finished(now)
        more = data.draw(st.integers(12, 14))
        lamps.set_members([*PARK, *(GroupMember(n, *_names(), 12, HOUR, 2) for n in range(12, more))], now)
        one_in = data.draw(st.sampled_from([SAMPLE_ONE_IN, SAMPLE_ONE_IN_ADJOINING]))
        road.set_segments([Segment(7, 1, 1, 2, 8, QUARTER, one_in)], now)
    for made in (lamps, road):
        made.close_finished(MORNING + 24 * HOUR + 5 * MINUTE)
    assert windows(lamps.book.take()) == 18
    assert windows(road.book.take()) == 24 * 4


def _names() -> tuple[str, str, str]:
    return "helmond", "park", "presence"


def test_a_clock_set_back_books_no_window_twice_and_leaves_none_out() -> None:
    road = TravelTimeMatcher()
    road.set_segments([ROAD], MORNING)
    for minutes in (52, 7, 61, 125):
        road.close_finished(MORNING + minutes * MINUTE)
    (day,) = road.book.take()
    assert (windows([day]), day.since, day.until) == (8, MORNING, MORNING + 2 * HOUR)


@pytest.mark.parametrize("down", [HOUR, 30 * HOUR, 9 * 24 * HOUR])
def test_windows_of_a_standstill_are_unobserved(down: timedelta) -> None:
    booked_until = MORNING + 3 * HOUR
    made = PrivacyWindows()
    made.resume_from(booked_until)
    made.set_register(city(), booked_until + down + MINUTE)
    assert made.close_finished(booked_until + down + 5 * MINUTE) == ()
    booked = made.take_booked()
    assert {each.rule for each in booked} == {"window_count", "match_in_memory"}
    assert min(each.since for each in booked) == booked_until
    for rule, due in (
        ("match_in_memory", down // QUARTER),
        ("window_count", len(list(windows_between(booked_until, booked_until + down, HOUR)))),
    ):
        of_rule = [each for each in booked if each.rule == rule]
        assert sum(each.unobserved for each in of_rule) == windows(of_rule) == due


def test_a_standstill_is_made_up_for_until_a_month_back() -> None:
    made, now = PrivacyWindows(), MORNING + 400 * 24 * HOUR
    made.resume_from(MORNING)
    made.set_register(city(), now)
    made.close_finished(now)
    assert min(each.since for each in made.take_booked()) >= now - MAX_CATCH_UP - 7 * HOUR


def test_what_comes_into_the_register_later_has_nothing_to_make_up_for() -> None:
    made = PrivacyWindows()
    made.resume_from(MORNING)
    made.set_register({}, MORNING + 2 * HOUR)
    made.set_register(city(), MORNING + 10 * HOUR)
    made.close_finished(MORNING + 11 * HOUR + 5 * MINUTE)
    assert Counter({each.rule: windows([each]) for each in made.take_booked()}) == {
        "match_in_memory": 4,
        "window_count": 1,
    }
