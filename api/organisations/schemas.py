"""Response models for organisations."""

from api.schemas import ResponseModel, Sensors
from sensors.vocabulary.codes import Role


class Desk(ResponseModel):
    """How to reach the organisation. Never a person."""

    email: str | None
    phone: str | None
    url: str | None


class Answering(ResponseModel):
    """Reports of the last year about sensors the organisation is responsible for, by status."""

    received: int
    settled: int
    in_time: int
    late: int
    """Still unanswered after the promised day."""
    median_days: int | None
    """The median number of days to an answer; null without answers."""


class OrganisationInShort(ResponseModel):
    """An organisation involved with sensors."""

    id: str
    """Never changes."""
    name: str
    """The name as used in entries."""
    roles: dict[Role, int]
    """Number of sensors by role."""
    sensors: int
    href: str


class Organisations(ResponseModel):
    """Organisations involved with sensors now."""

    organisations: list[OrganisationInShort]


class OrganisationInFull(OrganisationInShort):
    """One organisation and its sensors."""

    url: str | None
    tooi: str | None
    """Its URI in the Dutch government's list of organisations."""
    desks: list[Desk]
    """For the sensors it is responsible for."""
    reports: Answering
    summary: Sensors
