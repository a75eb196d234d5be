"""Travel times between two points, from passages matched in memory. Passages and tokens are never written.

A passage becomes a token: a keyed BLAKE2b hash (RFC 7693) of the identifier. The key comes from ``os.urandom`` and
lives for one epoch plus the time in which its tokens may still match; it is never written or derived.
The segment is part of the hash, so one vehicle has unrelated tokens on two segments. A token is dropped when it is
matched, and at the latest ``MAX_TRAVEL_TIME`` after its passage. Only figures about a secret sample of the vehicles are
released, per window, segment and vehicle class: ``ingest.events.trip_windows``.

A restart loses keys, tokens and open windows. Pure except for ``os.urandom``: the clock is an argument. Not
thread-safe: the caller must lock.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Generic, NamedTuple, TypeVar

from ingest.events.trip_windows import Percentiles, TripWindow
from ingest.events.window_book import WindowBook
from ingest.events.windows import WINDOW_GRACE_PERIOD, Coverage, check_time
from sensors.formats.model import Passage
from sensors.policy.promises import KEY_EPOCH, MAX_TRAVEL_TIME
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_REORDERING = timedelta(minutes=2)
"""The arrival's message may be received up to this much earlier than the departure's."""
MAX_TOKENS = 1_000_000
"""Live tokens over all segments: 1 million passages an hour, each starting two segments for half an hour."""
MAX_BRIEF_GAP = timedelta(minutes=1)
"""After a longer gap the first trips observed in full are the short ones: see ``set_segments``."""

_BUCKET_SECONDS = 30
"""Tokens in one bucket are dropped together, so at most this long after they expire."""
_MAX_TRAVEL_SECONDS = MAX_TRAVEL_TIME.total_seconds()
_MAX_ARRIVAL_DELAY_SECONDS = (MAX_TRAVEL_TIME - MAX_REORDERING).total_seconds()
"""An arrival received later than this after the fact is held for a shorter time: ``MAX_TRAVEL_TIME`` limits it too."""
_MAX_CLOCK_STEP_BACK = timedelta(seconds=10)
_DIGEST_BYTES = 8
"""The chance that any two of a million tokens collide is 1 in 37 million."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The route from one sensor to another, in one direction; a two-way road has two segments.

    ``datastream_id`` and ``revision`` are those of the start sensor. ``window`` divides the hour. One in ``one_in``
    vehicles is sampled, and it takes at least ``minimum`` of those.
    """

    datastream_id: int
    revision: int
    start_sensor_id: int
    end_sensor_id: int
    minimum: int
    window: timedelta
    one_in: int


@dataclass(frozen=True, slots=True)
class TravelTimes:
    """One window of one vehicle class that may be stored. Trips count by time of arrival; instants are in UTC.

    Times are in seconds, rounded. How many vehicles there were is not part of it.
    """

    datastream_id: int
    window_start: datetime
    minutes: int
    vehicle_class: VehicleClass
    median: int
    p85: int | None
    revision: int


@dataclass(slots=True)
class TravelTimeDiscards:
    """What did not count, since startup."""

    late: int = 0
    """Trips matched after their window had closed."""
    evicted: int = 0
    """Tokens dropped early because there were too many."""


class TravelTimeMatcher:
    """All segments, with their live tokens and open windows.

    Call ``close_finished`` about every 15 seconds: it also drops expired tokens.
    """

    def __init__(self, max_tokens: int = MAX_TOKENS) -> None:
        self.discards = TravelTimeDiscards()
        self.book = WindowBook("match_in_memory")
        """Suppressed windows are those with too few vehicles of any class, or none."""
        self._most_tokens = self._free_tokens = max_tokens
        self._keys = _Keys()
        self._tracks: dict[Segment, _SegmentState] = {}
        self._starting: dict[int, list[_SegmentState]] = {}
        self._ending: dict[int, list[_SegmentState]] = {}
        self._clock = datetime.min.replace(tzinfo=UTC)
        self._tick = 0

    @property
    def token_count(self) -> int:
        """The number of live tokens."""
        return sum(track.token_count for track in self._tracks.values())

    @property
    def tokens_full(self) -> float:
        """How full the room for tokens is, rounded down to tenths: the number itself tells of single vehicles."""
        return 10 * self.token_count // self._most_tokens / 10

    def set_segments(self, segments: Iterable[Segment], now: datetime, due_from: datetime | None = None) -> None:
        """Match on these segments from now on. State of removed or changed segments is dropped at once.

        The windows of a new segment are due from the one that contains ``due_from``, or now; of a changed one none is
        left out. Those that were not observed in full are unobserved.

        The first window of a new segment begins at least ``MAX_TRAVEL_TIME`` from now: an earlier one would hold only
        trips that started after now, mostly short ones, which would bias its median.
        """
        held = self._tracks
        due = {each.datastream_id: track.due_from for each, track in held.items()}

        def new(segment: Segment) -> _SegmentState:
            return _SegmentState(segment, now, due.get(segment.datastream_id, due_from or now))

        self._replace_tracks({each: held.get(each) or new(each) for each in segments})

    def _replace_tracks(self, tracks: "dict[Segment, _SegmentState]") -> None:
        for segment, track in self._tracks.items():
            if track is not tracks.get(segment):
                track.forget_windows()
        self._tracks, self._starting, self._ending = tracks, {}, {}
        for segment, track in self._tracks.items():
            self._starting.setdefault(segment.start_sensor_id, []).append(track)
            self._ending.setdefault(segment.end_sensor_id, []).append(track)

    def record_gap(self, since: datetime, until: datetime) -> None:
        """Record that passages may have been missed: no window that overlaps this period is released."""
        for track in self._tracks.values():
            track.coverage.record_gap(since, until)

    def add_passage(self, sensor_id: int, passage: Passage, now: datetime) -> RejectionReason | None:
        """Match a passage received at ``now``. Returns the reason if it is rejected; nothing of it is kept then."""
        now = self._drop_expired(now)
        if (refused := check_time(passage.time, now, MAX_TRAVEL_TIME)) is not None:
            return refused
        ending, starting = self._ending.get(sensor_id, ()), self._starting.get(sensor_id, ())
        self._make_room(len(ending) + len(starting))
        identifier, passing = passage.identifier.encode(), (passage.time.timestamp(), passage.vehicle_class)
        for track in ending:
            vehicle = _Vehicle(identifier, self._keys.tokens(identifier, track.blake2_person, now))
            self.discards.late += track.add_arrival(vehicle, passing, now.timestamp())
        for track in starting:
            vehicle = _Vehicle(identifier, self._keys.tokens(identifier, track.blake2_person, now))
            self.discards.late += track.add_departure(vehicle, passing, now.timestamp())
        return None

    def close_finished(self, now: datetime) -> tuple[TravelTimes, ...]:
        """Close finished windows and drop expired tokens. Each window is released at most once, in a fixed order."""
        now = self._drop_expired(now)
        return tuple(row for track in self._tracks.values() for row in track.close(now, self.book))

    def _drop_expired(self, now: datetime) -> datetime:
        """Drop what has expired and return the effective time, which stands still while the clock is slightly behind.

        After a large step back the age of tokens is unknown, so everything is dropped.
        """
        if self._clock - now > _MAX_CLOCK_STEP_BACK:
            self._keys.drop_all()
            self._replace_tracks({each: _SegmentState(each, now, held.due_from) for each, held in self._tracks.items()})
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
        """Bound memory at the expense of the largest segment, so that a flood there does not affect the others."""
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
    """The key of this epoch and, while its tokens may still be live, that of the previous one: two at most."""

    def __init__(self) -> None:
        self._live: dict[int, bytearray] = {}

    def tokens(self, identifier: bytes, person: bytes, now: datetime) -> list[bytes]:
        """Return the token under every live key, the current epoch's last."""
        epoch = _epoch(now)
        if epoch not in self._live:
            self._live[epoch] = bytearray(os.urandom(32))
        return [
            blake2b(identifier, digest_size=_DIGEST_BYTES, key=key, person=person).digest()
            for key in self._live.values()
        ]

    def drop_expired(self, now: datetime) -> None:
        """Drop the keys under which no token can still be live."""
        oldest = _epoch(now - MAX_TRAVEL_TIME - timedelta(seconds=_BUCKET_SECONDS))
        for epoch in [each for each in self._live if each < oldest]:
            self._drop(epoch)

    def drop_all(self) -> None:
        for epoch in tuple(self._live):
            self._drop(epoch)

    def _drop(self, epoch: int) -> None:
        """Overwrite the key before releasing it. Best effort: hashing may have left a copy in freed memory."""
        key = self._live.pop(epoch)
        key[:] = bytes(len(key))


def _epoch(now: datetime) -> int:
    return int(now.timestamp() // KEY_EPOCH.total_seconds())


ValueT = TypeVar("ValueT")


class _TokenBuckets(Generic[ValueT]):
    """Values by token, in time buckets that are dropped whole. Look-ups search every bucket, newest first."""

    def __init__(self, term: timedelta) -> None:
        self._term = term.total_seconds()
        self._buckets: dict[int, dict[bytes, ValueT]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._buckets.values()))

    def put(self, token: bytes, held: ValueT, time: float) -> None:
        self._buckets.setdefault(int(time // _BUCKET_SECONDS), {})[token] = held

    def find(self, tokens: list[bytes]) -> ValueT | None:
        """Return the newest value stored under any of these tokens, or None."""
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
        """Drop the oldest bucket. Returns the number of tokens dropped."""
        return len(self._buckets.pop(min(self._buckets))) if self._buckets else 0


Passing = tuple[float, VehicleClass]
"""The time of a passage, and the class that was seen there."""


class _Vehicle(NamedTuple):
    """The vehicle of the message at hand: its identifier, and its tokens on one segment."""

    identifier: bytes
    tokens: list[bytes]


def _is_trip(left: Passing, arrived: Passing) -> bool:
    return 0 < arrived[0] - left[0] <= _MAX_TRAVEL_SECONDS


class _SegmentState:
    """One segment: departures, arrivals received before their departure, and the trips in open windows."""

    def __init__(self, segment: Segment, since: datetime, due_from: datetime) -> None:
        self.coverage = Coverage(since, warm_up=MAX_TRAVEL_TIME, max_brief_gap=MAX_BRIEF_GAP)
        self.blake2_person = segment.datastream_id.to_bytes(8, "big")
        self._segment = segment
        self._departures: _TokenBuckets[Passing] = _TokenBuckets(MAX_TRAVEL_TIME)
        self._arrivals: _TokenBuckets[Passing] = _TokenBuckets(MAX_REORDERING)
        self._windows: dict[float, TripWindow] = {}
        self._length = segment.window.total_seconds()
        self._open_from = due_from.timestamp() // self._length * self._length

    @property
    def token_count(self) -> int:
        return len(self._departures) + len(self._arrivals)

    @property
    def due_from(self) -> datetime:
        """The start of the first window that is not closed yet."""
        return datetime.fromtimestamp(self._open_from, UTC)

    def add_arrival(self, vehicle: _Vehicle, passing: Passing, now: float) -> bool:
        """Complete a trip, or hold the arrival until its departure. Returns True if the trip missed its window."""
        left = self._departures.find(vehicle.tokens)
        if left is not None and _is_trip(left, passing):
            self._departures.drop(vehicle.tokens)
            return self._add_trip(vehicle.identifier, left, passing)
        self._arrivals.drop(vehicle.tokens)
        self._arrivals.put(vehicle.tokens[-1], passing, min(now, passing[0] + _MAX_ARRIVAL_DELAY_SECONDS))
        return False

    def add_departure(self, vehicle: _Vehicle, passing: Passing, now: float) -> bool:
        """Start a trip, replacing an earlier departure. Returns True if a completed trip missed its window."""
        left = self._departures.find(vehicle.tokens)
        is_newest = left is None or left[0] < passing[0]
        if is_newest:
            self._departures.drop(vehicle.tokens)
        arrived = self._arrivals.find(vehicle.tokens)
        if arrived is not None and _is_trip(passing, arrived):
            self._arrivals.drop(vehicle.tokens)
            return self._add_trip(vehicle.identifier, passing, arrived)
        if is_newest:
            self._departures.put(vehicle.tokens[-1], passing, min(passing[0], now))
        return False

    def drop_expired(self, now: float) -> None:
        self._departures.drop_expired(now)
        self._arrivals.drop_expired(now)

    def evict_oldest(self) -> int:
        return self._departures.evict_oldest() or self._arrivals.evict_oldest()

    def forget_windows(self) -> None:
        for window in self._windows.values():
            window.forget()
        self._windows.clear()

    def close(self, now: datetime, book: WindowBook) -> Iterator[TravelTimes]:
        """Close finished windows by the clock, also those without a trip: whether one was counted tells of nobody."""
        subject = str(self._segment.datastream_id)
        while self._open_from + self._length + WINDOW_GRACE_PERIOD.total_seconds() <= now.timestamp():
            trips = self._windows.pop(self._open_from, None)
            start = self.due_from
            window = start, start + self._segment.window
            self._open_from += self._length
            rows = [self._row(start, *each) for each in trips.close(self._segment.minimum).items()] if trips else []
            if not self.coverage.covers(*window):
                book.record(subject, window, "unobserved")
            elif not rows:
                book.record(subject, window, "suppressed")
            else:
                book.record(subject, window, "released")
                yield from rows

    def _add_trip(self, identifier: bytes, left: Passing, arrived: Passing) -> bool:
        start = arrived[0] // self._length * self._length
        if start < self._open_from:
            return True
        if start not in self._windows:
            self._windows[start] = TripWindow(self._segment.one_in)
        self._windows[start].add_trip(identifier, arrived[0] - left[0], (left[1], arrived[1]))
        return False

    def _row(self, start: datetime, vehicle_class: VehicleClass, figures: Percentiles) -> TravelTimes:
        return TravelTimes(
            datastream_id=self._segment.datastream_id,
            window_start=start,
            minutes=self._segment.window // timedelta(minutes=1),
            vehicle_class=vehicle_class,
            median=figures.median,
            p85=figures.p85,
            revision=self._segment.revision,
        )
