"""The result of decoding a payload: readings or events, rejections, and the number of dropped fields."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from sensors.kinds import Kind
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_READINGS = 10_000
"""A larger message is rejected as a whole: one message must fit in one ingest batch."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One value of one observed property, in its canonical unit. ``time`` is in UTC."""

    property: str
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Passage:
    """One vehicle passing one point. ``identifier`` is normalised: upper-case letters and digits only."""

    time: datetime
    identifier: str = field(repr=False)
    vehicle_class: VehicleClass


@dataclass(frozen=True, slots=True)
class Movement:
    """A lamp's report of movement. ``present`` is false for none, which still counts the lamp as heard."""

    time: datetime
    property: str
    present: bool


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rejected reading or message. ``path`` is in our own words, never text of the payload."""

    reason: RejectionReason
    path: str


class DecodedReadings(msgspec.Struct, frozen=True, gc=False):
    """The content of one message. Readings plus rejections equal what was received; dropped fields don't count."""

    readings: tuple[Reading, ...]
    rejections: tuple[Rejection, ...]
    fields_dropped: int


@dataclass(frozen=True, slots=True)
class DecodedEvents:
    """The content of one message. Passages, movements and rejections together equal what was received."""

    passages: tuple[Passage, ...]
    movements: tuple[Movement, ...]
    rejections: tuple[Rejection, ...]
    fields_dropped: int


_D = TypeVar("_D", DecodedReadings, DecodedEvents)


@dataclass(frozen=True, slots=True)
class Format(Generic[_D]):
    """A payload format. ``code`` is the last level of the topics that carry it.

    ``decode`` takes the kind of sensor, the payload, and the property codes that the register declares for the sensor.
    It reads nothing else and never raises.
    """

    code: str
    decode: Callable[[Kind, bytes, frozenset[str]], _D]


class ReadingFormat(Format[DecodedReadings]):
    """A format of reading topics: values of observed properties."""


class EventFormat(Format[DecodedEvents]):
    """A format of event topics: passages and movements, which are never stored individually."""
