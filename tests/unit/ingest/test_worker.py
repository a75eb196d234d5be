"""Workers without a database or a broker: they wait, lose nothing, say that they are not ready, and stop when told."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from queue import Empty
from threading import Event, Thread
from typing import Any

import pytest
from paho.mqtt.packettypes import PacketTypes

from ingest.mqtt.subscriptions import worker_subscriptions
from ingest.mqtt.takeovers import SESSION_TAKEN_OVER
from ingest.supervisor import supervise
from ingest.worker import Worker
from sensors.processes import LOOPBACK_HOST, find_free_port
from sensors.settings.ingest import IngestSettings
from tests.support.scripted_broker import TIMEOUT_SECONDS, ScriptedBroker, scripted_broker
from tests.support.waiting import wait_for

NOWHERE = "127.0.0.1:1"
"""Where nobody listens: a privileged port without a service."""
(SUBSCRIPTION,) = worker_subscriptions("helmond", 1)
ABANDONED = replace(SUBSCRIPTION, is_abandoned=True)


def settings(broker: ScriptedBroker | None = None, **changes: Any) -> IngestSettings:
    address = f"{broker.address.host}:{broker.address.port}" if broker else NOWHERE
    return IngestSettings.load(
        database_url=f"postgresql://nobody:hush@{NOWHERE}/none", mqtt_url=f"mqtt://{address}", **changes
    )


@pytest.fixture
def restored_signals() -> Generator[None]:
    """Commands handle signals until the process ends."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def status_of(port: int, path: str) -> int:
    """The status of an answer; 0 if there is none yet."""
    connection = HTTPConnection(LOOPBACK_HOST, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except ConnectionError:
        return 0
    finally:
        connection.close()


@pytest.mark.usefixtures("restored_signals")
def test_ingest_starts_before_its_servers_and_stops_when_told() -> None:
    port, statuses = find_free_port(), list[int]()

    def watch() -> None:
        wait_for(lambda: status_of(port, "/livez"), TIMEOUT_SECONDS)
        statuses.extend(status_of(port, path) for path in ("/livez", "/readyz"))
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = Thread(target=watch)
    watcher.start()
    supervise(settings(metrics_port=port))
    watcher.join()
    assert statuses == [200, 503]
    assert status_of(port, "/livez") == 0


@contextmanager
def draining(worker: Worker) -> Generator[Thread]:
    thread = Thread(target=worker.drain)
    thread.start()
    try:
        yield thread
    finally:
        worker.stop()
        thread.join(TIMEOUT_SECONDS)
        assert not thread.is_alive()


def test_without_a_database_nothing_is_acknowledged() -> None:
    with scripted_broker(has_session=True) as broker:
        worker = Worker(settings(broker), ABANDONED)
        with draining(worker):
            broker.expect(PacketTypes.UNSUBSCRIBE)
            broker.publish("helmond/traffic/a/json", b"{}", packet_id=1)
            in_flight = "lantaarn_ingest_in_flight"
            wait_for(lambda: worker.metrics.registry.get_sample_value(in_flight) == 1, TIMEOUT_SECONDS)
            assert not worker.readiness()["database"]
        assert broker.expect(PacketTypes.DISCONNECT) is not None
        assert broker.received.empty(), "neither an acknowledgement nor the end of the session"


def test_an_abandoned_session_that_does_not_exist_is_left_alone_at_once() -> None:
    with scripted_broker(has_session=False) as broker:
        Worker(settings(broker), ABANDONED).drain()
        connects = [broker.expect(PacketTypes.CONNECT), broker.expect(PacketTypes.CONNECT)]
        assert [connect[7] & 2 for connect in connects] == [0, 2], "the second one ends the session that the first made"


def test_an_abandoned_session_that_another_program_uses_after_all_is_left_alone() -> None:
    with scripted_broker(has_session=True) as broker:
        with draining(Worker(settings(broker), ABANDONED)) as drained:
            broker.expect(PacketTypes.UNSUBSCRIBE)
            broker.send(PacketTypes.DISCONNECT, bytes([SESSION_TAKEN_OVER, 0]))
            drained.join(TIMEOUT_SECONDS)
        connects = [content for kind, content in broker.received.queue if kind == PacketTypes.CONNECT]
        assert not any(connect[7] & 2 for connect in connects), "a clean start would end the session"


def test_no_session_is_opened_before_it_is_known_that_no_other_ingest_has_it() -> None:
    admission = Event()
    with scripted_broker() as broker, draining(Worker(settings(broker), ABANDONED, is_admitted=admission.is_set)):
        with pytest.raises(Empty):
            broker.received.get(timeout=0.2)
        admission.set()
        broker.expect(PacketTypes.CONNECT)
