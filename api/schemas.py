"""The parts that answers of several API modules have in common."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sensors.vocabulary.codes import PersonalData, Status


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


class Band(ResponseModel):
    """About how many."""

    at_least: int
    below: int | None


class Sensors(ResponseModel):
    """Some of the sensors in numbers. What is there most comes first."""

    sensors: int
    href: str
    """The same sensors as GeoJSON."""
    by_kind: dict[str, int]
    """``other``: of none of our kinds."""
    by_status: dict[Status, int]
    by_personal_data: dict[PersonalData, int]
    by_observed_property: dict[str, int]
    by_purpose: dict[str, int]
    by_theme: dict[str, int]
    by_neighbourhood: dict[str, int]
    """By CBS buurt code; those outside the neighbourhoods are not in it."""
    by_responsible: dict[str, int]
    """By the name of who answers for them."""
