"""Place simulated sensors: points in real neighbourhoods, and rows of points for the lamps of a street."""

from collections.abc import Iterator
from math import cos, pi, radians, sin
from random import Random

from shapely import Point, Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from sensors.register.location import AreaBoundary, GeoJsonGeometry, known_areas

METRES_PER_DEGREE_LATITUDE = 111_320.0
_LONGITUDE_SCALE = cos(radians(51.48))
"""The length of a degree of longitude in Helmond, in degrees of latitude."""


def random_numbers(seed: int, of: str) -> Random:
    """The random numbers of one type of sensors, so that no type depends on how many there are of others."""
    return Random(f"{seed}/city/{of}")  # noqa: S311 - places in an example, no secrets


def built_up_neighbourhoods() -> tuple[AreaBoundary, ...]:
    """The built-up neighbourhoods of Helmond. Codes ending in 9 are scattered houses in the rural area."""
    return tuple(area for area in known_areas() if area.code.startswith("BU0794") and not area.code.endswith("9"))


def offset_point(point: Point, bearing: float, metres: float) -> Point:
    """Move a point by ``metres`` along ``bearing`` (radians, anticlockwise from east)."""
    degrees = metres / METRES_PER_DEGREE_LATITUDE
    longitude, latitude = point.x + degrees * cos(bearing) / _LONGITUDE_SCALE, point.y + degrees * sin(bearing)
    return Point(round(longitude, 6), round(latitude, 6))


def random_point_in(area: AreaBoundary, rng: Random) -> Point:
    """A random point in a neighbourhood, at least 20 m from its border (less from east to west)."""
    # The buffer is in degrees, and a degree of longitude is shorter.
    inside = shape(area.geometry).buffer(-20 / METRES_PER_DEGREE_LATITUDE)
    return next(point for point in _random_points(inside, rng) if inside.contains(point))


def random_row(area: AreaBoundary, rng: Random, count: int, spacing_m: float = 28.0) -> list[Point]:
    """A slightly curved row of points in a neighbourhood, ``spacing_m`` metres apart."""
    inside = shape(area.geometry)
    for start in _random_points(inside, rng):
        bearing, bend = rng.uniform(0, 2 * pi), rng.uniform(-0.06, 0.06)
        row = [start]
        while len(row) < count:
            row.append(offset_point(row[-1], bearing + bend * len(row), spacing_m))
        if all(inside.contains(point) for point in row):
            return row
    raise AssertionError("_random_points is endless")


def camera_view(point: Point, bearing: float, range_m: float = 40.0) -> GeoJsonGeometry:
    """A camera's field of view: a triangle in front of it."""
    ring = [point, offset_point(point, bearing - 0.4, range_m), offset_point(point, bearing + 0.4, range_m), point]
    return to_geojson(Polygon(ring))


def to_geojson(geometry: Point | Polygon) -> GeoJsonGeometry:
    """Convert to an RFC 7946 geometry (WGS 84)."""
    if isinstance(geometry, Point):
        return {"type": "Point", "coordinates": [geometry.x, geometry.y]}
    return {"type": "Polygon", "coordinates": [[[x, y] for x, y in geometry.exterior.coords]]}


def _random_points(inside: BaseGeometry, rng: Random) -> Iterator[Point]:
    west, south, east, north = inside.bounds
    while True:
        yield Point(round(rng.uniform(west, east), 6), round(rng.uniform(south, north), 6))
