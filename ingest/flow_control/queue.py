"""The queue between network thread and worker: messages from a single connection, bounded in number and in octets.

A device that sends much at once does not hold up the others: each topic has a share of a batch. What exceeds it waits,
while later messages of other topics are stored; a message that no share holds takes turns with them. Those that will be
refused unread cost nothing, so they don't wait. Acknowledgements keep the order of receipt all the same (MQTT 5, 4.6).
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition

from ingest.mqtt.framing import Publication
from ingest.mqtt.session import Delivery

MAX_QUEUED_BYTES = 32 << 20
"""Octets of payload that may wait here; one network read may exceed it."""
MAX_BATCH_BYTES = 512 << 10
"""Octets of payload in a batch, unless a single message is larger."""
MAX_TOPIC_BYTES = 128 << 10
"""Octets of payload of one topic in a batch. A message that is larger is a batch by itself, once it is the oldest."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages to store next. ``received_monotonic`` is when the oldest arrived, on the monotonic clock."""

    connection_number: int
    received_monotonic: float
    publications: Sequence[Publication]


class MessageQueue:
    """A queue of ``capacity`` messages and MAX_QUEUED_BYTES, either of which one network read may exceed.

    ``is_unread`` tells of a topic whether its messages will be refused unread.
    """

    def __init__(self, capacity: int, is_unread: Callable[[str], bool] = lambda _topic: False) -> None:
        self._room = capacity
        self._is_unread = is_unread
        self._changed = Condition()
        self._connection = 0
        self._waiting: list[Publication] = []
        self._received: list[float] = []
        self._bytes = 0
        self._wanted = 1
        self._order: deque[int] = deque()
        """Packet identifiers in order of receipt; empty while messages are completed in that order anyway."""
        self._completed: set[int] = set()
        self._is_turn_of_oldest = True

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_pressed(self) -> bool:
        """Whether so much waits that reading may have to pause: then devices wait for each other."""
        return self._bytes > MAX_QUEUED_BYTES // 2

    def put(self, delivery: Delivery, timeout_seconds: float) -> bool:
        """Add messages once there is room. Returns False if there was none within ``timeout_seconds``.

        The first delivery of a new connection discards all waiting messages: the broker sends those again.
        """
        with self._changed:
            if delivery.connection_number != self._connection:
                self._start_connection(delivery.connection_number)
            if not self._changed.wait_for(self._has_room, timeout_seconds):
                return False
            self._waiting.extend(delivery.publications)
            self._received.extend([delivery.received_monotonic] * len(delivery.publications))
            self._bytes += _payload_bytes(delivery.publications)
            if self._order:
                self._order.extend(_packet_ids(delivery.publications))
            # The consumer sleeps until it has what it wants: waking it for every read would cost more than the read.
            if len(self._waiting) >= self._wanted or self._bytes >= MAX_BATCH_BYTES:
                self._changed.notify_all()
            return True

    def take(self, max_messages: int, max_wait_seconds: float, idle_seconds: float) -> Batch | None:
        """Return up to ``max_messages`` waiting messages, or None if none arrive within ``max_wait_seconds``.

        Returns early once a batch is full, or nothing was added to a started one for ``idle_seconds``. The previous
        batch must have been completed.
        """
        deadline = time.monotonic() + max_wait_seconds
        with self._changed:
            while not self._is_full(max_messages) and (left := deadline - time.monotonic()) > 0:
                before, self._wanted = len(self._waiting), max_messages if self._waiting else 1
                self._changed.wait(min(left, idle_seconds) if before else left)
                if len(self._waiting) == before:
                    break
            return self._cut(max_messages) if self._waiting else None

    def complete(self, connection_number: int, publications: Sequence[Publication]) -> Sequence[int]:
        """Return the packet identifiers to acknowledge, in order of receipt, now that these messages are stored."""
        with self._changed:
            if connection_number != self._connection:
                return ()
            if not self._order:
                return _packet_ids(publications)
            self._completed.update(_packet_ids(publications))
            ready: list[int] = []
            while self._order and self._order[0] in self._completed:
                ready.append(self._order.popleft())
            self._completed.difference_update(ready)
            return ready

    def _start_connection(self, connection_number: int) -> None:
        self._connection = connection_number
        self._waiting, self._received, self._bytes = [], [], 0
        self._order.clear()
        self._completed.clear()

    def _has_room(self) -> bool:
        return len(self._waiting) < self._room and self._bytes < MAX_QUEUED_BYTES

    def _is_full(self, max_messages: int) -> bool:
        return len(self._waiting) >= max_messages or self._bytes >= MAX_BATCH_BYTES

    def _cut(self, most: int) -> Batch:
        received = self._received[0]
        # Ordinary messages are small. Shares only matter when more is waiting than one topic may take.
        picked = self._pick(most) if self._bytes > MAX_TOPIC_BYTES else None
        if picked is None or len(picked) == picked[-1] + 1:
            count = most if picked is None else len(picked)
            chosen, self._waiting = self._waiting[:count], self._waiting[count:]
            self._received = self._received[count:]
        else:
            chosen = self._take_out(picked)
        self._bytes -= _payload_bytes(chosen)
        self._changed.notify_all()
        return Batch(self._connection, received, chosen)

    def _pick(self, most: int) -> Sequence[int]:
        """The places of the messages to take: what fits the shares, in turn with the oldest alone if that does not."""
        picked = self._pick_shares(most)
        if picked and picked[0] == 0:
            return picked
        self._is_turn_of_oldest = not self._is_turn_of_oldest
        return [0] if self._is_turn_of_oldest or not picked else picked

    def _pick_shares(self, most: int) -> Sequence[int]:
        """What fits the shares of all topics, each in its order."""
        picked: list[int] = []
        total = 0
        used, passed_over = defaultdict[str, int](int), set[str]()
        for place, publication in enumerate(self._waiting):
            if len(picked) >= most or total >= MAX_BATCH_BYTES:
                break
            topic, size = publication.message.topic, len(publication.message.payload)
            if topic in passed_over:
                continue
            if used[topic] + size <= MAX_TOPIC_BYTES and total + size <= MAX_BATCH_BYTES:
                used[topic] += size
                total += size
            elif not self._is_unread(topic):
                passed_over.add(topic)
                continue
            picked.append(place)
        return picked

    def _take_out(self, picked: Sequence[int]) -> list[Publication]:
        """Take messages out of turn, and remember the order of receipt until all that wait now are completed."""
        if not self._order:
            self._order.extend(_packet_ids(self._waiting))
        chosen, places = [self._waiting[place] for place in picked], set(picked)
        left = [place for place in range(len(self._waiting)) if place not in places]
        self._waiting = [self._waiting[place] for place in left]
        self._received = [self._received[place] for place in left]
        return chosen


def _payload_bytes(publications: Sequence[Publication]) -> int:
    return sum(len(each.message.payload) for each in publications)


def _packet_ids(publications: Sequence[Publication]) -> list[int]:
    """Those of QoS 1: the others are not acknowledged."""
    return [each.packet_id for each in publications if each.packet_id]
