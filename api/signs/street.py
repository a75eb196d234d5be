"""The signs of a whole street or neighbourhood, in parts that a printer can take."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.signs.content import Sign
from sensors.db import Database, queries
from sensors.register.entry import Entry

SQL = queries.load(Path(__file__).with_name("queries.sql"))
PER_PART = 100
"""Signs in one file: 25 sheets."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which signs: of a neighbourhood (CBS buurt code), of a street, or both."""

    neighbourhood: str | None
    street: str | None

    def __bool__(self) -> bool:
        return bool(self.neighbourhood or self.street)


@dataclass(frozen=True, slots=True)
class Part:
    """The signs of one part, and how many there are in all parts."""

    signs: tuple[Sign, ...]
    matched: int

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return -(-self.matched // PER_PART)


def part(db: Database, municipality: str, asked: Asked, which: int) -> Part:
    """A part, from 1. Sensors that are gone have no sign, nor those whose place is not shown exactly."""
    params: Mapping[str, Any] = {
        "municipality": municipality,
        "neighbourhood": asked.neighbourhood,
        "street": asked.street,
        "limit": PER_PART,
        "offset": (which - 1) * PER_PART,
    }
    rows = db.execute(SQL["signs"], params).fetchall()
    signs = tuple(Sign.of(Entry.model_validate(row["document"])) for row in rows)
    return Part(signs, rows[0]["matched"] if rows else 0)
