"""Decide when public hourly and daily cells are published: not before the data they cover has arrived.

A published cell about people never changes (docs/decisions/007-public-numbers.md). After an outage, or while recorded
series are replayed, the broker delivers the oldest data first; such cells published meanwhile would stay too low for
good, and all others would say that they were completed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ingest.pipeline import MessageOutcome

PUBLICATION_DELAY = timedelta(minutes=5)
"""Counted from the full hour."""
MAX_CURRENT_LAG = timedelta(minutes=10)
"""A message no older than this shows that the broker has no backlog left."""
MAX_PUBLICATION_DELAY = timedelta(minutes=30)
"""Counted from the full hour, and at startup from there: the broker may have a backlog. Publish regardless after this
long, since some devices report only once a day."""


class PublicationSchedule:
    """Tracks whether this hour's cells are due for publication."""

    def __init__(self) -> None:
        self._started: datetime | None = None
        self._published: datetime | None = None
        self._is_current = False

    def record_batch(self, outcomes: Sequence[MessageOutcome], received_at: datetime) -> None:
        """Record a committed batch. Its last message shows how far behind ingest is."""
        newest = outcomes[-1].newest_time if outcomes else None
        if newest is not None:
            self._is_current = received_at - newest < MAX_CURRENT_LAG

    def is_due(self, now: datetime) -> bool:
        """Whether to publish now: once an hour, and at startup."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        self._started = self._started or now
        settled = now - hour >= PUBLICATION_DELAY or self._published is None
        waited = now - max(hour, self._started)
        return self._published != hour and settled and (self._is_current or waited >= MAX_PUBLICATION_DELAY)

    def mark_published(self, now: datetime) -> None:
        """Record that this hour's cells have been published."""
        self._published = now.replace(minute=0, second=0, microsecond=0)
