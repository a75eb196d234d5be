"""Is what was promised so? Looks for the oldest row of everything that has a term, trusting nothing that deletes.

It shares no statement with ``ingest.lifecycle.retention`` but the chain of deletions that it walks. The oldest row may
be as old as term + chunk + schedule: the last row of a chunk waits until the whole chunk is past its term (no chunks on
plain PostgreSQL), and everything waits for the next run.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.lifecycle.retention import first_broken_deletion_id
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.policy.retention_classes import NEVER_STORED, substitute_table

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
RETENTION_INTERVAL = timedelta(minutes=15)
"""The time between two runs that the promise allows for."""
NO_CHUNK = timedelta(0)
TOTALS_QUERIES = (
    "rollup_hours",
    "public_cells",
    "day_totals",
    "public_days",
    "lamp_days",
    "travel_times",
    "travel_hours",
    "window_counts",
    "metadata",
)
"""What is asked of everything but single values."""


@dataclass(frozen=True, slots=True)
class RetentionPromise:
    """One retention class, and the instant that nothing in its table may lie before: now - term - chunk - schedule."""

    name: str
    table_name: str
    chunk: timedelta
    not_before: datetime


@dataclass(frozen=True, slots=True)
class RetentionCheck:
    """What one table promises and what it holds, or one datastream in it. ``oldest`` is none when there is nothing."""

    table_name: str
    retention_class: str
    datastream_id: int | None
    promised_max_age: timedelta | None
    """Term + chunk + schedule, as long as that is now. None: nothing may be there at all."""
    chunk: timedelta
    oldest: datetime | None
    kept: bool


@dataclass(frozen=True, slots=True)
class RetentionVerification:
    """The promise against reality, and the first deletion whose hash does not fit the ones before it."""

    checks: tuple[RetentionCheck, ...]
    broken_deletion_id: int | None

    @property
    def is_kept(self) -> bool:
        """Whether every promise is kept and the chain of deletions is whole."""
        return self.broken_deletion_id is None and all(one.kept for one in self.checks)

    @property
    def breaches(self) -> tuple[RetentionCheck, ...]:
        """The promises that are not kept."""
        return tuple(one for one in self.checks if not one.kept)


def retention_promises(db: Database, now: datetime) -> tuple[RetentionPromise, ...]:
    """The retention classes of this database, the shortest term first."""
    rows = db.execute(QUERIES["promises"], {"now": now, "schedule": RETENTION_INTERVAL}).fetchall()
    return tuple(RetentionPromise(**row) for row in rows)


def verify_retention(db: Database, now: datetime) -> RetentionVerification:
    """Read the oldest row of everything with a term, compare it with the promise, and walk the chain of deletions."""
    moment = {"now": now, "schedule": RETENTION_INTERVAL}
    held: list[RetentionCheck] = []
    for promise in retention_promises(db, now):
        held.extend(_observations(db, promise, moment))
    for query in TOTALS_QUERIES:
        held.extend(RetentionCheck(**row) for row in db.execute(QUERIES[query], moment).fetchall())
    return RetentionVerification(tuple(held), first_broken_deletion_id(db))


def record_verification(db: Database, verification: RetentionVerification, now: datetime) -> None:
    """Keep what was found, for the register; what was found before is replaced."""
    found = [_document(held) for held in verification.checks]
    chain = RetentionCheck(
        "deletion_log", NEVER_STORED, None, None, NO_CHUNK, None, verification.broken_deletion_id is None
    )
    with db.transaction():
        db.execute(QUERIES["delete_verification"])
        db.execute(
            QUERIES["insert_verification"],
            {"batch": {"found": [*found, _document(chain)]}, "now": now, "schedule": RETENTION_INTERVAL},
        )


def _document(held: RetentionCheck) -> dict[str, Any]:
    oldest = held.oldest.isoformat() if held.oldest else None
    return asdict(held) | {
        "promised_max_age": None,
        "chunk": f"{held.chunk.total_seconds()} seconds",
        "oldest": oldest,
    }


def _observations(db: Database, promise: RetentionPromise, moment: Mapping[str, Any]) -> Iterator[RetentionCheck]:
    """The table of one class, and every datastream that has rows in it: each against its own promise."""
    table = promise.table_name
    streams = db.execute(
        substitute_table(QUERIES["oldest_observations"], table),
        {**moment, "retention_class": promise.name},
    ).fetchall()
    oldest = min((row["oldest"] for row in streams), default=None)
    kept = oldest is None or oldest >= promise.not_before
    age = moment["now"] - promise.not_before
    yield RetentionCheck(table, promise.name, None, age, promise.chunk, oldest, kept)
    yield from _datastreams(table, streams)


def _datastreams(table: str, streams: Iterable[Mapping[str, Any]]) -> Iterator[RetentionCheck]:
    for row in streams:
        # Rows of a datastream that nobody knows are held to the promise of their table.
        if row["known"]:
            name, number = row["retention_class"] or NEVER_STORED, row["datastream_id"]
            yield RetentionCheck(table, name, number, row["promised_max_age"], row["chunk"], row["oldest"], row["kept"])
