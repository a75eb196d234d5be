"""The forms in which the API answers about one sensor. Names are those of the register entry."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from api.schemas import Band, Geometry, PublicValue, ResponseModel, Words
from api.search.filters import Deviation
from api.sensor.queries import LastSeen
from sensors.vocabulary.codes import VehicleClass


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
