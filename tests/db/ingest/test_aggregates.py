"""What comes out of the privacy windows is stored once, with the counts, and kept as long as was promised."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest

from ingest.events.aggregates import EventBatch, windows_booked_until, write_aggregates, write_event_batch
from ingest.events.presence import WindowCount
from ingest.events.refusals import REFUSAL_NOISE, EventRefusals
from ingest.events.travel_time import Segment, TravelTimeMatcher, TravelTimes
from ingest.events.window_book import BookedWindows
from ingest.lifecycle.retention import enforce_retention
from ingest.lifecycle.verification import RETENTION_INTERVAL, verify_retention
from sensors.db import Database, connect
from sensors.doctor.database import event_findings
from sensors.formats.model import Passage
from sensors.policy.promises import SAMPLE_ONE_IN
from sensors.vocabulary.codes import VehicleClass
from tests.support.person_sensors import plate_camera_entry, publish_documents

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TIMES = TravelTimes(1, NOW - timedelta(hours=1), 15, VehicleClass.CAR, 90, 120, 1)
COUNT = WindowCount(
    "helmond", "park", "presence", NOW - timedelta(hours=2), NOW - timedelta(hours=1), 12, -31, 248, 59, 1
)


def promise(db: Database, aggregate: str) -> int:
    """Publish a version that promises this; its revision."""
    publish_documents(db, plate_camera_entry("A", to="B", aggregate=aggregate), at=NOW)
    row = db.execute("select max(revision)::int as revision from lantaarn.register_entry").fetchone()
    assert row is not None
    return row["revision"]


def rows(db: Database, table: LiteralString) -> list[dict[str, Any]]:
    return db.execute(f"select * from lantaarn.{table} order by window_start").fetchall()


@pytest.fixture
def ingest(database: str) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    with connect(database, role="lantaarn_ingest") as db:
        yield db


def test_a_batch_is_stored_together_and_once_even_if_it_is_sent_again(each_database: Database) -> None:
    day, since = date(2026, 11, 22), NOW - timedelta(hours=2)
    booked = BookedWindows("window_count", "helmond/park/presence", day, 1, 0, 1, since, NOW)
    refused = EventRefusals("traffic", "in_future", NOW - timedelta(days=1), NOW, -31, REFUSAL_NOISE)
    for _ in range(2):
        write_event_batch(each_database, EventBatch((TIMES, COUNT), (booked,), (refused,)))
    (times,) = rows(each_database, "travel_time")
    assert times == {
        "datastream_id": 1,
        "window_start": NOW - timedelta(hours=1),
        "minutes": 15,
        "vehicle_class": "car",
        "median": 90,
        "p85": 120,
        "revision": 1,
    }
    (count,) = rows(each_database, "window_count")
    assert (count["group_name"], count["sensors"], count["count"], count["noise"]) == ("park", 12, -31, 248)
    later = replace(booked, released=0, unobserved=0, suppressed=1, since=NOW, until=NOW + timedelta(hours=1))
    write_event_batch(each_database, EventBatch(booked=(later,)))
    books = each_database.execute("select released, suppressed, unobserved, until from lantaarn.window_day").fetchall()
    assert books == [{"released": 1, "suppressed": 1, "unobserved": 1, "until": later.until}]
    ended = [windows_booked_until(each_database, name) for name in ("helmond", "eindhoven")]
    assert ended == [later.until, None]
    assert each_database.execute("select events from lantaarn.event_refusal").fetchall() == [{"events": -31}]


def test_a_window_that_is_stored_never_changes(each_database: Database) -> None:
    write_aggregates(each_database, [TIMES, COUNT])
    write_aggregates(each_database, [replace(TIMES, median=95, p85=None), replace(COUNT, count=99)])
    assert [(row["median"], row["p85"]) for row in rows(each_database, "travel_time")] == [(90, 120)]
    assert [row["count"] for row in rows(each_database, "window_count")] == [-31]


def test_a_transaction_that_is_tried_again_writes_the_row_of_the_first_time(each_database: Database) -> None:
    """Chance decided in memory, when the window closed: nothing is drawn again."""
    matcher = TravelTimeMatcher()
    matcher.set_segments([Segment(1, 1, 1, 2, 8, timedelta(hours=1), SAMPLE_ONE_IN)], NOW - timedelta(hours=2))
    for sensor, first, spacing in ((1, 0, 0), (2, 60, 3)):
        for number in range(200):
            time = NOW + timedelta(seconds=first + spacing * number)
            matcher.add_passage(sensor, Passage(time, f"V{number}", VehicleClass.CAR), time)
    (made,) = matcher.close_finished(NOW + timedelta(hours=2))
    with suppress(psycopg.Rollback), each_database.transaction():
        write_aggregates(each_database, [made])
        raise psycopg.Rollback
    assert rows(each_database, "travel_time") == []
    for _ in range(2):
        write_aggregates(each_database, [made])
    assert rows(each_database, "travel_time") == [asdict(made)]


@pytest.mark.parametrize(
    "refused",
    [
        *(replace(TIMES, minutes=5), replace(TIMES, median=93), replace(TIMES, p85=118)),
        *(replace(COUNT, sensors=11), replace(COUNT, noise=0), replace(COUNT, sensors=24)),
    ],
    ids=["window", "median", "p85", "lamps", "no noise", "the noise of a smaller group"],
)
def test_the_database_refuses_a_window_that_tells_too_much(
    ingest: psycopg.Connection[dict[str, Any]], refused: TravelTimes | WindowCount
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        write_aggregates(ingest, [refused])


def test_the_database_refuses_an_exact_number_of_refused_events(ingest: psycopg.Connection[dict[str, Any]]) -> None:
    exact = EventRefusals("traffic", "in_future", NOW - timedelta(days=1), NOW, 31, noise=0)
    with pytest.raises(psycopg.errors.CheckViolation):
        write_event_batch(ingest, EventBatch(refusals=(exact,)))


@pytest.mark.parametrize(
    "change",
    [
        "delete from lantaarn.travel_time",
        "update lantaarn.window_count set count = 0",
        "delete from lantaarn.window_day",
        "insert into lantaarn.window_due values ('window_count', 'a', '2026-11-22', 'helmond', 1)",
        "update lantaarn.event_refusal set events = 0",
    ],
)
def test_ingest_can_not_take_back_a_window(ingest: psycopg.Connection[dict[str, Any]], change: LiteralString) -> None:
    write_aggregates(ingest, [TIMES, COUNT])
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ingest.execute(change)


def test_aggregates_are_kept_as_long_as_their_version_promised(each_database: Database) -> None:
    revision = promise(each_database, "P1M")
    starts = [NOW - timedelta(days=days) for days in (1, 29, 32, 400)]
    write_aggregates(each_database, [replace(TIMES, window_start=start, revision=revision) for start in starts])
    assert not verify_retention(each_database, NOW).is_kept
    (deletion,) = [each for each in enforce_retention(each_database, NOW) if each.deleted_rows]
    assert (deletion.table_name, deletion.retention_class, deletion.deleted_rows) == ("travel_time", "P1M", 2)
    assert [row["window_start"] for row in rows(each_database, "travel_time")] == starts[1::-1]
    verified = verify_retention(each_database, NOW)
    assert verified.is_kept
    (held,) = [each for each in verified.checks if each.table_name == "travel_time"]
    assert held.promised_max_age == timedelta(days=31) + RETENTION_INTERVAL


def test_a_shorter_promise_counts_for_what_is_there_and_a_longer_one_does_not(each_database: Database) -> None:
    first = promise(each_database, "P1M")
    write_aggregates(each_database, [replace(TIMES, window_start=NOW - timedelta(days=9), revision=first)])
    second = promise(each_database, "P1Y")
    write_aggregates(each_database, [replace(TIMES, window_start=NOW - timedelta(days=60), revision=first)])
    write_aggregates(each_database, [replace(TIMES, window_start=NOW - timedelta(days=61), revision=second)])
    enforce_retention(each_database, NOW)
    assert [row["revision"] for row in rows(each_database, "travel_time")] == [second, first]
    promise(each_database, "P7D")
    enforce_retention(each_database, NOW)
    assert rows(each_database, "travel_time") == []


def test_the_doctor_tells_what_is_refused_once_there_is_more_than_noise(each_database: Database) -> None:
    day = timedelta(days=1)
    today = datetime.now(UTC)
    numbers = {("streetlight", "in_future"): 2_500, ("streetlight", "no_time"): 900, ("traffic", "no_time"): -900}
    week = [
        EventRefusals(kind, reason, today - (ago + 1) * day, today - ago * day, events, REFUSAL_NOISE)
        for (kind, reason), events in numbers.items()
        for ago in range(7)
    ]
    write_event_batch(each_database, EventBatch(refusals=tuple(week)))
    (finding,) = event_findings(each_database)
    assert finding.result.startswith("streetlight: about 17,500 refused since ")
    assert finding.result.endswith("give or take 3,387: in_future")
