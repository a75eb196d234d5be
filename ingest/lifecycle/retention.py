"""Kept as long as promised: delete what is past its term, and log it.

Single values go by the chunk where there are chunks and by the row elsewhere; totals by the term that the entry of
their datastream promises; aggregates by the promise that they were made under, or the present one when that is shorter;
the books and the quarantine by terms of their own. That it is gone is checked by other means, in
``ingest.lifecycle.verification``.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.policy.retention_classes import substitute_table

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
FIRST_HASH = bytes(32)
TIMESCALEDB_RULE = "timescaledb policy"
"""The rule of chunks that TimescaleDB dropped by itself: it does so too, should nothing else."""
METADATA_TERMS = {
    "ledger": "P5Y",
    "ledger_reason": "P5Y",
    "quarantine": "P14D",
    "book_day": "P5Y",
    "book_reason_day": "P5Y",
    "pulse": "P31D",
}
"""The terms of what is kept about readings, not of them."""
TOTALS_TABLES = ("rollup_hour", "public_cell", "day_total", "public_day", "lamp_day")
AGGREGATE_TABLES = ("travel_time", "travel_hour", "window_count")


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was removed from one table. ``rule``: why, when it is not the term of the class."""

    table_name: str
    retention_class: str
    older_than: datetime
    deleted_rows: int
    rule: str | None = None


def add_retention_class(db: Database, name: str) -> bool:
    """Make a retention class, as the owner of the tables; False when it is there already.

    Raises psycopg.errors.InvalidParameterValue for what ``is_class_name`` refuses.
    """
    row = db.execute(QUERIES["add_retention_class"], {"retention_class": name}).fetchone()
    return row is not None and row["added"]


def enforce_retention(db: Database, now: datetime) -> list[Deletion]:
    """Delete what is past its term at ``now``, as the owner of the tables; log every table that lost rows."""
    with db.transaction():
        db.execute(QUERIES["lock_retention"])
        deletions = [*_observations(db, now), *_totals(db, now), *_aggregates(db, now), *_metadata(db, now)]
        for deletion in deletions:
            if deletion.deleted_rows:
                log_deletion(db, deletion, now)
    return deletions


def log_deletion(db: Database, deletion: Deletion, now: datetime) -> None:
    """Add a deletion to the chain. Inside a transaction that holds the lock of ``QUERIES["lock_retention"]``."""
    last = db.execute(QUERIES["last_deletion"]).fetchone()
    previous = bytes(last["hash"]) if last else FIRST_HASH
    entry = {
        "deleted_at": now,
        "table_name": deletion.table_name,
        "retention_class": deletion.retention_class,
        "older_than": deletion.older_than,
        "deleted_rows": deletion.deleted_rows,
        "rule": deletion.rule,
    }
    db.execute(QUERIES["insert_deletion"], {**entry, "previous_hash": previous, "hash": _hash(previous, entry)})


def first_broken_deletion_id(db: Database) -> int | None:
    """Walk the chain of deletions: the id of the first one that does not follow from those before it."""
    previous = FIRST_HASH
    for row in db.execute(QUERIES["deletions"]).fetchall():
        entry = {key: value for key, value in row.items() if key not in {"id", "previous_hash", "hash"}}
        if bytes(row["previous_hash"]) != previous or bytes(row["hash"]) != _hash(previous, entry):
            return row["id"]
        previous = bytes(row["hash"])
    return None


def _hash(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    """SHA-256 over the hash before it and the entry as JSON with sorted keys and instants in seconds since 1970.

    What has no rule was hashed before there were rules, so a rule that is none is left out.
    """
    plain = {
        key: value.timestamp() if isinstance(value, datetime) else value
        for key, value in entry.items()
        if (key, value) != ("rule", None)
    }
    return hashlib.sha256(previous + json.dumps(plain, sort_keys=True).encode()).digest()


def _observations(db: Database, now: datetime) -> Iterator[Deletion]:
    for row in db.execute(QUERIES["retention_classes"], {"now": now}).fetchall():
        if row["chunked"]:
            yield from _drop_chunks(db, row)
        else:
            statement = substitute_table(QUERIES["delete_observations"], row["table_name"])
            deleted = db.execute(statement, {"older_than": row["older_than"]}).rowcount
            yield Deletion(row["table_name"], row["name"], row["older_than"], deleted)


def _drop_chunks(db: Database, row: Mapping[str, Any]) -> Iterator[Deletion]:
    """Drop the chunks that are over; then note those that will be next, and tell which of these went by themselves."""
    table, older_than = row["table_name"], row["older_than"]
    gone = db.execute(QUERIES["dropped_by_database"], {"table_name": table}).fetchall()
    for chunk in gone:
        yield Deletion(table, row["name"], chunk["until"], chunk["rows"], TIMESCALEDB_RULE)
    known = {"table_name": table, "older_than": older_than}
    due = db.execute(QUERIES["expired_chunks_until"], known).fetchone() or {"until": None}
    deleted = 0
    if due["until"] is not None:
        counted = db.execute(substitute_table(QUERIES["count_expired"], table), {"until": due["until"]}).fetchone()
        deleted = counted["rows"] if counted else 0
        db.execute(substitute_table(QUERIES["drop_chunks"], table), {"older_than": due["until"]})
    yield Deletion(table, row["name"], older_than, deleted)
    db.execute(QUERIES["delete_expiring_chunk"], {"table_name": table})
    for chunk in db.execute(QUERIES["expiring_chunks"], known).fetchall():
        note = substitute_table(QUERIES["insert_expiring_chunk"], table)
        db.execute(note, {"table_name": table, "retention_class": row["name"], **chunk})


def _totals(db: Database, now: datetime) -> Iterator[Deletion]:
    for table in TOTALS_TABLES:
        for row in db.execute(QUERIES[f"due_{table}"], {"now": now}).fetchall():
            older = {"datastream_ids": row["datastream_ids"], "older_than": row["older_than"]}
            deleted = db.execute(QUERIES[f"delete_{table}"], older).rowcount
            yield Deletion(table, row["name"], row["older_than"], deleted)


def _aggregates(db: Database, now: datetime) -> Iterator[Deletion]:
    for row in db.execute(QUERIES["aggregate_promises"], {"now": now}).fetchall():
        for table in AGGREGATE_TABLES:
            promise = {"retention_class": row["name"], "older_than": row["older_than"]}
            deleted = db.execute(QUERIES[f"delete_{table}"], promise).rowcount
            yield Deletion(table, row["name"], row["older_than"], deleted)


def _metadata(db: Database, now: datetime) -> Iterator[Deletion]:
    for table, term in METADATA_TERMS.items():
        row = db.execute(QUERIES["cutoff"], {"now": now, "term": term}).fetchone()
        if row is None:
            raise RuntimeError("a select without a table has one row")
        deleted = db.execute(QUERIES[f"delete_{table}"], {"older_than": row["older_than"]}).rowcount
        yield Deletion(table, term, row["older_than"], deleted)
