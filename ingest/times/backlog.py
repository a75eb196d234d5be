"""Since when the broker may have kept what it delivers, as MQTT does not say so itself.

A broker sends at once until as many messages are unacknowledged as it allows, and keeps the others. So while few are,
it keeps nothing back. One such moment proves little, since the next messages may be on their way; a whole second does,
in which we were never away for long. A connection that breaks in silence looks the same until its keep-alive ends.
"""

from datetime import datetime, timedelta
from math import inf
from pathlib import Path

from sensors.db import Database
from sensors.db.queries import load_queries

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
CALM_SECONDS = 1.0
"""How long few messages must have been unacknowledged."""
FEW_MESSAGES = 20
"""Fewer unacknowledged messages are few: Mosquitto allows 20 unless told otherwise. So are fewer than half as many as
this connection has shown to be allowed, or a busy broker would never seem to keep nothing."""


class BrokerBacklog:
    """What is known of the broker's queue for one session. Times are of the monotonic clock, in seconds.

    ``longest_absence_seconds``: how far apart observations may be without the worker having been held up.
    """

    def __init__(self, client_id: str, longest_absence_seconds: float) -> None:
        self._client_id = client_id
        self._longest_absence = longest_absence_seconds
        self._connection: int | None = None
        self._most_unacknowledged = 0
        self._calm_since = inf
        self._observed_at = -inf
        self._empty_at = -inf
        self._is_recalled = False
        self.kept_since = -inf
        """Since when the messages of the batch observed last may have been kept. Minus infinity: unknown."""

    def observe(self, connection_number: int, unacknowledged: int, at: float, *, is_resumed: bool) -> None:
        """Note how many messages are unacknowledged, of the batch just taken and behind it; ``at``: when it was taken.

        ``is_resumed``: the broker had this session before the connection. If not, it has kept nothing for it.
        """
        if connection_number != self._connection:
            self._connection, self._most_unacknowledged, self._calm_since = connection_number, 0, at
            if not is_resumed:
                self._empty_at = at
        self.kept_since = self._empty_at
        self._most_unacknowledged = max(self._most_unacknowledged, unacknowledged)
        was_away = at - self._observed_at > self._longest_absence
        self._observed_at = at
        if was_away or unacknowledged >= max(FEW_MESSAGES, self._most_unacknowledged // 2):
            self._calm_since = at
        elif at - self._calm_since >= CALM_SECONDS:
            # The batch itself came before this moment was known.
            self._empty_at = at

    def recall(self, db: Database, now: datetime, at: float) -> None:
        """Read, once, what the process before knew. ``at``: ``now`` on the monotonic clock."""
        if self._is_recalled:
            return
        row = db.execute(QUERIES["backlog_empty_at"], {"client_id": self._client_id}).fetchone()
        if row and row["backlog_empty_at"]:
            recalled = at - max((now - row["backlog_empty_at"]).total_seconds(), 0)
            self._empty_at, self.kept_since = max(self._empty_at, recalled), max(self.kept_since, recalled)
        self._is_recalled = True

    def record(self, db: Database, now: datetime, at: float) -> None:
        """Keep for the next process what is known."""
        if self._empty_at > -inf:
            empty_at = now - timedelta(seconds=at - self._empty_at)
            db.execute(QUERIES["record_backlog"], {"client_id": self._client_id, "at": empty_at})
