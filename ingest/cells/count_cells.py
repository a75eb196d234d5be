"""Publish counts of people and vehicles, each with a random number in it that is drawn once and kept nowhere else.

The random number hides whether one person passed: docs/privacy.md has the bound. A cell (an hour, a night or a day) is
written an hour after its end if its declared intervals were all heard, zeros included, else on the second day after it.
When it is written thus never depends on how many passed. If too little was heard it has no value. What comes later
changes no cell; it is added up for four weeks into cells of its own.

A mean over what passes, such as the speed, is a ratio of two noisy sums: how far each vehicle is above or below a
reference, no further than a clip, and how many they are. Both are drawn when the counts beside it have been.

The database draws nothing: ``random()`` of PostgreSQL is predictable. It refuses every change of a cell, and what this
module wrote decides what is due, so two publishers, a retry or a changed entry never draw twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.hourly_totals import lock_hours
from ingest.noise import add_noise
from sensors import logs
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.policy.promises import HEARTBEAT_TERM

log = logs.get_logger()
QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
COUNT_DELAY = timedelta(minutes=65)
"""How long after its end a cell is written whose intervals were all heard."""
MIN_HEARD = 0.75
"""A cell of which less was heard has no value: of its declared intervals or, without those, of the minutes in it that
ingest was connected."""
CLIP_STEPS = 500
"""How many steps of its resolution the clip of a mean over what passes is: 50 km/h in steps of 0.1."""


def publish_counts(db: Database, now: datetime) -> int:
    """Write the cells of counts that are due at ``now``; returns how many. Idempotent.

    On a copy of the database none are, until ``lantaarn restore`` made it fit: the original may draw them as well.
    """
    with db.transaction():
        lock_hours(db)
        row = db.execute(QUERIES["is_original"]).fetchone()
        if row is None or not row["is_original"]:
            log.warning("counts_not_published")
            return 0
        due = {"at": now, "delay": COUNT_DELAY, "min_heard": MIN_HEARD, "longest": HEARTBEAT_TERM}
        rounding = {"at": now, "clip_steps": CLIP_STEPS}
        written = _write(db, [*_due_cells(db, due), *db.execute(QUERIES["due_late_cells"], due).fetchall()], now)
        written += _write(db, db.execute(QUERIES["due_ratios"], rounding).fetchall(), now)
        db.execute(QUERIES["note_settled"], {"at": now})
    return written


def _due_cells(db: Database, due: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The cells that are due, each with its true sum, or None if too little is known of it."""
    cells = db.execute(QUERIES["due_cells"], due).fetchall()
    known = [cell for cell in cells if cell["is_known"]]
    keys = {
        "datastream_ids": [cell["datastream_id"] for cell in known],
        "starts": [cell["start"] for cell in known],
        "ends": [cell["until"] for cell in known],
    }
    sums = {row["place"]: row["sum"] for row in db.execute(QUERIES["take_sums"], keys).fetchall()}
    for place, cell in enumerate(known, 1):
        yield {**cell, "sum": sums.get(place, 0)}
    for cell in cells:
        if not cell["is_known"]:
            yield {**cell, "sum": None}


def _write(db: Database, cells: Sequence[Mapping[str, Any]], now: datetime) -> int:
    if cells:
        db.execute(QUERIES["insert_cells"], {**_columns(cells), "at": now})
    return len(cells)


def _columns(cells: Sequence[Mapping[str, Any]]) -> Mapping[str, Sequence[object]]:
    return {
        "datastream_ids": [cell["datastream_id"] for cell in cells],
        "periods": [cell["period"] for cell in cells],
        "starts": [cell["start"] for cell in cells],
        "values": [_draw(cell["sum"], cell["noise"]) for cell in cells],
        "noises": [cell["noise"] for cell in cells],
        "filled": [cell.get("filled") for cell in cells],
        "references": [cell.get("reference") for cell in cells],
        "denominators": [_draw(cell.get("denominator"), cell.get("denominator_noise")) for cell in cells],
        "denominator_noises": [cell.get("denominator_noise") for cell in cells],
    }


def _draw(total: float | None, noise: float | None) -> int | None:
    return None if total is None or noise is None else add_noise(round(total), noise)
