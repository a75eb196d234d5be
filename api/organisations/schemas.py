"""The forms in which the API answers about organisations."""

from api.schemas import ResponseModel, Sensors
from sensors.vocabulary.codes import Role


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
