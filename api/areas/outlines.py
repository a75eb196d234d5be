"""A small map that the server draws: the outline of a neighbourhood or district, with what stands in it.

It needs no JavaScript and shows what the large map shows, taken together in the same way. Who can't see it loses
nothing: the list below it holds the same sensors.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, floor, log2, radians
from typing import Any

from shapely.geometry import shape

from api.areas.queries import Area, outlines
from api.labels import shape as shape_of
from api.search import queries as search_queries
from api.search.filters import Filters, View
from sensors.db import Database
from sensors.register.location import Geometry

WIDTH = 400.0
_MARGIN = 0.06
_TALLEST = 1.1
"""Height of the drawing at most, as a share of its width."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The outline of an area: as a path of SVG. ``chosen``: it is the area itself, or in it."""

    path: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A sensor, or several that are close together. ``shape``: that of its kind; of several it says nothing."""

    x: float
    y: float
    amount: int
    shape: int


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a sensor may be that has no exact place."""

    path: str
    shape: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The map in pixels, y downwards."""

    width: float
    height: float
    grounds: tuple[Ground, ...]
    cells: tuple[Cell, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """From WGS84 to pixels: a degree of longitude is shorter than one of latitude."""

    west: float
    north: float
    across: float
    """Pixels in a degree of longitude."""
    down: float

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        return round((longitude - self.west) * self.across, 1), round((self.north - latitude) * self.down, 1)

    def path(self, geometry: Geometry) -> str:
        kind, coordinates = geometry["type"], geometry["coordinates"]
        polygons = [coordinates] if kind == "Polygon" else coordinates
        return " ".join(self._ring(ring) for polygon in polygons for ring in polygon)

    def _ring(self, ring: Iterable[Sequence[float]]) -> str:
        return "M" + "L".join("{},{}".format(*self.at(point[0], point[1])) for point in ring) + "Z"


def draw(db: Database, municipality: str, area: Area) -> Drawing:
    """The map of an area and its sensors."""
    view = _view(area.geometry)
    west, south, east, north = view
    scale, height = _scale(view)
    asked = Filters(neighbourhood=area.code) if area.level == "neighbourhood" else Filters(district=area.code)
    zoom = floor(log2(WIDTH * 360 / (256 * (east - west))))
    groups = search_queries.groups(db, municipality, asked, view, zoom)
    return Drawing(
        width=WIDTH,
        height=height,
        grounds=tuple(
            Ground(scale.path(each["geometry"]), area.code in (each["code"], each["district"]))
            for each in outlines(db, municipality)
            if _touches(each["geometry"], view)
        ),
        cells=tuple(_cells(groups, scale)),
        marks=tuple(_mark(group, scale) for group in groups if south <= group["latitude"] <= north),
    )


def _view(geometry: Geometry) -> View:
    """The bounds with a margin, and wider where the drawing would be too tall."""
    west, south, east, north = shape(geometry).bounds
    shrink = cos(radians((south + north) / 2))
    wide, tall = east - west, north - south
    spread = max(wide, tall / (_TALLEST * shrink)) * (1 + 2 * _MARGIN)
    middle, up = (west + east) / 2, tall * _MARGIN
    return middle - spread / 2, south - up, middle + spread / 2, north + up


def _scale(view: View) -> tuple[_Scale, float]:
    west, south, east, north = view
    across = WIDTH / (east - west)
    down = across / cos(radians((south + north) / 2))
    return _Scale(west, north, across, down), round((north - south) * down, 1)


def _touches(geometry: Geometry, view: View) -> bool:
    west, south, east, north = shape(geometry).bounds
    return west <= view[2] and east >= view[0] and south <= view[3] and north >= view[1]


def _mark(group: Mapping[str, Any], scale: _Scale) -> Mark:
    x, y = scale.at(group["longitude"], group["latitude"])
    only = group["sensors"][0] if group["amount"] == 1 and group["sensors"] else None
    return Mark(x, y, group["amount"], shape_of(only["kind"]) if only else 0)


def _cells(groups: Sequence[Mapping[str, Any]], scale: _Scale) -> Iterable[Cell]:
    for group in groups:
        for sensor in group["sensors"]:
            if sensor["geometry"]:
                yield Cell(scale.path(sensor["geometry"]), shape_of(sensor["kind"]))
