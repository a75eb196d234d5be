"""Travel times between two points from passages that are matched in memory. No passage and no token is ever written.

A passage becomes a token: a keyed BLAKE2b hash (RFC 7693) of the identifier, under a key of ``os.urandom`` that lives
for one epoch of an hour and for the half hour in which its tokens may still match. The key is never written and never
derived. The segment is part of the hash, so one vehicle has unrelated tokens on two segments. A token is gone when it
is matched, and at the latest ``T_MAX`` after its passage. What comes out is about groups: n, median, p15 and p85 of a
window, a segment and a class of vehicle, from the minimum of the register entry up.

A restart loses keys, tokens and open windows. Pure but for ``os.urandom``: the clock is an argument. Not safe for
threads: the caller locks.
"""

import os
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from statistics import quantiles
from typing import Generic, TypeVar

from ingest.events.windows import CLOCK_SKEW_TOLERANCE, WINDOW_GRACE_PERIOD, Coverage
from sensors.formats.model import Passage
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_TRAVEL_TIME = timedelta(minutes=30)
"""A longer trip is not measured, and no token is kept for longer."""
MAX_REORDERING = timedelta(minutes=2)
"""The message of the arrival may come this much earlier than that of the departure."""
KEY_EPOCH = timedelta(minutes=60)
MIN_TRIPS = 5
"""Matches a window must hold, whatever the register entry says."""
MAX_TOKENS = 1_000_000
"""Live at once, over all segments: at 1 million passages an hour each opens two segments for half an hour."""
MAX_BRIEF_GAP = timedelta(minutes=1)
"""After a longer time without observation the first trips that are seen whole are the short ones: see ``declare``."""

_BUCKET_SECONDS = 30
"""Seconds. Tokens of one bucket are dropped together, so at most this long after their time."""
_MAX_TRAVEL_SECONDS = MAX_TRAVEL_TIME.total_seconds()
_MAX_ARRIVAL_DELAY_SECONDS = (MAX_TRAVEL_TIME - MAX_REORDERING).total_seconds()
"""An arrival that was received later than this after it happened waits shorter: ``T_MAX`` holds for it too."""
_MAX_CLOCK_STEP_BACK = timedelta(seconds=10)
_DIGEST_BYTES = 8
"""Bytes: among a million tokens two are equal by chance once in 37 million times."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The way from one sensor to another, one direction: two-way is two of these. Sensors are ids of the register.

    ``datastream_id`` and ``revision`` are of the sensor where it starts. ``window`` divides the hour.
    """

    datastream_id: int
    revision: int
    start_sensor_id: int
    end_sensor_id: int
    min_trips: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class TravelTimes:
    """One window that may be stored. ``n`` trips; times in whole seconds; the window is of arrivals, in UTC.

    Whole seconds: in a window of five the median is one vehicle's own time, and exact to the microsecond it would be
    that vehicle's fingerprint. Quantiles are by linear interpolation between the order statistics, type 7 of Hyndman
    and Fan (The American Statistician 50(4), 1996): what NumPy and spreadsheets give.
    """

    datastream_id: int
    window_start: datetime
    minutes: int
    vehicle_class: VehicleClass
    n: int
    median: float
    p15: float
    p85: float
    revision: int


@dataclass(slots=True)
class TravelTimeDiscards:
    """What did not come out, counted since the start. Windows count once per class of vehicle."""

    suppressed: int = 0
    """Windows below the minimum."""
    unobserved: int = 0
    """Windows that were not observed in full."""
    late: int = 0
    """Matches whose window was closed already."""
    evicted: int = 0
    """Tokens dropped before their time, because there were too many."""


class TravelTimeMatcher:
    """All segments, their live tokens and their open windows. Call ``due`` every 15 seconds or so: it also forgets."""

    def __init__(self, max_tokens: int = MAX_TOKENS) -> None:
        self.discards = TravelTimeDiscards()
        self._most_tokens = self._free_tokens = max_tokens
        self._keys = _Keys()
        self._tracks: dict[Segment, _SegmentState] = {}
        self._starting: dict[int, list[_SegmentState]] = {}
        self._ending: dict[int, list[_SegmentState]] = {}
        self._clock = datetime.min.replace(tzinfo=UTC)
        self._tick = 0

    @property
    def token_count(self) -> int:
        """Tokens that are held now."""
        return sum(track.token_count for track in self._tracks.values())

    def set_segments(self, segments: Iterable[Segment], now: datetime) -> None:
        """Match on these segments from now on. What was held of a segment that is gone or changed is dropped at once.

        The first window of a new segment begins at least ``T_MAX`` from now: an earlier one would only hold the trips
        that began after now, so mostly the short ones, and its median would be wrong.
        """
        held = self._tracks
        self._tracks = {each: held.get(each) or _SegmentState(each, now) for each in segments}
        self._starting, self._ending = {}, {}
        for segment, track in self._tracks.items():
            self._starting.setdefault(segment.start_sensor_id, []).append(track)
            self._ending.setdefault(segment.end_sensor_id, []).append(track)

    def record_gap(self, since: datetime, until: datetime) -> None:
        """Passages may have been missed in this time: no window that it touches comes out."""
        for track in self._tracks.values():
            track.coverage.record_gap(since, until)

    def add_passage(self, sensor_id: int, passage: Passage, now: datetime) -> RejectionReason | None:
        """Take up one passage at a sensor, received now. A reason: it was refused, and nothing of it is kept."""
        now = self._drop_expired(now)
        if passage.time > now + CLOCK_SKEW_TOLERANCE:
            return RejectionReason.IN_FUTURE
        if passage.time < now - MAX_TRAVEL_TIME:
            return RejectionReason.TOO_LATE
        ending, starting = self._ending.get(sensor_id, ()), self._starting.get(sensor_id, ())
        self._make_room(len(ending) + len(starting))
        identifier, time = passage.identifier.encode(), passage.time.timestamp()
        for track in ending:
            tokens = self._keys.tokens(identifier, track.blake2_person, now)
            self.discards.late += track.add_arrival(tokens, (time, passage.vehicle_class), now.timestamp())
        for track in starting:
            tokens = self._keys.tokens(identifier, track.blake2_person, now)
            self.discards.late += track.add_departure(tokens, time, now.timestamp())
        return None

    def close_finished(self, now: datetime) -> tuple[TravelTimes, ...]:
        """Close the windows that are over, and forget what is old. Each window comes out once, in a fixed order."""
        now = self._drop_expired(now)
        return tuple(row for track in self._tracks.values() for row in track.close(now, self.discards))

    def _drop_expired(self, now: datetime) -> datetime:
        """Drop what is too old, and say what time it is: a small step back of the clock is waited out.

        After a large one the age of what is held can't be known, so all of it is dropped.
        """
        if self._clock - now > _MAX_CLOCK_STEP_BACK:
            segments, self._tracks = tuple(self._tracks), {}
            self._keys.drop_all()
            self.set_segments(segments, now)
            self._clock = now
        now = self._clock = max(self._clock, now)
        tick = int(now.timestamp() // _BUCKET_SECONDS)
        if tick != self._tick:
            self._tick = tick
            self._keys.drop_expired(now)
            for track in self._tracks.values():
                track.drop_expired(now.timestamp())
        return now

    def _make_room(self, tokens: int) -> None:
        """Keep memory bounded, at the cost of the segment that holds most: a flood there costs the others nothing."""
        self._free_tokens -= tokens
        if self._free_tokens >= 0:
            return
        live = self.token_count
        while live and live + tokens > self._most_tokens:
            dropped = max(self._tracks.values(), key=lambda track: track.token_count).evict_oldest()
            self.discards.evicted += dropped
            live -= dropped
        self._free_tokens = self._most_tokens - live - tokens


class _Keys:
    """The keys of this epoch and, while tokens under it may live, of the one before: two at most."""

    def __init__(self) -> None:
        self._live: dict[int, bytearray] = {}

    def tokens(self, identifier: bytes, person: bytes, now: datetime) -> list[bytes]:
        """The tokens under every live key, that of the present epoch last."""
        epoch = _epoch(now)
        if epoch not in self._live:
            self._live[epoch] = bytearray(os.urandom(32))
        return [
            blake2b(identifier, digest_size=_DIGEST_BYTES, key=key, person=person).digest()
            for key in self._live.values()
        ]

    def drop_expired(self, now: datetime) -> None:
        """Drop the keys under which no token can live."""
        oldest = _epoch(now - MAX_TRAVEL_TIME - timedelta(seconds=_BUCKET_SECONDS))
        for epoch in [each for each in self._live if each < oldest]:
            self._drop(epoch)

    def drop_all(self) -> None:
        for epoch in tuple(self._live):
            self._drop(epoch)

    def _drop(self, epoch: int) -> None:
        """Overwritten before it is let go. Best effort: the hash function may have left a copy in freed memory."""
        key = self._live.pop(epoch)
        key[:] = bytes(len(key))


def _epoch(now: datetime) -> int:
    return int(now.timestamp() // KEY_EPOCH.total_seconds())


ValueT = TypeVar("ValueT")


class _TokenBuckets(Generic[ValueT]):
    """What is held by token, in buckets of time that are dropped whole; a look-up looks in each, newest first."""

    def __init__(self, term: timedelta) -> None:
        self._term = term.total_seconds()
        self._buckets: dict[int, dict[bytes, ValueT]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._buckets.values()))

    def put(self, token: bytes, held: ValueT, time: float) -> None:
        self._buckets.setdefault(int(time // _BUCKET_SECONDS), {})[token] = held

    def find(self, tokens: list[bytes]) -> ValueT | None:
        """What is held by one of these tokens; None when none is known."""
        for bucket in reversed(self._buckets.values()):
            for token in tokens:
                if token in bucket:
                    return bucket[token]
        return None

    def drop(self, tokens: list[bytes]) -> None:
        for bucket in self._buckets.values():
            for token in tokens:
                bucket.pop(token, None)

    def drop_expired(self, now: float) -> None:
        for number in [each for each in self._buckets if (each + 1) * _BUCKET_SECONDS + self._term <= now]:
            del self._buckets[number]

    def evict_oldest(self) -> int:
        """Drop the oldest bucket; how many tokens that were."""
        return len(self._buckets.pop(min(self._buckets))) if self._buckets else 0


Arrival = tuple[float, VehicleClass]


def _is_trip(left: float, arrival: Arrival) -> bool:
    return 0 < arrival[0] - left <= _MAX_TRAVEL_SECONDS


class _SegmentState:
    """One segment: who left, who arrived before the message of leaving came, and the trips of the open windows."""

    def __init__(self, segment: Segment, since: datetime) -> None:
        self.coverage = Coverage(since, warm_up=MAX_TRAVEL_TIME, max_brief_gap=MAX_BRIEF_GAP)
        self.blake2_person = segment.datastream_id.to_bytes(8, "big")
        self._segment = segment
        self._departures: _TokenBuckets[float] = _TokenBuckets(MAX_TRAVEL_TIME)
        self._arrivals: _TokenBuckets[Arrival] = _TokenBuckets(MAX_REORDERING)
        self._windows: dict[tuple[float, VehicleClass], array[float]] = {}
        self._closed = 0.0

    @property
    def token_count(self) -> int:
        return len(self._departures) + len(self._arrivals)

    def add_arrival(self, tokens: list[bytes], arrival: Arrival, now: float) -> bool:
        """The end of a trip, or an arrival that waits for its start. True: the trip came too late for its window."""
        left = self._departures.find(tokens)
        if left is not None and _is_trip(left, arrival):
            self._departures.drop(tokens)
            return self._sample(left, arrival)
        self._arrivals.drop(tokens)
        self._arrivals.put(tokens[-1], arrival, min(now, arrival[0] + _MAX_ARRIVAL_DELAY_SECONDS))
        return False

    def add_departure(self, tokens: list[bytes], time: float, now: float) -> bool:
        """The start of a trip, in place of an earlier one. True: the trip came too late for its window."""
        left = self._departures.find(tokens)
        is_newest = left is None or left < time
        if is_newest:
            self._departures.drop(tokens)
        arrival = self._arrivals.find(tokens)
        if arrival is not None and _is_trip(time, arrival):
            self._arrivals.drop(tokens)
            return self._sample(time, arrival)
        if is_newest:
            self._departures.put(tokens[-1], time, min(time, now))
        return False

    def drop_expired(self, now: float) -> None:
        self._departures.drop_expired(now)
        self._arrivals.drop_expired(now)

    def evict_oldest(self) -> int:
        return self._departures.evict_oldest() or self._arrivals.evict_oldest()

    def close(self, now: datetime, discards: TravelTimeDiscards) -> Iterator[TravelTimes]:
        """The windows that are over. What is held of them is gone, also of those that do not come out."""
        self._closed = now.timestamp() - self._segment.window.total_seconds() - WINDOW_GRACE_PERIOD.total_seconds()
        for key in sorted(key for key in self._windows if key[0] <= self._closed):
            seconds = self._windows.pop(key)
            start = datetime.fromtimestamp(key[0], UTC)
            if not self.coverage.covers(start, start + self._segment.window):
                discards.unobserved += 1
            elif len(seconds) < max(self._segment.min_trips, MIN_TRIPS):
                discards.suppressed += 1
            else:
                yield self._summary(start, key[1], seconds)

    def _sample(self, left: float, arrival: Arrival) -> bool:
        arrived, vehicle_class = arrival
        length = self._segment.window.total_seconds()
        start = arrived // length * length
        if start <= self._closed:
            return True
        self._windows.setdefault((start, vehicle_class), array("d")).append(arrived - left)
        return False

    def _summary(self, start: datetime, vehicle_class: VehicleClass, seconds: "array[float]") -> TravelTimes:
        twentieths = quantiles(seconds, n=20, method="inclusive")
        return TravelTimes(
            datastream_id=self._segment.datastream_id,
            window_start=start,
            minutes=int(self._segment.window / timedelta(minutes=1)),
            vehicle_class=vehicle_class,
            n=len(seconds),
            median=float(round(twentieths[9])),
            p15=float(round(twentieths[2])),
            p85=float(round(twentieths[16])),
            revision=self._segment.revision,
        )
