"""A batch is stored whole, exactly once, and the books always balance: on PostgreSQL and on TimescaleDB."""

import json
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest.flow_control.rate_limits import SensorRateLimiter
from ingest.hourly_totals import update_hourly_totals
from ingest.pipeline import IncomingMessage, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register
from sensors.db import Database
from sensors.register.entry import Entry
from sensors.register.repository import publish
from sensors.vocabulary.rejection_reasons import RejectionReason
from tests.support.entries import example_datastream, example_entry

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TABLES: tuple[LiteralString, ...] = (
    "observation",
    "rollup_hour",
    "rollup_day",
    "ledger",
    "ledger_reason",
    "quarantine",
)
PARTS = ("stored", "duplicate", "conflict", "quarantined", "aggregated")
"""What becomes of what is received."""
WRITTEN: tuple[LiteralString, ...] = ("observation_1y", "rollup_hour", "ledger", "ledger_reason", "quarantine")


def register(db: Database, reference: str) -> None:
    document = example_entry(
        reference=reference, datastreams=[example_datastream(name) for name in ("no2", "pm10", "pm2_5")]
    )
    publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=NOW)


def take(db: Database, messages: Iterable[IncomingMessage], *, batch: int = 50, at: datetime = NOW) -> None:
    """What ingest does with messages, without the broker."""
    known = load_register(db)
    memory = QualityChecker()
    outcomes = [process_message(message, known, memory, at) for message in messages]
    for start in range(0, len(outcomes), batch):
        commit_batch(db, outcomes[start : start + batch], at)
        update_hourly_totals(db)


def message(values: object, reference: str = "LML-1") -> IncomingMessage:
    return IncomingMessage(f"helmond/air_quality/{reference}/json", json.dumps(values).encode())


def contents(db: Database) -> dict[str, list[str]]:
    """Every table, without the numbers that only tell the order of arrival."""
    tables: dict[str, list[str]] = {}
    for table in TABLES:
        rows = db.execute(f"select * from lantaarn.{table}").fetchall()
        tables[table] = sorted(
            repr(sorted((key, rounded(value)) for key, value in row.items() if key != "id")) for row in rows
        )
    return tables


def rounded(value: object) -> object:
    """Sums of floats depend on the order in their last bits."""
    return round(value, 9) if isinstance(value, float) else value


def ledger(db: Database) -> dict[str, Any]:
    row = db.execute(
        "select sum(received)::bigint as received, sum(stored)::bigint as stored, sum(duplicate)::bigint as duplicate,"
        " sum(conflict)::bigint as conflict,"
        " sum(quarantined)::bigint as quarantined, sum(aggregated)::bigint as aggregated,"
        " sum(fields_dropped)::bigint as fields_dropped from lantaarn.ledger"
    ).fetchone()
    assert row is not None
    return row


def a_day(seed: int = 1) -> Sequence[IncomingMessage]:
    """A day of one sensor, every ten minutes, with a bad message and an undeclared field now and then."""
    rng = random.Random(seed)
    messages: list[IncomingMessage] = []
    for step in range(144):
        time = (NOW - timedelta(minutes=10 * step)).isoformat()
        messages.append(message({"time": time, "no2": rng.uniform(0, 60), "pm10": rng.uniform(0, 60)}))
        if step % 12 == 0:
            messages.append(message({"time": time, "pm2_5": "veel", "co": 1}))
            messages.append(message({"time": time, "no2": 1}, reference="nobody"))
    return messages


def test_a_reading_is_stored_with_its_hour_and_its_amsterdam_day(each_database: Database) -> None:
    register(each_database, "LML-1")
    take(
        each_database,
        [message({"time": "2026-11-21T23:30:00Z", "no2": 20}), message({"time": "2026-11-21T22:30:00Z", "no2": 10})],
    )
    days = each_database.execute("select day, count, sum, min, max from lantaarn.rollup_day order by day").fetchall()
    hours = each_database.execute("select hour, sum from lantaarn.rollup_hour order by hour").fetchall()
    assert [(row["day"], row["count"], row["sum"]) for row in days] == [
        (date(2026, 11, 21), 1, 10),
        (date(2026, 11, 22), 1, 20),
    ]
    assert [row["hour"] for row in hours] == [
        datetime(2026, 11, 21, 22, tzinfo=UTC),
        datetime(2026, 11, 21, 23, tzinfo=UTC),
    ]


def test_redelivering_a_day_changes_no_data(each_database: Database) -> None:
    register(each_database, "LML-1")
    take(each_database, a_day())
    before, books = contents(each_database), ledger(each_database)
    take(each_database, a_day())
    after, again = contents(each_database), ledger(each_database)
    for table in ("observation", "rollup_hour", "rollup_day"):
        assert after[table] == before[table]
    assert again["stored"] == books["stored"]
    assert (again["duplicate"], again["conflict"]) == (books["stored"], 0)


@pytest.mark.parametrize("batch", [1, 7, 50])
def test_the_order_of_arrival_leaves_no_trace(each_database: Database, batch: int) -> None:
    register(each_database, "LML-1")
    with each_database.transaction():
        take(each_database, a_day())
        in_order = contents(each_database)
        for table in WRITTEN:
            each_database.execute(f"delete from lantaarn.{table}")
    shuffled = list(a_day())
    random.Random(2).shuffle(shuffled)
    take(each_database, shuffled, batch=batch)
    assert contents(each_database) == in_order


def test_what_is_refused_is_counted_with_its_reason_and_without_its_content(each_database: Database) -> None:
    register(each_database, "LML-1")
    take(
        each_database,
        [
            message({"time": "2026-11-22T12:00:00Z", "no2": 5, "kenteken": "12-ABC-3"}),
            message({"time": "2026-11-22T12:00:00", "no2": 5}),
            message({"time": "2026-11-22T12:00:00Z", "no2": 5}, reference="12-ABC-3"),
            IncomingMessage("helmond/air_quality/LML-1/json", b"{12-ABC-3"),
        ],
    )
    books = ledger(each_database)
    assert (books["received"], books["stored"], books["quarantined"], books["fields_dropped"]) == (4, 1, 3, 1)
    rows = each_database.execute("select reason, readings from lantaarn.ledger_reason").fetchall()
    assert {row["reason"]: row["readings"] for row in rows} == {
        RejectionReason.TIME_WITHOUT_ZONE: 1,
        RejectionReason.UNREGISTERED: 1,
        RejectionReason.MALFORMED: 1,
    }
    assert "12-ABC-3" not in repr(contents(each_database))


@pytest.mark.parametrize(("model", "stored"), [("zelfbouw met SDS011 en DS18B20", 0), ("Airlite", 1)])
def test_the_model_in_the_register_says_which_numbers_are_false(
    each_database: Database, model: str, stored: int
) -> None:
    device = {**example_entry()["device"], "make": "Onbekend", "model": model}
    document = example_entry(
        kind="streetlight",
        device=device,
        datastreams=[example_datastream("lamp_temperature", "streetlight", public="none")],
    )
    publish(each_database, Entry.model_validate(document), editor="test", reason="test", valid_from=NOW)
    payload = json.dumps({"time": NOW.isoformat(), "lamp_temperature": 85.0}).encode()
    take(each_database, [IncomingMessage("helmond/streetlight/LML-1/json", payload)])
    assert (ledger(each_database)["stored"], ledger(each_database)["quarantined"]) == (stored, 1 - stored)


def test_what_comes_too_often_is_counted_in_full_and_detailed_once_a_minute(each_database: Database) -> None:
    register(each_database, "LML-1")
    known, limiter = load_register(each_database), SensorRateLimiter()
    repeated = message({"time": "2026-11-22T12:00:00Z", "no2": 5})
    batch = [process_message(repeated, known, QualityChecker(), NOW, limiter) for _ in range(100)]
    totals = commit_batch(each_database, batch, NOW)
    for _ in range(2000):
        limiter.record_committed(batch, totals.repeated_by_sensor)
    later = [
        process_message(repeated, known, QualityChecker(), NOW + timedelta(seconds=each), limiter) for each in range(90)
    ]
    assert commit_batch(each_database, later, NOW).rejected == {RejectionReason.TOO_OFTEN: 90}
    books = ledger(each_database)
    assert (books["received"], books["stored"], books["duplicate"], books["quarantined"]) == (190, 1, 99, 90)
    rows = each_database.execute("select reason, readings from lantaarn.ledger_reason").fetchall()
    assert rows == [{"reason": RejectionReason.TOO_OFTEN, "readings": 90}]
    rows = each_database.execute("select reason, size from lantaarn.quarantine").fetchall()
    assert rows == [{"reason": RejectionReason.TOO_OFTEN, "size": len(repeated.payload)}] * 2


def test_a_row_that_the_database_refuses_does_not_hold_up_its_neighbours(each_database: Database) -> None:
    register(each_database, "LML-1")
    each_database.execute("alter table lantaarn.observation_1y add check (value <> 13)")
    take(
        each_database,
        [message({"time": f"2026-11-22T10:{minute:02}:00Z", "no2": minute, "pm10": 50}) for minute in range(30)],
    )
    books = ledger(each_database)
    assert (books["received"], books["stored"], books["quarantined"]) == (60, 59, 1)
    rows = each_database.execute("select reason, field_paths from lantaarn.quarantine").fetchall()
    assert [(row["reason"], row["field_paths"]) for row in rows] == [(RejectionReason.REFUSED_BY_DATABASE, [])]


@pytest.mark.timeout(300)
def test_ten_thousand_odd_payloads_are_all_stored_or_named(each_database: Database) -> None:
    register(each_database, "LML-1")
    messages = list(odd_messages(10_000))
    take(each_database, messages, batch=500)
    books = ledger(each_database)
    assert books["received"] == sum(books[name] for name in PARTS)
    assert books["stored"] > 1000
    assert books["quarantined"] > 1000
    rows = each_database.execute("select reason from lantaarn.ledger_reason").fetchall()
    assert {row["reason"] for row in rows} <= set(RejectionReason)


def odd_messages(count: int) -> Iterable[IncomingMessage]:
    """Well-formed messages with bytes changed, cut, doubled or put in; and plain noise. Seeded."""
    rng = random.Random(3)
    for number in range(count):
        time = (NOW - timedelta(seconds=number)).isoformat()
        payload = bytearray(
            json.dumps({"time": time, "no2": rng.uniform(-30, 300), "pm10": {"value": 3, "unit": "ug/m3"}}).encode()
        )
        for _ in range(rng.choice([0, 0, 1, 2, 8])):
            place = rng.randrange(len(payload))
            match rng.randrange(4):
                case 0:
                    payload[place] = rng.randrange(256)
                case 1:
                    del payload[place:]
                    payload += b"}"
                case 2:
                    payload[place:place] = rng.randbytes(3)
                case _:
                    payload[place:place] = payload[:place]
        yield IncomingMessage(
            "helmond/air_quality/LML-1/json", bytes(payload) if number % 10 else rng.randbytes(rng.randrange(80))
        )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["time", "no2", "pm10", "readings", "value"]) | st.text(max_size=8), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@settings(
    max_examples=300,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["helmond/air_quality/LML-1/json", "helmond/air_quality/x/json"]) | st.text(max_size=20),
            st.binary(max_size=60) | json_values.map(lambda each: json.dumps(each).encode()),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_batch_balances(server_database: Database, batch: list[tuple[str, bytes]]) -> None:
    if not load_register(server_database):
        register(server_database, "LML-1")
    before = ledger(server_database)["received"] or 0
    take(server_database, [IncomingMessage(topic, payload) for topic, payload in batch])
    books = ledger(server_database)
    assert books["received"] == sum(books[name] for name in PARTS)
    assert books["received"] >= before
