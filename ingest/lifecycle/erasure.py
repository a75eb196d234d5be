"""The right to erasure (AVG art. 17): delete a sensor's data and all traces of it, and keep it from coming back.

One transaction covers all tables: half an erasure would leave totals that disagree with their values. Ingest waits
meanwhile; the broker queues messages. The tombstone is written first, to disk and to the database, so that nothing of
the period is ingested again. If the erasure then fails, the tombstone does no harm, and the next attempt completes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from ingest.events.windows import CLOCK_SKEW_TOLERANCE
from ingest.hourly_totals import lock_hours, recompute_changed_hours
from ingest.lifecycle.register.erased_entry import erase_entry
from ingest.lifecycle.register.redacted_field import FieldRemoval, remove_field
from sensors.db import Database
from sensors.db.capabilities import probe_capabilities
from sensors.db.deletion_log import Deletion, lock_retention, log_deletion
from sensors.db.queries import load_queries
from sensors.erasures import tombstones
from sensors.erasures.listed import read_erasures_from_database, read_tombstones_from_database
from sensors.erasures.reports import REPEATED_REASON, ReportErasure, erase_listed_report
from sensors.erasures.tombstones import ErasedReport, ListedErasure, RemovedField, Tombstone
from sensors.register import repository as register_repository
from sensors.register.free_text import points_to_a_person
from sensors.register.homes import is_at_a_home
from sensors.staff.log import Act, logged

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
EARLIEST_INSTANT = datetime(1, 1, 1, tzinfo=UTC)
IN_FLIGHT_PERIOD = timedelta(days=1)
"""Data that was in memory when its sensor was erased is stored within this time, or never."""
BROKEN_TIMESCALEDB_VERSIONS: tuple[tuple[tuple[int, int, int], tuple[int, int, int], int], ...] = (
    ((0, 0, 0), (2, 15, 0), 6781),
    ((2, 17, 0), (2, 18, 1), 7644),
    ((2, 21, 0), (2, 23, 0), 8704),
)
"""Half-open ranges of TimescaleDB versions that delete the wrong rows of a compressed chunk, each with the upstream
issue number. Issue #10129 (2.17.0 to 2.28.2) requires an array containing a null, which our statements never have."""


class ErasureError(Exception):
    """The request can't be carried out; the text says why. Nothing was deleted."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased, or would be. ``rebuilt_hours``: hourly totals recomputed from the values outside the period.

    ``removed_hours``: hours partly in the period whose totals were deleted entirely, because some of their individual
    values no longer exist.
    """

    tombstone: Tombstone
    deletions: tuple[Deletion, ...]
    rebuilt_hours: int
    removed_hours: tuple[datetime, ...]


RepeatedErasure = Erasure | FieldRemoval | ReportErasure
"""What came of a listed erasure in a restored database."""


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """A request to erase all of a sensor's data, or one period of it.

    ``until`` None: everything up to now, including values from a device whose clock is ahead. ``whole_entry``: also its
    location, contact and owner. ``resend``: a correction; its devices may deliver the period again.
    """

    municipality: str
    reference: str
    reason: str
    since: datetime | None = None
    until: datetime | None = None
    whole_entry: bool = False
    resend: bool = False


def plan_erasure(db: Database, request: ErasureRequest, now: datetime) -> Tombstone:
    """Build the tombstone for a request, without changing anything. Raises ``ErasureError`` for an invalid request."""
    named = {"municipality": request.municipality, "reference": request.reference}
    row = db.execute(QUERIES["find_entry"], named).fetchone()
    if row is None:
        raise ErasureError(f"{request.municipality} has no sensor with reference {request.reference}")
    latest = now + CLOCK_SKEW_TOLERANCE
    since = request.since and request.since.astimezone(UTC)
    until = request.until.astimezone(UTC) if request.until else latest
    if until > latest:
        raise ErasureError("--to is in the future: give a moment up to now, or omit it")
    if since is not None and since >= until:
        raise ErasureError("the period ends before it begins: --from must be earlier than --to")
    if request.whole_entry and (request.since or request.until or request.resend):
        raise ErasureError("location, contact and owner are erased only with all measurements: omit the period")
    if request.whole_entry and not is_at_a_home(row["organisations"], row["location_precision"]):
        raise ErasureError(
            f"{request.reference} is no resident's sensor and not at a home: its entry is the municipality's own, and "
            "stays. Omit --register to erase what it measured; register redact removes one field."
        )
    if points_to_a_person(request.reason):
        raise ErasureError("the reason is kept, and seems to name or point to a person: rephrase it")
    return Tombstone(
        uuid4(), row["entry_id"], since, until, request.whole_entry, request.resend, request.reason, now.astimezone(UTC)
    )


def preview_erasure(db: Database, tombstone: Tombstone) -> Erasure:
    """Report what ``erase`` would delete: count individual values, delete the rest and roll back."""
    _check_timescaledb_version(db)
    seen: list[Erasure] = []
    with suppress(psycopg.Rollback), db.transaction():
        db.execute(register_repository.QUERIES["lock_register"])
        seen.append(_apply(db, tombstone, "count_observations"))
        raise psycopg.Rollback
    return seen[0]


def erase(db: Database, tombstone: Tombstone, tombstone_file: Path, act: Act | None = None) -> Erasure:
    """Add the tombstone to ``tombstone_file`` and to the database, then delete and log the act, as the table owner.

    Raises ``ErasureError``, ``TombstoneError`` if the list was altered, and ``psycopg.Error`` if row counts before and
    after the deletion don't match: nothing is deleted then.
    """
    _check_timescaledb_version(db)
    tombstones.append_tombstones(tombstone_file, [*read_erasures_from_database(db), tombstone])
    insert_tombstone(db, tombstone)
    with logged(db, act) if act else nullcontext():
        return _erase(db, tombstone, tombstone.recorded_at)


def replay_tombstones(db: Database, listed: Iterable[ListedErasure], now: datetime) -> list[RepeatedErasure]:
    """Repeat erasures in a database restored from a backup, including older ones whose data must not return.

    In the order in which they were done: an erasure keeps what an earlier removal left of an entry. A correction that
    the backup already includes is not repeated: the backup holds the corrected values.
    """
    _check_timescaledb_version(db)
    known = {tombstone.id for tombstone in read_tombstones_from_database(db)}
    due = [one for one in listed if not (isinstance(one, Tombstone) and one.resend and one.id in known)]
    for tombstone in due:
        if isinstance(tombstone, Tombstone):
            insert_tombstone(db, tombstone)
    return [_repeat(db, one, now) for one in due]


def _repeat(db: Database, listed: ListedErasure, now: datetime) -> RepeatedErasure:
    match listed:
        case Tombstone():
            return _erase(db, listed, now)
        case RemovedField():
            return remove_field(db, listed, now)
        case ErasedReport():
            return erase_listed_report(db, listed, REPEATED_REASON, now)


def erase_late_arrivals(db: Database, now: datetime) -> list[Erasure]:
    """Erase what was still in memory when its sensor was erased. Run by the retention scheduler."""
    recent = [
        one for one in read_tombstones_from_database(db) if not one.resend and one.recorded_at > now - IN_FLIGHT_PERIOD
    ]
    # Of the entry nothing is in memory, and a report about it may have come since.
    return [_erase(db, replace(tombstone, register=False), now) for tombstone in recent]


def remove_listed_field(
    db: Database, removed_field: RemovedField, tombstone_file: Path, act: Act | None = None
) -> FieldRemoval:
    """Add a removal to ``tombstone_file``, then remove the field and log the act. Raises as ``erase`` does."""
    tombstones.append_tombstones(tombstone_file, [*read_erasures_from_database(db), removed_field])
    with logged(db, act) if act else nullcontext():
        return remove_field(db, removed_field, removed_field.recorded_at)


def insert_tombstone(db: Database, tombstone: Tombstone) -> None:
    """Insert a tombstone unless present. From then on ingest rejects the readings it covers."""
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
                f"TimescaleDB {version} deletes the wrong rows from compressed chunks (upstream issue #{issue}): "
                f"upgrade to {'.'.join(map(str, fixed))} or later first"
            )


def _erase(db: Database, tombstone: Tombstone, now: datetime) -> Erasure:
    with db.transaction():
        lock_retention(db)
        db.execute(register_repository.QUERIES["lock_register"])
        db.execute(QUERIES["lock_observations"])
        erasure = _apply(db, tombstone, "erase_observations")
        for deletion in erasure.deletions:
            log_deletion(db, deletion, now)
    return erasure


def _apply(db: Database, tombstone: Tombstone, observations: str) -> Erasure:
    """Delete from every table, inside the caller's transaction."""
    found = db.execute(QUERIES["datastream_ids"], {"entry_id": tombstone.entry_id}).fetchone() or {"ids": []}
    period = {
        "datastream_ids": found["ids"],
        "entry_id": tombstone.entry_id,
        "from": tombstone.since or EARLIEST_INSTANT,
        "until": tombstone.until,
    }
    lock_hours(db)
    recompute_changed_hours(db)
    # Compare before the individual values are gone.
    cut = db.execute(QUERIES["partly_erased_hours"], period).fetchall()
    counts = {row["table_name"]: row["rows"] for row in db.execute(QUERIES[observations], period).fetchall()}
    hours = _mark_cut_hours(db, cut)
    counts["rollup_hour"] = db.execute(QUERIES["erase_hours"], period).rowcount + hours.deleted
    db.execute(QUERIES["mark_adjacent_hours"], period)
    recompute_changed_hours(db, is_late=False)
    db.execute(QUERIES["erase_publications"], period)
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
        counts |= erase_entry(db, tombstone.entry_id, tombstone.recorded_at)
    rule = f"tombstone {tombstone.id}"
    deletions = tuple(Deletion(table, "erasure", tombstone.until, rows, rule) for table, rows in counts.items() if rows)
    return Erasure(tombstone, deletions, hours.rebuilt, hours.removed)


def _erase_daily_totals(db: Database, period: Mapping[str, Any]) -> Mapping[str, int]:
    """Bring the daily totals in line with the remaining hours. Returns the days changed or deleted, by table."""
    days = {**period, **(db.execute(QUERIES["affected_days"], period).fetchone() or {})}
    lamps = db.execute(QUERIES["count_lamp_days"], days).fetchone()
    changed = {
        table: sum(db.execute(QUERIES[f"{verb}_{query}"], days).rowcount for verb in ("erase", "rebuild"))
        for table, query in (("day_total", "days"), ("public_day", "public_days"))
    }
    db.execute(QUERIES["rebuild_lamp_days"], days)
    # A lamp's day is derived from its daily totals: if none of those changed, neither did it.
    return changed | {"lamp_day": lamps["rows"] if lamps and changed["day_total"] else 0}


@dataclass(frozen=True, slots=True)
class _CutHours:
    """What became of the hours partly in the period."""

    deleted: int
    rebuilt: int
    removed: tuple[datetime, ...]


def _mark_cut_hours(db: Database, cut: Sequence[Mapping[str, Any]]) -> _CutHours:
    """Delete the totals of these hours, and mark them for recomputation if all their individual values exist."""
    touched = [row for row in cut if row["inside"] or row["count"] != row["outside"]]
    whole = [row for row in touched if row["count"] == row["inside"] + row["outside"]]
    for query, rows in (("erase_partly_erased_hours", touched), ("mark_hours", whole)):
        hours = {"datastream_ids": [row["datastream_id"] for row in rows], "times": [row["hour"] for row in rows]}
        db.execute(QUERIES[query], hours)
    rebuilt = sum(row["outside"] > 0 for row in whole)
    removed = tuple(row["hour"] for row in touched if row not in whole)
    return _CutHours(len(touched) - rebuilt, rebuilt, removed)
