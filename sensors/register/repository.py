"""The register in the database: check, import, publish, version and export entries.

A published entry shows its location only as precisely as allowed: with a cell precision, the exact geometry goes to
``restricted.location`` and every version holds the cell. Coarsening a sensor's location also coarsens its earlier
versions, or the history would reveal where it is. Nothing else of a version changes, unless it is erased
(``ingest.lifecycle``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sensors.db import Database, queries
from sensors.register import derived
from sensors.register.entry import Entry
from sensors.register.files import FileEntry, FileViolation, document_of, read_entries, to_json_line
from sensors.register.groups import LampGroup, small_group_violations
from sensors.register.location import GeoJsonGeometry, known_areas, neighbourhood_and_district, snap_to_cell
from sensors.register.validation.validator import find_rule_violations
from sensors.register.validation.violations import Violation
from sensors.vocabulary.codes import Precision
from sensors.vocabulary.localized_text import LocalizedText

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
TELLS_THE_HOME = frozenset({"observed_area", "host_object", "host_reference", "height_m"})
"""Fields of a location that a coarse one never has."""
CONFLICT_MESSAGES = {
    "id_twice": ("id", LocalizedText("Dit id staat al eerder in dit bestand.", "This id is already in this file.")),
    "reference_taken": (
        "reference",
        LocalizedText("Een andere sensor heeft dit kenmerk al.", "Another sensor already has this reference."),
    ),
    "uri_taken": (
        "uri",
        LocalizedText("Een andere sensor heeft dit adres al.", "Another sensor already has this address."),
    ),
    "uri_changed": (
        "uri",
        LocalizedText("Het adres van een sensor verandert nooit.", "The address of a sensor never changes."),
    ),
    "erased": (
        "id",
        LocalizedText(
            "Deze sensor is gewist op verzoek. Een nieuwe sensor krijgt een nieuw id.",
            "This sensor was erased on request. A new sensor gets a new id.",
        ),
    ),
}
"""Violations that depend on other entries: path and message, by rule."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The current version, and whether it is new."""

    version: int
    changed: bool


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One published version of an entry."""

    entry_id: UUID
    version: int
    document: dict[str, Any]
    valid_from: datetime
    recorded_at: datetime
    editor: str
    reason: str
    redacted_at: datetime | None = None
    """When its location was last coarsened after publication; None if never."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The result of an import: numbers of new versions and unchanged entries, and the violations of refused ones."""

    published: int
    unchanged: int
    violations: tuple[FileViolation, ...]

    def __str__(self) -> str:
        refused = len({problem.position for problem in self.violations})
        lines = [f"published {self.published}, unchanged {self.unchanged}, refused {refused}"]
        return "\n".join([*lines, *map(str, self.violations)])


def check_file(path: Path) -> list[FileViolation]:
    """All violations in a file, without a database. All lamps of a group must be in it."""
    items = list(_without_duplicates(read_entries(path)))
    small = small_group_violations([item.result for item in items if isinstance(item.result, Entry)])
    return [problem for item in items for problem in _violations_of(_with_conflicts(item, small))]


def import_entries(
    db: Database, path: Path, editor: str, reason: str, valid_from: datetime | None = None
) -> ImportReport:
    """Publish the valid entries of a file, from ``valid_from`` on, and report the others. Idempotent.

    Without ``valid_from`` they are valid from now on.
    A single transaction: if the database fails half-way, nothing is published.
    """
    items = list(_without_duplicates(read_entries(path, retention_class_names(db))))
    entries = [item.result for item in items if isinstance(item.result, Entry)]
    with db.transaction():
        db.execute(QUERIES["lock_register"])
        existing = {(group.municipality, group.name) for group in lamp_groups(db)}
        conflicts = {**small_group_violations(entries, existing), **_conflicts(db, entries)}
        free = [entry for entry in entries if entry.id not in conflicts]
        published = _publish(db, free, editor, reason, valid_from or datetime.now(UTC))
    new = sum(each.changed for each in published)
    problems = tuple(problem for item in items for problem in _violations_of(_with_conflicts(item, conflicts)))
    return ImportReport(new, len(published) - new, problems)


def publish(
    db: Database, entry: Entry, *, editor: str, reason: str, valid_from: datetime
) -> PublishResult | tuple[Violation, ...]:
    """Publish one entry from ``valid_from`` on, in one transaction; returns its violations if it is refused."""
    with db.transaction():
        db.execute(QUERIES["lock_register"])
        problems = find_rule_violations(entry, retention_class_names(db)) or _conflicts(db, [entry]).get(entry.id)
        return tuple(problems) if problems else _publish(db, [entry], editor, reason, valid_from)[0]


def current_versions(db: Database) -> Iterator[StoredVersion]:
    """The current version of every entry, by municipality and reference."""
    return (StoredVersion(**row) for row in db.execute(QUERIES["current_versions"]).fetchall())


def current_versions_by_reference(db: Database, reference: str) -> tuple[StoredVersion, ...]:
    """The current versions of the entries with this reference, one for each municipality that uses it."""
    return tuple(
        StoredVersion(**row)
        for row in db.execute(QUERIES["current_versions_by_reference"], {"reference": reference}).fetchall()
    )


def versions_of_entry(db: Database, entry_id: UUID) -> tuple[StoredVersion, ...]:
    """All versions of an entry, oldest first."""
    return tuple(
        StoredVersion(**row) for row in db.execute(QUERIES["versions_of_entry"], {"entry_id": entry_id}).fetchall()
    )


def retention_class_names(db: Database) -> frozenset[str]:
    """The names of the retention classes in this database."""
    return frozenset(row["name"] for row in db.execute(QUERIES["retention_class_names"]).fetchall())


def lamp_groups(db: Database) -> tuple[LampGroup, ...]:
    """The groups of lamps in the register, by municipality and name."""
    return tuple(LampGroup(**row) for row in db.execute(QUERIES["lamp_groups"]).fetchall())


def export_entries(db: Database) -> Iterator[str]:
    """The current entries as JSON lines in a canonical order and form: a re-import exports the same text."""
    return (to_json_line(version.document) for version in current_versions(db))


def load_areas(db: Database) -> None:
    """Update the outlines of neighbourhoods, districts and municipalities."""
    db.execute(QUERIES["upsert_areas"], {"batch": {"areas": [asdict(area) for area in known_areas()]}})


def refresh_derived_data(db: Database) -> int:
    """Recompile every current entry after an upgrade of the program; returns how many datastreams changed."""
    with db.transaction():
        db.execute(QUERIES["lock_register"])
        _coarsen_history(db, [version.document for version in current_versions(db)])
        changed = _derive(db, [version.document for version in current_versions(db)])
        derived.forget_unnamed_slugs(db)
        return changed


def _violations_of(item: FileEntry) -> Iterator[FileViolation]:
    return item.file_violations(() if isinstance(item.result, Entry) else item.result)


def _with_conflicts(item: FileEntry, conflicts: Mapping[UUID, tuple[Violation, ...]]) -> FileEntry:
    if isinstance(item.result, Entry) and item.result.id in conflicts:
        return replace(item, result=conflicts[item.result.id])
    return item


def _without_duplicates(items: Iterator[FileEntry]) -> Iterator[FileEntry]:
    """Keep the first of several entries with the same id, reference or address; report the others."""
    seen: set[tuple[str, ...]] = set()
    for item in items:
        if not isinstance(item.result, Entry):
            yield item
            continue
        entry = item.result
        claims = {
            "id_twice": ("id", str(entry.id)),
            "reference_taken": ("reference", entry.municipality, entry.reference),
            "uri_taken": ("uri", str(entry.uri)),
        }
        doubles = tuple(_conflict_violation(rule) for rule, claim in claims.items() if claim in seen)
        if not doubles:
            seen.update(claims.values())
        yield replace(item, result=doubles) if doubles else item


def _conflict_violation(rule: str) -> Violation:
    path, message = CONFLICT_MESSAGES[rule]
    return Violation(path, rule, message)


def _conflicts(db: Database, entries: Sequence[Entry]) -> Mapping[UUID, tuple[Violation, ...]]:
    """Violations of entries that conflict with the current register, by entry id."""
    claims = [
        {
            "entry_id": str(entry.id),
            "municipality": entry.municipality,
            "reference": entry.reference,
            "uri": str(entry.uri),
        }
        for entry in entries
    ]
    found: dict[UUID, tuple[Violation, ...]] = {}
    for row in db.execute(QUERIES["conflicts"], {"batch": {"entries": claims}}).fetchall():
        found[row["entry_id"]] = (*found.get(row["entry_id"], ()), _conflict_violation(row["rule"]))
    left = db.execute(
        QUERIES["erased_entries"], {"batch": {"entries": [str(entry.id) for entry in entries]}}
    ).fetchall()
    documents = {row["entry_id"]: row["document"] for row in left}
    for entry in (entry for entry in entries if entry.id in documents):
        # What is left of it may be imported again, and then changes nothing.
        if _public_document(entry) != documents[entry.id]:
            found[entry.id] = (*found.get(entry.id, ()), _conflict_violation("erased"))
    return found


def record_versions(
    db: Database, documents: Sequence[dict[str, Any]], editor: str, reason: str, valid_from: datetime
) -> list[PublishResult]:
    """Add a version of every entry that differs from its current one, and derive everything from it.

    The documents are as they are published. Requires a transaction that holds the register lock.
    """
    published: list[PublishResult] = []
    for batch in derived.in_batches(documents):
        parameters = {"batch": {"documents": batch}, "at": valid_from, "editor": editor, "reason": reason}
        rows = db.execute(QUERIES["publish"], parameters).fetchall()
        published += [PublishResult(row["version"], row["changed"]) for row in rows]
        _coarsen_history(db, batch)
    _derive(db, documents)
    return published


def record_redacted_versions(
    db: Database, document: dict[str, Any], editor: str, reason: str, valid_from: datetime
) -> int:
    """As ``record_versions`` for one entry, of which something was removed from earlier versions.

    Without a new version all is derived again all the same. Returns how many slugs of organisations and projects went
    with what was removed.
    """
    record_versions(db, [document], editor, reason, valid_from)
    return derived.forget_unnamed_slugs(db)


def _derive(db: Database, documents: Sequence[dict[str, Any]]) -> int:
    return derived.derive(db, documents, retention_class_names(db))


def _publish(
    db: Database, entries: Sequence[Entry], editor: str, reason: str, valid_from: datetime
) -> list[PublishResult]:
    """Write entries that are valid and without conflicts. Requires a transaction that holds the register lock."""
    documents = [_public_document(entry) for entry in entries]
    for batch, shown in zip(derived.in_batches(entries), derived.in_batches(documents), strict=True):
        _store_exact_locations(db, batch, shown)
    return record_versions(db, documents, editor, reason, valid_from)


def _public_document(entry: Entry) -> dict[str, Any]:
    """The public form of an entry: the coarsened location, and the neighbourhood derived from it."""
    location = entry.location.model_copy(update=_public_location(entry.location.geometry, entry.location.precision))
    return document_of(entry.model_copy(update={"location": location}))


def _public_location(geometry: GeoJsonGeometry, precision: Precision) -> dict[str, Any]:
    shown = snap_to_cell(geometry, precision)
    neighbourhood, district = neighbourhood_and_district(shown)
    return {"geometry": shown, "neighbourhood": neighbourhood, "district": district}


def _store_exact_locations(db: Database, entries: Sequence[Entry], documents: Sequence[dict[str, Any]]) -> None:
    """Store exact locations in ``restricted``, and delete those that no longer belong to the published location."""
    shown: dict[str, GeoJsonGeometry] = {document["id"]: document["location"]["geometry"] for document in documents}
    exact = [
        {"entry_id": str(entry.id), "geometry": entry.location.geometry}
        for entry in entries
        if entry.location.geometry != shown[str(entry.id)]
    ]
    stored = db.execute(QUERIES["exact_locations"], {"batch": {"entries": list(shown)}}).fetchall()
    precisions = {entry.id: entry.location.precision for entry in entries}
    outdated = [
        str(row["entry_id"])
        for row in stored
        if precisions[row["entry_id"]] is Precision.EXACT
        or snap_to_cell(row["geometry"], precisions[row["entry_id"]]) != shown[str(row["entry_id"])]
    ]
    if outdated:
        db.execute(QUERIES["delete_exact_locations"], {"batch": {"entries": outdated}})
    if exact:
        db.execute(QUERIES["store_exact_locations"], {"batch": {"places": exact}})


def _coarsen_history(db: Database, documents: Sequence[dict[str, Any]]) -> None:
    """Coarsen every version's location to the precision of the current one, and take out what tells which home it is;
    the database records each change."""
    coarse = [
        {"entry_id": document["id"], "precision": document["location"]["precision"]}
        for document in documents
        if document["location"]["precision"] != Precision.EXACT
    ]
    if not coarse:
        return
    rows = db.execute(QUERIES["versions_to_coarsen"], {"batch": {"places": coarse}}).fetchall()
    redacted = [{"revision": row["revision"], "location": _coarsened_location(row)} for row in rows]
    if redacted:
        db.execute(QUERIES["redact_locations"], {"batch": {"places": redacted}})


def _coarsened_location(row: Mapping[str, Any]) -> dict[str, Any]:
    """The location of a version without what tells which home it is; coarsened, if it is finer than it may be."""
    location: Mapping[str, Any] = row["location"]
    kept = {name: value for name, value in location.items() if name not in TELLS_THE_HOME}
    if not row["is_finer"]:
        return kept
    precision = Precision(row["precision"])
    kept.pop("address", None)
    return kept | {"precision": precision} | _public_location(location["geometry"], precision)
