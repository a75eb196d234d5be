"""Observations for a moment that already has a value: duplicates if it is the same value, conflicts if not.

Of datastreams whose values may be revised (``same_time: last``), the latest revision replaces the others; but one that
is implausible only such: an error must not destroy what was measured.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import LiteralString, NamedTuple

from ingest.pipeline import Observation
from ingest.quality_flags import QualityFlag
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.policy.retention_classes import substitute_table

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class Met(NamedTuple):
    """An observation that met a value for its moment."""

    observation: Observation
    is_conflict: bool


class RevisedValue(NamedTuple):
    """The value of a moment, when the device determined it, and whether it is one that can be."""

    value: float
    revised: datetime | None
    is_plausible: bool


_Key = tuple[int, datetime]
"""Datastream and time."""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to do with observations that may replace others: one at most for each moment to insert or to put in place of
    the stored one, and all that met a value."""

    new: dict[_Key, Observation] = field(default_factory=dict[_Key, Observation])
    replacing: dict[_Key, Observation] = field(default_factory=dict[_Key, Observation])
    met: list[Met] = field(default_factory=list[Met])


@cache
def _find_stored_values(table: str) -> LiteralString:
    return substitute_table(QUERIES["find_stored_values"], table)


def not_inserted(observations: Iterable[Observation], inserted: Iterable[_Key]) -> Sequence[Observation]:
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
    stored = _stored_values(db, table, observations)
    return [
        Met(one, (one.datastream_id, one.time) in stored and stored[one.datastream_id, one.time].value != one.value)
        for one in observations
    ]


def lock_revisions(db: Database) -> None:
    """Let no other worker replace values until the transaction ends.

    Call it before inserting anything, so that workers never wait for each other in a circle.
    """
    db.execute(QUERIES["lock_revisions"])


def replace_revised(db: Database, table: str, observations: Sequence[Observation]) -> Settlement:
    """Replace stored values by later revisions. The transaction must hold ``lock_revisions``.

    What is ``new`` is left to the caller to insert.
    """
    settlement = settle(observations, _stored_values(db, table, observations))
    replacing = list(settlement.replacing.values())
    if replacing:
        columns = {
            "values": [one.value for one in replacing],
            "qualities": [int(one.quality) for one in replacing],
            "revised": [one.revised for one in replacing],
        }
        db.execute(QUERIES["replace_values"], {"table_name": table, **_keys(replacing), **columns})
    return settlement


def settle(observations: Iterable[Observation], stored: Mapping[_Key, RevisedValue]) -> Settlement:
    """Decide for each observation in order of receipt, as if each came in a batch of its own."""
    known, settlement = dict(stored), Settlement()
    for one in observations:
        key = (one.datastream_id, one.time)
        version = _revised_value(one.value, one.revised, one.quality)
        present = known.get(key)
        if present is None:
            settlement.new[key] = one
            known[key] = version
            continue
        settlement.met.append(Met(one, one.value != present.value))
        if supersedes(version, present):
            (settlement.new if key in settlement.new else settlement.replacing)[key] = one
            known[key] = version
    return settlement


def supersedes(given: RevisedValue, present: RevisedValue) -> bool:
    """Whether a value replaces the present one: it is a later revision, or the present one is none.

    Of revisions one that is plausible stays, whenever it was made; of two with the same revision time the larger value.
    So the order of arrival decides nothing.
    """
    if given.revised is None:
        return False
    if given.is_plausible != present.is_plausible:
        return given.is_plausible
    return present.revised is None or (given.revised, given.value) > (present.revised, present.value)


def _stored_values(db: Database, table: str, observations: Sequence[Observation]) -> Mapping[_Key, RevisedValue]:
    times = [one.time for one in observations]
    bounds = {"first_time": min(times), "last_time": max(times)}
    rows = db.execute(_find_stored_values(table), {**_keys(observations), **bounds}).fetchall()
    keys = [(one.datastream_id, one.time) for one in observations]
    return {keys[row["position"] - 1]: _revised_value(row["value"], row["revised"], row["quality"]) for row in rows}


def _revised_value(value: float, revised: datetime | None, quality: int) -> RevisedValue:
    # Not whether it is good: whether a value is frozen or a jump depends on what came before it.
    return RevisedValue(value, revised, quality != QualityFlag.IMPLAUSIBLE)


def _keys(observations: Sequence[Observation]) -> Mapping[str, Sequence[object]]:
    return {
        "datastream_ids": [one.datastream_id for one in observations],
        "times": [one.time for one in observations],
    }
