"""The list of erasures, kept outside the database so that they can be repeated after restoring an older backup.

A file of JSON lines. Each line holds the SHA-256 of the one before, which exposes changed, moved or removed lines. A
line identifies a register entry and a period, or a field of its versions, or a report, never what was in it.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

FIRST_TOMBSTONE_HASH = "0" * 64


class TombstoneError(Exception):
    """The list can't be trusted; the text says where it breaks."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What was erased from one register entry: the period from ``since`` (None: the beginning) to before ``until``.

    ``register``: also its location, contact and owner. ``resend``: its devices may deliver the period again, corrected.
    """

    id: UUID
    entry_id: UUID
    since: datetime | None
    until: datetime
    register: bool
    resend: bool
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RemovedField:
    """A field that was removed from the versions of a register entry with these numbers."""

    id: UUID
    entry_id: UUID
    first_version: int
    last_version: int
    field: str
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ErasedReport:
    """A resident's report that was erased. ``with_answer``: the text of its answer too.

    ``form_id`` says which it is: a restored database may give its number to another one.
    """

    id: UUID
    form_id: UUID
    number: int
    with_answer: bool
    recorded_at: datetime


ListedErasure = Tombstone | RemovedField | ErasedReport
"""What is in the list."""


def read_tombstones(path: Path) -> tuple[ListedErasure, ...]:
    """Read every tombstone, in order. Raises ``TombstoneError`` if the chain is broken, or ``OSError``."""
    with path.open("rb") as file:
        return tuple(tombstone for tombstone, _ in _chain(path, _lines(file)))


def append_tombstones(path: Path, tombstones: Iterable[ListedErasure]) -> None:
    """Append tombstones not yet in the list; on return they are on disk. Raises as ``read_tombstones`` does.

    One writer at a time. A line cut short by a crash is removed: its erasure had not begun.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with path.open("r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = _lines(file)
        known = {tombstone.id: line_hash for tombstone, line_hash in _chain(path, lines)}
        last = next(reversed(known.values()), FIRST_TOMBSTONE_HASH)
        file.seek(sum(map(len, lines)))
        file.truncate()
        for tombstone in tombstones:
            if tombstone.id not in known:
                line, last = _line(tombstone, last)
                file.write(line)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Sync the folder: a new file survives a power failure only if its folder was written too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lines(file: BinaryIO) -> list[bytes]:
    return [line for line in file.readlines() if line.endswith(b"\n")]


def _chain(path: Path, lines: Iterable[bytes]) -> Iterator[tuple[ListedErasure, str]]:
    """Yield each tombstone with the hash of its line."""
    previous = FIRST_TOMBSTONE_HASH
    for number, line in enumerate(lines, 1):
        try:
            document = json.loads(line)
            tombstone = _from_document(document)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise TombstoneError(f"{path}: line {number} is not a tombstone") from None
        expected, line_hash = _line(tombstone, previous)
        if line != expected:
            raise TombstoneError(f"{path}: line {number} does not follow from the lines before it: it was altered")
        previous = line_hash
        yield tombstone, line_hash


def _line(tombstone: ListedErasure, previous: str) -> tuple[bytes, str]:
    """Return a tombstone's line, and the hash that the next line refers to."""
    document = _to_document(tombstone) | {"previous_hash": previous}
    line_hash = hashlib.sha256(_json(document)).hexdigest()
    return _json(document | {"hash": line_hash}) + b"\n", line_hash


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, ensure_ascii=False).encode()


def _to_document(tombstone: ListedErasure) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(tombstone).items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _from_document(document: dict[str, Any]) -> ListedErasure:
    if "form_id" in document:
        return _erased_report(document)
    return _removed_field(document) if "field" in document else _tombstone(document)


def _erased_report(document: dict[str, Any]) -> ErasedReport:
    return ErasedReport(
        id=UUID(document["id"]),
        form_id=UUID(document["form_id"]),
        number=document["number"],
        with_answer=document["with_answer"],
        recorded_at=datetime.fromisoformat(document["recorded_at"]),
    )


def _removed_field(document: dict[str, Any]) -> RemovedField:
    return RemovedField(
        id=UUID(document["id"]),
        entry_id=UUID(document["entry_id"]),
        first_version=document["first_version"],
        last_version=document["last_version"],
        field=document["field"],
        reason=document["reason"],
        recorded_at=datetime.fromisoformat(document["recorded_at"]),
    )


def _tombstone(document: dict[str, Any]) -> Tombstone:
    return Tombstone(
        id=UUID(document["id"]),
        entry_id=UUID(document["entry_id"]),
        since=None if document["since"] is None else datetime.fromisoformat(document["since"]),
        until=datetime.fromisoformat(document["until"]),
        register=document["register"],
        resend=document["resend"],
        reason=document["reason"],
        recorded_at=datetime.fromisoformat(document["recorded_at"]),
    )
