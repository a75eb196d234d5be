"""A session that another program keeps taking over: noticed where the broker tells, and told from a bad network."""

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from ingest.mqtt.session import Session
from ingest.mqtt.subscriptions import worker_subscriptions
from ingest.mqtt.takeovers import (
    MAX_TAKEOVERS,
    SESSION_TAKEN_OVER,
    TAKEOVER_WINDOW_SECONDS,
    SessionTakenOverError,
    TakeoverCounter,
)
from tests.support.scripted_broker import TIMEOUT_SECONDS, scripted_broker
from tests.support.waiting import wait_for

CLIENT_ID = "lantaarn-ingest-helmond"
TAKEN_OVER = ReasonCode(PacketTypes.DISCONNECT, identifier=SESSION_TAKEN_OVER)
UNSPECIFIED = ReasonCode(PacketTypes.DISCONNECT, identifier=0x80)


def errors_after(reasons: list[tuple[float, ReasonCode]]) -> list[SessionTakenOverError]:
    """What a counter reports of connections that end at these times, in seconds."""
    clock, errors = 0.0, list[SessionTakenOverError]()
    counter = TakeoverCounter(CLIENT_ID, errors.append, lambda: clock)
    for at, reason in reasons:
        clock = at
        counter.record(reason)
    return errors


def test_three_takeovers_within_a_minute_are_reported_with_the_session() -> None:
    (error,) = errors_after([(0, TAKEN_OVER), (30, TAKEN_OVER), (TAKEOVER_WINDOW_SECONDS, TAKEN_OVER)])
    assert CLIENT_ID in str(error)
    assert error.exit_code == 3


@pytest.mark.parametrize(
    "reasons",
    [
        [(float(at), UNSPECIFIED) for at in range(100)],
        [(0.0, TAKEN_OVER), (1.0, TAKEN_OVER)],
        [(0.0, TAKEN_OVER), (1.0, TAKEN_OVER), (2.0, UNSPECIFIED), (61.0, TAKEN_OVER)],
    ],
    ids=["a network that fails", "an operator's client", "now and then"],
)
def test_anything_less_is_not(reasons: list[tuple[float, ReasonCode]]) -> None:
    assert errors_after(reasons) == []


def test_a_session_learns_it_from_the_broker() -> None:
    errors = list[SessionTakenOverError]()
    counter = TakeoverCounter(CLIENT_ID, errors.append)
    (seat,) = worker_subscriptions("helmond", 1)
    with scripted_broker() as broker:
        session = Session(broker.address, seat, 100, lambda _: None, counter.record)
        assert session.open()
        try:
            for count in range(MAX_TAKEOVERS):
                wait_for(lambda: session.is_connected, TIMEOUT_SECONDS)
                assert len(errors) == 0
                assert counter.is_taken_over == (count > 0)
                broker.send(PacketTypes.DISCONNECT, bytes([SESSION_TAKEN_OVER, 0]))
                wait_for(lambda: not session.is_connected, TIMEOUT_SECONDS)
            wait_for(lambda: errors, TIMEOUT_SECONDS)
        finally:
            session.close()
