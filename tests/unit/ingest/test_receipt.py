"""The readings of a device without a clock are of when they arrived, if they can't have been on their way for long."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as change

from ingest.pipeline import (
    IncomingMessage,
    IngestSensor,
    MessageOutcome,
    MessageState,
    StoredDatastream,
    process_message,
    run_steps,
)
from ingest.quality_flags import QualityChecker
from ingest.times.receipt import Receipts
from sensors.formats.model import PayloadRules, Rejection
from sensors.kinds import KINDS
from sensors.vocabulary.codes import Status
from sensors.vocabulary.measurement import Stamp
from sensors.vocabulary.rejection_reasons import RejectionReason

AIR = KINDS["air_quality"]
NOW = datetime(2026, 11, 22, 12, 0, 0, 400_000, tzinfo=UTC)
NOW_MONOTONIC = 10_000.0
MINUTES = {"no2": 10, "temperature": 60}
CONTENT = {"time": "2020-01-01T00:00:00Z", "no2": 21.5, "temperature": 7}
MESSAGE = IncomingMessage(
    "helmond/air_quality/A-1/json", json.dumps(CONTENT).encode(), received_monotonic=NOW_MONOTONIC
)


def register(stamp: Stamp = Stamp.INSTANT) -> dict[tuple[str, str, str], IngestSensor]:
    datastreams = {
        code: StoredDatastream(
            number,
            "observation",
            timedelta(days=31),
            AIR.properties[code],
            stamp=stamp,
            interval=timedelta(minutes=each),
        )
        for number, (code, each) in enumerate(MINUTES.items(), 1)
    }
    rules = PayloadRules(receipt_time=RejectionReason.NO_TIME)
    return {("helmond", "air_quality", "A-1"): IngestSensor(7, AIR, Status.ACTIVE, datastreams, payload_rules=rules)}


def outcome(
    message: IncomingMessage = MESSAGE, *, waited_seconds: float = 0, stamp: Stamp = Stamp.INSTANT
) -> MessageOutcome:
    receipts = Receipts(NOW, NOW_MONOTONIC, message.received_monotonic - waited_seconds)
    return run_steps(MessageState(message, register(stamp), QualityChecker(), NOW, receipts))


def times(result: MessageOutcome) -> Sequence[datetime]:
    return [each.time for each in result.observations]


def test_it_is_stored_at_receipt_whatever_time_it_sends() -> None:
    result = outcome()
    assert (times(result), result.rejections) == ([NOW.replace(microsecond=0)] * 2, ())
    assert result.fields_dropped == 1, "its time is no time"
    assert Receipts(NOW, NOW_MONOTONIC, NOW_MONOTONIC).time_of(MESSAGE) == NOW.replace(microsecond=0)


def test_receipt_is_when_it_arrived_and_not_when_it_was_processed() -> None:
    waiting = change(MESSAGE, received_monotonic=NOW_MONOTONIC - 300.5)
    assert times(outcome(waiting)) == [datetime(2026, 11, 22, 11, 54, 59, tzinfo=UTC)] * 2


def test_receipt_stands_for_the_time_as_sent_so_a_period_that_ends_then_began_before() -> None:
    assert times(outcome(stamp=Stamp.END)) == [
        datetime(2026, 11, 22, 11, 50, tzinfo=UTC),
        datetime(2026, 11, 22, 11, tzinfo=UTC),
    ]


@pytest.mark.parametrize("changes", [{"is_retained": True}, {"is_redelivered": True}], ids=str)
def test_what_the_broker_retained_or_sent_before_has_no_time(changes: dict[str, bool]) -> None:
    result = outcome(change(MESSAGE, **changes))
    assert result.observations == ()
    assert [each.reason for each in result.rejections] == [RejectionReason.NO_TIME] * 2


@given(waited_seconds=st.floats(0, 7_200) | st.just(inf))
def test_each_value_may_have_waited_for_its_own_interval(waited_seconds: float) -> None:
    result = outcome(waited_seconds=waited_seconds)
    allowed = [code for code, minutes in MINUTES.items() if waited_seconds <= minutes * 60]
    assert [list(MINUTES)[each.datastream_id - 1] for each in result.observations] == allowed
    assert [each.reason for each in result.rejections] == [RejectionReason.NO_TIME] * (2 - len(allowed))


def test_without_knowing_when_it_arrived_nothing_is_stored() -> None:
    result = process_message(MESSAGE, register(), QualityChecker(), NOW)
    assert (result.observations, result.rejections) == ((), (Rejection(RejectionReason.NO_TIME, "time"),) * 2)


def test_a_sensor_with_a_clock_keeps_its_own_time_however_it_came() -> None:
    (key, sensor), *_ = register().items()
    with_clock = IngestSensor(7, AIR, Status.ACTIVE, sensor.datastreams)
    payload = json.dumps(CONTENT | {"time": "2026-11-22T11:00:00Z"}).encode()
    message = change(MESSAGE, payload=payload, is_retained=True, is_redelivered=True)
    result = process_message(message, {key: with_clock}, QualityChecker(), NOW)
    assert times(result) == [datetime(2026, 11, 22, 11, tzinfo=UTC)] * 2
