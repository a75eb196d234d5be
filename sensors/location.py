"""Where a sensor is: as exactly as may be shown, and in which neighbourhood.

Everything is GeoJSON geometry (RFC 7946) in WGS84 degrees, longitude before latitude.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from shapely import Point, STRtree
from shapely.geometry import shape

from sensors.codes import Precision

Geometry = dict[str, Any]

DATA = Path(__file__).parent / "data"

_DEGREE = Decimal("0.00001")
_STEPS: Mapping[Precision, tuple[int, int]] = {Precision.CELL_100M: (146, 90), Precision.CELL_1KM: (1460, 900)}
"""Longitude and latitude steps of the grid, in units of 0.00001 degree."""


def snap(geometry: Geometry, precision: Precision) -> Geometry:
    """The geometry itself when exact, else the cell of a fixed grid that holds its representative point.

    Always the same cell for the same place, so that asking again tells nothing new; a cell gives itself. The grid
    starts at 0° and has one step for the whole country: 0.0009° of latitude, 100.1 m, and 0.00146° of longitude,
    100.3 m at 52.0° N, 103.0 m at 50.75° N and 96.8 m at 53.55° N. So the error is below 0.2 % from south to north,
    and at most 3.3 % from west to east. A cell of 1 km is ten by ten cells of 100 m.
    """
    if precision is Precision.EXACT:
        return geometry
    longitude, latitude = public_point(geometry)
    (west, east), (south, north) = (
        _between(degrees, step) for degrees, step in zip((longitude, latitude), _STEPS[precision], strict=True)
    )
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _between(degrees: float, step: int) -> tuple[float, float]:
    """The two grid lines around a coordinate. Decimal: a point on a line must not fall on either side by rounding."""
    index = math.floor(Decimal(repr(degrees)) / (_DEGREE * step))
    return index * step / 100_000, (index + 1) * step / 100_000


def public_point(geometry: Geometry) -> tuple[float, float]:
    """Longitude and latitude of a point inside the geometry: the point itself, or one inside the area."""
    if geometry["type"] == "Point":
        return float(geometry["coordinates"][0]), float(geometry["coordinates"][1])
    inside = shape(geometry).representative_point()
    return inside.x, inside.y


@dataclass(frozen=True, slots=True)
class Area:
    """A neighbourhood (CBS buurt), district (wijk) or municipality."""

    code: str
    level: Literal["neighbourhood", "district", "municipality"]
    name: str
    district: str | None
    """The code of the district that a neighbourhood is part of."""
    municipality: str
    """Slug of the municipality, as in topics."""
    geometry: Geometry


@cache
def areas() -> tuple[Area, ...]:
    """Every area we know the outline of (CBS Wijk- en Buurtkaart; see ``data/SOURCES.tsv``)."""
    municipality = _features("gemeente")[0]["properties"]["statnaam"].lower()
    return (
        *(_area(each, "municipality", municipality) for each in _features("gemeente")),
        *(_area(each, "district", municipality) for each in _features("wijken")),
        *(_area(each, "neighbourhood", municipality) for each in _features("buurten")),
    )


def _features(name: str) -> list[dict[str, Any]]:
    return json.loads((DATA / f"helmond_{name}.geojson").read_text(encoding="utf-8"))["features"]


def _area(
    feature: dict[str, Any], level: Literal["neighbourhood", "district", "municipality"], municipality: str
) -> Area:
    said = feature["properties"]
    name = said.get("naam_kort", said["statnaam"])
    return Area(said["statcode"], level, name, said.get("wijkcode"), municipality, feature["geometry"])


def locate(geometry: Geometry) -> tuple[str | None, str | None]:
    """CBS codes of the neighbourhood and the district around the representative point; ``None`` where we know none.

    Give it the geometry that is shown, so that the neighbourhood of a cell tells no more than the cell.
    """
    point = Point(public_point(geometry))
    found = {level: _first_with(point, level) for level in ("neighbourhood", "district")}
    neighbourhood, district = found["neighbourhood"], found["district"]
    if neighbourhood is not None:
        return neighbourhood.code, neighbourhood.district
    return None, district.code if district else None


def _first_with(point: Point, level: str) -> Area | None:
    tree, members = _index(level)
    hits: list[int] = tree.query(point, predicate="intersects").tolist()
    # A point on the border touches two areas: the lowest code, so that the answer is always the same.
    return min((members[index] for index in hits), key=lambda area: area.code, default=None)


@cache
def _index(level: str) -> tuple[STRtree, tuple[Area, ...]]:
    members = tuple(area for area in areas() if area.level == level)
    return STRtree([shape(area.geometry) for area in members]), members
