"""The time zone in which a day begins, wherever the platform counts by day or by the clock."""

from zoneinfo import ZoneInfo

LOCAL_TIME_ZONE = ZoneInfo("Europe/Amsterdam")
"""Of every Dutch municipality; the database's views name the same one."""
