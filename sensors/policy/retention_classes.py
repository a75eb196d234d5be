"""Retention classes: named terms for keeping single values. Each class is a table with one maximum age.

Six are built in; ``lantaarn retention add`` adds more to a database.
"""

import re
from collections.abc import Iterable
from typing import LiteralString, cast

from sensors.vocabulary.durations import approximate_length, describe_duration
from sensors.vocabulary.localized_text import LocalizedText

NEVER_STORED = "none"
"""The retention of values that are never stored individually, and of rows that may not exist."""
PERMANENT = "permanent"
"""The retention of what never goes: it must stay whole."""
BUILT_IN_CLASSES: frozenset[str] = frozenset({"P1D", "P7D", "P31D", "P1Y", "P5Y", "P10Y"})

_CLASS_NAME = re.compile(r"P(?:[1-9]\d{0,3}[YMWD]|T[1-9]\d{0,3}H)")
_TABLE_NAME = re.compile(r"observation_[0-9a-z]+")


def is_valid_class_name(text: str) -> bool:
    """Whether this is a valid class name: an ISO 8601 duration of one part, of at least an hour."""
    return _CLASS_NAME.fullmatch(text) is not None


def sorted_by_term(classes: Iterable[str]) -> list[str]:
    """Sort classes, shortest term first."""
    return sorted(classes, key=lambda name: (approximate_length(name), name))


def describe_classes(classes: Iterable[str]) -> LocalizedText:
    """The classes in words, for an editor who must choose one."""
    ordered = sorted_by_term(classes)
    return LocalizedText(
        f"{', '.join(describe_duration(name).nl for name in ordered)} of “{NEVER_STORED}”",
        f"{', '.join(ordered)} or {NEVER_STORED}",
    )


def substitute_table(statement: LiteralString, table: str, placeholder: LiteralString = "{table}") -> LiteralString:
    """Insert the quoted table name of one class into a statement. Raises LookupError for any other name.

    The only place where a name from the database becomes part of a statement.
    """
    if not _TABLE_NAME.fullmatch(table):
        raise LookupError("a retention class has an invalid table name")
    return statement.replace(placeholder, cast(LiteralString, table))
