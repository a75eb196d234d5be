"""Observations for a moment that already has a value: duplicates if it is the same value, conflicts if not."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import LiteralString, NamedTuple

from ingest.pipeline import Observation
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.policy.retention_classes import substitute_table

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class Met(NamedTuple):
    """An observation that met a value for its moment."""

    observation: Observation
    is_conflict: bool


@cache
def _find_stored_values(table: str) -> LiteralString:
    return substitute_table(QUERIES["find_stored_values"], table)


def not_inserted(
    observations: Iterable[Observation], inserted: Iterable[tuple[int, datetime]]
) -> Sequence[Observation]:
    """The observations that were not inserted. ``inserted``: datastream and time of those that were.

    Of several for one moment, the first is the one that was inserted.
    """
    keys, left = set(inserted), list[Observation]()
    for one in observations:
        key = (one.datastream_id, one.time)
        if key in keys:
            keys.remove(key)
        else:
            left.append(one)
    return left


def compare_with_stored(db: Database, table: str, observations: Sequence[Observation]) -> Sequence[Met]:
    """Compare observations with the stored values for their moments; one that is erased meanwhile counts as equal.

    Sees what other workers committed, since every statement takes a new snapshot (READ COMMITTED).
    """
    times = [one.time for one in observations]
    keys = {"datastream_ids": [one.datastream_id for one in observations], "times": times}
    bounds = {"first_time": min(times), "last_time": max(times)}
    rows = db.execute(_find_stored_values(table), keys | bounds).fetchall()
    stored = {row["position"]: row["value"] for row in rows}
    return [Met(one, one.value != stored.get(at, one.value)) for at, one in enumerate(observations, start=1)]
