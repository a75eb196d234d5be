"""What the database knows of erasures. It is what the list outside it is made whole from."""

from pathlib import Path

from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.erasures.tombstones import ErasedReport, ListedErasure, RemovedField, Tombstone

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


def read_tombstones_from_database(db: Database) -> tuple[Tombstone, ...]:
    """Return every tombstone of a sensor in the database, oldest first."""
    return tuple(Tombstone(**row) for row in db.execute(QUERIES["tombstones"]).fetchall())


def removed_fields(db: Database) -> tuple[RemovedField, ...]:
    """Every removed field in the database, in order of removal."""
    return tuple(RemovedField(**row) for row in db.execute(QUERIES["removed_fields"]).fetchall())


def erased_reports(db: Database) -> tuple[ErasedReport, ...]:
    """Every erased report in the database, in order of erasure."""
    return tuple(ErasedReport(**row) for row in db.execute(QUERIES["erased_reports"]).fetchall())


def read_erasures_from_database(db: Database) -> list[ListedErasure]:
    """Return every erasure in the database, of sensors, single fields and reports, oldest first."""
    listed = [*read_tombstones_from_database(db), *removed_fields(db), *erased_reports(db)]
    return sorted(listed, key=lambda one: (one.recorded_at, one.id))
