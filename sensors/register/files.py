"""Files of register entries: a JSON array, one JSON object, or JSON Lines (one object a line), in UTF-8."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn, cast

from pydantic import ValidationError

from sensors.policy.retention_classes import BUILT_IN_CLASSES
from sensors.register.entry import Entry
from sensors.register.validation.validator import validate
from sensors.register.validation.violations import Violation
from sensors.vocabulary.localized_text import LocalizedText

NOT_JSON = Violation(
    "",
    "not_json",
    LocalizedText(
        "Dit is geen JSON. Gebruik een lijst van sensoren, of één sensor per regel.",
        "This is not JSON. Use a list of sensors, or one sensor per line.",
    ),
)

NO_ENTRIES = Violation(
    "",
    "no_entries",
    LocalizedText("In dit bestand staat geen enkele sensor.", "There is no sensor in this file."),
)

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class FileViolation:
    """A violation by one entry in a file."""

    position: int
    """The line number, or the position in the list, from 1."""
    reference: str | None
    """The reference of the entry, if it has a valid one."""
    violation: Violation

    @property
    def entry_label(self) -> str:
        """Identifies the entry to the user."""
        return f"{self.position} ({self.reference})" if self.reference else str(self.position)

    @property
    def path(self) -> str:
        """The path within the entry."""
        return self.violation.path

    @property
    def rule_id(self) -> str:
        """The violated rule."""
        return self.violation.rule_id

    @property
    def message(self) -> LocalizedText:
        """How to fix it."""
        return self.violation.message

    def __str__(self) -> str:
        return f"{self.entry_label}: {self.path}: {self.message.nl} / {self.message.en}"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One entry of a file: its position, and either the entry or its violations."""

    position: int
    reference: str | None
    result: Entry | tuple[Violation, ...]

    def file_violations(self, violations: tuple[Violation, ...]) -> Iterator[FileViolation]:
        """Attach this entry's position and reference to violations."""
        return (FileViolation(self.position, self.reference, violation) for violation in violations)


def read_entries(path: Path, classes: Collection[str] = BUILT_IN_CLASSES) -> Iterator[FileEntry]:
    """Read and validate every entry of a file independently. Raises only ``OSError``, if the file is unreadable.

    ``classes``: the names of the existing retention classes.
    """
    entries = _file_entries(path.read_bytes().decode("utf-8-sig", errors="replace"), classes)
    yield from chain((next(entries, FileEntry(1, None, (NO_ENTRIES,))),), entries)


def _file_entries(text: str, classes: Collection[str]) -> Iterator[FileEntry]:
    whole = _parse_json(text)
    if whole is not NOT_JSON:
        documents = cast("list[object]", whole) if isinstance(whole, list) else [whole]
        yield from (_file_entry(number, document, classes) for number, document in enumerate(documents, 1))
    elif text.lstrip().startswith("["):
        yield FileEntry(1, None, (NOT_JSON,))
    else:
        # Split on line feeds only: U+2028 and others may occur inside a JSON string.
        lines = enumerate(text.split("\n"), 1)
        yield from (_file_entry(number, _parse_json(line), classes) for number, line in lines if line.strip())


def to_json_line(document: dict[str, Any]) -> str:
    """An entry as one line of JSON with its fields in schema order, so that equal entries give equal text.

    An entry published under an older schema has its fields in alphabetical order instead.
    """
    try:
        ordered = document_of(Entry.model_validate(document))
    except ValidationError:
        ordered = dict(sorted(document.items()))
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))


def document_of(entry: Entry) -> dict[str, Any]:
    """The published document of an entry: JSON as Python values, without empty fields."""
    return entry.model_dump(mode="json", exclude_none=True)


def _file_entry(position: int, document: object, classes: Collection[str]) -> FileEntry:
    if isinstance(document, Violation):
        return FileEntry(position, None, (document,))
    return FileEntry(position, _reference(document), validate(document, classes))


def _reference(document: object) -> str | None:
    said = cast("dict[str, object]", document).get("reference") if isinstance(document, dict) else None
    return said if isinstance(said, str) and _REFERENCE.fullmatch(said) else None


def _parse_json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return NOT_JSON


def _refuse_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
