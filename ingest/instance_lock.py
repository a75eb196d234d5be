"""One ingest at a time: an advisory lock per municipality and broker, held on a database connection of its own.

Two ingests would have the same client ids at the broker, and take the sessions over from each other for ever. MQTT
doesn't prevent that, and not every broker says so, but the database can tell. The lock is held until its connection
ends, so a killed ingest leaves none behind. It needs a connection to PostgreSQL itself, or a pooler in session mode.
"""

import os
import secrets
import signal
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from ctypes import c_bool
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from threading import Event, Thread

import psycopg

from sensors import logs
from sensors.db import Connection, connect
from sensors.db.queries import load_queries
from sensors.processes import ProcessError
from sensors.settings.ingest import IngestSettings

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
GRACE_SECONDS = 30.0
"""How long a predecessor gets to stop: more than its shutdown takes, and more than the server's keepalive."""
CHECK_INTERVAL_SECONDS = 1.0
"""Interval at which a lock that we hold is checked: its connection may have ended."""
ACQUIRE_INTERVAL_SECONDS = 0.2
SHUTDOWN_TIMEOUT_SECONDS = 2.0

log = logs.get_logger()


class AlreadyRunningError(ProcessError):
    """Another ingest has the lock."""

    exit_code = 3


class SharedFlag:
    """A flag that worker processes can read, and that is never cleared.

    Unlike multiprocessing's Event it has no lock, with which a process that is killed would block the others.
    """

    def __init__(self) -> None:
        self._value = get_context("spawn").RawValue(c_bool, False)

    def set(self) -> None:
        """Set the flag."""
        self._value.value = True

    def is_set(self) -> bool:
        """Whether the flag was set."""
        return self._value.value


@dataclass(frozen=True, slots=True)
class Holder:
    """The database connection that has the lock. ``address`` is None for a Unix socket."""

    application_name: str | None
    address: str | None
    since: datetime | None


class InstanceLock:
    """Acquires the lock in a background thread, and again whenever the database connection was lost.

    Calls ``on_acquired`` once it is ours, and ``on_conflict`` when another ingest has it: at once if it was ours before
    (the database was away, and the other came first), else after ``GRACE_SECONDS``. From then on ``error`` is set.
    """

    def __init__(
        self, settings: IngestSettings, on_acquired: Callable[[], None], on_conflict: Callable[[], None]
    ) -> None:
        self.error: AlreadyRunningError | None = None
        self._url = settings.database_url.get_secret_value()
        self._municipality = settings.municipality
        broker = settings.broker
        self._parameters = {"lock_name": f"lantaarn ingest {settings.municipality} {broker.host}:{broker.port}"}
        self._on_acquired = on_acquired
        self._on_conflict = on_conflict
        # Recognises our previous connection, which may linger at the server after a network failure.
        self._application_name = f"lantaarn ingest lock {secrets.token_hex(8)}"
        self._closing = Event()
        self._database: Connection | None = None
        self._is_held = False
        self._was_acquired = False
        self._refused_since: float | None = None
        self._is_warned = False

    @contextmanager
    def held(self) -> Generator[None]:
        """Acquire the lock in the background, and release it at the end of the block."""
        thread = Thread(target=self._run, name="instance lock", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._closing.set()
            thread.join(SHUTDOWN_TIMEOUT_SECONDS)

    def _run(self) -> None:
        while self.error is None and not self._closing.is_set():
            try:
                self._poll()
            except psycopg.Error as error:
                self._warn_if_never_acquired(error)
                self._disconnect()
            self._closing.wait(CHECK_INTERVAL_SECONDS if self._is_held else ACQUIRE_INTERVAL_SECONDS)
        self._disconnect()

    def _poll(self) -> None:
        if self._database is None:
            self._database = connect(self._url, application_name=self._application_name)
            self._database.execute(QUERIES["notice_dead_clients"])
        if self._is_held:
            self._database.execute(QUERIES["check_connection"])
        elif self._try_to_acquire(self._database):
            self._is_held, self._refused_since = True, None
            if not self._was_acquired:
                self._was_acquired = True
                self._on_acquired()
        elif (holder := self._holder(self._database)) and holder.application_name != self._application_name:
            self._refuse(holder)

    def _try_to_acquire(self, database: Connection) -> bool:
        row = database.execute(QUERIES["acquire_lock"], self._parameters).fetchone()
        return row is not None and row["acquired"]

    def _holder(self, database: Connection) -> Holder | None:
        """Who has the lock; None if it has just been released."""
        row = database.execute(QUERIES["lock_holder"], self._parameters).fetchone()
        return Holder(**row) if row else None

    def _refuse(self, holder: Holder) -> None:
        if self._refused_since is None:
            self._refused_since = time.monotonic()
            if not self._was_acquired:
                log.warning("waiting_for_other_ingest", since=holder.since, seconds=GRACE_SECONDS)
        if self._was_acquired or time.monotonic() - self._refused_since >= GRACE_SECONDS:
            self.error = self._already_running(holder)
            self._on_conflict()

    def _already_running(self, holder: Holder) -> AlreadyRunningError:
        since = f" since {holder.since:%Y-%m-%d %H:%M:%S} UTC" if holder.since else ""
        address = f" from {holder.address}" if holder.address else ""
        return AlreadyRunningError(
            f"Another lantaarn ingest reads the messages of {self._municipality} from this broker: it is connected to "
            f"the database{address}{since}. Stop one of them."
        )

    def _warn_if_never_acquired(self, error: psycopg.Error) -> None:
        """Log once, without the error's text. Later on it doesn't matter: the workers log that the database is away."""
        if not (self._is_warned or self._was_acquired):
            log.warning("instance_lock_unavailable", sqlstate=error.sqlstate)
            self._is_warned = True

    def _disconnect(self) -> None:
        if self._database is not None:
            self._database.close()
        self._database, self._is_held = None, False


def stop_ourselves() -> None:
    """Stop this process in an orderly way."""
    os.kill(os.getpid(), signal.SIGTERM)
