"""Messages wait in order of receipt, only so many, and only for the connection that delivered them."""

from threading import Thread

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mqtt.framing import Publication
from ingest.mqtt.session import Delivery
from ingest.pipeline import IncomingMessage
from ingest.queue import MessageQueue


def publications(first: int, count: int) -> list[Publication]:
    return [Publication(IncomingMessage("t", b""), number) for number in range(first, first + count)]


def put(queue: MessageQueue, *packet_ids: int, connection: int = 1, at: float = 0.0) -> bool:
    delivery = Delivery(connection, at, [each for first in packet_ids for each in publications(first, 1)])
    return queue.put(delivery, timeout_seconds=0)


def take(queue: MessageQueue, max_messages: int = 100) -> list[int] | None:
    batch = queue.take(max_messages, max_wait_seconds=0, idle_seconds=0)
    return batch and [each.packet_id for each in batch.publications]


def test_a_batch_is_what_came_first_and_the_remainder_stays() -> None:
    queue = MessageQueue(10)
    assert put(queue, 1, 2)
    assert put(queue, 3, 4, 5)
    assert len(queue) == 5
    assert take(queue, 3) == [1, 2, 3]
    assert len(queue) == 2
    assert take(queue) == [4, 5]
    assert take(queue) is None


def test_a_batch_is_as_old_as_its_first_read_and_a_remainder_as_the_last() -> None:
    queue = MessageQueue(10)
    put(queue, 1, at=10.0)
    put(queue, 2, 3, at=20.0)
    ages = [batch and batch.received_monotonic for batch in (queue.take(2, 0, 0), queue.take(2, 0, 0))]
    assert ages == [10.0, 20.0]


def test_a_full_queue_takes_nothing_more_until_a_batch_is_taken() -> None:
    queue = MessageQueue(2)
    assert put(queue, 1, 2, 3), "one read may exceed the capacity"
    assert not put(queue, 4)
    assert take(queue, 2) == [1, 2]
    assert put(queue, 4)
    assert take(queue) == [3, 4]


def test_a_new_connection_discards_what_the_broker_sends_again() -> None:
    queue = MessageQueue(2)
    put(queue, 1, 2)
    assert put(queue, 1, connection=2), "the discarded messages leave room"
    batch = queue.take(10, 0, 0)
    assert batch is not None
    assert (batch.connection_number, [each.packet_id for each in batch.publications]) == (2, [1])


def test_a_waiting_consumer_is_woken_by_the_first_message() -> None:
    queue, batches = MessageQueue(10), list[list[int]]()

    def consume() -> None:
        batch = queue.take(1, max_wait_seconds=30, idle_seconds=30)
        batches.append([each.packet_id for each in batch.publications] if batch else [])

    consumer = Thread(target=consume)
    consumer.start()
    put(queue, 7)
    consumer.join(10)
    assert batches == [[7]]


def test_a_started_batch_closes_after_a_short_silence() -> None:
    queue = MessageQueue(10)
    put(queue, 1)
    batch = queue.take(10, max_wait_seconds=60, idle_seconds=0.001)
    assert batch is not None
    assert len(batch.publications) == 1


@settings(max_examples=40)
@given(st.lists(st.integers(1, 5), max_size=12), st.lists(st.integers(1, 7), min_size=1, max_size=30))
def test_whatever_the_sizes_nothing_is_lost_doubled_or_reordered(reads: list[int], batches: list[int]) -> None:
    queue, sent = MessageQueue(1000), 0
    for size in reads:
        put(queue, *range(sent, sent + size))
        sent += size
    received = [packet_id for size in batches for packet_id in take(queue, size) or []]
    assert received + (take(queue, 1000) or []) == list(range(sent))
    assert len(queue) == 0
