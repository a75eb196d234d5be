"""Event messages become windows and nothing else; a window that was not observed in full is never stored."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from structlog.testing import capture_logs

from ingest.events import listener as event_listener
from ingest.events.aggregates import Aggregate
from ingest.events.listener import EventListener
from ingest.events.pipeline import EventOutcome, process_event_message
from ingest.events.refusals import KINDS_COUNTED, REASONS_COUNTED, EventRefusals
from ingest.events.travel_time import TravelTimes
from ingest.metrics import Metrics
from ingest.pipeline import EventDatastream, IncomingMessage, IngestSensor
from sensors.broker import BrokerAddress
from sensors.kinds import KINDS
from sensors.policy.compiler import MatchingRule
from sensors.vocabulary.codes import Status
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.scripted_broker import TIMEOUT_SECONDS, ScriptedBroker, scripted_broker
from tests.support.waiting import wait_for

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TRAFFIC = KINDS["traffic"]
NOT_AUTHORIZED = 0x87


class Uptime:
    """The seconds since the machine started, and whether the listener has seen the last jump."""

    def __init__(self) -> None:
        self.seconds, self.reads = 0.0, 0

    def __call__(self) -> float:
        self.reads += 1
        return self.seconds

    def jump(self, seconds: float) -> None:
        self.seconds, self.reads = self.seconds + seconds, 0

    @property
    def is_read(self) -> bool:
        """Twice, so that the gap of the first time has been recorded."""
        return self.reads >= 2


def camera(number: int, *, to: str | None) -> IngestSensor:
    rule = MatchingRule(to, 8, timedelta(minutes=15))
    stream = EventDatastream(number, TRAFFIC.properties["travel_time"], rule)
    return IngestSensor(number, TRAFFIC, Status.ACTIVE, {}, {"travel_time": stream}, revision=number)


REGISTER = {("helmond", "traffic", "A"): camera(1, to="B"), ("helmond", "traffic", "B"): camera(2, to=None)}
NEIGHBOURS = {("eindhoven", "traffic", "A"): camera(3, to="B"), ("eindhoven", "traffic", "B"): camera(4, to=None)}
"""Whose windows another listener stores: there would be more of them here, of which none was heard."""


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_listener, "TICK_INTERVAL_SECONDS", 0.02)
    monkeypatch.setattr(event_listener, "MIN_TAKE_INTERVAL_SECONDS", 0.0)


@dataclass
class Results:
    """What a listener has heard and handed over so far."""

    listener: EventListener
    heard: list[EventOutcome]
    aggregates: list[Aggregate] = field(default_factory=list[Aggregate])
    refusals: list[EventRefusals] = field(default_factory=list[EventRefusals])

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Keep taking batches until ``condition`` holds."""

        def take() -> object:
            batch = self.listener.take_batch()
            self.aggregates += batch.aggregates
            self.refusals += batch.refusals
            return condition()

        wait_for(take, TIMEOUT_SECONDS)

    @property
    def added(self) -> int:
        return sum(each.added for each in self.heard)


@contextmanager
def listening(broker: ScriptedBroker, clock: Clock, metrics: Metrics) -> Generator[Results]:
    listener = EventListener(broker.address, "helmond", metrics, clock)
    listener.set_register({**NEIGHBOURS, **REGISTER})
    with pytest.MonkeyPatch.context() as patch:
        heard: list[EventOutcome] = []

        def process(*args: Any, **options: Any) -> EventOutcome:
            heard.append(process_event_message(*args, **options))
            return heard[-1]

        patch.setattr(event_listener, "process_event_message", process)
        listener.open(MQTTProtocolVersion.MQTTv5)
        try:
            wait_for(lambda: listener.is_ready, TIMEOUT_SECONDS)
            yield Results(listener, heard)
        finally:
            listener.close()


def pass_by(broker: ScriptedBroker, results: Results, clock: Clock, reference: str, at: datetime) -> None:
    """A hundred cars pass a camera, and have been counted: of these, eight or more are in nearly every sample."""
    clock.now, before = at, results.added
    passages = [{"identifier": f"AB-12-{number}", "vehicle_class": "car"} for number in range(100)]
    events = {"time": at.isoformat(), "events": passages}
    broker.publish(f"event/helmond/traffic/{reference}/json", json.dumps(events).encode())
    results.wait_until(lambda: results.added == before + 100)


def window_counts(metrics: Metrics) -> dict[str, float | None]:
    names = ("released", "unobserved", "suppressed")
    labels = [{"rule": "match_in_memory", "outcome": name} for name in names]
    values = [metrics.registry.get_sample_value("lantaarn_ingest_windows_total", each) for each in labels]
    return dict(zip(names, values, strict=True))


def test_passages_leave_one_window_and_no_trace_of_who_passed() -> None:
    clock, metrics = Clock(), Metrics()
    with scripted_broker(subscribe_code=0) as broker, listening(broker, clock, metrics) as results:
        assert b"event/helmond/#" in broker.expect(PacketTypes.SUBSCRIBE)
        pass_by(broker, results, clock, "A", START + 61 * MINUTE)
        pass_by(broker, results, clock, "B", START + 64 * MINUTE)
        clock.now = START + 90 * MINUTE
        results.wait_until(lambda: results.aggregates)
        (window,) = results.aggregates
        assert isinstance(window, TravelTimes)
        assert (window.window_start, window.median) == (START + 60 * MINUTE, 180)
        assert "AB-12" not in repr(results)
        assert window_counts(metrics) == {"released": 1, "unobserved": 2, "suppressed": 2}


def test_a_window_in_which_the_connection_broke_is_never_stored() -> None:
    clock, metrics = Clock(), Metrics()
    with scripted_broker(subscribe_code=0) as broker, listening(broker, clock, metrics) as results:
        pass_by(broker, results, clock, "A", START + 61 * MINUTE)
        pass_by(broker, results, clock, "B", START + 64 * MINUTE)
        broker.hang_up()
        wait_for(lambda: not results.listener.is_ready, TIMEOUT_SECONDS)
        wait_for(lambda: results.listener.is_ready, TIMEOUT_SECONDS)
        clock.now = START + 90 * MINUTE
        results.wait_until(lambda: sum(filter(None, window_counts(metrics).values())) == 5)
        assert results.aggregates == []


def test_a_window_in_which_the_process_stood_still_is_never_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, metrics, uptime = Clock(), Metrics(), Uptime()
    monkeypatch.setattr(event_listener, "uptime_seconds", uptime)
    with scripted_broker(subscribe_code=0) as broker, listening(broker, clock, metrics) as results:
        pass_by(broker, results, clock, "A", START + 61 * MINUTE)
        pass_by(broker, results, clock, "B", START + 64 * MINUTE)
        # The machine was suspended for a minute: the broker may have sent more than was heard.
        clock.now = START + 65 * MINUTE
        uptime.jump(60.0)
        results.wait_until(lambda: uptime.is_read)
        clock.now = START + 90 * MINUTE
        results.wait_until(lambda: sum(filter(None, window_counts(metrics).values())) == 5)
        assert results.aggregates == []


def test_a_message_that_the_broker_stored_is_refused() -> None:
    with scripted_broker(subscribe_code=0) as broker, listening(broker, Clock(), Metrics()) as results:
        broker.publish("event/helmond/traffic/A/json", b"{}", retained=True)
        results.wait_until(lambda: results.heard)
        (outcome,) = results.heard
        assert [each.reason for each in outcome.rejections] == [RejectionReason.NOT_HERE]
        assert outcome.added == 0


def test_a_message_leaves_nothing_until_the_clock_says_so() -> None:
    clock = Clock()
    with scripted_broker(subscribe_code=0) as broker, listening(broker, clock, Metrics()) as results:
        for payload in (b"{", b'{"time": "2026-11-22T12:00:00Z", "mac": 1}', b"[" * 20):
            broker.publish("event/helmond/traffic/A/json", payload)
        broker.publish("event/helmond/traffic/nobody/json", b"{}")
        results.wait_until(lambda: len(results.heard) == 4)
        assert (results.aggregates, results.refusals) == ([], [])
        clock.now = datetime(2026, 11, 23, tzinfo=LOCAL_TIME_ZONE)
        results.wait_until(lambda: results.refusals)
        # A number for each kind and reason, whatever was refused.
        assert {(each.kind, each.reason) for each in results.refusals} == set(product(KINDS_COUNTED, REASONS_COUNTED))
        assert {(each.since, each.until) for each in results.refusals} == {(START, clock.now)}


def test_a_message_that_breaks_the_program_is_logged_once_only() -> None:
    broken: list[str] = []

    def fail(message: IncomingMessage, *_: object, **__: object) -> EventOutcome:
        broken.append(message.topic)
        raise ZeroDivisionError

    with (
        scripted_broker(subscribe_code=0) as broker,
        listening(broker, Clock(), Metrics()) as results,
        pytest.MonkeyPatch.context() as patch,
        capture_logs() as logged,
    ):
        patch.setattr(event_listener, "process_event_message", fail)
        for _ in range(3):
            broker.publish("event/helmond/traffic/A/json", b"{}")
        results.wait_until(lambda: len(broken) == 3)
    assert [each["error"] for each in logged if each["event"] == "event_handling_failed"] == ["ZeroDivisionError"]


def test_without_permission_to_listen_it_is_not_ready() -> None:
    with scripted_broker(subscribe_code=NOT_AUTHORIZED) as broker, capture_logs() as logged:
        listener = EventListener(broker.address, "helmond", Metrics(), Clock())
        listener.open(MQTTProtocolVersion.MQTTv5)
        wait_for(lambda: "subscription_refused" in {each["event"] for each in logged}, TIMEOUT_SECONDS)
        assert not listener.is_ready
        listener.close()


def test_a_worker_that_does_not_listen_is_ready_and_has_nothing() -> None:
    listener = EventListener(BrokerAddress("unused.example", 1883), "helmond", Metrics(), Clock())
    assert listener.is_ready
    assert not listener.take_batch()
    listener.close()
