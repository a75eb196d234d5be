"""The supported kinds of sensors. Each sub-package is one and exports it as ``KIND``.

An *observed property* is what a datastream measures (OGC SensorThings API 1.1, clause 8.2.5); units are UCUM.
To add a kind, add a folder with its example payloads; nothing else changes. What only this kind brings, such as a unit,
is in its folder too: its spellings (``conversions``), its words (``unit_labels``) and how Grafana shows it
(``grafana_units``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from importlib import import_module
from itertools import pairwise
from math import inf
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Literal

from sensors.kinds.false_values import DECIMALS, EMPTY_FIELD_NUMBERS, DeviceModel
from sensors.vocabulary.codes import Public
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.measurement import Aggregation, Stamp
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.units import DIMENSIONLESS, VOLUME_RATIO, UnitConversion, VolumeRatio

__all__ = ["ALIVE", "KINDS", "DeviceModel", "Kind", "ObservedProperty", "UnitConversion", "properties_by_code"]


MAX_METER_READING = 9_999_999
"""The highest reading of a meter, in the canonical unit: seven digits, as meters of energy have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedProperty:
    """What can be observed: its unit, its bounds, and how much of it may ever be public."""

    code: str
    label: LocalizedText
    explanation: LocalizedText
    """One sentence for residents that explains the property."""
    unit: str
    """The canonical unit (UCUM) of every stored value."""
    conversions: Mapping[str, UnitConversion]
    """Accepted spellings of units, including the canonical one."""
    molar_mass: float | None = None
    """Of a gas, in g/mol: volume ratios (ppb) are converted by it. None: they aren't accepted."""
    plausible_range: tuple[float, float]
    """Inclusive bounds in the canonical unit. A value outside is stored with a quality code, not rejected."""
    max_change_per_hour: float | None = None
    """A larger change within an hour is flagged as a jump until the next value confirms it. None: no limit."""
    frozen_after: timedelta | None = None
    """A value unchanged for longer is flagged as frozen. None if the value may legitimately stay constant."""
    rests_at_zero: bool = False
    """Zero is where the scale ends: a sensor with a coarse resolution may report it for days, and isn't frozen."""
    finest_public: Public
    """No register entry may publish this property in a finer form."""
    sentinels: frozenset[float] = frozenset()
    """Numbers, before conversion, that mean "no value". Must never be possible values."""
    false_values: Mapping[float, RejectionReason] = field(default_factory=lambda: MappingProxyType({}))
    """Numbers, in the canonical unit, that devices report falsely, and why (``sensors.kinds.false_values``)."""
    counts_people: bool = False
    """Small counts are suppressed when published."""
    averages_people: bool = False
    """A mean over people or vehicles that pass: published only as a ratio, with a reference and a clip."""
    passes: frozenset[str] = frozenset()
    """The road users whose passes a value is made of, by class: one pass may be in several properties of a sensor."""
    follows_people: bool = False
    """Of a device that reacts to whoever comes near, its values show when someone did."""
    adds_up_devices: bool = False
    """It is about all that hangs on the device: where that reacts, a walk along all of it shows in each value."""
    reference: float | None = None
    """Of a mean over what passes: it is published as how far it is above or below this, on average …"""
    clip: float | None = None
    """… where a vehicle counts as no further off than this, so that none shifts it much. In the canonical unit. None: a
    mean over what passes isn't published."""
    sums_minutes: Literal[15, 60] | None = None
    """Of what passes, counts are added up over so many minutes; single rows are kept for days only."""
    has_night: bool = False
    """The night is one sum, of what few people are in."""
    aggregation: Aggregation = Aggregation.MEAN
    """How values of an hour or a day become one. A register entry may declare ``delta`` instead of ``counter`` and the
    other way round."""
    max_rate_per_hour: float | None = None
    """For what may be counted by a meter: the largest possible increase within an hour. None: no counter exists."""
    stamp: Stamp = Stamp.INSTANT
    """What its time means, unless the register entry says otherwise: the end of a period, for counts and averages."""
    resolution: float
    """Values are rounded to a multiple of this before anything is stored: 1, 0.1 and so on, in the canonical unit.
    More digits say nothing about the city, and could carry an identifier."""
    steps_per_unit: float = field(init=False)
    """The inverse of the resolution: a power of ten, and so exact, as the resolution itself usually is not."""
    required_privacy_rule: Literal["window_count", "match_in_memory"] | None = None
    """The privacy rule that a register entry must declare before this property is ingested."""
    is_integer: bool = False
    """Only non-negative integers are valid values."""
    accepts_boolean: bool = False
    """``true`` and ``false`` are accepted, as 1 and 0."""

    clear_range: tuple[float, float] = field(init=False, repr=False, compare=False)
    """An open interval, in the canonical unit, without any number that ``false_reason`` rejects."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps_per_unit", float(round(1 / self.resolution)))
        object.__setattr__(self, "clear_range", self._clear_range())

    def _clear_range(self) -> tuple[float, float]:
        """The gap between two rejected numbers that covers most of the plausible range."""
        low, high = self.plausible_range
        empty = {number for number in EMPTY_FIELD_NUMBERS if not low <= number <= high}
        rejected = sorted({-inf, *self.sentinels, *self.false_values, *empty, inf})
        below, above = max(pairwise(rejected), key=lambda gap: min(gap[1], high) - max(gap[0], low))
        return below + 10**-DECIMALS, above - 10**-DECIMALS

    def false_reason(self, sent: float, value: float) -> RejectionReason | None:
        """Why a number is known not to be a measurement. ``value`` is ``sent`` in the canonical unit."""
        if sent == value and self.clear_range[0] < value < self.clear_range[1]:
            return None
        number, canonical = round(sent, DECIMALS), round(value, DECIMALS)
        if number in self.sentinels:
            return RejectionReason.SENTINEL
        if canonical in self.false_values:
            return self.false_values[canonical]
        low, high = self.plausible_range
        return RejectionReason.SENTINEL if number in EMPTY_FIELD_NUMBERS and not low <= value <= high else None

    def find_unit(self, spelling: str) -> UnitConversion | VolumeRatio | None:
        """The unit with this spelling, or None if it is unknown or not a unit of this property."""
        found = self.conversions.get(spelling)
        return found if found or self.molar_mass is None else VOLUME_RATIO.get(spelling)

    @property
    def about_people(self) -> bool:
        """Whether its values come from people or vehicles that pass, so that a published one must never change."""
        return self.counts_people or self.averages_people or self.required_privacy_rule is not None

    @property
    def summed(self) -> bool:
        """Whether rollups are amounts (passages, energy used) instead of means or states."""
        return self.aggregation.is_total


ALIVE = ObservedProperty(
    code="alive",
    label=LocalizedText("Teken van leven", "Sign of life"),
    explanation=LocalizedText(
        "Op vaste tijden laat de sensor weten dat hij het doet. Dit zegt niets over mensen.",
        "At fixed times the sensor reports that it works. This says nothing about people.",
    ),
    unit="1",
    conversions=DIMENSIONLESS,
    # Whatever else a device says is stored as 1, with quality code 1.
    plausible_range=(1, 1),
    finest_public=Public.NONE,
    is_integer=True,
    accepts_boolean=True,
    aggregation=Aggregation.MAX,
    resolution=1,
)
"""What a device sends by the clock, never because of an event: the only sign of life of a sensor that otherwise sends
events alone. Every kind with event properties has it."""


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """A kind of sensor: its code is the name of its folder; properties are keyed by code."""

    code: str
    label: LocalizedText
    properties: Mapping[str, ObservedProperty]
    unit_labels: Mapping[str, tuple[LocalizedText, LocalizedText]] = field(
        default_factory=dict[str, tuple[LocalizedText, LocalizedText]]
    )
    """Symbol and spoken name of units that are new with this kind, by code (``api.formatting`` has the others)."""
    grafana_units: Mapping[str, str] = field(default_factory=dict[str, str])
    """Grafana's unit ids of units that are new with this kind, by code (``dashboards.units`` has the common ones)."""
    theme: str | None = None
    """The theme of every sensor of this kind (``sensors.register.themes.THEME_CODES``), whatever else it measures.
    None: the themes follow from the subjects of its datastreams."""
    device_models: tuple[DeviceModel, ...] = ()
    """Models that are known to report false values which other models may measure."""

    def for_device(self, make_and_model: str) -> "Kind":
        """This kind, with the false values of the models that a register entry names in free text."""
        models = tuple(model for model in self.device_models if model.is_named_in(make_and_model))
        return _with_models(self, models) if models else self

    def property_read_as(self, code: str, aggregation: Aggregation) -> ObservedProperty:
        """A property within the bounds that hold for a datastream: a meter shows more than may be counted at once."""
        known = self.properties[code]
        is_meter = aggregation is Aggregation.COUNTER and known.aggregation is not Aggregation.COUNTER
        return _read_by_meter(self, code) if is_meter else known


@cache
def _read_by_meter(kind: Kind, code: str) -> ObservedProperty:
    """Cached because thousands of sensors may have such a meter. Their steps are judged when hours are counted."""
    return replace(
        kind.properties[code], plausible_range=(0, MAX_METER_READING), max_change_per_hour=None, frozen_after=None
    )


@cache
def _with_models(kind: Kind, models: tuple[DeviceModel, ...]) -> Kind:
    """Cached because thousands of sensors may be of one model."""
    properties = dict(kind.properties)
    for model in models:
        for code, false_values in model.false_values.items():
            known = properties[code]
            properties[code] = replace(known, false_values={**known.false_values, **false_values})
    return replace(kind, properties=MappingProxyType(properties))


def properties_by_code(*properties: ObservedProperty) -> Mapping[str, ObservedProperty]:
    """A read-only mapping of the properties by code, in the order given."""
    return MappingProxyType({each.code: each for each in properties})


def _discover() -> Mapping[str, Kind]:
    names = sorted(module.name for module in iter_modules(__path__) if module.ispkg)
    kinds: list[Kind] = [import_module(f"{__name__}.{name}").KIND for name in names]
    return MappingProxyType({kind.code: kind for kind in kinds})


KINDS: Mapping[str, Kind] = _discover()
"""Every kind, by code."""
