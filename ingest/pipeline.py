"""Process one message through an explicit list of steps, yielding observations and counts, never the payload.

Pure: no clock, no database, no broker. Rejection is a return value, with a reason from a closed list.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import fsum
from operator import attrgetter
from typing import Any

import msgspec
from msgspec.structs import replace as change

from ingest.events.windows import CLOCK_SKEW_TOLERANCE
from ingest.flow_control.rate_limits import RateLimit, SensorRateLimiter, SensorUsage, rate_limit
from ingest.quality_flags import QualityChecker, QualityFlag
from ingest.times.periods import Timing, declared_timing
from ingest.times.receipt import NO_RECEIPTS, Receipts
from sensors.formats import READING_FORMATS
from sensors.formats.model import AS_DOCUMENTED, DecodedReadings, Format, PayloadRules, Reading, Rejection
from sensors.kinds import KINDS, Kind, ObservedProperty
from sensors.policy.cells import CellRule
from sensors.policy.compiler import EventRule
from sensors.vocabulary.codes import Status
from sensors.vocabulary.measurement import Aggregation, SameTime, Stamp
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_PAYLOAD_BYTES = 262_144
"""Larger messages are rejected without being decoded."""


@dataclass(frozen=True, slots=True)
class StoredDatastream:
    """A datastream whose values may be stored: a row of ``lantaarn.datastream``."""

    id: int
    table: str
    term: timedelta
    observed_property: ObservedProperty
    aggregation: Aggregation = Aggregation.MEAN
    stamp: Stamp = Stamp.INSTANT
    interval: timedelta | None = None
    """The declared measurement interval."""
    same_time: SameTime = SameTime.FIRST
    is_additive: bool = True
    """Whether an hour's totals are kept by adding each value to them, as it is."""
    timing: Timing = field(init=False)
    """Of its stamp and its interval. Equal ones are one object."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "timing", declared_timing(self.stamp, self.interval))


@dataclass(frozen=True, slots=True)
class EventDatastream:
    """A datastream that may only be aggregated in windows: a row of ``lantaarn.datastream`` with a privacy rule."""

    id: int
    observed_property: ObservedProperty
    privacy_rule: EventRule
    cells: CellRule | None = None
    """How what is counted in memory is published."""


@dataclass(frozen=True, slots=True)
class IngestSensor:
    """A sensor as ingest sees it. The two mappings, by observed property, are its allow-list; they are disjoint.

    ``event_datastreams`` applies to event topics only. ``revision`` is the register version that permits all this.
    """

    id: int
    kind: Kind
    status: Status
    datastreams: Mapping[str, StoredDatastream]
    event_datastreams: Mapping[str, EventDatastream] = field(default_factory=dict[str, EventDatastream])
    revision: int = 0
    erased_periods: tuple[tuple[datetime, datetime], ...] = ()
    """Half-open periods (since, until) whose readings must not be stored again."""
    payload_rules: PayloadRules = AS_DOCUMENTED
    is_about_people: bool = False
    """Whether it sends single values about people: that one came may tell that somebody passed."""
    declared_properties: frozenset[str] = field(init=False)
    """The observed properties in either mapping, computed once because every message needs them."""
    rate_limit: RateLimit = field(init=False)
    """From the intervals of its datastreams."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "declared_properties", frozenset(self.datastreams).union(self.event_datastreams))
        intervals = tuple(each.interval for each in self.datastreams.values())
        object.__setattr__(self, "rate_limit", rate_limit(intervals))


SensorsByTopic = Mapping[tuple[str, str, str], IngestSensor]
"""Registered sensors by (municipality, kind, reference): the first three levels of their topics."""


class IncomingMessage(msgspec.Struct, frozen=True, gc=False):
    """One MQTT publication. It exists in memory only, until its outcome is known."""

    topic: str
    payload: bytes
    omitted_bytes: int = 0
    """The size of a payload above MAX_PAYLOAD_BYTES, of which nothing was kept."""
    is_redelivered: bool = False
    """Whether the broker sent it before, on this connection or on an earlier one."""
    is_retained: bool = False
    """Whether the broker had it before we subscribed."""
    received_monotonic: float = 0.0
    """When it arrived, in seconds of the monotonic clock."""

    @property
    def payload_bytes(self) -> int:
        """The size of the payload as it was sent."""
        return len(self.payload) + self.omitted_bytes


class Observation(msgspec.Struct, frozen=True, gc=False):
    """One value of one datastream, to be inserted into ``table``. ``time``: when the period that it is about began."""

    table: str
    datastream_id: int
    time: datetime
    value: float
    quality: QualityFlag
    is_additive: bool = True
    """As of its datastream."""
    readings: int = 1
    """The number of readings that were added up to this value."""
    is_revisable: bool = False
    """Whether a later revision replaces the stored value."""
    revised: datetime | None = None
    """When the device determined a revisable value, if it says so."""


class MessageOutcome(msgspec.Struct, frozen=True, gc=False):
    """What became of one message. In readings: received = those of its observations + rejections."""

    sensor_id: int | None
    topic_template: str
    payload_bytes: int
    observations: tuple[Observation, ...]
    rejections: tuple[Rejection, ...]
    fields_dropped: int
    is_redelivered: bool = False
    """Whether the broker sent the message before."""
    is_repeat: bool = False
    """The same refusal was recorded in detail less than a minute ago: it is only counted."""
    newest_time: datetime | None = None
    """The newest time, as sent, of its observations: it shows how far behind the device or ingest is."""
    is_about_people: bool = False
    """As of its sensor."""


class MessageState(msgspec.Struct):
    """The state of one message as it passes through the steps."""

    message: IncomingMessage
    register: SensorsByTopic
    quality_checker: QualityChecker
    received_at: datetime
    receipts: Receipts = NO_RECEIPTS
    payload_formats: Mapping[str, Format[Any]] = READING_FORMATS
    """The formats of the topic tree that this message arrived on."""
    rate_limiter: SensorRateLimiter | None = None
    usage: SensorUsage | None = None
    sensor: IngestSensor | None = None
    payload_format: Format[Any] | None = None
    topic_template: str = "+/+/+/+"
    readings: tuple[Reading, ...] = ()
    rejections: list[Rejection] = msgspec.field(default_factory=list[Rejection])
    fields_dropped: int = 0
    observations: list[Observation] = msgspec.field(default_factory=list[Observation])
    newest_time: datetime | None = None

    @property
    def identified_sensor(self) -> IngestSensor:
        """The sensor, for steps after ``identify_sensor``."""
        if self.sensor is None:
            raise RuntimeError("identify_sensor must run first")
        return self.sensor

    @property
    def known_format(self) -> Format[Any]:
        """The format, for steps after ``check_permission``."""
        if self.payload_format is None:
            raise RuntimeError("check_permission must run first")
        return self.payload_format


Step = Callable[[MessageState], RejectionReason | None]
"""Updates the state, or returns the reason to reject the whole message."""


def sensor_of_topic(topic: str, register: SensorsByTopic) -> IngestSensor | None:
    """The registered sensor whose topic this is."""
    municipality, kind, reference, *_ = [*topic.split("/"), "", ""]
    return register.get((municipality, kind, reference))


def identify_sensor(state: MessageState) -> RejectionReason | None:
    """Look up the sensor named by the topic, ``{municipality}/{kind}/{reference}/{format}``."""
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


def limit_rate(state: MessageState) -> RejectionReason | None:
    """Reject a message unread if its sensor has used up what it may cost in an hour."""
    if state.rate_limiter is None:
        return None
    sensor = state.identified_sensor
    usage = state.usage = state.rate_limiter.usage_of(sensor.id, sensor.rate_limit, state.received_at)
    return RejectionReason.TOO_OFTEN if usage.is_exhausted else None


def check_permission(state: MessageState) -> RejectionReason | None:
    """Require an active sensor with data that may be ingested, a known format and an acceptable payload size."""
    sensor = state.identified_sensor
    if sensor.status is not Status.ACTIVE:
        return RejectionReason.NOT_ACTIVE
    if not (sensor.datastreams or sensor.event_datastreams):
        return RejectionReason.NOT_INGESTED
    if state.payload_format is None:
        return RejectionReason.UNKNOWN_FORMAT
    return RejectionReason.TOO_LARGE if state.message.payload_bytes > MAX_PAYLOAD_BYTES else None


def decode_payload(state: MessageState) -> RejectionReason | None:
    """Decode the declared properties. Other fields are counted, and dropped before anything else sees them."""
    sensor, rules = state.identified_sensor, state.identified_sensor.payload_rules
    if rules.receipt_time is not None:
        rules = change(rules, receipt_time=state.receipts.time_of(state.message))
    decoded: DecodedReadings = state.known_format.decode(
        sensor.kind, state.message.payload, sensor.declared_properties, rules
    )
    state.readings = decoded.readings
    if decoded.rejections:
        state.rejections.extend(decoded.rejections)
    state.fields_dropped = decoded.fields_dropped
    if rules.receipt_time is not None:
        _reject_waited(state)
    return None


def _reject_waited(state: MessageState) -> None:
    """Reject readings of a device without a clock that the broker may have kept for longer than their interval."""
    kept: list[Reading] = []
    for reading in state.readings:
        datastream = state.identified_sensor.datastreams.get(reading.property)
        if datastream is not None and state.receipts.may_have_waited(state.message, datastream.interval):
            state.rejections.append(Rejection(RejectionReason.NO_TIME, reading.property))
        else:
            kept.append(reading)
    state.readings = tuple(kept)


def thin_readings(state: MessageState) -> RejectionReason | None:
    """Reject readings that are too close together for the declared interval, unless it is the broker that repeats."""
    if state.usage is not None and state.readings and not state.message.is_redelivered:
        state.readings = state.usage.thin(state.readings, state.rejections)
    return None


def check_readings(state: MessageState) -> RejectionReason | None:
    """Check each reading's time against the clock and its retention period; flag and round the accepted readings.

    Times are cut to whole seconds: a fraction says nothing about the city, and could carry an identifier.
    """
    datastreams, erased = state.identified_sensor.datastreams, state.identified_sensor.erased_periods
    assess, keep, first = state.quality_checker.assess, state.observations.append, SameTime.FIRST
    others: list[_TimedReading] = []
    time = newest = timing = given_start = refused = None
    start, age = state.received_at, timedelta()
    for reading in _oldest_first(state.readings):
        datastream = datastreams.get(reading.property)
        if datastream is None:
            # Declared for event topics only: on an ordinary topic the broker may have stored it.
            state.rejections.append(Rejection(RejectionReason.NOT_HERE, reading.property))
            continue
        # Readings of one message usually share their period: compute its start and age once.
        if reading.time is not time or reading.start is not given_start or datastream.timing is not timing:
            time, given_start, timing = reading.time, reading.start, datastream.timing
            refused = timing.refuses(reading, state.received_at)
            start = timing.start_of(reading)
            age = state.received_at - start
        if refused is not None:
            state.rejections.append(Rejection(refused, reading.property))
        elif age > datastream.term:
            state.rejections.append(Rejection(RejectionReason.TOO_LATE, reading.property))
        elif erased and any(since <= start < until for since, until in erased):
            state.rejections.append(Rejection(RejectionReason.ERASED, reading.property))
        else:
            if newest is not time and (newest is None or reading.time > newest):
                newest = reading.time
            if datastream.same_time is not first:
                others.append((datastream, start, reading))
                continue
            quality, value = assess(datastream.id, datastream.observed_property, start, reading.value)
            keep(Observation(datastream.table, datastream.id, start, value, quality, datastream.is_additive))
    state.newest_time = newest
    if others:
        _add_up([each for each in others if each[0].same_time is SameTime.SUM], state)
        _check_revisions([each for each in others if each[0].same_time is SameTime.LAST], state)
    return None


def _oldest_first(readings: Sequence[Reading]) -> Sequence[Reading]:
    """In order of time, so that a logger that sends its newest values first is judged as one that doesn't."""
    if not readings or readings[0].time is readings[-1].time:
        return readings
    return sorted(readings, key=attrgetter("time"))


_TimedReading = tuple[StoredDatastream, datetime, Reading]
"""A reading with its datastream and the time to store it under."""


def _check_revisions(readings: Iterable[_TimedReading], state: MessageState) -> None:
    """Keep readings that may replace a stored value, if the time of their revision can be read and has come."""
    for datastream, time, reading in readings:
        revised = _time_of_revision(reading, time, state.received_at)
        if isinstance(revised, RejectionReason):
            state.rejections.append(Rejection(revised, reading.property))
            continue
        quality, value = state.quality_checker.assess(datastream.id, datastream.observed_property, time, reading.value)
        observation = Observation(datastream.table, datastream.id, time, value, quality, datastream.is_additive)
        state.observations.append(change(observation, is_revisable=True, revised=revised))


def _time_of_revision(reading: Reading, time: datetime, received_at: datetime) -> datetime | RejectionReason | None:
    """In whole seconds and never before the moment itself, so that it can carry no more than ``time`` can."""
    if reading.revised is None or isinstance(reading.revised, RejectionReason):
        return reading.revised
    if reading.revised - received_at > CLOCK_SKEW_TOLERANCE:
        return RejectionReason.IN_FUTURE
    return max(reading.revised.replace(microsecond=0), time)


def _add_up(parts: Iterable[_TimedReading], state: MessageState) -> None:
    """Add one observation per datastream and moment. Its quality is that of the sum, unless a part is implausible."""
    values: defaultdict[tuple[int, datetime], list[float]] = defaultdict(list)
    datastreams: dict[int, StoredDatastream] = {}
    for datastream, time, reading in parts:
        datastreams[datastream.id] = datastream
        values[datastream.id, time].append(reading.value)
    for (datastream_id, time), added in values.items():
        datastream = datastreams[datastream_id]
        try:
            # Exact, so that the order of the parts leaves no trace.
            total = fsum(added)
        except OverflowError:
            rejection = Rejection(RejectionReason.NOT_A_NUMBER, datastream.observed_property.code)
            state.rejections.extend([rejection] * len(added))
            continue
        quality, value = _assess_sum(datastream, time, added, total, state.quality_checker)
        additive = datastream.is_additive
        state.observations.append(
            Observation(datastream.table, datastream_id, time, value, quality, additive, len(added))
        )


def _assess_sum(
    datastream: StoredDatastream, time: datetime, added: Sequence[float], total: float, checker: QualityChecker
) -> tuple[QualityFlag, float]:
    # With no part below the range, which begins at zero for all that may be added up, a part above it makes the sum so.
    low = datastream.observed_property.plausible_range[0]
    if min(added) < low:
        return QualityFlag.IMPLAUSIBLE, float(low)
    return checker.assess(datastream.id, datastream.observed_property, time, total)


STEPS: tuple[Step, ...] = (identify_sensor, limit_rate, check_permission, decode_payload, thin_readings, check_readings)
"""The pipeline. Nothing reaches storage without passing all steps, in this order."""


def process_message(
    message: IncomingMessage,
    register: SensorsByTopic,
    quality_checker: QualityChecker,
    received_at: datetime,
    rate_limiter: SensorRateLimiter | None = None,
) -> MessageOutcome:
    """Process one message of which is unknown when it arrived, as ``run_steps`` does."""
    return run_steps(MessageState(message, register, quality_checker, received_at, rate_limiter=rate_limiter))


def run_steps(work: MessageState) -> MessageOutcome:
    """Process one message through the steps. One that is rejected as a whole counts as one reading.

    Its quality checker and rate limiter remember what came before; without the latter a sensor may send anything.
    """
    for step in STEPS:
        reason = step(work)
        if reason is not None:
            work.rejections = [Rejection(reason, "")]
            break
    return MessageOutcome(
        sensor_id=work.sensor.id if work.sensor else None,
        topic_template=work.topic_template,
        payload_bytes=work.message.payload_bytes,
        observations=tuple(work.observations),
        rejections=tuple(work.rejections),
        fields_dropped=work.fields_dropped,
        is_redelivered=work.message.is_redelivered,
        is_repeat=bool(work.rejections) and _is_repeat(work),
        newest_time=work.newest_time,
        is_about_people=work.sensor is not None and work.sensor.is_about_people,
    )


def reject_unread(
    message: IncomingMessage, register: SensorsByTopic, received_at: datetime, reason: RejectionReason
) -> MessageOutcome:
    """The outcome of a message that must not be processed: only its topic is looked at."""
    work = MessageState(message, register, QualityChecker(), received_at)
    identify_sensor(work)
    return MessageOutcome(
        sensor_id=work.sensor.id if work.sensor else None,
        topic_template=work.topic_template,
        payload_bytes=message.payload_bytes,
        observations=(),
        rejections=(Rejection(reason, ""),),
        fields_dropped=0,
        is_redelivered=message.is_redelivered,
        is_about_people=work.sensor is not None and work.sensor.is_about_people,
    )


def _is_repeat(state: MessageState) -> bool:
    """Whether a message was refused only for coming too often, like others in the last minute."""
    too_often = all(each.reason is RejectionReason.TOO_OFTEN for each in state.rejections)
    return too_often and state.usage is not None and not state.usage.takes_detail(state.received_at)
