"""The last day's values of neighbourhoods: computed for the first who asks, and then for half a minute for all."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from api.areas.queries import AggregatedDatastream, load_aggregated_datastreams
from sensors.db import Database

MAX_AGE = timedelta(seconds=30)
"""As old as figures of the quality page may be. A large neighbourhood has tens of thousands of hours in a day, which
not every visitor should wait for. Within an hour only what comes late or is erased changes them."""


@dataclass(frozen=True, slots=True)
class _Computed:
    at: datetime
    values: tuple[AggregatedDatastream, ...]


@dataclass(frozen=True, slots=True)
class RecentValues:
    """What is public of the last 24 hours and 7 days in each neighbourhood, at most ``MAX_AGE`` old.

    Only of neighbourhoods that exist, so it stays small. Two who ask at once may both compute.
    """

    _computed: dict[tuple[str, str], _Computed] = field(default_factory=dict[tuple[str, str], _Computed])
    _lock: Lock = field(default_factory=Lock)

    def get(
        self, db: Database, municipality: str, neighbourhood: str, now: datetime
    ) -> tuple[AggregatedDatastream, ...]:
        """The values of a neighbourhood, in the order of the kinds and of what they measure."""
        key = municipality, neighbourhood
        with self._lock:
            found = self._computed.get(key)
        if found is None or not timedelta(0) <= now - found.at < MAX_AGE or _hour(found.at) != _hour(now):
            found = _Computed(now, tuple(load_aggregated_datastreams(db, municipality, neighbourhood, now)))
            with self._lock:
                self._computed[key] = found
        return found.values


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
