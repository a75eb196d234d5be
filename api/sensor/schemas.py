"""Response models for one sensor, using the names of the register entry."""

from datetime import date, datetime, time
from typing import Any, Literal
from uuid import UUID

from api.movement.schemas import GroupMovement
from api.schemas import Band, Geometry, PublicValue, ResponseModel, Words
from api.search.filters import Deviation
from api.sensor.queries import LastSeen
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.measurement import Aggregation, Stamp


class TravelTime(ResponseModel):
    """How long vehicles took to another sensor, in seconds to the nearest 5, made of a secret sample of them."""

    goes_to: str
    """The reference of the sensor where they arrived."""
    start: datetime
    minutes: int
    """The length of the window in which they arrived."""
    vehicle_class: VehicleClass
    median: float
    """Half of them took less."""
    p85: float | None
    """85 of each 100 took less; null if they were too few for it."""


class CountMean(ResponseModel):
    """The mean count of one hour of the day over the working days, or the weekends, of four weeks. A random number is
    in it, and so is what came late."""

    first_day: date
    last_day: date
    days: Literal["weekday", "weekend"]
    slot_start: time
    """Local time (Europe/Amsterdam), as is ``slot_end``. A night belongs to the day on which it begins."""
    slot_end: time
    cells: int
    """Of how many hours or nights it is the mean: those with a number, …"""
    due: int
    """… of this many in these weeks."""
    value: float
    """In six decimals, and not cut off, so it may be below zero: means of it are unbiased."""
    margin: float
    """In 95 of 100 cases ``value`` is off by less."""
    below: int | None
    """If given, it can't be told from none: fewer than this."""


class Latest(ResponseModel):
    """The latest value of a datastream whose every value is public."""

    time: datetime
    """The moment of measurement, or the start of the period that the value is about."""
    until: datetime
    """The end of that period; equal to ``time`` if the value is about a moment, or its period is unknown."""
    value: float


class Retention(ResponseModel):
    """The retention promise for one datastream's individual values, and the result of the last check."""

    promised: str
    """How long they are kept, an ISO 8601 duration."""
    margin_seconds: int
    """How much longer the last of them can be there, because deleting goes in pieces and every quarter of an hour."""
    oldest: date | None
    """The day of the oldest one, or the Monday of its week if not every value is public; null without values,
    and for what is about people."""
    last_deletion: datetime | None
    """When values with this term were last deleted."""
    verified_at: datetime | None
    """When it was last checked, if within the last hour."""
    kept: bool | None
    """Whether nothing is kept too long; null if not checked in the last hour."""


class Datastream(ResponseModel):
    """Public data for one observed property."""

    observed_property: str
    label: Words
    unit: str
    """UCUM."""
    public: Literal["none", "day", "hour", "live"] | None
    """The form in which values are public; null if nothing is ingested."""
    aggregation: Aggregation | None
    """How the values of an hour or a day become one; null if the property is unknown."""
    totals_since: datetime | None
    """Earlier hours were made under another ``aggregation`` and are not given; null if there are none."""
    interval: str | None
    """The declared length of the period that a value is about, or the time between two values: an ISO 8601 duration."""
    stamp: Stamp | None
    """What the device sends as the time. ``/v1`` gives the start of a period, whatever the device sends."""
    sends_zeros: bool
    """Whether the device also sends a value when nothing happened. If not, a missing value may mean zero."""
    latest: Latest | None
    values: list[PublicValue]
    """By hour for the last 24 hours, or by day for the last 7 days if public per day. Not of movements."""
    travel_times: list[TravelTime]
    """For the last 24 hours, newest first."""
    means: list[CountMean]
    """Of counts of people or vehicles: the mean of each hour of the day over the latest four weeks published, about a
    week after them. Empty for anything else."""
    movement: GroupMovement | None
    """For movements: the group of lamps that they are counted with, and the latest means; null for anything else."""
    retention: Retention | None
    """Retention of individual values; None if they are never stored."""


class Ledger(ResponseModel):
    """What happened to the readings: received = stored + duplicate + conflict + quarantined + aggregated."""

    received: int
    stored: int
    duplicate: int
    conflict: int
    """Readings that met another value for their moment, whichever of the two was kept."""
    quarantined: int
    aggregated: int
    fields_dropped: int
    reasons: dict[str, int]
    """Why readings were rejected."""


class RoughLedger(ResponseModel):
    """What happened to the readings in the last complete week (Monday to Sunday), in bands."""

    received: Band
    stored: Band
    duplicate: Band
    conflict: Band
    quarantined: Band
    aggregated: Band
    fields_dropped: Band
    reasons: dict[str, Band]
    """Why readings were refused; only what happened 15 times or more."""


class SensorDetailProperties(ResponseModel):
    """All public data about a sensor."""

    reference: str
    kind: str | None
    status: Literal["planned", "active", "paused", "ended"]
    name: Words
    personal_data: Literal["none", "de_identified", "identifiable"]
    time: Literal["sent", "on_receipt"]
    """Where times come from: of a device without a clock, they are those at which its readings reached us."""
    last_seen: LastSeen | None
    neighbourhood_name: str | None
    district_name: str | None
    version: int
    valid_from: datetime
    datastreams: list[Datastream]
    deviations: list[Deviation]
    """Where it deviates from its entry."""
    ledger_today: Ledger | None
    """Null for a sensor whose activity could reveal people."""
    ledger_week: Ledger | None
    """For the last 7 days; null for such a sensor."""
    ledger_last_week: RoughLedger | None
    """For such a sensor only."""
    entry: dict[str, Any]
    """The register entry itself; see /register-entry.schema.json."""


class SensorDetail(ResponseModel):
    """One sensor in full, as GeoJSON."""

    type: Literal["Feature"] = "Feature"
    id: UUID
    geometry: Geometry
    properties: SensorDetailProperties
