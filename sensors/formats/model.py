"""The result of decoding a payload: readings or events, rejections, and the number of dropped fields."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

import msgspec

from sensors.kinds import Kind
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_READINGS = 10_000
"""A larger message is rejected as a whole: one message must fit in one ingest batch."""


class PayloadRules(msgspec.Struct, frozen=True, gc=False):
    """Peculiarities of a device's payloads that its register entry declares (``Entry.payload``)."""

    numbers_as_text: bool = False
    """Numbers may be text, such as ``"12.3"``."""
    receipt_time: datetime | RejectionReason | None = None
    """For a device without a clock: the time of every value in the message, whatever time it carries, or why there is
    none. None: the device has a clock."""


AS_DOCUMENTED = PayloadRules()
"""No peculiarities."""


class MeasuredPeriod(NamedTuple):
    """What a payload states of the period that a value is about, in UTC."""

    start: datetime | None
    """None: only the end is stated."""
    time: datetime
    """The end, which is after the start; the start itself if only that is stated."""


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One value of one observed property, in its canonical unit. Times are in UTC.

    ``time`` is the time as sent: the end of the period if the payload gives its ``start`` too, or that ``start`` alone.
    """

    property: str
    time: datetime
    value: float
    start: datetime | None = None
    revised: datetime | RejectionReason | None = None
    """When the device determined the value (``resultTime`` in SensorThings), or why that can't be read. Only matters
    if a later revision replaces the stored value."""
    is_end: bool = False
    """Whether the payload says that ``time`` is the end of a period of which it does not give the start."""


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
class PassersBy:
    """Road users of one sort that a counter saw pass at this time: one, or ``number`` together."""

    time: datetime
    property: str
    number: int


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
    """The content of one message. Passages, movements, passers-by and rejections together equal what was received."""

    passages: tuple[Passage, ...]
    movements: tuple[Movement, ...]
    passers_by: tuple[PassersBy, ...]
    rejections: tuple[Rejection, ...]
    fields_dropped: int


_D = TypeVar("_D", DecodedReadings, DecodedEvents)


@dataclass(frozen=True, slots=True)
class Format(Generic[_D]):
    """A payload format. ``code`` is the last level of the topics that carry it.

    ``decode`` takes the kind of sensor, the payload, the property codes that the register declares for the sensor, and
    the peculiarities it declares. It reads nothing else and never raises.
    """

    code: str
    decode: Callable[[Kind, bytes, frozenset[str], PayloadRules], _D]


class ReadingFormat(Format[DecodedReadings]):
    """A format of reading topics: values of observed properties."""


class EventFormat(Format[DecodedEvents]):
    """A format of event topics: passages, movements and passers-by, which are never stored individually."""
