"""Response models shared by API modules."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sensors.vocabulary.codes import PersonalData, Status


class ResponseModel(BaseModel):
    """Base of all response models."""

    model_config = ConfigDict(
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


class Problem(ResponseModel):
    """Problem details (RFC 9457)."""

    status: int
    title: str
    detail: str


class Words(ResponseModel):
    """A text for residents; always in Dutch, optionally in English."""

    nl: str
    en: str | None = None


class Geometry(ResponseModel):
    """GeoJSON, WGS84: longitude, latitude."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["Point", "Polygon", "MultiPolygon"]
    coordinates: list[Any]


class PublicValue(ResponseModel):
    """The value of an hour or day: the mean, or what else the property's ``aggregation`` says."""

    start: datetime
    until: datetime
    value: float | None
    """Of a count: with a random number in it, so it may be below zero. Sums and means of them are unbiased."""
    margin: float | None
    """Of a count: the true one is within this of ``value`` 19 times out of 20. Null for counts from before they had a
    margin: those are rounded to 5, and have no ``value`` below 15."""
    below: int | None
    """The count can't be told from none; a page says that it was below this."""
    at_least: bool
    """A total that leaves hours out: it was about this or more."""
    no_data: bool
    """Too little was received to say how many there were."""
    counted_since: datetime | None
    """It also includes what a meter counted since then, in a gap without readings before ``start``."""
    jumps: int
    """How many readings of a meter were not counted in it, because no meter can have counted that. Always 0 for what is
    about people or vehicles."""
    completed_at: datetime | None
    """When it last changed after it had been published, because values came late or were revised; null if it did not.
    Published counts of people or vehicles, and means over those, never change."""


class Band(ResponseModel):
    """A band of counts."""

    at_least: int
    below: int | None


class Sensors(ResponseModel):
    """Counts over a set of sensors, largest first."""

    sensors: int
    href: str
    """The same sensors as GeoJSON."""
    by_kind: dict[str, int]
    """``other``: of no known kind."""
    by_status: dict[Status, int]
    by_personal_data: dict[PersonalData, int]
    by_observed_property: dict[str, int]
    by_purpose: dict[str, int]
    by_theme: dict[str, int]
    by_neighbourhood: dict[str, int]
    """By CBS buurt code; sensors outside neighbourhoods are left out."""
    by_responsible: dict[str, int]
    """By the name of the responsible organisation."""
