"""Audit the books: the ledger's balance, the reasons for rejection against it, totals against individual values, what
became of the windows of events against which were due, residents' reports against their terms, and the chains of logs.

Reads a single snapshot, so it can run alongside ingest. The last bits of a floating-point sum depend on the order of
addition, so sums may differ by a relative 1e-9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sensors.db import Database
from sensors.db.deletion_log import first_broken_deletion_id
from sensors.db.queries import load_queries
from sensors.policy import promises
from sensors.staff.log import first_broken_act_id

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
_REPORT_TERMS = {
    "schedule": promises.RETENTION_INTERVAL,
    "text_term": promises.TEXT_TERM,
    "max_text_term": promises.MAX_TEXT_TERM,
    "address_term": promises.ADDRESS_TERM,
    "max_address_term": promises.MAX_ADDRESS_TERM,
}

CHECKS: Mapping[str, str] = {
    "unbalanced": "received differs from stored + duplicate + conflict + quarantined + aggregated",
    "unexplained": "the reasons for rejection do not add up to the quarantined readings",
    "lost_rows": "there are more observations than the ledger counts as stored",
    "hours": "an hourly total differs from its individual values",
    "days": "a daily total differs from its hours",
    "windows": "the windows of a day that were released, suppressed and unobserved are not those that were due",
    "unreleased": "more windows are stored than were released",
    "orphans": "a total is of something that does not exist or was erased",
    "overdue_reports": "what a resident wrote, or their address, is kept for longer than promised",
    "altered_logs": "a log was altered: this row does not follow from the rows before it",
}
"""The possible findings, by the query that reports them; the last is found by hashing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row in which two records of the same thing disagree."""

    check: str
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditTotals:
    """What became of all readings in the ledger: received is the sum of the others."""

    received: int
    stored: int
    duplicate: int
    conflict: int
    quarantined: int
    aggregated: int


@dataclass(frozen=True, slots=True)
class WindowTotals:
    """What became of the windows of events that were due: due is the sum of the others."""

    due: int
    released: int
    suppressed: int
    unobserved: int


@dataclass(frozen=True, slots=True)
class ConflictingSensor:
    """A sensor, by reference, with the number of its readings that met another value for their moment."""

    reference: str
    conflicts: int


@dataclass(frozen=True, slots=True)
class JumpingMeter:
    """A sensor, by reference, with the number of readings of its meters that were not counted."""

    reference: str
    jumps: int


def ledger_totals(db: Database) -> AuditTotals:
    """Return the totals of the whole ledger."""
    return next(AuditTotals(**row) for row in db.execute(QUERIES["ledger_totals"]).fetchall())


def window_totals(db: Database) -> WindowTotals:
    """Return the totals of all days of which it is known what was due."""
    return next(WindowTotals(**row) for row in db.execute(QUERIES["window_totals"]).fetchall())


def conflicting_sensors(db: Database, limit: int) -> tuple[ConflictingSensor, ...]:
    """Return the sensors with the most conflicts. A conflict is no difference: the ledger counts it."""
    rows = db.execute(QUERIES["conflicting_sensors"], {"limit": limit}).fetchall()
    return tuple(ConflictingSensor(**row) for row in rows)


def jumping_meters(db: Database, limit: int) -> tuple[JumpingMeter, ...]:
    """Return the sensors whose meters jumped most often, as far as hours are kept. A jump is no difference either."""
    rows = db.execute(QUERIES["jumping_meters"], {"limit": limit}).fetchall()
    return tuple(JumpingMeter(**row) for row in rows)


def audit_ledger(db: Database, now: datetime) -> tuple[Difference, ...]:
    """Return every difference; none if the ledger is correct."""
    asked = {"now": now, **_REPORT_TERMS}
    with db.transaction():
        db.execute("set transaction isolation level repeatable read, read only")
        return tuple(Difference(check, row) for check in CHECKS for row in _rows(db, check, asked))


def _rows(db: Database, check: str, asked: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return altered_logs(db) if check == "altered_logs" else db.execute(QUERIES[check], asked).fetchall()


def altered_logs(db: Database) -> list[Mapping[str, Any]]:
    """The logs whose hash chain is broken, each with the first row that breaks it."""
    broken = {"deletion_log": first_broken_deletion_id(db), "staff_log": first_broken_act_id(db)}
    return [{"log": log, "row": row} for log, row in broken.items() if row is not None]
