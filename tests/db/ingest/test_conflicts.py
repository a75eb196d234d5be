"""Two different values for one moment are no duplicates: which one is kept, and what the ledger makes of the other."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.audit import ConflictingSensor, audit_ledger, conflicting_sensors, ledger_totals
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.pipeline import IncomingMessage, MessageOutcome, process_message
from ingest.quality_flags import QualityChecker, QualityFlag
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
    each_database.execute("alter table lantaarn.observation_7d add check (value <> 13)")
    batch = [lanes(value, 1, 2, at=NOW - step * HOUR) for step in range(5) for value in (20, 10, 20, 30)]
    assert whole(store(each_database, *batch)) == (5, 15, 15, 10)
    totals = ledger_totals(each_database)
    assert (totals.received, totals.quarantined) == (60, 15)
    reasons = each_database.execute("select sum(readings)::bigint as readings from lantaarn.ledger_reason").fetchall()
    assert reasons == [{"readings": 15}]
    assert audit_ledger(each_database, NOW) == ()


def revisable(db: Database) -> None:
    """A sensor whose NO2 may be revised: validated values follow raw ones."""
    register(db, same_time="last")


def revision(value: float, minute: int | None, at: datetime = NOW - HOUR) -> IncomingMessage:
    return no2(value, at, **({} if minute is None else {"revised": (NOW - HOUR / 2 + minute * MINUTE).isoformat()}))


MINUTE = timedelta(minutes=1)


def settled(db: Database) -> tuple[list[float], list[float]]:
    """The values, and the sums of hours once they were recomputed."""
    update_hourly_totals(db)
    assert audit_ledger(db, NOW) == ()
    return values(db), hour_sums(db)


def test_the_latest_revision_replaces_the_others_whenever_it_comes(each_database: Database) -> None:
    revisable(each_database)
    assert counts(store(each_database, revision(20, 1))) == (1, 0, 0)
    assert settled(each_database) == ([20], [20])
    assert counts(store(each_database, revision(21, 3), revision(19, 2))) == (0, 0, 2)
    assert settled(each_database) == ([21], [21])
    assert counts(store(each_database, revision(20, 1), revision(21, 3), revision(19, 2))) == (0, 1, 2)
    assert settled(each_database) == ([21], [21])


def test_a_revision_in_one_batch_or_message_with_what_it_replaces(each_database: Database) -> None:
    revisable(each_database)
    assert counts(store(each_database, revision(20, 1), revision(22, 3), revision(21, 2))) == (1, 0, 2)
    assert settled(each_database) == ([22], [22])
    both = [{"no2": value, "revised": (NOW + each * MINUTE).isoformat()} for value, each in ((30, -5), (31, -4))]
    assert counts(store(each_database, message({"time": NOW.isoformat(), "readings": both}))) == (1, 0, 1)
    assert settled(each_database) == ([22, 31], [22, 31])


def test_without_a_time_of_revision_another_value_is_a_conflict_that_loses(each_database: Database) -> None:
    revisable(each_database)
    assert counts(store(each_database, revision(20, None), revision(21, None), revision(20, None))) == (1, 1, 1)
    assert settled(each_database) == ([20], [20])
    assert counts(store(each_database, revision(22, 1))) == (0, 0, 1)
    assert counts(store(each_database, revision(23, None), revision(22, None))) == (0, 1, 1)
    assert settled(each_database) == ([22], [22])


def test_the_same_value_revised_later_is_a_duplicate_that_counts_as_the_revision(each_database: Database) -> None:
    revisable(each_database)
    assert counts(store(each_database, revision(20, 1))) == (1, 0, 0)
    assert counts(store(each_database, revision(20, 5))) == (0, 1, 0)
    assert counts(store(each_database, revision(21, 3))) == (0, 0, 1)
    assert settled(each_database) == ([20], [20])


@pytest.mark.parametrize("order", [(20, 25), (25, 20)])
def test_of_two_with_one_time_of_revision_the_larger_stays(each_database: Database, order: tuple[int, int]) -> None:
    revisable(each_database)
    for value in order:
        store(each_database, revision(value, 1))
    assert settled(each_database) == ([25], [25])


def test_an_implausible_revision_is_a_conflict_that_loses(each_database: Database) -> None:
    revisable(each_database)
    db = each_database
    assert counts(store(db, revision(20, 1))) == (1, 0, 0)
    assert counts(store(db, revision(IMPLAUSIBLE, 2))) == (0, 0, 1)
    assert settled(db) == ([20], [20])
    # The other way round: any other revision replaces it.
    at = NOW - 3 * DAY
    assert counts(store(db, revision(IMPLAUSIBLE, 3, at=at))) == (1, 0, 0)
    assert settled(db)[1] == [20]
    assert counts(store(db, revision(40, 1, at=at), revision(41, 2, at=at))) == (0, 0, 2)
    assert settled(db) == ([41, 20], [41, 20])


def store_as_jumps(db: Database, *messages: IncomingMessage) -> None:
    """As a worker that remembers the values before would."""
    outcomes = outcomes_of(db, *messages)
    jumps = [[replace(one, quality=QualityFlag.JUMP) for one in outcome.observations] for outcome in outcomes]
    commit_batch(db, [replace(each, observations=found) for each, found in zip(outcomes, jumps, strict=True)], NOW)


def test_a_good_value_revised_to_one_that_is_not_leaves_its_totals(each_database: Database) -> None:
    revisable(each_database)
    db = each_database
    other = NOW - HOUR + 10 * MINUTE
    store(db, revision(20, 1), revision(30, 1, at=other), revision(40, 1, at=NOW - 3 * DAY))
    settled(db)
    update_daily_totals(db, NOW)
    store_as_jumps(db, revision(900, 2), revision(900, 2, at=NOW - 3 * DAY))
    assert settled(db)[1] == [30]
    update_daily_totals(db, NOW)
    assert audit_ledger(db, NOW) == ()
    assert [row["sum"] for row in db.execute("select sum from lantaarn.day_total").fetchall()] == [30]
    # And back.
    store(db, revision(20, 3), revision(40, 3, at=NOW - 3 * DAY))
    assert settled(db)[1] == [40, 50]
    update_daily_totals(db, NOW)
    assert sorted(row["sum"] for row in db.execute("select sum from lantaarn.day_total").fetchall()) == [40, 50]


DAY = timedelta(days=1)


def test_a_revision_that_the_database_refuses_changes_nothing(each_database: Database) -> None:
    revisable(each_database)
    each_database.execute("alter table lantaarn.observation_1y add check (value <> 13)")
    batch = [revision(value, each) for each, value in enumerate((20, 13, 21, 13))]
    assert counts(store(each_database, *batch)) == (1, 0, 1)
    assert settled(each_database) == ([21], [21])
    assert ledger_totals(each_database).quarantined == 2


def test_two_workers_with_revisions_of_one_moment(database: str) -> None:
    with connect(database) as db, connect(database) as one, connect(database) as other:
        revisable(db)
        store(db, revision(20, 1), revision(30, 1, NOW - 2 * HOUR))
        first = outcomes_of(db, revision(21, 3), revision(31, 3, NOW - 2 * HOUR), no2(5))
        second = outcomes_of(db, revision(21, 2), revision(32, 2, NOW - 2 * HOUR), no2(5))
        with ThreadPoolExecutor() as pool:
            with one.transaction():
                assert counts(commit_batch(one, first, NOW)) == (1, 0, 2)
                waiting = pool.submit(commit_batch, other, second, NOW)
                wait_for(lambda: is_waiting(db), 10)
            assert counts(waiting.result()) == (0, 2, 1)
        assert settled(db)[0] == [31, 21, 5]


def test_ingest_may_replace_no_other_values(database: str) -> None:
    """Nor with the function that does so: only values of datastreams of which the register says it."""
    with connect(database) as db, connect(database, role="lantaarn_ingest") as ingest:
        register(db)
        store(db, no2(20))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ingest.execute("update lantaarn.observation_1y set value = 21")
        for table, expected in (("observation_1y", None), ("ledger", psycopg.errors.NoDataFound)):
            with pytest.raises(expected) if expected else nullcontext():
                ingest.execute(
                    "select lantaarn.replace_values(%(table)s, array[1], array[%(time)s::timestamptz],"
                    " array[21.0], array[0::smallint], array[now()])",
                    {"table": table, "time": NOW},
                )
        assert values(db) == [20]
        revisable(db)
        store(ingest, no2(22, revised=NOW.isoformat()))
        assert settled(db) == ([22], [22])
        ingest.execute(
            "select lantaarn.replace_values('observation_1y', array_agg(datastream_id), array[%(time)s::timestamptz],"
            " array[1000.0], array[1::smallint], array[%(time)s::timestamptz + interval '1 hour'])"
            " from lantaarn.observation_1y",
            {"time": NOW},
        )
        assert settled(db) == ([22], [22]), "an implausible value"


IMPLAUSIBLE = 99_999.0


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of a moment: its parts, the version of the value, and whether it is one that can't be."""

    step: int
    cars: tuple[int, ...]
    version: int
    is_implausible: bool

    def value(self, same_time: str) -> float:
        return IMPLAUSIBLE if self.is_implausible and same_time != "sum" else float(sum(self.cars))

    def as_message(self, same_time: str) -> IncomingMessage:
        at = NOW - self.step * 20 * MINUTE
        if same_time == "sum":
            return lanes(*self.cars, at=at)
        return no2(self.value(same_time), at, revised=(at + self.version * MINUTE / 6).isoformat())


sent_messages = st.lists(
    st.builds(
        Sent,
        st.integers(0, 5),
        st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple),
        st.integers(0, 3),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


def store_in_batches(db: Database, same_time: str, sent: Sequence[Sent], sizes: Sequence[int]) -> None:
    left, size = [each.as_message(same_time) for each in sent], iter(sizes)
    while left:
        taken = next(size, len(left))
        store(db, *left[:taken])
        left = left[taken:]


def start_over(db: Database) -> None:
    for table in ("observation_1y", "observation_7d", "rollup_hour", "ledger", "changed_hour", "changed_day"):
        db.execute(f"truncate lantaarn.{table}")


def data(db: Database) -> tuple[object, ...]:
    update_hourly_totals(db)
    assert audit_ledger(db, NOW) == ()
    hours = db.execute("select hour, count, sum, min, max from lantaarn.rollup_hour order by hour").fetchall()
    return values(db), [tuple(row.values()) for row in hours]


@pytest.mark.parametrize("same_time", ["first", "last", "sum"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=sent_messages,
    random=st.randoms(use_true_random=False),
    sizes=st.lists(st.integers(1, 5), max_size=6),
    again=st.lists(st.integers(0, 99), max_size=6),
)
def test_any_split_order_and_redelivery(
    server_database: Database, same_time: str, *, sent: list[Sent], random: Random, sizes: list[int], again: list[int]
) -> None:
    """What is promised of a day's messages in any order, split and number, conflicts included.

    Always: each reading is counted once, there is one row for each moment, and what is redelivered changes nothing.
    ``last``: the latest plausible revision is stored, so values and totals are the same. ``first`` and ``sum``: the
    first value to arrive is stored, so they are the same as long as messages about one moment agree.
    """
    db = server_database
    if not load_register(db):
        road(db, same_time="sum") if same_time == "sum" else register(db, same_time=same_time)
    start_over(db)
    store_in_batches(db, same_time, sent, [])
    expected, counted = data(db), ledger_totals(db)
    assert counted.received == counted.stored + counted.duplicate + counted.conflict + counted.aggregated
    assert counted.stored == len(values(db)) == len({each.step for each in sent})

    start_over(db)
    store_in_batches(db, same_time, random.sample(sent, len(sent)), sizes)
    found, counted_again = data(db), ledger_totals(db)
    assert (counted_again.received, counted_again.stored) == (counted.received, counted.stored)
    if same_time != "sum":  # where the first message decides how many readings are parts
        assert counted_again.duplicate + counted_again.conflict == counted.duplicate + counted.conflict
    agree = len({(each.step, each.value(same_time)) for each in sent}) == counted.stored
    assert (counted.conflict == 0) == (counted_again.conflict == 0) == agree
    assert found == expected or not (agree or same_time == "last")

    store_in_batches(db, same_time, [sent[each % len(sent)] for each in again], sizes)
    assert data(db) == found
    assert ledger_totals(db).stored == counted.stored
