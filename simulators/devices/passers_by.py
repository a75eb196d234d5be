"""Pedestrians who pass a counter that reports each of them as they pass."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from simulators.devices.device import TrafficFlow, poisson_count
from simulators.devices.passages import whole_minutes

PASSER_FLOW = TrafficFlow(150, (12.6, 16.0), (15.0,), 2.5)
_HALF_AN_HOUR = timedelta(minutes=30)


def passers_by(seed: int, reference: str, start: datetime, until: datetime | None) -> Iterator[datetime]:
    """Yield when each passes, after ``start`` up to and including ``until``."""
    for minute in whole_minutes(start, until):
        rng = _rng(seed, reference, minute)
        number = int(poisson_count(rng, PASSER_FLOW.per_hour(minute) / 60))
        for time in sorted(minute + timedelta(milliseconds=rng.randrange(60_000)) for _ in range(number)):
            if time > start and (until is None or time <= until):
                yield time


def passed_in_hour(seed: int, reference: str, hour: datetime) -> int:
    """How many passed in an hour of which nobody needs to know when."""
    return int(poisson_count(_rng(seed, reference, "hour", hour), PASSER_FLOW.per_hour(hour + _HALF_AN_HOUR)))


def _rng(*of: object) -> Random:
    return Random(f"passers-by/{of}")  # noqa: S311 - pedestrians in an example, no secrets
