"""Response models for neighbourhoods and districts. GeoJSON is RFC 7946."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.movement.schemas import GroupMovement
from api.schemas import Geometry, PublicValue, ResponseModel, Sensors
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.measurement import Aggregation


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
    """Public values of one observed property, aggregated over all sensors of a kind in a neighbourhood."""

    kind: str
    observed_property: str
    unit: str
    """UCUM."""
    public: Literal["hour", "day"]
    sensors: int
    """The number of sensors with values."""
    group: None = None
    """Always null. Movements of groups of lamps are in ``movement``."""
    summed: bool
    """Whether values are totals rather than means."""
    aggregation: Aggregation
    """How values of sensors and of hours become one."""
    values: list[PublicValue]
    """By hour for the last 24 hours, or by day for the last 7 days. Totals are computed from published values only."""


class Trip(ResponseModel):
    """The latest travel time from a sensor in the neighbourhood to another one, in seconds."""

    reference: str
    goes_to: str
    start: datetime
    minutes: int
    vehicle_class: VehicleClass
    median: float
    p85: float | None


class AreaInFullProperties(ResponseModel):
    """What is measured in a neighbourhood or a district."""

    name: str
    level: Literal["neighbourhood", "district"]
    district: str | None
    summary: Sensors
    values: list[Together]
    """Null for a whole district: request its neighbourhoods."""
    movement: list[GroupMovement]
    """Of the groups of lamps with lamps in the neighbourhood; some of their lamps may be elsewhere."""
    travel_times: list[Trip]


class AreaInFull(ResponseModel):
    """A neighbourhood (CBS buurt) or a district (wijk) as GeoJSON. ``id`` is the CBS code."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Geometry
    properties: AreaInFullProperties
    attribution: str = Field(description="Of the outline")
