"""Count the road users that counters report one by one, in memory. No single one is stored.

An hour that is over yields one public cell, with its random number in it, whether or not anybody passed: which cells
exist depends on the clock, the register and our own outages. One that was not observed in full, and for five minutes
more, has no value. A counter that leaves the register takes its open cells with it. Pure except for the noise: the
clock is an argument. Not thread-safe: the caller must lock.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from ingest.events.windows import WINDOW_GRACE_PERIOD, Coverage, check_time, is_night_window, window_of
from ingest.noise import add_noise
from sensors.formats.model import PassersBy
from sensors.vocabulary.rejection_reasons import RejectionReason

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class EventCounter:
    """A datastream of a counter. ``noise``: standard deviation; ``has_night``: 23:00 to 06:00 is one cell."""

    datastream_id: int
    sensor_id: int
    property: str
    noise: float
    has_night: bool


@dataclass(frozen=True, slots=True)
class PassCount:
    """One public cell: how many passed in it, plus noise of this standard deviation. Instants in UTC.

    ``count`` is None where too little is known: it was not observed in full.
    """

    datastream_id: int
    period: Literal["hour", "night"]
    start: datetime
    count: int | None
    noise: float


class PassCounter:
    """All counters that report road users one by one, and their open cells."""

    def __init__(self) -> None:
        self._of: dict[tuple[int, str], _OpenCells] = {}

    def set_counters(self, counters: Iterable[EventCounter], now: datetime, due_from: datetime) -> None:
        """Count for these from now on. Cells of a new one are due from the one that contains ``due_from``."""
        held, self._of = self._of, {}
        for each in counters:
            key = (each.sensor_id, each.property)
            cells = held.get(key)
            if cells is None or cells.counter.has_night != each.has_night:
                cells = _OpenCells(each, since=now, due_from=cells.due_from if cells else due_from)
            cells.counter = each
            self._of[key] = cells

    def record_gap(self, since: datetime, until: datetime) -> None:
        """Record that messages may have been missed: no cell that overlaps this period has a value."""
        for cells in self._of.values():
            cells.coverage.record_gap(since, until)

    def add(self, sensor_id: int, passers: PassersBy, now: datetime) -> RejectionReason | None:
        """Count what was received at ``now``. Returns the reason if it is rejected; nothing of it is kept then."""
        cells = self._of.get((sensor_id, passers.property))
        if cells is None:
            return RejectionReason.NOT_INGESTED
        return check_time(passers.time, now) or cells.add(passers, now)

    def close_finished(self, now: datetime) -> tuple[PassCount, ...]:
        """Close the cells that are over. Each is given once, in a fixed order."""
        return tuple(count for _, cells in sorted(self._of.items()) for count in cells.close(now))


class _OpenCells:
    """The cells of one counter that aren't closed. ``due_from``: those before it are."""

    def __init__(self, counter: EventCounter, since: datetime, due_from: datetime) -> None:
        self.counter = counter
        self.coverage = Coverage(since)
        self.due_from = _cell_of(due_from, counter.has_night)[0]
        self._passed: dict[datetime, int] = {}

    def add(self, passers: PassersBy, now: datetime) -> RejectionReason | None:
        start, end = _cell_of(passers.time, self.counter.has_night)
        if start < self.due_from or end + WINDOW_GRACE_PERIOD <= now:
            return RejectionReason.TOO_LATE
        self._passed[start] = self._passed.get(start, 0) + passers.number
        return None

    def close(self, now: datetime) -> Iterator[PassCount]:
        while (cell := _cell_of(self.due_from, self.counter.has_night))[1] <= now - WINDOW_GRACE_PERIOD:
            start, self.due_from = cell
            passed, noise = self._passed.pop(start, 0), self.counter.noise
            # Those who passed at its end may be reported after it.
            is_known = self.coverage.covers(start, cell[1] + WINDOW_GRACE_PERIOD)
            count = add_noise(passed, noise) if is_known else None
            period = "night" if self.counter.has_night and is_night_window(cell) else "hour"
            yield PassCount(self.counter.datastream_id, period, start, count, noise)


def _cell_of(instant: datetime, has_night: bool) -> tuple[datetime, datetime]:
    """Start and end of the cell that an instant is in: as ``lantaarn.total_start`` has them."""
    if has_night:
        return window_of(instant, _HOUR)
    start = instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return start, start + _HOUR
