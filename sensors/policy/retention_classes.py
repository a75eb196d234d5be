"""Terms by name: how long single values may be kept. Each class is a table that makes one promise about age.

Five are built in; the database may have more, made by ``lantaarn retention add``.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import LiteralString, cast

from sensors.vocabulary.durations import describe_duration
from sensors.vocabulary.localized_text import LocalizedText

NEVER_STORED = "none"
"""The term of what is never stored by itself."""
BUILT_IN_CLASSES: frozenset[str] = frozenset({"P1D", "P31D", "P1Y", "P5Y", "P10Y"})

_CLASS_NAME = re.compile(r"P(?:([1-9]\d{0,3})([YMWD])|T([1-9]\d{0,3})H)")
_TABLE_NAME = re.compile(r"observation_[0-9a-z]+")
_DAYS_PER_UNIT = {"Y": 365, "M": 30, "W": 7, "D": 1}


def is_valid_class_name(text: str) -> bool:
    """Whether a class could have this name: an ISO 8601 duration of one part, of an hour or more."""
    return _CLASS_NAME.fullmatch(text) is not None


def sorted_by_term(classes: Iterable[str]) -> list[str]:
    """These classes, the shortest term first."""
    return sorted(classes, key=lambda name: (_approximate_term(name), name))


def describe_classes(classes: Iterable[str]) -> LocalizedText:
    """The classes in words, for someone who has to choose one."""
    ordered = sorted_by_term(classes)
    return LocalizedText(
        f"{', '.join(describe_duration(name).nl for name in ordered)} of “{NEVER_STORED}”",
        f"{', '.join(ordered)} or {NEVER_STORED}",
    )


def substitute_table(statement: LiteralString, table: str, placeholder: LiteralString = "{table}") -> LiteralString:
    """The statement for the table of one class, as the database names it. Raises LookupError for any other name.

    The one place where a name from the database becomes part of a statement.
    """
    if not _TABLE_NAME.fullmatch(table):
        raise LookupError("a retention class has a table that can't be one")
    return statement.replace(placeholder, cast(LiteralString, table))


def _approximate_term(name: str) -> timedelta:
    """About how long it is, to put terms in order: months and years have no fixed length."""
    match = _CLASS_NAME.fullmatch(name)
    if match is None:
        raise ValueError("not the name of a retention class")
    amount, unit, hours = match.groups()
    return timedelta(hours=int(hours)) if hours else timedelta(days=int(amount) * _DAYS_PER_UNIT[unit])
