"""When the public hours and days are written: once, so not before what belongs to them is in.

A cell never changes (docs/decisions/007-public-numbers.md). After an outage, or while recorded series are played back,
the broker hands over what is old first; cells written meanwhile would be too low for good.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ingest.pipeline import MessageOutcome

PUBLICATION_DELAY = timedelta(minutes=5)
"""After the full hour."""
MAX_CURRENT_LAG = timedelta(minutes=10)
"""A message that was measured no longer ago shows that nothing older waits at the broker."""
MAX_PUBLICATION_DELAY = timedelta(minutes=30)
"""After the full hour: then it is done all the same, since devices may well speak once a day."""


class PublicationSchedule:
    """What is known about whether this hour's publication is due."""

    def __init__(self) -> None:
        self._published: datetime | None = None
        self._is_current = False

    def record_batch(self, outcomes: Sequence[MessageOutcome], received_at: datetime) -> None:
        """A batch is in the database. Its last message tells how far behind we are."""
        observations = outcomes[-1].observations if outcomes else ()
        if observations:
            self._is_current = received_at - observations[-1].time < MAX_CURRENT_LAG

    def is_due(self, now: datetime) -> bool:
        """Whether to publish now: once an hour, and at the start."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        settled = now - hour >= PUBLICATION_DELAY or self._published is None
        return self._published != hour and settled and (self._is_current or now - hour >= MAX_PUBLICATION_DELAY)

    def mark_published(self, now: datetime) -> None:
        """This hour's cells are written."""
        self._published = now.replace(minute=0, second=0, microsecond=0)
