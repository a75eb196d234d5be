"""Files of register entries: a JSON array, one JSON object, or JSON Lines (one object a line), in UTF-8."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

from pydantic import ValidationError

from sensors.policy.retention_classes import BUILT_IN
from sensors.register.entry import Entry
from sensors.register.validation.validator import examine
from sensors.register.validation.violations import Problem
from sensors.vocabulary.localized_text import Text

NOT_JSON = Problem(
    "",
    "not_json",
    Text(
        "Dit is geen JSON. Gebruik een lijst van sensoren, of één sensor per regel.",
        "This is not JSON. Use a list of sensors, or one sensor a line.",
    ),
)

_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class FileProblem:
    """A problem of one entry in a file."""

    position: int
    """The number of the line, or of the entry in the list; the first is 1."""
    reference: str | None
    """The reference of the entry, when it has a proper one."""
    problem: Problem

    @property
    def entry(self) -> str:
        """Which entry, for people."""
        return f"{self.position} ({self.reference})" if self.reference else str(self.position)

    @property
    def path(self) -> str:
        """Where in the entry."""
        return self.problem.path

    @property
    def rule(self) -> str:
        """Which rule."""
        return self.problem.rule

    @property
    def message(self) -> Text:
        """What to do about it."""
        return self.problem.message

    def __str__(self) -> str:
        return f"{self.entry}: {self.path}: {self.message.nl} / {self.message.en}"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a file: where it is, and the entry or what is wrong with it."""

    position: int
    reference: str | None
    outcome: Entry | tuple[Problem, ...]

    def with_problems(self, problems: tuple[Problem, ...]) -> Iterator[FileProblem]:
        """The problems, told of this entry."""
        return (FileProblem(self.position, self.reference, problem) for problem in problems)


def read_items(path: Path, classes: Collection[str] = BUILT_IN) -> Iterator[Item]:
    """Every entry of a file, each checked by itself. Raises ``OSError`` when the file can't be read; never else.

    ``classes``: the names of the retention classes that there are.
    """
    text = path.read_bytes().decode("utf-8-sig", errors="replace")
    whole = _parse(text)
    if whole is not NOT_JSON:
        documents = cast("list[object]", whole) if isinstance(whole, list) else [whole]
        yield from (_item(number, document, classes) for number, document in enumerate(documents, 1))
    elif text.lstrip().startswith("["):
        yield Item(1, None, (NOT_JSON,))
    else:
        # Only line feeds end a line of JSON Lines: U+2028 and others may stand inside a text.
        lines = enumerate(text.split("\n"), 1)
        yield from (_item(number, _parse(line), classes) for number, line in lines if line.strip())


def to_line(document: dict[str, Any]) -> str:
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


def _item(position: int, document: object, classes: Collection[str]) -> Item:
    if isinstance(document, Problem):
        return Item(position, None, (document,))
    return Item(position, _reference(document), examine(document, classes))


def _reference(document: object) -> str | None:
    said = cast("dict[str, object]", document).get("reference") if isinstance(document, dict) else None
    return said if isinstance(said, str) and _REFERENCE.fullmatch(said) else None


def _parse(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return NOT_JSON


def _refuse(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")
