"""Isolate a message that kills the worker, such as by exhausting its memory, so that it does not do so forever.

The broker redelivers what an earlier process did not acknowledge, the fatal message included. After two crashes in a
row, redelivered messages are stored one by one, and each attempt is recorded first, in one row per session: never more
of a message than its packet identifier, which redelivery keeps (MQTT 5, 4.4), and its size. A message that was being
stored alone when three processes in a row died is rejected unread as ``crashed``. Fewer would not do: an operator, or
a kernel short of memory, may kill ingest twice while the same innocent message is in hand.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.mqtt.framing import Publication
from ingest.mqtt.session import SESSION_KEEP_ALIVE_SECONDS
from sensors import logs
from sensors.db import Database
from sensors.db.queries import load_queries

log = logs.get_logger()

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
MAX_CRASHES = 2
"""Crashes in a row before messages are stored one by one."""
MAX_ATTEMPTS = 3
"""Crashes during one message, stored alone, before it is rejected."""
LONGEST_SILENCE_SECONDS = 3 * SESSION_KEEP_ALIVE_SECONDS
"""Silence after which nothing is left to redeliver. A large message on a slow link looks the same until it is complete,
but one that takes two keep-alives breaks its connection. A trickle of messages, never so silent, is stored one by one
until it has reached all that are suspect: that costs a trickle little."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message stored alone, as far as it has to be recognised: its packet identifier and its size in octets."""

    packet_id: int
    size: int


class CrashRecovery:
    """What is known of earlier processes of one session.

    ``suspects``: how many messages the broker may redeliver, as many as it may have in flight. Any of them may be the
    fatal one: what was stored before it in vain, because it was not acknowledged yet, comes again.
    """

    def __init__(self, client_id: str, suspects: int) -> None:
        self._client_id = client_id
        self._left = suspects
        self._silent_connection: int | None = None
        self._silent_since = 0.0
        self._crashes: int | None = None
        self._earlier_attempts: dict[Attempt, int] = {}
        """By earlier processes: the broker's redeliveries to this one don't count."""

    def begin(self, db: Database) -> None:
        """Note that this process is working, once, and learn how the one before ended."""
        if self._crashes is not None:
            return
        row = self._execute(db, "begin_session").fetchone()
        self._crashes = row["crashes"] if row else 0
        if row and row["packet_id"] is not None:
            self._earlier_attempts[Attempt(row["packet_id"], row["size"])] = row["attempts"]
        if self.is_careful:
            log.warning("recovering_from_crashes", crashes=self._crashes)

    @property
    def is_careful(self) -> bool:
        """Whether messages have to be stored one by one."""
        return (self._crashes or 0) >= MAX_CRASHES

    @property
    def is_recovering(self) -> bool:
        """Whether the last process crashed, and not all that it may have left is acknowledged."""
        return bool(self._crashes)

    def is_fatal(self, publication: Publication) -> bool:
        """Whether this message was being stored alone each of the last three times that a process died."""
        return publication.packet_id > 0 and self._earlier_attempts.get(_attempt(publication), 0) >= MAX_ATTEMPTS

    def record_attempt(self, db: Database, publication: Publication) -> None:
        """Record that a message is about to be stored alone."""
        attempt = _attempt(publication)
        attempts = self._earlier_attempts.get(attempt, 0) + 1
        self._execute(db, "record_attempt", packet_id=attempt.packet_id, size=attempt.size, attempts=attempts)

    def record_acknowledged(self, db: Database, messages: int) -> None:
        """Count messages that will not come again. When there are as many as are suspect, the crashes are over.

        Redelivered messages are the first that a connection delivers, and acknowledgements keep that order; messages
        are not always stored in it (``ingest.flow_control.queue``).
        """
        self._silent_connection = None
        self._left -= messages
        if self._left <= 0:
            self._finish(db)

    def record_silence(self, db: Database, connection_number: int, at: float) -> None:
        """Note that nothing waits to be stored. If that has been so for long, on one connection, the crashes are over.

        ``at``: on the monotonic clock, in seconds.
        """
        if connection_number != self._silent_connection:
            self._silent_connection, self._silent_since = connection_number, at
        elif at - self._silent_since >= LONGEST_SILENCE_SECONDS:
            self._finish(db)

    def _finish(self, db: Database) -> None:
        """Forget the crashes: nothing suspect is left."""
        self._execute(db, "recover_session")
        self._crashes = 0
        self._earlier_attempts.clear()

    def end(self, db: Database) -> None:
        """Note that this process stops in an orderly way."""
        if self._crashes is not None:
            self._execute(db, "end_session")

    def _execute(self, db: Database, query: str, **parameters: int) -> Any:
        return db.execute(QUERIES[query], {"client_id": self._client_id, **parameters})


def _attempt(publication: Publication) -> Attempt:
    return Attempt(publication.packet_id, publication.message.payload_bytes)
