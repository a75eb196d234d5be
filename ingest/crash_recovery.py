"""Isolate a message that kills the worker, such as by exhausting its memory, so that it does not do so forever.

The broker redelivers what an earlier process did not acknowledge, the fatal message included. After two crashes in a
row, redelivered messages are stored one by one, and each attempt is recorded first, in one row per session: never more
of a message than its packet identifier, which redelivery keeps (MQTT 5, 4.4), and its size. If that kills the process
again, the message is known, and is rejected unread as ``crashed``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.mqtt.framing import Publication
from sensors import logs
from sensors.db import Database
from sensors.db.queries import load_queries

log = logs.get_logger()

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
MAX_CRASHES = 2
"""Crashes in a row before messages are stored one by one."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message stored alone, as far as it has to be recognised: its packet identifier and its size in octets."""

    packet_id: int
    size: int


class CrashRecovery:
    """What is known of earlier processes of one session. ``window``: how many messages the broker may redeliver."""

    def __init__(self, client_id: str, window: int) -> None:
        self._client_id = client_id
        self._left = window
        self._crashes: int | None = None
        self._fatal: Attempt | None = None

    def begin(self, db: Database) -> None:
        """Note that this process is working, once, and learn how the one before ended."""
        if self._crashes is not None:
            return
        row = self._execute(db, "begin_session").fetchone()
        self._crashes = row["crashes"] if row else 0
        if row and row["packet_id"] is not None:
            self._fatal = Attempt(row["packet_id"], row["size"])
        if self.is_careful:
            log.warning("recovering_from_crashes", crashes=self._crashes)

    @property
    def is_careful(self) -> bool:
        """Whether messages have to be stored one by one."""
        return (self._crashes or 0) >= MAX_CRASHES

    @property
    def is_recovering(self) -> bool:
        """Whether the last process crashed, and not all that it may have left is stored."""
        return bool(self._crashes)

    def is_fatal(self, publication: Publication) -> bool:
        """Whether this message killed the last process while it was stored alone."""
        return publication.packet_id > 0 and _attempt(publication) == self._fatal

    def record_attempt(self, db: Database, publication: Publication) -> None:
        """Record that a message is about to be stored alone."""
        attempt = _attempt(publication)
        self._execute(db, "record_attempt", packet_id=attempt.packet_id, size=attempt.size)

    def record_stored(self, db: Database, messages: int) -> None:
        """Count messages. When all that could be redelivered are stored, the crashes are over."""
        self._left -= messages
        if self._left <= 0:
            self.finish(db)

    def finish(self, db: Database) -> None:
        """Forget the crashes: nothing is left of what was redelivered."""
        self._execute(db, "recover_session")
        self._crashes, self._fatal = 0, None

    def end(self, db: Database) -> None:
        """Note that this process stops in an orderly way."""
        if self._crashes is not None:
            self._execute(db, "end_session")

    def _execute(self, db: Database, query: str, **parameters: int) -> Any:
        return db.execute(QUERIES[query], {"client_id": self._client_id, **parameters})


def _attempt(publication: Publication) -> Attempt:
    return Attempt(publication.packet_id, publication.message.payload_bytes)
