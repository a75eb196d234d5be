"""The forms in which the API answers. GeoJSON is RFC 7946; names are those of the register entry."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.search.filters import Deviation
from api.sensor.queries import LastSeen
from sensors.vocabulary.codes import VehicleClass


class ResponseModel(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class Problem(ResponseModel):
    """What went wrong (RFC 9457)."""

    status: int
    title: str
    detail: str


class Words(ResponseModel):
    """A text for residents; Dutch always."""

    nl: str
    en: str | None = None


class Geometry(ResponseModel):
    """GeoJSON, WGS84: longitude, latitude."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["Point", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class SensorProperties(ResponseModel):
    """A sensor in short."""

    reference: str
    """The owner's own reference, unique in the municipality."""
    kind: str | None
    """What ingest knows it as; none for a sensor that is of no kind of ours."""
    kind_label: str
    """In Dutch."""
    status: Literal["planned", "active", "paused", "ended"]
    name: Words
    personal_data: Literal["none", "de_identified", "identifiable"]
    """Of its most personal datastream."""
    delivers_data: bool
    last_seen: LastSeen | None
    """How long ago it last delivered something; none for sensors that deliver nothing to us. Of sensors that could
    betray people by it: whether it was in the last week that is over (Monday to Sunday), or longer ago."""
    location_kind: Literal["fixed", "area", "mobile"]
    precision: Literal["exact", "cell_100m", "cell_1km"]
    """How exactly the geometry shows the place."""
    point: tuple[float, float]
    """Longitude and latitude of a point inside the geometry, to put a mark at."""
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
    """Where to go on (RFC 8288)."""

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


class PublicValue(ResponseModel):
    """The mean of an hour or day, or the sum where people or vehicles are counted."""

    start: datetime
    until: datetime
    value: float | None
    """Counts are rounded to 5."""
    below: int | None
    """The count was smaller than this; how small is not public."""
    at_least: bool
    """A total in which small counts are left out: it was this, or more."""


class TravelTime(ResponseModel):
    """How long vehicles took to another sensor, in seconds; only of groups of 15 and more."""

    goes_to: str
    """The reference of the sensor where they arrived."""
    start: datetime
    minutes: int
    """How long the window is in which they arrived."""
    vehicle_class: VehicleClass
    median: float
    """Half of them took less."""
    p15: float
    """15 of each 100 took less."""
    p85: float
    """85 of each 100 took less."""


class Latest(ResponseModel):
    """The newest value, of a datastream whose every value is public."""

    time: datetime
    value: float


class Retention(ResponseModel):
    """The promise about the single values of one datastream, and what the last check found."""

    promised: str
    """How long they are kept: an ISO 8601 duration."""
    margin_seconds: int
    """How much longer the last of them can be there, because deleting goes in pieces and every quarter of an hour."""
    oldest: date | None
    """The day of the oldest one, or the Monday of its week where not every value is public; none without any."""
    last_deletion: datetime | None
    """When values with this term were deleted last."""
    verified_at: datetime | None
    """When it was checked last, if that was in the last hour."""
    kept: bool | None
    """Whether nothing is kept longer; none when it was not checked in the last hour."""


class Datastream(ResponseModel):
    """What is public of one observed property."""

    observed_property: str
    label: Words
    unit: str
    """UCUM."""
    public: Literal["none", "day", "hour", "live"] | None
    """In what form values are public; none when nothing is taken in."""
    latest: Latest | None
    values: list[PublicValue]
    """Per hour or window of the last 24 hours, or per day of the last 7 days where it is public per day."""
    travel_times: list[TravelTime]
    """Of the last 24 hours, the newest first."""
    retention: Retention | None
    """Of its single values; none where they are never stored."""


class Ledger(ResponseModel):
    """What became of the readings: received = stored + duplicate + quarantined + aggregated."""

    received: int
    stored: int
    duplicate: int
    quarantined: int
    aggregated: int
    fields_dropped: int
    reasons: dict[str, int]
    """Why readings were refused."""


class Band(ResponseModel):
    """About how many."""

    at_least: int
    below: int | None


class RoughLedger(ResponseModel):
    """What became of the readings in the last week that is over (Monday to Sunday), in bands."""

    received: Band
    stored: Band
    duplicate: Band
    quarantined: Band
    aggregated: Band
    fields_dropped: Band
    reasons: dict[str, Band]
    """Why readings were refused; only what happened 15 times or more."""


class SensorDetailProperties(ResponseModel):
    """Everything public about a sensor."""

    reference: str
    kind: str | None
    status: Literal["planned", "active", "paused", "ended"]
    name: Words
    personal_data: Literal["none", "de_identified", "identifiable"]
    last_seen: LastSeen | None
    neighbourhood_name: str | None
    district_name: str | None
    version: int
    valid_from: datetime
    datastreams: list[Datastream]
    deviations: list[Deviation]
    """Where it does otherwise than its entry says."""
    ledger_today: Ledger | None
    """None for a sensor that could betray people by how much it says."""
    ledger_week: Ledger | None
    """Of the last 7 days; none for such a sensor."""
    ledger_last_week: RoughLedger | None
    """For such a sensor only."""
    entry: dict[str, Any]
    """The register entry itself; see /register-entry.schema.json."""


class SensorDetail(ResponseModel):
    """One sensor with everything about it, as GeoJSON."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: Geometry
    properties: SensorDetailProperties


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
