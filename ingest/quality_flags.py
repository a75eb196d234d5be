"""Is this value to be believed? A code with every observation; all but good is left out of totals and the public views.

Three checks, with the bounds of the observed property: outside what is plausible, a jump that the next value does not
confirm, and the same value for longer than nature repeats itself: the range, step and persistence checks of measuring
networks. What one worker remembers of a datastream is in memory only: after a restart the first
value is believed, and a value that comes late, out of order, is judged by its range alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from sensors.kinds import Property

STEP_WITHIN = timedelta(hours=1)
"""A step is judged against a value that is at most this old: in a longer gap the weather may really have changed."""
REPEATS = 10
"""So many equal values at least before one is called frozen."""


class Quality(IntEnum):
    """The code that is stored."""

    GOOD = 0
    IMPLAUSIBLE = 1
    FROZEN = 2
    JUMP = 3


@dataclass(slots=True)
class Track:
    """What is remembered of one datastream: its newest value, the newest believed one, and how long it is the same."""

    time: datetime
    value: float
    believed: float
    since: datetime
    repeats: int


class Memory:
    """The tracks of all datastreams that this worker has seen, by id."""

    def __init__(self) -> None:
        self._tracks: dict[int, Track] = {}

    def judge(self, datastream: int, limits: Property, time: datetime, value: float) -> Quality:
        """The quality of a value, which is remembered if it is the newest."""
        low, high = limits.plausible
        if not low <= value <= high:
            return Quality.IMPLAUSIBLE
        if limits.largest_step is None and limits.frozen_after is None:
            return Quality.GOOD
        track = self._tracks.get(datastream)
        if track is None:
            self._tracks[datastream] = Track(time, value, value, time, 1)
            return Quality.GOOD
        if time <= track.time:
            return Quality.GOOD
        quality = Quality.GOOD
        if value == track.value:
            if _is_frozen(track, limits.frozen_after, time):
                quality = Quality.FROZEN
        elif limits.largest_step is not None and _is_jump(track, limits.largest_step, time, value):
            quality = Quality.JUMP
        _remember(track, time, value, quality)
        return quality


def _is_jump(track: Track, largest_step: float, time: datetime, value: float) -> bool:
    """Far from the newest value and from the newest believed one: the way back from a spike is no jump."""
    if abs(value - track.value) <= largest_step or abs(value - track.believed) <= largest_step:
        return False
    return time - track.time <= STEP_WITHIN


def _is_frozen(track: Track, frozen_after: timedelta | None, time: datetime) -> bool:
    """Equal to the newest value, as often and for as long as nature does not repeat itself."""
    return frozen_after is not None and track.repeats >= REPEATS and time - track.since > frozen_after


def _remember(track: Track, time: datetime, value: float, quality: Quality) -> None:
    if value != track.value:
        track.since, track.repeats = time, 0
    track.repeats += 1
    track.time, track.value = time, value
    if quality is not Quality.JUMP:
        track.believed = value
