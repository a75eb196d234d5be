"""The local time zone, used for days and clock times everywhere on the platform."""

from zoneinfo import ZoneInfo

LOCAL_TIME_ZONE = ZoneInfo("Europe/Amsterdam")
"""The time zone of every Dutch municipality; the database's views use the same one."""
