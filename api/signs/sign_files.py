"""The signs of a whole street or neighbourhood, in parts that a printer can take."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.signs.sign import Sign
from sensors.db import Database, queries
from sensors.register.entry import Entry

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
SIGNS_PER_FILE = 100
"""Signs in one file: 25 sheets."""


@dataclass(frozen=True, slots=True)
class SignSelection:
    """Which signs: of a neighbourhood (CBS buurt code), of a street, or both."""

    neighbourhood: str | None
    street: str | None

    def __bool__(self) -> bool:
        return bool(self.neighbourhood or self.street)


@dataclass(frozen=True, slots=True)
class SignFile:
    """The signs of one part, and how many there are in all parts."""

    signs: tuple[Sign, ...]
    total_signs: int

    @property
    def file_count(self) -> int:
        """How many parts there are."""
        return -(-self.total_signs // SIGNS_PER_FILE)


def load_sign_file(db: Database, municipality: str, selection: SignSelection, number: int) -> SignFile:
    """A part, from 1. Sensors that are gone have no sign, nor those whose place is not shown exactly."""
    params: Mapping[str, Any] = {
        "municipality": municipality,
        "neighbourhood": selection.neighbourhood,
        "street": selection.street,
        "limit": SIGNS_PER_FILE,
        "offset": (number - 1) * SIGNS_PER_FILE,
    }
    rows = db.execute(QUERIES["signs"], params).fetchall()
    signs = tuple(Sign.of(Entry.model_validate(row["document"])) for row in rows)
    return SignFile(signs, rows[0]["total_signs"] if rows else 0)
