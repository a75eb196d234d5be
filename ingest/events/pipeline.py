"""The way of one event message: a literal list of steps. Its content is taken up in windows; what comes out are counts.

Pure: no clock, no database, no broker. The passages and movements of a message live from ``read`` to ``take_up``.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from ingest.events.presence import Counter, Member, WindowCount
from ingest.events.travel_time import Matcher, Segment, TravelTimes
from ingest.pipeline import Message, Outcome, Refused, Register, Work, identify, permit
from ingest.quality_flags import Memory
from sensors.formats import EVENT_FORMATS
from sensors.formats.model import DecodedEvents
from sensors.formats.topics import EVENT_PREFIX
from sensors.policy.compiler import Counting, Matching
from sensors.vocabulary.codes import Status
from sensors.vocabulary.rejection_reasons import Reason

Rule = Literal["match_in_memory", "window_count"]
Fate = Literal["released", "suppressed", "unobserved"]
"""Of a window: it may be stored; too few were in it; it was not observed in full."""
_NO_MEMORY = Memory()


class Windows:
    """What messages are taken up in: the travel times and the counts of all sensors. Not safe for threads."""

    def __init__(self) -> None:
        self.matcher = Matcher()
        self.counter = Counter()
        self._released: dict[Rule, int] = {"match_in_memory": 0, "window_count": 0}

    def declare(self, register: Register, now: datetime) -> None:
        """Match and count by the rules of this register from now on."""
        active = {name: sensor for name, sensor in register.items() if sensor.status is Status.ACTIVE}
        self.matcher.declare(_segments(active), now)
        self.counter.declare(_members(active), now)

    def interrupted(self, since: datetime, until: datetime) -> None:
        """Messages may have been missed in this time: no window that it touches comes out."""
        self.matcher.interrupted(since, until)
        self.counter.interrupted(since, until)

    def due(self, now: datetime) -> tuple[TravelTimes | WindowCount, ...]:
        """The windows that are over and may be stored, each once; and forget what is old."""
        times, counts = self.matcher.due(now), self.counter.due(now)
        self._released["match_in_memory"] += len(times)
        self._released["window_count"] += len(counts)
        return (*times, *counts)

    def fates(self) -> Mapping[tuple[Rule, Fate], int]:
        """What became of the windows since the start."""
        matcher, counter = self.matcher.tally, self.counter.tally
        return {
            ("match_in_memory", "released"): self._released["match_in_memory"],
            ("match_in_memory", "suppressed"): matcher.suppressed,
            ("match_in_memory", "unobserved"): matcher.unobserved,
            ("window_count", "released"): self._released["window_count"],
            ("window_count", "suppressed"): counter.suppressed,
            ("window_count", "unobserved"): counter.unobserved,
        }


def _segments(register: Register) -> Iterator[Segment]:
    """A segment needs both ends: the sensor it leads to must have declared the rule too."""
    for (municipality, kind, _), sensor in register.items():
        for stream in sensor.events.values():
            rule = stream.rule
            if not isinstance(rule, Matching) or rule.to is None:
                continue
            end = register.get((municipality, kind, rule.to))
            if end is not None and any(isinstance(other.rule, Matching) for other in end.events.values()):
                yield Segment(stream.id, sensor.revision, sensor.id, end.id, rule.minimum, rule.window)


def _members(register: Register) -> Iterator[Member]:
    for (municipality, _, _), sensor in register.items():
        for code, stream in sensor.events.items():
            rule = stream.rule
            if isinstance(rule, Counting):
                minimum, window = rule.minimum_sensors, rule.window
                yield Member(sensor.id, municipality, rule.group, code, minimum, window, sensor.revision)


class EventWork(Work, kw_only=True):
    """The state of one message on its way through the steps. ``retained``: it has rested at the broker."""

    windows: Windows
    retained: bool
    events: DecodedEvents | None = None
    aggregated: int = 0


def must_not_have_rested(work: EventWork) -> Reason | None:
    """A retained message lies at the broker, where it may not be."""
    return Reason.NOT_HERE if work.retained else None


def read(work: EventWork) -> Reason | None:
    """Decode what is declared for event topics; the rest is dropped unseen, and counted."""
    sensor = work.identified
    events: DecodedEvents = work.permitted.decode(sensor.kind, work.message.payload, frozenset(sensor.events))
    work.events, work.fields_dropped = events, events.fields_dropped
    work.refused.extend(Refused(one.reason, one.field) for one in events.rejected)
    return None


def take_up(work: EventWork) -> Reason | None:
    """Hand each event to its window. A passage becomes a token there."""
    sensor, events = work.identified, work.events
    if events is not None:
        for passage in events.passages:
            _note(work, work.windows.matcher.see(sensor.id, passage, work.now), "time")
        for movement in events.movements:
            _note(work, work.windows.counter.see(sensor.id, movement, work.now), movement.property)
    return None


STEPS: tuple[Callable[[EventWork], Reason | None], ...] = (identify, permit, must_not_have_rested, read, take_up)
"""The way of an event. The first two are those of every message."""


def process_event(message: Message, register: Register, windows: Windows, now: datetime, *, retained: bool) -> Outcome:
    """Take one message on ``event/{municipality}/{kind}/{reference}/{format}`` through the steps.

    ``now`` is the time of receipt. The outcome has no observations: every event is refused, or taken up in a window.
    """
    within = Message(message.topic.removeprefix(EVENT_PREFIX), message.payload)
    work = EventWork(within, register, _NO_MEMORY, now, windows=windows, retained=retained, formats=EVENT_FORMATS)
    for step in STEPS:
        reason = step(work)
        if reason is not None:
            work.refused = [Refused(reason, "")]
            break
    return Outcome(
        sensor_id=work.sensor.id if work.sensor else None,
        topic_template=EVENT_PREFIX + work.topic_template,
        size=len(message.payload),
        observations=(),
        refused=tuple(work.refused),
        fields_dropped=work.fields_dropped,
        aggregated=work.aggregated,
    )


def _note(work: EventWork, refused: Reason | None, field: str) -> None:
    if refused is None:
        work.aggregated += 1
    else:
        work.refused.append(Refused(refused, field))
