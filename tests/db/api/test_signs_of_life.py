"""What counts as a sign of life: readings that could be used, not messages that say nothing, and not events."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.quality.queries import Scope, load_quality
from api.sensor.queries import Sensor, load_sensor
from ingest.pipeline import IncomingMessage
from sensors.db import Database
from tests.db.ingest.test_writer import take
from tests.support.cases import ingest_case
from tests.support.entries import alive_datastream, example_datastream, example_entry
from tests.support.sample_data import (
    DAY,
    HOUR,
    NOW,
    insert_ledger_hour,
    insert_observation,
    motion_lamp_entry,
    publish_documents,
    traffic_counter_entry,
    travel_time_entry,
)

LAST_WEEK = NOW - 7 * DAY
"""In the week that is over, whatever day it is."""
CAMERA = "kenteken-1"


def known_for_long(db: Database) -> None:
    db.execute("update lantaarn.finding set known_since = %(since)s", {"since": NOW - 30 * DAY})


def loaded(db: Database, reference: str) -> Sensor:
    return load_sensor(db, "helmond", reference, datetime.now(UTC))


def deviating(db: Database, reference: str) -> set[str]:
    return {*loaded(db, reference).deviations}


def test_a_foreign_payload_is_no_sign_of_life(server_database: Database) -> None:
    """Case 12: the sensor was seen today, and only found as one that sends what it doesn't declare."""
    db, case = server_database, ingest_case("12")
    publish_documents(db, example_entry(datastreams=[example_datastream(code) for code in ("pm2_5", "pm10")]))
    known_for_long(db)
    topic = f"helmond/{case['topic_kind']}/LML-1/json"
    take(db, [IncomingMessage(topic, json.dumps(each).encode()) for each in case["messages"]], at=datetime.now(UTC))
    found = loaded(db, "LML-1")
    assert found.last_seen == "never"
    assert {*found.deviations} == {"silent", "refused", "undeclared"}
    assert found.is_unreadable
    assert found.ledger_today is not None
    assert (found.ledger_today.received, found.ledger_today.reasons) == (1, (("no_readings", 1),))
    assert found.ledger_today.fields_dropped == 2


def test_who_is_silent_but_sends_what_can_be_read_is_not_called_unreadable(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry(), example_entry(reference="late"), example_entry(reference="nothing"))
    known_for_long(db)
    insert_ledger_hour(db, "late", NOW, stored=0, refused={"too_late": 40})
    insert_ledger_hour(db, "LML-1", NOW - HOUR, stored=0, refused={"malformed": 3})
    assert deviating(db, "late") == {"silent", "refused"}
    assert [loaded(db, name).is_unreadable for name in ("LML-1", "late", "nothing")] == [True, False, False]
    insert_ledger_hour(db, "LML-1", NOW, stored=500, refused={})
    assert not loaded(db, "LML-1").is_unreadable
    assert deviating(db, "LML-1") == set()


def test_duplicates_and_conflicts_are_signs_of_life(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry(), example_entry(reference="other"))
    known_for_long(db)
    for name in ("LML-1", "other"):
        insert_ledger_hour(db, name, NOW, stored=3, refused={})
    db.execute("update lantaarn.ledger set stored = 0, duplicate = 1, conflict = 2")
    assert [(loaded(db, name).last_seen, deviating(db, name)) for name in ("LML-1", "other")] == [("today", set())] * 2


def test_messages_that_say_nothing_are_not_readings_that_came(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry(datastreams=[example_datastream("no2", interval="PT1H")]))
    known_for_long(db)
    insert_ledger_hour(db, "LML-1", NOW - HOUR, stored=4, refused={"no_readings": 20, "in_future": 2})
    measures = load_quality(db, "helmond", Scope(), datetime.now(UTC)).measures
    assert (measures.due, measures.received) == (24, 4 + 2)


def test_of_who_could_betray_people_a_week_of_unreadable_messages_is_found(server_database: Database) -> None:
    db = server_database
    publish_documents(db, traffic_counter_entry())
    known_for_long(db)
    insert_ledger_hour(db, "verkeer-1", LAST_WEEK, stored=14, refused={"no_readings": 40})
    insert_ledger_hour(db, "verkeer-1", NOW, stored=1, refused={})  # of this week nothing is told yet
    found = loaded(db, "verkeer-1")
    assert (found.last_seen, {*found.deviations}, found.is_unreadable) == ("longer", {"silent", "refused"}, True)
    insert_ledger_hour(db, "verkeer-1", LAST_WEEK + HOUR, stored=1, refused={})
    found = loaded(db, "verkeer-1")
    assert (found.last_seen, {*found.deviations}, found.is_unreadable) == ("last_week", {"refused"}, False)


def test_events_are_no_sign_of_life_and_who_sends_nothing_else_is_not_judged(server_database: Database) -> None:
    db = server_database
    publish_documents(db, travel_time_entry(), motion_lamp_entry())
    known_for_long(db)
    insert_ledger_hour(db, CAMERA, LAST_WEEK, stored=0, refused={"too_late": 1}, aggregated=5000)
    for name in (CAMERA, "lamp-1"):
        found = loaded(db, name)
        assert (found.last_seen, found.deviations) == ("unknown", ())


def test_who_sends_events_lives_by_its_sign_of_life(server_database: Database) -> None:
    db = server_database
    events = travel_time_entry()["datastreams"]
    publish_documents(db, travel_time_entry(datastreams=[*events, alive_datastream()]))
    known_for_long(db)
    insert_ledger_hour(db, CAMERA, LAST_WEEK, stored=1, refused={}, aggregated=5000)
    found = loaded(db, CAMERA)
    assert (found.last_seen, found.deviations, found.is_unreadable) == ("longer", ("silent",), False)
    for minutes in range(1, 15):
        insert_ledger_hour(db, CAMERA, LAST_WEEK + minutes * timedelta(minutes=1), stored=1, refused={})
    found = loaded(db, CAMERA)
    assert (found.last_seen, found.deviations) == ("last_week", ())


def test_a_sign_of_life_is_stored_and_never_public(server_database: Database) -> None:
    db = server_database
    events = travel_time_entry()["datastreams"]
    publish_documents(db, travel_time_entry(datastreams=[*events, alive_datastream()]))
    payloads = [{"time": (NOW - hours * HOUR).isoformat(), "alive": sent} for hours, sent in enumerate((True, 1, 7))]
    messages = [IncomingMessage(f"helmond/traffic/{CAMERA}/json", json.dumps(each).encode()) for each in payloads]
    take(db, messages, at=datetime.now(UTC))
    stored = db.execute("select value, quality from lantaarn.observation order by time desc").fetchall()
    assert [(row["value"], row["quality"]) for row in stored] == [(1, 0), (1, 0), (1, 1)]
    for view in ("open.latest", "open.hour", "open.day", "open.ledger_week"):
        assert db.execute(f"select * from {view}").fetchall() == []  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("interval", "shown"),
    [
        (None, "2026-11-25T13:37:00+01:00"),
        ("PT10S", "2026-11-25T13:37:40+01:00"),
        ("PT150S", "2026-11-25T13:37:30+01:00"),
        ("PT15M", "2026-11-25T13:30:00+01:00"),
        ("PT1H", "2026-11-25T13:00:00+01:00"),
        ("PT6H", "2026-11-25T13:00:00+01:00"),
        ("PT24H", "2026-11-25T01:00:00+01:00"),
        ("P1D", "2026-11-25T00:00:00+01:00"),
        ("P1W", "2026-11-23T00:00:00+01:00"),
        ("P1M", "2026-11-01T00:00:00+01:00"),
        ("P3M", "2026-10-01T00:00:00+02:00"),
        ("P1Y", "2026-01-01T00:00:00+01:00"),
    ],
)
def test_a_time_is_public_no_finer_than_the_interval(
    server_database: Database, interval: str | None, shown: str
) -> None:
    db = server_database
    declared: dict[str, Any] = {"interval": interval} if interval else {}
    publish_documents(db, example_entry(datastreams=[example_datastream("no2", **declared)]))
    insert_observation(db, "LML-1", "no2", 21.5, datetime.fromisoformat("2026-11-25T13:37:41+01:00"))
    (row,) = db.execute("select time, value from open.latest").fetchall()
    assert (row["time"], row["value"]) == (datetime.fromisoformat(shown), 21.5)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        ("2026-03-29T12:00:00+02:00", "2026-03-29T00:00:00+01:00"),
        ("2026-10-25T12:00:00+01:00", "2026-10-25T00:00:00+02:00"),
    ],
)
def test_days_on_which_the_clocks_change_begin_at_midnight(server_database: Database, at: str, shown: str) -> None:
    (row,) = server_database.execute(
        "select open.public_time(%(at)s::timestamptz, interval 'P1D') as shown", {"at": datetime.fromisoformat(at)}
    ).fetchall()
    assert row["shown"] == datetime.fromisoformat(shown)
