import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.events.pipeline import (
    EventOutcome,
    PrivacyWindows,
    _segments,  # pyright: ignore[reportPrivateUsage]
    process_event_message,
)
from ingest.pipeline import (
    EventDatastream,
    IncomingMessage,
    IngestSensor,
    SensorsByTopic,
    StoredDatastream,
)
from sensors.formats.model import Rejection
from sensors.kinds import KINDS
from sensors.policy.cells import CellRule
from sensors.policy.compiler import CountingRule, MatchingRule, PassCountingRule
from sensors.vocabulary.codes import Public, Status
from sensors.vocabulary.rejection_reasons import RejectionReason

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TRAFFIC = KINDS["traffic"]
TRAVEL_TIME = TRAFFIC.properties["travel_time"]
HALF_HOUR = timedelta(minutes=30)


def _camera(number: int, *, to: str | None) -> IngestSensor:
    stream = EventDatastream(number, TRAVEL_TIME, MatchingRule(to, 8, timedelta(minutes=15)))
    return IngestSensor(number, TRAFFIC, Status.ACTIVE, {}, {"travel_time": stream}, revision=number)


def _counter(number: int, *codes: str) -> IngestSensor:
    streams = {
        code: EventDatastream(
            number, TRAFFIC.properties[code], PassCountingRule(), CellRule(Public.HOUR, 12, 60, night)
        )
        for code, night in zip(codes, (True, False), strict=False)
    }
    return IngestSensor(number, TRAFFIC, Status.ACTIVE, {}, streams)


def _pass(
    windows: PrivacyWindows, register: SensorsByTopic, reference: str, identifier: str, time: datetime
) -> EventOutcome:
    payload = f'{{"time": "{time.isoformat()}", "identifier": "{identifier}", "vehicle_class": "car"}}'.encode()
    message = IncomingMessage(f"event/helmond/traffic/{reference}/json", payload)
    return process_event_message(message, register, windows, time, is_retained=False)


def _rows(register: SensorsByTopic, *, learn: SensorsByTopic | None = None) -> int:
    """How many windows come out after a hundred cars drove from A to B under this register: enough for any sample."""
    windows = PrivacyWindows()
    windows.set_register(register, NOW - 2 * HALF_HOUR)
    for number in range(100):
        _pass(windows, register, "A", f"AB-12-C{number}", NOW + timedelta(seconds=number / 10))
    if learn is not None:
        windows.set_register(learn, NOW + timedelta(minutes=1))
    for number in range(100):
        _pass(windows, register, "B", f"AB-12-C{number}", NOW + timedelta(minutes=3, seconds=number / 10))
    return len(windows.close_finished(NOW + 2 * HALF_HOUR))


def test_passages_between_two_declared_ends_become_a_window() -> None:
    register = {("helmond", "traffic", "A"): _camera(1, to="B"), ("helmond", "traffic", "B"): _camera(2, to=None)}
    assert _rows(register) == 1


def test_a_segment_with_a_window_from_before_gives_none_and_still_ends_those_of_others() -> None:
    """A → B → C, where B has the window from before."""
    old = replace(
        _camera(2, to="C").event_datastreams["travel_time"], privacy_rule=MatchingRule("C", 8, timedelta(minutes=5))
    )
    register = {
        ("helmond", "traffic", "A"): _camera(1, to="B"),
        ("helmond", "traffic", "B"): replace(_camera(2, to="C"), event_datastreams={"travel_time": old}),
        ("helmond", "traffic", "C"): _camera(3, to=None),
    }
    assert _shares(register) == {1: 4}
    assert _rows(register) == 1


ROADS: list[tuple[dict[str, str | None], dict[int, int]]] = [
    ({"A": "B", "B": None}, {1: 4}),
    ({"A": "B", "B": "A"}, {1: 4, 2: 4}),
    ({"A": "B", "B": "C", "C": None}, {1: 5, 2: 5}),
    ({"A": "C", "B": "C", "C": None}, {1: 5, 2: 5}),
    ({"A": "B", "B": "A", "C": "A"}, {1: 5, 2: 5, 3: 5}),
    ({"A": "B", "B": None, "C": "D", "D": "C"}, {1: 4, 3: 4, 4: 4}),
]


@pytest.mark.parametrize(("roads", "shares"), ROADS)
def test_fewer_are_sampled_where_one_drive_can_add_to_two_segments(
    roads: dict[str, str | None], shares: dict[int, int]
) -> None:
    """One in four, or in five on a segment that shares a sensor with one between other sensors."""
    cameras = {
        ("helmond", "traffic", name): _camera(number, to=to) for number, (name, to) in enumerate(roads.items(), 1)
    }
    assert _shares(cameras) == shares


def _shares(register: SensorsByTopic) -> dict[int, int]:
    """One in how many vehicles is sampled, by the datastream where the segment starts."""
    return {each.datastream_id: each.one_in for each in _segments(register)}


def test_both_ends_must_have_declared_it() -> None:
    counter = StoredDatastream(9, "observation_1y", timedelta(days=365), TRAFFIC.properties["count_car"])
    silent = replace(_camera(2, to=None), event_datastreams={}, datastreams={"count_car": counter})
    windows = PrivacyWindows()
    windows.set_register({("helmond", "traffic", "A"): _camera(1, to="B"), ("helmond", "traffic", "B"): silent}, NOW)
    _pass(windows, {("helmond", "traffic", "A"): _camera(1, to="B")}, "A", "AB-12-CD", NOW + timedelta(seconds=1))
    assert windows.matcher.token_count == 0


def test_a_sensor_that_is_switched_off_matches_no_more() -> None:
    register = {("helmond", "traffic", "A"): _camera(1, to="B"), ("helmond", "traffic", "B"): _camera(2, to=None)}
    paused = {key: replace(sensor, status=Status.PAUSED) for key, sensor in register.items()}
    assert _rows(register, learn=paused) == 0


def test_what_the_register_does_not_declare_is_dropped_unread() -> None:
    counter = StoredDatastream(9, "observation_1y", timedelta(days=365), TRAFFIC.properties["count_car"])
    register = {("helmond", "traffic", "A"): IngestSensor(1, TRAFFIC, Status.ACTIVE, {"count_car": counter})}
    outcome = _pass(PrivacyWindows(), register, "A", "AB-12-CD", NOW)
    refused = (Rejection(RejectionReason.NO_READINGS, ""),)
    assert (outcome.added, outcome.rejections, outcome.fields_dropped) == (0, refused, 2)


LAMP = KINDS["streetlight"]
EVENT_SENSORS: SensorsByTopic = {
    ("helmond", "traffic", "A"): _camera(1, to="B"),
    ("helmond", "traffic", "B"): _camera(2, to=None),
    ("helmond", "traffic", "C"): _counter(3, "count_pedestrian", "count_car"),
    ("helmond", "streetlight", "L"): IngestSensor(
        5,
        LAMP,
        Status.ACTIVE,
        {},
        {"presence": EventDatastream(5, LAMP.properties["presence"], CountingRule("park", 12, timedelta(hours=1)))},
    ),
}


@given(st.datetimes(timezones=st.just(UTC)))
@example(datetime(1, 1, 1, tzinfo=UTC))
@example(datetime.max.replace(tzinfo=UTC))
def test_an_event_of_any_time_takes_no_other_of_its_message_along(time: datetime) -> None:
    """The year 1 is what some devices send before their clock is set."""
    windows = PrivacyWindows()
    windows.set_register(EVENT_SENSORS, NOW)
    sent = {"A": {"identifier": "AB-12-CD"}, "C": {"count_pedestrian": 1, "count_car": 1}, "L": {"presence": True}}
    for (_, kind, reference), fields in ((key, sent[key[2]]) for key in EVENT_SENSORS if key[2] in sent):
        events = [{"time": each.isoformat(), **fields} for each in (time, NOW)]
        message = IncomingMessage(f"event/helmond/{kind}/{reference}/json", json.dumps(events).encode())
        outcome = process_event_message(message, EVENT_SENSORS, windows, NOW, is_retained=False)
        reasons = {each.reason for each in outcome.rejections}
        assert len(fields) <= outcome.added == 2 * len(fields) - len(outcome.rejections)
        if abs(time - NOW) > timedelta(days=1, hours=1):
            assert reasons == {RejectionReason.IN_FUTURE if time > NOW else RejectionReason.TOO_LATE}
