"""The forms in which the API answers about themes."""

from api.schemas import ResponseModel, Sensors, Words


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
