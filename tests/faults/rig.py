"""The test rig for faults: a database, a broker, ingest as its own process, and reconciliation with the ledger."""

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
from types import MappingProxyType
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
MAX_MEMORY_BYTES = 256 * 2**20
"""Limit on the memory of ingest, whatever devices send."""
MESSAGES_PER_SECOND = 4000
"""The rate at which devices publish while something is disrupted."""
RECOVERY_TIMEOUT_SECONDS = 120.0
"""Seconds for recovery after a fault, on a slow machine."""


class DurableServer:
    """A PostgreSQL with fsync on, stopped and started by the test."""

    def __init__(self, folder: Path) -> None:
        self.embedded = EmbeddedPostgres(folder)
        self._running = ExitStack()

    def start(self) -> None:
        """Start. After a kill, the old server's children take a moment to exit, and until then the folder is locked."""
        wait_for(self._try_to_start, RECOVERY_TIMEOUT_SECONDS)

    def stop(self, with_signal: signal.Signals = signal.SIGINT) -> None:
        """Stop. SIGINT terminates sessions and writes everything; SIGQUIT and SIGKILL write nothing."""
        self.embedded.process.send_signal(with_signal)
        self.embedded.process.wait(RECOVERY_TIMEOUT_SECONDS)
        self._running.close()

    def close(self) -> None:
        """Stop, and remove the data folder."""
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
        self.module = "lantaarn"
        """The module to run; a test may put itself in between."""
        self.workers = 1
        self.prefix: Sequence[str] = ()
        """Words in front of the command."""
        # A second worker uses the next port.
        self._port = next(port for port in iter(find_free_port, 0) if is_port_free(port + 1))
        self.environment = {
            "DATABASE_URL": database,
            "MQTT_URL": f"mqtt://{LOOPBACK_HOST}:{broker}",
            "LANTAARN_BATCH_SIZE": str(BATCH_SIZE),
            "LANTAARN_METRICS_PORT": str(self._port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start without waiting until it is ready."""
        own = [*self.prefix, sys.executable, "-m", self.module, "ingest", "--workers", str(self.workers)]
        command = with_parent_death_signal(own, signal.SIGTERM)
        self._process = start_process(command, self.log_file, cwd=ROOT, extra_environment=self.environment)

    def kill(self) -> None:
        """Kill with SIGKILL."""
        process = self.process
        process.kill()
        process.wait()
        self._process = None

    def stop(self) -> None:
        """Stop with SIGTERM, as a service manager does. No-op if not running."""
        if self._process is not None:
            stop_process(self._process)
            self._process = None

    @property
    def has_exited(self) -> bool:
        """Whether it was started and ended, by itself or killed by something else."""
        return self._process is not None and self._process.poll() is not None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process; fails the test if it has exited."""
        assert self._process is not None, "ingest was not started"
        assert self._process.poll() is None, f"ingest exited unexpectedly; see its log, {self.log_file}"
        return self._process

    def worker_pids(self) -> list[int]:
        """The pids of live worker processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [pid for pid in map(int, children.split()) if is_worker(pid)]

    def is_ready(self) -> bool:
        """Whether the first worker reports ready on ``/readyz``."""
        assert self.process
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK_HOST}:{self._port}/readyz", timeout=5) as answer:
                return bool(json.load(answer))
        except OSError:
            return False

    def count_in_flight(self) -> int:
        """Unacknowledged messages, from ``/metrics``; 0 before it is up."""
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK_HOST}:{self._port}/metrics", timeout=5) as answer:
                found = re.search(r"^lantaarn_ingest_in_flight (\S+)$", answer.read().decode(), re.MULTILINE)
        except OSError:
            return 0
        assert found is not None
        return int(float(found[1]))

    def peak_memory_bytes(self) -> int:
        """Peak resident memory in bytes (Linux: ``VmHWM``)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s*(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024


def is_worker(pid: int) -> bool:
    """Whether this is a live worker process."""
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The stored readings compared with the sent ones, and the totals of the ledger."""

    lost: int
    stored_twice: int
    received: int
    stored: int
    duplicate: int
    quarantined: int
    aggregated: int


class Rig:
    """A database, a broker, and ingest between them. The messages sent are numbered consecutively from 0."""

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
        """Stop ingest and disconnect from the database."""
        self.ingest.stop()
        self._disconnect()

    def start(self) -> None:
        """Start ingest and wait until it is ready; from then on the broker queues for its session."""
        self.ingest.start()
        wait_for(self.ingest.is_ready, RECOVERY_TIMEOUT_SECONDS)

    def send(
        self, numbers: Sequence[int], *, padding: int = 0, replaced: Mapping[int, bytes] = MappingProxyType({})
    ) -> None:
        """Publish these in order at full speed, and return once the broker has acknowledged all.

        ``replaced``: payloads other than the ordinary one, by number.
        """
        numbered = numbered_messages(self._start, padding)

        def message(number: int) -> tuple[str, bytes]:
            topic, payload = numbered(number)
            return topic, replaced.get(number, payload)

        with self._publishing(NumberedPublisher(self.broker.port, numbers, message)) as publisher:
            publisher.join(RECOVERY_TIMEOUT_SECONDS + len(numbers) / 1000)
        self.messages = max(self.messages, *numbers) + 1

    @contextmanager
    def under_load(self, messages: int, rate: int = MESSAGES_PER_SECOND) -> Generator[NumberedPublisher]:
        """Publish at ``rate`` during the block, then at full speed until there are ``messages`` in total."""
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
        """Run a query and return its rows. Raises psycopg.OperationalError while the database is down."""
        try:
            return self._query(query, parameters)
        except psycopg.OperationalError:
            # The connection predates a restart of the database.
            self._disconnect()
            return self._query(query, parameters)

    def _query(self, query: LiteralString, parameters: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        if self._connection is None:
            self._connection = connect(self._database)
        cursor = self._connection.execute(query, parameters)
        return cursor.fetchall() if cursor.description else []

    def count_stored(self) -> int:
        """Stored readings, according to the ledger."""
        return self.query(QUERIES["ledger_totals"])[0]["stored"]

    def reconcile(self) -> Reconciliation:
        """Compare every sent reading with the database, and total the ledger."""
        params = {
            "start": self._start,
            "messages": self.messages,
            "sensors": SENSOR_COUNT,
            "properties": list(PROPERTIES),
        }
        return Reconciliation(
            **self.query(QUERIES["compare_readings"], params)[0], **self.query(QUERIES["ledger_totals"])[0]
        )

    def wait_for_readings(self, readings: int = 1, seconds: float = RECOVERY_TIMEOUT_SECONDS) -> None:
        """Wait until ingest has stored this many more readings."""
        enough = self.count_stored() + readings
        wait_for(lambda: self.ingest.process and self.count_stored() >= enough, seconds)

    def wait_until_received(self, readings: int) -> None:
        """Wait until the ledger counts this many received readings, whatever their outcome."""
        wait_for(
            lambda: self.ingest.process and self.query(QUERIES["ledger_totals"])[0]["received"] >= readings,
            RECOVERY_TIMEOUT_SECONDS,
        )

    def drain_and_verify(self, *, refused: int = 0, seconds: float = RECOVERY_TIMEOUT_SECONDS) -> Reconciliation:
        """Wait until all but ``refused`` readings are stored, stop ingest, and verify that everything adds up."""
        sent = count_readings(range(self.messages))
        try:
            wait_for(lambda: self.ingest.process and self.count_stored() >= sent - refused, seconds)
        except AssertionError as error:
            raise AssertionError(f"not all {sent} readings were stored: {self.reconcile()}") from error
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
    """Create a template database with all migrations and sensors."""
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
    """Run a rig with its own database and broker for the duration of the block."""
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
    """Run a statement in the database ``postgres``."""
    with psycopg.connect(server.embedded.url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement)
