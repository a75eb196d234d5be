"""What everyone may see: means and sums, and never a small count."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.pipeline import IncomingMessage
from sensors.db import Database, connect
from sensors.register.entry import Entry
from sensors.register.repository import publish
from tests.db.ingest.test_writer import take
from tests.support.entries import example_datastream, example_entry
from tests.support.sample_data import (
    REGISTERED,
    insert_hourly_total,
    insert_ledger_hour,
    publish_cells,
    publish_documents,
    traffic_counter_entry,
)

NOW = datetime.now(UTC)
YESTERDAY = (NOW - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


def register(db: Database, kind: str, observed_property: str, **changes: Any) -> None:
    stream = example_datastream(observed_property, kind, **changes)
    document = example_entry(reference="S-1", kind=kind, datastreams=[stream])
    entry = Entry.model_validate(document)
    assert not isinstance(publish(db, entry, editor="t", reason="t", valid_from=REGISTERED), tuple)


def send(db: Database, kind: str, observed_property: str, *values: float) -> None:
    payloads = [
        b'{"time": "%s", "%s": %s}'
        % ((YESTERDAY + timedelta(minutes=minute)).isoformat().encode(), observed_property.encode(), b"%g" % value)
        for minute, value in enumerate(values)
    ]
    take(db, [IncomingMessage(f"helmond/{kind}/S-1/json", payload) for payload in payloads], at=NOW)
    publish_cells(db)


def test_energy_of_a_day_is_a_sum_and_not_given_per_hour(server_database: Database) -> None:
    register(server_database, "streetlight", "energy", public="day")
    send(server_database, "streetlight", "energy", 0.25, 0.5, 0.25)
    assert [row["value"] for row in server_database.execute("select value from open.day").fetchall()] == [1.0]
    assert server_database.execute("select value from open.hour").fetchall() == []


def test_what_comes_in_after_an_hour_was_published_does_not_show(server_database: Database) -> None:
    rule = [{"rule": "public_threshold"}]
    register(server_database, "traffic", "count_bicycle", public="hour", privacy_rules=rule, interval="PT1H")
    send(server_database, "traffic", "count_bicycle", 17)
    before = server_database.execute("select * from open.hour order by hour").fetchall()
    assert before[0]["value"] == 17
    send(server_database, "traffic", "count_bicycle", 17, 1)
    assert server_database.execute("select sum from lantaarn.rollup_hour").fetchall() == [{"sum": 18}]
    assert server_database.execute("select * from open.hour order by hour").fetchall() == before


def test_the_energy_of_a_lamp_is_coarse_and_its_fault_is_the_highest_of_the_day(server_database: Database) -> None:
    register(server_database, "streetlight", "fault_code", public="day")
    send(server_database, "streetlight", "fault_code", 0, 3, 0)
    assert [row["value"] for row in server_database.execute("select value from open.day").fetchall()] == [3]
    assert server_database.execute("select * from open.latest").fetchall() == []
    register(server_database, "streetlight", "energy", public="day")
    send(server_database, "streetlight", "energy", 0.25, 0.101)
    assert [row["value"] for row in server_database.execute("select value from open.day").fetchall()] == [0.4]


@pytest.mark.parametrize(("passages", "below"), [((3, 4), 25), ((24,), 25), ((12, 13), None)])
def test_a_count_that_can_not_be_told_from_none_says_so(
    server_database: Database, passages: tuple[int, ...], below: int | None
) -> None:
    rule = [{"rule": "public_threshold"}]
    register(server_database, "traffic", "count_bicycle", public="hour", privacy_rules=rule, interval="PT30M")
    send(server_database, "traffic", "count_bicycle", *passages, 0)
    told = server_database.execute("select value, margin, below, no_data, min, max, samples from open.hour").fetchone()
    nothing = {"min": None, "max": None, "samples": None, "no_data": False}
    assert told == nothing | {"value": sum(passages), "margin": 24, "below": below}


def test_the_readers_can_not_get_at_tables_or_exact_places(server_database: Database) -> None:
    register(server_database, "air_quality", "no2")
    with server_database.transaction():
        server_database.execute("set local role lantaarn_api")
        assert server_database.execute("select reference from open.sensor").fetchall() == [{"reference": "S-1"}]
        granted = server_database.execute(
            "select table_schema, table_name from information_schema.role_table_grants"
            " where grantee = 'lantaarn_api' and table_schema <> 'open'"
        ).fetchall()
    assert granted == []


def test_an_hour_is_public_once_it_is_over_for_more_than_an_hour(server_database: Database) -> None:
    publish_documents(server_database, traffic_counter_entry())
    insert_hourly_total(server_database, "verkeer-1", "count_car", YESTERDAY, 40)
    publish_cells(server_database, YESTERDAY + timedelta(minutes=124))
    assert server_database.execute("select value from open.hour").fetchall() == []
    publish_cells(server_database, YESTERDAY + timedelta(minutes=125))
    assert server_database.execute("select value from open.hour").fetchall() == [{"value": 40}]


def test_so_is_an_hour_of_what_is_not_counted(database: str) -> None:
    with connect(database) as db:
        register(db, "air_quality", "no2", public="hour")
        insert_hourly_total(db, "S-1", "no2", YESTERDAY, 60)
        publish_cells(db, YESTERDAY + timedelta(minutes=119))
        assert db.execute("select value from open.hour").fetchall() == []
        publish_cells(db, YESTERDAY + timedelta(minutes=120))
        assert db.execute("select value from open.hour").fetchall() == [{"value": 20}]


def test_a_mean_about_people_is_not_public_whatever_its_entry_said_once(database: str) -> None:
    with connect(database) as db:
        register(db, "air_quality", "no2", public="hour")
        db.execute("update lantaarn.datastream set about_people = true")
        insert_hourly_total(db, "S-1", "no2", YESTERDAY, 60)
        publish_cells(db, NOW)
        assert db.execute("select value from open.hour").fetchall() == []


def test_the_books_of_a_counter_are_of_weeks_that_are_over(server_database: Database) -> None:
    publish_documents(server_database, traffic_counter_entry())
    insert_ledger_hour(
        server_database, "verkeer-1", NOW.replace(minute=0, second=0, microsecond=0), stored=200, refused={}
    )
    assert server_database.execute("select * from open.ledger_week").fetchall() == []
    insert_ledger_hour(server_database, "verkeer-1", YESTERDAY - timedelta(days=7), stored=200, refused={})
    assert [row["stored"] for row in server_database.execute("select * from open.ledger_week").fetchall()] == [100]
