"""What every payload format gives: readings or events, what was refused of them, and how many fields were dropped."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from sensors.kinds import Kind
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_READINGS = 10_000
"""A message with more is refused whole: one message must fit in one batch of ingest."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One value of one property, in the property's canonical unit. ``time`` is in UTC."""

    property: str
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Passage:
    """One vehicle at one point. ``identifier`` is normalised: letters and digits only, upper case."""

    time: datetime
    identifier: str = field(repr=False)
    vehicle_class: VehicleClass


@dataclass(frozen=True, slots=True)
class Movement:
    """A lamp reports whether someone is there. ``present`` false is no movement, but shows that the lamp was heard."""

    time: datetime
    property: str
    present: bool


@dataclass(frozen=True, slots=True)
class Rejection:
    """A reading, or a whole message, that is refused. ``path`` is in our own words, never text of a payload."""

    reason: RejectionReason
    path: str


class DecodedReadings(msgspec.Struct, frozen=True, gc=False):
    """What one message held. Readings and rejections together are what was received; dropped fields are no readings."""

    readings: tuple[Reading, ...]
    rejections: tuple[Rejection, ...]
    fields_dropped: int


@dataclass(frozen=True, slots=True)
class DecodedEvents:
    """What one message held. Passages, movements and rejections together are what was received."""

    passages: tuple[Passage, ...]
    movements: tuple[Movement, ...]
    rejections: tuple[Rejection, ...]
    fields_dropped: int


_D = TypeVar("_D", DecodedReadings, DecodedEvents)


@dataclass(frozen=True, slots=True)
class Format(Generic[_D]):
    """A payload format. ``code`` is the last level of the topics that carry it.

    ``decode`` takes the kind of sensor, the payload, and the property codes that the register declares for the sensor;
    it reads nothing else and never raises.
    """

    code: str
    decode: Callable[[Kind, bytes, frozenset[str]], _D]


class ReadingFormat(Format[DecodedReadings]):
    """A format of ordinary topics: values of observed properties."""


class EventFormat(Format[DecodedEvents]):
    """A format of event topics: passages and movements, which are never stored by themselves."""
