"""Messages wait in order of receipt, only so many, and only for the connection that delivered them.

One topic's messages don't make those of another wait, and are acknowledged in order of receipt nevertheless.
"""

from collections import defaultdict
from threading import Thread

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.flow_control.queue import MAX_QUEUED_BYTES, MAX_TOPIC_BYTES, MessageQueue
from ingest.mqtt.framing import Publication
from ingest.mqtt.session import Delivery
from ingest.pipeline import IncomingMessage


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


KIB = 1024


def put_sized(queue: MessageQueue, *messages: tuple[str, int], first: int = 1, connection: int = 1) -> bool:
    """Messages of these topics and sizes, with packet identifiers from ``first`` on."""
    published = [
        Publication(IncomingMessage(topic, b"x" * size), number) for number, (topic, size) in enumerate(messages, first)
    ]
    return queue.put(Delivery(connection, 0.0, published), timeout_seconds=0)


def store(queue: MessageQueue, max_messages: int = 100) -> tuple[list[int], list[int]]:
    """Take a batch and complete it: what was in it, and what may be acknowledged."""
    batch = queue.take(max_messages, max_wait_seconds=0, idle_seconds=0)
    assert batch is not None
    return (
        [each.packet_id for each in batch.publications],
        list(queue.complete(batch.connection_number, batch.publications)),
    )


def test_a_queue_of_large_messages_is_full_before_it_has_many() -> None:
    queue = MessageQueue(1000)
    assert put_sized(queue, *[("a", 256 * KIB)] * (MAX_QUEUED_BYTES // (256 * KIB)))
    assert not put_sized(queue, ("b", 1))
    assert store(queue) == ([1], [1])
    assert put_sized(queue, ("b", 1))


def test_small_messages_do_not_wait_for_the_large_ones_before_them() -> None:
    queue = MessageQueue(1000)
    put_sized(queue, *[("large", 200 * KIB)] * 4, ("small", 100), ("other", 100))
    assert store(queue) == ([5, 6], []), "acknowledging 5 before 1 would break the order"
    assert store(queue) == ([1], [1])
    put_sized(queue, ("small", 100), first=7)
    assert store(queue) == ([7], [])
    assert [store(queue) for _ in range(3)] == [([2], [2]), ([3], [3]), ([4], [4, 5, 6, 7])]
    assert len(queue) == 0


def test_a_large_message_has_its_turn_however_many_small_ones_come() -> None:
    queue = MessageQueue(1000)
    put_sized(queue, ("large", 200 * KIB), ("large", 200 * KIB))
    batches: list[list[int]] = []
    for number in range(3, 7):
        put_sized(queue, ("small", 100), first=number)
        batches.append(store(queue)[0])
    assert batches == [[3], [1], [4, 5], [2]]


def test_messages_that_will_not_be_read_wait_for_nothing() -> None:
    unread = {"exhausted"}
    queue = MessageQueue(1000, unread.__contains__)
    put_sized(queue, *[("exhausted", 200 * KIB), ("large", 200 * KIB)] * 4, ("small", 100))
    assert store(queue)[0] == [1, 3, 5, 7, 9]
    unread.add("large")
    assert store(queue) == ([2, 4, 6, 8], [*range(2, 10)])


def test_the_queue_is_pressed_when_half_of_its_octets_are_taken() -> None:
    queue = MessageQueue(1000)
    put_sized(queue, *[("a", 256 * KIB)] * (MAX_QUEUED_BYTES // (512 * KIB)))
    assert not queue.is_pressed
    put_sized(queue, ("b", 1))
    assert queue.is_pressed
    store(queue)
    store(queue)
    assert not queue.is_pressed


def test_many_small_messages_of_one_topic_get_a_share_too() -> None:
    queue = MessageQueue(1000)
    put_sized(queue, *[("many", KIB)] * 600, ("other", 100))
    taken, _ = store(queue, 500)
    assert taken == [*range(1, MAX_TOPIC_BYTES // KIB + 1), 601]


def test_what_a_new_connection_discards_is_no_longer_waited_for() -> None:
    queue = MessageQueue(1000)
    put_sized(queue, *[("large", 200 * KIB)] * 2, ("small", 100))
    batch = queue.take(100, 0, 0)
    assert batch is not None
    assert [each.packet_id for each in batch.publications] == [3]
    put_sized(queue, ("large", 200 * KIB), connection=2)
    assert queue.complete(batch.connection_number, batch.publications) == ()
    assert store(queue) == ([1], [1])


messages = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([0, 100, 60 * KIB, 130 * KIB])), max_size=6)


@settings(max_examples=60)
@given(st.lists(messages, min_size=1, max_size=8), st.integers(1, 8))
def test_whatever_the_shares_acknowledgements_keep_the_order_of_receipt(
    reads: list[list[tuple[str, int]]], max_messages: int
) -> None:
    queue = MessageQueue(1000)
    topics: dict[int, str] = {}
    stored: list[int] = []
    acknowledged: list[int] = []

    def store_one() -> None:
        taken, ready = store(queue, max_messages)
        stored.extend(taken)
        acknowledged.extend(ready)

    for read in reads:
        first = len(topics) + 1
        put_sized(queue, *read, first=first)
        topics |= {number: topic for number, (topic, _) in enumerate(read, first)}
        if len(queue):
            store_one()
    while len(queue):
        store_one()
    assert acknowledged == sorted(topics)
    by_topic = defaultdict[str, list[int]](list)
    for number in stored:
        by_topic[topics[number]].append(number)
    assert all(numbers == sorted(numbers) for numbers in by_topic.values())
    assert sum(map(len, by_topic.values())) == len(topics)
