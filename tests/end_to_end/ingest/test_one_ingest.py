"""A second ingest, started by mistake or as a replacement: one of them works, and the other says why it doesn't."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from pydantic import SecretStr

from ingest import instance_lock
from ingest.instance_lock import AlreadyRunningError
from ingest.mqtt.subscriptions import worker_subscriptions
from ingest.mqtt.takeovers import MAX_TAKEOVERS, SESSION_TAKEN_OVER, SessionTakenOverError
from ingest.supervisor import supervise
from ingest.worker import Worker
from sensors.settings.ingest import IngestSettings
from simulators.embedded.broker import EmbeddedBroker
from tests.end_to_end.ingest.test_ingest import stored
from tests.end_to_end.ingest.test_workers import Connection, db, free_ports, ingesting, is_ready, send
from tests.support.scripted_broker import TIMEOUT_SECONDS, scripted_broker
from tests.support.waiting import wait_for

__all__ = ["db"]


@pytest.fixture
def _supervised_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """``supervise`` runs in this process: without its patience, and without leaving its signal handlers."""
    monkeypatch.setattr(instance_lock, "GRACE_SECONDS", 1.0)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def settings(database: str, broker_url: str, workers: int) -> IngestSettings:
    return IngestSettings(database_url=SecretStr(database), mqtt_url=SecretStr(broker_url), workers=workers)


@pytest.mark.usefixtures("_supervised_here")
@pytest.mark.parametrize("workers", [(1, 1), (2, 1), (1, 2)])
def test_a_second_one_leaves_the_first_alone(
    database: str,
    db: Connection,
    broker: EmbeddedBroker,
    tmp_path: Path,
    workers: tuple[int, int],
) -> None:
    log, (first, second) = tmp_path / "log", workers
    with ingesting(database, broker.port_v5, first, log):
        send(broker.port, range(50))
        with pytest.raises(AlreadyRunningError, match="Another lantaarn ingest reads the messages of helmond"):
            supervise(settings(database, broker.url_v5, second))
        send(broker.port, range(50, 100))
        wait_for(lambda: stored(db) == 100, 30)
        assert "broker_disconnected" not in log.read_text()
    received = db.execute("select sum(received)::int as received from lantaarn.ledger").fetchone()
    assert received == {"received": 100}, "and nobody received anything twice"


def test_a_killed_one_is_replaced_at_once(
    database: str, db: Connection, broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """Its workers outlive it by a moment, and the replacement has their ports and sessions all the same."""
    ports, log = free_ports(2), tmp_path / "killed"
    environment = {"DATABASE_URL": database, "MQTT_URL": broker.url_v5, "LANTAARN_METRICS_PORT": str(ports[0])}
    command = [sys.executable, "-m", "lantaarn", "ingest", "--workers", "2"]
    with log.open("w") as output:
        killed = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
        wait_for(lambda: all(map(is_ready, ports)), 30)
        killed.kill()
        killed.wait()
    replaced = tmp_path / "log"
    with ingesting(database, broker.port_v5, 2, replaced, ports=ports):
        wait_for(lambda: replaced.read_text().count('"subscribed"') == 2, 60)
        wait_for(lambda: all(map(is_ready, ports)), 30)
        send(broker.port, range(100))
        wait_for(lambda: stored(db) == 100, 30)


def test_one_with_another_database_that_keeps_taking_the_session_over_ends_a_worker(
    database: str, db: Connection
) -> None:
    (_, seat) = worker_subscriptions("helmond", 2)
    with scripted_broker() as broker, ThreadPoolExecutor(1) as thread:
        url = f"mqtt://{broker.address.host}:{broker.address.port}"
        worker = Worker(settings(database, url, 2), seat)
        running = thread.submit(worker.run)
        for _ in range(MAX_TAKEOVERS):
            wait_for(lambda: worker.readiness()["broker"], TIMEOUT_SECONDS)
            broker.send(PacketTypes.DISCONNECT, bytes([SESSION_TAKEN_OVER, 0]))
            wait_for(lambda: not worker.readiness()["broker"], TIMEOUT_SECONDS)
        with pytest.raises(SessionTakenOverError, match=seat.client_id):
            running.result(TIMEOUT_SECONDS)
