"""A small server-rendered map: the outline of a neighbourhood or district, with its sensors.

It needs no JavaScript and clusters sensors like the large map. The list below it holds the same sensors, for those who
cannot see the map.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, floor, log2, radians
from typing import Any

from shapely.geometry import shape

from api.areas.queries import Area, load_neighbourhood_outlines
from api.labels import marker_shape as shape_of
from api.search import queries as search_queries
from api.search.filters import BoundingBox, Filters
from sensors.db import Database
from sensors.register.location import GeoJsonGeometry

MAP_WIDTH_PIXELS = 400.0
_MARGIN_RATIO = 0.06
_MAX_HEIGHT_RATIO = 1.1
"""Maximum height of the drawing, as a fraction of its width."""


@dataclass(frozen=True, slots=True)
class AreaOutline:
    """The outline of an area as an SVG path. ``is_selected``: it is, or lies in, the area shown."""

    path: str
    is_selected: bool


@dataclass(frozen=True, slots=True)
class Marker:
    """A sensor or a cluster. ``shape``: the marker of its kind; meaningless for a cluster."""

    x: float
    y: float
    sensor_count: int
    shape: int


@dataclass(frozen=True, slots=True)
class CoarseLocation:
    """Where a sensor without an exact location may be."""

    path: str
    shape: int


@dataclass(frozen=True, slots=True)
class AreaMap:
    """The map projection, in pixels with y downwards."""

    width: float
    height: float
    outlines: tuple[AreaOutline, ...]
    coarse_locations: tuple[CoarseLocation, ...]
    markers: tuple[Marker, ...]


@dataclass(frozen=True, slots=True)
class _Projection:
    """Project WGS84 to pixels: a degree of longitude is shorter than one of latitude."""

    west: float
    north: float
    pixels_per_degree_longitude: float
    """Pixels per degree of longitude."""
    pixels_per_degree_latitude: float

    def to_pixels(self, longitude: float, latitude: float) -> tuple[float, float]:
        return round((longitude - self.west) * self.pixels_per_degree_longitude, 1), round(
            (self.north - latitude) * self.pixels_per_degree_latitude, 1
        )

    def path(self, geometry: GeoJsonGeometry) -> str:
        kind, coordinates = geometry["type"], geometry["coordinates"]
        polygons = [coordinates] if kind == "Polygon" else coordinates
        return " ".join(self._ring(ring) for polygon in polygons for ring in polygon)

    def _ring(self, ring: Iterable[Sequence[float]]) -> str:
        return "M" + "L".join("{},{}".format(*self.to_pixels(point[0], point[1])) for point in ring) + "Z"


def draw_area_map(db: Database, municipality: str, area: Area) -> AreaMap:
    """Draw the map of an area and its sensors."""
    view = _map_bounds(area.geometry)
    west, south, east, north = view
    scale, height = _projection(view)
    filters = Filters(neighbourhood=area.code) if area.level == "neighbourhood" else Filters(district=area.code)
    zoom = floor(log2(MAP_WIDTH_PIXELS * 360 / (256 * (east - west))))
    groups = search_queries.find_clusters(db, municipality, filters, view, zoom)
    return AreaMap(
        width=MAP_WIDTH_PIXELS,
        height=height,
        outlines=tuple(
            AreaOutline(scale.path(each["geometry"]), area.code in (each["code"], each["district"]))
            for each in load_neighbourhood_outlines(db, municipality)
            if _touches(each["geometry"], view)
        ),
        coarse_locations=tuple(_coarse_locations(groups, scale)),
        markers=tuple(_marker(group, scale) for group in groups if south <= group["latitude"] <= north),
    )


def _map_bounds(geometry: GeoJsonGeometry) -> BoundingBox:
    """The bounds with a margin, widened if the drawing would be too tall."""
    west, south, east, north = shape(geometry).bounds
    shrink = cos(radians((south + north) / 2))
    wide, tall = east - west, north - south
    spread = max(wide, tall / (_MAX_HEIGHT_RATIO * shrink)) * (1 + 2 * _MARGIN_RATIO)
    middle, up = (west + east) / 2, tall * _MARGIN_RATIO
    return middle - spread / 2, south - up, middle + spread / 2, north + up


def _projection(view: BoundingBox) -> tuple[_Projection, float]:
    west, south, east, north = view
    across = MAP_WIDTH_PIXELS / (east - west)
    down = across / cos(radians((south + north) / 2))
    return _Projection(west, north, across, down), round((north - south) * down, 1)


def _touches(geometry: GeoJsonGeometry, view: BoundingBox) -> bool:
    west, south, east, north = shape(geometry).bounds
    return west <= view[2] and east >= view[0] and south <= view[3] and north >= view[1]


def _marker(group: Mapping[str, Any], scale: _Projection) -> Marker:
    x, y = scale.to_pixels(group["longitude"], group["latitude"])
    only = group["sensors"][0] if group["amount"] == 1 and group["sensors"] else None
    return Marker(x, y, group["amount"], shape_of(only["kind"]) if only else 0)


def _coarse_locations(groups: Sequence[Mapping[str, Any]], scale: _Projection) -> Iterable[CoarseLocation]:
    for group in groups:
        for sensor in group["sensors"]:
            if sensor["geometry"]:
                yield CoarseLocation(scale.path(sensor["geometry"]), shape_of(sensor["kind"]))
