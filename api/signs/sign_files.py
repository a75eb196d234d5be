"""The signs of a street or neighbourhood, split into printable files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.signs.sign import Sign
from sensors.db import Database, queries
from sensors.register.entry import Entry

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
SIGNS_PER_FILE = 100
"""Signs per file: 25 sheets."""


@dataclass(frozen=True, slots=True)
class SignSelection:
    """A selection of signs: by neighbourhood (CBS buurt code), street, or both."""

    neighbourhood: str | None
    street: str | None

    def __bool__(self) -> bool:
        return bool(self.neighbourhood or self.street)


@dataclass(frozen=True, slots=True)
class SignFile:
    """The signs of one file, and the total over all files."""

    signs: tuple[Sign, ...]
    total_signs: int

    @property
    def file_count(self) -> int:
        """The number of files."""
        return -(-self.total_signs // SIGNS_PER_FILE)


def load_sign_file(db: Database, municipality: str, selection: SignSelection, number: int) -> SignFile:
    """Load a file, numbered from 1. Removed sensors and sensors without an exact location have no sign."""
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
