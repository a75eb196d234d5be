"""Which sensors hang at homes, and how many homes are in a cell of 100 m, by the municipality's own count.

A cell with few homes points to one of them. The count is a file ``*_woningen.csv`` beside the outlines in the folder
``LANTAARN_AREAS``, with the columns
``longitude`` and ``latitude`` (WGS84 degrees) and ``homes``: a row for each address, or for each small square of a
statistics office, by its middle.
"""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from sensors.policy.constraints import RESIDENT_NAME
from sensors.register.location import AREAS_FOLDER_VARIABLE, AreasError, GeoJsonGeometry, snap_to_cell
from sensors.vocabulary.codes import Precision

MIN_HOMES = 10
"""A cell of 100 m may be published if it holds so many homes, twice what Statistics Netherlands (CBS) asks of a square
before it publishes anything about it."""
HOMES_NOT_COUNTED = (
    f"Not checked: whether a cell_100m holds {MIN_HOMES} homes or more, because LANTAARN_AREAS has no count of homes "
    "(docs/operations/municipality.md)."
)
_SUFFIX = "_woningen.csv"


def is_at_a_home(organisations: Iterable[str], precision: str) -> bool:
    """Whether a sensor is a resident's or hangs at a home, by the names in its entry and how precise its place is."""
    return RESIDENT_NAME in organisations or precision != Precision.EXACT


def homes_in_cell(geometry: GeoJsonGeometry) -> int | None:
    """The number of homes in the cell of 100 m around this place; None if they are not counted. Raises AreasError."""
    counted = _homes_by_cell(os.environ.get(AREAS_FOLDER_VARIABLE, ""))
    return None if counted is None else counted.get(_corner(geometry), 0)


def are_homes_counted() -> bool:
    """Whether the municipality has given a count. Raises AreasError."""
    return _homes_by_cell(os.environ.get(AREAS_FOLDER_VARIABLE, "")) is not None


@cache
def _homes_by_cell(folder: str) -> Mapping[tuple[float, float], int] | None:
    files = sorted(Path(folder).glob(f"*{_SUFFIX}")) if folder else []
    if not files:
        return None
    homes: Counter[tuple[float, float]] = Counter()
    for file in files:
        for cell, count in _read(file):
            homes[cell] += count
    return homes


def _read(file: Path) -> Iterator[tuple[tuple[float, float], int]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            try:
                place = [float(row["longitude"]), float(row["latitude"])]
                yield _corner({"type": "Point", "coordinates": place}), int(row["homes"])
            except (KeyError, TypeError, ValueError, ArithmeticError):
                raise AreasError(f"{file}, line {number}: expected longitude, latitude and homes as numbers") from None


def _corner(geometry: GeoJsonGeometry) -> tuple[float, float]:
    """The south-western corner of the cell."""
    west, south = snap_to_cell(geometry, Precision.CELL_100M)["coordinates"][0][0]
    return west, south
