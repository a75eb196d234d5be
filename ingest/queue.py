"""The queue between network thread and worker: messages in order of receipt, from a single connection."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from threading import Condition

from ingest.mqtt.framing import Publication
from ingest.mqtt.session import Delivery


@dataclass(frozen=True, slots=True)
class Batch:
    """The oldest waiting messages. ``received_monotonic`` is when the first arrived, on the monotonic clock."""

    connection_number: int
    received_monotonic: float
    publications: Sequence[Publication]


class MessageQueue:
    """A queue of ``capacity`` messages, which one network read may exceed."""

    def __init__(self, capacity: int) -> None:
        self._room = capacity
        self._changed = Condition()
        self._connection = 0
        self._waiting: list[Delivery] = []
        self._count = 0
        self._wanted = 1

    def __len__(self) -> int:
        return self._count

    def put(self, delivery: Delivery, timeout_seconds: float) -> bool:
        """Add messages once there is room. Returns False if there was none within ``timeout_seconds``.

        The first delivery of a new connection discards all waiting messages: the broker sends those again.
        """
        with self._changed:
            if delivery.connection_number != self._connection:
                self._connection = delivery.connection_number
                self._waiting.clear()
                self._count = 0
            if not self._changed.wait_for(lambda: self._count < self._room, timeout_seconds):
                return False
            self._waiting.append(delivery)
            self._count += len(delivery.publications)
            # The consumer sleeps until it has what it wants: waking it for every read would cost more than the read.
            if self._count >= self._wanted:
                self._changed.notify_all()
            return True

    def take(self, max_messages: int, max_wait_seconds: float, idle_seconds: float) -> Batch | None:
        """Return up to ``max_messages`` waiting messages, or None if none arrive within ``max_wait_seconds``.

        Returns early once ``max_messages`` are waiting, or nothing was added to a started batch for ``idle_seconds``.
        """
        deadline = time.monotonic() + max_wait_seconds
        with self._changed:
            while self._count < max_messages and (left := deadline - time.monotonic()) > 0:
                before, self._wanted = self._count, max_messages if self._count else 1
                self._changed.wait(min(left, idle_seconds) if before else left)
                if self._count == before:
                    break
            return self._cut(max_messages) if self._count else None

    def _cut(self, most: int) -> Batch:
        first = self._waiting[0]
        every = list(chain.from_iterable(each.publications for each in self._waiting))
        # The remainder takes the time of the last read: by now it is at most one read old.
        rest = Delivery(self._connection, self._waiting[-1].received_monotonic, every[most:])
        self._waiting = [rest] if rest.publications else []
        self._count = len(rest.publications)
        self._changed.notify_all()
        return Batch(self._connection, first.received_monotonic, every[:most])
