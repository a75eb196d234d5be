"""Verify retention promises: find the oldest row of everything with a retention period, trusting nothing that deletes.

Shares no statement with ``ingest.lifecycle.retention``, apart from checking its logs. The oldest row may be as
old as term + chunk + schedule: a row stays until its whole chunk has expired (plain PostgreSQL has no chunks), and all
deletion waits for the next run.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sensors.db import Database
from sensors.db.deletion_log import first_broken_deletion_id
from sensors.db.queries import load_queries
from sensors.policy import promises
from sensors.policy.promises import RETENTION_INTERVAL
from sensors.policy.retention_classes import NEVER_STORED, PERMANENT, substitute_table
from sensors.staff.log import first_broken_act_id

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
NO_CHUNK = timedelta(0)
TERM_PARAMETERS = {
    "ledger_term": promises.LEDGER_TERM,
    "quarantine_term": promises.QUARANTINE_TERM,
    "event_refusal_term": promises.EVENT_REFUSAL_TERM,
    "heartbeat_term": promises.HEARTBEAT_TERM,
    "text_term": promises.TEXT_TERM,
    "max_text_term": promises.MAX_TEXT_TERM,
    "address_term": promises.ADDRESS_TERM,
    "max_address_term": promises.MAX_ADDRESS_TERM,
    "unsent_mail_term": promises.UNSENT_MAIL_TERM,
    "spooled_mail_term": promises.SPOOLED_MAIL_TERM,
    "staff_log_term": promises.STAFF_LOG_TERM,
}
"""The terms that are the same for all rows of a table: parameters of the queries below, and of the audit's."""
TOTALS_QUERIES = (
    "rollup_hours",
    "public_cells",
    "day_totals",
    "public_days",
    "lamp_days",
    "travel_times",
    "travel_hours",
    "window_counts",
    "movement_cells",
    "metadata",
    "reports",
    "mail_spool",
    "permanent",
    "orphans",
)
"""The queries for everything but individual values."""


@dataclass(frozen=True, slots=True)
class RetentionPromise:
    """One retention class, and the earliest instant allowed in its table: now - term - chunk - schedule."""

    name: str
    table_name: str
    chunk: timedelta
    not_before: datetime


@dataclass(frozen=True, slots=True)
class RetentionCheck:
    """The promise for a table, or for one datastream in it, against its oldest row. ``oldest`` None: no rows."""

    table_name: str
    retention_class: str
    datastream_id: int | None
    promised_max_age: timedelta | None
    """Term + chunk + schedule, measured back from now. None: nothing may be stored at all."""
    chunk: timedelta
    oldest: datetime | None
    kept: bool


@dataclass(frozen=True, slots=True)
class RetentionVerification:
    """The checks, and of both logs the id of the first row whose hash does not follow from those before it."""

    checks: tuple[RetentionCheck, ...]
    broken_deletion_id: int | None
    broken_act_id: int | None = None

    @property
    def is_log_altered(self) -> bool:
        """Whether the log of deletions or that of staff was altered."""
        return self.broken_deletion_id is not None or self.broken_act_id is not None

    @property
    def is_kept(self) -> bool:
        """Whether every promise is kept and both logs are intact."""
        return not self.is_log_altered and all(one.kept for one in self.checks)

    @property
    def breaches(self) -> tuple[RetentionCheck, ...]:
        """The checks that failed."""
        return tuple(one for one in self.checks if not one.kept)


def retention_promises(db: Database, now: datetime) -> tuple[RetentionPromise, ...]:
    """Return the retention classes in this database, the shortest retention period first."""
    rows = db.execute(QUERIES["promises"], {"now": now, "schedule": RETENTION_INTERVAL}).fetchall()
    return tuple(RetentionPromise(**row) for row in rows)


def verify_retention(db: Database, now: datetime) -> RetentionVerification:
    """Check the oldest row of everything with a retention period against its promise, and check both logs."""
    moment = {"now": now, "schedule": RETENTION_INTERVAL, **TERM_PARAMETERS}
    held: list[RetentionCheck] = []
    for promise in retention_promises(db, now):
        held.extend(_observations(db, promise, moment))
    for query in TOTALS_QUERIES:
        held.extend(RetentionCheck(**row) for row in db.execute(QUERIES[query], moment).fetchall())
    return RetentionVerification(tuple(held), first_broken_deletion_id(db), first_broken_act_id(db))


def record_verification(db: Database, verification: RetentionVerification, now: datetime) -> None:
    """Store the result for the register, replacing the previous one."""
    chains = {"deletion_log": verification.broken_deletion_id, "staff_log": verification.broken_act_id}
    intact = [
        RetentionCheck(table, PERMANENT, None, None, NO_CHUNK, None, broken is None) for table, broken in chains.items()
    ]
    found = [_document(held) for held in (*verification.checks, *intact)]
    with db.transaction():
        db.execute(QUERIES["delete_verification"])
        db.execute(
            QUERIES["insert_verification"],
            {"batch": {"found": found}, "now": now, "schedule": RETENTION_INTERVAL},
        )


def _document(held: RetentionCheck) -> dict[str, Any]:
    oldest = held.oldest.isoformat() if held.oldest else None
    return asdict(held) | {
        "promised_max_age": None,
        "chunk": f"{held.chunk.total_seconds()} seconds",
        "oldest": oldest,
    }


def _observations(db: Database, promise: RetentionPromise, moment: Mapping[str, Any]) -> Iterator[RetentionCheck]:
    """Check one class's table, and every datastream with rows in it, each against its own promise."""
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
        # Rows of an unknown datastream are covered by their table's check.
        if row["known"]:
            name, number = row["retention_class"] or NEVER_STORED, row["datastream_id"]
            yield RetentionCheck(table, name, number, row["promised_max_age"], row["chunk"], row["oldest"], row["kept"])
