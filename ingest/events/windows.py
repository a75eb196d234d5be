"""The windows over which travel times and movements are aggregated, and whether they were observed in full.

Pure: the clock is always an argument. Instants are timezone-aware; windows are half-open and in UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from sensors.policy.promises import DAY_START, NIGHT_START
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

WINDOW_GRACE_PERIOD = timedelta(minutes=5)
"""A window closes this long after its end; anything later is too late for it."""
CLOCK_SKEW_TOLERANCE = timedelta(minutes=1)
"""How far a device's clock may run ahead of ours."""
_MAX_WINDOW = timedelta(days=1)
"""No window is longer."""


def check_time(
    time: datetime, now: datetime, max_age: timedelta = _MAX_WINDOW + WINDOW_GRACE_PERIOD
) -> RejectionReason | None:
    """Return why an event of this time, received at ``now``, can be in no open window; None if it may be in one.

    Call it before ``window_of``: some devices send the year 1, and no window around it can be computed.
    """
    if time > now + CLOCK_SKEW_TOLERANCE:
        return RejectionReason.IN_FUTURE
    return RejectionReason.TOO_LATE if time < now - max_age else None


def window_of(instant: datetime, min_length: timedelta) -> tuple[datetime, datetime]:
    """Return start and end of the window containing an instant: whole hours from the morning, or the night.

    The night is one window, however long it is when the clocks change.
    No daytime window is shorter than ``min_length``: the remainder before the night belongs to the last one.
    """
    local = instant.astimezone(LOCAL_TIME_ZONE)
    day = local.date()
    if local.time() >= NIGHT_START:
        return _clock(day, NIGHT_START), _clock(day + timedelta(days=1), DAY_START)
    if local.time() < DAY_START:
        return _clock(day - timedelta(days=1), NIGHT_START), _clock(day, DAY_START)
    morning, night = _clock(day, DAY_START), _clock(day, NIGHT_START)
    last = max((night - morning) // min_length - 1, 0)
    number = min((instant - morning) // min_length, last)
    start = morning + number * min_length
    return start, night if number == last else start + min_length


def windows_between(since: datetime, until: datetime, min_length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows that ended by ``until``, from the one containing ``since`` on, in order and without gaps."""
    window = window_of(since, min_length)
    while window[1] <= until:
        yield window
        window = window_of(window[1], min_length)


def is_night_window(window: tuple[datetime, datetime]) -> bool:
    """Whether a window is the night."""
    return window[0].astimezone(LOCAL_TIME_ZONE).time() == NIGHT_START


def _clock(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LOCAL_TIME_ZONE).astimezone(UTC)


class Coverage:
    """Since when, and with which gaps, something has been observed.

    Everything before the start is a gap too. ``warm_up`` is how long observation must precede a window for the window
    to be correct; a gap requires a new warm-up only if longer than ``max_brief_gap``.
    """

    def __init__(
        self, since: datetime, warm_up: timedelta = timedelta(0), max_brief_gap: timedelta = timedelta(0)
    ) -> None:
        self._run_up = warm_up
        self._brief = max_brief_gap
        self._since = since + warm_up
        self._gaps: list[tuple[datetime, datetime]] = []

    def record_gap(self, since: datetime, until: datetime) -> None:
        """Record that nothing was observed from ``since`` to ``until``. Gaps older than a day are dropped.

        An ongoing gap is reported repeatedly; each report replaces the previous one.
        """
        self._gaps = [gap for gap in self._gaps if gap[1] > until - timedelta(days=1) and gap[0] < since]
        self._gaps.append((since, until + self._run_up if until - since > self._brief else until))

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether the window was observed in full."""
        return self._since <= start and not any(since < end and start < until for since, until in self._gaps)
