"""The history of the register: all versions of all entries, from the schema ``open``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from api.exceptions import NotFoundError
from api.history.changes import Change, Document, find_changes
from api.history.json_patch import Operation, create_patch
from api.search.filters import Filters
from api.search.queries import find_observing_sensors
from sensors.db import Database, queries
from sensors.register.free_text import points_to_a_person
from sensors.register.part import Words
from sensors.register.reasons import as_told
from sensors.register.redaction import is_erased
from sensors.vocabulary.codes import Status
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
VERSIONS_PER_PAGE = 50
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an entry, with its differences from the previous one."""

    entry_id: UUID
    reference: str
    """From the current entry."""
    revision: int
    """The register-wide sequence number of this version."""
    version: int
    is_current: bool
    document: Document
    document_before: Document | None
    """None of the first version."""
    valid_from: datetime
    recorded_at: datetime
    changed_at: datetime
    """When this version was published, or last redacted."""
    redacted_at: datetime | None
    """When part of it was coarsened or erased."""
    removed_fields: Sequence[str]
    """The fields that were removed on request, such as ``organisations[1].name``; ``editor`` and ``reason`` too."""
    removed_before: Sequence[str]
    """Those of the previous version."""
    editor: str | None
    """A team or a program. None if it contains personal data."""
    reason: str | None
    """The reason. None if it contains personal data."""

    @property
    def name(self) -> Words:
        """The name of the sensor at the time."""
        return Words(**self.document["name"])

    @property
    def summary(self) -> Words:
        """Its summary at the time."""
        return Words(**self.document["summary"])

    @property
    def told_reason(self) -> LocalizedText | None:
        """The reason in both languages if it is the program's own, else as it was given."""
        return as_told(self.reason) if self.reason else None

    @property
    def told_editor(self) -> LocalizedText | None:
        """The editor, or in both languages that it was removed."""
        return as_told(self.editor) if self.editor else None

    @property
    def removed_on(self) -> date | None:
        """The last day of a removed sensor."""
        return removed_on(self.document, self.valid_from)

    @property
    def is_erased(self) -> bool:
        """Whether it is what is left of an erased sensor."""
        return is_erased(self.document)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The differences in words; empty for the first version."""
        if self.document_before is None:
            return ()
        return find_changes(self.document_before, self.document, self.removed_before, self.removed_fields)

    @property
    def patch(self) -> list[Operation]:
        """JSON Patch from the previous version; or adding the whole document for the first."""
        if self.document_before is None:
            return [{"op": "add", "path": "", "value": self.document}]
        return create_patch(self.document_before, self.document)


def list_versions(db: Database, municipality: str, reference_or_id: str) -> tuple[Version, ...]:
    """All versions of an entry by reference or id, oldest first. Raises NotFoundError."""
    rows = db.execute(
        QUERIES["versions"],
        {"municipality": municipality, "entry_id": _get_entry_id(db, municipality, reference_or_id)},
    )
    return tuple(_with_previous(rows.fetchall()))


def get_version(db: Database, municipality: str, reference_or_id: str, version_number: str) -> Version:
    """One version of an entry, by its number. Raises NotFoundError."""
    found = [each for each in list_versions(db, municipality, reference_or_id) if str(each.version) == version_number]
    if not found:
        raise NotFoundError
    return found[0]


def get_reference(db: Database, municipality: str, entry_id: str) -> str:
    """The current name of an entry. Raises NotFoundError."""
    parameters = {"municipality": municipality, "reference": None, "entry_id": _uuid(entry_id)}
    row = db.execute(QUERIES["entry"], parameters).fetchone()
    if row is None:
        raise NotFoundError
    return row["reference"]


def removed_on(document: Document, valid_from: datetime) -> date | None:
    """The last day of an ended sensor; never after the day the register recorded it."""
    if document["status"] != Status.ENDED:
        return None
    said_on = valid_from.astimezone(LOCAL_TIME_ZONE).date()
    return min(date.fromisoformat(document.get("active_until", said_on.isoformat())), said_on)


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A page of versions, newest first. ``has_more``: there are versions with an older revision than the last."""

    versions: Sequence[Version]
    has_more: bool


def find_changed_versions(
    db: Database,
    municipality: str,
    filters: Filters,
    reference_or_id: str | None = None,
    before_revision: int | None = None,
) -> VersionPage:
    """The newest versions matching the filters, or of one entry. Raises NotFoundError for an unknown entry."""
    parameters = {
        "municipality": municipality,
        "entry_id": _get_entry_id(db, municipality, reference_or_id) if reference_or_id else None,
        "before_revision": before_revision,
        "limit": VERSIONS_PER_PAGE + 1,
        "filters": _filter_parameters(db, municipality, filters),
        "neighbourhood": filters.neighbourhood,
        "status": filters.status,
    }
    rows = db.execute(QUERIES["changed_versions"], parameters).fetchall()
    return VersionPage(
        [_version(row, row["document_before"], row["removed_before"] or ()) for row in rows[:VERSIONS_PER_PAGE]],
        len(rows) > VERSIONS_PER_PAGE,
    )


def _filter_parameters(db: Database, municipality: str, filters: Filters) -> dict[str, Any] | None:
    """Filters applied to the current sensors; None if there are none."""
    now = replace(filters, neighbourhood=None, status=None)
    if not now.active:
        return None
    spot = now.spot_coordinates
    return now.to_database(municipality, None if spot is None else find_observing_sensors(db, municipality, *spot))


def _get_entry_id(db: Database, municipality: str, name: str) -> UUID:
    parameters = {"municipality": municipality, "reference": name, "entry_id": _uuid(name)}
    row = db.execute(QUERIES["entry"], parameters).fetchone() if _REFERENCE.fullmatch(name) else None
    if row is None:
        raise NotFoundError
    return row["entry_id"]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _with_previous(rows: Sequence[Mapping[str, Any]]) -> Iterator[Version]:
    before, removed_before = None, ()
    for row in rows:
        yield _version(row, before, removed_before)
        before, removed_before = row["document"], row["removed_fields"]


def _version(row: Mapping[str, Any], before: Document | None, removed_before: Sequence[str]) -> Version:
    columns = {name: row[name] for name in Version.__dataclass_fields__ if name in row}
    screened = {name: _none_if_personal_data(row[name]) for name in ("editor", "reason")}
    given: dict[str, Any] = columns | screened | {"document_before": before, "removed_before": removed_before}
    return Version(**given)


def _none_if_personal_data(text: str) -> str | None:
    """Free text that is published permanently, so checked again."""
    return None if points_to_a_person(text) else text
