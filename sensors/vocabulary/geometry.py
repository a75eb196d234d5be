"""The geometry of a register entry: GeoJSON (RFC 7946), validated with Shapely."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, FiniteFloat, TypeAdapter, WithJsonSchema
from pydantic_core import PydanticCustomError
from shapely.errors import ShapelyError
from shapely.geometry import shape


def _require_closed(ring: list[list[float]]) -> list[list[float]]:
    if ring[0] != ring[-1]:
        raise ValueError("not closed")
    return ring


_Position = Annotated[list[FiniteFloat], Field(min_length=2, max_length=2)]
_Ring = Annotated[list[_Position], Field(min_length=4), AfterValidator(_require_closed)]
_Rings = Annotated[list[_Ring], Field(min_length=1)]
COORDINATE_ADAPTERS: Mapping[str, TypeAdapter[Any]] = {
    "Point": TypeAdapter(_Position),
    "Polygon": TypeAdapter(_Rings),
    "MultiPolygon": TypeAdapter(Annotated[list[_Rings], Field(min_length=1)]),
}
"""The geometry types an entry can have, each with its coordinates (RFC 7946, section 3.1)."""


def _validate_geometry(geometry: dict[str, Any]) -> dict[str, Any]:
    """Accept RFC 7946 geometry in WGS84 longitude and latitude; errors never repeat the input."""
    not_geojson = PydanticCustomError("geometry_form", "not a GeoJSON point, polygon or multipolygon")
    if geometry.keys() != {"type", "coordinates"} or geometry["type"] not in list(COORDINATE_ADAPTERS):
        raise not_geojson
    try:
        # Shapely converts text to numbers and fills in what is missing, so check the structure first.
        COORDINATE_ADAPTERS[geometry["type"]].validate_python(geometry["coordinates"], strict=True)
        parsed = shape(geometry)
    except (ShapelyError, ValueError, OverflowError):
        raise not_geojson from None
    if not parsed.is_valid:
        raise PydanticCustomError("geometry_invalid", "a shape that crosses itself")
    west, south, east, north = parsed.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise PydanticCustomError("geometry_range", "outside WGS84 longitude and latitude")
    return geometry


Geometry = Annotated[
    dict[str, Any],
    AfterValidator(_validate_geometry),
    WithJsonSchema(
        {
            "type": "object",
            "description": "GeoJSON (RFC 7946): longitude, latitude in WGS84, without a height.",
            "oneOf": [
                {"properties": {"type": {"const": name}, "coordinates": coordinates.json_schema()}}
                for name, coordinates in COORDINATE_ADAPTERS.items()
            ],
            "required": ["type", "coordinates"],
            "maxProperties": 2,
        }
    ),
]
