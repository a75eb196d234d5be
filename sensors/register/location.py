"""Sensor locations: coarsening for publication, and the neighbourhood.

All geometry is GeoJSON (RFC 7946) in WGS84 degrees, longitude before latitude.
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
"""The variable with the folder of the municipality's own outlines."""
_FILE_SUFFIXES: Mapping[AreaLevel, str] = {"municipality": "gemeente", "district": "wijken", "neighbourhood": "buurten"}
_CBS_NAMES: Mapping[AreaLevel, str] = {"municipality": "gemeente", "district": "wijk", "neighbourhood": "buurt"}

_DEGREE = Decimal("0.00001")
_CELL_STEPS: Mapping[Precision, tuple[int, int]] = {Precision.CELL_100M: (146, 90), Precision.CELL_1KM: (1460, 900)}
"""Longitude and latitude steps of the grid, in 0.00001 degrees."""


def snap_to_cell(geometry: GeoJsonGeometry, precision: Precision) -> GeoJsonGeometry:
    """The geometry itself if exact, else the grid cell that contains its representative point.

    Deterministic, so that repeated queries reveal nothing more; a cell maps to itself. The grid starts at 0° and has
    one step for the whole country: 0.0009° of latitude, 100.1 m, and 0.00146° of longitude, 100.3 m at 52.0° N, 103.0 m
    at 50.75° N and 96.8 m at 53.55° N. So the error is below 0.2 % north to south and at most 3.3 % east to west. A
    1 km cell consists of ten by ten 100 m cells.
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
    """The grid lines around a coordinate. Uses Decimal, so that rounding can't move a point on a line either way."""
    index = math.floor(Decimal(repr(degrees)) / (_DEGREE * step))
    return index * step / 100_000, (index + 1) * step / 100_000


def representative_point(geometry: GeoJsonGeometry) -> tuple[float, float]:
    """Longitude and latitude of the point itself, or of a point inside the area."""
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
    """The code of the district that contains this neighbourhood."""
    municipality: str
    """The slug of the municipality, as used in topics."""
    geometry: GeoJsonGeometry


class AreasError(Exception):
    """A municipality's outlines can't be used; the message names the file and the problem."""


def known_areas() -> tuple[AreaBoundary, ...]:
    """Every area with a known outline: the example city's, and those in the folder ``LANTAARN_AREAS``.

    Raises AreasError.
    """
    return _load_areas(os.environ.get(AREAS_FOLDER_VARIABLE, ""))


def municipality_name(slug: str) -> str:
    """The name of a municipality by its slug; derived from the slug if the municipality is unknown."""
    known = (area.name for area in known_areas() if area.level == "municipality" and area.municipality == slug)
    return next(known, slug.replace("-", " ").replace("_", " ").title())


@cache
def _load_areas(folder: str) -> tuple[AreaBoundary, ...]:
    own = tuple(_areas_in_folder(Path(folder))) if folder else ()
    named = {area.municipality for area in own}
    return (*(area for area in _areas_in_folder(DATA_FOLDER) if area.municipality not in named), *own)


def _areas_in_folder(folder: Path) -> Iterator[AreaBoundary]:
    """Read the files of every municipality in a folder."""
    files = sorted(folder.glob("*_gemeente.geojson"))
    if not files:
        raise AreasError(f"{AREAS_FOLDER_VARIABLE}: there is no file *_gemeente.geojson in {folder}")
    for file in files:
        yield from _areas_of_municipality(file)


def _areas_of_municipality(path: Path) -> Iterator[AreaBoundary]:
    """Read a municipality's file, and the files of its districts and neighbourhoods next to it."""
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
    """The slug of a name, as used in topics: ``'s-Hertogenbosch`` becomes ``s-hertogenbosch``."""
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
    """A CBS property under either of its names: those of "gebiedsindelingen" or of the Wijk- en Buurtkaart."""
    said = feature["properties"]
    return said.get(f"stat{what}") or said[f"{_CBS_NAMES[level]}{what}"]


def neighbourhood_and_district(geometry: GeoJsonGeometry) -> tuple[str | None, str | None]:
    """CBS codes of the neighbourhood and district at the representative point; ``None`` where unknown.

    Pass the published geometry, so that the neighbourhood of a cell reveals no more than the cell.
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
    # A point on a border touches two areas: take the lowest code, so that the result is deterministic.
    return min((members[index] for index in hits), key=lambda area: area.code, default=None)


@cache
def _area_index(folder: str, level: str) -> tuple[STRtree, tuple[AreaBoundary, ...]]:
    members = tuple(area for area in _load_areas(folder) if area.level == level)
    return STRtree([shape(area.geometry) for area in members]), members
