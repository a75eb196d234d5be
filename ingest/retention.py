"""Kept as long as promised: delete what is past its term, log it, and check by other means that it is gone.

The worst age of a value is the term of its class, plus the length of a chunk where whole chunks are dropped, plus the
time between two runs.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

from ingest.store import TABLES
from sensors.db import Database
from sensors.db.capabilities import probe
from sensors.db.queries import load

QUERIES = load(Path(__file__).with_name("retention.sql"))
SCHEDULE = timedelta(minutes=15)
"""The time between two runs that the promise allows for."""
QUARANTINE_TERM = timedelta(days=14)
FIRST_HASH = bytes(32)


@dataclass(frozen=True, slots=True)
class Deletion:
    """What one run removed from one table."""

    table_name: str
    retention_class: str
    older_than: datetime
    deleted_rows: int


@dataclass(frozen=True, slots=True)
class Held:
    """What one table promises and what it holds. ``oldest`` is none for an empty table."""

    table_name: str
    retention_class: str
    promised_max_age: timedelta
    oldest: datetime | None
    within_promise: bool


@dataclass(frozen=True, slots=True)
class Verification:
    """The promise against reality, and the first deletion whose hash does not fit the ones before it."""

    held: tuple[Held, ...]
    broken_at: int | None

    @property
    def kept(self) -> bool:
        """Whether every promise is kept and the chain of deletions is whole."""
        return self.broken_at is None and all(one.within_promise for one in self.held)


def run(db: Database, now: datetime) -> list[Deletion]:
    """Delete what is past its term at ``now``, as the owner of the tables; log every table that lost rows."""
    with db.transaction():
        db.execute(QUERIES["lock"])
        chunked = _hypertables(db)
        deletions = [_enforce(db, row, row["table_name"] in chunked) for row in _classes(db, now)]
        before = now - QUARANTINE_TERM
        refused = db.execute(QUERIES["delete_quarantine"], {"older_than": before}).rowcount
        deletions.append(Deletion("quarantine", "P14D", before, refused))
        for deletion in deletions:
            if deletion.deleted_rows:
                _log(db, deletion, now)
    return deletions


def verify(db: Database, now: datetime) -> Verification:
    """Read the oldest row of every table and compare it with the promise; walk the chain of deletions."""
    held = [
        _held(row["table_name"], row["name"], row["worst_age"], _oldest(db, row["table_name"]), now)
        for row in _classes(db, now)
    ]
    oldest = (db.execute(QUERIES["oldest_quarantine"]).fetchone() or {}).get("oldest")
    held.append(_held("quarantine", "P14D", QUARANTINE_TERM + SCHEDULE, oldest, now))
    return Verification(tuple(held), _broken_at(db))


def _classes(db: Database, now: datetime) -> list[dict[str, Any]]:
    return db.execute(QUERIES["classes"], {"now": now, "schedule": SCHEDULE}).fetchall()


def _hypertables(db: Database) -> set[str]:
    """The tables made of chunks. A database that was plain when it was made stays so when the extension comes later."""
    if not probe(db).hypertables:
        return set()
    return {row["table_name"] for row in db.execute(QUERIES["hypertables"]).fetchall()}


def _for_table(query: str, table_name: str) -> LiteralString:
    """A statement for one of our own tables: any other name is a broken database."""
    for table in TABLES:
        if table == table_name:
            return QUERIES[query].replace("{table}", table)
    raise LookupError(f"no retention class has the table {table_name}")


def _enforce(db: Database, row: Mapping[str, Any], chunked: bool) -> Deletion:
    table, older_than = row["table_name"], row["older_than"]
    if chunked:
        before = _count(db, table)
        db.execute(_for_table("drop_observations", table), {"older_than": older_than})
        deleted = before - _count(db, table)
    else:
        deleted = db.execute(_for_table("delete_observations", table), {"older_than": older_than}).rowcount
    return Deletion(table, row["name"], older_than, deleted)


def _count(db: Database, table: str) -> int:
    row = db.execute(_for_table("count_observations", table)).fetchone()
    return row["rows"] if row else 0


def _oldest(db: Database, table: str) -> datetime | None:
    row = db.execute(_for_table("oldest", table)).fetchone()
    return row["oldest"] if row else None


def _held(table: str, name: str, worst_age: timedelta, oldest: datetime | None, now: datetime) -> Held:
    return Held(table, name, worst_age, oldest, oldest is None or now - oldest <= worst_age)


def _log(db: Database, deletion: Deletion, now: datetime) -> None:
    last = db.execute(QUERIES["last_entry"]).fetchone()
    previous = bytes(last["hash"]) if last else FIRST_HASH
    entry = {
        "deleted_at": now,
        "table_name": deletion.table_name,
        "retention_class": deletion.retention_class,
        "older_than": deletion.older_than,
        "deleted_rows": deletion.deleted_rows,
    }
    db.execute(QUERIES["log"], {**entry, "previous_hash": previous, "hash": _hash(previous, entry)})


def _hash(previous: bytes, entry: Mapping[str, Any]) -> bytes:
    """SHA-256 over the hash before it and the entry as JSON with sorted keys and instants in seconds since 1970."""
    plain = {key: value.timestamp() if isinstance(value, datetime) else value for key, value in entry.items()}
    return hashlib.sha256(previous + json.dumps(plain, sort_keys=True).encode()).digest()


def _broken_at(db: Database) -> int | None:
    previous = FIRST_HASH
    for row in db.execute(QUERIES["chain"]).fetchall():
        entry = {key: value for key, value in row.items() if key not in {"id", "previous_hash", "hash"}}
        if bytes(row["previous_hash"]) != previous or bytes(row["hash"]) != _hash(previous, entry):
            return row["id"]
        previous = bytes(row["hash"])
    return None
