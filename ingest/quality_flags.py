"""Flag suspect values and round them. Every observation gets a quality code; public views include only good ones.

Three checks, bounded per observed property: a value outside the plausible range, a jump that the next value does not
confirm, and a value unchanged for longer than occurs naturally (except zero, from a sensor that can't resolve less).
These are the range, step and persistence checks of measurement networks. State is kept in the worker's memory only:
after a restart the first value is trusted, and a value that arrives out of order is checked for range only.

A value is judged as it was sent and kept at the resolution of its property, in the database and in this memory alike:
further digits say nothing about the city, and could carry an identifier. For the same reason an implausible value is
kept as the bound that it crossed. So a value is frozen if it stays the same at that resolution.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import inf

from sensors.kinds import ObservedProperty

MAX_STEP_INTERVAL = timedelta(hours=1)
"""A jump is judged only against a value at most this old: over a longer gap the change may be real."""
MIN_FROZEN_REPEATS = 10
"""Minimum number of equal values before the next one counts as frozen."""
COARSE_STEPS = 10
"""A sensor whose smallest step is at least this many times the resolution of the property may well stay at zero."""


class QualityFlag(IntEnum):
    """The quality code stored with an observation."""

    GOOD = 0
    IMPLAUSIBLE = 1
    FROZEN = 2
    JUMP = 3


@dataclass(slots=True)
class SeriesState:
    """State of one datastream: its newest value, its last good one, and how long the value has been unchanged."""

    time: datetime
    value: float
    last_good_value: float
    unchanged_since: datetime
    repeats: int
    finest_step: float = inf
    """The smallest difference seen between two values in a row: an upper bound for what the sensor can resolve."""


class QualityChecker:
    """The state of every datastream this worker has seen, by id."""

    def __init__(self) -> None:
        self._tracks: dict[int, SeriesState] = {}

    def assess(
        self, datastream_id: int, observed_property: ObservedProperty, time: datetime, value: float
    ) -> tuple[QualityFlag, float]:
        """Return the quality of a value and the number to store, and remember that number if it is the newest."""
        low, high = observed_property.plausible_range
        if not low <= value <= high:
            return QualityFlag.IMPLAUSIBLE, float(low if value < low else high)
        # As numpy.round does: half to even, to the double nearest to the decimal, never -0.0; and in half the time of
        # round(value, 1).
        steps_per_unit = observed_property.steps_per_unit
        rounded = round(value * steps_per_unit) / steps_per_unit
        if observed_property.max_change_per_hour is None and observed_property.frozen_after is None:
            return QualityFlag.GOOD, rounded
        track = self._tracks.get(datastream_id)
        if track is None:
            self._tracks[datastream_id] = SeriesState(time, rounded, rounded, time, 1)
            return QualityFlag.GOOD, rounded
        if time <= track.time:
            return QualityFlag.GOOD, rounded
        quality = QualityFlag.GOOD
        if rounded == track.value:
            if _is_frozen(track, observed_property, time):
                quality = QualityFlag.FROZEN
        elif observed_property.max_change_per_hour is not None and _is_jump(
            track, observed_property.max_change_per_hour, time, value
        ):
            quality = QualityFlag.JUMP
        _update_state(track, time, rounded, quality)
        return quality, rounded


def _is_jump(track: SeriesState, largest_step: float, time: datetime, value: float) -> bool:
    """Far from both the newest value and the last good one, so that the return from a spike is no jump."""
    if abs(value - track.value) <= largest_step or abs(value - track.last_good_value) <= largest_step:
        return False
    return time - track.time <= MAX_STEP_INTERVAL


def _is_frozen(track: SeriesState, observed_property: ObservedProperty, time: datetime) -> bool:
    """Equal to the newest value, more often and for longer than occurs naturally."""
    if observed_property.frozen_after is None or track.repeats < MIN_FROZEN_REPEATS:
        return False
    if time - track.unchanged_since <= observed_property.frozen_after:
        return False
    return not (
        track.value == 0
        and observed_property.rests_at_zero
        and track.finest_step >= COARSE_STEPS * observed_property.resolution
    )


def _update_state(track: SeriesState, time: datetime, value: float, quality: QualityFlag) -> None:
    if value != track.value:
        track.unchanged_since, track.repeats = time, 0
        # Rounded, because a conversion such as 0.003 mg/m3 is not exact.
        track.finest_step = min(track.finest_step, round(abs(value - track.value), 6))
    track.repeats += 1
    track.time, track.value = time, value
    if quality is not QualityFlag.JUMP:
        track.last_good_value = value
