"""The way of one message: a literal list of steps. What comes out is observations and counts, never the payload.

Pure: no clock, no database, no broker. A message that a step refuses is a value with a closed reason.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ingest.events.windows import FUTURE_TOLERANCE
from ingest.quality_flags import Memory, Quality
from sensors.formats import READING_FORMATS
from sensors.formats.model import Decoded, Format, Reading, Rejected
from sensors.kinds import KINDS, Kind, Property
from sensors.policy.compiler import Counting, Matching
from sensors.vocabulary.codes import Status
from sensors.vocabulary.rejection_reasons import Reason

MAX_PAYLOAD = 262_144
"""Bytes. A larger message is refused unread."""


@dataclass(frozen=True, slots=True)
class Datastream:
    """What may be stored of one observed property: a row of ``lantaarn.datastream``."""

    id: int
    table: str
    term: timedelta
    limits: Property


@dataclass(frozen=True, slots=True)
class EventStream:
    """What may be taken up in windows and never stored by itself: a row of ``lantaarn.datastream`` with a rule."""

    id: int
    limits: Property
    rule: Matching | Counting


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor as ingest knows it. Both mappings are its allow-list, by observed property; no property is in both.

    ``events`` is read from event topics only. ``revision``: the version of the entry that allows all this.
    """

    id: int
    kind: Kind
    status: Status
    datastreams: Mapping[str, Datastream]
    events: Mapping[str, EventStream] = field(default_factory=dict[str, EventStream])
    revision: int = 0
    erased: tuple[tuple[datetime, datetime], ...] = ()
    """Periods, from and before, of which nothing may be taken in again."""
    declared: frozenset[str] = field(init=False)
    """The observed properties of both; made once, because every message needs it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "declared", frozenset(self.datastreams).union(self.events))


Register = Mapping[tuple[str, str, str], Sensor]
"""Every registered sensor by (municipality, kind, reference): the first three parts of its topic."""


class Message(msgspec.Struct, frozen=True, gc=False):
    """One MQTT publication. Lives in memory only, until its outcome is known."""

    topic: str
    payload: bytes


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One value of one datastream, to be stored in ``table``."""

    table: str
    datastream_id: int
    time: datetime
    value: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class Refused:
    """One reading that is not stored. ``field`` is of our own vocabulary, never text from the payload."""

    reason: Reason
    field: str


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one message: ``received`` = observations + refused + aggregated, counted in readings."""

    sensor_id: int | None
    topic_template: str
    size: int
    observations: tuple[Observation, ...]
    refused: tuple[Refused, ...]
    fields_dropped: int
    aggregated: int = 0
    """Readings that were taken up in a privacy window, and are nowhere by themselves."""


class Work(msgspec.Struct):
    """The state of one message on its way through the steps."""

    message: Message
    register: Register
    memory: Memory
    now: datetime
    formats: Mapping[str, Format[Any]] = READING_FORMATS
    """Those of the topics that this message came by."""
    sensor: Sensor | None = None
    format: Format[Any] | None = None
    topic_template: str = "+/+/+/+"
    readings: tuple[Reading, ...] = ()
    refused: list[Refused] = msgspec.field(default_factory=list[Refused])
    fields_dropped: int = 0
    observations: list[Observation] = msgspec.field(default_factory=list[Observation])

    @property
    def identified(self) -> Sensor:
        """The sensor, in the steps after ``identify``."""
        if self.sensor is None:
            raise RuntimeError("identify comes first")
        return self.sensor

    @property
    def permitted(self) -> Format[Any]:
        """The format, in the steps after ``permit``."""
        if self.format is None:
            raise RuntimeError("permit comes first")
        return self.format


Step = Callable[[Work], Reason | None]
"""A step changes the work, or refuses the whole message with a reason."""


def identify(work: Work) -> Reason | None:
    """The topic ``{municipality}/{kind}/{reference}/{format}`` names a sensor of the register."""
    parts = work.message.topic.split("/")
    if len(parts) != 4:
        return Reason.UNKNOWN_TOPIC
    municipality, kind, reference, code = parts
    known, work.format = kind in KINDS, work.formats.get(code)
    work.topic_template = f"+/{kind if known else '+'}/+/{work.format.code if work.format else '+'}"
    if not known:
        return Reason.UNKNOWN_TOPIC
    work.sensor = work.register.get((municipality, kind, reference))
    return None if work.sensor else Reason.UNREGISTERED


def permit(work: Work) -> Reason | None:
    """The register says that this sensor is on and that its data may be stored."""
    sensor = work.identified
    if sensor.status is not Status.ACTIVE:
        return Reason.NOT_ACTIVE
    if not (sensor.datastreams or sensor.events):
        return Reason.NOT_INGESTED
    if work.format is None:
        return Reason.UNKNOWN_FORMAT
    return Reason.TOO_LARGE if len(work.message.payload) > MAX_PAYLOAD else None


def read(work: Work) -> Reason | None:
    """Decode what is declared; the rest is dropped before anything else sees it, and counted."""
    sensor = work.identified
    decoded: Decoded = work.permitted.decode(sensor.kind, work.message.payload, sensor.declared)
    work.readings = decoded.readings
    if decoded.rejected:
        work.refused.extend(_refused(decoded.rejected))
    work.fields_dropped = decoded.fields_dropped
    return None


def check(work: Work) -> Reason | None:
    """Each reading's time against the clock and the term of its class; what is left gets its quality."""
    datastreams, erased = work.identified.datastreams, work.identified.erased
    judge, keep = work.memory.judge, work.observations.append
    time, age = work.now, timedelta()
    for reading in work.readings:
        # The values of a message share their time.
        if reading.time is not time:
            time, age = reading.time, work.now - reading.time
        datastream = datastreams.get(reading.property)
        if datastream is None:
            # Declared, but for event topics only: here it may have rested in the broker.
            work.refused.append(Refused(Reason.NOT_HERE, reading.property))
        elif age < -FUTURE_TOLERANCE:
            work.refused.append(Refused(Reason.IN_FUTURE, reading.property))
        elif age > datastream.term:
            work.refused.append(Refused(Reason.TOO_LATE, reading.property))
        elif erased and any(since <= time < until for since, until in erased):
            work.refused.append(Refused(Reason.ERASED, reading.property))
        else:
            quality = judge(datastream.id, datastream.limits, time, reading.value)
            keep(Observation(datastream.table, datastream.id, time, reading.value, quality))
    return None


STEPS: tuple[Step, ...] = (identify, permit, read, check)
"""The way of the data. Nothing reaches storage that has not passed all of them, in this order."""


def process(message: Message, register: Register, memory: Memory, now: datetime) -> Outcome:
    """Take one message through the steps.

    ``now`` is the time of receipt, ``memory`` what earlier values were. A message refused as a whole is one reading.
    """
    work = Work(message, register, memory, now)
    for step in STEPS:
        reason = step(work)
        if reason is not None:
            work.refused = [Refused(reason, "")]
            break
    return Outcome(
        sensor_id=work.sensor.id if work.sensor else None,
        topic_template=work.topic_template,
        size=len(message.payload),
        observations=tuple(work.observations),
        refused=tuple(work.refused),
        fields_dropped=work.fields_dropped,
    )


def _refused(rejected: Iterable[Rejected]) -> Iterable[Refused]:
    return (Refused(one.reason, one.field) for one in rejected)
