"""The kinds of sensors we know: each sub-folder is one kind, and exports it as ``KIND``.

Words: an *observed property* is what a datastream measures (OGC SensorThings API 1.1, clause 8.2.5); units are UCUM.
A new kind is a new folder beside the others, with its example payloads; nothing else changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Literal

from sensors.vocabulary.codes import Public
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.units import UnitConversion

__all__ = ["KINDS", "Kind", "ObservedProperty", "UnitConversion", "properties_by_code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedProperty:
    """What can be observed, in which unit, between which bounds, and how much of it may ever be public."""

    code: str
    label: LocalizedText
    explanation: LocalizedText
    """One sentence for residents: what is this?"""
    unit: str
    """The canonical unit (UCUM): every stored value is in it."""
    conversions: Mapping[str, UnitConversion]
    """Accepted unit spellings, the canonical one included."""
    plausible_range: tuple[float, float]
    """Bounds in the canonical unit, both inclusive. A value outside is stored with a quality code, not refused."""
    max_change_per_hour: float | None = None
    """A change by more than this within an hour is a jump, until the next value confirms it. None: all may happen."""
    frozen_after: timedelta | None = None
    """The same value for longer than this is a sensor that hangs. None: it may really stay the same."""
    finest_public: Public
    """No register entry may publish this property in a finer form."""
    sentinels: frozenset[float] = frozenset()
    """Numbers, as sent, that mean "no value". Never a number that can be real."""
    counts_people: bool = False
    """Small numbers of it are not published as such."""
    summed: bool = False
    """An hour or a day of it is a sum (passages, energy used), not a mean."""
    required_privacy_rule: Literal["window_count", "match_in_memory"] | None = None
    """The privacy rule a register entry must declare before this property is taken in."""
    is_integer: bool = False
    """Only whole numbers from 0 up are values."""
    accepts_boolean: bool = False
    """``true`` and ``false`` are accepted, as 1 and 0."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of sensor: the name of its folder, and its observed properties by code."""

    code: str
    label: LocalizedText
    properties: Mapping[str, ObservedProperty]
    unit_labels: Mapping[str, tuple[LocalizedText, LocalizedText]] = field(
        default_factory=dict[str, tuple[LocalizedText, LocalizedText]]
    )
    """How a unit that no kind had before is written and said, by its code (``api.formatting`` has the others)."""


def properties_by_code(*properties: ObservedProperty) -> Mapping[str, ObservedProperty]:
    """The properties in the order given, read-only."""
    return MappingProxyType({each.code: each for each in properties})


def _discover() -> Mapping[str, Kind]:
    names = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    kinds: list[Kind] = [import_module(f"{__name__}.{name}").KIND for name in names]
    return MappingProxyType({kind.code: kind for kind in kinds})


KINDS: Mapping[str, Kind] = _discover()
"""Every kind, by code."""
