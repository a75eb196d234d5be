"""Everything that a fault needs to happen to: a database, a broker, ingest as its own process, and the books."""

import json
import re
import secrets
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from ingest.lifecycle.audit import audit_ledger
from sensors.db import connect
from sensors.db.migrate import migrate
from sensors.db.queries import load_queries
from sensors.db.server import EmbeddedPostgres
from sensors.processes import (
    LOOPBACK_HOST,
    ProcessError,
    find_free_port,
    is_port_free,
    start_process,
    stop_process,
    with_parent_death_signal,
)
from sensors.register.entry import Entry
from sensors.register.repository import publish
from tests.faults.mosquitto import Mosquitto
from tests.faults.numbered_messages import (
    PROPERTIES,
    SENSOR_COUNT,
    NumberedPublisher,
    count_readings,
    numbered_messages,
    sensor_reference,
)
from tests.faults.proxy import Proxy
from tests.support.entries import example_datastream, example_entry
from tests.support.waiting import wait_for

Connection = psycopg.Connection[dict[str, Any]]
ROOT = Path(__file__).parents[2]
QUERIES = load_queries(Path(__file__).with_name("compare.sql"))
TEMPLATE_DATABASE = "template_faults"
BATCH_SIZE = 500
MAX_MEMORY_BYTES = 300 * 2**20
"""Bytes that ingest may hold, whatever waits for it."""
RECOVERY_TIMEOUT_SECONDS = 60.0
"""Seconds in which everything must be well again after a fault, on a slow machine."""


class DurableServer:
    """A PostgreSQL that keeps its promises (it writes to disk), stopped and started by the test."""

    def __init__(self, folder: Path) -> None:
        self.embedded = EmbeddedPostgres(folder)
        self._running = ExitStack()

    def start(self) -> None:
        """Start. After a kill the old server's children may need a moment to notice; until then the folder is taken."""
        wait_for(self._try_to_start, RECOVERY_TIMEOUT_SECONDS)

    def stop(self, with_signal: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends sessions and writes everything; SIGQUIT and SIGKILL write nothing."""
        self.embedded.process.send_signal(with_signal)
        self.embedded.process.wait(RECOVERY_TIMEOUT_SECONDS)
        self._running.close()

    def close(self) -> None:
        """Stop and remove it."""
        self._running.close()
        shutil.rmtree(self.embedded.data_folder, ignore_errors=True)

    def _try_to_start(self) -> bool:
        try:
            self._running.enter_context(self.embedded)
        except ProcessError:
            return False
        return True


class IngestProcess:
    """``lantaarn ingest`` as a process of its own."""

    def __init__(self, database: str, broker: int, log: Path) -> None:
        self.log_file = log
        self.workers = 1
        # A second worker answers at the next port.
        self._port = next(port for port in iter(find_free_port, 0) if is_port_free(port + 1))
        self._environment = {
            "DATABASE_URL": database,
            "MQTT_URL": f"mqtt://{LOOPBACK_HOST}:{broker}",
            "LANTAARN_BATCH_SIZE": str(BATCH_SIZE),
            "LANTAARN_METRICS_PORT": str(self._port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start; it may take a second before it reads."""
        own = [sys.executable, "-m", "lantaarn", "ingest", "--workers", str(self.workers)]
        command = with_parent_death_signal(own, signal.SIGTERM)
        self._process = start_process(command, self.log_file, cwd=ROOT, extra_environment=self._environment)

    def kill(self) -> None:
        """SIGKILL: no warning, no goodbye."""
        self.process.kill()
        self.process.wait()
        self._process = None

    def stop(self) -> None:
        """SIGTERM, as a service manager does it. Does nothing when it doesn't run."""
        if self._process is not None:
            stop_process(self._process)
            self._process = None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process; the test fails when it ended by itself."""
        assert self._process is not None, "ingest was not started"
        assert self._process.poll() is None, f"ingest ended by itself; its log is {self.log_file}"
        return self._process

    def worker_pids(self) -> list[int]:
        """The processes of several workers, without those that died."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [pid for pid in map(int, children.split()) if is_worker(pid)]

    def is_ready(self) -> bool:
        """What the ``/readyz`` of the first worker says."""
        assert self.process
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK_HOST}:{self._port}/readyz", timeout=5) as answer:
                return bool(json.load(answer))
        except OSError:
            return False

    def count_in_flight(self) -> int:
        """How many messages it holds that it has not acknowledged, by its ``/metrics``; 0 before it answers."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK_HOST}:{self._port}/metrics", timeout=5) as answer:
                found = re.search(r"^lantaarn_ingest_in_flight (\S+)$", answer.read().decode(), re.MULTILINE)
        except OSError:
            return 0
        assert found is not None
        return int(float(found[1]))

    def peak_memory_bytes(self) -> int:
        """Bytes of memory that it held at most (Linux: ``VmHWM``)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s*(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024


def is_worker(pid: int) -> bool:
    """Whether this is a live worker of a crew."""
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What the database holds against what was sent, and what its ledger says."""

    lost: int
    stored_twice: int
    received: int
    stored: int
    duplicate: int
    quarantined: int
    aggregated: int


class Rig:
    """A database, a broker, and ingest between them. All messages that were ever sent are one row of numbers from 0."""

    def __init__(self, server: DurableServer, broker: Mosquitto, proxy: Proxy, database: str, log: Path) -> None:
        self.server = server
        self.broker = broker
        self.proxy = proxy
        self.ingest = IngestProcess(database, proxy.port, log)
        self.messages = 0
        self._database = database
        self._connection: Connection | None = None
        self._start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=1)

    def close(self) -> None:
        """End ingest and let go of the database."""
        self.ingest.stop()
        self._disconnect()

    def start(self) -> None:
        """Start ingest; from then on the broker keeps all for it."""
        self.ingest.start()
        wait_for(self.ingest.is_ready, RECOVERY_TIMEOUT_SECONDS)

    def send(self, numbers: Sequence[int], *, padding: int = 0) -> None:
        """Publish these, in this order, at full speed; return when the broker has acknowledged all."""
        message = numbered_messages(self._start, padding)
        with self._publishing(NumberedPublisher(self.broker.port, numbers, message)) as publisher:
            publisher.join(RECOVERY_TIMEOUT_SECONDS + len(numbers) / 1000)
        self.messages = max(self.messages, *numbers) + 1

    @contextmanager
    def under_load(self, rate: int, messages: int) -> Generator[NumberedPublisher]:
        """Publish while the block runs, and then at full speed what is left of ``messages`` in all."""
        last = self.messages + messages
        message = numbered_messages(self._start)
        with self._publishing(NumberedPublisher(self.broker.port, count(self.messages), message, rate)) as publisher:
            yield publisher
            publisher.finish()
        self.messages += publisher.sent
        if self.messages < last:
            self.send(range(self.messages, last))

    @contextmanager
    def _publishing(self, publisher: NumberedPublisher) -> Generator[NumberedPublisher]:
        publisher.start()
        try:
            yield publisher
        finally:
            publisher.abort()
        assert publisher.acknowledged == publisher.sent, "the broker did not acknowledge everything"

    def query(self, query: LiteralString, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query. Raises psycopg.OperationalError while the database is away."""
        try:
            return self._query(query, parameters)
        except psycopg.OperationalError:
            # The connection is of before the database was stopped.
            self._disconnect()
            return self._query(query, parameters)

    def _query(self, query: LiteralString, parameters: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        if self._connection is None:
            self._connection = connect(self._database)
        cursor = self._connection.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []

    def count_stored(self) -> int:
        """Readings that the ledger says are stored."""
        return self.query(QUERIES["ledger_totals"])[0]["stored"]

    def reconcile(self) -> Reconciliation:
        """The whole reckoning, and every reading compared."""
        given = {
            "start": self._start,
            "messages": self.messages,
            "sensors": SENSOR_COUNT,
            "properties": list(PROPERTIES),
        }
        return Reconciliation(
            **self.query(QUERIES["compare_readings"], given)[0], **self.query(QUERIES["ledger_totals"])[0]
        )

    def wait_for_readings(self, readings: int = 1, seconds: float = RECOVERY_TIMEOUT_SECONDS) -> None:
        """Until ingest has stored so many readings more."""
        enough = self.count_stored() + readings
        wait_for(lambda: self.ingest.process and self.count_stored() >= enough, seconds)

    def wait_until_received(self, readings: int) -> None:
        """Until the ledger has so many, whatever became of them."""
        wait_for(
            lambda: self.ingest.process and self.query(QUERIES["ledger_totals"])[0]["received"] >= readings,
            RECOVERY_TIMEOUT_SECONDS,
        )

    def drain_and_verify(self, *, refused: int = 0, seconds: float = RECOVERY_TIMEOUT_SECONDS) -> Reconciliation:
        """Wait until all is stored that was sent, save what must be refused; end ingest; compare everything."""
        sent = count_readings(range(self.messages))
        try:
            wait_for(lambda: self.ingest.process and self.count_stored() >= sent - refused, seconds)
        except AssertionError as error:
            raise AssertionError(f"of {sent} readings not all were stored: {self.reconcile()}") from error
        self.ingest.stop()
        books = self.reconcile()
        assert (books.lost, books.stored_twice) == (refused, 0)
        assert books.stored == sent - refused
        assert books.received == books.stored + books.duplicate + books.quarantined + books.aggregated
        assert self._connection is not None
        assert audit_ledger(self._connection, datetime.now(UTC)) == ()
        return books

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def make_template(server: DurableServer) -> None:
    """A database with all migrations and all sensors, to copy."""
    execute_as_admin(server, sql.SQL("create database {}").format(sql.Identifier(TEMPLATE_DATABASE)))
    now = datetime.now(UTC)
    with connect(server.embedded.url_of(TEMPLATE_DATABASE)) as db:
        migrate(db)
        with db.transaction():
            for number in range(SENSOR_COUNT):
                streams = [example_datastream(name) for name in PROPERTIES]
                entry = Entry.model_validate(example_entry(reference=sensor_reference(number), datastreams=streams))
                publish(db, entry, editor="test", reason="test", valid_from=now)


@contextmanager
def running_rig(server: DurableServer, folder: Path) -> Generator[Rig]:
    """A rig with a database and a broker of its own, gone after the block."""
    name = f"test_{secrets.token_hex(6)}"
    names = {"name": sql.Identifier(name), "template": sql.Identifier(TEMPLATE_DATABASE)}
    execute_as_admin(server, sql.SQL("create database {name} template {template}").format(**names))
    with Mosquitto(folder / "broker") as broker, Proxy(broker.port) as proxy:
        rig = Rig(server, broker, proxy, server.embedded.url_of(name), folder / "ingest.log")
        try:
            yield rig
        finally:
            rig.close()
    execute_as_admin(server, sql.SQL("drop database {name} with (force)").format(**names))


def execute_as_admin(server: DurableServer, statement: sql.Composed) -> None:
    """Run a statement outside the databases of the tests."""
    with psycopg.connect(server.embedded.url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement)
