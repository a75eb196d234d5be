"""The forms in which the API answers about neighbourhoods and districts. GeoJSON is RFC 7946."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas import Geometry, PublicValue, ResponseModel, Sensors
from sensors.vocabulary.codes import VehicleClass


class AreaProperties(ResponseModel):
    """A neighbourhood (CBS buurt), district (wijk) or municipality."""

    name: str
    level: Literal["neighbourhood", "district", "municipality"]
    district: str | None


class AreaFeature(ResponseModel):
    """An outline. ``id`` is the CBS code."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Geometry
    properties: AreaProperties


class AreaCollection(ResponseModel):
    """Outlines as GeoJSON."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    attribution: str
    features: list[AreaFeature]


class Together(ResponseModel):
    """What is public of one observed property of all sensors of a kind in a neighbourhood, taken together."""

    kind: str
    observed_property: str
    unit: str
    """UCUM."""
    public: Literal["hour", "day"]
    sensors: int
    """Of how many sensors there are values. Of movements: how many lamps of the group are in the neighbourhood."""
    group: str | None
    """The lamps over which movements are counted; some of them can be elsewhere."""
    summed: bool
    """Values are totals; else means."""
    values: list[PublicValue]
    """Per hour of the last 24 hours, or per day of the last 7 days. A total is made of published values alone."""


class Trip(ResponseModel):
    """The newest travel time from a sensor in the neighbourhood to another one, in seconds."""

    reference: str
    goes_to: str
    start: datetime
    minutes: int
    vehicle_class: VehicleClass
    median: float
    p15: float
    p85: float


class AreaInFullProperties(ResponseModel):
    """What is measured in a neighbourhood or a district."""

    name: str
    level: Literal["neighbourhood", "district"]
    district: str | None
    summary: Sensors
    values: list[Together]
    """None of a whole district: ask its neighbourhoods."""
    travel_times: list[Trip]


class AreaInFull(ResponseModel):
    """A neighbourhood (CBS buurt) or a district (wijk) as GeoJSON. ``id`` is the CBS code."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Geometry
    properties: AreaInFullProperties
    attribution: str = Field(description="Of the outline")
