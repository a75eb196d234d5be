"""A value is stored under the start of the period that it is about, whatever its device stamps it with."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pipeline import IncomingMessage, IngestSensor, MessageOutcome, StoredDatastream, process_message
from ingest.quality_flags import QualityChecker
from sensors.kinds import KINDS
from sensors.vocabulary.codes import Status
from sensors.vocabulary.measurement import Stamp
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

TRAFFIC = KINDS["traffic"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SPRING, AUTUMN, ORDINARY = date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 24)
HOURS = {SPRING: 23, AUTUMN: 25, ORDINARY: 24}


def outcome(
    payload: object,
    *,
    stamp: Stamp = Stamp.END,
    interval: timedelta | None = HOUR,
    now: datetime = NOON,
    term: timedelta = 365 * DAY,
    erased: tuple[tuple[datetime, datetime], ...] = (),
) -> MessageOutcome:
    datastreams = {
        code: StoredDatastream(number, "observation_1y", term, TRAFFIC.properties[code], stamp=stamp, interval=interval)
        for number, code in enumerate(("count_car", "count_bus"), 1)
    }
    sensor = IngestSensor(7, TRAFFIC, Status.ACTIVE, datastreams, erased_periods=erased)
    message = IncomingMessage("helmond/traffic/T-1/json", json.dumps(payload).encode())
    return process_message(message, {("helmond", "traffic", "T-1"): sensor}, QualityChecker(), now)


def starts(result: MessageOutcome) -> list[datetime]:
    assert result.rejections == ()
    return [each.time for each in result.observations]


def reasons(result: MessageOutcome) -> list[RejectionReason]:
    return [each.reason for each in result.rejections]


def counted(time: datetime | str) -> Mapping[str, object]:
    return {"time": time if isinstance(time, str) else time.isoformat(), "count_car": 5, "count_bus": 1}


@pytest.mark.parametrize(
    ("stamp", "interval", "start"),
    [
        (Stamp.END, HOUR, NOON - HOUR),
        (Stamp.END, timedelta(seconds=150), NOON - timedelta(seconds=150)),
        (Stamp.END, None, NOON),
        (Stamp.START, HOUR, NOON),
        (Stamp.INSTANT, HOUR, NOON),
    ],
)
def test_only_a_period_stamped_at_its_end_is_moved_back(
    stamp: Stamp, interval: timedelta | None, start: datetime
) -> None:
    result = outcome(counted(NOON), stamp=stamp, interval=interval)
    assert starts(result) == [start, start]
    assert result.newest_time == NOON


@pytest.mark.parametrize("stamp", list(Stamp))
def test_a_start_in_the_payload_overrides_the_entry(stamp: Stamp) -> None:
    result = outcome(counted(f"PT15M/{NOON.isoformat()}"), stamp=stamp)
    assert starts(result) == [NOON - timedelta(minutes=15)] * 2
    assert result.newest_time == NOON


INTERVALS = st.none() | st.integers(10, 86_399).map(lambda seconds: timedelta(seconds=seconds))


@given(
    stamp=st.sampled_from(Stamp),
    interval=INTERVALS,
    time=st.integers(0, 300 * 86_400).map(lambda seconds: NOON - timedelta(seconds=seconds)),
)
def test_a_start_alone_is_the_start_and_an_end_alone_the_end_whatever_the_entry_says(
    stamp: Stamp, interval: timedelta | None, time: datetime
) -> None:
    begun = starts(outcome({"start": time.isoformat(), "count_car": 1}, stamp=stamp, interval=interval))
    assert begun == [time]
    (begun,) = starts(outcome({"end": time.isoformat(), "count_car": 1}, stamp=stamp, interval=interval))
    if stamp is Stamp.INSTANT or interval is None:
        assert begun == time
    else:
        assert timedelta() <= begun - (time - interval) <= timedelta(seconds=5)


def test_each_datastream_has_its_own_stamp() -> None:
    """Also where neither moves the time as sent, and the payload gives the end."""
    stamps = {"count_car": Stamp.START, "count_bus": Stamp.INSTANT}
    datastreams = {
        code: StoredDatastream(number, "observation_1y", DAY, TRAFFIC.properties[code], stamp=stamp, interval=HOUR)
        for number, (code, stamp) in enumerate(stamps.items(), 1)
    }
    sensor = IngestSensor(7, TRAFFIC, Status.ACTIVE, datastreams)
    payload = json.dumps({"end": NOON.isoformat(), "count_car": 5, "count_bus": 1}).encode()
    message = IncomingMessage("helmond/traffic/T-1/json", payload)
    result = process_message(message, {("helmond", "traffic", "T-1"): sensor}, QualityChecker(), NOON)
    assert starts(result) == [NOON - HOUR, NOON]


def test_a_clock_that_is_a_little_early_moves_no_period_to_the_hour_before() -> None:
    ends = ["10:59:58", "12:00:01", "12:59:59", "14:00:02"]
    now = NOON + 3 * HOUR
    begun = starts(outcome([{"time": f"2026-11-22T{end}Z", "count_car": 100} for end in ends], now=now))
    assert [each.hour for each in begun] == [10, 11, 12, 13]
    at_start = [{"time": f"2026-11-22T{start}Z", "count_car": 100} for start in ends]
    assert [each.hour for each in starts(outcome(at_start, stamp=Stamp.START, now=now))] == [11, 12, 13, 14]


@pytest.mark.parametrize(
    ("interval", "tolerated"),
    [(HOUR, 5), (timedelta(minutes=15), 5), (timedelta(minutes=1), 3), (timedelta(seconds=10), 0)],
)
def test_only_a_start_just_before_a_quarter_is_that_quarter(interval: timedelta, tolerated: int) -> None:
    for early in range(-8, 8):
        start = NOON - 4 * HOUR - timedelta(seconds=early)
        (begun,) = starts(outcome({"time": (start + interval).isoformat(), "count_car": 1}, interval=interval))
        assert begun == (NOON - 4 * HOUR if 0 < early <= tolerated else start)


def test_what_the_payload_states_and_a_single_measurement_keep_their_time() -> None:
    early, later = "2026-11-22T09:59:58Z", "2026-11-22T10:59:58Z"
    for fields in ({"start": early, "end": later}, {"start": early}, {"time": f"{early}/{later}"}):
        assert starts(outcome({**fields, "count_car": 1})) == [datetime.fromisoformat(early)]
    assert starts(outcome({"time": early, "count_car": 1}, stamp=Stamp.INSTANT)) == [datetime.fromisoformat(early)]


@pytest.mark.parametrize("day", HOURS)
def test_a_clock_that_is_a_little_early_moves_no_day_to_the_day_before(day: date) -> None:
    end = _midnight(day + DAY) - timedelta(seconds=2)
    assert starts(outcome(counted(end), interval=DAY, now=end)) == [_midnight(day)] * 2


def test_values_of_one_message_keep_their_own_periods() -> None:
    readings = [counted(NOON), {**counted(NOON), "start": (NOON - 2 * HOUR).isoformat()}, counted(NOON - HOUR)]
    assert starts(outcome(readings)) == [NOON - number * HOUR for number in (2, 2, 1, 1, 2, 2)]


def test_a_clock_that_is_ahead_is_found_by_the_time_as_sent() -> None:
    ahead = NOON + timedelta(seconds=61)
    assert reasons(outcome(counted(ahead))) == [RejectionReason.IN_FUTURE] * 2
    assert (
        reasons(outcome(counted(f"{(NOON - HOUR).isoformat()}/{ahead.isoformat()}"))) == [RejectionReason.IN_FUTURE] * 2
    )


def test_the_term_goes_by_what_is_stored() -> None:
    assert reasons(outcome(counted(NOON - DAY + HOUR), term=DAY)) == []
    assert (
        reasons(outcome(counted(NOON - DAY + HOUR - timedelta(seconds=6)), term=DAY)) == [RejectionReason.TOO_LATE] * 2
    )


def test_each_datastream_has_its_own_term() -> None:
    code, other = "count_car", "count_bus"
    terms = {code: DAY, other: 365 * DAY}
    datastreams = {
        each: StoredDatastream(number, "observation", terms[each], TRAFFIC.properties[each])
        for number, each in enumerate(terms, 1)
    }
    sensor = IngestSensor(7, TRAFFIC, Status.ACTIVE, datastreams)
    message = IncomingMessage("helmond/traffic/T-1/json", json.dumps(counted(NOON - 2 * DAY)).encode())
    result = process_message(message, {("helmond", "traffic", "T-1"): sensor}, QualityChecker(), NOON)
    assert [(each.reason, each.path) for each in result.rejections] == [(RejectionReason.TOO_LATE, code)]
    assert [each.datastream_id for each in result.observations] == [2]


def test_erasures_go_by_what_is_stored() -> None:
    erased = ((NOON - 3 * HOUR, NOON - 2 * HOUR),)
    assert reasons(outcome(counted(NOON - 2 * HOUR), erased=erased)) == [RejectionReason.ERASED] * 2
    assert reasons(outcome(counted(NOON - HOUR), erased=erased)) == []


@pytest.mark.parametrize(
    ("length", "interval", "expected"),
    [
        (10 * HOUR, HOUR, []),
        (10 * HOUR + timedelta(seconds=1), HOUR, [RejectionReason.BAD_TIME] * 2),
        (31 * DAY, None, []),
        (31 * DAY + timedelta(seconds=1), None, [RejectionReason.BAD_TIME] * 2),
    ],
)
def test_a_period_is_not_much_longer_than_declared(
    length: timedelta, interval: timedelta | None, expected: list[RejectionReason]
) -> None:
    payload = {**counted(NOON), "start": (NOON - length).isoformat()}
    assert reasons(outcome(payload, interval=interval)) == expected


def test_the_first_days_of_the_calendar_are_too_late_and_the_last_in_the_future() -> None:
    for time in ("0001-01-01T00:00:00Z", "0001-01-01T12:00:00Z"):
        for interval in (HOUR, DAY):
            assert reasons(outcome(counted(time), interval=interval)) == [RejectionReason.TOO_LATE] * 2
    last = counted("9999-12-31T23:59:58Z")
    assert reasons(outcome(last, stamp=Stamp.START)) == [RejectionReason.IN_FUTURE] * 2


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL_TIME_ZONE).astimezone(UTC)


def _local_days(times: Sequence[datetime]) -> set[date]:
    return {each.astimezone(LOCAL_TIME_ZONE).date() for each in times}


@pytest.mark.parametrize(("day", "hours"), HOURS.items())
def test_the_hours_of_a_day_are_on_that_day_when_the_clock_changes(day: date, hours: int) -> None:
    ends = [_midnight(day) + number * HOUR for number in range(1, hours + 1)]
    assert ends[-1] == _midnight(day + DAY)
    begun = starts(outcome([counted(each) for each in ends], now=ends[-1]))[::2]
    assert begun == [_midnight(day) + number * HOUR for number in range(hours)]
    assert _local_days(begun) == {day}


@pytest.mark.parametrize("day", HOURS)
def test_a_day_is_on_its_own_day_when_the_clock_changes(day: date) -> None:
    end = _midnight(day + DAY)
    assert starts(outcome(counted(end), interval=DAY, now=end)) == [_midnight(day)] * 2
    week = starts(outcome(counted(end), interval=7 * DAY, now=end))
    assert week == [_midnight(day - 6 * DAY)] * 2


@given(
    day=st.dates(date(2020, 1, 1), date(2030, 1, 1)) | st.sampled_from([SPRING, AUTUMN]),
    interval=st.sampled_from([timedelta(minutes=5), timedelta(minutes=15), HOUR, DAY]),
)
def test_the_periods_of_a_day_fill_it_without_gap_or_overlap(day: date, interval: timedelta) -> None:
    until = _midnight(day + DAY)
    ends = [until] if interval == DAY else []
    time = _midnight(day) + interval
    while interval != DAY and time <= until:
        ends.append(time)
        time += interval
    begun = starts(outcome([counted(each) for each in ends], interval=interval, now=until))[::2]
    assert begun == [_midnight(day), *ends[:-1]]
