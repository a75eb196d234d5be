"""The windows over which travel times and movements are taken together, and whether one was observed in full.

Pure: the clock is an argument everywhere. All instants are timezone-aware; windows are half-open and in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta

from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

WINDOW_GRACE_PERIOD = timedelta(minutes=5)
"""A window is closed this long after its end; what comes later is too late for it."""
CLOCK_SKEW_TOLERANCE = timedelta(minutes=1)
"""A device clock may be this much ahead of ours."""

DAY_START, NIGHT_START = time(6), time(23)
"""From 23:00 to 06:00 on the clock is one window, however long the night is when the clock changes."""


def window_of(instant: datetime, min_length: timedelta) -> tuple[datetime, datetime]:
    """Start and end of the window that holds an instant: whole hours from 06:00 on the clock, and the night.

    No window by day is shorter than ``window``: what is left before 23:00 belongs to the last one.
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


def _clock(day: date, at: time) -> datetime:
    return datetime.combine(day, at, LOCAL_TIME_ZONE).astimezone(UTC)


class Coverage:
    """Since when, and with which gaps, something is observed.

    A start is a gap as well: all the time before it. ``run_up``: how much must have been observed before a window
    for the window to be right; only a gap longer than ``brief`` needs it again.
    """

    def __init__(
        self, since: datetime, warm_up: timedelta = timedelta(0), max_brief_gap: timedelta = timedelta(0)
    ) -> None:
        self._run_up = warm_up
        self._brief = max_brief_gap
        self._since = since + warm_up
        self._gaps: list[tuple[datetime, datetime]] = []

    def record_gap(self, since: datetime, until: datetime) -> None:
        """Nothing was observed from ``since`` to ``until``. Gaps of more than a day ago are forgotten.

        A gap that still lasts is told again and again, and each time replaces what was told of it.
        """
        self._gaps = [gap for gap in self._gaps if gap[1] > until - timedelta(days=1) and gap[0] < since]
        self._gaps.append((since, until + self._run_up if until - since > self._brief else until))

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether the window was observed from start to end."""
        return self._since <= start and not any(since < end and start < until for since, until in self._gaps)
