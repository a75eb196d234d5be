"""The register in the database: check, import, publish, version and export entries.

A published entry shows a place only as exactly as it may be shown: with a cell precision the exact point goes to
``restricted.location`` and every version holds the cell. Versions are never changed, with one exception: a sensor that
is given a coarser place than before gets it in its earlier versions too, or its history would tell where it hangs.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from pydantic import ValidationError

from sensors.db import Database, queries
from sensors.policy.compiler import compile_policy, rule_document
from sensors.register import search_index, slugs
from sensors.register.entry import Entry
from sensors.register.files import FileProblem, Item, document_of, read_items, to_line
from sensors.register.location import Geometry, areas, locate, snap
from sensors.register.validation.validator import judge
from sensors.register.validation.violations import Problem
from sensors.vocabulary.codes import Precision
from sensors.vocabulary.localized_text import Text

SQL = queries.load(Path(__file__).with_suffix(".sql"))
BATCH = 500

_T = TypeVar("_T")

CONFLICTS = {
    "id_twice": ("id", Text("Dit id staat al eerder in dit bestand.", "This id is already in this file.")),
    "reference_taken": (
        "reference",
        Text("Een andere sensor heeft dit kenmerk al.", "Another sensor already has this reference."),
    ),
    "uri_taken": ("uri", Text("Een andere sensor heeft dit adres al.", "Another sensor already has this address.")),
    "uri_changed": (
        "uri",
        Text("Het adres van een sensor verandert nooit.", "The address of a sensor never changes."),
    ),
}
"""What one entry can't see by itself: the path and what is wrong, by rule."""


@dataclass(frozen=True, slots=True)
class Published:
    """The version that is current now, and whether it is a new one."""

    version: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entry, as everyone may read it."""

    entry_id: UUID
    version: int
    document: dict[str, Any]
    valid_from: datetime
    recorded_at: datetime
    editor: str
    reason: str
    redacted_at: datetime | None = None
    """When its place was made coarser afterwards, the last time; none when it is as it was published."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the entries of a file: new versions, entries that were so already, and what was refused."""

    published: int
    unchanged: int
    problems: tuple[FileProblem, ...]

    def __str__(self) -> str:
        refused = len({problem.position for problem in self.problems})
        lines = [f"published {self.published}, unchanged {self.unchanged}, refused {refused}"]
        return "\n".join([*lines, *map(str, self.problems)])


def check_file(path: Path) -> list[FileProblem]:
    """Everything that is wrong with the entries of a file, without a database. See ``sensors.register.files``."""
    return [problem for item in _without_doubles(read_items(path)) for problem in _problems(item)]


def import_entries(db: Database, path: Path, editor: str, reason: str) -> ImportReport:
    """Publish the good entries of a file and report the others; importing it again changes nothing.

    One transaction: when the database fails half-way, nothing is published.
    """
    items = list(_without_doubles(read_items(path, retention_classes(db))))
    entries = [item.outcome for item in items if isinstance(item.outcome, Entry)]
    with db.transaction():
        db.execute(SQL["lock"])
        conflicts = _conflicts(db, entries)
        free = [entry for entry in entries if entry.id not in conflicts]
        published = _publish(db, free, editor, reason, datetime.now(UTC))
    new = sum(each.changed for each in published)
    problems = tuple(problem for item in items for problem in _problems(_judged(item, conflicts)))
    return ImportReport(new, len(published) - new, problems)


def publish(db: Database, entry: Entry, *, editor: str, reason: str, at: datetime) -> Published | tuple[Problem, ...]:
    """Publish one entry from ``at`` on, in one transaction; what is wrong with it when it can't be published."""
    with db.transaction():
        db.execute(SQL["lock"])
        problems = judge(entry, retention_classes(db)) or _conflicts(db, [entry]).get(entry.id)
        return tuple(problems) if problems else _publish(db, [entry], editor, reason, at)[0]


def current(db: Database) -> Iterator[Version]:
    """The current version of every entry, by municipality and reference."""
    return (Version(**row) for row in db.execute(SQL["current"]).fetchall())


def called(db: Database, reference: str) -> tuple[Version, ...]:
    """The current version of the entries with this reference: of one municipality, or of several."""
    return tuple(Version(**row) for row in db.execute(SQL["called"], {"reference": reference}).fetchall())


def versions(db: Database, entry_id: UUID) -> tuple[Version, ...]:
    """Every version of an entry, the first one first."""
    return tuple(Version(**row) for row in db.execute(SQL["versions"], {"entry_id": entry_id}).fetchall())


def retention_classes(db: Database) -> frozenset[str]:
    """The names of the retention classes that this database has."""
    return frozenset(row["name"] for row in db.execute(SQL["classes"]).fetchall())


def export_entries(db: Database) -> Iterator[str]:
    """The current entries as lines of JSON, in a fixed order and spelling: imported again they give the same text."""
    return (to_line(version.document) for version in current(db))


def load_areas(db: Database) -> None:
    """Bring the outlines of neighbourhoods, districts and the municipality up to date."""
    db.execute(SQL["load_areas"], {"batch": {"areas": [asdict(area) for area in areas()]}})


def derive(db: Database) -> int:
    """Compile every current entry again; how many datastreams changed. For after a new version of this program."""
    with db.transaction():
        db.execute(SQL["lock"])
        documents = [version.document for version in current(db)]
        _coarsen_history(db, documents)
        return sum(_derive(db, batch) for batch in _batches(documents))


def _problems(item: Item) -> Iterator[FileProblem]:
    return item.with_problems(() if isinstance(item.outcome, Entry) else item.outcome)


def _judged(item: Item, conflicts: Mapping[UUID, tuple[Problem, ...]]) -> Item:
    if isinstance(item.outcome, Entry) and item.outcome.id in conflicts:
        return replace(item, outcome=conflicts[item.outcome.id])
    return item


def _without_doubles(items: Iterator[Item]) -> Iterator[Item]:
    """The first of two entries with the same id, reference or address stays; the other becomes a problem."""
    seen: set[tuple[str, ...]] = set()
    for item in items:
        if not isinstance(item.outcome, Entry):
            yield item
            continue
        entry = item.outcome
        claims = {
            "id_twice": ("id", str(entry.id)),
            "reference_taken": ("reference", entry.municipality, entry.reference),
            "uri_taken": ("uri", str(entry.uri)),
        }
        doubles = tuple(_conflict(rule) for rule, claim in claims.items() if claim in seen)
        if not doubles:
            seen.update(claims.values())
        yield replace(item, outcome=doubles) if doubles else item


def _conflict(rule: str) -> Problem:
    path, message = CONFLICTS[rule]
    return Problem(path, rule, message)


def _conflicts(db: Database, entries: Sequence[Entry]) -> Mapping[UUID, tuple[Problem, ...]]:
    """The entries that the register as it is now has no place for."""
    claims = [
        {
            "entry_id": str(entry.id),
            "municipality": entry.municipality,
            "reference": entry.reference,
            "uri": str(entry.uri),
        }
        for entry in entries
    ]
    found: dict[UUID, tuple[Problem, ...]] = {}
    for row in db.execute(SQL["conflicts"], {"batch": {"entries": claims}}).fetchall():
        found[row["entry_id"]] = (*found.get(row["entry_id"], ()), _conflict(row["rule"]))
    return found


def _publish(db: Database, entries: Sequence[Entry], editor: str, reason: str, at: datetime) -> list[Published]:
    """Write entries that are right and have a place. Inside a transaction that holds the lock."""
    published: list[Published] = []
    for batch in _batches(entries):
        documents = [_public_document(entry) for entry in batch]
        rows = db.execute(
            SQL["publish"], {"batch": {"documents": documents}, "at": at, "editor": editor, "reason": reason}
        ).fetchall()
        published += [Published(row["version"], row["changed"]) for row in rows]
        _keep_places(db, batch, documents)
        _coarsen_history(db, documents)
        _derive(db, documents)
    return published


def _public_document(entry: Entry) -> dict[str, Any]:
    """The document as everyone may read it: the place as coarse as promised, and the neighbourhood around that."""
    place = entry.location.model_copy(update=_shown(entry.location.geometry, entry.location.precision))
    return document_of(entry.model_copy(update={"location": place}))


def _shown(geometry: Geometry, precision: Precision) -> dict[str, Any]:
    shown = snap(geometry, precision)
    neighbourhood, district = locate(shown)
    return {"geometry": shown, "neighbourhood": neighbourhood, "district": district}


def _keep_places(db: Database, entries: Sequence[Entry], documents: Sequence[dict[str, Any]]) -> None:
    """Exact places to ``restricted``, and out of it when they are no longer the place of what is shown."""
    shown: dict[str, Geometry] = {document["id"]: document["location"]["geometry"] for document in documents}
    exact = [
        {"entry_id": str(entry.id), "geometry": entry.location.geometry}
        for entry in entries
        if entry.location.geometry != shown[str(entry.id)]
    ]
    held = db.execute(SQL["exact_places"], {"batch": {"entries": list(shown)}}).fetchall()
    precisions = {entry.id: entry.location.precision for entry in entries}
    gone = [
        str(row["entry_id"])
        for row in held
        if precisions[row["entry_id"]] is Precision.EXACT
        or snap(row["geometry"], precisions[row["entry_id"]]) != shown[str(row["entry_id"])]
    ]
    if gone:
        db.execute(SQL["forget_exact"], {"batch": {"entries": gone}})
    if exact:
        db.execute(SQL["keep_exact"], {"batch": {"places": exact}})


def _coarsen_history(db: Database, documents: Sequence[dict[str, Any]]) -> None:
    """Make the place of every version as coarse as that of the current one; the database books each change."""
    coarse = [
        {"entry_id": document["id"], "precision": document["location"]["precision"]}
        for document in documents
        if document["location"]["precision"] != Precision.EXACT
    ]
    if not coarse:
        return
    rows = db.execute(SQL["finer_versions"], {"batch": {"places": coarse}}).fetchall()
    redacted = [
        {"revision": row["revision"], "location": _coarser(row["location"], Precision(row["precision"]))}
        for row in rows
    ]
    if redacted:
        db.execute(SQL["redact_places"], {"batch": {"places": redacted}})


def _coarser(location: Mapping[str, Any], precision: Precision) -> dict[str, Any]:
    """The same location with a coarser place. Its address may have been exact too, so that goes."""
    kept = {name: value for name, value in location.items() if name not in ("address", "observed_area")}
    return kept | {"precision": precision} | _shown(location["geometry"], precision)


def _derive(db: Database, documents: Sequence[dict[str, Any]]) -> int:
    """Bring the datastreams of these entries in line with their policy, and what visitors find them by in line with
    what they say; how many datastreams changed."""
    classes = retention_classes(db)
    batch = {
        "entries": [document["id"] for document in documents],
        "datastreams": [row for document in documents for row in _datastreams(document, classes)],
        "places": [search_index.place(document) for document in documents],
    }
    steps = ("stop_datastreams", "change_datastreams", "start_datastreams")
    changed = sum(db.execute(SQL[step], {"batch": batch}).rowcount for step in steps)
    db.execute(SQL["find_by"], {"batch": batch})
    _name_pages(db, documents)
    return changed


def _name_pages(db: Database, documents: Sequence[dict[str, Any]]) -> None:
    """Give organisations and projects that are new an address."""
    wanted = slugs.named(documents)
    asked = {"municipalities": list({municipality for municipality, _, _ in wanted})}
    held = db.execute(SQL["slugs"], {"batch": asked}).fetchall()
    known = {(row["municipality"], row["sort"], row["name"]) for row in held}
    taken = {(row["municipality"], row["sort"], row["slug"]) for row in held}
    fresh: list[dict[str, str]] = []
    for municipality, sort, name in (each for each in wanted if each not in known):
        there = {slug for where, what, slug in taken if (where, what) == (municipality, sort)}
        slug = slugs.free(slugs.slug(name, slugs.WORDS[sort]), there)
        taken.add((municipality, sort, slug))
        fresh.append({"municipality": municipality, "sort": sort, "slug": slug, "name": name})
    if fresh:
        db.execute(SQL["name_pages"], {"batch": {"names": fresh}})


def _datastreams(document: dict[str, Any], classes: Collection[str]) -> list[dict[str, Any]]:
    try:
        policy = compile_policy(Entry.model_validate(document), classes)
    except ValidationError:
        # Published under an older schema and no longer understood: nothing is taken in until someone looks at it.
        return []
    return [
        {
            "entry_id": document["id"],
            **asdict(datastream),
            "rule": rule_document(datastream.rule) if datastream.rule else None,
        }
        for datastream in policy.datastreams
    ]


def _batches(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
