"""The forms in which the API answers whether the register is true."""

from datetime import date, datetime
from typing import Literal

from api.schemas import Band, ResponseModel


class Deviations(ResponseModel):
    """How many sensors do otherwise than their entry says: as ``deviating`` of /v1/sensors filters them."""

    silent: int
    undeclared: int
    refused: int
    expired: int
    review_due: int


class Measures(ResponseModel):
    """Counts over some sensors."""

    sensors: int
    delivering: int
    """That are on and have to send their data."""
    deviating: int
    """That do otherwise than their entry says, in one way or more."""
    deviations: Deviations
    asked: int
    """Questions that residents ask of the sensors that are there."""
    answered: int
    """How many of those their entries answer."""
    measured: int
    """Sensors of which `due` and `received` are: every value of them is public as it comes, they have been known for a
    day, and their entry says of all that they measure how often."""
    due: int
    """Readings that were due in the last 24 whole hours."""
    received: int
    """How many of those came; without doubles and without what a sensor sent too much."""
    cells: int
    """Hours and days of counts of people or vehicles that were published in 24 hours."""
    few: int
    """How many of those as fewer than 15."""
    refused_day: int
    """Readings refused since `day_since`, of sensors of which every value is public as it comes."""
    undeclared_day: int
    """Fields since `day_since` that the entries of those do not declare."""
    refused_week: int
    """Of all other sensors, in the week that is over: at least so many; a sum of lower edges of the bands."""
    undeclared_week: int
    """The same of fields that their entries do not declare."""


class Period(ResponseModel):
    """What the numbers are of."""

    made_at: datetime
    """When they were worked out: less than a minute ago."""
    day_since: datetime
    week_since: datetime
    """The week that is over, Monday to Sunday in the Netherlands."""
    week_until: datetime


class Question(ResponseModel):
    """What residents ask of a sensor, and of how many sensors the entry answers it."""

    question: str
    asked: int
    answered: int


class Promise(ResponseModel):
    """How long something is kept, and what the last check found."""

    subject: str
    """The table."""
    promised: str | None
    """An ISO 8601 duration; none for what must stay whole."""
    margin_seconds: int
    """How much longer the last of it can be there, because deleting goes in pieces and every quarter of an hour."""
    precision: Literal["day", "week"]
    """Of `oldest` and `last_deletion`: a week is told by its Monday."""
    oldest: date | None
    last_deletion: date | None
    verified_at: datetime | None
    """When it was checked last, if that was in the last hour."""
    kept: bool | None
    """Whether nothing is kept longer; none when it was not checked in the last hour."""


class Quality(ResponseModel):
    """Whether the register is true, of everything or of what was asked for."""

    period: Period
    measures: Measures
    questions: list[Question]
    """Those that are answered least come first."""
    refusals: dict[str, int]
    """Why `refused_day` readings were refused."""
    unregistered: dict[str, Band]
    """What came last week from devices that are not in the register, by the reason for refusing it, from 15 up. Only of
    the whole municipality."""
    promises: list[Promise]
    """Only of the whole municipality."""


class Group(ResponseModel):
    """The counts of a neighbourhood or an organisation."""

    code: str
    """What /v1/sensors filters by: a CBS buurt code, or the name of the organisation."""
    name: str
    measures: Measures


class Groups(ResponseModel):
    """The counts of every neighbourhood, or every organisation: a sensor counts with each of its organisations."""

    period: Period
    groups: list[Group]
