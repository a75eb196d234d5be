"""Finish the hours that storing values can't: recompute totals, and complete what was published before.

What a meter reading adds depends on its neighbours, whenever those come; last and replaced values can't be added
either. So storing one marks its hour, in the same transaction, and the hour is recomputed afterwards from all its
single values: any order of arrival yields the same total. One definition, ``lantaarn.hours_of`` in the database, serves
ingest, erasure, audit and reaggregation.

Values of an hour that may have been published mark it too. What isn't about people is then brought up to date at once,
and says when (``completed_at``); cells about people stay as published (docs/decisions/007-public-numbers.md).

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
    """Finish every hour marked so far; returns how many were recomputed. Idempotent, and safe to interrupt."""
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


def recompute_changed_hours(db: Database, limit: int | None = None, *, is_late: bool = True) -> tuple[int, int]:
    """Finish marked hours within the caller's transaction, which must hold ``lock_hours``.

    ``is_late``: values came; False for other causes, of which published periods don't say that they were completed.
    Returns how many marks it took, at most ``limit``, and how many hours were recomputed.
    """
    row = db.execute(QUERIES["recompute_changed_hours"], {"limit": limit}).fetchone()
    if row is None:
        return 0, 0
    if row["settled_hours"]:
        db.execute(QUERIES["complete_published"], {**row, "is_late": is_late})
    return row["marks"], row["hours"]
