"""Queries shared by the list, the map, nearby search and observed spots."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log2
from pathlib import Path
from typing import Any

from shapely import Point
from shapely.geometry import shape

from api.database import Row
from api.exceptions import NotFoundError
from api.search.filters import PAGE_SIZE, SORT_ORDERS, BoundingBox, Filters, to_postgres_box
from sensors.db import Database, queries

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))


MAX_CLUSTER_ZOOM = 18
"""The zoom level from which clusters list their sensors, because zooming in no longer separates them."""
_MAX_CLUSTERS_ACROSS = 64
"""The maximum number of clusters across the view."""
CELL_SIZE_DEGREES = (0.0146, 0.009)
"""Width and height in degrees of a cell of about 1 by 1 km, the grid also used for coarse locations."""


@dataclass(frozen=True, slots=True)
class SensorPage:
    """A page of sensors, how many pass the filters in all, and between which degrees those are. ``before`` and
    ``after``: the reference to go on from, ``None`` where there is no such page."""

    sensors: tuple[Row, ...]
    matched: int
    bounds: BoundingBox | None
    before: str | None
    after: str | None


def find_sensors(db: Database, municipality: str, filters: Filters, size: int = PAGE_SIZE) -> SensorPage:
    """Load the requested page of sensors. Raises NotFoundError if there is no such page."""
    database_filters = _database_filters(db, municipality, filters)
    total = db.execute(QUERIES["match_count"], {"filters": database_filters}).fetchone() or {"matched": 0}
    ids, more = _page(db, database_filters, filters, size)
    edge = filters.after or filters.before
    if edge and not ids:
        raise NotFoundError
    rows = db.execute(QUERIES["page_sensors"], {"sensor_ids": ids}).fetchall() if ids else []
    return SensorPage(
        sensors=tuple(rows),
        matched=total["matched"],
        bounds=(total["west"], total["south"], total["east"], total["north"]) if total["matched"] else None,
        before=rows[0]["reference"] if rows and (filters.after or (filters.before and more)) else None,
        after=rows[-1]["reference"] if rows and (filters.before or more) else None,
    )


def _page(db: Database, database_filters: dict[str, Any], filters: Filters, size: int) -> tuple[list[int], bool]:
    """The ids of the sensors on the page, in order, and whether there are more in that direction."""
    section, edge = ("page_before", filters.before) if filters.before else ("page_after", filters.after)
    sort = filters.sort or SORT_ORDERS[0]
    parameters = {"filters": database_filters, "edge": edge, "sort": sort, "limit": size + 1}
    found = [row["sensor_id"] for row in db.execute(QUERIES[section], parameters).fetchall()]
    page = found[:size]
    return page[::-1] if filters.before else page, len(found) > size


def _database_filters(db: Database, municipality: str, filters: Filters) -> dict[str, Any]:
    spot = filters.spot_coordinates
    return filters.to_database(municipality, None if spot is None else find_observing_sensors(db, municipality, *spot))


def find_observing_sensors(db: Database, municipality: str, longitude: float, latitude: float) -> list[int]:
    """The ids of the sensors whose observed area, or roaming area, contains this spot."""
    spot = Point(longitude, latitude)
    parameters = {"municipality": municipality, "view": to_postgres_box((longitude, latitude, longitude, latitude))}
    rows = db.execute(QUERIES["observing_sensors"], parameters).fetchall()
    return [row["sensor_id"] for row in rows if shape(row["observed"]).covers(spot)]


def load_deviations(db: Database, sensor_ids: Sequence[int]) -> dict[int, list[str]]:
    """How these sensors deviate from their entries, by sensor: codes of ``filters.DEVIATIONS``."""
    found: dict[int, list[str]] = {}
    for row in db.execute(QUERIES["deviations"], {"sensor_ids": list(sensor_ids)}).fetchall():
        found.setdefault(row["sensor_id"], []).append(row["deviation"])
    return found


def find_clusters(
    db: Database, municipality: str, filters: Filters, bounding_box: BoundingBox, zoom: int
) -> Sequence[Row]:
    """What of the filtered sensors may be within the view, taken together where marks would cover each other.

    ``zoom`` is that of a map in tiles of 256 pixels; a group is at most 64 of those wide. Few sensors that roam or
    stand somewhere in an area are never taken together. A wide view gets wider groups, so that an answer stays small.
    """
    west, _, east, _ = bounding_box
    max_zoom = floor(log2(360 * _MAX_CLUSTERS_ACROSS / (4 * max(east - west, 1e-9))))
    cluster_zoom = max(0, min(zoom, max_zoom))
    parameters = {
        "filters": _database_filters(db, municipality, filters),
        "view": to_postgres_box(bounding_box),
        "step": 360 / 2**cluster_zoom / 4,
        "last": cluster_zoom >= MAX_CLUSTER_ZOOM,
    }
    return db.execute(QUERIES["clusters"], parameters).fetchall()


def find_sensors_in_cell(db: Database, municipality: str, column: int, row: int) -> Sequence[Row]:
    """The sensors that may be in one cell of the 1 km grid, without removed ones."""
    across, up = CELL_SIZE_DEGREES
    view = (column * across, row * up, (column + 1) * across, (row + 1) * up)
    return db.execute(
        QUERIES["sensors_in_cell"], {"municipality": municipality, "view": to_postgres_box(view)}
    ).fetchall()
