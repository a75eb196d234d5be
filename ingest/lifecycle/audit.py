"""Audit the ledger: its balance, the reasons for rejection against it, and totals against individual values.

Reads a single snapshot, so it can run alongside ingest. The last bits of a floating-point sum depend on the order of
addition, so sums may differ by a relative 1e-9.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sensors.db import Database
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

CHECKS: Mapping[str, str] = {
    "unbalanced": "received differs from stored + duplicate + quarantined + aggregated",
    "unexplained": "the reasons for rejection do not add up to the quarantined readings",
    "lost_rows": "there are more observations than the ledger counts as stored",
    "hours": "an hourly total differs from its individual values",
    "days": "a daily total differs from its hours",
}
"""The possible findings, by the query that reports them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row in which two records of the same thing disagree."""

    check: str
    row: Mapping[str, Any]


def audit_ledger(db: Database, now: datetime) -> tuple[Difference, ...]:
    """Return every difference; none if the ledger is correct."""
    with db.transaction():
        db.execute("set transaction isolation level repeatable read, read only")
        return tuple(
            Difference(check, row) for check in CHECKS for row in db.execute(QUERIES[check], {"now": now}).fetchall()
        )
