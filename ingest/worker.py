"""The ingest program: collect a batch, take it through the pipeline, commit, acknowledge in the order of receipt."""

import gc
import signal
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Event
from types import FrameType
from typing import Any

import psycopg

from ingest.events.aggregates import Aggregate
from ingest.events.listener import Listener
from ingest.heartbeat import Pulse
from ingest.heartbeat import write as write_pulse
from ingest.lifecycle.scheduler import scheduling
from ingest.metrics import Metrics, serving
from ingest.mqtt.session import Delivery, Session
from ingest.mqtt.subscriptions import Seat, seats
from ingest.pipeline import Outcome, Register, process
from ingest.public_cells import Cells
from ingest.quality_flags import Memory
from ingest.queue import Batch, Inbox
from ingest.writer import commit, load_register, publish_cells, revision
from sensors import logs
from sensors.db import connect
from sensors.settings import IngestSettings

Connection = psycopg.Connection[dict[str, Any]]
log = logs.get()

ROLE = "lantaarn_ingest"
REGISTER_AGE = 1.0
"""Seconds after which the register is looked at again: the time in which a new entry takes effect."""
NO_ROOM = 5.0
"""Seconds that the connection waits for room: less than its keep-alive, more than a slow commit."""
MOMENT = 0.005
"""Seconds without a message after which a batch is closed: a lone message is in the database at once, and a broker that
allows fewer messages in flight than a batch holds makes us wait no longer than this."""
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
        self._inbox = Inbox(2 * settings.batch_size)
        self._seat = seat or seats(settings.municipality, 1)[0]
        self._session = Session(settings.broker, self._seat, 2 * settings.batch_size, self._take)
        self._cells = Cells()
        self._pulse = Pulse()
        self._events = Listener(settings.broker, settings.municipality, self.metrics, now)
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
        url = settings.database_url.get_secret_value()
        with (
            serving(settings.metrics_host, settings.metrics_port, self.metrics, self.check),
            scheduling(url, self.metrics, self._now, wanted=self._seat.events),
        ):
            try:
                # The database first: what comes in before it is there would only wait.
                self._with_database(self._look_at_register)
                self._open_session()
                if self._seat.events:
                    self._events.open(self._session.protocol)
                while not self._stopping.is_set():
                    self._handle(self._collect())
                    self._store_events()
                    self._publish_cells()
                    self._beat()
            finally:
                self._events.close()
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
        return {"broker": self._session.connected and self._events.ready, "database": self._database is not None}

    def stop(self) -> None:
        """Finish the batch at hand and return from ``run``."""
        self._stopping.set()

    def _take(self, delivery: Delivery) -> None:
        """Put a message with those that wait, or let the connection wait for room; called on its thread.

        A broker may send more than the window (Mosquitto 2.0.11 does). With no room for long the connection is broken:
        the broker keeps it all and, as nothing is acknowledged, sends no more than the window on the next one.
        """
        if not self._inbox.put(delivery, NO_ROOM):
            log.warning("no_room_for_messages")
            self._session.hang_up()

    def _collect(self) -> Batch | None:
        """A batch closes on size, on age, or when nothing more comes for a moment, whichever is first."""
        settings = self._settings
        batch = self._inbox.take(settings.batch_size, settings.batch_milliseconds / 1000, MOMENT)
        return batch if batch and self._session.is_current(batch.connection) else None

    def _open_session(self) -> None:
        while not self._stopping.is_set() and not self._session.open():
            if not self._seat.left:
                log.warning("broker_away")
            self._stopping.wait(RETRY)

    def _handle(self, batch: Batch | None) -> None:
        self.metrics.up.labels("broker").set(self._session.connected)
        self.metrics.in_flight.set(len(self._inbox) + (len(batch.publications) if batch else 0))
        if batch is None or not self._with_database(self._look_at_register):
            return
        received_at = self._now()
        outcomes = [process(each.message, self._register, self._memory, received_at) for each in batch.publications]
        if self._with_database(lambda database: self._commit(database, outcomes, received_at)):
            self.metrics.batch.observe(len(outcomes))
            took = time.monotonic() - batch.received
            self.metrics.receipt_lag.observe(took)
            self._pulse.note(outcomes, received_at, took)
            self._cells.note(outcomes, received_at)
            self._session.acknowledge(batch.connection, (each.packet_id for each in batch.publications))

    def _store_events(self) -> None:
        """What came of event topics: counts, and windows that are over. Nothing of it is acknowledged."""
        if self._seat.events and self._with_database(self._look_at_register) and (harvest := self._events.take()):
            at = self._now()
            self._with_database(lambda database: self._commit(database, harvest.outcomes, at, harvest.aggregates))

    def _publish_cells(self) -> None:
        now = self._now()
        if self._seat.events and self._cells.due(now):
            self._with_database(lambda database: publish_cells(database, now))
            self._cells.done(now)

    def _beat(self) -> None:
        """Without the broker there is no sign of life: nobody would notice that nothing comes."""
        minute = self._pulse.over(self._now())
        if minute is not None and self._session.connected:
            self._with_database(lambda database: write_pulse(database, minute))

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

    def _commit(
        self,
        database: Connection,
        outcomes: Sequence[Outcome],
        received_at: datetime,
        aggregates: Sequence[Aggregate] = (),
    ) -> None:
        with self.metrics.commit.time():
            booked = commit(database, outcomes, received_at, aggregates)
        self.metrics.committed(outcomes, booked, received_at)

    def _look_at_register(self, database: Connection) -> None:
        if time.monotonic() - self._looked_at > REGISTER_AGE:
            newest = revision(database)
            if newest != self._revision:
                self._register = load_register(database)
                self._revision = newest
                # It stays until the next one: the collector would walk through all of it every few batches.
                gc.freeze()
                self._events.learn(self._register)
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
