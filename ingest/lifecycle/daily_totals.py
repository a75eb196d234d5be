"""Recompute the dashboards' daily totals from hourly totals, every quarter of an hour, for days whose hours changed.

Exact under redelivery, late data and concurrent writers, without a lock that would block ingest. Each run recomputes
all days from two days before the previous run. Storing an hour over a day old marks its day in the same transaction, so
a visible mark implies visible hours; a mark not yet visible is picked up by the next run. Nothing is missed unless a
batch stays in progress for over a day.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

from ingest.lifecycle.retention import QUERIES as RETENTION
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.policy.promises import COUNT_THRESHOLD, MIN_GROUP_SENSORS

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
EARLIEST_DAY = date(1970, 1, 1)
DATASTREAMS_PER_TRANSACTION = 200
"""Datastreams per transaction on the first run, which computes all days: ten years of them take seconds."""


def update_daily_totals(db: Database, now: datetime) -> None:
    """Bring the daily totals up to date, as the table owner. Idempotent, and safe to interrupt."""
    row = db.execute(QUERIES["last_update"]).fetchone()
    streams = db.execute(QUERIES["datastream_ids"]).fetchone() or {"ids": []}
    if row is None:
        for ids in _slices(streams["ids"]):
            _update_in_transaction(db, ids, EARLIEST_DAY)
        first_day = EARLIEST_DAY
    else:
        first = db.execute(QUERIES["first_day_to_update"], {"at": row["at"]}).fetchone()
        first_day = first["first_day"] if first else EARLIEST_DAY
        _update_in_transaction(db, streams["ids"], first_day)
    with db.transaction():
        db.execute(RETENTION["lock_retention"])
        db.execute(QUERIES["update_lamp_day"], {"first_day": first_day})
        _update_changed_days(db)
        db.execute(QUERIES["update_public_day"])
        db.execute(QUERIES["update_travel_hour"], {"first_day": first_day, "count_threshold": COUNT_THRESHOLD})
        _update_ledger_days(db, first_day)
        db.execute(QUERIES["delete_days_made"])
        db.execute(QUERIES["insert_days_made"], {"at": now})


def _update_in_transaction(db: Database, streams: Sequence[int], first_day: date) -> None:
    """Take the lock of erasure and retention: rows they delete must not return from hours read before that."""
    with db.transaction():
        db.execute(RETENTION["lock_retention"])
        db.execute(QUERIES["update_day_total"], {"datastream_ids": list(streams), "first_day": first_day})


def _update_changed_days(db: Database) -> None:
    rows = db.execute(QUERIES["take_changed_days"]).fetchall()
    changed = {"datastream_ids": [row["datastream_id"] for row in rows], "days": [row["day"] for row in rows]}
    if rows:
        db.execute(QUERIES["update_changed_day_total"], changed)
        db.execute(QUERIES["update_changed_lamp_day"], changed)


def _update_ledger_days(db: Database, first_day: date) -> None:
    for table in ("book_day", "book_reason_day"):
        db.execute(QUERIES[f"delete_{table}"], {"first_day": first_day})
        db.execute(QUERIES[f"update_{table}"], {"first_day": first_day, "min_group": MIN_GROUP_SENSORS})


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), DATASTREAMS_PER_TRANSACTION):
        yield ids[start : start + DATASTREAMS_PER_TRANSACTION]
