"""The testbed for benchmarks: a database with a filled register, a broker, and ingest itself."""

import getpass
import http.client
import json
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from sensors.db import connect
from sensors.db.capabilities import probe_capabilities
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedPostgres
from sensors.processes import LOOPBACK_HOST, find_free_port, start_process, stop_process, with_parent_death_signal
from sensors.register.repository import import_entries
from simulators.embedded.broker import EmbeddedBroker, listening_ports
from tests.bench.messages import OBSERVATION_TABLE, PROPERTIES, NumberedTraffic, sensor_reference
from tests.bench.processes import log_tail, running_process
from tests.support.entries import example_entry
from tests.support.waiting import wait_for

Connection = psycopg.Connection[dict[str, Any]]

TIMEOUT_SECONDS = 60.0
"""Seconds to wait for anything before the benchmark fails."""
MOSQUITTO_PATH = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
# No limits on queued or in-flight messages, and no persistence: the broker must not be the bottleneck.
MOSQUITTO_CONFIGURATION = """
listener {port} {host}
allow_anonymous true
user {user}
persistence false
max_queued_messages 0
max_inflight_messages 0
log_type error
log_type warning
"""


@dataclass(frozen=True, slots=True)
class BenchBroker:
    """A running broker: the port for devices, the URL for ingest, and its pid."""

    name: str
    port: int
    url: str
    pid: int
    max_in_flight: int
    """Its limit on unacknowledged messages, which must fit twice the batch size."""


@dataclass(frozen=True, slots=True)
class BenchDatabase:
    """A migrated database: its label, its owner's URL, and the server's pid if local."""

    name: str
    url: str
    pid: int | None


@dataclass(frozen=True, slots=True)
class Testbed:
    """Everything a benchmark needs."""

    folder: Path
    database: BenchDatabase
    broker: BenchBroker
    connection: Connection
    traffic: NumberedTraffic
    datastreams: Mapping[int, Sequence[int]]
    """The datastreams of each sensor, in the order of PROPERTIES."""

    @property
    def log_file(self) -> Path:
        """The shared log of the programs."""
        return self.folder / "programs.log"

    def clear(self) -> None:
        """Truncate the tables, and checkpoint so that no earlier writes are pending."""
        self.connection.execute(
            f"truncate lantaarn.{OBSERVATION_TABLE}, lantaarn.rollup_hour, lantaarn.ledger, "
            "lantaarn.ledger_reason, lantaarn.quarantine"
        )
        with suppress(psycopg.errors.InsufficientPrivilege):
            self.connection.execute("checkpoint")

    def count_stored(self) -> int:
        """The number of stored values."""
        row = self.connection.execute(f"select count(*) as count from lantaarn.{OBSERVATION_TABLE}").fetchone()
        return row["count"] if row else 0


@contextmanager
def running_mosquitto(folder: Path) -> Generator[BenchBroker]:
    """Run Mosquitto, configured as for a busy municipality."""
    port, configuration = find_free_port(), folder / "mosquitto.conf"
    configuration.write_text(MOSQUITTO_CONFIGURATION.format(port=port, host=LOOPBACK_HOST, user=getpass.getuser()))
    process = start_process(
        with_parent_death_signal([str(MOSQUITTO_PATH), "-c", str(configuration)], signal.SIGTERM),
        folder / "mosquitto.log",
    )
    try:
        wait_for(lambda: port in listening_ports(process.pid), TIMEOUT_SECONDS)
        yield BenchBroker("Mosquitto", port, f"mqtt://{LOOPBACK_HOST}:{port}", process.pid, 65_535)
    finally:
        stop_process(process)


@contextmanager
def running_embedded_broker(folder: Path) -> Generator[BenchBroker]:
    """Run the demo's broker, with at most 100 messages in flight."""
    with EmbeddedBroker(folder / "broker") as broker:
        yield BenchBroker("the embedded broker", broker.port, broker.url_v5, broker.process.pid, 100)


@contextmanager
def embedded_database(folder: Path) -> Generator[BenchDatabase]:
    """Run the bundled PostgreSQL with fsync on, as for users."""
    server = EmbeddedPostgres(folder)
    try:
        with server, connect(server.url) as db:
            migrate(db)
            yield BenchDatabase(_database_label(db), server.url, server.process.pid)
    finally:
        shutil.rmtree(server.data_folder, ignore_errors=True)


@contextmanager
def temporary_database(url: str) -> Generator[BenchDatabase]:
    """Create a database on an existing server, dropped afterwards."""
    name = f"lantaarn_bench_{secrets.token_hex(6)}"
    own = urlsplit(url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        try:
            with connect(own) as db:
                migrate(db)
                title = _database_label(db)
            yield BenchDatabase(title, own, None)
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _database_label(db: Connection) -> str:
    found = probe_capabilities(db)
    timescale = f", TimescaleDB {found.timescale_version}" if found.timescale_version else ""
    return f"PostgreSQL {found.server_version}{timescale}"


def publish_sensors(db: Connection, folder: Path, sensors: int) -> Mapping[int, Sequence[int]]:
    """Publish air quality stations; return the datastream ids by sensor, in the order of PROPERTIES."""
    path = folder / "register.jsonl"
    path.write_text(
        "\n".join(json.dumps(example_entry(reference=sensor_reference(number))) for number in range(sensors))
    )
    report = import_entries(db, path, "bench", "bench")
    if report.published != sensors:
        raise RuntimeError("the register rejected some sensors")
    rows = db.execute(
        "select sensor.reference, datastream.property, datastream.id from lantaarn.datastream "
        "join lantaarn.sensor on sensor.id = datastream.sensor_id"
    ).fetchall()
    ids = {(row["reference"], row["property"]): row["id"] for row in rows}
    return {number: [ids[sensor_reference(number), name] for name in PROPERTIES] for number in range(sensors)}


@contextmanager
def running_ingest(bed: Testbed, batch: int, workers: int, *, wait: bool = True) -> Generator[subprocess.Popen[bytes]]:
    """Run the real ``lantaarn ingest``; with ``wait``, yields once it is ready."""
    port = find_free_port()
    environment = {
        "DATABASE_URL": bed.database.url,
        "MQTT_URL": bed.broker.url,
        "LANTAARN_BATCH_SIZE": str(batch),
        "LANTAARN_METRICS_PORT": str(port),
        "LANTAARN_LOG_LEVEL": "warning",
    }
    command = [sys.executable, "-m", "lantaarn", "ingest", "--workers", str(workers)]
    ports = range(port, port + workers)  # one for each worker
    with running_process(command, bed.log_file, environment=environment) as process:
        if wait:
            wait_for(lambda: process.poll() is not None or all(map(_is_ready, ports)), TIMEOUT_SECONDS)
            if process.poll() is not None:
                raise RuntimeError(f"ingest exited unexpectedly: {log_tail(bed.log_file)}")
        yield process


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK_HOST, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
