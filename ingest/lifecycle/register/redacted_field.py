"""Remove one field from one or all versions of an entry, and keep it from coming back with a backup.

Only the owner of the database can: the table's trigger permits no other change, and no other role may change versions.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import psycopg

from ingest.lifecycle.register.versions import VersionRow, forget_samples, replace_versions, version_rows
from sensors.db import Database
from sensors.db.deletion_log import Deletion, lock_retention, log_deletion
from sensors.db.queries import load_queries
from sensors.erasures.tombstones import RemovedField
from sensors.register import repository
from sensors.register.free_text import points_to_a_person
from sensors.register.redaction import (
    REMOVED_TEXT,
    VERSION_FIELDS,
    FieldError,
    check_field,
    is_removed,
    value_at,
    without_field,
)

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
REDACTING_EDITOR = "lantaarn register redact"


@dataclass(frozen=True, slots=True)
class FieldRemoval:
    """What was removed, or would be. ``versions``: the numbers of the versions that lost the field.

    ``others``: those that still have the same value in it.
    """

    removed_field: RemovedField
    versions: tuple[int, ...]
    others: tuple[int, ...]

    @property
    def deletions(self) -> tuple[Deletion, ...]:
        """For the deletion log: none if no version changed."""
        listed = self.removed_field
        rule = f"removal {listed.id}"
        rows = len(self.versions)
        return (Deletion("register_entry", "erasure", listed.recorded_at, rows, rule),) if rows else ()


@dataclass(frozen=True, slots=True)
class RemovalRequest:
    """A request to remove a field from one version of a sensor's entry, or from all so far (None)."""

    municipality: str
    reference: str
    field: str
    version: int | None
    reason: str


def plan_removal(db: Database, request: RemovalRequest, now: datetime) -> RemovedField:
    """Say what to remove, without changing anything.

    Raises ``FieldError`` if there is no such sensor, version or field, or if the entry can't do without it.
    """
    if points_to_a_person(request.reason):
        raise FieldError("the reason is public and kept, and seems to contain personal data: rephrase it")
    found = repository.current_versions_by_reference(db, request.reference)
    current = next((each for each in found if each.document["municipality"] == request.municipality), None)
    if current is None:
        raise FieldError(f"{request.municipality} has no sensor with reference {request.reference}")
    first, last = (request.version or 1, request.version or current.version)
    if last > current.version:
        raise FieldError(f"{request.reference} has no version {last}: its last is {current.version}")
    listed = RemovedField(uuid4(), current.entry_id, first, last, request.field, request.reason, now)
    _check(db, request, listed)
    return listed


def _check(db: Database, request: RemovalRequest, listed: RemovedField) -> None:
    rows = _rows_with_field(version_rows(db, listed.entry_id), listed)
    if not rows:
        where = "any version" if request.version is None else f"version {request.version}"
        raise FieldError(f"{request.reference} has no {request.field} in {where}")
    if request.field not in VERSION_FIELDS:
        classes = repository.retention_class_names(db)
        for row in rows:
            check_field(row["document"], request.field, classes)


def preview_removal(db: Database, removed_field: RemovedField) -> FieldRemoval:
    """Report what ``remove_field`` would do: do it and roll back."""
    seen: list[FieldRemoval] = []
    with suppress(psycopg.Rollback), db.transaction():
        db.execute(repository.QUERIES["lock_register"])
        _insert(db, removed_field)
        seen.append(_apply(db, removed_field))
        raise psycopg.Rollback
    return seen[0]


def remove_field(db: Database, removed_field: RemovedField, now: datetime) -> FieldRemoval:
    """Remove the field, derive everything again and write the deletion log, in one transaction. Idempotent.

    The caller has put ``removed_field`` in the list outside the database. Also repeats a removal in a restored backup.
    """
    with db.transaction():
        lock_retention(db)
        db.execute(repository.QUERIES["lock_register"])
        _insert(db, removed_field)
        removal = _apply(db, removed_field)
        for deletion in removal.deletions:
            log_deletion(db, deletion, now)
    return removal


def _insert(db: Database, removed_field: RemovedField) -> None:
    db.execute(QUERIES["insert_removed_field"], asdict(removed_field))


def _apply(db: Database, listed: RemovedField) -> FieldRemoval:
    """Remove the field where it is, inside the caller's transaction."""
    rows = version_rows(db, listed.entry_id)
    chosen = _rows_with_field(rows, listed)
    left = [_without(row, listed.field) for row in chosen]
    if left:
        replace_versions(db, left, field=listed.field)
        current = version_rows(db, listed.entry_id)[-1]["document"]
        repository.record_redacted_versions(db, current, REDACTING_EDITOR, listed.reason, listed.recorded_at)
        forget_samples(db)
    return FieldRemoval(listed, tuple(row["version"] for row in left), _others(rows, chosen, listed.field))


def _others(rows: Sequence[VersionRow], chosen: Sequence[VersionRow], field: str) -> tuple[int, ...]:
    values = [_value(row, field) for row in chosen]
    return tuple(row["version"] for row in rows if row not in chosen and _value(row, field) in values)


def _rows_with_field(rows: Sequence[VersionRow], listed: RemovedField) -> list[VersionRow]:
    numbers = range(listed.first_version, listed.last_version + 1)
    return [row for row in rows if row["version"] in numbers and not is_removed(_value(row, listed.field))]


def _value(row: VersionRow, field: str) -> object:
    return row[field] if field in VERSION_FIELDS else value_at(row["document"], field)


def _without(row: VersionRow, field: str) -> VersionRow:
    if field in VERSION_FIELDS:
        return row | {field: REMOVED_TEXT.nl}
    return row | {"document": without_field(row["document"], field)}
