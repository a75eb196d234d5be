"""The local time zone, used for days and clock times everywhere on the platform."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL_TIME_ZONE = ZoneInfo("Europe/Amsterdam")
"""The time zone of every Dutch municipality; the database's views use the same one."""


def add_duration(time: datetime, duration: timedelta) -> datetime:
    """Add a duration, which may be negative, to a time in UTC. Raises ``OverflowError`` at the ends of the calendar.

    Whole days are days of the local calendar: on the days when the clock changes they last 23 or 25 hours.
    """
    if duration.seconds or duration.microseconds:
        return time + duration
    return (time.astimezone(LOCAL_TIME_ZONE) + duration).astimezone(UTC)
