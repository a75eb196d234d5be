"""On TimescaleDB: chunks are compressed and dropped while ingest goes on, and nothing is lost, doubled or left behind.

What one connection can show is shown on the WebAssembly build too; the rest needs the server at ``TIMESCALE_URL``.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest

from ingest.database_errors import ErrorAction, action_for
from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.retention import enforce_retention
from ingest.pipeline import IncomingMessage, MessageOutcome, Observation, SensorsByTopic, process_message
from ingest.quality_flags import QualityChecker, QualityFlag
from ingest.writer import commit_batch, load_register
from sensors.db import Database, connect
from sensors.db.hypertables import convert_to_hypertables
from sensors.db.migrate import migrate
from sensors.register.entry import Entry
from sensors.register.repository import publish
from tests.support.entries import example_datastream, example_entry
from tests.support.pglite.client import EMPTY_DATABASE, Pglite
from tests.support.pglite.fixtures import temporary_database, timescale_url

TABLE: LiteralString = "observation_31d"
DAY = timedelta(days=1)
COMPRESS: LiteralString = """
select count(compress_chunk(chunk, if_not_compressed => true)) as chunks
from show_chunks('lantaarn.observation_31d', older_than => %(older_than)s::timestamptz) as chunk
"""
COMPRESSED: LiteralString = """
select count(*) from timescaledb_information.chunks where hypertable_name = 'observation_31d' and is_compressed
"""
DROP: LiteralString = """
select count(*) as chunks from drop_chunks('lantaarn.observation_31d', older_than => %(older_than)s::timestamptz)
"""
FILL: LiteralString = """
insert into lantaarn.observation_31d (datastream_id, time, value, quality)
select stream, %(until)s::timestamptz - step * interval '1 hour', step, 0
from generate_series(1, 20) as stream, generate_series(0, %(hours)s - 1) as step
order by 2, 1
"""
JOBS: LiteralString = """
select hypertable_name, proc_name, config
from timescaledb_information.jobs where hypertable_schema = 'lantaarn' order by 1, 2
"""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a migrated database on the server at ``TIMESCALE_URL``."""
    with temporary_database(timescale_url()) as url:
        with connect(url) as db:
            migrate(db)
        yield url


@pytest.fixture(params=["wasm", "server"])
def db(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "wasm":
        yield request.getfixturevalue("timescale")
    else:
        with connect(request.getfixturevalue("server")) as connection:
            yield connection


def register(db: Database, stations: int) -> Mapping[int, Sequence[int]]:
    """So many stations whose single values are kept for 31 days: sensor → datastreams."""
    for number in range(stations):
        streams = [example_datastream(name, retention={"raw": "P31D", "aggregate": "P10Y"}) for name in ("no2", "pm10")]
        document = example_entry(reference=f"LML-{number}", datastreams=streams)
        publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=datetime.now(UTC))
    known = load_register(db).values()
    return {sensor.id: [each.id for each in sensor.datastreams.values()] for sensor in known}


def outcome(sensor_id: int, datastreams: Sequence[int], time: datetime) -> MessageOutcome:
    """What becomes of a message with one value, told by its time, of each datastream."""
    value = time.timestamp() % 1000
    observations = tuple(Observation(TABLE, each, time, value, QualityFlag.GOOD) for each in datastreams)
    return MessageOutcome(sensor_id, "+/+/+/+", 100, observations, (), 0)


def number(db: Database, statement: LiteralString, **params: object) -> int:
    row = db.execute(statement, params).fetchone()
    assert row is not None
    return next(iter(row.values()))


def test_every_class_gets_its_policies(db: Database) -> None:
    expect_policies(db)


def test_a_database_that_became_timescaledb_later_gets_them_too(pglite: Pglite) -> None:
    pglite.open_snapshot(EMPTY_DATABASE)
    migrate(pglite, without_timescaledb=True)
    convert_to_hypertables(pglite)
    expect_policies(pglite)


def expect_policies(db: Database) -> None:
    db.execute("select lantaarn.keep_class(name) from lantaarn.retention_class")  # again: nothing changes
    jobs = {(row["hypertable_name"], row["proc_name"]): row["config"] for row in db.execute(JOBS).fetchall()}
    terms = {"1d": "1 day", "31d": "31 days", "1y": "1 year", "5y": "5 years", "10y": "10 years"}
    for name, term in terms.items():
        assert jobs[f"observation_{name}", "policy_retention"]["drop_after"] == term
    compressed = {table for table, procedure in jobs if procedure == "policy_compression"}
    assert compressed == {f"observation_{name}" for name in terms if name != "1d"}


def test_a_late_value_is_stored_once_in_the_columnstore(db: Database) -> None:
    ((sensor, streams),) = register(db, 1).items()
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - 20 * DAY
    on_time = [outcome(sensor, streams, start + timedelta(minutes=each)) for each in range(0, 2000, 2)]
    late = [outcome(sensor, streams, start + timedelta(minutes=each)) for each in range(0, 2000, 25)]
    commit_batch(db, on_time, start)
    assert number(db, COMPRESS, older_than=datetime.now(UTC)) >= 2
    for again in range(3):
        booked = commit_batch(db, late, start)
        assert (booked.stored, booked.duplicate) == ((80, 80) if again == 0 else (0, 160))
        number(db, COMPRESS, older_than=datetime.now(UTC))
    assert number(db, "select count(*) from lantaarn.observation_31d") == 2080
    assert number(db, "select sum(count)::bigint from lantaarn.rollup_hour") == 2080
    assert audit_ledger(db, datetime.now(UTC)) == ()


def test_another_value_for_a_moment_in_the_columnstore(db: Database) -> None:
    kept = {"raw": "P31D", "aggregate": "P10Y"}
    streams = [
        example_datastream(code, retention=kept, same_time=how) for code, how in (("no2", "last"), ("pm10", "first"))
    ]
    document = example_entry(reference="LML-0", datastreams=streams)
    publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=datetime.now(UTC))
    now, known = datetime.now(UTC), load_register(db)
    start = now.replace(minute=0, second=0, microsecond=0) - 20 * DAY
    times = [start + timedelta(minutes=each) for each in range(0, 2000, 2)]
    commit_batch(db, [measured(known, now, time, 20, revised=start) for time in times], now)
    assert number(db, COMPRESS, older_than=now) >= 2
    for hours in (2, 1):
        at = now - timedelta(hours=3 - hours)
        revised = [measured(known, now, time, 20 + hours, revised=at) for time in times[::25]]
        booked = commit_batch(db, revised, now)
        assert (booked.stored, booked.duplicate, booked.conflict) == (0, 0, 80)
        number(db, COMPRESS, older_than=now)
    update_hourly_totals(db)
    found = db.execute(
        "select property, value, count(*) as n from lantaarn.observation_31d as one"
        " join lantaarn.datastream on id = datastream_id group by 1, 2 order by 1, 2"
    ).fetchall()
    assert [tuple(row.values()) for row in found] == [("no2", 20, 960), ("no2", 22, 40), ("pm10", 20, 1000)]
    assert number(db, "select sum(sum)::bigint from lantaarn.rollup_hour") == 20 * 2000 + 2 * 40
    assert audit_ledger(db, now) == ()


def measured(
    known: SensorsByTopic, now: datetime, time: datetime, value: float, *, revised: datetime
) -> MessageOutcome:
    payload = {"time": time.isoformat(), "no2": value, "pm10": value, "revised": revised.isoformat()}
    message = IncomingMessage("helmond/air_quality/LML-0/json", json.dumps(payload).encode())
    return process_message(message, known, QualityChecker(), now)


def test_values_of_one_sensor_are_erased_from_the_columnstore_and_no_others(db: Database) -> None:
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    db.execute(FILL, {"until": until, "hours": 20 * 24})
    number(db, COMPRESS, older_than=until)
    before = number(db, "select count(*) from lantaarn.observation_31d")
    params = {"since": until - 10 * DAY - timedelta(hours=5), "until": until - 3 * DAY}
    deleted = db.execute(
        "delete from lantaarn.observation_31d"
        " where datastream_id = 7 and time >= %(since)s::timestamptz and time < %(until)s::timestamptz",
        params,
    ).rowcount
    assert deleted == 7 * 24 + 5
    assert number(db, "select count(*) from lantaarn.observation_31d") == before - deleted
    assert number(db, "select count(*) from lantaarn.observation_31d where datastream_id = 7") == 20 * 24 - deleted


def test_the_policy_drops_what_the_program_drops(db: Database) -> None:
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    kept: list[object] = []
    for by_policy in (False, True):
        db.execute(FILL, {"until": until, "hours": 40 * 24})
        number(db, COMPRESS, older_than=until - 7 * DAY)
        if by_policy:
            job = number(
                db,
                "select job_id from timescaledb_information.jobs"
                " where hypertable_name = 'observation_31d' and proc_name = 'policy_retention'",
            )
            db.execute("call run_job(%(job)s)", {"job": job})
        else:
            enforce_retention(db, datetime.now(UTC))
        kept.append(db.execute("select min(time), count(*) from lantaarn.observation_31d").fetchall())
        oldest = number(db, "select count(*) from show_chunks('lantaarn.observation_31d')")
        assert 31 <= oldest <= 33
        db.execute("truncate lantaarn.observation_31d")
    assert kept[0] == kept[1]


def test_the_columnstore_policy_spares_the_last_week(db: Database) -> None:
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    db.execute(FILL, {"until": until, "hours": 20 * 24})
    job = number(
        db,
        "select job_id from timescaledb_information.jobs"
        " where hypertable_name = 'observation_31d' and proc_name = 'policy_compression'",
    )
    db.execute("call run_job(%(job)s)", {"job": job})
    chunks = db.execute(
        "select range_end, is_compressed from timescaledb_information.chunks where hypertable_name = 'observation_31d'"
    ).fetchall()
    for chunk in chunks:
        assert chunk["is_compressed"] == (chunk["range_end"] <= datetime.now(UTC) - 7 * DAY)


DAY_OF_ONE: LiteralString = """
select time, value from lantaarn.observation_31d
where
    datastream_id = 2
    and time >= date_trunc('day', now(), 'UTC') - interval '12 days'
    and time < date_trunc('day', now(), 'UTC') - interval '11 days'
"""
HOT: Mapping[str, LiteralString] = {
    "newest value": "select * from open.latest where datastream_id = 1 and sensor_id = 1",
    "a day of one datastream": DAY_OF_ONE,
    "oldest of one datastream": "select min(time) from lantaarn.observation_31d where datastream_id = 2",
}
"""What is asked often, and needs one chunk of the thirty."""


@pytest.mark.parametrize("question", HOT)
def test_a_hot_query_looks_only_in_the_chunks_it_needs(db: Database, question: str) -> None:
    register(db, 1)
    until = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    db.execute(FILL, {"until": until, "hours": 30 * 24})
    for older_than in (until - 60 * DAY, until - 7 * DAY):
        number(db, COMPRESS, older_than=older_than)
        db.execute("analyze lantaarn.observation_31d")
        assert len(looked_in(db, HOT[question])) == 1


def looked_in(db: Database, statement: LiteralString) -> set[str]:
    """The chunks from which the statement really read, of the many that its plan may name."""
    row = db.execute("explain (analyze, timing off, format json) " + statement).fetchone()
    assert row is not None
    chunks = {
        each["chunk_name"] for each in db.execute("select chunk_name from timescaledb_information.chunks").fetchall()
    }
    nodes = walk(row["QUERY PLAN"][0]["Plan"])
    return {each["Relation Name"] for each in nodes if each["Actual Loops"] and each.get("Relation Name") in chunks}


def walk(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def test_nothing_is_lost_or_doubled_while_chunks_are_compressed_and_dropped(server: str) -> None:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    with connect(server) as db:
        sensors = register(db, 2)
        within = [now - timedelta(minutes=40 * each) for each in range(30 * 36)]
        expired = [now - 40 * DAY + timedelta(hours=each) for each in range(5 * 24)]
        # What is within its term comes twice, from two writers; what is dropped meanwhile would be new again.
        shares = [[*within, *expired], within]
        with ThreadPoolExecutor() as pool:
            writers = [
                pool.submit(write, server, {sensor: streams}, times, seed)
                for sensor, streams in sensors.items()
                for seed, times in enumerate(shares)
            ]
            rounds = 0
            while not all(writer.done() for writer in writers):
                keep(db, now)
                rounds += 1
            tries = sum(writer.result() for writer in writers)
        keep(db, now)
        assert rounds > 3
        assert number(db, COMPRESSED) > 20
        assert tries >= len(writers)
        streams = sum(map(len, sensors.values()))
        assert number(db, "select count(*) from lantaarn.observation") == len(within) * streams
        every = len(within) + len(expired)
        assert number(db, "select sum(count)::bigint from lantaarn.rollup_hour") == every * streams
        books = db.execute(
            "select sum(stored)::bigint as s, sum(duplicate)::bigint as d from lantaarn.ledger"
        ).fetchone()
        assert books == {"s": every * streams, "d": len(within) * streams}
        assert audit_ledger(db, now) == ()


def write(url: str, sensors: Mapping[int, Sequence[int]], times: Sequence[datetime], seed: int) -> int:
    """Commit a message for each time, in batches of a day or so in an order of our own, each again until the server
    takes it, as ingest does. Returns how many tries it took."""
    rng = random.Random(seed)
    tries = 0
    with connect(url, role="lantaarn_ingest") as db:
        for sensor, streams in sensors.items():
            outcomes = [outcome(sensor, streams, time) for time in times]
            starts = list(range(0, len(outcomes), 50))
            rng.shuffle(starts)
            for start in starts:
                tries += insist(db, outcomes[start : start + 50])
    return tries


def insist(db: Database, batch: Sequence[MessageOutcome]) -> int:
    for tries in range(1, 50):
        try:
            commit_batch(db, batch, datetime.now(UTC))
        except psycopg.Error as error:
            if action_for(error) is not ErrorAction.RETRY_BATCH:
                raise
        else:
            return tries
    raise AssertionError("the server never took the batch")


def keep(db: Database, now: datetime) -> None:
    """What the policies do, without waiting for their hour. One that a writer stands in the way of comes again."""
    chunks = db.execute("select chunk::text from show_chunks('lantaarn.observation_31d') as chunk").fetchall()
    for chunk in chunks[:-7]:
        with suppress(psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            db.execute("select compress_chunk(%(chunk)s::text::regclass)", chunk)
    with suppress(psycopg.errors.DeadlockDetected):
        db.execute(DROP, {"older_than": now - 31 * DAY})
