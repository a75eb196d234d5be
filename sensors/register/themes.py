"""Themes for residents: the few subjects by which they look for sensors.

Each datastream declares one of Amsterdam's twenty subjects (``sensors.vocabulary.codes.Theme``), which are meant for
officials. A resident theme combines several of them, and also covers sensors that deliver no data to us.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from sensors.kinds import KINDS
from sensors.vocabulary.codes import Theme

THEME_CODES: Final = (
    "air",
    "traffic",
    "light",
    "noise",
    "water",
    "weather",
    "nature",
    "energy",
    "waste",
    "safety",
    "health",
    "economy",
    "connectivity",
)
"""The codes, in display order."""

_THEME_BY_KIND: Mapping[str, str] = {kind.code: kind.theme for kind in KINDS.values() if kind.theme is not None}

THEME_BY_SUBJECT: Mapping[Theme, str] = {
    **dict.fromkeys((each for each in Theme if each.startswith("mobility")), "traffic"),
    **dict.fromkeys((each for each in Theme if each.startswith("economy")), "economy"),
    Theme.ENVIRONMENT_WASTE: "waste",
    Theme.ENVIRONMENT_ENERGY: "energy",
    Theme.ENVIRONMENT_NOISE: "noise",
    Theme.ENVIRONMENT_CLIMATE: "weather",
    Theme.ENVIRONMENT_NATURE: "nature",
    Theme.ENVIRONMENT_SUBSTANCES: "air",
    Theme.ENVIRONMENT_WATER_SOIL_AIR: "air",
    Theme.SAFETY_CAMERA: "safety",
    Theme.SAFETY_HEALTH: "health",
}
_BROAD_SUBJECTS = frozenset({Theme.ENVIRONMENT_ENERGY, Theme.ENVIRONMENT_WATER_SOIL_AIR})
"""Subjects so broad that the kind is more specific."""
_WATER_PATTERN = re.compile(r"water|soil|moisture|flood|sewer|rain")

_THEME_BY_DEVICE: Mapping[str, str] = {
    "antenna": "connectivity",
    "beacon": "connectivity",
    "sound": "noise",
    "air_quality": "air",
    "water_quality": "water",
    "sound_level_meter": "noise",
    "weather_station": "weather",
}
"""For sensors that deliver no data to us: by category, DTPR technology and sensor type."""

_THEME_BY_PURPOSE: Mapping[str, str] = {
    **dict.fromkeys(("mobility", "logistics", "wayfinding_services"), "traffic"),
    **dict.fromkeys(("safety_security", "enforcement", "fire_emergency"), "safety"),
    **dict.fromkeys(("commerce", "dining"), "economy"),
    "connectivity": "connectivity",
    "ecology": "nature",
    "energy_efficiency": "energy",
    "health": "health",
    "waste_management": "waste",
    "water_efficiency": "water",
}
"""The last resort: by purpose."""


def themes_of(document: Mapping[str, Any]) -> list[str]:
    """The themes of an entry, in display order; empty if nothing indicates any."""
    found = (
        {*_themes_of_kind(document), *_themes_of_datastreams(document)}
        or set(_themes_of_device(document))
        or set(_themes_of_purposes(document))
    )
    return [theme for theme in THEME_CODES if theme in found]


def _themes_of_kind(document: Mapping[str, Any]) -> Iterator[str]:
    kind: str = document.get("kind") or ""
    if kind in _THEME_BY_KIND:
        yield _THEME_BY_KIND[kind]


def _themes_of_datastreams(document: Mapping[str, Any]) -> Iterator[str]:
    kind: str = document.get("kind") or ""
    technology = " ".join(document["device"].get("technology", ()))
    for stream in document.get("datastreams", ()):
        subject = stream["theme"]
        if subject in _BROAD_SUBJECTS and kind in _THEME_BY_KIND:
            continue
        told = f"{kind} {technology} {stream['observed_property']}"
        wet = subject == Theme.ENVIRONMENT_WATER_SOIL_AIR and _WATER_PATTERN.search(told)
        yield "water" if wet else THEME_BY_SUBJECT[subject]


def _themes_of_device(document: Mapping[str, Any]) -> Iterator[str]:
    device = document["device"]
    said = (device["category"], *device.get("technology", ()), *device["sensor_types"])
    return (_THEME_BY_DEVICE[each] for each in said if each in _THEME_BY_DEVICE)


def _themes_of_purposes(document: Mapping[str, Any]) -> Iterator[str]:
    return (_THEME_BY_PURPOSE[each["code"]] for each in document["purposes"] if each["code"] in _THEME_BY_PURPOSE)
