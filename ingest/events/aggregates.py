"""Storing what comes out of the privacy windows: numbers about groups, each window once and for good."""

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
"""One window that is over, and may be stored."""


def write_aggregates(db: Database, aggregates: Sequence[Aggregate]) -> None:
    """Store these, inside the caller's transaction. A window that is stored already stays as it was."""
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in aggregates:
        rows["insert_travel_time" if isinstance(each, TravelTimes) else "insert_window_count"].append(_row(each))
    for name, together in rows.items():
        db.execute(QUERIES[name], {"batch": {"aggregates": together}})


def _row(aggregate: Aggregate) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(aggregate).items()
    }
