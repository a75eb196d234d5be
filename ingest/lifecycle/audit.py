"""Do the books tell the truth? The ledger against itself, the reasons against the ledger, totals against single values.

One snapshot, so that it can run while ingest works. Sums of floating-point numbers depend on their order in the last
bits: they may differ by 1e-9 of their size.
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
    "unbalanced": "received is not stored + duplicate + quarantined + aggregated",
    "unexplained": "the reasons do not add up to what was quarantined",
    "lost_rows": "there are more observations than the ledger says were stored",
    "hours": "an hourly total differs from its single values",
    "days": "a daily total differs from its hours",
}
"""What can be wrong, by the query that finds it."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row where two records of the same thing differ."""

    check: str
    row: Mapping[str, Any]


def audit_ledger(db: Database, now: datetime) -> tuple[Difference, ...]:
    """Every difference; none when the books are right."""
    with db.transaction():
        db.execute("set transaction isolation level repeatable read, read only")
        return tuple(
            Difference(check, row) for check in CHECKS for row in db.execute(QUERIES[check], {"now": now}).fetchall()
        )
