"""A sensor that changed its class: its values move to the table of the class that it has now.

In batches, each a transaction of its own, so that ingest goes on beside it and it can be broken off at any time: a row
is in one table before and in the other after. What the new term no longer allows is deleted on the way, and logged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.lifecycle.retention import QUERIES as RETENTION
from ingest.lifecycle.retention import Deletion, log_deletion
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.policy.retention_classes import NEVER_STORED, substitute_table

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
BATCH_ROWS = 5_000
MIN_CHANGE_AGE = timedelta(minutes=1)
"""After a change so old, ingest no longer writes to the table that was: it looks at the register every second."""


@dataclass(frozen=True, slots=True)
class MoveProgress:
    """How far one datastream is: rows that went from its former class, and rows that were there when it began."""

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
    """Move what is in the table of a class that its datastream no longer has; how many rows left their table.

    As the owner of the tables. ``tell`` hears of every batch after it is committed. Nothing is lost or doubled when it
    is broken off; calling it again goes on from there.
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
    """The oldest rows of one datastream, in one transaction; how many there were. The last one closes the change."""
    with db.transaction():
        db.execute(RETENTION["lock_retention"])
        # Read again and held: the entry may change once more while rows are on their way.
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
    """Rows that left the old table, and those of them that nothing is kept of any more."""
    db.execute(QUERIES["lift_decompression_limit"])
    # Without a class nothing is kept at all, so nothing goes anywhere.
    query = "move_rows" if change["to_table"] else "discard_rows"
    statement = substitute_table(QUERIES[query], change["from_table"])
    if change["to_table"]:
        statement = substitute_table(statement, change["to_table"], "{into}")
    row = db.execute(
        statement,
        {"datastream_id": change["datastream_id"], "older_than": change["older_than"], "limit": batch},
    ).fetchone()
    return (row["taken"], row["expired"]) if row else (0, 0)
