"""Is this value to be believed? A code with every observation; all but good is left out of totals and the public views.

Three checks, with the bounds of the observed property: outside what is plausible, a jump that the next value does not
confirm, and the same value for longer than nature repeats itself: the range, step and persistence checks of measuring
networks. What one worker remembers of a datastream is in memory only: after a restart the first
value is believed, and a value that comes late, out of order, is judged by its range alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from sensors.kinds import ObservedProperty

MAX_STEP_INTERVAL = timedelta(hours=1)
"""A step is judged against a value that is at most this old: in a longer gap the weather may really have changed."""
MIN_FROZEN_REPEATS = 10
"""So many equal values at least before one is called frozen."""


class QualityFlag(IntEnum):
    """The code that is stored."""

    GOOD = 0
    IMPLAUSIBLE = 1
    FROZEN = 2
    JUMP = 3


@dataclass(slots=True)
class SeriesState:
    """What is remembered of one datastream: its newest value, the newest believed one, and how long it is the same."""

    time: datetime
    value: float
    last_good_value: float
    unchanged_since: datetime
    repeats: int


class QualityChecker:
    """The tracks of all datastreams that this worker has seen, by id."""

    def __init__(self) -> None:
        self._tracks: dict[int, SeriesState] = {}

    def assess(
        self, datastream_id: int, observed_property: ObservedProperty, time: datetime, value: float
    ) -> QualityFlag:
        """The quality of a value, which is remembered if it is the newest."""
        low, high = observed_property.plausible_range
        if not low <= value <= high:
            return QualityFlag.IMPLAUSIBLE
        if observed_property.max_change_per_hour is None and observed_property.frozen_after is None:
            return QualityFlag.GOOD
        track = self._tracks.get(datastream_id)
        if track is None:
            self._tracks[datastream_id] = SeriesState(time, value, value, time, 1)
            return QualityFlag.GOOD
        if time <= track.time:
            return QualityFlag.GOOD
        quality = QualityFlag.GOOD
        if value == track.value:
            if _is_frozen(track, observed_property.frozen_after, time):
                quality = QualityFlag.FROZEN
        elif observed_property.max_change_per_hour is not None and _is_jump(
            track, observed_property.max_change_per_hour, time, value
        ):
            quality = QualityFlag.JUMP
        _update_state(track, time, value, quality)
        return quality


def _is_jump(track: SeriesState, largest_step: float, time: datetime, value: float) -> bool:
    """Far from the newest value and from the newest believed one: the way back from a spike is no jump."""
    if abs(value - track.value) <= largest_step or abs(value - track.last_good_value) <= largest_step:
        return False
    return time - track.time <= MAX_STEP_INTERVAL


def _is_frozen(track: SeriesState, frozen_after: timedelta | None, time: datetime) -> bool:
    """Equal to the newest value, as often and for as long as nature does not repeat itself."""
    return (
        frozen_after is not None and track.repeats >= MIN_FROZEN_REPEATS and time - track.unchanged_since > frozen_after
    )


def _update_state(track: SeriesState, time: datetime, value: float, quality: QualityFlag) -> None:
    if value != track.value:
        track.unchanged_since, track.repeats = time, 0
    track.repeats += 1
    track.time, track.value = time, value
    if quality is not QualityFlag.JUMP:
        track.last_good_value = value
