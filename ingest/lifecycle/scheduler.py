"""By the clock: a thread of ingest that moves, adds days up, deletes and checks, every quarter of an hour and at the
start. At each look it also works out what the register tells of its own quality.

Of all that run beside each other, on whatever machine, one leads: the one that holds a lock in the database. Another
takes it within a minute after the leader is gone. It acts as the user that logged in, who has to own the tables: the
role of ingest may not delete. Where that user may not, ``lantaarn retention keep`` runs beside it, as the owner.
"""

import signal
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Any

import psycopg
import structlog

from ingest.lifecycle.daily_totals import make
from ingest.lifecycle.erasure import sweep
from ingest.lifecycle.reclassification import move
from ingest.lifecycle.retention import run
from ingest.lifecycle.verification import SCHEDULE, Verification, record, verify
from ingest.metrics import Metrics, serving
from sensors.db import connect
from sensors.db.queries import load
from sensors.settings import RetentionSettings

QUERIES = load(Path(__file__).with_suffix(".sql"))
PAUSE = 30.0
"""Seconds between two looks at the clock and at who leads."""
PATIENCE = 10.0
"""Seconds that work at hand gets when ingest stops."""
STALE = 2 * SCHEDULE
"""A check that is older than this tells nothing: whoever led has stopped."""

Connection = psycopg.Connection[dict[str, Any]]
log = structlog.get_logger("ingest.lifecycle.scheduler")


class Scheduler:
    """What the thread does at each look. ``connection`` makes a connection as the user that may delete."""

    def __init__(self, connection: Callable[[], Connection], metrics: Metrics, now: Callable[[], datetime]):
        self._connection = connection
        self._metrics = metrics
        self._now = now
        self._database: Connection | None = None
        self._leading = False
        self._refused = False
        self._due: datetime | None = None
        self._warned: set[str] = set()

    def look(self) -> None:
        """Do what is due, if this one leads, and tell what the last check found. No error of the database comes out:
        what failed is tried again at the next look."""
        try:
            if self._database is None:
                self._database = self._connection()
            if self._is_due or not self._refused:
                self._leading = self._leading or self._takes_lead(self._database)
            if self._leading:
                self._lead(self._database)
            self._tell_latest(self._database)
        except psycopg.Error as error:
            self._warn("retention_away", error)
            self.close()
        else:
            self._warned.discard("retention_away")

    def close(self) -> None:
        """Let go of the database, and with it of the lead."""
        if self._database is not None:
            self._database.close()
        self._database, self._leading, self._due = None, False, None

    @property
    def _is_due(self) -> bool:
        return self._due is None or self._now() >= self._due

    def _takes_lead(self, db: Connection) -> bool:
        row = db.execute(QUERIES["lead"]).fetchone()
        return row is not None and row["leads"]

    def _lead(self, db: Connection) -> None:
        self._try("quality", lambda: db.execute(QUERIES["refresh_quality"]))
        if self._is_due:
            self._work(db, self._now())

    def _work(self, db: Connection, now: datetime) -> None:
        """Each step by itself: what can't be moved must still be deleted, and what can't be deleted be checked."""
        steps: Mapping[str, Callable[[], object]] = {
            "move": lambda: move(db, now),
            "sweep": lambda: sweep(db, now),
            "days": lambda: make(db, now),
            "run": lambda: run(db, now),
            "verify": lambda: self._check(db, now),
        }
        self._refused = False
        done = [self._try(name, step) for name, step in steps.items()]
        self._metrics.retention_permitted.set(not self._refused)
        if not self._refused:
            self._warned.discard("retention_not_permitted")
        if all(done):
            self._due = now + SCHEDULE
        if self._refused:
            self._step_back()

    def _step_back(self) -> None:
        """Leave the lead to one that may do all of it, if there is one: ``lantaarn retention keep``."""
        if self._database is not None:
            self._database.execute(QUERIES["leave"])
        self._leading = False

    def _try(self, name: str, step: Callable[[], object]) -> bool:
        """Whether there is no need to try it again soon."""
        try:
            step()
        except psycopg.errors.InsufficientPrivilege as error:
            self._refused = True
            self._warn("retention_not_permitted", error)
        except psycopg.OperationalError:
            raise
        except psycopg.Error as error:
            self._warn(f"retention_{name}_failed", error)
            return False
        else:
            self._warned.discard(f"retention_{name}_failed")
        return True

    def _check(self, db: Connection, now: datetime) -> None:
        found = verify(db, now)
        record(db, found, now)
        if not found.kept:
            log.error("retention_breach", classes=_classes(found), log_altered=found.broken_at is not None)

    def _tell_latest(self, db: Connection) -> None:
        """Every machine tells the same, whichever leads; and all of them notice when none does."""
        row = db.execute(QUERIES["latest"]).fetchone()
        at = row["verified_at"] if row else None
        kept = row is not None and at is not None and row["kept"] and self._now() - at <= STALE
        self._metrics.retention_kept.set(kept)
        self._metrics.retention_verified.set(at.timestamp() if at else 0)

    def _warn(self, event: str, error: psycopg.Error) -> None:
        """Once, until it is over; not the error's text, which may hold a row."""
        if event not in self._warned:
            log.warning(event, sqlstate=error.sqlstate)
            self._warned.add(event)


def _classes(found: Verification) -> list[str]:
    return sorted({breach.retention_class for breach in found.breaches})


def keep(scheduler: Scheduler, stopping: Event) -> None:
    """Look every half minute, until it is stopped."""
    while not stopping.is_set():
        scheduler.look()
        stopping.wait(PAUSE)
    scheduler.close()


def keep_alone(settings: RetentionSettings) -> None:
    """Do it as a program of its own, until SIGTERM or Ctrl-C; ready as long as what was promised is kept."""
    stopping, metrics = Event(), Metrics()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    url = settings.database_url.get_secret_value()
    keeper = Scheduler(lambda: connect(url, application_name="lantaarn retention"), metrics, lambda: datetime.now(UTC))
    with serving(settings.metrics_host, settings.metrics_port, metrics, metrics.retention):
        keep(keeper, stopping)


@contextmanager
def scheduling(url: str, metrics: Metrics, now: Callable[[], datetime], *, wanted: bool) -> Generator[None]:
    """Do it beside the work, where it is wanted."""
    if not wanted:
        yield
        return
    stopping = Event()
    keeper = Scheduler(lambda: connect(url, application_name="lantaarn retention"), metrics, now)

    # Work at hand may take minutes, and is undone by the database when the process ends before it.
    thread = Thread(target=keep, args=(keeper, stopping), name="retention", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(PATIENCE)
