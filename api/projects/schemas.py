"""Response models for projects."""

from api.schemas import ResponseModel, Sensors, Words


class ProjectInShort(ResponseModel):
    """A project that sensors belong to."""

    id: str
    """Never changes."""
    name: str
    description: Words | None
    url: str | None
    sensors: int
    href: str


class Projects(ResponseModel):
    """Projects that have sensors now."""

    projects: list[ProjectInShort]


class ProjectInFull(ProjectInShort):
    """One project and its sensors."""

    summary: Sensors
