"""Who sends values of which none is good is told, but never by a value that depends on who passes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from api.quality.queries import Scope, load_quality
from api.sensor.queries import load_sensor
from ingest.pipeline import IncomingMessage
from ingest.quality_flags import QualityFlag
from sensors.db import Database
from sensors.doctor.database import invalid_findings
from sensors.doctor.finding import Finding
from tests.db.ingest.test_writer import take
from tests.support.entries import alive_datastream, example_datastream, example_entry
from tests.support.sample_data import (
    DAY,
    HOUR,
    NOW,
    insert_hourly_total,
    insert_ledger_hour,
    insert_observation,
    motion_lamp_entry,
    publish_documents,
    traffic_counter_entry,
)

LAST_WEEK = NOW - 7 * DAY
"""In the week that is over, whatever day it is."""
COUNTER = "verkeer-1"


def deviations(db: Database, reference: str) -> tuple[str, ...]:
    return load_sensor(db, "helmond", reference, datetime.now(UTC)).deviations


def send(db: Database, at: datetime, value: float) -> None:
    payload = f'{{"time": "{at.isoformat()}", "no2": {value}}}'
    take(db, [IncomingMessage("helmond/air_quality/LML-1/json", payload.encode())], at=datetime.now(UTC))


def flagged(db: Database, reference: str, code: str, at: datetime) -> None:
    """A value that is kept longer than what it is about would be, so that it is still there."""
    db.execute("update lantaarn.datastream set retention_class = 'P1Y' where retention_class is not null")
    insert_observation(db, reference, code, 99_999, at, quality=QualityFlag.IMPLAUSIBLE)


def test_a_sensor_of_which_no_value_is_good_is_told_everywhere(each_database: Database) -> None:
    db = each_database
    publish_documents(db, example_entry(), example_entry(reference="nothing"))
    for hours in (3, 2):
        send(db, NOW - hours * HOUR, 99_999)
    assert (deviations(db, "LML-1"), deviations(db, "nothing")) == (("invalid",), ())
    measures = load_quality(db, "helmond", Scope(), datetime.now(UTC)).measures
    assert (measures.deviating, measures.deviations["invalid"]) == (1, 1)
    assert list(invalid_findings(db)) == [
        Finding(
            "readings",
            "1 sensor: every value is implausible, frozen or a jump: LML-1",
            "repair them, or set their status to paused; the quality page lists them all",
        )
    ]
    # Ingest works out the same beforehand.
    db.execute("select lantaarn.refresh_quality()")
    assert db.execute("select deviation from lantaarn.deviation").fetchall() == [{"deviation": "invalid"}]
    send(db, NOW - HOUR, 20)
    db.execute("delete from lantaarn.quality_made")
    assert deviations(db, "LML-1") == ()
    assert list(invalid_findings(db)) == []


def test_values_of_before_yesterday_say_nothing_of_today(each_database: Database) -> None:
    db = each_database
    publish_documents(db, example_entry())
    send(db, NOW - 30 * HOUR, 99_999)
    assert deviations(db, "LML-1") == ()
    send(db, NOW - 30 * HOUR + timedelta(minutes=1), 20)
    send(db, NOW - HOUR, 99_999)
    assert deviations(db, "LML-1") == ("invalid",)


def test_of_who_could_betray_people_the_week_that_is_over_is_told(each_database: Database) -> None:
    db = each_database
    publish_documents(db, traffic_counter_entry())
    insert_ledger_hour(db, COUNTER, LAST_WEEK, stored=20, refused={})
    flagged(db, COUNTER, "count_car", NOW - HOUR)
    assert deviations(db, COUNTER) == (), "what it does now is nobody's business"
    flagged(db, COUNTER, "count_car", LAST_WEEK)
    insert_hourly_total(db, COUNTER, "count_car", NOW - HOUR, 60)
    assert deviations(db, COUNTER) == ("invalid",), "what it does now is nobody's business"
    insert_hourly_total(db, COUNTER, "count_car", LAST_WEEK, 60)
    assert deviations(db, COUNTER) == ()


def test_whether_someone_passed_decides_nothing(each_database: Database) -> None:
    """A speed comes only when someone passes."""
    db = each_database
    publish_documents(db, with_speed())
    flagged(db, COUNTER, "mean_speed", LAST_WEEK)
    assert deviations(db, COUNTER) == ()
    flagged(db, COUNTER, "count_car", LAST_WEEK)
    assert deviations(db, COUNTER) == ("invalid",)
    insert_hourly_total(db, COUNTER, "mean_speed", LAST_WEEK, 30)
    assert deviations(db, COUNTER) == ("invalid",)


def with_speed() -> dict[str, Any]:
    counter = traffic_counter_entry()
    return counter | {
        "datastreams": [*counter["datastreams"], example_datastream("mean_speed", "traffic", public="none")]
    }


def test_sensors_of_events_are_not_judged_by_their_other_values(each_database: Database) -> None:
    db = each_database
    lamp = motion_lamp_entry()
    publish_documents(db, lamp | {"datastreams": [*lamp["datastreams"], alive_datastream(kind="streetlight")]})
    flagged(db, "lamp-1", "alive", LAST_WEEK)
    insert_ledger_hour(db, "lamp-1", LAST_WEEK, stored=20, refused={})
    assert deviations(db, "lamp-1") == ()
