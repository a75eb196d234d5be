"""Several workers share the messages of one broker; when their number changes nothing stays behind; TLS both ways."""

import json
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import psycopg
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import SecretStr
from structlog.testing import capture_logs

from ingest.lifecycle.audit import audit_ledger
from ingest.mqtt.session import Session
from ingest.mqtt.subscriptions import MAX_WORKERS, abandoned_subscriptions, worker_subscriptions
from ingest.worker import Worker
from sensors.broker import BrokerAddress
from sensors.db import connect
from sensors.processes import find_free_port, is_port_free
from sensors.register.entry import Entry
from sensors.register.repository import publish
from sensors.settings.ingest import IngestSettings
from simulators.embedded.broker import EmbeddedBroker
from tests.end_to_end.ingest.test_ingest import stored
from tests.faults.mosquitto import Mosquitto
from tests.support.entries import example_entry
from tests.support.installed import needs_mosquitto, needs_openssl
from tests.support.waiting import wait_for

Connection = psycopg.Connection[dict[str, Any]]
TOPIC = "helmond/air_quality/LML-1/json"
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)


@pytest.fixture
def db(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        publish(
            connection, Entry.model_validate(example_entry(reference="LML-1")), editor="t", reason="t", valid_from=START
        )
        yield connection


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "mosquitto") as broker:
        yield broker


@contextmanager
def ingesting(
    database: str,
    broker: int,
    workers: int,
    log: Path,
    *,
    ready: Callable[[int], bool] | None = None,
    ports: Sequence[int] = (),
) -> Generator[tuple[subprocess.Popen[bytes], Sequence[int]]]:
    """``lantaarn ingest`` as it is started for real, once all are ``ready``; with the ports of their metrics."""
    ports = ports or free_ports(workers)
    environment = {
        "DATABASE_URL": database,
        "MQTT_URL": f"mqtt://127.0.0.1:{broker}",
        "LANTAARN_METRICS_PORT": str(ports[0]),
    }
    command = [sys.executable, "-m", "lantaarn", "ingest", "--workers", str(workers)]
    with log.open("a") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        wait_for(lambda: all((ready or is_ready)(each) for each in ports), 90)
        yield process, ports
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, log.read_text()


def free_ports(workers: int) -> Sequence[int]:
    """A port for the metrics of each worker: consecutive ones."""
    return next(
        ports for first in iter(find_free_port, 0) if all(map(is_port_free, ports := range(first, first + workers)))
    )


def is_ready(port: int, path: str = "readyz") -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/{path}").is_success
    except httpx.TransportError:
        return False


def is_live(port: int) -> bool:
    return is_ready(port, "livez")


def send(broker: int, numbers: Sequence[int]) -> None:
    """Publish so many readings, until the broker has the last one."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_queued_messages_set(0)
    client.connect("127.0.0.1", broker)
    client.loop_start()
    payloads = [
        json.dumps({"time": (START + timedelta(seconds=number)).isoformat(), "no2": number % 50}) for number in numbers
    ]
    published = [client.publish(TOPIC, payload, qos=1) for payload in payloads]
    published[-1].wait_for_publish(30)
    client.disconnect()
    client.loop_stop()


@needs_mosquitto
def test_workers_share_the_messages_and_each_takes_some(
    database: str, db: Connection, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with ingesting(database, mosquitto.port, 3, tmp_path / "log") as (_, ports):
        send(mosquitto.port, range(900))
        wait_for(lambda: stored(db) == 900, 30)
        counted = [httpx.get(f"http://127.0.0.1:{port}/metrics").text for port in ports]
    assert all('lantaarn_ingest_readings_total{outcome="stored"}' in text for text in counted)
    ledger = db.execute("select sum(received)::int as received, sum(duplicate)::int as duplicate from lantaarn.ledger")
    assert ledger.fetchall() == [{"received": 900, "duplicate": 0}]
    assert audit_ledger(db, datetime.now(UTC)) == ()


@needs_mosquitto
def test_a_worker_that_is_killed_is_started_again(
    database: str, db: Connection, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with ingesting(database, mosquitto.port, 2, tmp_path / "log") as (leader, ports):
        subprocess.run(["pkill", "-KILL", "-f", "--oldest", "-P", str(leader.pid), "spawn_main"], check=True)
        send(mosquitto.port, range(300))
        wait_for(lambda: stored(db) == 300, 30)
        wait_for(lambda: all(is_ready(port) for port in ports), 30)


def test_workers_share_the_embedded_broker_too(
    embedded_broker_wheel: None, database: str, db: Connection, tmp_path: Path
) -> None:
    with (
        EmbeddedBroker(tmp_path / "broker") as broker,
        ingesting(database, broker.port_v5, 2, tmp_path / "log") as (_, ports),
    ):
        send(broker.port, range(400))
        wait_for(lambda: stored(db) == 400, 30)
        counted = [httpx.get(f"http://127.0.0.1:{port}/metrics").text for port in ports]
    assert all('lantaarn_ingest_readings_total{outcome="stored"}' in text for text in counted)


@needs_mosquitto
@pytest.mark.parametrize("change", [(1, 2), (3, 1)], ids=["more", "fewer"])
def test_with_other_workers_nothing_stays_behind(
    database: str, db: Connection, mosquitto: Mosquitto, tmp_path: Path, change: tuple[int, int]
) -> None:
    before, after = change
    with ingesting(database, mosquitto.port, before, tmp_path / "log"):
        send(mosquitto.port, range(100))
        wait_for(lambda: stored(db) == 100, 30)
    send(mosquitto.port, range(100, 400))
    with ingesting(database, mosquitto.port, after, tmp_path / "log"):
        wait_for(lambda: stored(db) == 400, 30)
        send(mosquitto.port, range(400, 500))
        wait_for(lambda: stored(db) == 500, 30)
        # A single worker's session isn't one of those that several share.
        wait_for(lambda: (tmp_path / "log").read_text().count("abandoned_session_drained") == before, 30)
    for seat in abandoned_subscriptions("helmond", after):
        session = Session(BrokerAddress("127.0.0.1", mosquitto.port), seat, 10, lambda _: None)
        assert session.open()
        assert not session.is_resumed
        session.discard()


def test_while_the_broker_is_away_ingest_answers_and_is_not_ready(database: str, tmp_path: Path) -> None:
    with ingesting(database, find_free_port(), 1, tmp_path / "log", ready=is_live) as (_, ports):
        answer = httpx.get(f"http://127.0.0.1:{ports[0]}/readyz")
        assert answer.status_code == 503
        assert not answer.json()["checks"]["broker"]


@needs_mosquitto
def test_while_a_left_session_is_emptied_ingest_answers_and_stores(
    database: str, db: Connection, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with ingesting(database, mosquitto.port, 2, tmp_path / "log"):
        pass
    send(mosquitto.port, range(200))
    with ExitStack() as held:
        held.enter_context(db.transaction())
        db.execute("lock table lantaarn.ledger in access exclusive mode")
        with ingesting(database, mosquitto.port, 1, tmp_path / "log") as (_, ports):
            assert is_live(ports[0])
            assert stored(db) == 0
            held.close()
            wait_for(lambda: stored(db) == 200, 30)


@needs_mosquitto
def test_a_broker_that_sends_more_than_there_is_room_for_loses_nothing(
    database: str, db: Connection, mosquitto: Mosquitto
) -> None:
    """Mosquitto 2.0.11 keeps to the Receive Maximum only until the first acknowledgement."""
    settings = IngestSettings(
        database_url=SecretStr(database), mqtt_url=SecretStr(f"mqtt://127.0.0.1:{mosquitto.port}"), batch_size=5
    )
    worker = Worker(settings)
    thread = Thread(target=worker.run)
    with capture_logs() as logs:
        thread.start()
        try:
            wait_for(lambda: all(worker.readiness().values()), 10)
            send(mosquitto.port, range(3000))
            with db.transaction():
                db.execute("lock table lantaarn.ledger in access exclusive mode")
                wait_for(lambda: any(each["event"] == "message_queue_full" for each in logs), 20)
            wait_for(lambda: stored(db) == 3000, 60)
        finally:
            worker.stop()
            thread.join(20)
    assert audit_ledger(db, datetime.now(UTC)) == ()


def test_every_number_of_workers_knows_the_seats_of_the_others() -> None:
    every = {seat.client_id for number in range(1, MAX_WORKERS + 1) for seat in worker_subscriptions("helmond", number)}
    for number in range(1, MAX_WORKERS + 1):
        taken = {seat.client_id for seat in worker_subscriptions("helmond", number)}
        assert {seat.client_id for seat in abandoned_subscriptions("helmond", number)} == every - taken


@needs_mosquitto
@needs_openssl
def test_a_client_certificate_lets_us_in_and_its_absence_does_not(tmp_path: Path) -> None:
    make_certificates(tmp_path)
    tls = (
        f"cafile {tmp_path}/ca.pem\ncertfile {tmp_path}/broker.pem\nkeyfile {tmp_path}/broker.key\n"
        "require_certificate true\n"
    )
    with Mosquitto(tmp_path / "mosquitto", listener_options=tls) as broker:
        stranger = BrokerAddress("localhost", broker.port, tls=True, ca_file=tmp_path / "ca.pem")
        ours = replace(stranger, cert_file=tmp_path / "ingest.pem", key_file=tmp_path / "ingest.key")
        for address, welcome in ((ours, True), (stranger, False)):
            session = Session(address, worker_subscriptions("helmond", 1)[0], 10, lambda _: None)
            assert session.open() is welcome
            session.close()


def make_certificates(folder: Path) -> None:
    """An authority, and certificates for the broker and for us, valid for a day."""
    commands = [
        "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=ca -keyout ca.key -out ca.pem",
        *(
            f"req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
            f" -addext basicConstraints=critical,CA:FALSE -CA ca.pem -CAkey ca.key -keyout {name}.key -out {name}.pem"
            for name in ("broker", "ingest")
        ),
    ]
    for command in commands:
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)


def test_a_certificate_that_can_not_be_read_is_an_error_at_once(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    with pytest.raises(ssl.SSLError):
        BrokerAddress("localhost", 1, tls=True, ca_file=empty).set_credentials(Client(CallbackAPIVersion.VERSION2))
