"""Terms by name: how long single values may be kept. Each class is a table that makes one promise about age.

Five are built in; the database may have more, made by ``lantaarn retention add``.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import LiteralString, cast

from sensors.vocabulary.durations import in_words
from sensors.vocabulary.localized_text import Text

NONE = "none"
"""The term of what is never stored by itself."""
BUILT_IN: frozenset[str] = frozenset({"P1D", "P31D", "P1Y", "P5Y", "P10Y"})

_CLASS = re.compile(r"P(?:([1-9]\d{0,3})([YMWD])|T([1-9]\d{0,3})H)")
_TABLE = re.compile(r"observation_[0-9a-z]+")
_DAYS = {"Y": 365, "M": 30, "W": 7, "D": 1}


def is_class_name(text: str) -> bool:
    """Whether a class could have this name: an ISO 8601 duration of one part, of an hour or more."""
    return _CLASS.fullmatch(text) is not None


def in_order(classes: Iterable[str]) -> list[str]:
    """These classes, the shortest term first."""
    return sorted(classes, key=lambda name: (_length(name), name))


def told(classes: Iterable[str]) -> Text:
    """The classes in words, for someone who has to choose one."""
    ordered = in_order(classes)
    return Text(f"{', '.join(in_words(name).nl for name in ordered)} of “{NONE}”", f"{', '.join(ordered)} or {NONE}")


def for_table(statement: LiteralString, table: str, placeholder: LiteralString = "{table}") -> LiteralString:
    """The statement for the table of one class, as the database names it. Raises LookupError for any other name.

    The one place where a name from the database becomes part of a statement.
    """
    if not _TABLE.fullmatch(table):
        raise LookupError("a retention class has a table that can't be one")
    return statement.replace(placeholder, cast(LiteralString, table))


def _length(name: str) -> timedelta:
    """About how long it is, to put terms in order: months and years have no fixed length."""
    match = _CLASS.fullmatch(name)
    if match is None:
        raise ValueError("not the name of a retention class")
    amount, unit, hours = match.groups()
    return timedelta(hours=int(hours)) if hours else timedelta(days=int(amount) * _DAYS[unit])
