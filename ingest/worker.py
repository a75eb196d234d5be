"""The ingest worker: collect a batch, process it, commit it, and acknowledge it in order of receipt."""

import gc
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from threading import Event
from types import FrameType

import psycopg

from ingest.cells.count_cells import publish_counts
from ingest.cells.public_cells import PublicationSchedule
from ingest.events.aggregates import publish_movement, windows_booked_until, write_event_batch
from ingest.events.listener import EventListener
from ingest.flow_control.crash_recovery import CrashRecovery
from ingest.flow_control.parts import Part, split_into_parts
from ingest.flow_control.queue import Batch, MessageQueue
from ingest.flow_control.rate_limits import SensorRateLimiter
from ingest.heartbeat import Heartbeat, write_heartbeat
from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.scheduler import run_in_background
from ingest.metrics import Metrics, serve_metrics
from ingest.mqtt.framing import Publication
from ingest.mqtt.session import Delivery, Session
from ingest.mqtt.subscriptions import Subscription, worker_subscriptions
from ingest.mqtt.takeovers import SessionTakenOverError, TakeoverCounter
from ingest.payload_keys import forgetting_payload_keys
from ingest.pipeline import (
    IncomingMessage,
    MessageOutcome,
    MessageState,
    SensorsByTopic,
    reject_unread,
    run_steps,
    sensor_of_topic,
)
from ingest.quality_flags import QualityChecker
from ingest.times.backlog import CALM_SECONDS, BrokerBacklog
from ingest.times.receipt import Receipts
from ingest.writer import BatchTotals, commit_batch, load_register, publish_cells, register_revision
from sensors import logs
from sensors.db import Connection, connect
from sensors.settings.ingest import IngestSettings
from sensors.vocabulary.rejection_reasons import RejectionReason

log = logs.get_logger()

DATABASE_ROLE = "lantaarn_ingest"
REGISTER_POLL_INTERVAL_SECONDS = 1.0
"""Interval at which the register is checked, and thus the time a change takes to become effective."""
QUEUE_FULL_TIMEOUT_SECONDS = 5.0
"""How long the connection waits for room: less than its keep-alive, more than a slow commit."""
BATCH_IDLE_SECONDS = 0.005
"""A batch closes after this long without a message. Lone messages are stored at once, and a broker that allows fewer
messages in flight than a batch holds delays us no longer than this."""
RETRY_INTERVAL_SECONDS = 1.0
"""Interval between attempts while the database or the broker is down."""
WINDOW_BATCHES = 20
"""Batches that the broker may deliver before the first of them is acknowledged. As acknowledgements keep the order of
receipt, a few large messages that wait for their turn would soon close a small window for everybody."""
MAX_WINDOW = 65_535
"""As many as there are packet identifiers."""
ADMISSION_POLL_SECONDS = 0.05


def _now() -> datetime:
    return datetime.now(UTC)


class Worker:
    """One process, with one connection to the broker and one to the database.

    While the database is down nothing is acknowledged, so the broker stops sending once the in-flight window is full,
    and queues the rest.

    ``is_admitted`` tells whether the session may be opened: no other ingest has it.
    """

    def __init__(
        self,
        settings: IngestSettings,
        subscription: Subscription | None = None,
        now: Callable[[], datetime] = _now,
        is_admitted: Callable[[], bool] = lambda: True,
    ):
        self.metrics = Metrics()
        self._settings = settings
        self._now = now
        self._is_admitted = is_admitted
        window = min(WINDOW_BATCHES * settings.batch_size, MAX_WINDOW)
        self._queue = MessageQueue(window, self._is_unread)
        self._subscription = subscription or worker_subscriptions(settings.municipality, 1)[0]
        self._takeovers = TakeoverCounter(self._subscription.client_id, self._fail)
        self._session = Session(settings.broker, self._subscription, window, self._enqueue, self._takeovers.record)
        self._publication_schedule = PublicationSchedule()
        self._heartbeat = Heartbeat()
        self._event_listener = EventListener(settings.broker, settings.municipality, self.metrics, now, self._fail)
        self._stopping = Event()
        self._failure: SessionTakenOverError | None = None
        self._database: Connection | None = None
        self._register: SensorsByTopic = {}
        self._quality_checker = QualityChecker()
        self._rate_limiter = SensorRateLimiter()
        self._crash_recovery = CrashRecovery(self._subscription.client_id, window)
        longest_absence_seconds = CALM_SECONDS + settings.batch_milliseconds / 1000
        self._backlog = BrokerBacklog(self._subscription.client_id, longest_absence_seconds)
        self._register_revision = -1
        self._register_checked_at = 0.0
        self._is_database_down = False

    def run(self) -> None:
        """Run until ``stop``. Messages not committed by then stay unacknowledged, so the broker sends them again.

        Raises SessionTakenOverError if another program keeps taking over the session.
        """
        settings = self._settings
        url = settings.database_url.get_secret_value()
        with (
            serve_metrics(settings.metrics_host, settings.metrics_port, self.metrics, self.readiness),
            run_in_background(url, self.metrics, self._now, enabled=self._subscription.receives_events),
            forgetting_payload_keys(),
        ):
            try:
                # Database first: messages received before it is up would only wait.
                if self._subscription.receives_events:
                    self._with_database(self._resume_windows)
                self._with_database(self._refresh_register)
                self._with_database(update_hourly_totals)
                self._open_session()
                if self._subscription.receives_events and not self._stopping.is_set():
                    self._event_listener.open(self._session.protocol)
                while not self._stopping.is_set():
                    self._store_batch(self._collect())
                    self._store_events()
                    self._publish_cells()
                    self._write_heartbeat()
                self._end_session()
            finally:
                self._event_listener.close()
                self._session.close()
                self._close_database()
        if self._failure is not None:
            raise self._failure

    def drain(self) -> None:
        """Store what is left in an abandoned session, then end the session, unless another program uses it."""
        self._open_session()
        try:
            with forgetting_payload_keys():
                # Usually there is no such session, and the register need not be loaded.
                while self._session.is_resumed and not self._must_leave_session and (batch := self._collect()):
                    self._store_batch(batch)
            self._end_session()
        finally:
            if self._must_leave_session:
                self._session.close()
            else:
                self._session.discard()
            self._close_database()

    def readiness(self) -> dict[str, bool]:
        """Whether broker and database are connected. From then on the broker queues messages for us."""
        return {
            "broker": self._session.is_connected and self._event_listener.is_ready,
            "database": self._database is not None,
        }

    def stop(self) -> None:
        """Finish the current batch and return from ``run``."""
        self._stopping.set()

    @property
    def _must_leave_session(self) -> bool:
        return self._stopping.is_set() or self._takeovers.is_taken_over

    def _fail(self, error: SessionTakenOverError) -> None:
        self._failure = error
        self.stop()

    def _enqueue(self, delivery: Delivery) -> None:
        """Queue a delivery, blocking the network thread while the queue is full.

        A broker may exceed the in-flight window (Mosquitto 2.0.11 does). If the queue stays full, break the connection:
        the broker keeps everything unacknowledged, and sends no more than the window on the next connection.
        """
        if not self._queue.put(delivery, QUEUE_FULL_TIMEOUT_SECONDS):
            log.warning("message_queue_full")
            self._session.break_connection()

    def _collect(self) -> Batch | None:
        """Return the next batch. It closes on size, on age or on a short silence, whichever comes first."""
        settings = self._settings
        batch = self._queue.take(settings.batch_size, settings.batch_milliseconds / 1000, BATCH_IDLE_SECONDS)
        return batch if batch and self._session.is_current_connection(batch.connection_number) else None

    def _is_unread(self, topic: str) -> bool:
        sensor = sensor_of_topic(topic, self._register)
        return sensor is not None and self._rate_limiter.is_exhausted(sensor.id, self._now())

    def _open_session(self) -> None:
        while not self._stopping.is_set() and not self._is_admitted():
            self._stopping.wait(ADMISSION_POLL_SECONDS)
        while not self._stopping.is_set() and not self._session.open():
            if not self._subscription.is_abandoned:
                log.warning("broker_unavailable")
            self._stopping.wait(RETRY_INTERVAL_SECONDS)

    def _store_batch(self, batch: Batch | None) -> None:
        self.metrics.up.labels("broker").set(self._session.is_connected)
        self.metrics.in_flight.set(len(self._queue) + (len(batch.publications) if batch else 0))
        self._rate_limiter.is_pressed = self._queue.is_pressed
        self._observe_backlog(batch)
        recovery = self._crash_recovery
        if batch is None:
            if recovery.is_recovering and self._session.is_connected:
                number, at = self._session.connection_number, time.monotonic()
                self._with_database(partial(recovery.record_silence, connection_number=number, at=at))
        elif not self._with_database(self._prepare):
            return
        elif recovery.is_careful:
            self._store_one_by_one(batch)
        else:
            self._store_publications(batch, batch.publications)

    def _observe_backlog(self, batch: Batch | None) -> None:
        session = self._session
        if batch is not None or session.is_connected:
            number = batch.connection_number if batch else session.connection_number
            unacknowledged = len(self._queue) + (len(batch.publications) if batch else 0)
            self._backlog.observe(number, unacknowledged, time.monotonic(), is_resumed=session.is_resumed)

    def _resume_windows(self, database: Connection) -> None:
        booked_until = windows_booked_until(database, self._settings.municipality)
        if booked_until is not None:
            self._event_listener.resume_from(booked_until)

    def _prepare(self, database: Connection) -> None:
        self._refresh_register(database)
        self._backlog.recall(database, self._now(), time.monotonic())
        self._crash_recovery.begin(database)

    def _store_one_by_one(self, batch: Batch) -> None:
        """Store a batch that may hold the message that crashed earlier processes."""
        recovery = self._crash_recovery
        for publication in batch.publications:
            is_fatal = recovery.is_fatal(publication)
            is_noted = is_fatal or self._with_database(partial(recovery.record_attempt, publication=publication))
            if not (is_noted and self._store_publications(batch, [publication], is_fatal=is_fatal)):
                return

    def _store_publications(self, batch: Batch, publications: Sequence[Publication], *, is_fatal: bool = False) -> bool:
        """Store part of a batch; if ``is_fatal``, rejected unread. Returns False if stopped before it was committed."""
        received_at = self._now()
        receipts = Receipts(received_at, time.monotonic(), self._backlog.kept_since)

        def process(message: IncomingMessage) -> MessageOutcome:
            if is_fatal:
                return reject_unread(message, self._register, received_at, RejectionReason.CRASHED)
            return run_steps(
                MessageState(
                    message,
                    self._register,
                    self._quality_checker,
                    received_at,
                    receipts=receipts,
                    rate_limiter=self._rate_limiter,
                )
            )

        return all(self._store_part(batch, part, received_at) for part in split_into_parts(publications, process))

    def _store_part(self, batch: Batch, part: Part, received_at: datetime) -> bool:
        """Commit and acknowledge one part of a batch. Returns False if stopped before it was committed."""
        outcomes = part.outcomes
        has_late = False

        def commit(database: Connection) -> None:
            nonlocal has_late
            totals = self._commit(database, outcomes, received_at)
            has_late = totals.has_late
            self._rate_limiter.record_committed(outcomes, totals.repeated_by_sensor)

        if not self._with_database(commit):
            return False
        self.metrics.batch_messages.observe(len(outcomes))
        duration_seconds = time.monotonic() - batch.received_monotonic
        self.metrics.receipt_lag_seconds.observe(duration_seconds)
        self._heartbeat.record_batch(outcomes, received_at, duration_seconds)
        self._publication_schedule.record_batch(outcomes, received_at)
        self._acknowledge(batch.connection_number, part.completed)
        if has_late or any(not one.is_additive for outcome in outcomes for one in outcome.observations):
            self._with_database(update_hourly_totals)
        return True

    def _acknowledge(self, connection_number: int, completed: Sequence[Publication]) -> None:
        packet_ids = self._queue.complete(connection_number, completed)
        self._session.acknowledge(connection_number, packet_ids)
        if self._crash_recovery.is_recovering:
            # Those of QoS 0 as well: where nothing else comes, recovery would never end.
            settled = len(packet_ids) + sum(not each.packet_id for each in completed)
            self._with_database(partial(self._crash_recovery.record_acknowledged, messages=settled))

    def _store_events(self) -> None:
        """Store what came of event topics, whose messages are never acknowledged."""
        if (
            self._subscription.receives_events
            and self._with_database(self._refresh_register)
            and (event_batch := self._event_listener.take_batch())
        ):
            self._with_database(lambda database: write_event_batch(database, event_batch))

    def _publish_cells(self) -> None:
        now = self._now()
        if self._subscription.receives_events and self._publication_schedule.is_due(now):
            # First: what is published now must not count as completed afterwards.
            self._with_database(update_hourly_totals)
            for publish in (publish_counts, publish_cells, publish_movement):
                self._with_database(partial(publish, now=now))
            self._publication_schedule.mark_published(now)

    def _write_heartbeat(self) -> None:
        """Write no heartbeat without a broker: it would hide that no data arrives."""
        minute = self._heartbeat.take_finished_minute(self._now())
        if minute is not None and self._session.is_connected:
            self._with_database(lambda database: write_heartbeat(database, minute))
            self._with_database(self._record_backlog)

    def _record_backlog(self, database: Connection) -> None:
        self._backlog.record(database, self._now(), time.monotonic())

    def _with_database(self, work: Callable[[Connection], object]) -> bool:
        """Run ``work``, retrying while the database is down. Returns False if stopped before it succeeded."""
        while not self._stopping.is_set():
            try:
                if self._database is None:
                    url = self._settings.database_url.get_secret_value()
                    self._database = connect(url, role=DATABASE_ROLE, application_name="lantaarn ingest")
                work(self._database)
            except psycopg.Error as error:
                self._log_database_state(error)
                self._close_database()
                self._stopping.wait(RETRY_INTERVAL_SECONDS)
            else:
                self._log_database_state(None)
                return True
        return False

    def _log_database_state(self, error: psycopg.Error | None) -> None:
        """Log once when the database goes down and once when it is back, without error text: it may hold a row."""
        if error is not None and not self._is_database_down:
            log.warning("database_unavailable", sqlstate=error.sqlstate)
        elif error is None and self._is_database_down:
            log.info("database_available")
        self._is_database_down = error is not None
        self.metrics.up.labels("database").set(error is None)

    def _commit(self, database: Connection, outcomes: Sequence[MessageOutcome], received_at: datetime) -> BatchTotals:
        with self.metrics.commit_seconds.time():
            totals = commit_batch(database, outcomes, received_at)
        self.metrics.record_batch(outcomes, totals, received_at)
        return totals

    def _refresh_register(self, database: Connection) -> None:
        if time.monotonic() - self._register_checked_at > REGISTER_POLL_INTERVAL_SECONDS:
            newest = register_revision(database)
            if newest != self._register_revision:
                self._register = load_register(database)
                self._register_revision = newest
                # The register is long-lived: otherwise the garbage collector would scan it every few batches.
                gc.freeze()
                self._event_listener.set_register(self._register)
                log.info("register_loaded", revision=newest, sensors=len(self._register))
            self._register_checked_at = time.monotonic()

    def _end_session(self) -> None:
        """Note that this process stops in an orderly way; if that can't be noted, it counts as a crash."""
        if self._database is not None:
            with suppress(psycopg.Error):
                self._record_backlog(self._database)
                self._crash_recovery.end(self._database)

    def _close_database(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None


def run_worker(settings: IngestSettings, subscription: Subscription, is_admitted: Callable[[], bool]) -> None:
    """Run one worker until SIGTERM or Ctrl-C. Raises as ``Worker.run``."""
    worker = Worker(settings, subscription, is_admitted=is_admitted)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run()
