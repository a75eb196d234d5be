"""Recent days and hours, as people here count them."""

from datetime import datetime, timedelta

from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE


def recent_period(now: datetime) -> dict[str, datetime]:
    """The last 24 hours that are over, and the first of the last 7 days: parameters of queries."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    midnight = hour.astimezone(LOCAL_TIME_ZONE).replace(hour=0)
    return {"since": hour - timedelta(hours=24), "until": hour, "first_day": midnight - timedelta(days=7)}
