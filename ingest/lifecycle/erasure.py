"""The right to be forgotten (AVG art. 17): what is erased, where it may have left traces, and that it stays away.

One transaction for all tables: half of an erasure would leave totals that differ from their values. Ingest waits while
it lasts; the broker keeps what comes in. A tombstone goes first, to the disk and to the database, so that nothing of
the period is taken in again; one whose erasure then fails does no harm and is done at the next try.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from ingest.events.windows import CLOCK_SKEW_TOLERANCE
from ingest.lifecycle import tombstones
from ingest.lifecycle.retention import QUERIES as RETENTION
from ingest.lifecycle.retention import Deletion, log_deletion
from ingest.lifecycle.tombstones import Tombstone
from sensors.db import Database
from sensors.db.capabilities import probe_capabilities
from sensors.db.queries import load_queries
from sensors.policy.constraints import RESIDENT_NAME
from sensors.policy.personal_data import find_personal_data
from sensors.register import repository as register_repository
from sensors.register.location import neighbourhood_and_district, snap_to_cell
from sensors.vocabulary.codes import Precision, Role, Status

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
EARLIEST_INSTANT = datetime(1, 1, 1, tzinfo=UTC)
IN_FLIGHT_PERIOD = timedelta(days=1)
"""What was on its way through memory when its sensor was erased is stored within this time, or never."""
BROKEN_TIMESCALEDB_VERSIONS: tuple[tuple[tuple[int, int, int], tuple[int, int, int], int], ...] = (
    ((0, 0, 0), (2, 15, 0), 6781),
    ((2, 17, 0), (2, 18, 1), 7644),
    ((2, 21, 0), (2, 23, 0), 8704),
)
"""Versions of TimescaleDB, from and before, that delete other rows of a compressed chunk than they were asked to, and
the number in its own list of issues. #10129 (2.17.0 to 2.28.2) needs an array that holds a null: our statements never
do."""
PUBLIC_ERASURE_REASON = "gewist (AVG artikel 17) / erased (GDPR article 17)"
"""What the history of the entry tells everyone; the reason that was given is for the tombstone alone."""


class ErasureError(Exception):
    """What was asked for can't be erased; the text says why. Nothing was deleted."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, or would be. ``rebuilt``: hourly totals made again from the values around the period.

    ``removed``: hours that the period cuts and whose totals went as a whole, because not all of their single values
    are still there.
    """

    tombstone: Tombstone
    deletions: tuple[Deletion, ...]
    rebuilt_hours: int
    removed_hours: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """What was asked: a sensor, or a period of it.

    ``until`` none: everything up to now, with what a device whose clock is ahead may have sent. ``whole_entry``: its
    place, contact and owner too. ``resend``: a correction, its devices may deliver the period again.
    """

    municipality: str
    reference: str
    reason: str
    since: datetime | None = None
    until: datetime | None = None
    whole_entry: bool = False
    resend: bool = False


def plan_erasure(db: Database, request: ErasureRequest, now: datetime) -> Tombstone:
    """The tombstone for a request; nothing is done yet. Raises ``ErasureError`` for one that makes no sense."""
    named = {"municipality": request.municipality, "reference": request.reference}
    row = db.execute(QUERIES["find_entry"], named).fetchone()
    if row is None:
        raise ErasureError(f"{request.municipality} has no sensor with the reference {request.reference}")
    latest = now + CLOCK_SKEW_TOLERANCE
    since = request.since and request.since.astimezone(UTC)
    until = request.until.astimezone(UTC) if request.until else latest
    if until > latest or (since is not None and since >= until):
        raise ErasureError("the period ends in the future, or before it begins")
    if request.whole_entry and (request.since or request.until or request.resend):
        raise ErasureError("place, contact and owner are erased with all that was measured: leave the period out")
    match = find_personal_data(request.reason)
    if match is not None:
        raise ErasureError(f"the reason is kept, and looks as if it tells of a person ({match}): write it otherwise")
    return Tombstone(
        uuid4(), row["entry_id"], since, until, request.whole_entry, request.resend, request.reason, now.astimezone(UTC)
    )


def preview_erasure(db: Database, tombstone: Tombstone) -> Erasure:
    """What ``erase`` would delete: the single values are counted, the rest is erased and put back."""
    _check_timescaledb_version(db)
    seen: list[Erasure] = []
    with suppress(psycopg.Rollback), db.transaction():
        seen.append(_apply(db, tombstone, "count_observations"))
        raise psycopg.Rollback
    return seen[0]


def erase(db: Database, tombstone: Tombstone, tombstone_file: Path) -> Erasure:
    """Put the tombstone in the list at ``path`` and in the database, then delete; as the owner of the tables.

    Raises ``ErasureError``, ``TombstoneError`` for a list that was changed, and ``psycopg.Error`` when counts before
    and after don't fit each other: nothing is deleted then.
    """
    _check_timescaledb_version(db)
    tombstones.append_tombstones(tombstone_file, [*read_tombstones_from_database(db), tombstone])
    insert_tombstone(db, tombstone)
    return _erase(db, tombstone, tombstone.recorded_at)


def replay_tombstones(db: Database, tombstones: Iterable[Tombstone], now: datetime) -> list[Erasure]:
    """Erase again in a database from a backup what was erased since, and what should have stayed away.

    A correction that the backup knows of is not done again: the corrected values are in it.
    """
    _check_timescaledb_version(db)
    held = {tombstone.id for tombstone in read_tombstones_from_database(db)}
    due = [tombstone for tombstone in tombstones if not (tombstone.resend and tombstone.id in held)]
    for tombstone in due:
        insert_tombstone(db, tombstone)
    return [_erase(db, tombstone, now) for tombstone in due]


def erase_late_arrivals(db: Database, now: datetime) -> list[Erasure]:
    """Erase what was under way through memory when its sensor was erased; for the schedule of retention."""
    recent = [
        one for one in read_tombstones_from_database(db) if not one.resend and one.recorded_at > now - IN_FLIGHT_PERIOD
    ]
    return [_erase(db, tombstone, now) for tombstone in recent]


def read_tombstones_from_database(db: Database) -> tuple[Tombstone, ...]:
    """Every tombstone in the database, the oldest first."""
    return tuple(Tombstone(**row) for row in db.execute(QUERIES["tombstones"]).fetchall())


def insert_tombstone(db: Database, tombstone: Tombstone) -> None:
    """Put a tombstone in the database, if it isn't there; from then on ingest refuses what it is about."""
    row = asdict(tombstone)
    db.execute(QUERIES["insert_tombstone"], row | {"from": row["since"]})


def _check_timescaledb_version(db: Database) -> None:
    version = probe_capabilities(db).timescale_version
    if version is None:
        return
    numbers = tuple(int(part) for part in version.partition("-")[0].split("."))
    for first, fixed, issue in BROKEN_TIMESCALEDB_VERSIONS:
        if first <= numbers < fixed:
            raise ErasureError(
                f"TimescaleDB {version} deletes wrong rows in compressed chunks (its issue #{issue}): "
                f"upgrade it to {'.'.join(map(str, fixed))} or later first"
            )


def _erase(db: Database, tombstone: Tombstone, now: datetime) -> Erasure:
    with db.transaction():
        db.execute(RETENTION["lock_retention"])
        db.execute(register_repository.QUERIES["lock_register"])
        db.execute(QUERIES["lock_observations"])
        erasure = _apply(db, tombstone, "erase_observations")
        for deletion in erasure.deletions:
            log_deletion(db, deletion, now)
    return erasure


def _apply(db: Database, tombstone: Tombstone, observations: str) -> Erasure:
    """Delete in every table, inside a transaction."""
    found = db.execute(QUERIES["datastream_ids"], {"entry_id": tombstone.entry_id}).fetchone() or {"ids": []}
    period = {
        "datastream_ids": found["ids"],
        "entry_id": tombstone.entry_id,
        "from": tombstone.since or EARLIEST_INSTANT,
        "until": tombstone.until,
    }
    cut = db.execute(
        QUERIES["partly_erased_hours"], period
    ).fetchall()  # compared while the single values are still there
    counts = {row["table_name"]: row["rows"] for row in db.execute(QUERIES[observations], period).fetchall()}
    hours = _rebuild_cut_hours(db, cut)
    counts["rollup_hour"] = db.execute(QUERIES["erase_hours"], period).rowcount + hours.deleted
    for table, query in (
        ("public_cell", "cells"),
        ("travel_time", "travel_times"),
        ("travel_hour", "travel_hours"),
        ("quarantine", "quarantine"),
    ):
        counts[table] = db.execute(QUERIES[f"erase_{query}"], period).rowcount
    for query in ("lock_quality", "erase_quality_made", "erase_quality_group", "erase_sensor_day", "erase_deviations"):
        db.execute(QUERIES[query], period)
    counts |= _erase_daily_totals(db, period)
    if tombstone.register:
        counts["location"] = db.execute(QUERIES["erase_location"], {"entry_id": tombstone.entry_id}).rowcount
        counts["register_entry"] = _redact_entry(db, tombstone)
    rule = f"tombstone {tombstone.id}"
    deletions = tuple(Deletion(table, "erasure", tombstone.until, rows, rule) for table, rows in counts.items() if rows)
    return Erasure(tombstone, deletions, hours.rebuilt, hours.removed)


def _erase_daily_totals(db: Database, period: Mapping[str, Any]) -> Mapping[str, int]:
    """Take out of the daily totals what is no longer in the hours; how many days changed, or went."""
    days = {**period, **(db.execute(QUERIES["affected_days"], period).fetchone() or {})}
    lamps = db.execute(QUERIES["count_lamp_days"], days).fetchone()
    changed = {
        table: sum(db.execute(QUERIES[f"{verb}_{query}"], days).rowcount for verb in ("erase", "rebuild"))
        for table, query in (("day_total", "days"), ("public_day", "public_days"))
    }
    db.execute(QUERIES["rebuild_lamp_days"], days)
    # A day of a lamp is made of its daily totals: where none of those changed, neither did it.
    return changed | {"lamp_day": lamps["rows"] if lamps and changed["day_total"] else 0}


@dataclass(frozen=True, slots=True)
class _CutHours:
    """What became of the hours that the period cuts."""

    deleted: int
    rebuilt: int
    removed: tuple[datetime, ...]


def _rebuild_cut_hours(db: Database, cut: Sequence[Mapping[str, Any]]) -> _CutHours:
    """Make the totals of these hours again where all their single values were there, else delete them."""
    touched = [row for row in cut if row["inside"] or row["count"] != row["outside"]]
    whole = [row for row in touched if row["count"] == row["inside"] + row["outside"]]
    for query, rows in (("erase_partly_erased_hours", touched), ("rebuild_hours", whole)):
        which = {"datastream_ids": [row["datastream_id"] for row in rows], "times": [row["hour"] for row in rows]}
        db.execute(QUERIES[query], which)
    rebuilt = sum(row["outside"] > 0 for row in whole)
    removed = tuple(row["hour"] for row in touched if row not in whole)
    return _CutHours(len(touched) - rebuilt, rebuilt, removed)


def _redact_entry(db: Database, tombstone: Tombstone) -> int:
    """Erase place, contact and owner from every version, and end the entry; how many versions changed."""
    versions = db.execute(QUERIES["entry_versions"], {"entry_id": tombstone.entry_id}).fetchall()
    if not versions:
        return 0
    left = [{"revision": row["revision"], "document": redacted_document(row["document"])} for row in versions]
    changed = [new for new, old in zip(left, versions, strict=True) if new["document"] != old["document"]]
    if changed:
        db.execute(QUERIES["redact_versions"], {"batch": {"documents": changed}})
    current = left[-1]["document"]
    ended = current | {"status": Status.ENDED, "active_until": _last_day(current, tombstone)}
    if current["status"] != Status.ENDED:
        made = {"at": tombstone.recorded_at, "editor": "lantaarn erase", "reason": PUBLIC_ERASURE_REASON}
        db.execute(QUERIES["end_entry"], {"entry_id": tombstone.entry_id, "document": ended, **made})
    return len(changed)


def _last_day(document: Mapping[str, Any], tombstone: Tombstone) -> str:
    return max(document["active_from"], tombstone.recorded_at.date().isoformat())


def redacted_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """A version of an entry without its place, contact and owner. What is measured and why stays; so do controllers.

    The place becomes a cell of 1 km, without height or address. Of what is left, this makes the same again.
    """
    cell = snap_to_cell(document["location"]["geometry"], Precision.CELL_1KM)
    neighbourhood, district = neighbourhood_and_district(cell)
    place = {"kind": "fixed", "geometry": cell, "precision": Precision.CELL_1KM}
    codes = {"neighbourhood": neighbourhood, "district": district}
    controllers = [each["name"] for each in document["organisations"] if each["role"] == Role.CONTROLLER]
    return {
        **document,
        "location": place | {name: code for name, code in codes.items() if code is not None},
        "contact": {"name": next(iter(controllers), RESIDENT_NAME)},
        "organisations": [
            each if each["name"] in controllers else {"role": each["role"], "name": RESIDENT_NAME}
            for each in document["organisations"]
        ],
    }
