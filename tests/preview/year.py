"""A year of believable hours of the example city, with the gaps of real networks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import Progress

from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.lifecycle.retention import enforce_retention
from ingest.lifecycle.verification import record_verification, verify_retention
from sensors.db import Connection
from sensors.db.deletion_log import Deletion, lock_retention, log_deletion
from sensors.db.queries import load_queries
from sensors.register.files import document_of
from sensors.register.repository import load_areas
from simulators.city.example_register import EXAMPLE_SEED, example_entries
from simulators.city.past_movement import write_past_movement
from tests.bench import dashboards as bench

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
YEAR = timedelta(days=365)
REOPEN_REPORTS = (
    "update lantaarn.report set status = 'received', answer = null, settled_at = null "
    "where received_at > now() - interval '12 days'"
)
AHEAD = timedelta(hours=3)
"""How far beyond now it is filled, so that it has a last hour for as long as it is used."""


def fill_year(db: Connection, progress: Progress) -> datetime:
    """Fill a migrated database, and run the jobs that dashboards depend on; returns until when it has hours."""
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + AHEAD
    since = until - YEAR
    entries = list(example_entries(EXAMPLE_SEED))
    load_areas(db)
    with TemporaryDirectory(prefix="lantaarn-preview-") as folder:
        bench.publish_register(db, Path(folder), [document_of(entry) for entry in entries], since)
    db.execute(bench.QUERIES["disable_erasure_lookup"])
    for name in progress.track(list(QUERIES), description="a year of hours"):
        db.execute(QUERIES[name], {"since": since, "until": until} if "%(" in QUERIES[name] else None)
    bench.fill_beside_hours(db, progress, since, until, without=frozenset({"fill_deletions"}))
    _log_deletions(db, until)
    db.execute(REOPEN_REPORTS)
    write_past_movement(db, entries, EXAMPLE_SEED, datetime.now(UTC))
    db.execute(bench.QUERIES["analyze"])
    run_jobs(db)
    enforce_retention(db, datetime.now(UTC))
    _verify(db)
    return until


def _log_deletions(db: Connection, until: datetime) -> None:
    """Log three months of deletions as retention does, so that the check of the promises finds the log unaltered."""
    with db.transaction():
        lock_retention(db)
        for days in range(90, 0, -1):
            at = until - timedelta(days=days)
            log_deletion(db, Deletion("observation_31d", "P31D", at - timedelta(days=31), 90_000 + 100 * days), at)


def run_jobs(db: Connection) -> None:
    """Do what the scheduler of ingest does every quarter of an hour: daily totals, and the check of the promises."""
    now = datetime.now(UTC)
    update_daily_totals(db, now)
    _verify(db)
    db.execute(bench.QUERIES["analyze"])


def _verify(db: Connection) -> None:
    now = datetime.now(UTC)
    record_verification(db, verify_retention(db, now), now)
