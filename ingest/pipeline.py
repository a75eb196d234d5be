"""The way of one message: a literal list of steps. What comes out is observations and counts, never the payload.

Pure: no clock, no database, no broker. A message that a step refuses is a value with a closed reason.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ingest.events.windows import CLOCK_SKEW_TOLERANCE
from ingest.quality_flags import QualityChecker, QualityFlag
from sensors.formats import READING_FORMATS
from sensors.formats.model import DecodedReadings, Format, Reading, Rejection
from sensors.kinds import KINDS, Kind, ObservedProperty
from sensors.policy.compiler import CountingRule, MatchingRule
from sensors.vocabulary.codes import Status
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_PAYLOAD_BYTES = 262_144
"""Bytes. A larger message is refused unread."""


@dataclass(frozen=True, slots=True)
class StoredDatastream:
    """What may be stored of one observed property: a row of ``lantaarn.datastream``."""

    id: int
    table: str
    term: timedelta
    observed_property: ObservedProperty


@dataclass(frozen=True, slots=True)
class EventDatastream:
    """What may be taken up in windows and never stored by itself: a row of ``lantaarn.datastream`` with a rule."""

    id: int
    observed_property: ObservedProperty
    privacy_rule: MatchingRule | CountingRule


@dataclass(frozen=True, slots=True)
class IngestSensor:
    """A sensor as ingest knows it. Both mappings are its allow-list, by observed property; no property is in both.

    ``events`` is read from event topics only. ``revision``: the version of the entry that allows all this.
    """

    id: int
    kind: Kind
    status: Status
    datastreams: Mapping[str, StoredDatastream]
    event_datastreams: Mapping[str, EventDatastream] = field(default_factory=dict[str, EventDatastream])
    revision: int = 0
    erased_periods: tuple[tuple[datetime, datetime], ...] = ()
    """Periods, from and before, of which nothing may be taken in again."""
    declared_properties: frozenset[str] = field(init=False)
    """The observed properties of both; made once, because every message needs it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "declared_properties", frozenset(self.datastreams).union(self.event_datastreams))


SensorsByTopic = Mapping[tuple[str, str, str], IngestSensor]
"""Every registered sensor by (municipality, kind, reference): the first three parts of its topic."""


class IncomingMessage(msgspec.Struct, frozen=True, gc=False):
    """One MQTT publication. Lives in memory only, until its outcome is known."""

    topic: str
    payload: bytes


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One value of one datastream, to be stored in ``table``."""

    table: str
    datastream_id: int
    time: datetime
    value: float
    quality: QualityFlag


class MessageOutcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one message: ``received`` = observations + refused + aggregated, counted in readings."""

    sensor_id: int | None
    topic_template: str
    payload_bytes: int
    observations: tuple[Observation, ...]
    rejections: tuple[Rejection, ...]
    fields_dropped: int
    aggregated_readings: int = 0
    """Readings that were taken up in a privacy window, and are nowhere by themselves."""


class MessageState(msgspec.Struct):
    """The state of one message on its way through the steps."""

    message: IncomingMessage
    register: SensorsByTopic
    quality_checker: QualityChecker
    received_at: datetime
    payload_formats: Mapping[str, Format[Any]] = READING_FORMATS
    """Those of the topics that this message came by."""
    sensor: IngestSensor | None = None
    payload_format: Format[Any] | None = None
    topic_template: str = "+/+/+/+"
    readings: tuple[Reading, ...] = ()
    rejections: list[Rejection] = msgspec.field(default_factory=list[Rejection])
    fields_dropped: int = 0
    observations: list[Observation] = msgspec.field(default_factory=list[Observation])

    @property
    def identified_sensor(self) -> IngestSensor:
        """The sensor, in the steps after ``identify``."""
        if self.sensor is None:
            raise RuntimeError("identify comes first")
        return self.sensor

    @property
    def known_format(self) -> Format[Any]:
        """The format, in the steps after ``permit``."""
        if self.payload_format is None:
            raise RuntimeError("permit comes first")
        return self.payload_format


Step = Callable[[MessageState], RejectionReason | None]
"""A step changes the work, or refuses the whole message with a reason."""


def identify_sensor(state: MessageState) -> RejectionReason | None:
    """The topic ``{municipality}/{kind}/{reference}/{format}`` names a sensor of the register."""
    parts = state.message.topic.split("/")
    if len(parts) != 4:
        return RejectionReason.UNKNOWN_TOPIC
    municipality, kind, reference, code = parts
    known, state.payload_format = kind in KINDS, state.payload_formats.get(code)
    state.topic_template = f"+/{kind if known else '+'}/+/{state.payload_format.code if state.payload_format else '+'}"
    if not known:
        return RejectionReason.UNKNOWN_TOPIC
    state.sensor = state.register.get((municipality, kind, reference))
    return None if state.sensor else RejectionReason.UNREGISTERED


def check_permission(state: MessageState) -> RejectionReason | None:
    """The register says that this sensor is on and that its data may be stored."""
    sensor = state.identified_sensor
    if sensor.status is not Status.ACTIVE:
        return RejectionReason.NOT_ACTIVE
    if not (sensor.datastreams or sensor.event_datastreams):
        return RejectionReason.NOT_INGESTED
    if state.payload_format is None:
        return RejectionReason.UNKNOWN_FORMAT
    return RejectionReason.TOO_LARGE if len(state.message.payload) > MAX_PAYLOAD_BYTES else None


def decode_payload(state: MessageState) -> RejectionReason | None:
    """Decode what is declared; the rest is dropped before anything else sees it, and counted."""
    sensor = state.identified_sensor
    decoded: DecodedReadings = state.known_format.decode(sensor.kind, state.message.payload, sensor.declared_properties)
    state.readings = decoded.readings
    if decoded.rejections:
        state.rejections.extend(decoded.rejections)
    state.fields_dropped = decoded.fields_dropped
    return None


def check_readings(state: MessageState) -> RejectionReason | None:
    """Each reading's time against the clock and the term of its class; what is left gets its quality."""
    datastreams, erased = state.identified_sensor.datastreams, state.identified_sensor.erased_periods
    assess, keep = state.quality_checker.assess, state.observations.append
    time, age = state.received_at, timedelta()
    for reading in state.readings:
        # The values of a message share their time.
        if reading.time is not time:
            time, age = reading.time, state.received_at - reading.time
        datastream = datastreams.get(reading.property)
        if datastream is None:
            # Declared, but for event topics only: here it may have rested in the broker.
            state.rejections.append(Rejection(RejectionReason.NOT_HERE, reading.property))
        elif age < -CLOCK_SKEW_TOLERANCE:
            state.rejections.append(Rejection(RejectionReason.IN_FUTURE, reading.property))
        elif age > datastream.term:
            state.rejections.append(Rejection(RejectionReason.TOO_LATE, reading.property))
        elif erased and any(since <= time < until for since, until in erased):
            state.rejections.append(Rejection(RejectionReason.ERASED, reading.property))
        else:
            quality = assess(datastream.id, datastream.observed_property, time, reading.value)
            keep(Observation(datastream.table, datastream.id, time, reading.value, quality))
    return None


STEPS: tuple[Step, ...] = (identify_sensor, check_permission, decode_payload, check_readings)
"""The way of the data. Nothing reaches storage that has not passed all of them, in this order."""


def process_message(
    message: IncomingMessage, register: SensorsByTopic, quality_checker: QualityChecker, received_at: datetime
) -> MessageOutcome:
    """Take one message through the steps.

    ``now`` is the time of receipt, ``memory`` what earlier values were. A message refused as a whole is one reading.
    """
    work = MessageState(message, register, quality_checker, received_at)
    for step in STEPS:
        reason = step(work)
        if reason is not None:
            work.rejections = [Rejection(reason, "")]
            break
    return MessageOutcome(
        sensor_id=work.sensor.id if work.sensor else None,
        topic_template=work.topic_template,
        payload_bytes=len(message.payload),
        observations=tuple(work.observations),
        rejections=tuple(work.rejections),
        fields_dropped=work.fields_dropped,
    )
