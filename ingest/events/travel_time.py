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

from ingest.events.windows import FUTURE_TOLERANCE, GRACE, Watch
from sensors.formats.model import Passage
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import Reason

T_MAX = timedelta(minutes=30)
"""A longer trip is not measured, and no token is kept for longer."""
LATENESS = timedelta(minutes=2)
"""The message of the arrival may come this much earlier than that of the departure."""
EPOCH = timedelta(minutes=60)
FEWEST = 5
"""Matches a window must hold, whatever the register entry says."""
MOST_TOKENS = 1_000_000
"""Live at once, over all segments: at 1 million passages an hour each opens two segments for half an hour."""
BRIEF = timedelta(minutes=1)
"""After a longer time without observation the first trips that are seen whole are the short ones: see ``declare``."""

_BUCKET = 30
"""Seconds. Tokens of one bucket are dropped together, so at most this long after their time."""
_LONGEST = T_MAX.total_seconds()
_LAST_WAIT = (T_MAX - LATENESS).total_seconds()
"""An arrival that was received later than this after it happened waits shorter: ``T_MAX`` holds for it too."""
_STEP_BACK = timedelta(seconds=10)
_DIGEST = 8
"""Bytes: among a million tokens two are equal by chance once in 37 million times."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The way from one sensor to another, one direction: two-way is two of these. Sensors are ids of the register.

    ``datastream_id`` and ``revision`` are of the sensor where it starts. ``window`` divides the hour.
    """

    datastream_id: int
    revision: int
    start: int
    end: int
    minimum: int
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
class Tally:
    """What did not come out, counted since the start. Windows count once per class of vehicle."""

    suppressed: int = 0
    """Windows below the minimum."""
    unobserved: int = 0
    """Windows that were not observed in full."""
    late: int = 0
    """Matches whose window was closed already."""
    evicted: int = 0
    """Tokens dropped before their time, because there were too many."""


class Matcher:
    """All segments, their live tokens and their open windows. Call ``due`` every 15 seconds or so: it also forgets."""

    def __init__(self, most_tokens: int = MOST_TOKENS) -> None:
        self.tally = Tally()
        self._most_tokens = self._room = most_tokens
        self._keys = _Keys()
        self._tracks: dict[Segment, _Track] = {}
        self._starting: dict[int, list[_Track]] = {}
        self._ending: dict[int, list[_Track]] = {}
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._tick = 0

    @property
    def live(self) -> int:
        """Tokens that are held now."""
        return sum(track.live for track in self._tracks.values())

    def declare(self, segments: Iterable[Segment], now: datetime) -> None:
        """Match on these segments from now on. What was held of a segment that is gone or changed is dropped at once.

        The first window of a new segment begins at least ``T_MAX`` from now: an earlier one would only hold the trips
        that began after now, so mostly the short ones, and its median would be wrong.
        """
        held = self._tracks
        self._tracks = {each: held.get(each) or _Track(each, now) for each in segments}
        self._starting, self._ending = {}, {}
        for segment, track in self._tracks.items():
            self._starting.setdefault(segment.start, []).append(track)
            self._ending.setdefault(segment.end, []).append(track)

    def interrupted(self, since: datetime, until: datetime) -> None:
        """Passages may have been missed in this time: no window that it touches comes out."""
        for track in self._tracks.values():
            track.watch.interrupted(since, until)

    def see(self, sensor: int, passage: Passage, now: datetime) -> Reason | None:
        """Take up one passage at a sensor, received now. A reason: it was refused, and nothing of it is kept."""
        now = self._forget(now)
        if passage.time > now + FUTURE_TOLERANCE:
            return Reason.IN_FUTURE
        if passage.time < now - T_MAX:
            return Reason.TOO_LATE
        ending, starting = self._ending.get(sensor, ()), self._starting.get(sensor, ())
        self._make_room(len(ending) + len(starting))
        identifier, time = passage.identifier.encode(), passage.time.timestamp()
        for track in ending:
            tokens = self._keys.tokens(identifier, track.person, now)
            self.tally.late += track.arrive(tokens, (time, passage.vehicle_class), now.timestamp())
        for track in starting:
            tokens = self._keys.tokens(identifier, track.person, now)
            self.tally.late += track.leave(tokens, time, now.timestamp())
        return None

    def due(self, now: datetime) -> tuple[TravelTimes, ...]:
        """Close the windows that are over, and forget what is old. Each window comes out once, in a fixed order."""
        now = self._forget(now)
        return tuple(row for track in self._tracks.values() for row in track.close(now, self.tally))

    def _forget(self, now: datetime) -> datetime:
        """Drop what is too old, and say what time it is: a small step back of the clock is waited out.

        After a large one the age of what is held can't be known, so all of it is dropped.
        """
        if self._latest - now > _STEP_BACK:
            segments, self._tracks = tuple(self._tracks), {}
            self._keys.forget_all()
            self.declare(segments, now)
            self._latest = now
        now = self._latest = max(self._latest, now)
        tick = int(now.timestamp() // _BUCKET)
        if tick != self._tick:
            self._tick = tick
            self._keys.forget(now)
            for track in self._tracks.values():
                track.forget(now.timestamp())
        return now

    def _make_room(self, tokens: int) -> None:
        """Keep memory bounded, at the cost of the segment that holds most: a flood there costs the others nothing."""
        self._room -= tokens
        if self._room >= 0:
            return
        live = self.live
        while live and live + tokens > self._most_tokens:
            dropped = max(self._tracks.values(), key=lambda track: track.live).shed()
            self.tally.evicted += dropped
            live -= dropped
        self._room = self._most_tokens - live - tokens


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
            blake2b(identifier, digest_size=_DIGEST, key=key, person=person).digest() for key in self._live.values()
        ]

    def forget(self, now: datetime) -> None:
        """Drop the keys under which no token can live."""
        oldest = _epoch(now - T_MAX - timedelta(seconds=_BUCKET))
        for epoch in [each for each in self._live if each < oldest]:
            self._drop(epoch)

    def forget_all(self) -> None:
        for epoch in tuple(self._live):
            self._drop(epoch)

    def _drop(self, epoch: int) -> None:
        """Overwritten before it is let go. Best effort: the hash function may have left a copy in freed memory."""
        key = self._live.pop(epoch)
        key[:] = bytes(len(key))


def _epoch(now: datetime) -> int:
    return int(now.timestamp() // EPOCH.total_seconds())


Held = TypeVar("Held")


class _Tokens(Generic[Held]):
    """What is held by token, in buckets of time that are dropped whole; a look-up looks in each, newest first."""

    def __init__(self, term: timedelta) -> None:
        self._term = term.total_seconds()
        self._buckets: dict[int, dict[bytes, Held]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._buckets.values()))

    def put(self, token: bytes, held: Held, time: float) -> None:
        self._buckets.setdefault(int(time // _BUCKET), {})[token] = held

    def find(self, tokens: list[bytes]) -> Held | None:
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

    def forget(self, now: float) -> None:
        for number in [each for each in self._buckets if (each + 1) * _BUCKET + self._term <= now]:
            del self._buckets[number]

    def shed(self) -> int:
        """Drop the oldest bucket; how many tokens that were."""
        return len(self._buckets.pop(min(self._buckets))) if self._buckets else 0


Arrival = tuple[float, VehicleClass]


def _is_trip(left: float, arrival: Arrival) -> bool:
    return 0 < arrival[0] - left <= _LONGEST


class _Track:
    """One segment: who left, who arrived before the message of leaving came, and the trips of the open windows."""

    def __init__(self, segment: Segment, since: datetime) -> None:
        self.watch = Watch(since, run_up=T_MAX, brief=BRIEF)
        self.person = segment.datastream_id.to_bytes(8, "big")
        self._segment = segment
        self._left: _Tokens[float] = _Tokens(T_MAX)
        self._waiting: _Tokens[Arrival] = _Tokens(LATENESS)
        self._windows: dict[tuple[float, VehicleClass], array[float]] = {}
        self._closed = 0.0

    @property
    def live(self) -> int:
        return len(self._left) + len(self._waiting)

    def arrive(self, tokens: list[bytes], arrival: Arrival, now: float) -> bool:
        """The end of a trip, or an arrival that waits for its start. True: the trip came too late for its window."""
        left = self._left.find(tokens)
        if left is not None and _is_trip(left, arrival):
            self._left.drop(tokens)
            return self._sample(left, arrival)
        self._waiting.drop(tokens)
        self._waiting.put(tokens[-1], arrival, min(now, arrival[0] + _LAST_WAIT))
        return False

    def leave(self, tokens: list[bytes], time: float, now: float) -> bool:
        """The start of a trip, in place of an earlier one. True: the trip came too late for its window."""
        left = self._left.find(tokens)
        is_newest = left is None or left < time
        if is_newest:
            self._left.drop(tokens)
        arrival = self._waiting.find(tokens)
        if arrival is not None and _is_trip(time, arrival):
            self._waiting.drop(tokens)
            return self._sample(time, arrival)
        if is_newest:
            self._left.put(tokens[-1], time, min(time, now))
        return False

    def forget(self, now: float) -> None:
        self._left.forget(now)
        self._waiting.forget(now)

    def shed(self) -> int:
        return self._left.shed() or self._waiting.shed()

    def close(self, now: datetime, tally: Tally) -> Iterator[TravelTimes]:
        """The windows that are over. What is held of them is gone, also of those that do not come out."""
        self._closed = now.timestamp() - self._segment.window.total_seconds() - GRACE.total_seconds()
        for key in sorted(key for key in self._windows if key[0] <= self._closed):
            seconds = self._windows.pop(key)
            start = datetime.fromtimestamp(key[0], UTC)
            if not self.watch.in_full(start, start + self._segment.window):
                tally.unobserved += 1
            elif len(seconds) < max(self._segment.minimum, FEWEST):
                tally.suppressed += 1
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
