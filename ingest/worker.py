"""The ingest program: collect a batch, take it through the pipeline, commit, acknowledge in the order of receipt."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from queue import Empty, Full, Queue
from threading import Event
from types import FrameType
from typing import Any

import psycopg
import structlog

from ingest.mqtt import Delivery, Session
from ingest.observe import Metrics, serving
from ingest.pipeline import Outcome, Register, process
from ingest.quality import Memory
from ingest.seats import Seat, seats
from ingest.store import commit, load_register, revision
from sensors.db import connect
from sensors.settings import IngestSettings

Connection = psycopg.Connection[dict[str, Any]]
log = structlog.get_logger("ingest")

ROLE = "lantaarn_ingest"
REGISTER_AGE = 1.0
"""Seconds after which the register is looked at again: the time in which a new entry takes effect."""
NO_ROOM = 5.0
"""Seconds that the connection waits for room: less than its keep-alive, more than a slow commit."""
MOMENT = 0.02
"""Seconds without a message after which a batch is closed: under load it is never reached, and a lone message is in the
database at once."""
RETRY = 1.0
"""Seconds between tries while the database or the broker is away."""


def _now() -> datetime:
    return datetime.now(UTC)


class Worker:
    """One process, one connection to each side. While the database is away nothing is acknowledged, so the broker
    stops sending when the in-flight window is full, and keeps the rest."""

    def __init__(self, settings: IngestSettings, seat: Seat | None = None, now: Callable[[], datetime] = _now):
        self.metrics = Metrics()
        self._settings = settings
        self._now = now
        self._queue: Queue[Delivery] = Queue(2 * settings.batch_size)
        self._seat = seat or seats(settings.municipality, 1)[0]
        self._session = Session(settings.broker, self._seat, 2 * settings.batch_size, self._take)
        self._newest = 0
        self._stopping = Event()
        self._database: Connection | None = None
        self._register: Register = {}
        self._memory = Memory()
        self._revision = -1
        self._looked_at = 0.0
        self._away = False

    def run(self) -> None:
        """Work until ``stop``. What is not committed by then is not acknowledged, and comes again."""
        settings = self._settings
        with serving(settings.metrics_host, settings.metrics_port, self.metrics, self.check):
            try:
                # The database first: what comes in before it is there would only wait.
                self._with_database(self._look_at_register)
                self._open_session()
                while not self._stopping.is_set():
                    self._handle(self._collect())
            finally:
                self._session.close()
                self._forget_database()

    def empty(self) -> None:
        """Store what an earlier crew left in this seat's session, and end the session. For a seat that is left."""
        self._open_session()
        try:
            # Nearly always there is none, and then the register need not be read for it.
            while self._session.resumed and not self._stopping.is_set() and (batch := self._collect()):
                self._handle(batch)
        finally:
            if self._stopping.is_set():
                self._session.close()
            else:
                self._session.end()
            self._forget_database()

    def check(self) -> dict[str, bool]:
        """Whether both sides are there: from then on the broker keeps for us what comes in."""
        return {"broker": self._session.connected, "database": self._database is not None}

    def stop(self) -> None:
        """Finish the batch at hand and return from ``run``."""
        self._stopping.set()

    def _take(self, delivery: Delivery) -> None:
        """Put a message with those that wait, or let the connection wait for room; called on its thread.

        A broker may send more than the window (Mosquitto 2.0.11 does). With no room for long the connection is broken:
        the broker keeps it all and, as nothing is acknowledged, sends no more than the window on the next one.
        """
        if delivery.connection != self._newest:
            # What waits is of an old connection and comes again.
            self._newest = delivery.connection
            with suppress(Empty):
                while True:
                    self._queue.get_nowait()
        try:
            self._queue.put(delivery, timeout=NO_ROOM)
        except Full:
            log.warning("no_room_for_messages")
            self._session.hang_up()

    def _collect(self) -> list[Delivery]:
        """A batch closes on size, on age, or when nothing more comes for a moment, whichever is first."""
        batch: list[Delivery] = []
        deadline = time.monotonic() + self._settings.batch_milliseconds / 1000
        while len(batch) < self._settings.batch_size and (left := deadline - time.monotonic()) > 0:
            try:
                batch.append(self._queue.get(timeout=min(left, MOMENT) if batch else left))
            except Empty:
                break
        return [each for each in batch if self._session.is_current(each)]

    def _open_session(self) -> None:
        while not self._stopping.is_set() and not self._session.open():
            log.warning("broker_away")
            self._stopping.wait(RETRY)

    def _handle(self, batch: list[Delivery]) -> None:
        self.metrics.up.labels("broker").set(self._session.connected)
        self.metrics.in_flight.set(len(batch) + self._queue.qsize())
        if not batch or not self._with_database(self._look_at_register):
            return
        received_at = self._now()
        outcomes = [process(each.message, self._register, self._memory, received_at) for each in batch]
        if self._with_database(lambda database: self._commit(database, outcomes, received_at)):
            self.metrics.batch.observe(len(batch))
            self.metrics.receipt_lag.observe(time.monotonic() - batch[0].received)
            for delivery in batch:
                self._session.acknowledge(delivery)

    def _with_database(self, work: Callable[[Connection], object]) -> bool:
        """Do it, waiting for the database while that is away. False when stopped before it was done."""
        while not self._stopping.is_set():
            try:
                if self._database is None:
                    url = self._settings.database_url.get_secret_value()
                    self._database = connect(url, role=ROLE, application_name="lantaarn ingest")
                work(self._database)
            except psycopg.Error as error:
                self._note_database(error)
                self._forget_database()
                self._stopping.wait(RETRY)
            else:
                self._note_database(None)
                return True
        return False

    def _note_database(self, error: psycopg.Error | None) -> None:
        """Tell once when the database goes, and once when it is back; not the error's text, which may hold a row."""
        if error is not None and not self._away:
            log.warning("database_away", sqlstate=error.sqlstate)
        elif error is None and self._away:
            log.info("database_back")
        self._away = error is not None
        self.metrics.up.labels("database").set(error is None)

    def _commit(self, database: Connection, outcomes: list[Outcome], received_at: datetime) -> None:
        with self.metrics.commit.time():
            booked = commit(database, outcomes, received_at)
        self.metrics.committed(outcomes, booked, received_at)

    def _look_at_register(self, database: Connection) -> None:
        if time.monotonic() - self._looked_at > REGISTER_AGE:
            newest = revision(database)
            if newest != self._revision:
                self._register = load_register(database)
                self._revision = newest
                log.info("register_loaded", revision=newest, sensors=len(self._register))
            self._looked_at = time.monotonic()

    def _forget_database(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def run(settings: IngestSettings, seat: Seat | None = None) -> None:
    """Ingest until SIGTERM or Ctrl-C."""
    worker = Worker(settings, seat)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run()
