"""Public cells of counts: when they are written, with which noise, and never twice."""

import json
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import psycopg
import pytest

from ingest.cells import count_cells
from ingest.cells.count_cells import publish_counts
from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.restore import raise_public_floor
from ingest.pipeline import IncomingMessage, Rejection, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register
from sensors.db import Database
from sensors.db.migrate import MIGRATIONS_FOLDER, migrate
from sensors.register.entry import Entry
from sensors.register.repository import publish
from tests.support.entries import Document, example_datastream
from tests.support.sample_data import DAY, HOUR, publish_documents, traffic_counter_entry

MONDAY = datetime(2026, 10, 5, tzinfo=UTC)
"""In Amsterdam two o'clock in the morning; four weeks begin on it."""
THURSDAY_NOON = datetime(2026, 10, 8, 10, tzinfo=UTC)
"""The second day after Tuesday, 12:00 in Amsterdam."""
Cells = dict[datetime, float | None]


def counter(code: str = "count_car", reference: str = "verkeer-1", **changes: Any) -> Document:
    """A counter that says every five minutes how many passed, also when nobody did."""
    rule = [{"rule": "public_threshold"}]
    declared = {"public": "hour", "privacy_rules": rule, "interval": "PT5M", "stamp": "start"} | changes
    return traffic_counter_entry(reference=reference, datastreams=[example_datastream(code, "traffic", **declared)])


def silent_counter(code: str = "count_car", **changes: Any) -> Document:
    """One that says nothing when nobody passes."""
    return counter(code, interval=None, sends_zeros=False, **changes)


def pass_by(
    db: Database,
    start: datetime,
    *sums: int,
    intervals: int = 12,
    reference: str = "verkeer-1",
    code: str | None = None,
) -> None:
    """Add to true sums, hour by hour, as ingest does; without ``code`` to all that the sensor counts."""
    db.execute(
        "insert into lantaarn.rollup_hour as total (datastream_id, hour, count, sum, min, max) "
        "select stream.id, lantaarn.total_start(given.hour, stream.sum_minutes, stream.one_night), "
        "sum(%(intervals)s), sum(given.passed), 0, 0 from lantaarn.datastream as stream "
        "inner join lantaarn.sensor as sensor on sensor.id = stream.sensor_id "
        "cross join unnest(%(hours)s::timestamptz[], %(sums)s::float8[]) as given (hour, passed) "
        "where sensor.reference = %(reference)s and coalesce(stream.property = %(code)s, true) group by 1, 2 "
        "on conflict (datastream_id, hour) do update set count = total.count + excluded.count, "
        "sum = total.sum + excluded.sum",
        {
            "hours": [start + number * HOUR for number in range(len(sums))],
            "sums": list(sums),
            "intervals": intervals,
            "reference": reference,
            "code": code,
        },
    )


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """No noise, so that a test sees what it was added to."""
    monkeypatch.setattr(count_cells, "add_noise", _unchanged)


def _unchanged(count: int, _: float) -> int:
    return count


def cells(db: Database, *periods: str) -> Cells:
    rows = db.execute(
        "select start, value from lantaarn.public_cell where period = any(%(periods)s) order by start",
        {"periods": list(periods or ("hour", "night", "day"))},
    ).fetchall()
    return {row["start"].astimezone(UTC): row["value"] for row in rows}


@pytest.mark.usefixtures("exact")
def test_an_hour_heard_in_full_is_written_65_minutes_after_its_end(each_database: Database) -> None:
    publish_documents(each_database, counter())
    pass_by(each_database, MONDAY + 8 * HOUR, 3, 0)
    publish_counts(each_database, MONDAY + 10 * HOUR + timedelta(minutes=4))
    assert cells(each_database) == {}
    publish_counts(each_database, MONDAY + 10 * HOUR + timedelta(minutes=5))
    assert cells(each_database) == {MONDAY + 8 * HOUR: 3}
    publish_counts(each_database, MONDAY + 11 * HOUR + timedelta(minutes=5))
    assert cells(each_database) == {MONDAY + 8 * HOUR: 3, MONDAY + 9 * HOUR: 0}


@pytest.mark.usefixtures("exact")
def test_an_hour_with_a_gap_waits_until_noon_of_the_second_day(each_database: Database) -> None:
    publish_documents(each_database, counter())
    tuesday = MONDAY + DAY + 8 * HOUR
    pass_by(each_database, tuesday, 7, intervals=9)
    pass_by(each_database, tuesday + HOUR, 8, intervals=8)
    publish_counts(each_database, THURSDAY_NOON - timedelta(minutes=1))
    assert cells(each_database) == {}
    publish_counts(each_database, THURSDAY_NOON)
    written = cells(each_database)
    # Three in four were heard, fewer were, and nothing was.
    assert written[tuesday] == 7
    assert written[tuesday + HOUR] is written[tuesday + 2 * HOUR] is None
    assert max(written) == datetime(2026, 10, 6, 21, tzinfo=UTC)


@pytest.mark.usefixtures("exact")
def test_silence_of_a_counter_that_sends_no_zeros_is_nought(each_database: Database) -> None:
    publish_documents(each_database, silent_counter())
    pass_by(each_database, MONDAY + 8 * HOUR, 2, intervals=1)
    publish_counts(each_database, THURSDAY_NOON)
    written = cells(each_database)
    assert written[MONDAY + 8 * HOUR] == 2
    assert {written[MONDAY + number * HOUR] for number in range(9, 40)} == {0}


@pytest.mark.usefixtures("exact")
def test_a_silent_class_begins_by_the_register_whenever_one_beside_it_is_first_heard(server_database: Database) -> None:
    db = server_database
    both = counter()
    both["datastreams"] += counter("count_bus", sends_zeros=False)["datastreams"]
    publish_documents(db, both, valid_from=MONDAY)
    pass_by(db, MONDAY + 8 * HOUR, 3, code="count_car")
    publish_counts(db, THURSDAY_NOON)
    first = db.execute(
        "select stream.property, min(cell.start) as start from lantaarn.public_cell as cell "
        "inner join lantaarn.datastream as stream on stream.id = cell.datastream_id group by 1 order by 1"
    ).fetchall()
    assert [tuple(row.values()) for row in first] == [("count_bus", MONDAY), ("count_car", MONDAY + 8 * HOUR)]


@pytest.mark.usefixtures("exact")
def test_when_we_did_not_listen_there_is_no_data_whoever_passed(each_database: Database) -> None:
    db = each_database
    publish_documents(db, silent_counter())
    pass_by(db, MONDAY + 8 * HOUR, 2, 9, 0, 9, 4, intervals=1)
    # A heartbeat a minute; from ten to eleven and a half there was none.
    db.execute(
        "insert into lantaarn.pulse (minute, workers, batches, messages) select minute, 1, 0, 0 from generate_series("
        "%(start)s::timestamptz, %(start)s::timestamptz + interval '24 hours', '1 minute') as minute "
        "where minute - %(start)s not between interval '2 hours' and interval '3 hours 30 minutes'",
        {"start": MONDAY + 8 * HOUR},
    )
    publish_counts(db, THURSDAY_NOON)
    written = cells(db)
    assert [written[MONDAY + number * HOUR] for number in range(8, 13)] == [2, 9, None, None, 4]


@pytest.mark.usefixtures("exact")
def test_the_night_of_those_on_foot_is_one_cell_and_belongs_to_the_day_it_begins(each_database: Database) -> None:
    db = each_database
    publish_documents(db, counter("count_pedestrian"))
    # From 21:00 in Amsterdam until 08:00.
    pass_by(db, MONDAY + 19 * HOUR, 10, 11, 1, 2, 3, 4, 5, 6, 7, 20, 30)
    publish_counts(db, MONDAY + DAY + 8 * HOUR + timedelta(minutes=5))
    rows = db.execute("select period, start, value from lantaarn.public_cell order by start").fetchall()
    assert [(row["period"], row["value"]) for row in rows] == [
        ("hour", 10),
        ("hour", 11),
        ("night", 28),
        ("hour", 20),
        ("hour", 30),
    ]
    assert rows[2]["start"] == MONDAY + 21 * HOUR
    night = db.execute("select until, margin from open.hour where value = 28").fetchone()
    assert night == {"until": MONDAY + DAY + 4 * HOUR, "margin": 24}
    day = db.execute("select value, margin, at_least from open.day where day = '2026-10-05'").fetchone()
    assert day == {"value": 49, "margin": pytest.approx(24 * sqrt(3)), "at_least": True}


@pytest.mark.usefixtures("exact")
def test_a_night_that_was_heard_says_nothing_of_its_hours(server_database: Database) -> None:
    db, eleven = server_database, MONDAY + 21 * HOUR
    both = counter("count_pedestrian")
    both["datastreams"] += counter()["datastreams"]
    publish_documents(db, both, valid_from=MONDAY)
    pass_by(db, eleven, *[4] * 7, code="count_pedestrian")
    pass_by(db, eleven + 2 * HOUR, 9, code="count_car")
    publish_counts(db, THURSDAY_NOON + DAY)
    rows = db.execute(
        "select cell.start, cell.value from lantaarn.public_cell as cell "
        "inner join lantaarn.datastream as stream on stream.id = cell.datastream_id "
        "where stream.property = 'count_car' and cell.start >= %(eleven)s order by cell.start limit 4",
        {"eleven": eleven},
    ).fetchall()
    assert [row["value"] for row in rows] == [None, None, 9, None]
    assert cells(db, "night")[eleven] == 28


@pytest.mark.usefixtures("exact")
def test_what_comes_late_changes_no_cell_and_counts_in_one_of_four_weeks(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter())
    eight = MONDAY + 6 * HOUR
    for day in range(28):
        pass_by(db, MONDAY + day * DAY, *[2] * 24, intervals=12 if day != 3 else 6)
    publish_counts(db, MONDAY + 31 * DAY)
    before = cells(db)
    assert before[eight + 3 * DAY] is None
    # The gap is filled, and a device repeats what it had kept.
    pass_by(db, eight + 3 * DAY, 4, intervals=6)
    pass_by(db, eight + 4 * DAY, 5, intervals=0)
    publish_counts(db, MONDAY + 35 * DAY - 2 * HOUR)
    assert cells(db, "late") == {}
    publish_counts(db, MONDAY + 35 * DAY - HOUR)
    assert {start: value for start, value in cells(db).items() if start in before} == before
    late = cells(db, "late")
    assert late.pop(eight) == 6 + 5
    # 24 hours on working days and 24 at weekends, also where nothing came.
    assert len(late) == 47
    assert set(late.values()) == {0}
    mean = db.execute("select * from open.count_mean where days = 'weekday' and slot_start = '08:00'").fetchone()
    assert mean is not None
    assert mean["cells"] == mean["due"] == 20
    assert mean["value"] == pytest.approx((19 * 2 + 6 + 5) / 20)
    assert mean["margin"] == pytest.approx(2 * 12 * sqrt(20) / 20)
    publish_counts(db, MONDAY + 36 * DAY)
    assert cells(db, "late")[eight] == 11


@pytest.mark.usefixtures("exact")
def test_a_gap_is_filled_for_all_classes_whichever_of_them_came(server_database: Database) -> None:
    """A device that leaves out a class of which nobody passed would tell by it when somebody did."""
    db = server_database
    both = counter()
    both["datastreams"] += counter("count_bus")["datastreams"]
    publish_documents(db, both, valid_from=MONDAY)
    pass_by(db, MONDAY, 2, intervals=6, code="count_car")
    publish_counts(db, MONDAY + 3 * DAY)
    pass_by(db, MONDAY, 2, intervals=6, code="count_car")
    publish_counts(db, MONDAY + 35 * DAY)
    filled = db.execute(
        "select stream.property, sum(cell.filled)::integer as filled from lantaarn.public_cell as cell "
        "inner join lantaarn.datastream as stream on stream.id = cell.datastream_id "
        "where cell.period = 'late' group by 1 order by 1"
    ).fetchall()
    assert [tuple(row.values()) for row in filled] == [("count_bus", 1), ("count_car", 1)]


def test_noise_has_the_promised_spread_and_shifts_no_mean(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter(), counter(reference="verkeer-2", public="day"))
    for reference in ("verkeer-1", "verkeer-2"):
        pass_by(db, MONDAY, *[3] * 24 * 30, reference=reference)
    publish_counts(db, MONDAY + 33 * DAY)
    for period, sigma, true in (("hour", 12, 3), ("day", 24, 72)):
        drawn = [value for value in list(cells(db, period).values())[1:-1] if value is not None]
        assert len(drawn) >= 20
        assert abs(fmean(drawn) - true) < 4 * sigma / sqrt(len(drawn))
        assert abs(stdev(drawn) / sigma - 1) < 4 / sqrt(2 * len(drawn))
        assert all(value == round(value) for value in drawn)
    assert min(value for value in cells(db, "hour").values() if value is not None) < 0


def told(db: Database) -> Sequence[dict[str, Any]]:
    return db.execute("select * from lantaarn.public_cell order by 1, 2, 3").fetchall()


def test_a_cell_is_drawn_once_whatever_happens(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter())
    pass_by(db, MONDAY + 8 * HOUR, 40, 50)
    at = MONDAY + 11 * HOUR + timedelta(minutes=5)
    assert publish_counts(db, at) == 2
    before = told(db)
    assert publish_counts(db, at) == publish_counts(db, at + DAY) == 0
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState), db.transaction():
        db.execute("update lantaarn.public_cell set value = 41")
    # By the day instead, and back: days begin where hours ended, and hours where days ended.
    change(db, counter(public="day"))
    publish_counts(db, at + 4 * DAY)
    change(db, counter())
    publish_counts(db, at + 8 * DAY)
    assert [row for row in told(db) if row in before] == before
    spans = db.execute(
        "select start, lantaarn.cell_end(period, start) as until from lantaarn.public_cell order by 1"
    ).fetchall()
    assert all(one["until"] <= other["start"] for one, other in pairwise(spans))
    assert {row["period"] for row in told(db)} == {"hour", "day"}


def change(db: Database, document: Document) -> None:
    publish(db, Entry.model_validate(document), editor="test", reason="other", valid_from=MONDAY)


def test_after_a_restoration_earlier_cells_have_no_value(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter())
    pass_by(db, MONDAY + 8 * HOUR, 40, 50, 60)
    publish_counts(db, MONDAY + 10 * HOUR + timedelta(minutes=5))
    restored = MONDAY + 10 * HOUR + timedelta(minutes=30)
    raise_public_floor(db, restored)
    publish_counts(db, MONDAY + 12 * HOUR + timedelta(minutes=5))
    assert [value is None for value in cells(db).values()] == [False, True, True]
    no_data = db.execute("select no_data, value, below from open.hour order by hour").fetchall()
    assert [row["no_data"] for row in no_data] == [False, True, True]
    pass_by(db, MONDAY + 11 * HOUR, 70)
    publish_counts(db, MONDAY + 13 * HOUR + timedelta(minutes=5))
    assert cells(db)[MONDAY + 11 * HOUR] is not None
    # What is late may have been published elsewhere as well.
    publish_counts(db, MONDAY + 36 * DAY)
    assert set(cells(db, "late").values()) == {None}


def test_a_copy_on_another_server_publishes_nothing(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter())
    pass_by(db, MONDAY + 8 * HOUR, 40)
    db.execute("update lantaarn.public_floor set system_identifier = system_identifier + 1")
    assert publish_counts(db, MONDAY + 12 * HOUR) == 0
    assert cells(db) == {}
    raise_public_floor(db, MONDAY)
    assert publish_counts(db, MONDAY + 12 * HOUR) == 1


def test_ingest_may_publish_and_neither_change_nor_delete(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter())
    pass_by(db, MONDAY + 8 * HOUR, 40)
    db.execute("set role lantaarn_ingest")
    assert publish_counts(db, MONDAY + 12 * HOUR) == 1
    for refused in ("update lantaarn.public_cell set value = 1", "delete from lantaarn.public_cell"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), db.transaction():
            db.execute(refused)


def test_no_reader_comes_near_the_true_sums(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter())
    pass_by(db, MONDAY + 8 * HOUR, 41)
    for role in ("lantaarn_api", "lantaarn_dashboard"):
        with db.transaction():
            db.execute(f"set local role {role}")
            # A condition that fails on a true sum must not be asked of it.
            assert db.execute("select from open.hour where 1 / (samples - 12) > 0").fetchall() == []
            assert db.execute("select from open.day where 1 / (samples - 12) > 0").fetchall() == []
        granted = db.execute(
            "select has_table_privilege(%(role)s, 'lantaarn.rollup_hour', 'select') "
            "or has_table_privilege(%(role)s, 'lantaarn.observation', 'select') "
            "or has_table_privilege(%(role)s, 'lantaarn.public_cell', 'select') as any",
            {"role": role},
        ).fetchone()
        assert granted == {"any": False}


def test_no_cell_can_be_exact(server_database: Database) -> None:
    publish_documents(server_database, counter())
    for noise in (None, 0, 5):
        with pytest.raises(psycopg.errors.CheckViolation), server_database.transaction():
            server_database.execute(
                "insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise) "
                "select id, 'hour', %(at)s, true, 40, %(noise)s from lantaarn.datastream",
                {"at": MONDAY, "noise": noise},
            )


def test_days_of_hours_are_sums_and_a_small_one_says_what_it_can_be_told_from(server_database: Database) -> None:
    db = server_database
    publish_documents(db, counter())
    pass_by(db, MONDAY - 2 * HOUR, *[100] * 24)
    publish_counts(db, MONDAY + 3 * DAY)
    (day,) = db.execute("select * from open.day where not no_data").fetchall()
    drawn = [value for value in cells(db).values() if value is not None]
    assert day["day"] == date(2026, 10, 5)
    assert day["value"] == sum(drawn)
    assert day["margin"] == pytest.approx(2 * 12 * sqrt(24))
    for hour in db.execute("select * from open.hour where value is not null").fetchall():
        assert hour["below"] == (25 if hour["value"] < 25 else None)


def receive(db: Database, code: str, readings: Sequence[tuple[datetime, float]], at: datetime) -> list[Rejection]:
    """What ingest does with these messages."""
    register, memory = load_register(db), QualityChecker()
    payloads = [json.dumps({"time": time.isoformat(), code: value}).encode() for time, value in readings]
    messages = [IncomingMessage("helmond/traffic/verkeer-1/json", payload) for payload in payloads]
    outcomes = [process_message(message, register, memory, at) for message in messages]
    commit_batch(db, outcomes, at)
    update_hourly_totals(db)
    return [rejection for outcome in outcomes for rejection in outcome.rejections]


def true_sums(db: Database) -> list[tuple[datetime, float | None]]:
    rows = db.execute("select hour, sum from lantaarn.rollup_hour order by hour").fetchall()
    return [(row["hour"].astimezone(UTC), row["sum"]) for row in rows]


NINE = MONDAY + 19 * HOUR
"""In the evening in Amsterdam."""
TIMES = [NINE + number * timedelta(minutes=20) for number in range(13)]
QUARTERS = [(time - timedelta(minutes=time.minute % 15), 5) for time in TIMES]
HOURS_AND_NIGHT = [(NINE, 15), (NINE + HOUR, 15), (NINE + 2 * HOUR, 35)]


@pytest.mark.parametrize("aggregation", ["delta", "counter"])
@pytest.mark.parametrize(("code", "expected"), [("count_car", QUARTERS), ("count_pedestrian", HOURS_AND_NIGHT)])
def test_sums_are_of_quarters_or_of_hours_and_nights(
    server_database: Database, aggregation: str, code: str, expected: Sequence[tuple[datetime, int]]
) -> None:
    """Of amounts and of meters alike, whatever the order of arrival."""
    db = server_database
    publish_documents(db, counter(code, aggregation=aggregation, interval="PT20M"))
    is_meter = aggregation == "counter"
    readings = [(time, 5.0 * number if is_meter else 5.0) for number, time in enumerate(TIMES)]
    for part in (readings[::2], readings[1::2], readings):
        receive(db, code, part, NINE + 5 * HOUR)
    # What a meter counted before its first reading is not known: without another there is no sum.
    before = {NINE: 5 if is_meter else 0}
    assert true_sums(db) == [(start, passed - before.get(start, 0) or None) for start, passed in expected]
    assert audit_ledger(db, NINE + 6 * HOUR) == ()


def test_the_upgrade_keeps_what_was_public_and_deletes_what_is_too_exact(
    each_empty_database: Database, tmp_path: Path
) -> None:
    db = each_empty_database
    for path in MIGRATIONS_FOLDER.glob("*.sql"):
        if path.name < "037":
            shutil.copy(path, tmp_path)
    migrate(db, tmp_path)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    db.execute(
        "with entry as (insert into lantaarn.register_entry (entry_id, version, document, valid_from, editor, reason) "
        "values (gen_random_uuid(), 1, '{}', now(), 'test', 'test') returning entry_id, revision) "
        "insert into lantaarn.sensor (entry_id, municipality, reference, status, delivers_data, revision) "
        "select entry_id, 'helmond', 'verkeer-1', 'active', true, revision from entry"
    )
    db.execute(
        "insert into lantaarn.datastream (sensor_id, property, unit, retention_class, public, counts_people, active, "
        "aggregate_term, aggregation) values (1, 'count_pedestrian', '1', 'P1Y', 'hour', true, true, 'P5Y', 'delta')"
    )
    night = datetime(2026, 10, 5, 22, tzinfo=UTC)
    given = {"old": now - 8 * DAY, "new": now - 6 * DAY, "night": night, "ancient": now - 450 * DAY}
    db.execute(
        "insert into lantaarn.observation_1y (datastream_id, time, value, quality) "
        "values (1, %(old)s, 1, 0), (1, %(new)s, 1, 0)",
        given,
    )
    db.execute(
        "insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max) values "
        "(1, %(ancient)s, 1, 9, 9, 9), (1, %(night)s, 1, 2, 2, 2), "
        "(1, %(night)s::timestamptz + interval '3 hours', 1, 3, 3, 3)",
        given,
    )
    db.execute("insert into lantaarn.day_total values (1, '2026-10-05', 2, 5, 2, 3, 2)")
    db.execute(
        "insert into lantaarn.public_cell (datastream_id, period, start, counted, value) "
        "values (1, 'hour', %(night)s, true, 20), (1, 'hour', %(night)s::timestamptz + interval '1 hour', true, null)",
        given,
    )
    assert "037_counts" in migrate(db)
    assert [row["time"] for row in db.execute("select time from lantaarn.observation_1y").fetchall()] == [given["new"]]
    assert true_sums(db) == [(night - HOUR, 5)]
    assert db.execute("select day from lantaarn.day_total").fetchall() == []
    hours = db.execute("select value, below, margin, no_data, rounded from open.hour order by hour").fetchall()
    of_before = {"margin": None, "no_data": False, "rounded": True}
    assert hours == [of_before | {"value": 20, "below": None}, of_before | {"value": None, "below": 15}]
