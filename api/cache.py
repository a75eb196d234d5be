"""Values derived from the register, cached until its revision changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from sensors.db import Database, queries

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
T = TypeVar("T")


class RevisionCache(Generic[T]):
    """Cache of one value per municipality; ``load`` reads it from the database."""

    def __init__(self, load: Callable[[Database, str], T]) -> None:
        self._load = load
        self._cached: tuple[object, T] | None = None

    def get(self, db: Database, municipality: str) -> T:
        """Return the value for a municipality, reloading it if the register has changed."""
        revision = (municipality, db.execute(QUERIES["revision"]).fetchone())
        if self._cached is None or self._cached[0] != revision:
            self._cached = (revision, self._load(db, municipality))
        return self._cached[1]
