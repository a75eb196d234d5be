"""Where the simulated sensors stand: points on real neighbourhoods, in rows where lamps would be in a street."""

from collections.abc import Iterator
from math import cos, pi, radians, sin
from random import Random

from shapely import Point, Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from sensors.register.location import Area, Geometry, areas

METRES_PER_DEGREE = 111_320.0
_SHRINK = cos(radians(51.48))
"""A degree of longitude in Helmond, in degrees of latitude."""


def neighbourhoods() -> tuple[Area, ...]:
    """The neighbourhoods of Helmond where people live or work. Codes that end in 9 are the scattered houses outside."""
    return tuple(area for area in areas() if area.code.startswith("BU0794") and not area.code.endswith("9"))


def step(point: Point, bearing: float, metres: float) -> Point:
    """The point so many metres further (bearing in radians, anti-clockwise from the east)."""
    degrees = metres / METRES_PER_DEGREE
    longitude, latitude = point.x + degrees * cos(bearing) / _SHRINK, point.y + degrees * sin(bearing)
    return Point(round(longitude, 6), round(latitude, 6))


def point_in(area: Area, dice: Random) -> Point:
    """A point within a neighbourhood, at least 20 m from its border."""
    # The buffer is in degrees, so a little wider from west to east.
    inside = shape(area.geometry).buffer(-20 / METRES_PER_DEGREE)
    return next(point for point in _darts(inside, dice) if inside.contains(point))


def street(area: Area, dice: Random, lamps: int, apart: float = 28.0) -> list[Point]:
    """A slightly bent row of points within a neighbourhood, ``apart`` metres from one to the next."""
    inside = shape(area.geometry)
    for start in _darts(inside, dice):
        bearing, bend = dice.uniform(0, 2 * pi), dice.uniform(-0.06, 0.06)
        row = [start]
        while len(row) < lamps:
            row.append(step(row[-1], bearing + bend * len(row), apart))
        if all(inside.contains(point) for point in row):
            return row
    raise AssertionError("darts never run out")


def view(point: Point, bearing: float, metres: float = 40.0) -> Geometry:
    """What a camera sees: a triangle in front of it."""
    ring = [point, step(point, bearing - 0.4, metres), step(point, bearing + 0.4, metres), point]
    return geojson(Polygon(ring))


def geojson(geometry: Point | Polygon) -> Geometry:
    """RFC 7946 geometry, WGS84."""
    if isinstance(geometry, Point):
        return {"type": "Point", "coordinates": [geometry.x, geometry.y]}
    return {"type": "Polygon", "coordinates": [[[x, y] for x, y in geometry.exterior.coords]]}


def _darts(inside: BaseGeometry, dice: Random) -> Iterator[Point]:
    west, south, east, north = inside.bounds
    while True:
        yield Point(round(dice.uniform(west, east), 6), round(dice.uniform(south, north), 6))
