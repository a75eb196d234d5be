"""Response models for sensor locations. GeoJSON is RFC 7946."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas import Geometry, ResponseModel, Words
from api.search.filters import PAGE_SIZE
from api.sensor.queries import LastSeen
from sensors.register.themes import THEME_CODES


class FilterQuery(BaseModel):
    """Filters. Values are validated by the same code as on the page."""

    q: str | None = Field(
        default=None,
        description="Words, or the beginning of words, in the name, the purposes, the organisations, what is measured, "
        "the street, the neighbourhood or a postcode in the address",
    )
    kind: str | None = Field(default=None, description="A kind of sensor, or `other`")
    observed_property: str | None = Field(default=None, description="What is measured, as `no2`")
    purpose: str | None = Field(default=None, description="A DTPR purpose, as `health`")
    organisation: str | None = Field(default=None, description="The name of an organisation, in whatever role")
    personal_data: str | None = Field(default=None, description="none, de_identified or identifiable")
    neighbourhood: str | None = Field(default=None, description="CBS buurt code, as BU07940000")
    district: str | None = Field(default=None, description="CBS wijk code, as WK079400")
    theme: str | None = Field(default=None, description=f"What it is about: {', '.join(THEME_CODES)}")
    project: str | None = Field(default=None, description="The name of a project")
    status: str | None = Field(default=None, description="planned, active, paused or ended")
    deviating: str | None = Field(
        default=None,
        description="`yes`: only sensors that do not do what their entry says; silent, invalid, undeclared, refused, "
        "expired or review_due: only those that do so in this way",
    )
    spot: str | None = Field(default=None, description="longitude,latitude: only sensors that may see this place")
    bbox: str | None = Field(default=None, description="west,south,east,north: only sensors that may be in there")


class SensorQuery(FilterQuery):
    """Filters and paging."""

    sort: str | None = Field(default=None, description="neighbourhood, name or changed")
    after: str | None = Field(
        default=None, description=f"A reference: the {PAGE_SIZE} sensors after it (follow the link `next`)"
    )
    before: str | None = Field(default=None, description="A reference: the sensors before it (follow the link `prev`)")


class GroupQuery(FilterQuery):
    """Filters and view."""

    view: str = Field(description="west,south,east,north of the map")
    zoom: int = Field(ge=0, le=22, description="Of a map in tiles of 256 pixels")


class SensorProperties(ResponseModel):
    """A summary of a sensor."""

    reference: str
    """The owner's own reference, unique in the municipality."""
    kind: str | None
    """The kind known to ingest; null for a sensor of no known kind."""
    kind_label: str
    """In Dutch."""
    status: Literal["planned", "active", "paused", "ended"]
    name: Words
    personal_data: Literal["none", "de_identified", "identifiable"]
    """Whether it is about people, and whether they can be identified: the level of its most personal datastream, where
    counts of who passes are ``de_identified`` whatever the entry says."""
    delivers_data: bool
    last_seen: LastSeen | None
    """How long ago it last delivered something; none for sensors that deliver nothing to us. Of sensors that could
    betray people by it: whether it was in the last week that is over (Monday to Sunday), or longer ago."""
    location_kind: Literal["fixed", "area", "mobile"]
    precision: Literal["exact", "cell_100m", "cell_1km"]
    """How precisely the geometry shows the location."""
    point: tuple[float, float]
    """Longitude and latitude of a point inside the geometry, for a marker."""
    neighbourhood: str | None
    """CBS buurt code."""
    neighbourhood_name: str | None
    district: str | None
    """CBS wijk code."""
    district_name: str | None


class SensorFeature(ResponseModel):
    """One sensor as GeoJSON."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    """The id of its register entry."""
    geometry: Geometry
    properties: SensorProperties


class Link(ResponseModel):
    """Links to adjacent pages (RFC 8288)."""

    rel: Literal["self", "next", "prev"]
    href: str
    type: Literal["application/geo+json"] = "application/geo+json"


class SensorCollection(ResponseModel):
    """A page of sensors as GeoJSON."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    number_matched: int = Field(serialization_alias="numberMatched")
    number_returned: int = Field(serialization_alias="numberReturned")
    links: list[Link]
    features: list[SensorFeature]


class Named(ResponseModel):
    """A sensor on the map."""

    reference: str
    name: Words
    kind: str | None
    category: Literal["sensor", "camera", "beacon", "antenna", "other"]
    personal_data: Literal["none", "de_identified", "identifiable"]
    location_kind: Literal["fixed", "area", "mobile"]
    precision: Literal["exact", "cell_100m", "cell_1km"]
    geometry: Geometry | None
    """Where it may be, if not a point."""


class Point(ResponseModel):
    """GeoJSON, WGS84: longitude, latitude."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class GroupProperties(ResponseModel):
    """Sensors that are close together at this zoom."""

    amount: int
    bounds: tuple[float, float, float, float]
    """West, south, east and north of the points of its sensors."""
    sensors: list[Named]
    """Up to 100 of its sensors if zooming in cannot separate them; otherwise null."""


class Group(ResponseModel):
    """Sensors that are close together at this zoom: one mark on the map."""

    type: Literal["Feature"] = "Feature"
    geometry: Point
    properties: GroupProperties


class GroupCollection(ResponseModel):
    """What is in view, as GeoJSON."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    number_matched: int = Field(serialization_alias="numberMatched")
    """How many sensors may be in view."""
    features: list[Group]


class NearFeature(ResponseModel):
    """A sensor that may be in the cell."""

    type: Literal["Feature"] = "Feature"
    geometry: Point
    properties: Named


class NearCollection(ResponseModel):
    """What may be in a cell, as GeoJSON. ``geometry`` is a point within the place, ``properties.geometry`` the place
    where that is more than a point."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[NearFeature]
