"""The books of before 032 counted the events of every lamp and camera: the upgrade leaves nothing of that."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import pytest

from sensors.db import Database
from sensors.db.migrate import MIGRATIONS_FOLDER, migrate
from tests.support.entries import example_entry
from tests.support.person_sensors import lamp_in_group_entry

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOURS = [NOW - timedelta(hours=hours) for hours in (2, 30, 24 * 400)]
SENSOR = """
with given as (select %(document)s::jsonb as document),
entry as (
    insert into lantaarn.register_entry (entry_id, version, document, valid_from, editor, reason)
    select gen_random_uuid(), 1, document, '2025-07-01', 'test', 'test' from given
    returning entry_id, revision, document
)
insert into lantaarn.sensor (entry_id, municipality, reference, kind, status, delivers_data, revision)
select entry_id, 'helmond', document ->> 'reference', document ->> 'kind', 'active', true, revision from entry
"""
"""As the register wrote it then."""
LEDGER = """
insert into lantaarn.ledger
(sensor_id, hour, received, stored, duplicate, conflict, quarantined, aggregated, fields_dropped)
select id, %(hour)s, %(kept)s + 1 + 1 + 5 + 17, %(kept)s, 1, 1, 5, 17, 3 from lantaarn.sensor
"""
EVENTS_ONLY = """
insert into lantaarn.ledger
(sensor_id, hour, received, stored, duplicate, conflict, quarantined, aggregated, fields_dropped)
select id, %(hour)s, 17, 0, 0, 0, 0, 17, 0 from lantaarn.sensor where reference = 'lamp-1'
"""
REASONS = """
insert into lantaarn.ledger_reason (sensor_id, hour, reason, readings)
select id, %(hour)s, 'in_future', 5 from lantaarn.sensor
"""
QUARANTINE = """
insert into lantaarn.quarantine (received_at, sensor_id, topic_template, reason, field_paths, size)
select %(hour)s, id, topic, 'in_future', array['presence'], size
from lantaarn.sensor cross join (
    values ('event/+/streetlight/+/json', 62), ('+/streetlight/+/json', 63)
) as message (topic, size)
where reference like 'lamp%%'
union all
select %(hour)s, id, '+/air_quality/+/json', 'in_future', array['no2'], 50 from lantaarn.sensor where reference = 'air'
union all
select %(hour)s, null, 'event/+/+/+/+', 'unknown_topic', array[]::text[], 40
"""
NAMED: LiteralString = "inner join lantaarn.sensor on id = sensor_id"
SUMS = """
insert into lantaarn.book_day
(day, kind, received, stored, duplicate, conflict, quarantined, aggregated, fields_dropped)
values ('2026-11-22', 'other', 52, 2, 2, 2, 10, 34, 6);
insert into lantaarn.book_reason_day (day, kind, reason, readings) values ('2026-11-22', 'other', 'in_future', 10);
insert into lantaarn.deviation (sensor_id, deviation, weekly)
select id, deviation, true
from lantaarn.sensor cross join (values ('refused'), ('undeclared'), ('silent')) as found (deviation);
insert into lantaarn.sensor_day (sensor_id, due, received, measured, cells, few, refused_week, undeclared_week)
select id, 0, 0, false, 0, 0, 15, 15 from lantaarn.sensor;
insert into lantaarn.quality_made (made_at, revision, hour) values (now(), 1, now());
"""


@pytest.fixture
def db(each_empty_database: Database, tmp_path: Path) -> Database:
    """A database as 031 left it, in use for more than a year, and upgraded."""
    before = tmp_path / "before"
    before.mkdir()
    for path in MIGRATIONS_FOLDER.glob("*.sql"):
        if path.name < "032":
            shutil.copy(path, before)
    migrate(each_empty_database, before)
    lamps = [lamp_in_group_entry(f"lamp-{number}", "park") for number in (1, 2)]
    for document in (*lamps, example_entry(reference="air", kind="air_quality")):
        each_empty_database.execute(SENSOR, {"document": json.dumps(document)})
    for hour in HOURS:
        each_empty_database.execute(LEDGER, {"hour": hour, "kept": 1})
        each_empty_database.execute(EVENTS_ONLY, {"hour": hour - timedelta(hours=1)})
        each_empty_database.execute(REASONS, {"hour": hour})
        each_empty_database.execute(QUARANTINE, {"hour": hour})
    for statement in filter(str.strip, SUMS.split(";")):
        each_empty_database.execute(statement)  # pyright: ignore[reportArgumentType]
    assert "032_event_books" in migrate(each_empty_database)
    return each_empty_database


def rows(db: Database, query: LiteralString) -> list[dict[str, Any]]:
    return db.execute(query).fetchall()


def test_of_events_and_refusals_nothing_is_left_and_the_rest_is(db: Database) -> None:
    found = rows(
        db,
        "select reference, count(*) as hours, sum(received)::int as received, sum(stored)::int as stored,"
        " sum(quarantined + aggregated + fields_dropped)::int as others"
        " from lantaarn.ledger inner join lantaarn.sensor on id = sensor_id group by 1 order by 1",
    )
    # Hours in which a lamp sent nothing but events are gone too.
    lamp = {"hours": 3, "received": 9, "stored": 3, "others": 0}
    assert found == [
        {"reference": "air", "hours": 3, "received": 75, "stored": 3, "others": 75},
        {"reference": "lamp-1", **lamp},
        {"reference": "lamp-2", **lamp},
    ]
    reasons = rows(db, f"select distinct reference from lantaarn.ledger_reason {NAMED}")
    assert reasons == [{"reference": "air"}]


def test_the_quarantine_has_neither_times_nor_sizes_of_events(db: Database) -> None:
    assert rows(db, "select topic_template, size from lantaarn.quarantine") == [
        {"topic_template": "+/air_quality/+/json", "size": 50}
    ] * len(HOURS)


def test_sums_are_those_of_what_is_left(db: Database) -> None:
    days = rows(db, "select sum(received)::int as received, sum(aggregated)::int as added from lantaarn.book_day")
    assert days == rows(db, "select sum(received)::int as received, sum(aggregated)::int as added from lantaarn.ledger")
    assert rows(db, "select sum(readings)::int as n from lantaarn.book_reason_day") == [{"n": 15}]
    assert rows(db, "select * from lantaarn.quality_made") == []
    deviations = rows(
        db,
        "select reference, array_agg(deviation order by deviation) as deviations from lantaarn.deviation"
        " inner join lantaarn.sensor on id = sensor_id group by 1 order by 1",
    )
    assert deviations == [
        {"reference": "air", "deviations": ["refused", "silent", "undeclared"]},
        {"reference": "lamp-1", "deviations": ["silent"]},
        {"reference": "lamp-2", "deviations": ["silent"]},
    ]
    weeks = rows(db, f"select reference, refused_week from lantaarn.sensor_day {NAMED}")
    assert {row["reference"]: row["refused_week"] for row in weeks} == {"air": 15, "lamp-1": 0, "lamp-2": 0}
