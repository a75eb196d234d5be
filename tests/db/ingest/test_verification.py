"""The check does not trust the one who deletes: whatever is done to the job or behind its back, it is noticed."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from api.sensor import queries as sensor_queries
from ingest.lifecycle.retention import METADATA_TERMS
from ingest.lifecycle.verification import RETENTION_INTERVAL, retention_promises
from sensors.db import Database
from sensors.policy.promises import STAFF_LOG_TERM
from sensors.policy.retention_classes import BUILT_IN_CLASSES
from tests.support.retention import (
    CLASS_BY_PROPERTY,
    DAY,
    QUARTER_HOUR,
    START,
    datastream_id,
    publish_sensor,
    run_lifecycle,
    store_observations,
    verify_and_record,
)

TERM = {"P1D": DAY, "P31D": 31 * DAY, "P90D": 90 * DAY}


def noticed_after(db: Database, since: datetime, *, works: bool) -> timedelta:
    """How long after the first promise was broken the check says so, when it looks each quarter of an hour."""
    now = since
    while (run_lifecycle if works else verify_and_record)(db, now).is_kept:
        now += QUARTER_HOUR
        assert now - since < 2 * DAY
    return now - since


def subjects(db: Database) -> dict[tuple[str, str], dict[str, Any]]:
    rows = db.execute("select * from open.retention").fetchall()
    return {(row["subject"], row["retention_class"]): row for row in rows}


def line(db: Database, code: str) -> dict[str, Any]:
    """What the register tells of one datastream."""
    row = db.execute("select * from open.datastream_retention where property = %(code)s", {"code": code}).fetchone()
    assert row is not None
    return row


def test_a_kept_promise_is_told_with_its_parts(each_database: Database) -> None:
    publish_sensor(each_database)
    store_observations(each_database, "no2", "P1D", [START - timedelta(hours=5), START - 3 * DAY])
    assert run_lifecycle(each_database, START).is_kept
    told = line(each_database, "no2")
    assert (told["retention_class"], told["kept"], told["schedule"]) == ("P1D", True, RETENTION_INTERVAL)
    assert told["oldest"] == (START - timedelta(hours=5)).date()
    assert told["last_deletion"] == told["verified_at"] == START
    classes = {each.name: each.chunk for each in retention_promises(each_database, START)}
    assert told["chunk"] == classes["P1D"]
    empty = line(each_database, "pm10")
    assert (empty["oldest"], empty["kept"], empty["last_deletion"]) == (None, True, None)


def test_everything_with_a_term_is_checked(each_database: Database) -> None:
    publish_sensor(each_database)
    verify_and_record(each_database, START)
    told = subjects(each_database)
    classes = {*BUILT_IN_CLASSES, *CLASS_BY_PROPERTY.values()}
    assert {raw for subject, raw in told if subject.startswith("observation_")} == classes
    assert told.keys() >= {*METADATA_TERMS.items(), ("rollup_hour", "P10Y")}
    assert {subject for subject, raw in told if raw == "permanent"} == {
        "deletion_log",
        "register_entry",
        "staff_log",
        "tombstone",
    }
    assert told.keys() >= {("staff_log", STAFF_LOG_TERM), ("orphan_total", "none")}


@pytest.mark.parametrize("code", ["no2", "pm10", "pm2_5"])
def test_a_job_that_no_longer_deletes_is_noticed_within_a_quarter(each_database: Database, code: str) -> None:
    publish_sensor(each_database)
    raw = CLASS_BY_PROPERTY[code]
    store_observations(each_database, code, raw, [START])
    run_lifecycle(each_database, START)
    (chunk,) = (each.chunk for each in retention_promises(each_database, START) if each.name == raw)
    worst = START + TERM[raw] + chunk + RETENTION_INTERVAL
    assert verify_and_record(each_database, worst).is_kept
    assert noticed_after(each_database, worst, works=False) <= QUARTER_HOUR
    assert line(each_database, code)["kept"] is False
    assert subjects(each_database)[f"observation_{raw[1:].lower()}", raw]["kept"] is False


def test_an_old_row_behind_the_back_of_the_job_is_noticed(each_database: Database) -> None:
    publish_sensor(each_database)
    run_lifecycle(each_database, START)
    store_observations(each_database, "no2", "P1D", [START - 9 * DAY])
    found = verify_and_record(each_database, START + QUARTER_HOUR)
    assert {each.retention_class for each in found.breaches} == {"P1D"}
    assert run_lifecycle(each_database, START + 2 * QUARTER_HOUR).is_kept


def test_a_row_in_the_table_of_another_class_is_noticed_though_it_is_young(each_database: Database) -> None:
    publish_sensor(each_database)
    store_observations(each_database, "no2", "P10Y", [START])
    found = verify_and_record(each_database, START)
    assert [(each.table_name, each.datastream_id, each.retention_class) for each in found.breaches] == [
        ("observation_10y", datastream_id(each_database, "no2"), "P1D")
    ]
    assert line(each_database, "no2")["kept"] is False
    assert line(each_database, "pm1")["kept"] is True


def test_a_change_of_class_that_is_undone_is_noticed(each_database: Database) -> None:
    publish_sensor(each_database)
    store_observations(each_database, "temperature", "P1Y", [START - 200 * DAY])
    publish_sensor(each_database, {**CLASS_BY_PROPERTY, "temperature": "P31D"})
    # There is a quarter of an hour to move the rows, as there is to delete.
    assert verify_and_record(each_database, START + QUARTER_HOUR).is_kept
    each_database.execute("delete from lantaarn.class_change")
    assert not verify_and_record(each_database, START + QUARTER_HOUR).is_kept


def test_a_change_of_class_that_nobody_carries_out_is_noticed(each_database: Database) -> None:
    publish_sensor(each_database)
    store_observations(each_database, "temperature", "P1Y", [START - 200 * DAY])
    publish_sensor(each_database, {**CLASS_BY_PROPERTY, "temperature": "P31D"})
    assert noticed_after(each_database, START + RETENTION_INTERVAL, works=False) <= QUARTER_HOUR


def test_aggregates_that_no_promise_covers_are_noticed(each_database: Database) -> None:
    each_database.execute(
        "insert into lantaarn.window_count"
        " values ('helmond', 'park', 'presence', %(at)s, %(until)s, 12, 20, 999, 248, 59)",
        {"at": START - timedelta(hours=1), "until": START},
    )
    assert [each.table_name for each in verify_and_record(each_database, START).breaches] == ["window_count"]


def test_the_register_tells_the_promise_and_what_came_of_it(each_database: Database) -> None:
    publish_sensor(each_database)
    store_observations(each_database, "no2", "P1D", [START - timedelta(hours=5), START - 3 * DAY])
    run_lifecycle(each_database, START)
    sensor = sensor_queries.load_sensor(each_database, "helmond", "LML-1", START + QUARTER_HOUR)
    told = {stream.observed_property: stream.retention_status for stream in sensor.datastreams}["no2"]
    assert told is not None
    assert (told.promised, told.within_promise, told.oldest, told.last_deletion) == ("P1D", True, START.date(), START)
    assert told.margin in (RETENTION_INTERVAL, RETENTION_INTERVAL + timedelta(hours=1))
    # When nobody checks any more, the register says so.
    later = sensor_queries.load_sensor(each_database, "helmond", "LML-1", START + 5 * QUARTER_HOUR)
    assert [stream.retention_status.within_promise for stream in later.datastreams if stream.retention_status] == [
        None
    ] * len(CLASS_BY_PROPERTY)
