"""The broker is taken to keep nothing only after a second in which little came; what came before was kept longer."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.times.backlog import FEW_MESSAGES, BrokerBacklog

START = 1_000.0
LONGEST_ABSENCE = 1.5


def resumed(*observations: tuple[float, int]) -> BrokerBacklog:
    """After a connection that resumed a session, at START. Observations: seconds since then, and messages."""
    backlog = BrokerBacklog("session", LONGEST_ABSENCE)
    backlog.observe(1, 0, START, is_resumed=True)
    for after, messages in observations:
        backlog.observe(1, messages, START + after, is_resumed=True)
    return backlog


def test_a_broker_that_had_no_session_has_kept_nothing() -> None:
    backlog = BrokerBacklog("session", LONGEST_ABSENCE)
    backlog.observe(1, 500, START, is_resumed=False)
    assert backlog.kept_since == START
    backlog.observe(2, 500, START + 60, is_resumed=True)
    assert backlog.kept_since == START, "another connection goes on with what the broker kept meanwhile"


def test_of_a_resumed_session_nothing_is_known_before_a_calm_second() -> None:
    assert resumed((0.4, 1), (0.9, 2)).kept_since == -inf
    assert resumed((0.6, 1), (1.1, 2)).kept_since == -inf, "what shows that it is calm came before that was known"
    assert resumed((0.6, 1), (1.1, 2), (1.2, 0)).kept_since == START + 1.1


def test_a_backlog_in_bursts_is_not_calm() -> None:
    cycles = [(0.1 * number, FEW_MESSAGES if number % 5 else 3) for number in range(1, 100)]
    assert resumed(*cycles).kept_since == -inf


def test_where_the_broker_may_send_more_a_busy_stream_is_calm() -> None:
    busy = [(0.5 * number, 200) for number in range(2, 20)]
    assert resumed(*busy).kept_since == -inf
    assert resumed((0.5, 1000), *busy).kept_since == START + 9.0


def test_a_worker_that_was_held_up_saw_nothing() -> None:
    calm = [(0.5 * number, 1) for number in range(1, 5)]
    assert resumed(*calm, (100.0, 0), (100.1, 0)).kept_since == START + 2.0
    assert resumed(*calm, (100.0, 0), (100.9, 0), (101.1, 0), (101.2, 0)).kept_since == START + 101.1


@given(
    steps=st.lists(st.tuples(st.floats(0.01, 3), st.integers(0, 1000), st.booleans(), st.booleans()), max_size=40),
)
def test_what_is_known_never_grows_older_and_is_never_of_the_batch_itself(
    steps: list[tuple[float, int, bool, bool]],
) -> None:
    backlog, at, connection, before = resumed(), START, 1, -inf
    for step, messages, reconnects, is_resumed in steps:
        at += step
        connection += reconnects
        backlog.observe(connection, messages, at, is_resumed=is_resumed)
        assert before <= backlog.kept_since <= at
        if is_resumed or not reconnects:
            assert backlog.kept_since < at
        before = backlog.kept_since


@pytest.mark.parametrize("messages", [FEW_MESSAGES - 1, FEW_MESSAGES])
def test_mosquitto_sends_twenty_at_once(messages: int) -> None:
    known = resumed(*[(0.25 * number, messages) for number in range(1, 8)]).kept_since > -inf
    assert known == (messages < FEW_MESSAGES)
