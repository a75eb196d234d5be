"""Files of register entries: a JSON array, one JSON object, or JSON Lines (one object a line), in UTF-8."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
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
        "This is not JSON. Use a list of sensors, or one sensor a line.",
    ),
)

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class FileViolation:
    """A problem of one entry in a file."""

    position: int
    """The number of the line, or of the entry in the list; the first is 1."""
    reference: str | None
    """The reference of the entry, when it has a proper one."""
    violation: Violation

    @property
    def entry_label(self) -> str:
        """Which entry, for people."""
        return f"{self.position} ({self.reference})" if self.reference else str(self.position)

    @property
    def path(self) -> str:
        """Where in the entry."""
        return self.violation.path

    @property
    def rule_id(self) -> str:
        """Which rule."""
        return self.violation.rule_id

    @property
    def message(self) -> LocalizedText:
        """What to do about it."""
        return self.violation.message

    def __str__(self) -> str:
        return f"{self.entry_label}: {self.path}: {self.message.nl} / {self.message.en}"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One entry of a file: where it is, and the entry or what is wrong with it."""

    position: int
    reference: str | None
    result: Entry | tuple[Violation, ...]

    def file_violations(self, violations: tuple[Violation, ...]) -> Iterator[FileViolation]:
        """Violations, as those of this entry in its file."""
        return (FileViolation(self.position, self.reference, violation) for violation in violations)


def read_entries(path: Path, classes: Collection[str] = BUILT_IN_CLASSES) -> Iterator[FileEntry]:
    """Every entry of a file, each checked by itself. Raises ``OSError`` when the file can't be read; never else.

    ``classes``: the names of the retention classes that there are.
    """
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    whole = _parse_json(text)
    if whole is not NOT_JSON:
        documents = cast("list[object]", whole) if isinstance(whole, list) else [whole]
        yield from (_file_entry(number, document, classes) for number, document in enumerate(documents, 1))
    elif text.lstrip().startswith("["):
        yield FileEntry(1, None, (NOT_JSON,))
    else:
        # Only line feeds end a line of JSON Lines: U+2028 and others may stand inside a text.
        lines = enumerate(text.split("\n"), 1)
        yield from (_file_entry(number, _parse_json(line), classes) for number, line in lines if line.strip())


def to_json_line(document: dict[str, Any]) -> str:
    """An entry as one line of JSON, its fields in the order of the schema, so that equal entries are equal texts.

    An entry that was published under an older schema has them in the order of the alphabet.
    """
    try:
        ordered = document_of(Entry.model_validate(document))
    except ValidationError:
        ordered = dict(sorted(document.items()))
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":"))


def document_of(entry: Entry) -> dict[str, Any]:
    """The document of an entry, as it is published: JSON as Python values, nothing that is empty."""
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
