"""The log of deletions: which rows went, by which rule, how many; each entry bound to the one before by its hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sensors.db import Database
from sensors.db.hash_chain import FIRST_HASH, Link, first_broken_link, next_hash
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Deletion:
    """Rows deleted from one table. ``rule`` is the reason, if other than the retention period of the class."""

    table_name: str
    retention_class: str
    older_than: datetime
    deleted_rows: int
    rule: str | None = None


def lock_retention(db: Database) -> None:
    """Let no one else log a deletion until the end of the caller's transaction."""
    db.execute(QUERIES["lock_retention"])


def log_deletion(db: Database, deletion: Deletion, now: datetime) -> None:
    """Append a deletion to the hash chain. The caller's transaction must have called ``lock_retention``."""
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
    chained = {"previous_hash": previous, "hash": next_hash(previous, _content(entry))}
    db.execute(QUERIES["insert_deletion"], entry | chained)


def first_broken_deletion_id(db: Database) -> int | None:
    """Verify the hash chain of deletions. Returns the id of the first row that breaks it, or None."""
    return first_broken_link(_link(row) for row in db.execute(QUERIES["deletions"]).fetchall())


def _link(row: Mapping[str, Any]) -> Link:
    entry = {key: value for key, value in row.items() if key not in {"id", "previous_hash", "hash"}}
    return Link(row["id"], _content(entry), bytes(row["previous_hash"]), bytes(row["hash"]))


def _content(entry: Mapping[str, Any]) -> bytes:
    """The entry as JSON, with sorted keys and instants as Unix timestamps.

    A rule of None is omitted: entries from before rules existed were hashed without one.
    """
    plain = {
        key: value.timestamp() if isinstance(value, datetime) else value
        for key, value in entry.items()
        if (key, value) != ("rule", None)
    }
    return json.dumps(plain, sort_keys=True).encode()
