"""Two different values for one moment are no duplicates: which one is kept, and what the ledger makes of the other."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.lifecycle.audit import ConflictingSensor, audit_ledger, conflicting_sensors, ledger_totals
from ingest.pipeline import IncomingMessage, MessageOutcome, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import BatchTotals, commit_batch, load_register
from sensors.db import Database, connect
from tests.support.cases import ingest_case
from tests.support.entries import example_datastream, example_entry
from tests.support.sample_data import publish_documents
from tests.support.waiting import wait_for

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def message(values: object, topic: str = "helmond/air_quality/LML-1/json") -> IncomingMessage:
    return IncomingMessage(topic, json.dumps(values).encode())


def no2(value: float, at: datetime = NOW, **more: Any) -> IncomingMessage:
    return message({"time": at.isoformat(), "no2": value, **more})


def outcomes_of(db: Database, *messages: IncomingMessage) -> list[MessageOutcome]:
    known, memory = load_register(db), QualityChecker()
    return [process_message(one, known, memory, NOW) for one in messages]


def store(db: Database, *messages: IncomingMessage) -> BatchTotals:
    """One batch."""
    return commit_batch(db, outcomes_of(db, *messages), NOW)


def counts(totals: BatchTotals) -> tuple[int, int, int]:
    return totals.stored, totals.duplicate, totals.conflict


def whole(totals: BatchTotals) -> tuple[int, int, int, int]:
    return *counts(totals), totals.aggregated


def values(db: Database) -> list[float]:
    rows = db.execute("select value from lantaarn.observation order by datastream_id, time").fetchall()
    return [row["value"] for row in rows]


def hour_sums(db: Database) -> list[float]:
    return [row["sum"] for row in db.execute("select sum from lantaarn.rollup_hour order by hour").fetchall()]


def register(db: Database, **changes: Any) -> None:
    publish_documents(db, example_entry(datastreams=[example_datastream("no2", **changes)]))


def test_the_first_value_stays_and_another_is_a_conflict(each_database: Database) -> None:
    register(each_database)
    assert counts(store(each_database, no2(20))) == (1, 0, 0)
    assert counts(store(each_database, no2(25), no2(20), no2(31, NOW - HOUR))) == (1, 1, 1)
    assert values(each_database) == [31, 20]
    assert hour_sums(each_database) == [31, 20]
    totals = ledger_totals(each_database)
    assert (totals.received, totals.stored, totals.duplicate, totals.conflict) == (4, 2, 1, 1)
    assert audit_ledger(each_database, NOW) == ()
    assert conflicting_sensors(each_database, 5) == (ConflictingSensor("LML-1", 1),)


def test_the_first_of_one_batch_is_the_first_received(each_database: Database) -> None:
    register(each_database)
    batch = [no2(float(value), NOW - step * HOUR) for value in range(10, 30) for step in range(20)]
    assert counts(store(each_database, *batch)) == (20, 0, 380)
    assert values(each_database) == [10.0] * 20
    assert counts(store(each_database, *batch)) == (0, 20, 380)
    assert values(each_database) == [10.0] * 20


def test_two_workers_with_different_values_for_one_moment(database: str) -> None:
    """The second sees what the first committed while it waited, and counts by it."""
    with connect(database) as db, connect(database) as one, connect(database) as other:
        register(db)
        first, second = outcomes_of(db, no2(20), no2(5, NOW - HOUR)), outcomes_of(db, no2(21), no2(5, NOW - HOUR))
        with ThreadPoolExecutor() as pool:
            with one.transaction():
                assert counts(commit_batch(one, first, NOW)) == (2, 0, 0)
                waiting = pool.submit(commit_batch, other, second, NOW)
                wait_for(lambda: is_waiting(db), 10)
            assert counts(waiting.result()) == (0, 1, 1)
        assert values(db) == [5, 20]
        assert audit_ledger(db, NOW) == ()


def is_waiting(db: Database) -> bool:
    return bool(db.execute("select from pg_locks where not granted").fetchall())


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_row_that_the_database_refuses_leaves_the_counts_of_the_others_right(
    each_database: Database, size: int
) -> None:
    register(each_database)
    each_database.execute("alter table lantaarn.observation_1y add check (value <> 13)")
    batch = [no2(value, NOW - step * HOUR) for step in range(6) for value in (20, 13, 20, 25)]
    for start in range(0, len(batch), size):
        store(each_database, *batch[start : start + size])
    totals = ledger_totals(each_database)
    assert (totals.received, totals.stored, totals.duplicate, totals.conflict) == (24, 6, 6, 6)
    assert totals.quarantined == 6


def road(db: Database, **changes: Any) -> None:
    """A traffic counter whose messages have one reading for each lane."""
    stream = example_datastream("count_car", "traffic", **COUNTING, **changes)
    publish_documents(db, example_entry(reference="LML-1", kind="traffic", datastreams=[stream]))


COUNTING = {"public": "hour", "privacy_rules": [{"rule": "public_threshold"}]}


def lanes(*cars: int, at: datetime = NOW) -> IncomingMessage:
    readings = [{"count_car": each} for each in cars]
    return message({"time": at.isoformat(), "readings": readings}, "helmond/traffic/LML-1/json")


@pytest.mark.parametrize(
    ("same_time", "stored", "counted"), [("sum", 75.0, (1, 0, 0, 1)), ("first", 30.0, (1, 0, 1, 0))]
)
def test_case_07_two_lanes_in_one_message(
    each_database: Database, same_time: str, stored: float, counted: tuple[int, int, int, int]
) -> None:
    road(each_database, same_time=same_time)
    case = ingest_case("07")
    (payload,) = case["messages"]
    received_at = datetime.fromisoformat(payload["time"]) + HOUR
    known = load_register(each_database)
    sent = process_message(
        message(payload, f"helmond/{case['topic_kind']}/LML-1/json"), known, QualityChecker(), received_at
    )
    assert whole(commit_batch(each_database, [sent], received_at)) == counted
    assert values(each_database) == [stored]
    assert hour_sums(each_database) == [stored]
    assert audit_ledger(each_database, received_at) == ()


def test_a_sum_is_of_one_message_only(each_database: Database) -> None:
    road(each_database, same_time="sum")
    assert whole(store(each_database, lanes(30, 45), lanes(10, 5, at=NOW - HOUR))) == (2, 0, 0, 2)
    # The same sum, from however many parts, is the same value; one part of it is not.
    assert whole(store(each_database, lanes(30, 45), lanes(75), lanes(40, 35, 0))) == (0, 6, 0, 0)
    assert whole(store(each_database, lanes(30), lanes(45, 31), lanes(10, 5, at=NOW - HOUR))) == (0, 2, 3, 0)
    # Of two messages in one batch, the first is stored.
    later = NOW - 2 * HOUR
    assert whole(store(each_database, lanes(1, 2, at=later), lanes(3, at=later), lanes(1, 1, at=later))) == (1, 1, 2, 1)
    assert values(each_database) == [3, 15, 75]
    assert audit_ledger(each_database, NOW) == ()
    totals = ledger_totals(each_database)
    assert totals.received == totals.stored + totals.duplicate + totals.conflict + totals.aggregated


def test_a_sum_that_the_database_refuses_is_as_many_refused_readings(each_database: Database) -> None:
    road(each_database, same_time="sum")
    each_database.execute("alter table lantaarn.observation_1y add check (value <> 13)")
    batch = [lanes(value, 1, 2, at=NOW - step * HOUR) for step in range(5) for value in (20, 10, 20, 30)]
    assert whole(store(each_database, *batch)) == (5, 15, 15, 10)
    totals = ledger_totals(each_database)
    assert (totals.received, totals.quarantined) == (60, 15)
    reasons = each_database.execute("select sum(readings)::bigint as readings from lantaarn.ledger_reason").fetchall()
    assert reasons == [{"readings": 15}]
    assert audit_ledger(each_database, NOW) == ()
