"""Recent days and hours in Dutch local time."""

from datetime import datetime, timedelta

from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE


def recent_period(now: datetime) -> dict[str, datetime]:
    """Query parameters for the last 24 complete hours and the first of the last 7 days."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    midnight = hour.astimezone(LOCAL_TIME_ZONE).replace(hour=0)
    return {"since": hour - timedelta(hours=24), "until": hour, "first_day": midnight - timedelta(days=7)}
