"""Response models for themes."""

from api.schemas import ResponseModel, Sensors, Words


class ThemeInShort(ResponseModel):
    """A theme of sensors."""

    id: str
    label: Words
    sensors: int
    href: str


class Themes(ResponseModel):
    """Themes with sensors."""

    themes: list[ThemeInShort]


class ThemeInFull(ThemeInShort):
    """One theme and its sensors."""

    summary: Sensors
