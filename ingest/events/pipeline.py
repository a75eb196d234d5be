"""Process one event message through an explicit list of steps: its content goes into windows, its outcome is counts.

Pure: no clock, no database, no broker. Passages and movements live from ``decode_event_payload`` to ``add_to_windows``.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingest.events.passers_by import EventCounter, PassCount, PassCounter
from ingest.events.presence import GroupMember, PresenceCounter, WindowCount
from ingest.events.travel_time import Segment, TravelTimeMatcher, TravelTimes
from ingest.events.window_book import WINDOW_OUTCOMES, BookedWindows, PrivacyRuleName, WindowOutcome
from ingest.pipeline import (
    IncomingMessage,
    MessageState,
    Rejection,
    SensorsByTopic,
    check_permission,
    identify_sensor,
)
from ingest.quality_flags import QualityChecker
from sensors.formats import EVENT_FORMATS
from sensors.formats.model import AS_DOCUMENTED, DecodedEvents
from sensors.formats.topics import EVENT_PREFIX
from sensors.policy.compiler import CountingRule, MatchingRule, PassCountingRule
from sensors.policy.promises import SAMPLE_ONE_IN, SAMPLE_ONE_IN_ADJOINING
from sensors.vocabulary.codes import Status
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_CATCH_UP = timedelta(days=31)
"""After a longer standstill the windows before are accounted for no more."""
_UNUSED_QUALITY_CHECKER = QualityChecker()


class PrivacyWindows:
    """The travel time and presence windows of all sensors, and the open cells of counters. Not thread-safe."""

    def __init__(self) -> None:
        self.matcher = TravelTimeMatcher()
        self.counter = PresenceCounter()
        self.passers = PassCounter()
        self._resume_from: datetime | None = None

    def resume_from(self, booked_until: datetime) -> None:
        """Account for the windows since an earlier process, under the register that is set next: as unobserved."""
        self._resume_from = booked_until

    def set_register(self, register: SensorsByTopic, now: datetime) -> None:
        """Match and count by this register's rules from now on."""
        active = {name: sensor for name, sensor in register.items() if sensor.status is Status.ACTIVE}
        due_from = now if self._resume_from is None else min(now, max(self._resume_from, now - MAX_CATCH_UP))
        self._resume_from = None
        self.matcher.set_segments(_segments(active), now, due_from)
        self.counter.set_members(_members(active), now, due_from)
        self.passers.set_counters(_event_counters(active), now, due_from)

    def record_gap(self, since: datetime, until: datetime) -> None:
        """Record that messages may have been missed: no window that overlaps this period is released."""
        self.matcher.record_gap(since, until)
        self.counter.record_gap(since, until)
        self.passers.record_gap(since, until)

    def close_finished(self, now: datetime) -> tuple[TravelTimes | WindowCount | PassCount, ...]:
        """Close finished windows and drop expired state. Returns the windows that may be stored, each once."""
        counts = (*self.counter.close_finished(now), *self.passers.close_finished(now))
        return (*self.matcher.close_finished(now), *counts)

    def take_booked(self) -> tuple[BookedWindows, ...]:
        """Hand over what became of every window that has closed since the last time, stored or not.

        Of a counter there is a cell for every hour, so that these need no book.
        """
        return (*self.matcher.book.take(), *self.counter.book.take())

    def outcome_counts(self) -> Mapping[tuple[PrivacyRuleName, WindowOutcome], int]:
        """Window outcomes by privacy rule, counted since startup."""
        books = (self.matcher.book, self.counter.book)
        return {(book.rule, outcome): book.totals[outcome] for book in books for outcome in WINDOW_OUTCOMES}


def _segments(register: SensorsByTopic) -> Iterator[Segment]:
    """Yield the segments, with a smaller sample where one drive can add to two of them.

    That is where a segment shares a sensor with one between other sensors: they lie in a row, or run together. The way
    back between the same two sensors is another drive.
    """
    found = list(_declared_segments(register))
    roads = {frozenset((each.start_sensor_id, each.end_sensor_id)) for each in found}
    roads_at = Counter(sensor for road in roads for sensor in road)
    for each in found:
        adjoins = roads_at[each.start_sensor_id] > 1 or roads_at[each.end_sensor_id] > 1
        yield replace(each, one_in=SAMPLE_ONE_IN_ADJOINING if adjoins else SAMPLE_ONE_IN)


def _declared_segments(register: SensorsByTopic) -> Iterator[Segment]:
    """Yield the segments whose two sensors both declare the rule."""
    for (municipality, kind, _), sensor in register.items():
        for stream in sensor.event_datastreams.values():
            rule = stream.privacy_rule
            if not isinstance(rule, MatchingRule) or rule.to is None or not rule.gives_travel_times:
                continue
            end = register.get((municipality, kind, rule.to))
            if end is not None and any(
                isinstance(other.privacy_rule, MatchingRule) for other in end.event_datastreams.values()
            ):
                yield Segment(stream.id, sensor.revision, sensor.id, end.id, rule.minimum, rule.window, SAMPLE_ONE_IN)


def _members(register: SensorsByTopic) -> Iterator[GroupMember]:
    for (municipality, _, _), sensor in register.items():
        for code, stream in sensor.event_datastreams.items():
            rule = stream.privacy_rule
            if isinstance(rule, CountingRule):
                yield GroupMember(
                    sensor.id,
                    municipality,
                    rule.group,
                    code,
                    rule.minimum_sensors,
                    rule.window,
                    sensor.revision,
                    rule.has_doubled_nights,
                )


def _event_counters(register: SensorsByTopic) -> Iterator[EventCounter]:
    for sensor in register.values():
        for code, stream in sensor.event_datastreams.items():
            cells = stream.cells
            if isinstance(stream.privacy_rule, PassCountingRule) and cells is not None and cells.noise is not None:
                yield EventCounter(stream.id, sensor.id, code, cells.noise, cells.has_night)


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """What became of one message, in events; it exists in memory only. ``added``: those added to a window."""

    sensor_id: int | None
    topic_template: str
    added: int
    rejections: tuple[Rejection, ...]
    fields_dropped: int


class EventMessageState(MessageState, kw_only=True):
    """The state of one event message as it passes through the steps. ``is_retained``: the broker has stored it."""

    windows: PrivacyWindows
    is_retained: bool
    decoded_events: DecodedEvents | None = None
    events_added: int = 0


def reject_retained(state: EventMessageState) -> RejectionReason | None:
    """Reject a retained message: the broker must not store events."""
    return RejectionReason.NOT_HERE if state.is_retained else None


def decode_event_payload(state: EventMessageState) -> RejectionReason | None:
    """Decode the properties declared for event topics. Other fields are counted, and dropped unseen."""
    sensor = state.identified_sensor
    events: DecodedEvents = state.known_format.decode(
        sensor.kind, state.message.payload, frozenset(sensor.event_datastreams), AS_DOCUMENTED
    )
    state.decoded_events, state.fields_dropped = events, events.fields_dropped
    state.rejections.extend(events.rejections)
    return None


def add_to_windows(state: EventMessageState) -> RejectionReason | None:
    """Add each event to its window, where a passage becomes a token."""
    sensor, events = state.identified_sensor, state.decoded_events
    if events is not None:
        for passage in events.passages:
            _count_or_reject(state, state.windows.matcher.add_passage(sensor.id, passage, state.received_at), "time")
        for movement in events.movements:
            _count_or_reject(
                state, state.windows.counter.add_movement(sensor.id, movement, state.received_at), movement.property
            )
        for passers in events.passers_by:
            _count_or_reject(state, state.windows.passers.add(sensor.id, passers, state.received_at), passers.property)
    return None


STEPS: tuple[Callable[[EventMessageState], RejectionReason | None], ...] = (
    identify_sensor,
    check_permission,
    reject_retained,
    decode_event_payload,
    add_to_windows,
)
"""The event pipeline. Its first two steps are those of ordinary messages."""


def process_event_message(
    message: IncomingMessage,
    register: SensorsByTopic,
    windows: PrivacyWindows,
    received_at: datetime,
    *,
    is_retained: bool,
) -> EventOutcome:
    """Process one message on ``event/{municipality}/{kind}/{reference}/{format}`` through the steps.

    Every event is either rejected or added to a window.
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
    return EventOutcome(
        sensor_id=work.sensor.id if work.sensor else None,
        topic_template=EVENT_PREFIX + work.topic_template,
        added=work.events_added,
        rejections=tuple(work.rejections),
        fields_dropped=work.fields_dropped,
    )


def _count_or_reject(work: EventMessageState, refused: RejectionReason | None, field: str) -> None:
    if refused is None:
        work.events_added += 1
    else:
        work.rejections.append(Rejection(refused, field))
