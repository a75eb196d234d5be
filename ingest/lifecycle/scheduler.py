"""Schedule the lifecycle jobs: move, total, delete and verify, at startup and every quarter of an hour.

Every poll also refreshes the register's quality figures.

Of all schedulers running, on whatever machine, one leads: the holder of a database lock. Another takes over within a
minute after the leader is gone. Jobs run as the login user, who must own the tables: the ingest role may not delete. If
that user may not either, ``lantaarn retention keep`` runs alongside, as the owner.
"""

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from types import FrameType

import psycopg
import structlog

from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.lifecycle.erasure import erase_late_arrivals
from ingest.lifecycle.reaggregation import recompute_reaggregated_hours
from ingest.lifecycle.reclassification import move_reclassified_rows
from ingest.lifecycle.retention import enforce_retention
from ingest.lifecycle.verification import record_verification, verify_retention
from ingest.metrics import Metrics, serve_metrics
from sensors.db import Connection, connect
from sensors.db.queries import load_queries
from sensors.policy.promises import RETENTION_INTERVAL
from sensors.settings.lifecycle import RetentionSettings

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
POLL_INTERVAL_SECONDS = 30.0
"""Interval at which the clock and the lead are checked."""
SHUTDOWN_TIMEOUT_SECONDS = 10.0
"""Time that a job in progress gets when ingest stops."""
MAX_VERIFICATION_AGE = 2 * RETENTION_INTERVAL
"""An older verification proves nothing: whoever led has stopped."""

log = structlog.get_logger("ingest.lifecycle.scheduler")


class RetentionScheduler:
    """Runs the jobs that are due. ``connect`` opens a connection as a user that may delete."""

    def __init__(self, connect: Callable[[], Connection], metrics: Metrics, now: Callable[[], datetime]):
        self._connection = connect
        self._metrics = metrics
        self._now = now
        self._database: Connection | None = None
        self._is_leader = False
        self._is_not_permitted = False
        self._next_run_at: datetime | None = None
        self._warned: set[str] = set()

    def run_pending(self) -> None:
        """Run what is due, if this scheduler leads, and publish the result of the last verification.

        Never raises a database error: what failed is retried on the next poll.
        """
        try:
            if self._database is None:
                self._database = self._connection()
            if self._is_due or not self._is_not_permitted:
                self._is_leader = self._is_leader or self._acquire_lead(self._database)
            if self._is_leader:
                self._run_as_leader(self._database)
            self._publish_latest_verification(self._database)
        except psycopg.Error as error:
            self._warn("retention_database_unavailable", error)
            self.close()
        else:
            self._warned.discard("retention_database_unavailable")

    def close(self) -> None:
        """Close the database connection, which also gives up the lead."""
        if self._database is not None:
            self._database.close()
        self._database, self._is_leader, self._next_run_at = None, False, None

    @property
    def _is_due(self) -> bool:
        return self._next_run_at is None or self._now() >= self._next_run_at

    def _acquire_lead(self, db: Connection) -> bool:
        row = db.execute(QUERIES["acquire_lead"]).fetchone()
        return row is not None and row["leads"]

    def _run_as_leader(self, db: Connection) -> None:
        self._try("retention_quality_failed", lambda: db.execute(QUERIES["refresh_quality"]))
        if self._is_due:
            self._run_steps(db, self._now())

    def _run_steps(self, db: Connection, now: datetime) -> None:
        """Run the steps independently: what can't be moved must still be deleted, what can't be deleted verified."""
        self._is_not_permitted = False
        done = [
            self._try("retention_reclassification_failed", lambda: move_reclassified_rows(db, now)),
            self._try("retention_late_erasure_failed", lambda: erase_late_arrivals(db, now)),
            self._try("retention_hourly_totals_failed", lambda: update_hourly_totals(db)),
            self._try("retention_reaggregation_failed", lambda: recompute_reaggregated_hours(db, now)),
            self._try("retention_daily_totals_failed", lambda: update_daily_totals(db, now)),
            self._try("retention_deletion_failed", lambda: enforce_retention(db, now)),
            self._try("retention_verification_failed", lambda: self._verify(db, now)),
        ]
        self._metrics.retention_permitted.set(not self._is_not_permitted)
        if not self._is_not_permitted:
            self._warned.discard("retention_not_permitted")
        if all(done):
            self._next_run_at = now + RETENTION_INTERVAL
        if self._is_not_permitted:
            self._release_lead()

    def _release_lead(self) -> None:
        """Leave the lead to a scheduler with all permissions, if there is one: ``lantaarn retention keep``."""
        if self._database is not None:
            self._database.execute(QUERIES["release_lead"])
        self._is_leader = False

    def _try(self, event: str, step: Callable[[], object]) -> bool:
        """Run one step, logging ``event`` if the database rejects it. Returns False if it should be retried soon."""
        try:
            step()
        except psycopg.errors.InsufficientPrivilege as error:
            self._is_not_permitted = True
            self._warn("retention_not_permitted", error)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            self._warn(event, error)
            return False
        else:
            self._warned.discard(event)
        return True

    def _verify(self, db: Connection, now: datetime) -> None:
        found = verify_retention(db, now)
        record_verification(db, found, now)
        if not found.is_kept:
            classes = sorted({breach.retention_class for breach in found.breaches})
            tables = sorted({breach.table_name for breach in found.breaches})
            log.error("retention_breach", classes=classes, tables=tables, log_altered=found.is_log_altered)

    def _publish_latest_verification(self, db: Connection) -> None:
        """Publish the shared result, so that every machine reports the same, and all notice when none leads."""
        row = db.execute(QUERIES["latest_verification"]).fetchone()
        at = row["verified_at"] if row else None
        kept = row is not None and at is not None and row["kept"] and self._now() - at <= MAX_VERIFICATION_AGE
        self._metrics.retention_kept.set(kept)
        self._metrics.retention_verified.set(at.timestamp() if at else 0)

    def _warn(self, event: str, error: psycopg.Error) -> None:
        """Log once until resolved, without the error's text: it may hold a row."""
        if event not in self._warned:
            log.warning(event, sqlstate=error.sqlstate)
            self._warned.add(event)


def run_scheduler(scheduler: RetentionScheduler, stopping: Event) -> None:
    """Poll every half minute until stopped."""
    while not stopping.is_set():
        scheduler.run_pending()
        stopping.wait(POLL_INTERVAL_SECONDS)
    scheduler.close()


def run_standalone(settings: RetentionSettings) -> None:
    """Run the scheduler as its own program until SIGTERM or Ctrl-C; ready while retention promises are kept."""
    stopping, metrics = Event(), Metrics()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    url = settings.database_url.get_secret_value()
    scheduler = RetentionScheduler(
        lambda: connect(url, application_name="lantaarn retention"), metrics, lambda: datetime.now(UTC)
    )
    with serve_metrics(settings.metrics_host, settings.metrics_port, metrics, metrics.retention_readiness):
        run_scheduler(scheduler, stopping)


@contextmanager
def run_in_background(url: str, metrics: Metrics, now: Callable[[], datetime], *, enabled: bool) -> Generator[None]:
    """Run the scheduler in a background thread, if enabled."""
    if not enabled:
        yield
        return
    stopping = Event()
    scheduler = RetentionScheduler(lambda: connect(url, application_name="lantaarn retention"), metrics, now)

    # A job may take minutes; if the process ends first, the database rolls it back.
    thread = Thread(target=run_scheduler, args=(scheduler, stopping), name="retention", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(SHUTDOWN_TIMEOUT_SECONDS)
