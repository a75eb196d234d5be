"""Finding sensors: the list, the map, what is near and what sees a spot all ask the same of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, log2
from pathlib import Path
from typing import Any

from shapely import Point
from shapely.geometry import shape

from api.cache import Remembered
from api.search.filters import PAGE_SIZE, SORTS, Filters, View, as_box
from api.sensor.queries import NotFoundError
from sensors.db import Database, queries

SQL = queries.load(Path(__file__).with_suffix(".sql"))

Row = Mapping[str, Any]
CHOOSABLE = ("observed_property", "purpose", "organisation", "theme", "project")
"""Filters of which the entries say what there is to choose."""

LAST_ZOOM = 18
"""From here on a group names its sensors: there is no nearer to go to tell them apart."""
_GROUPS_ACROSS = 64
"""Groups from side to side that one answer has at most, however wide the view."""
CELL = (0.0146, 0.009)
"""Longitude and latitude of a cell of about 1 by 1 km: the grid that coarse places are shown by too."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of sensors, how many pass the filters in all, and between which degrees those are. ``before`` and
    ``after``: the reference to go on from, ``None`` where there is no such page."""

    sensors: tuple[Row, ...]
    matched: int
    bounds: View | None
    before: str | None
    after: str | None


def sensors(db: Database, municipality: str, filters: Filters, size: int = PAGE_SIZE) -> Listing:
    """The page of sensors that was asked for. Raises NotFoundError when there is no such page."""
    wanted = _wanted(db, municipality, filters)
    total = db.execute(SQL["matched"], {"wanted": wanted}).fetchone() or {"matched": 0}
    ids, more = _page(db, wanted, filters, size)
    edge = filters.after or filters.before
    if edge and not ids:
        raise NotFoundError
    rows = db.execute(SQL["listed"], {"sensor_ids": ids}).fetchall() if ids else []
    return Listing(
        sensors=tuple(rows),
        matched=total["matched"],
        bounds=(total["west"], total["south"], total["east"], total["north"]) if total["matched"] else None,
        before=rows[0]["reference"] if rows and (filters.after or (filters.before and more)) else None,
        after=rows[-1]["reference"] if rows and (filters.before or more) else None,
    )


def _page(db: Database, wanted: dict[str, Any], filters: Filters, size: int) -> tuple[list[int], bool]:
    """The ids of the sensors on the page, in their order, and whether there are more on that side."""
    section, edge = ("before", filters.before) if filters.before else ("after", filters.after)
    asked = {"wanted": wanted, "edge": edge, "sort": filters.sort or SORTS[0], "limit": size + 1}
    found = [row["sensor_id"] for row in db.execute(SQL[section], asked).fetchall()]
    page = found[:size]
    return page[::-1] if filters.before else page, len(found) > size


def _wanted(db: Database, municipality: str, filters: Filters) -> dict[str, Any]:
    spot = filters.point
    return filters.wanted(municipality, None if spot is None else overlooking(db, municipality, *spot))


def overlooking(db: Database, municipality: str, longitude: float, latitude: float) -> list[int]:
    """The ids of the sensors whose observed area holds this spot, or that roam through an area that does."""
    spot = Point(longitude, latitude)
    asked = {"municipality": municipality, "view": as_box((longitude, latitude, longitude, latitude))}
    rows = db.execute(SQL["overlooking"], asked).fetchall()
    return [row["sensor_id"] for row in rows if shape(row["observed"]).covers(spot)]


def deviations(db: Database, sensor_ids: Sequence[int]) -> dict[int, list[str]]:
    """Where these sensors do otherwise than their entries say: codes of ``api.search.facets.DEVIATIONS``, by sensor."""
    found: dict[int, list[str]] = {}
    for row in db.execute(SQL["deviations"], {"sensor_ids": list(sensor_ids)}).fetchall():
        found.setdefault(row["sensor_id"], []).append(row["deviation"])
    return found


def groups(db: Database, municipality: str, filters: Filters, view: View, zoom: int) -> Sequence[Row]:
    """What of the filtered sensors may be within the view, taken together where marks would cover each other.

    ``zoom`` is that of a map in tiles of 256 pixels; a group is at most 64 of those wide. Few sensors that roam or
    stand somewhere in an area are never taken together. A wide view gets wider groups, so that an answer stays small.
    """
    west, _, east, _ = view
    most = floor(log2(360 * _GROUPS_ACROSS / (4 * max(east - west, 1e-9))))
    near = max(0, min(zoom, most))
    asked = {
        "wanted": _wanted(db, municipality, filters),
        "view": as_box(view),
        "step": 360 / 2**near / 4,
        "last": near >= LAST_ZOOM,
    }
    return db.execute(SQL["groups"], asked).fetchall()


def around(db: Database, municipality: str, column: int, row: int) -> Sequence[Row]:
    """The sensors that may be within one cell of the grid of 1 km, but for those that were taken away."""
    across, up = CELL
    view = (column * across, row * up, (column + 1) * across, (row + 1) * up)
    return db.execute(SQL["around"], {"municipality": municipality, "view": as_box(view)}).fetchall()


class Choices(Remembered[Mapping[str, Mapping[str, int]]]):
    """What there is to choose from, by filter (those of ``CHOOSABLE``): value → number of sensors."""

    def __init__(self) -> None:
        super().__init__(_choices)


def _choices(db: Database, municipality: str) -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {name: {} for name in CHOOSABLE}
    for row in db.execute(SQL["choices"], {"municipality": municipality}).fetchall():
        found[row["filter"]][row["value"]] = row["sensors"]
    return found
