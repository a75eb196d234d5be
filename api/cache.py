"""What is made of the register as it is now, and made again only when the register has changed."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from sensors.db import Database, queries

SQL = queries.load(Path(__file__).parent / "search" / "queries.sql")
Made = TypeVar("Made")


class Remembered(Generic[Made]):
    """``make``: makes it of what there is in a municipality."""

    def __init__(self, make: Callable[[Database, str], Made]) -> None:
        self._make = make
        self._known: tuple[object, Made] | None = None

    def get(self, db: Database, municipality: str) -> Made:
        """What is made of the register of a municipality."""
        revision = (municipality, db.execute(SQL["revision"]).fetchone())
        if self._known is None or self._known[0] != revision:
            self._known = (revision, self._make(db, municipality))
        return self._known[1]
