"""Limit what one sensor may cost: readings closer together than declared, and messages of which nothing can be stored.

Judged by the times of measurement, not of arrival, because a device that was offline rightly sends days at once. State
is kept in the worker's memory only: a restart begins afresh, and several workers each allow as much.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from sensors.formats.model import Reading, Rejection
from sensors.vocabulary.rejection_reasons import RejectionReason

if TYPE_CHECKING:
    from ingest.pipeline import MessageOutcome

MAX_OVERRATE = 10
"""A datastream may have this many times the readings that its interval implies."""
ASSUMED_INTERVAL = timedelta(seconds=1)
"""The interval of a datastream that declares none, or a shorter one."""
ONE_HOUR = timedelta(hours=1)
NEVER = datetime(1, 1, 1, tzinfo=UTC)
MAX_FRUITLESS_READINGS = 36_000
"""Duplicate and rejected readings an hour before a sensor is no longer read: ten a second."""
BYTES_PER_FRUITLESS_READING = 64
"""What parsing a message costs, if nothing of it is stored, in terms of readings."""
MAX_ARRIVING_READINGS = 250_000
"""Readings an hour from one sensor, however old: almost a year of one value every two minutes."""
PRESSED_BACKLOG = timedelta(days=8)
"""While devices wait for each other, a sensor may send as many readings an hour as it measures in this time: an outage
leaves less at the broker, whose session for us ends a day earlier."""
MIN_PRESSED_READINGS = 10_000
"""The same for a sensor that seldom measures: as many as fit one message."""
DETAIL_INTERVAL = timedelta(minutes=1)
"""How often a refusal of the same sensor gets a row in the quarantine. All of them are counted."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What one sensor may send, all datastreams together."""

    readings_per_hour: int
    """Per hour of measurement."""
    spacing: timedelta
    """Between the instants that are kept of a sensor that exceeds it."""
    datastreams: int
    max_arriving: int
    """Per clock hour, as is the next."""
    max_fruitless: int
    max_pressed: int
    """Instead of both, while devices wait for each other."""


@lru_cache(1024)
def rate_limit(intervals: tuple[timedelta | None, ...]) -> RateLimit:
    """The limit of a sensor whose datastreams have these intervals. One longer than an hour counts as an hour."""
    known = [min(max(each or ASSUMED_INTERVAL, ASSUMED_INTERVAL), ONE_HOUR) for each in intervals or (None,)]
    most = sum(MAX_OVERRATE * ONE_HOUR // each for each in known)
    spacing = min(known) / MAX_OVERRATE
    return RateLimit(
        readings_per_hour=most,
        spacing=spacing,
        datastreams=len(known),
        max_arriving=max(MAX_ARRIVING_READINGS, most),
        max_fruitless=max(MAX_FRUITLESS_READINGS, most),
        max_pressed=max(MIN_PRESSED_READINGS, sum(PRESSED_BACKLOG // each for each in known)),
    )


@dataclass(slots=True)
class SensorUsage:
    """What one sensor sent in this clock hour, and in the hour of measurement that it is sending."""

    limit: RateLimit
    clock_hour: int
    """Hours since the year 1."""
    arrived: int = 0
    fruitless: int = 0
    is_exhausted: bool = False
    """Nothing more of it is read in this clock hour."""
    hour_start: datetime = NEVER
    hour_end: datetime = NEVER
    """First and last instant of the hour of measurement."""
    in_hour: int = 0
    """Readings in it."""
    is_fast: bool = False
    """The hour of measurement before it had too many readings."""
    last_kept: datetime = NEVER
    detailed_at: datetime = NEVER

    def thin(self, readings: tuple[Reading, ...], rejections: list[Rejection]) -> tuple[Reading, ...]:
        """Return the readings to keep of at least one, and reject those that are too close together."""
        self.arrived += len(readings)
        if self.arrived > self.limit.max_arriving:
            self.is_exhausted = True
        first = readings[0].time
        if readings[-1].time is first:
            # Usually a message is about one instant. Parts of one value, such as lanes, count once.
            admitted = readings if self._admits(first, min(len(readings), self.limit.datastreams)) else ()
        else:
            admitted = self._thin_series(readings)
        if len(admitted) < len(readings):
            kept = set(map(id, admitted))
            rejections.extend(
                Rejection(RejectionReason.TOO_OFTEN, each.property) for each in readings if id(each) not in kept
            )
        return admitted

    def charge(self, readings: int) -> None:
        """Count readings that turned out to be of no use."""
        self.fruitless += readings
        if self.fruitless > self.limit.max_fruitless:
            self.is_exhausted = True

    def takes_detail(self, now: datetime) -> bool:
        """Whether to record the details of a refusal at this time: once a minute."""
        if now - self.detailed_at < DETAIL_INTERVAL:
            return False
        self.detailed_at = now
        return True

    def _thin_series(self, readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
        verdicts: dict[tuple[str, datetime], bool] = {}
        kept: list[Reading] = []
        for reading in readings:
            key = reading.property, reading.time
            if key not in verdicts:
                verdicts[key] = self._admits(reading.time, 1)
            if verdicts[key]:
                kept.append(reading)
        return tuple(kept)

    def _admits(self, time: datetime, readings: int) -> bool:
        if not self.hour_start <= time <= self.hour_end:
            self.is_fast = self.in_hour > self.limit.readings_per_hour
            self.hour_start, self.in_hour = time.replace(minute=0, second=0, microsecond=0), 0
            # Not a sum: there is none in the last hour of the calendar.
            self.hour_end = time.replace(minute=59, second=59, microsecond=999_999)
        self.in_hour += readings
        if self.in_hour <= self.limit.readings_per_hour and not self.is_fast:
            return True
        if abs(time - self.last_kept) >= self.limit.spacing:
            self.last_kept = time
        return time == self.last_kept


@dataclass(slots=True)
class SensorRateLimiter:
    """The usage of every sensor that this worker has heard, by id."""

    is_pressed: bool = False
    """Whether devices wait for each other."""
    _usage: dict[int, SensorUsage] = field(default_factory=dict[int, SensorUsage])
    _now: datetime | None = None
    _clock_hour: int = 0

    def usage_of(self, sensor_id: int, limit: RateLimit, received_at: datetime) -> SensorUsage:
        """The usage of a sensor in the clock hour of ``received_at``."""
        if received_at is not self._now:
            # The messages of a batch share this instant: round it once.
            self._now, self._clock_hour = received_at, _clock_hour(received_at)
        usage = self._usage.get(sensor_id)
        if usage is None:
            usage = self._usage[sensor_id] = SensorUsage(limit, self._clock_hour)
        elif usage.clock_hour != self._clock_hour:
            usage.clock_hour, usage.arrived, usage.fruitless, usage.is_exhausted = self._clock_hour, 0, 0, False
        usage.limit = limit
        if self.is_pressed and max(usage.arrived, usage.fruitless) > limit.max_pressed:
            usage.is_exhausted = True
        return usage

    def is_exhausted(self, sensor_id: int, at: datetime) -> bool:
        """Whether a message of this sensor would be refused unread."""
        usage = self._usage.get(sensor_id)
        return usage is not None and usage.is_exhausted and usage.clock_hour == _clock_hour(at)

    def record_committed(self, outcomes: "Iterable[MessageOutcome]", repeated: Mapping[int | None, int]) -> None:
        """Charge sensors for what was of no use. ``repeated``: duplicates and conflicts by sensor.

        What the broker redelivers is not the sensor's fault.
        """
        forgiven: set[int | None] = set()
        for outcome in outcomes:
            if outcome.is_redelivered:
                forgiven.add(outcome.sensor_id)
            elif outcome.rejections or not outcome.observations:
                parsed = 0 if outcome.observations else outcome.payload_bytes // BYTES_PER_FRUITLESS_READING
                self._charge(outcome.sensor_id, len(outcome.rejections) + parsed)
        for sensor_id in repeated.keys() - forgiven:
            self._charge(sensor_id, repeated[sensor_id])

    def _charge(self, sensor_id: int | None, readings: int) -> None:
        usage = self._usage.get(sensor_id) if sensor_id is not None else None
        if usage is not None:
            usage.charge(readings)


def _clock_hour(at: datetime) -> int:
    """Hours since the year 1."""
    return at.toordinal() * 24 + at.hour
