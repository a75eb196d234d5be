"""Recompute hourly totals that can't be kept by adding values: of meter readings, and of last or replaced values.

What a meter reading adds depends on its neighbours, whenever those come. So storing one marks its hour, in the same
transaction, and the hour is recomputed afterwards from all its single values: any order of arrival yields the same
total. One definition, ``lantaarn.hours_of`` in the database, serves ingest, erasure, audit and reaggregation.

Exact under concurrent writers, without a lock that would block storing: recomputations take turns, and each takes only
marks it can see, whose values are then visible too. A mark that becomes visible later is taken by the next run.
"""

from pathlib import Path

from sensors.db import Database
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
MARKS_PER_TRANSACTION = 50
"""A batch leaves one mark per hour it has values of, with up to as many datastreams as it has values."""


def update_hourly_totals(db: Database) -> int:
    """Recompute every hour marked so far; returns how many changed. Idempotent, and safe to interrupt."""
    changed = 0
    while True:
        with db.transaction():
            lock_hours(db)
            marks, hours = recompute_changed_hours(db, MARKS_PER_TRANSACTION)
        changed += hours
        if marks < MARKS_PER_TRANSACTION:
            return changed


def lock_hours(db: Database) -> None:
    """Keep others from recomputing hours until the caller's transaction ends."""
    db.execute(QUERIES["lock_hours"])


def recompute_changed_hours(db: Database, limit: int | None = None) -> tuple[int, int]:
    """Recompute marked hours within the caller's transaction, which must hold ``lock_hours``.

    Returns how many marks it took, at most ``limit``, and how many hours changed.
    """
    row = db.execute(QUERIES["recompute_changed_hours"], {"limit": limit}).fetchone()
    return (row["marks"], row["hours"]) if row else (0, 0)
