"""The forms in which the API answers about many sensors together: organisations, projects, themes, neighbourhoods."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas import Geometry, PublicValue, ResponseModel, Words
from sensors.vocabulary.codes import PersonalData, Role, Status, VehicleClass


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


class Desk(ResponseModel):
    """How to reach who answers. Never a person."""

    email: str | None
    phone: str | None
    url: str | None


class Answering(ResponseModel):
    """How the reports of the last year stand, about sensors that the organisation answers for."""

    received: int
    settled: int
    in_time: int
    late: int
    """Still waiting, past the day that was promised."""
    median_days: int | None
    """Half of the answers took so many days or fewer; none without answers."""


class OrganisationInShort(ResponseModel):
    """An organisation that has to do with sensors."""

    id: str
    """Stays the same for ever."""
    name: str
    """As entries write it."""
    roles: dict[Role, int]
    """In how many sensors it has which role."""
    sensors: int
    href: str


class Organisations(ResponseModel):
    """Those that have to do with sensors now."""

    organisations: list[OrganisationInShort]


class OrganisationInFull(OrganisationInShort):
    """One organisation and its sensors."""

    url: str | None
    tooi: str | None
    """Its URI in the Dutch government's list of organisations."""
    desks: list[Desk]
    """Of the sensors that it answers for."""
    reports: Answering
    summary: Sensors


class ProjectInShort(ResponseModel):
    """What some sensors are a part of."""

    id: str
    """Stays the same for ever."""
    name: str
    description: Words | None
    url: str | None
    sensors: int
    href: str


class Projects(ResponseModel):
    """Those that have sensors now."""

    projects: list[ProjectInShort]


class ProjectInFull(ProjectInShort):
    """One project and its sensors."""

    summary: Sensors


class ThemeInShort(ResponseModel):
    """What some sensors are about."""

    id: str
    label: Words
    sensors: int
    href: str


class Themes(ResponseModel):
    """Those that any sensor is about."""

    themes: list[ThemeInShort]


class ThemeInFull(ThemeInShort):
    """One theme and its sensors."""

    summary: Sensors


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
