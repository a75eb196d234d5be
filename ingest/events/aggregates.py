"""Store what comes of events: figures of windows, what became of every window, and refusals with noise.

Each is written once and never changed. It comes by the clock, whether or not anyone passed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ingest.cells.count_cells import MIN_HEARD
from ingest.events.passers_by import PassCount
from ingest.events.presence import WindowCount
from ingest.events.refusals import EventRefusals
from ingest.events.travel_time import TravelTimes
from ingest.events.window_book import BookedWindows
from sensors.db import Database
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

Aggregate = TravelTimes | WindowCount | PassCount
"""One finished window that may be stored."""
_INSERTS: Mapping[type[Aggregate], str] = {
    TravelTimes: "insert_travel_time",
    WindowCount: "insert_window_count",
    PassCount: "insert_pass_count",
}


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Finished windows that may be stored, what became of these and all others, and the refusals of a day."""

    aggregates: tuple[Aggregate, ...] = ()
    booked: tuple[BookedWindows, ...] = ()
    refusals: tuple[EventRefusals, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.aggregates or self.booked or self.refusals)


def write_event_batch(db: Database, batch: EventBatch) -> None:
    """Write a batch in one transaction. Idempotent: the reply to a commit may be lost."""
    with db.transaction():
        write_aggregates(db, batch.aggregates)
        for name, rows in (("book_windows", batch.booked), ("insert_event_refusals", batch.refusals)):
            if rows:
                db.execute(QUERIES[name], {"batch": {"rows": [_row(each) for each in rows]}})


def windows_booked_until(db: Database, municipality: str) -> datetime | None:
    """Return up to when the windows of a municipality are accounted for; None if never."""
    row = db.execute(QUERIES["windows_booked_until"], {"municipality": municipality}).fetchone()
    return row["until"] if row else None


def write_aggregates(db: Database, aggregates: Sequence[Aggregate]) -> None:
    """Insert windows inside the caller's transaction. A window already stored is left unchanged."""
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in aggregates:
        rows[_INSERTS[type(each)]].append(_row(each))
    for name, batch in rows.items():
        db.execute(QUERIES[name], {"batch": {"aggregates": batch}, "min_heard": MIN_HEARD})


def publish_movement(db: Database, now: datetime) -> None:
    """Publish the means of movement that are due at ``now``. Idempotent."""
    db.execute(QUERIES["publish_movement"], {"at": now})


def _row(item: Aggregate | BookedWindows | EventRefusals) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(item).items()}
