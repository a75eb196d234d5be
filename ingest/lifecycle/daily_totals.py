"""Recompute the dashboards' daily totals from hourly totals, every quarter of an hour, for days whose hours changed.

Also works out which windows of events were due, by other means than the program that closes them.

Exact under redelivery, late data and concurrent writers, without a lock that would block ingest. Each run recomputes
all days from two days before the previous run. Storing an hour over a day old marks its day in the same transaction, so
a visible mark implies visible hours; a mark not yet visible is picked up by the next run. Nothing is missed unless a
batch stays in progress for over a day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from sensors.db import Database
from sensors.db.deletion_log import lock_retention
from sensors.db.queries import load_queries
from sensors.policy.promises import MIN_GROUP_SENSORS

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
EARLIEST_DAY = date(1970, 1, 1)
DATASTREAMS_PER_TRANSACTION = 200
"""Datastreams per transaction on the first run, which computes all days: ten years of them take seconds."""


@dataclass(frozen=True, slots=True)
class DueDays:
    """Days to recompute: of each datastream from a first day, None for all, to a last day, None for onwards."""

    datastream_ids: Sequence[int]
    first_days: Sequence[date | None]
    last_days: Sequence[date | None]


def update_daily_totals(db: Database, now: datetime) -> None:
    """Bring the daily totals up to date, as the table owner. Idempotent, and safe to interrupt."""
    row = db.execute(QUERIES["last_update"]).fetchone()
    streams = db.execute(QUERIES["datastream_ids"]).fetchone() or {"ids": []}
    made_at: datetime | None = row["at"] if row else None
    first_day = EARLIEST_DAY
    if made_at is None:
        for ids in _slices(streams["ids"]):
            _update_in_transaction(db, ids, EARLIEST_DAY, None, now)
    else:
        first = db.execute(QUERIES["first_day_to_update"], {"at": made_at}).fetchone()
        first_day = first["first_day"] if first else EARLIEST_DAY
        _update_in_transaction(db, streams["ids"], first_day, made_at, now)
    with db.transaction():
        lock_retention(db)
        db.execute(QUERIES["update_lamp_day"], {"first_day": first_day})
        _update_changed_days(db, made_at, now)
        _update_newest_public_days(db, made_at, now)
        db.execute(QUERIES["update_travel_hour"], {"first_day": first_day})
        _update_ledger_days(db, first_day)
        db.execute(QUERIES["add_due_windows"], {"now": now})
        db.execute(QUERIES["delete_days_made"])
        db.execute(QUERIES["insert_days_made"], {"at": now})


def update_day_totals(db: Database, due: DueDays, made_at: datetime | None, now: datetime) -> None:
    """Recompute days of hourly totals within the caller's transaction, which must hold ``lock_retention``.

    A day published by ``made_at`` says that it changed ``now``. None: the cause is not that values came late.
    """
    db.execute(QUERIES["update_day_total"], {**asdict(due), "made_at": made_at, "now": now})


def _update_in_transaction(
    db: Database, streams: Sequence[int], first_day: date, made_at: datetime | None, now: datetime
) -> None:
    """Take the lock of erasure and retention: rows they delete must not return from hours read before that."""
    with db.transaction():
        lock_retention(db)
        due = DueDays(streams, [first_day] * len(streams), [None] * len(streams))
        update_day_totals(db, due, made_at, now)


def _update_changed_days(db: Database, made_at: datetime | None, now: datetime) -> None:
    rows = db.execute(QUERIES["take_changed_days"]).fetchall()
    days = [row["day"] for row in rows]
    due = DueDays([row["datastream_id"] for row in rows], days, days)
    if rows:
        update_day_totals(db, due, made_at, now)
        db.execute(QUERIES["update_changed_lamp_day"], asdict(due))
        db.execute(QUERIES["delete_public_day"], asdict(due))
        db.execute(QUERIES["update_public_day"], {**asdict(due), "made_at": made_at, "now": now})


def _update_newest_public_days(db: Database, made_at: datetime | None, now: datetime) -> None:
    row = db.execute(QUERIES["newest_public_days"]).fetchone()
    if row is not None:
        due = DueDays(row["datastream_ids"], row["first_days"], [None] * len(row["datastream_ids"]))
        db.execute(QUERIES["update_public_day"], {**asdict(due), "made_at": made_at, "now": now})


def _update_ledger_days(db: Database, first_day: date) -> None:
    for table in ("book_day", "book_reason_day"):
        db.execute(QUERIES[f"delete_{table}"], {"first_day": first_day})
        db.execute(QUERIES[f"update_{table}"], {"first_day": first_day, "min_group": MIN_GROUP_SENSORS})


def _slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), DATASTREAMS_PER_TRANSACTION):
        yield ids[start : start + DATASTREAMS_PER_TRANSACTION]
