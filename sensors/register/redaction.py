"""Remove one field from a version of an entry, on request. What stands in it may tell who someone is or lives where.

An optional field goes; a required text is replaced. What the program goes by is never removed: which sensor it is,
where, and what may be stored. Nothing is ever taken out of a list, so that a field keeps its path and removing it again
does nothing.
"""

import re
from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any, cast

from pydantic import ValidationError

from sensors.policy.compiler import Policy, compile_policy
from sensors.register.entry import Entry
from sensors.register.validation.validator import find_violations
from sensors.vocabulary.codes import Status
from sensors.vocabulary.localized_text import LocalizedText

REMOVED_TEXT = LocalizedText("Weggehaald op verzoek", "Removed on request")
"""What stands in place of a text. The database permits no other."""
ERASED_NAME = LocalizedText("Sensor van een inwoner", "A resident's sensor")
"""The name of every erased sensor. The database permits no other."""
VERSION_FIELDS = ("editor", "reason")
"""What a version has beside its entry: who published it, and why."""
_FIELD = re.compile(r"[a-z0-9_]+(\[\d{1,4}\])?(\.[a-z0-9_]+(\[\d{1,4}\])?)*")
_KEPT = re.compile(
    r"schema_version|id|uri|reference|municipality|kind|delivers_data|status|payload.*"
    r"|location|location\.(kind|geometry|precision|neighbourhood|district).*"
    r"|datastreams(\[\d+\](\.(?!description|access_parties\[).*)?)?"
)
_Step = str | int


class FieldError(Exception):
    """The field can't be removed; the text names it and says why."""


def is_erased(document: Mapping[str, Any]) -> bool:
    """Whether this is what is left of an entry that was erased, with all that the sensor measured."""
    said = document["status"], document["name"]["nl"], document["summary"]["nl"]
    return said == (Status.ENDED, ERASED_NAME.nl, REMOVED_TEXT.nl)


def field_path(field: str) -> tuple[_Step, ...]:
    """``organisations[1].name`` → ``("organisations", 1, "name")``. Raises ``FieldError``."""
    if not _FIELD.fullmatch(field):
        raise FieldError("a field is written as in the report of register check, such as organisations[1].name")
    return tuple(int(part) if part.isdecimal() else part for part in re.split(r"\]?[.\[]|\]", field) if part)


def value_at(document: Mapping[str, Any], field: str) -> Any:
    """The value of a field; None if the document doesn't have it. Raises ``FieldError`` for a malformed path."""
    part: Any = document
    for step in field_path(field):
        try:
            part = part[step]
        except (KeyError, IndexError, TypeError):
            return None
    return part


def is_removed(value: object) -> bool:
    """Whether there is nothing, or what stands in place of a text."""
    return value in (None, REMOVED_TEXT.nl, _words())


def without_field(document: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The document without a field that it has, or with what stands in its place if it needs to be there."""
    value = value_at(document, field)
    replaced = _with_value(document, field, _words() if isinstance(value, dict) else REMOVED_TEXT.nl)
    if isinstance(field_path(field)[-1], int):
        return replaced
    removed = _with_value(document, field, None)
    return replaced if _is_text(value) and _schema_errors(removed) - _schema_errors(document) else removed


def check_field(document: Mapping[str, Any], field: str, classes: Collection[str]) -> None:
    """Raise ``FieldError`` if the entry can't do without this field, which it has."""
    value = value_at(document, field)
    if _KEPT.fullmatch(field):
        raise FieldError(f"{field} can't be removed: the register or what is stored depends on it")
    is_listed_part = isinstance(field_path(field)[-1], int) and not isinstance(value, str)
    if isinstance(value, list) or is_listed_part:
        raise FieldError(f"{field} can't be removed as a whole: name the fields in it")
    left = without_field(document, field)
    broken = _violations(left) - _violations(document)
    if broken or _policy(left, classes) != _policy(document, classes):
        rules = ", ".join(sorted(f"{path} ({rule})" for path, rule in broken))
        raise FieldError(f"{field} can't be removed: the entry is not valid without it{rules and ': '}{rules}")


def _words() -> dict[str, str]:
    return {"nl": REMOVED_TEXT.nl, "en": REMOVED_TEXT.en}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and "nl" in cast("dict[str, Any]", value))


def _with_value(document: Mapping[str, Any], field: str, value: object) -> dict[str, Any]:
    copy = deepcopy(dict(document))
    *parents, last = field_path(field)
    part: Any = copy
    for step in parents:
        part = part[step]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return copy


def _schema_errors(document: Mapping[str, Any]) -> set[tuple[_Step, ...]]:
    try:
        Entry.model_validate(document)
    except ValidationError as error:
        return {(*each["loc"], each["type"]) for each in error.errors(include_input=False)}
    return set()


def _violations(document: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(each.path, each.rule_id) for each in find_violations(document)}


def _policy(document: Mapping[str, Any], classes: Collection[str]) -> Policy | None:
    """What may be stored; None of an entry from an older schema."""
    try:
        return compile_policy(Entry.model_validate(document), classes)
    except ValidationError:
        return None
