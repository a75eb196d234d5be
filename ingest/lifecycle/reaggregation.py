"""Recompute the hours of datastreams whose values add up otherwise than before.

Follows a change of a register entry, or of a property in a new version of the program. The database hides the hours of
such a datastream at once (``lantaarn.note_aggregation_change``). They are recomputed from single values, a month per
transaction, so that ingest can continue and the work can be interrupted at any time. Then they are shown again, from
the first hour whose values all exist: of earlier ones nobody can tell what they add up to. Cells that aren't about
people follow. Nothing of this came late: periods keep when they were completed, and none gets it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.hourly_totals import lock_hours
from ingest.lifecycle.daily_totals import EARLIEST_DAY, DueDays, update_day_totals
from ingest.lifecycle.reclassification import MIN_CHANGE_AGE
from sensors.db import Database
from sensors.db.deletion_log import lock_retention
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
SLICE = timedelta(days=31)
LATEST_HOUR = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReaggregationProgress:
    """A datastream whose hours were recomputed, and how many datastreams are done of how many."""

    datastream_id: int
    from_aggregation: str
    to_aggregation: str
    hours: int
    done: int
    total: int


def recompute_reaggregated_hours(
    db: Database, now: datetime, on_progress: Callable[[ReaggregationProgress], object] = lambda _: None
) -> int:
    """Recompute the hours of all such datastreams, as the table owner. Returns how many hours it recomputed.

    ``on_progress`` is called after every datastream. Safe to interrupt: the next call resumes it.
    """
    changes = db.execute(QUERIES["pending_changes"], {"now": now, "min_age": MIN_CHANGE_AGE}).fetchall()
    recomputed = 0
    for done, change in enumerate(changes, 1):
        hours = _recompute_datastream(db, change["id"], now)
        recomputed += hours
        names = (change["datastream_id"], change["from_aggregation"], change["to_aggregation"])
        on_progress(ReaggregationProgress(*names, hours, done, len(changes)))
    return recomputed


def _recompute_datastream(db: Database, change_id: int, now: datetime) -> int:
    total = 0
    while (hours := _recompute_slice(db, change_id, now)) is not None:
        total += hours
    return total


def _recompute_slice(db: Database, change_id: int, now: datetime) -> int | None:
    """Recompute a month of hours in one transaction, or show them if none is left. Returns how many; None if done."""
    with db.transaction():
        # The lock of erasure and retention: hours they delete must not return.
        lock_retention(db)
        lock_hours(db)
        # Read again, and locked: the entry may change once more.
        change = db.execute(QUERIES["lock_change"], {"change_id": change_id}).fetchone()
        if change is None:
            return None
        if change["from_hour"] is None or change["from_hour"] >= LATEST_HOUR:
            _show_hours(db, change_id, change, now)
            return None
        until_hour = change["from_hour"] + SLICE
        slice_ = {**change, "change_id": change_id, "until_hour": until_hour if until_hour < now else LATEST_HOUR}
        made = db.execute(QUERIES["recompute_slice"], slice_).fetchone() or {"hours": 0, "incomplete_until": None}
        latest = [each for each in (change["incomplete_until"], made["incomplete_until"]) if each]
        db.execute(
            QUERIES["record_progress"],
            {**slice_, "hours": made["hours"], "incomplete_until": max(latest, default=None)},
        )
        return made["hours"]


def _show_hours(db: Database, change_id: int, change: Mapping[str, Any], now: datetime) -> None:
    """Show the recomputed hours, and bring what is derived from them up to date."""
    datastream_id = change["datastream_id"]
    this = {"change_id": change_id, "datastream_id": datastream_id}
    db.execute(
        QUERIES["record_progress"],
        {**this, "until_hour": LATEST_HOUR, "hours": 0, "incomplete_until": change["incomplete_until"]},
    )
    shown = db.execute(QUERIES["show_hours"], this).fetchone() or {"first_day": EARLIEST_DAY}
    db.execute(QUERIES["refresh_cells"], this)
    update_day_totals(db, DueDays([datastream_id], [shown["first_day"]], [None]), None, now)
    db.execute(QUERIES["update_lamp_days"], {**this, **shown})
    db.execute(QUERIES["close_changes"], {**this, "now": now})
