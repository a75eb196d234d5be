"""Where a sensor is: as exactly as may be shown, and in which neighbourhood.

Everything is GeoJSON geometry (RFC 7946) in WGS84 degrees, longitude before latitude.
"""

import json
import math
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from shapely import Point, STRtree
from shapely.geometry import shape

from sensors.vocabulary.codes import Precision

GeoJsonGeometry = dict[str, Any]
AreaLevel = Literal["neighbourhood", "district", "municipality"]

DATA_FOLDER = Path(__file__).parents[1] / "data"
AREAS_FOLDER_VARIABLE = "LANTAARN_AREAS"
"""Names the folder with the outlines of one's own municipality."""
_FILE_SUFFIXES: Mapping[AreaLevel, str] = {"municipality": "gemeente", "district": "wijken", "neighbourhood": "buurten"}
_CBS_NAMES: Mapping[AreaLevel, str] = {"municipality": "gemeente", "district": "wijk", "neighbourhood": "buurt"}

_DEGREE = Decimal("0.00001")
_CELL_STEPS: Mapping[Precision, tuple[int, int]] = {Precision.CELL_100M: (146, 90), Precision.CELL_1KM: (1460, 900)}
"""Longitude and latitude steps of the grid, in units of 0.00001 degree."""


def snap_to_cell(geometry: GeoJsonGeometry, precision: Precision) -> GeoJsonGeometry:
    """The geometry itself when exact, else the cell of a fixed grid that holds its representative point.

    Always the same cell for the same place, so that asking again tells nothing new; a cell gives itself. The grid
    starts at 0° and has one step for the whole country: 0.0009° of latitude, 100.1 m, and 0.00146° of longitude,
    100.3 m at 52.0° N, 103.0 m at 50.75° N and 96.8 m at 53.55° N. So the error is below 0.2 % from south to north,
    and at most 3.3 % from west to east. A cell of 1 km is ten by ten cells of 100 m.
    """
    if precision is Precision.EXACT:
        return geometry
    longitude, latitude = representative_point(geometry)
    (west, east), (south, north) = (
        _grid_lines_around(degrees, step)
        for degrees, step in zip((longitude, latitude), _CELL_STEPS[precision], strict=True)
    )
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _grid_lines_around(degrees: float, step: int) -> tuple[float, float]:
    """The two grid lines around a coordinate. Decimal: a point on a line must not fall on either side by rounding."""
    index = math.floor(Decimal(repr(degrees)) / (_DEGREE * step))
    return index * step / 100_000, (index + 1) * step / 100_000


def representative_point(geometry: GeoJsonGeometry) -> tuple[float, float]:
    """Longitude and latitude of a point inside the geometry: the point itself, or one inside the area."""
    if geometry["type"] == "Point":
        return float(geometry["coordinates"][0]), float(geometry["coordinates"][1])
    inside = shape(geometry).representative_point()
    return inside.x, inside.y


@dataclass(frozen=True, slots=True)
class AreaBoundary:
    """A neighbourhood (CBS buurt), district (wijk) or municipality."""

    code: str
    level: AreaLevel
    name: str
    district: str | None
    """The code of the district that a neighbourhood is part of."""
    municipality: str
    """Slug of the municipality, as in topics."""
    geometry: GeoJsonGeometry


class AreasError(Exception):
    """The outlines of a municipality can't be used; the text names the file and what is wrong with it."""


def known_areas() -> tuple[AreaBoundary, ...]:
    """Every area we know the outline of: of the example city, and of the municipality in the folder ``LANTAARN_AREAS``.

    Raises AreasError.
    """
    return _load_areas(os.environ.get(AREAS_FOLDER_VARIABLE, ""))


def municipality_name(slug: str) -> str:
    """The name of a municipality, from the slug that topics have; made of the slug itself when we do not know it."""
    known = (area.name for area in known_areas() if area.level == "municipality" and area.municipality == slug)
    return next(known, slug.replace("-", " ").replace("_", " ").title())


@cache
def _load_areas(folder: str) -> tuple[AreaBoundary, ...]:
    own = tuple(_areas_in_folder(Path(folder))) if folder else ()
    named = {area.municipality for area in own}
    return (*(area for area in _areas_in_folder(DATA_FOLDER) if area.municipality not in named), *own)


def _areas_in_folder(folder: Path) -> Iterator[AreaBoundary]:
    """What the files of each municipality in a folder hold."""
    files = sorted(folder.glob("*_gemeente.geojson"))
    if not files:
        raise AreasError(f"{AREAS_FOLDER_VARIABLE}: there is no file *_gemeente.geojson in {folder}")
    for file in files:
        yield from _areas_of_municipality(file)


def _areas_of_municipality(path: Path) -> Iterator[AreaBoundary]:
    """What the file of a municipality holds, and those of its districts and neighbourhoods beside it."""
    prefix = path.name.removesuffix("gemeente.geojson")
    municipality = ""
    for level, name in _FILE_SUFFIXES.items():
        file = path.with_name(f"{prefix}{name}.geojson")
        for feature in _features(file):
            try:
                municipality = municipality or municipality_slug(_cbs_property(feature, level, "naam"))
                yield _area(feature, level, municipality)
            except (KeyError, TypeError, IndexError):
                raise AreasError(
                    f"{file}: a feature has no {_CBS_NAMES[level]}code, {_CBS_NAMES[level]}naam or outline"
                ) from None


def municipality_slug(name: str) -> str:
    """A name as topics have it: ``'s-Hertogenbosch`` is ``s-hertogenbosch``."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["features"]
    except (OSError, ValueError, KeyError, TypeError):
        raise AreasError(f"{path} can't be read as GeoJSON") from None


def _area(feature: dict[str, Any], level: AreaLevel, municipality: str) -> AreaBoundary:
    properties, code = feature["properties"], _cbs_property(feature, level, "code")
    name = properties.get("naam_kort") or _cbs_property(feature, level, "naam")
    longitude, latitude = representative_point(feature["geometry"])
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise AreasError(f"the outline of {code} is not in WGS84 degrees (EPSG:4326)")
    # CBS: neighbourhood BU07941000 is in district WK079410.
    district = properties.get("wijkcode") or f"WK{code[2:8]}" if level == "neighbourhood" else None
    return AreaBoundary(code, level, name, district, municipality, feature["geometry"])


def _cbs_property(feature: dict[str, Any], level: AreaLevel, what: str) -> str:
    """A property by the names that CBS gives it: in its "gebiedsindelingen", or in its Wijk- en Buurtkaart."""
    said = feature["properties"]
    return said.get(f"stat{what}") or said[f"{_CBS_NAMES[level]}{what}"]


def neighbourhood_and_district(geometry: GeoJsonGeometry) -> tuple[str | None, str | None]:
    """CBS codes of the neighbourhood and the district around the representative point; ``None`` where we know none.

    Give it the geometry that is shown, so that the neighbourhood of a cell tells no more than the cell.
    """
    point = Point(representative_point(geometry))
    found = {level: _area_at(point, level) for level in ("neighbourhood", "district")}
    neighbourhood, district = found["neighbourhood"], found["district"]
    if neighbourhood is not None:
        return neighbourhood.code, neighbourhood.district
    return None, district.code if district else None


def _area_at(point: Point, level: str) -> AreaBoundary | None:
    tree, members = _area_index(os.environ.get(AREAS_FOLDER_VARIABLE, ""), level)
    hits: list[int] = tree.query(point, predicate="intersects").tolist()
    # A point on the border touches two areas: the lowest code, so that the answer is always the same.
    return min((members[index] for index in hits), key=lambda area: area.code, default=None)


@cache
def _area_index(folder: str, level: str) -> tuple[STRtree, tuple[AreaBoundary, ...]]:
    members = tuple(area for area in _load_areas(folder) if area.level == level)
    return STRtree([shape(area.geometry) for area in members]), members
