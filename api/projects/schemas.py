"""The forms in which the API answers about projects."""

from api.schemas import ResponseModel, Sensors, Words


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
