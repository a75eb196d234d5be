"""Store the output of the privacy windows: figures about groups, each window written once and never changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.events.presence import WindowCount
from ingest.events.travel_time import TravelTimes
from sensors.db import Database
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))

Aggregate = TravelTimes | WindowCount
"""One finished window that may be stored."""


def write_aggregates(db: Database, aggregates: Sequence[Aggregate]) -> None:
    """Insert windows inside the caller's transaction. A window already stored is left unchanged."""
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in aggregates:
        rows["insert_travel_time" if isinstance(each, TravelTimes) else "insert_window_count"].append(_row(each))
    for name, batch in rows.items():
        db.execute(QUERIES[name], {"batch": {"aggregates": batch}})


def publish_movement(db: Database, now: datetime) -> None:
    """Publish the means of movement that are due at ``now``. Idempotent."""
    db.execute(QUERIES["publish_movement"], {"at": now})


def _row(aggregate: Aggregate) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(aggregate).items()
    }
