"""What a device stamps with the end of a period counts in the hour and on the day of that period (cases 02 and 03)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.pipeline import IncomingMessage, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register
from sensors.db import Database
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.cases import ingest_case
from tests.support.entries import Document, example_datastream, example_entry
from tests.support.sample_data import publish_cells, publish_documents

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULE = [{"rule": "public_threshold"}]
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def sensor(kind: str, code: str, **datastream: Any) -> Document:
    stream = example_datastream(code, kind, stamp="end", **datastream)
    return example_entry(reference="S-1", kind=kind, datastreams=[stream])


COUNTER = sensor("traffic", "count_car", interval="PT1H", public="hour", privacy_rules=RULE)
LAMP = sensor("streetlight", "energy", interval="P1D", public="day")


def take(db: Database, document: Document, messages: Sequence[Mapping[str, Any]], *, at: datetime) -> None:
    """Register a sensor, and do what ingest and its scheduler do with its messages."""
    publish_documents(db, document)
    register, memory = load_register(db), QualityChecker()
    topic = f"helmond/{document['kind']}/S-1/json"
    payloads = [json.dumps(message).encode() for message in messages]
    outcomes = [process_message(IncomingMessage(topic, each), register, memory, at) for each in payloads]
    assert not [outcome.rejections for outcome in outcomes if outcome.rejections]
    commit_batch(db, outcomes, at)
    publish_cells(db, at + DAY)
    update_daily_totals(db, at + DAY)


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL_TIME_ZONE).astimezone(UTC)


def published_hours(db: Database) -> list[tuple[datetime, float]]:
    rows = db.execute("select hour, value from open.hour where value is not null order by hour").fetchall()
    return [(row["hour"], row["value"]) for row in rows]


def days(db: Database) -> dict[date, float]:
    """The days of the dashboards, which are also those of the public pages."""
    shown = db.execute("select day, value from staff.day where value is not null").fetchall()
    public = db.execute("select day, value from open.day where value is not null").fetchall()
    assert {row["day"]: row["value"] for row in shown} == {row["day"]: row["value"] for row in public}
    return {row["day"]: row["value"] for row in shown}


def test_case_02_hours_are_those_in_which_the_cars_passed(each_database: Database) -> None:
    day = date(2026, 11, 24)
    take(each_database, COUNTER, ingest_case("02")["messages"], at=midnight(day + DAY))
    assert published_hours(each_database) == [(midnight(day) + number * HOUR, 100.0) for number in range(24)]
    assert days(each_database) == {day: 2400.0}


def test_case_03_a_day_is_the_day_that_ended(each_database: Database) -> None:
    take(each_database, LAMP, ingest_case("03")["messages"], at=midnight(date(2026, 11, 27)))
    assert days(each_database) == {date(2026, 11, 24): 0.5, date(2026, 11, 25): 1.0, date(2026, 11, 26): 1.5}


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_a_day_on_which_the_clock_changes_has_all_of_its_hours(each_database: Database, day: date, hours: int) -> None:
    before = [midnight(day) + number * HOUR for number in range(hours)]
    messages = [{"time": (each + HOUR).isoformat(), "count_car": 100} for each in before]
    take(each_database, COUNTER, messages, at=midnight(day + DAY))
    assert published_hours(each_database) == [(each, 100.0) for each in before]
    assert days(each_database) == {day: 100.0 * hours}
    row = each_database.execute("select hours, day_hours from staff.day where value is not null").fetchone()
    assert row == {"hours": hours, "day_hours": hours}


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_day_on_which_the_clock_changes_is_one_day(each_database: Database, day: date) -> None:
    messages = [
        {"time": midnight(day + number * DAY).astimezone(LOCAL_TIME_ZONE).isoformat(), "energy": number + 1.0}
        for number in range(3)
    ]
    take(each_database, LAMP, messages, at=midnight(day + 2 * DAY))
    assert days(each_database) == {day - DAY: 1.0, day: 2.0, day + DAY: 3.0}


def test_a_period_in_the_payload_and_a_value_stamped_at_its_start_count_alike(each_database: Database) -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    counter = sensor("traffic", "count_car", interval="PT1H", public="hour", privacy_rules=RULE)
    counter["datastreams"][0]["stamp"] = "start"
    messages = [
        {"time": (noon - 2 * HOUR).isoformat(), "count_car": 20},
        {"time": f"{(noon - HOUR).isoformat()}/{noon.isoformat()}", "count_car": 30},
        {"start": noon.isoformat(), "end": (noon + HOUR).isoformat(), "count_car": 40},
    ]
    take(each_database, counter, messages, at=noon + HOUR)
    assert published_hours(each_database) == [(noon - 2 * HOUR, 20.0), (noon - HOUR, 30.0), (noon, 40.0)]
