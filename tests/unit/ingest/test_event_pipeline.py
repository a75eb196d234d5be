from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ingest.events.pipeline import PrivacyWindows, process_event_message
from ingest.pipeline import (
    EventDatastream,
    IncomingMessage,
    IngestSensor,
    MessageOutcome,
    SensorsByTopic,
    StoredDatastream,
)
from sensors.formats.model import Rejection
from sensors.kinds import KINDS
from sensors.policy.compiler import MatchingRule
from sensors.vocabulary.codes import Status
from sensors.vocabulary.rejection_reasons import RejectionReason

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TRAFFIC = KINDS["traffic"]
TRAVEL_TIME = TRAFFIC.properties["travel_time"]
HALF_HOUR = timedelta(minutes=30)


def _camera(number: int, *, to: str | None) -> IngestSensor:
    stream = EventDatastream(number, TRAVEL_TIME, MatchingRule(to, 5, timedelta(minutes=15)))
    return IngestSensor(number, TRAFFIC, Status.ACTIVE, {}, {"travel_time": stream}, revision=number)


def _pass(
    windows: PrivacyWindows, register: SensorsByTopic, reference: str, identifier: str, time: datetime
) -> MessageOutcome:
    payload = f'{{"time": "{time.isoformat()}", "identifier": "{identifier}", "vehicle_class": "car"}}'.encode()
    message = IncomingMessage(f"event/helmond/traffic/{reference}/json", payload)
    return process_event_message(message, register, windows, time, is_retained=False)


def _rows(register: SensorsByTopic, *, learn: SensorsByTopic | None = None) -> int:
    """How many windows come out after six cars drove from A to B under this register."""
    windows = PrivacyWindows()
    windows.set_register(register, NOW - 2 * HALF_HOUR)
    for number in range(6):
        _pass(windows, register, "A", f"AB-12-C{number}", NOW + timedelta(seconds=number))
    if learn is not None:
        windows.set_register(learn, NOW + timedelta(minutes=1))
    for number in range(6):
        _pass(windows, register, "B", f"AB-12-C{number}", NOW + timedelta(minutes=3, seconds=number))
    return len(windows.close_finished(NOW + 2 * HALF_HOUR))


def test_passages_between_two_declared_ends_become_a_window() -> None:
    register = {("helmond", "traffic", "A"): _camera(1, to="B"), ("helmond", "traffic", "B"): _camera(2, to=None)}
    assert _rows(register) == 1


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
    assert (outcome.aggregated_readings, outcome.rejections, outcome.fields_dropped) == (0, refused, 2)
