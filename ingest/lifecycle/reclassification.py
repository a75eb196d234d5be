"""Move a datastream's values to another table when its retention class changes.

Works in batches, each in its own transaction, so that ingest can continue and the move can be interrupted at any time:
every row is in exactly one table. Rows that the new retention period excludes are deleted on the way, and logged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sensors.db import Database
from sensors.db.deletion_log import Deletion, lock_retention, log_deletion
from sensors.db.queries import load_queries
from sensors.policy.retention_classes import NEVER_STORED, substitute_table

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
BATCH_ROWS = 5_000
MIN_CHANGE_AGE = timedelta(minutes=1)
"""Once a change is this old, ingest no longer writes to the former table: it checks the register every second."""


@dataclass(frozen=True, slots=True)
class MoveProgress:
    """Progress of one datastream: rows that left its former class, and rows that class held at the start."""

    datastream_id: int
    from_class: str
    to_class: str
    moved_rows: int
    total_rows: int


def move_reclassified_rows(
    db: Database,
    now: datetime,
    on_progress: Callable[[MoveProgress], object] = lambda _: None,
    batch_rows: int = BATCH_ROWS,
) -> int:
    """Move rows out of the tables of former classes, as the table owner. Returns how many rows left their table.

    ``on_progress`` is called after every committed batch. Interrupting the move loses or duplicates nothing; the next
    call resumes it.
    """
    pending = db.execute(QUERIES["pending_changes"]).fetchall()
    return sum(_move_datastream(db, change, now, on_progress, batch_rows) for change in pending)


def _move_datastream(
    db: Database, change: Mapping[str, Any], now: datetime, on_progress: Callable[[MoveProgress], object], batch: int
) -> int:
    this = {"datastream_id": change["datastream_id"]}
    counted = db.execute(substitute_table(QUERIES["count_rows"], change["from_table"]), this).fetchone()
    total, done = counted["rows"] if counted else 0, 0
    while taken := _move_batch(db, change["id"], now, batch):
        done += taken
        to_class = change["to_class"] or NEVER_STORED
        on_progress(MoveProgress(change["datastream_id"], change["from_class"], to_class, done, max(total, done)))
    return done


def _move_batch(db: Database, change_id: int, now: datetime, batch: int) -> int:
    """Move a datastream's oldest rows in one transaction. Returns how many; the last, empty batch closes the change."""
    with db.transaction():
        lock_retention(db)
        # Read again, and locked: the entry may change once more during the move.
        change = db.execute(QUERIES["lock_change"], {"change_id": change_id, "now": now}).fetchone()
        if change is None:
            return 0
        taken, expired = (0, 0) if change["from_class"] == change["to_class"] else _move_or_discard(db, change, batch)
        if expired:
            older_than = change["older_than"] or now
            log_deletion(
                db,
                Deletion(change["from_table"], change["to_class"] or NEVER_STORED, older_than, expired, "class change"),
                now,
            )
        settled = taken == 0 and now - change["changed_at"] >= MIN_CHANGE_AGE
        db.execute(QUERIES["record_progress"], {"change_id": change_id, "taken": taken, "settled": settled, "now": now})
        return taken


def _move_or_discard(db: Database, change: Mapping[str, Any], batch: int) -> tuple[int, int]:
    """Returns the number of rows that left the old table, and how many of those were deleted as expired."""
    db.execute(QUERIES["lift_decompression_limit"])
    # Without a class nothing may be kept, so there is no table to move to.
    query = "move_rows" if change["to_table"] else "discard_rows"
    statement = substitute_table(QUERIES[query], change["from_table"])
    if change["to_table"]:
        statement = substitute_table(statement, change["to_table"], "{into}")
    names = ("datastream_id", "older_than", "same_time")
    row = db.execute(statement, {"limit": batch, **{name: change[name] for name in names}}).fetchone()
    return (row["taken"], row["expired"]) if row else (0, 0)
