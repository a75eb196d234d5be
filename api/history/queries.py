"""What was in the register, and when it changed: every version of every entry, read from the schema ``open``."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from api.history.changes import Change, changes
from api.history.json_patch import Operation, patch
from api.search.filters import Filters
from api.search.queries import overlooking
from api.sensor.queries import CLOCK, NotFoundError
from sensors.db import Database, queries
from sensors.policy.personal_data import trips
from sensors.register.entry import Words
from sensors.vocabulary.codes import Status

SQL = queries.load(Path(__file__).with_suffix(".sql"))
FEED_SIZE = 50
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an entry, beside the one before it."""

    entry_id: UUID
    reference: str
    """Of the entry as it is today."""
    revision: int
    """Counts all versions of all entries."""
    version: int
    is_current: bool
    document: Document
    document_before: Document | None
    """None of the first version."""
    valid_from: datetime
    recorded_at: datetime
    changed_at: datetime
    """When this version came, or when something of it was taken out after that."""
    redacted_at: datetime | None
    """When something of it was made coarser or erased, so that it says less than it did."""
    editor: str | None
    """A team or a program. None where it names something of a person."""
    reason: str | None
    """Why. None where it names something of a person."""

    @property
    def name(self) -> Words:
        """What the sensor was called."""
        return Words(**self.document["name"])

    @property
    def summary(self) -> Words:
        """What it did, in a sentence or two."""
        return Words(**self.document["summary"])

    @property
    def gone_since(self) -> date | None:
        """The last day of a sensor that is no longer there."""
        return gone_since(self.document, self.valid_from)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What a resident sees of the difference; nothing of the first version."""
        return () if self.document_before is None else changes(self.document_before, self.document)

    @property
    def patch(self) -> list[Operation]:
        """JSON Patch from the version before; of the first version, from nothing."""
        if self.document_before is None:
            return [{"op": "add", "path": "", "value": self.document}]
        return patch(self.document_before, self.document)


def versions(db: Database, municipality: str, name: str) -> tuple[Version, ...]:
    """Every version of an entry, the first one first, by reference or id. Raises NotFoundError."""
    rows = db.execute(SQL["versions"], {"municipality": municipality, "entry_id": _entry_id(db, municipality, name)})
    return tuple(_in_turn(rows.fetchall()))


def version_of(db: Database, municipality: str, name: str, number: str) -> Version:
    """One version of an entry, by its number. Raises NotFoundError."""
    found = [each for each in versions(db, municipality, name) if str(each.version) == number]
    if not found:
        raise NotFoundError
    return found[0]


def reference_of(db: Database, municipality: str, entry_id: str) -> str:
    """How an entry is called today. Raises NotFoundError."""
    asked = {"municipality": municipality, "reference": None, "entry_id": _uuid(entry_id)}
    row = db.execute(SQL["entry"], asked).fetchone()
    if row is None:
        raise NotFoundError
    return row["reference"]


def gone_since(document: Document, valid_from: datetime) -> date | None:
    """The last day of a sensor that has ended; never after the day on which the register said so."""
    if document["status"] != Status.ENDED:
        return None
    said_on = valid_from.astimezone(CLOCK).date()
    return min(date.fromisoformat(document.get("active_until", said_on.isoformat())), said_on)


@dataclass(frozen=True, slots=True)
class Changed:
    """A page of versions, the newest first. ``more``: there are older ones, of before the last one's revision."""

    versions: Sequence[Version]
    more: bool


def changed(
    db: Database, municipality: str, filters: Filters, name: str | None = None, older: int | None = None
) -> Changed:
    """The newest versions of what passes the filters, or of one entry. Raises NotFoundError without one."""
    asked = {
        "municipality": municipality,
        "entry_id": _entry_id(db, municipality, name) if name else None,
        "older": older,
        "limit": FEED_SIZE + 1,
        "wanted": _wanted(db, municipality, filters),
        "neighbourhood": filters.neighbourhood,
        "status": filters.status,
    }
    rows = db.execute(SQL["changed"], asked).fetchall()
    return Changed([_version(row, row["document_before"]) for row in rows[:FEED_SIZE]], len(rows) > FEED_SIZE)


def _wanted(db: Database, municipality: str, filters: Filters) -> dict[str, Any] | None:
    """The choices that are looked up among the sensors as they are now; none when there are no such choices."""
    now = replace(filters, neighbourhood=None, status=None)
    if not now.chosen:
        return None
    spot = now.point
    return now.wanted(municipality, None if spot is None else overlooking(db, municipality, *spot))


def _entry_id(db: Database, municipality: str, name: str) -> UUID:
    asked = {"municipality": municipality, "reference": name, "entry_id": _uuid(name)}
    row = db.execute(SQL["entry"], asked).fetchone() if _REFERENCE.fullmatch(name) else None
    if row is None:
        raise NotFoundError
    return row["entry_id"]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _in_turn(rows: Sequence[Mapping[str, Any]]) -> Iterator[Version]:
    before = None
    for row in rows:
        yield _version(row, before)
        before = row["document"]


def _version(row: Mapping[str, Any], before: Document | None) -> Version:
    taken = {name: row[name] for name in Version.__dataclass_fields__ if name in row}
    written = {name: _unless_personal(row[name]) for name in ("editor", "reason")}
    given: dict[str, Any] = taken | written | {"document_before": before}
    return Version(**given)


def _unless_personal(text: str) -> str | None:
    """Typed by hand and published for good, so looked at again."""
    return None if trips(text) else text
