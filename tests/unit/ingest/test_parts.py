"""A batch becomes transactions of a bounded size, and whatever they are, nothing is lost or counted twice."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.flow_control.parts import MAX_TRANSACTION_READINGS, Part, split_into_parts
from ingest.mqtt.framing import Publication
from ingest.pipeline import IncomingMessage, MessageOutcome, Observation
from ingest.quality_flags import QualityFlag
from sensors.formats.model import Rejection
from sensors.vocabulary.rejection_reasons import RejectionReason

START = datetime(2026, 11, 22, tzinfo=UTC)
REFUSED = Rejection(RejectionReason.BAD_TIME, "time")


def outcome_of(observations: int, rejections: int = 0, *, same_instant: int = 1) -> MessageOutcome:
    """``same_instant``: how many observations in a row are of one instant."""
    return MessageOutcome(
        1,
        "+/traffic/+/json",
        100,
        tuple(
            Observation("observation_1y", 1, START + timedelta(seconds=n // same_instant), float(n), QualityFlag.GOOD)
            for n in range(observations)
        ),
        (REFUSED,) * rejections,
        fields_dropped=2,
    )


def parts_of(outcomes: Sequence[MessageOutcome]) -> list[Part]:
    publications = [Publication(IncomingMessage(str(n), b""), n) for n in range(1, len(outcomes) + 1)]
    return list(split_into_parts(publications, lambda message: outcomes[int(message.topic) - 1]))


def test_an_ordinary_batch_is_one_transaction() -> None:
    (part,) = parts_of([outcome_of(3)] * 500)
    assert len(part.outcomes) == len(part.completed) == 500


def test_a_message_is_decoded_only_when_what_came_before_is_stored() -> None:
    decoded: list[str] = []

    def process(message: IncomingMessage) -> MessageOutcome:
        decoded.append(message.topic)
        return outcome_of(MAX_TRANSACTION_READINGS)

    parts = split_into_parts([Publication(IncomingMessage(topic, b""), 1) for topic in "abc"], process)
    next(parts)
    assert decoded == ["a", "b"]


def test_a_large_message_is_spread_and_is_complete_with_its_last_part() -> None:
    first, second, third = parts_of([outcome_of(1), outcome_of(10_000, 20)])
    assert [each.packet_id for each in first.completed] == [1]
    assert second.completed == []
    assert [each.packet_id for each in third.completed] == [2]
    assert [len(part.outcomes[0].rejections) for part in (first, second, third)] == [0, 0, 20]


def test_what_is_of_one_instant_stays_together() -> None:
    parts = parts_of([outcome_of(12_000, same_instant=7)])
    seen: defaultdict[datetime, set[int]] = defaultdict(set)
    for number, part in enumerate(parts):
        for one in part.outcomes[0].observations:
            seen[one.time].add(number)
    assert all(len(numbers) == 1 for numbers in seen.values())


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from([0, 1, 2500, 4999, 5001, 10_000]), st.sampled_from([0, 1, 6000])), max_size=5)
)
def test_whatever_the_sizes_it_adds_up_and_messages_are_completed_in_order(sizes: list[tuple[int, int]]) -> None:
    outcomes = [outcome_of(*size) for size in sizes]
    parts = parts_of(outcomes)
    pieces = [outcome for part in parts for outcome in part.outcomes]
    assert sum(len(each.observations) for each in pieces) == sum(observations for observations, _ in sizes)
    assert sum(len(each.rejections) for each in pieces) == sum(rejections for _, rejections in sizes)
    assert sum(each.fields_dropped for each in pieces) == 2 * len(sizes)
    assert [each.packet_id for part in parts for each in part.completed] == list(range(1, len(sizes) + 1))
    for part in parts:
        assert part.outcomes
        assert len(part.outcomes) == 1 or (
            sum(len(each.observations) + len(each.rejections) for each in part.outcomes) <= MAX_TRANSACTION_READINGS
        )
        assert all(len(each.observations) <= MAX_TRANSACTION_READINGS for each in part.outcomes)
