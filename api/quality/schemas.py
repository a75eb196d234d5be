"""Response models for the quality of the register."""

from datetime import date, datetime
from typing import Literal

from api.schemas import Band, ResponseModel


class Deviations(ResponseModel):
    """Number of sensors that deviate from their entry, by the codes of ``deviating`` in /v1/sensors."""

    silent: int
    invalid: int
    """Readings come, all of them implausible, frozen or jumps."""
    undeclared: int
    refused: int
    expired: int
    review_due: int


class Measures(ResponseModel):
    """Counts over a set of sensors."""

    sensors: int
    delivering: int
    """Active sensors that should send data."""
    deviating: int
    """Sensors that deviate from their entry in one or more ways."""
    deviations: Deviations
    asked: int
    """Questions residents ask about the sensors present."""
    answered: int
    """How many of those the entries answer."""
    measured: int
    """Sensors of which `due` and `received` are: every value of them is public as it comes, they have been known for a
    day, and their entry says of all that they measure how often."""
    due: int
    """Readings due in the last 24 complete hours."""
    received: int
    """How many of those arrived, without duplicates and extra readings."""
    cells: int
    """Hours and days of counts of people or vehicles that were published in 24 hours."""
    few: int
    """How many of those can't be told from none."""
    refused_day: int
    """Readings rejected since `day_since`, from sensors whose every value is public as it arrives."""
    undeclared_day: int
    """Fields received since `day_since` that their entries do not declare."""
    refused_week: int
    """For all other sensors, in the last complete week: at least this many, a sum of lower bounds of bands."""
    undeclared_week: int
    """The same for fields that their entries do not declare."""
    conflict_day: int
    """Readings received since `day_since` that met another value for their moment, like `refused_day`."""
    conflict_week: int
    """The same for all other sensors, like `refused_week`."""


class Period(ResponseModel):
    """The period the numbers cover."""

    made_at: datetime
    """When they were computed: less than a minute ago."""
    day_since: datetime
    week_since: datetime
    """The last complete week, Monday to Sunday, Dutch local time."""
    week_until: datetime


class Question(ResponseModel):
    """A question residents ask about a sensor, and for how many sensors the entry answers it."""

    question: str
    asked: int
    answered: int


class Windows(ResponseModel):
    """Windows over which events are taken together, by privacy rule: due = released + suppressed + unobserved."""

    rule: str
    """`window_count` (movement) or `match_in_memory` (travel times)."""
    due: int
    """By the clock and the register, on the days of last week on which the register did not change for them."""
    released: int
    """A number was stored."""
    suppressed: int
    """Too few lamps in the register, or too few vehicles."""
    unobserved: int
    """Not observed in full, because of a failure."""


class EventRefusal(ResponseModel):
    """Refused events of a kind of sensor, with a random number added before anything was written."""

    kind: str
    """`other` for messages to no kind that sends events."""
    reason: str
    """Why they were refused; `undeclared`: they had fields that are not in the register."""
    events: int
    margin: int
    """Give or take this many, 95 times in a hundred."""


class Promise(ResponseModel):
    """A retention period, and the result of the last check."""

    subject: str
    """The table."""
    promised: str | None
    """An ISO 8601 duration; null for what must never change, and for what may not be there at all (`orphan_total`)."""
    margin_seconds: int
    """How much longer the last of it can be there, because deleting goes in pieces and every quarter of an hour."""
    precision: Literal["day", "week"]
    """Precision of `oldest` and `last_deletion`: a week is given by its Monday."""
    oldest: date | None
    last_deletion: date | None
    verified_at: datetime | None
    """When it was last checked, if within the last hour."""
    kept: bool | None
    """Whether nothing is kept too long; null if not checked in the last hour."""


class Quality(ResponseModel):
    """The quality of the register, for the whole municipality or the requested scope."""

    period: Period
    measures: Measures
    questions: list[Question]
    """Least answered first."""
    outdated_segments: list[str]
    """Sensors where a segment starts whose entry declares a window for which no travel times are computed any more."""
    outdated_counters: list[str]
    """Sensors that send a message for each passer-by, and have no number because their entry has no sign of life."""
    capped_terms: dict[str, list[str]]
    """Sensors whose entries declare that something is kept for longer than is now allowed, by the rule: it is kept as
    long as the rule allows."""
    outdated_entries: dict[str, list[str]]
    """Sensors that were registered before other rules, by the rule that their next version must comply with."""
    refusals: dict[str, int]
    """Why `refused_day` readings were rejected."""
    unregistered: dict[str, Band]
    """What came last week from devices that are not in the register, by the reason for refusing it, from 15 up. Only of
    the whole municipality."""
    windows: list[Windows]
    """What became of events, of which nothing else is kept. Only for the whole municipality."""
    event_refusals: list[EventRefusal]
    """Of the last week, where there are more than chance explains. Only for the whole municipality."""
    promises: list[Promise]
    """Only for the whole municipality."""


class Group(ResponseModel):
    """The counts of a neighbourhood or an organisation."""

    code: str
    """The filter value for /v1/sensors: a CBS buurt code, or the name of the organisation."""
    name: str
    measures: Measures


class Groups(ResponseModel):
    """Counts by neighbourhood or organisation; a sensor counts for each of its organisations."""

    period: Period
    groups: list[Group]
