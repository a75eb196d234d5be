"""One heartbeat row a minute, for the dashboards and the alert that ingest is falling behind.

The metrics show more but require Prometheus; this works everywhere, for one statement a minute.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.pipeline import MessageOutcome
from sensors.db import Database
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class Heartbeat:
    """Counts and lag of one worker in the current minute. Durations are in seconds."""

    def __init__(self) -> None:
        self._minute: datetime | None = None
        self._clear()

    def _clear(self) -> None:
        self._batches = self._messages = 0
        self._lag: float | None = None
        self._commit: float | None = None

    def record_batch(self, outcomes: Sequence[MessageOutcome], received_at: datetime, duration_seconds: float) -> None:
        """Record a batch, committed ``duration_seconds`` after its oldest message was received.

        Messages about people are left out: by the minute they would tell that somebody passed.
        """
        told = [outcome for outcome in outcomes if not outcome.is_about_people]
        if not told:
            return
        self._batches += 1
        self._messages += len(told)
        self._commit = max(duration_seconds, self._commit or 0.0)
        times = [outcome.newest_time for outcome in told if outcome.newest_time is not None]
        if times:
            # Only the newest time shows our own lag: older ones may come from a device that was offline.
            lag = max(0.0, (received_at - max(times)).total_seconds()) + duration_seconds
            self._lag = lag if self._lag is None else min(lag, self._lag)

    def take_finished_minute(self, now: datetime) -> dict[str, Any] | None:
        """Return the previous minute's row once that minute is over, and start a new one; None until then."""
        minute = now.replace(second=0, microsecond=0)
        if self._minute is None:
            self._minute = minute
        if minute == self._minute:
            return None
        finished = {"minute": self._minute, "batches": self._batches, "messages": self._messages}
        finished |= {"lag": self._lag, "commit": self._commit}
        self._minute = minute
        self._clear()
        return finished


def write_heartbeat(db: Database, minute: dict[str, Any]) -> None:
    """Merge one worker's minute into the row shared by all workers."""
    db.execute(QUERIES["add_heartbeat"], minute)
