"""The way of one event message: a literal list of steps. Its content is taken up in windows; what comes out are counts.

Pure: no clock, no database, no broker. The passages and movements of a message live from ``read`` to ``take_up``.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from ingest.events.presence import GroupMember, PresenceCounter, WindowCount
from ingest.events.travel_time import Segment, TravelTimeMatcher, TravelTimes
from ingest.pipeline import (
    IncomingMessage,
    MessageOutcome,
    MessageState,
    Rejection,
    SensorsByTopic,
    check_permission,
    identify_sensor,
)
from ingest.quality_flags import QualityChecker
from sensors.formats import EVENT_FORMATS
from sensors.formats.model import DecodedEvents
from sensors.formats.topics import EVENT_PREFIX
from sensors.policy.compiler import CountingRule, MatchingRule
from sensors.vocabulary.codes import Status
from sensors.vocabulary.rejection_reasons import RejectionReason

PrivacyRuleName = Literal["match_in_memory", "window_count"]
WindowOutcome = Literal["released", "suppressed", "unobserved"]
"""Of a window: it may be stored; too few were in it; it was not observed in full."""
_UNUSED_QUALITY_CHECKER = QualityChecker()


class PrivacyWindows:
    """What messages are taken up in: the travel times and the counts of all sensors. Not safe for threads."""

    def __init__(self) -> None:
        self.matcher = TravelTimeMatcher()
        self.counter = PresenceCounter()
        self._released: dict[PrivacyRuleName, int] = {"match_in_memory": 0, "window_count": 0}

    def set_register(self, register: SensorsByTopic, now: datetime) -> None:
        """Match and count by the rules of this register from now on."""
        active = {name: sensor for name, sensor in register.items() if sensor.status is Status.ACTIVE}
        self.matcher.set_segments(_segments(active), now)
        self.counter.set_members(_members(active), now)

    def record_gap(self, since: datetime, until: datetime) -> None:
        """Messages may have been missed in this time: no window that it touches comes out."""
        self.matcher.record_gap(since, until)
        self.counter.record_gap(since, until)

    def close_finished(self, now: datetime) -> tuple[TravelTimes | WindowCount, ...]:
        """The windows that are over and may be stored, each once; and forget what is old."""
        times, counts = self.matcher.close_finished(now), self.counter.close_finished(now)
        self._released["match_in_memory"] += len(times)
        self._released["window_count"] += len(counts)
        return (*times, *counts)

    def outcome_counts(self) -> Mapping[tuple[PrivacyRuleName, WindowOutcome], int]:
        """What became of the windows since the start."""
        matcher, counter = self.matcher.discards, self.counter.discards
        return {
            ("match_in_memory", "released"): self._released["match_in_memory"],
            ("match_in_memory", "suppressed"): matcher.suppressed,
            ("match_in_memory", "unobserved"): matcher.unobserved,
            ("window_count", "released"): self._released["window_count"],
            ("window_count", "suppressed"): counter.suppressed,
            ("window_count", "unobserved"): counter.unobserved,
        }


def _segments(register: SensorsByTopic) -> Iterator[Segment]:
    """A segment needs both ends: the sensor it leads to must have declared the rule too."""
    for (municipality, kind, _), sensor in register.items():
        for stream in sensor.event_datastreams.values():
            rule = stream.privacy_rule
            if not isinstance(rule, MatchingRule) or rule.to is None:
                continue
            end = register.get((municipality, kind, rule.to))
            if end is not None and any(
                isinstance(other.privacy_rule, MatchingRule) for other in end.event_datastreams.values()
            ):
                yield Segment(stream.id, sensor.revision, sensor.id, end.id, rule.minimum, rule.window)


def _members(register: SensorsByTopic) -> Iterator[GroupMember]:
    for (municipality, _, _), sensor in register.items():
        for code, stream in sensor.event_datastreams.items():
            rule = stream.privacy_rule
            if isinstance(rule, CountingRule):
                minimum, window = rule.minimum_sensors, rule.window
                yield GroupMember(sensor.id, municipality, rule.group, code, minimum, window, sensor.revision)


class EventMessageState(MessageState, kw_only=True):
    """The state of one message on its way through the steps. ``retained``: it has rested at the broker."""

    windows: PrivacyWindows
    is_retained: bool
    decoded_events: DecodedEvents | None = None
    aggregated_readings: int = 0


def reject_retained(state: EventMessageState) -> RejectionReason | None:
    """A retained message lies at the broker, where it may not be."""
    return RejectionReason.NOT_HERE if state.is_retained else None


def decode_event_payload(state: EventMessageState) -> RejectionReason | None:
    """Decode what is declared for event topics; the rest is dropped unseen, and counted."""
    sensor = state.identified_sensor
    events: DecodedEvents = state.known_format.decode(
        sensor.kind, state.message.payload, frozenset(sensor.event_datastreams)
    )
    state.decoded_events, state.fields_dropped = events, events.fields_dropped
    state.rejections.extend(events.rejections)
    return None


def add_to_windows(state: EventMessageState) -> RejectionReason | None:
    """Hand each event to its window. A passage becomes a token there."""
    sensor, events = state.identified_sensor, state.decoded_events
    if events is not None:
        for passage in events.passages:
            _count_or_reject(state, state.windows.matcher.add_passage(sensor.id, passage, state.received_at), "time")
        for movement in events.movements:
            _count_or_reject(
                state, state.windows.counter.add_movement(sensor.id, movement, state.received_at), movement.property
            )
    return None


STEPS: tuple[Callable[[EventMessageState], RejectionReason | None], ...] = (
    identify_sensor,
    check_permission,
    reject_retained,
    decode_event_payload,
    add_to_windows,
)
"""The way of an event. The first two are those of every message."""


def process_event_message(
    message: IncomingMessage,
    register: SensorsByTopic,
    windows: PrivacyWindows,
    received_at: datetime,
    *,
    is_retained: bool,
) -> MessageOutcome:
    """Take one message on ``event/{municipality}/{kind}/{reference}/{format}`` through the steps.

    ``now`` is the time of receipt. The outcome has no observations: every event is refused, or taken up in a window.
    """
    within = IncomingMessage(message.topic.removeprefix(EVENT_PREFIX), message.payload)
    work = EventMessageState(
        within,
        register,
        _UNUSED_QUALITY_CHECKER,
        received_at,
        windows=windows,
        is_retained=is_retained,
        payload_formats=EVENT_FORMATS,
    )
    for step in STEPS:
        reason = step(work)
        if reason is not None:
            work.rejections = [Rejection(reason, "")]
            break
    return MessageOutcome(
        sensor_id=work.sensor.id if work.sensor else None,
        topic_template=EVENT_PREFIX + work.topic_template,
        payload_bytes=len(message.payload),
        observations=(),
        rejections=tuple(work.rejections),
        fields_dropped=work.fields_dropped,
        aggregated_readings=work.aggregated_readings,
    )


def _count_or_reject(work: EventMessageState, refused: RejectionReason | None, field: str) -> None:
    if refused is None:
        work.aggregated_readings += 1
    else:
        work.rejections.append(Rejection(refused, field))
