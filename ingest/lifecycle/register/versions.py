"""The versions of an entry, and what may replace them when something in them is erased."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sensors.db import Database
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
VersionRow = dict[str, Any]
"""``revision``, ``version``, ``document``, ``editor`` and ``reason`` of a version."""


def version_rows(db: Database, entry_id: UUID) -> list[VersionRow]:
    """Every version of an entry, the current one last; none if it isn't there, as in a backup from before it."""
    return db.execute(QUERIES["versions"], {"entry_id": entry_id}).fetchall()


def replace_versions(db: Database, rows: Sequence[VersionRow], *, field: str | None = None) -> None:
    """Replace versions by what is left of them: without ``field``, or without all that an erased entry loses.

    The database refuses anything else.
    """
    if rows:
        means = "erasure" if field is None else "field"
        db.execute(QUERIES["replace_versions"], {"batch": {"documents": list(rows)}, "means": means, "field": field})


def forget_samples(db: Database) -> None:
    """Have the planner sample again what it remembers of the values in the register."""
    db.execute(QUERIES["sample_again"])
