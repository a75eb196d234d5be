"""Daily totals are the sums of their hours whatever happens to the hours, and nothing outlives its term in them."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.heartbeat import Heartbeat, write_heartbeat
from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.lifecycle.erasure import ErasureRequest, erase, plan_erasure
from ingest.lifecycle.retention import enforce_retention
from ingest.lifecycle.verification import verify_retention
from ingest.pipeline import process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import load_register
from sensors.db import Database, connect
from sensors.register.entry import Entry
from sensors.register.repository import publish
from tests.db.ingest.test_writer import message, register, take
from tests.support.entries import example_datastream, example_entry
from tests.support.sample_data import publish_cells, publish_documents, travel_time_entry

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
AGREE: LiteralString = """
select coalesce(total.datastream_id, hours.datastream_id) as datastream_id, coalesce(total.day, hours.day) as day
from lantaarn.day_total as total
full join (
    select
        datastream_id, (hour at time zone 'Europe/Amsterdam')::date as day, sum(count) as count, sum(sum) as sum,
        min(min) as min, max(max) as max, count(*) as hours
    from lantaarn.rollup_hour group by 1, 2
) as hours using (datastream_id, day)
where
    (total.count, total.min, total.max, total.hours) is distinct from (hours.count, hours.min, hours.max, hours.hours)
    or abs(total.sum - hours.sum) > 1e-9
"""


def reading(at: datetime, value: float = 10.0) -> Any:
    return message({"time": at.isoformat(), "no2": value, "pm10": value + 1}, "LML-1")


def one(db: Database, query: LiteralString) -> Any:
    row = db.execute(query).fetchone()
    assert row is not None
    return next(iter(row.values()))


def differ(db: Database) -> list[dict[str, Any]]:
    return db.execute(AGREE).fetchall()


def test_days_follow_their_hours_late_and_double(each_database: Database) -> None:
    db = each_database
    register(db, "LML-1")
    take(db, [reading(NOW - timedelta(hours=5 * number)) for number in range(30)], at=NOW)
    update_daily_totals(db, NOW)
    assert differ(db) == []
    assert one(db, "select count(*) from lantaarn.day_total") > 10
    # Today, what came twice, and an hour of four days ago that fills up later.
    again = [reading(NOW - timedelta(hours=5)), reading(NOW - timedelta(days=4, minutes=7), 99.0), reading(NOW, 3.0)]
    take(db, again, at=NOW)
    update_daily_totals(db, NOW + timedelta(minutes=15))
    assert differ(db) == []
    assert one(db, "select max(max) from lantaarn.day_total") == 100.0
    assert one(db, "select count(*) from lantaarn.changed_day") == 0
    assert audit_ledger(db, NOW) == ()


def test_the_audit_finds_a_day_that_is_not_its_hours(each_database: Database) -> None:
    register(each_database, "LML-1")
    take(each_database, [reading(NOW - timedelta(days=number)) for number in range(9)], at=NOW)
    update_daily_totals(each_database, NOW)
    each_database.execute("update lantaarn.day_total set sum = sum + 1 where day = date '2026-11-15'")
    each_database.execute("delete from lantaarn.day_total where day = date '2026-11-16'")
    found = {(difference.check, difference.row["day"]) for difference in audit_ledger(each_database, NOW)}
    assert found == {("days", date(2026, 11, 15)), ("days", date(2026, 11, 16))}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(st.integers(0, 20 * 24), min_size=1, max_size=6), min_size=1, max_size=5),
    when=st.lists(st.integers(0, 90), min_size=5, max_size=5),
)
def test_days_follow_their_hours_in_whatever_order(batches: list[list[int]], when: list[int], database: str) -> None:
    with connect(database) as db:
        db.execute("truncate lantaarn.observation_1y, lantaarn.rollup_hour, lantaarn.day_total, lantaarn.days_made")
        register(db, "LML-1")
        real = datetime.now(UTC)
        for hours, minutes in zip(batches, when, strict=False):
            take(db, [reading(real - timedelta(hours=each)) for each in hours], at=real)
            update_daily_totals(db, real + timedelta(minutes=minutes))
        assert differ(db) == []


def test_who_stores_never_waits_for_who_adds_up_and_is_not_missed(database: str) -> None:
    with connect(database) as db, connect(database) as writer:
        register(db, "LML-1")
        update_daily_totals(db, NOW)
        with writer.transaction():
            take(writer, [reading(NOW - timedelta(days=9))], at=NOW)
            done = threading.Thread(target=update_daily_totals, args=(db, NOW))
            done.start()
            done.join(20)
            assert not done.is_alive()  # nor does who adds up wait for the other
        assert differ(db)
        update_daily_totals(db, NOW)
        assert differ(db) == []


@pytest.mark.parametrize(
    ("at", "hours"),
    [
        (datetime(2026, 3, 28, 23, tzinfo=UTC), 23),  # the day on which the clock goes forward
        (datetime(2026, 10, 24, 22, tzinfo=UTC), 25),  # and back
        (datetime(2026, 7, 1, 22, tzinfo=UTC), 24),
    ],
)
def test_a_day_has_the_hours_of_amsterdam(each_database: Database, at: datetime, hours: int) -> None:
    register(each_database, "LML-1")
    take(each_database, [reading(at + timedelta(hours=each), 20.0 + each) for each in range(-3, 30)], at=NOW)
    update_daily_totals(each_database, NOW)
    day = (at + timedelta(hours=5)).date()
    params = {"day": day}
    row = each_database.execute("select hours from lantaarn.day_total where day = %(day)s limit 1", params).fetchone()
    assert row == {"hours": hours}
    told = each_database.execute("select open.day_hours(%(day)s) as hours", params).fetchone()
    assert told == row


def test_what_is_erased_is_in_no_day(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    for reference in ("LML-1", "LML-2"):
        register(db, reference)
    times = [NOW - timedelta(hours=number) for number in range(24 * 6)]
    for reference in ("LML-1", "LML-2"):
        take(db, [message({"time": at.isoformat(), "no2": 5.0 + at.hour}, reference) for at in times], at=NOW)
    update_daily_totals(db, NOW)
    neighbour = db.execute("select * from lantaarn.day_total where datastream_id > 3 order by 1, 2").fetchall()
    period = ErasureRequest(
        "helmond", "LML-1", "wrong", NOW - timedelta(days=4, hours=3), NOW - timedelta(days=2, minutes=11)
    )
    done = erase(db, plan_erasure(db, period, NOW), tmp_path / "list")
    assert {each.table_name: each.deleted_rows for each in done.deletions}["day_total"] == 3
    assert differ(db) == []
    update_daily_totals(db, NOW)
    assert differ(db) == []
    erase(db, plan_erasure(db, ErasureRequest("helmond", "LML-1", "all"), NOW), tmp_path / "list")
    assert one(db, "select count(*) from lantaarn.day_total where datastream_id <= 3") == 0
    assert db.execute("select * from lantaarn.day_total where datastream_id > 3 order by 1, 2").fetchall() == neighbour
    update_daily_totals(db, NOW)
    assert differ(db) == []


def published(db: Database, hours: int) -> None:
    """A counter that sends every hour, with its published hours."""
    register(db, "LML-1")
    db.execute(
        "update lantaarn.datastream set public = 'hour', about_people = true, counts_people = true,"
        " aggregation = 'delta', cell_noise = 12, cells_since = '2000-01-01', sum_minutes = 15,"
        " measurement_interval = 'PT1H', sends_zeros = true"
        " where id = 1"
    )
    db.execute(
        "insert into lantaarn.rollup_hour select 1, date_trunc('hour', %(now)s::timestamptz) - h * interval '1 hour',"
        " 4, 10 + h, 0, 9 from generate_series(1, %(hours)s) as h",
        {"now": NOW, "hours": hours},
    )
    publish_cells(db, NOW)


def test_days_of_published_hours_hold_no_more_than_those(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    published(db, 60)
    update_daily_totals(db, NOW)
    query: LiteralString = (
        "select p.day, p.sum, p.hours, p.hidden, o.value, o.at_least from lantaarn.public_day p"
        " left join open.day o on o.datastream_id = p.datastream_id and o.day = p.day order by 1"
    )
    rows = db.execute(query).fetchall()
    assert len(rows) == 3
    assert all(row["sum"] == row["value"] for row in rows[:-1])
    assert sum(row["hidden"] for row in rows) == 0
    assert (
        one(db, "select round(noise * noise)::int from lantaarn.public_day order by day offset 1 limit 1") == 24 * 144
    )
    # The next hour comes, and is added; one that was published stays what it was.
    publish_cells(db, NOW + timedelta(hours=1))
    update_daily_totals(db, NOW + timedelta(hours=1))
    assert one(db, "select sum(hours)::int from lantaarn.public_day") == 60
    period = ErasureRequest("helmond", "LML-1", "wrong", NOW - timedelta(hours=30), NOW - timedelta(hours=20))
    erase(db, plan_erasure(db, period, NOW), tmp_path / "list")
    assert one(db, "select sum(hours)::int from lantaarn.public_day") == one(
        db, "select count(*)::int from lantaarn.public_cell"
    )
    update_daily_totals(db, NOW + timedelta(hours=2))
    assert one(db, "select sum(hours)::int from lantaarn.public_day") < 60


def test_days_go_with_their_term_and_the_check_sees_those_that_do_not(each_database: Database) -> None:
    db = each_database
    published(db, 20)
    db.execute("update lantaarn.datastream set aggregate_term = interval '1 year'")
    old: dict[str, Any] = {"old": (NOW - timedelta(days=370)).date()}
    db.execute("insert into lantaarn.day_total values (1, %(old)s, 1, 1, 1, 1, 1)", old)
    db.execute("insert into lantaarn.public_day values (1, %(old)s, 20, 1, 0)", old)
    db.execute("insert into lantaarn.book_day values ('2020-01-01', 'traffic', 1, 1, 0, 0, 0, 0)")
    db.execute("insert into lantaarn.book_reason_day values ('2020-01-01', 'traffic', 'malformed', 1)")
    db.execute("insert into lantaarn.pulse values (%(now)s::timestamptz - interval '32 days', 1, 1, 1)", {"now": NOW})
    tables = {"day_total", "public_day", "book_day", "book_reason_day", "pulse"}
    assert {each.table_name for each in verify_retention(db, NOW).breaches} == tables
    deleted = {each.table_name: each.deleted_rows for each in enforce_retention(db, NOW) if each.deleted_rows}
    assert deleted == dict.fromkeys(tables, 1)
    assert verify_retention(db, NOW).is_kept
    update_daily_totals(db, NOW)
    assert verify_retention(db, NOW).is_kept


def test_the_books_of_a_day_are_those_of_the_ledger(each_database: Database) -> None:
    db = each_database
    for number in range(8):
        register(db, f"LML-{number}")
    bad = message({"time": NOW.isoformat(), "no2": "veel"}, "LML-1")
    unknown = message({"time": NOW.isoformat(), "no2": 1}, "nobody")
    other = message({"time": NOW.isoformat(), "no2": 1.5}, "LML-1")
    take(db, [reading(NOW), reading(NOW), other, bad, unknown], at=NOW)
    for _ in range(2):
        update_daily_totals(db, NOW)
        rows = {row["kind"]: row for row in db.execute("select * from staff.book_day").fetchall()}
        assert set(rows) == {"air_quality", "unknown"}
        books = rows["air_quality"]
        parts = [books[name] for name in ("received", "stored", "duplicate", "conflict", "quarantined")]
        assert parts == [6, 2, 2, 1, 1]
        reasons = db.execute("select kind, reason, readings from staff.book_reason_day order by 1, 2").fetchall()
        assert [(row["reason"], row["readings"]) for row in reasons] == [("not_a_number", 1), ("unregistered", 1)]


def test_kinds_of_few_sensors_are_not_told_apart(each_database: Database) -> None:
    register(each_database, "LML-1")
    take(each_database, [reading(NOW)], at=NOW)
    update_daily_totals(each_database, NOW)
    assert one(each_database, "select kind from staff.book_day") == "other"


LAMP = {
    "reference": "lantaarn-1",
    "kind": "streetlight",
    "datastreams": [
        example_datastream(code, "streetlight", public="day" if code == "energy" else "none")
        for code in ("energy", "power", "dim_level", "burning_hours")
    ],
}


def lamp(db: Database) -> None:
    """A lamp of 40 W that burned ten hours of each of five days, at half its strength."""
    publish(db, Entry.model_validate(example_entry(**LAMP)), editor="test", reason="test", valid_from=NOW)
    for code, total, highest in (("energy", 0.02, 0.02), ("power", 20.0, 20.0), ("dim_level", 50.0, 50.0)):
        db.execute(
            "insert into lantaarn.rollup_hour"
            " select id, date_trunc('hour', %(now)s::timestamptz) - h * interval '1 hour',"
            " 1, %(sum)s, %(max)s, %(max)s from generate_series(0, 119) as h, lantaarn.datastream"
            " where property = %(code)s and mod(h, 24) < 10",
            {"now": NOW, "code": code, "sum": total, "max": highest},
        )
    db.execute(
        "insert into lantaarn.rollup_hour select id, date_trunc('hour', %(now)s::timestamptz) - h * interval '1 hour',"
        " 1, (mod(h, 24) < 10)::integer, 1000 - h, 1000 - h from generate_series(0, 119) as h, lantaarn.datastream"
        " where property = 'burning_hours'",
        {"now": NOW},
    )
    update_daily_totals(db, NOW)


def test_what_a_lamp_saved_goes_with_what_it_used(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    lamp(db)
    query: LiteralString = "select day, kwh, burned, full_kwh from lantaarn.lamp_day order by day"
    rows = {row["day"]: row for row in db.execute(query).fetchall()}
    yesterday = rows[date(2026, 11, 21)]
    assert yesterday["kwh"] == pytest.approx(0.2)
    assert yesterday["burned"] == 10
    assert yesterday["full_kwh"] == pytest.approx(40 * yesterday["burned"] / 1000)
    period = ErasureRequest("helmond", "lantaarn-1", "wrong", NOW - timedelta(days=2), NOW - timedelta(days=1))
    done = erase(db, plan_erasure(db, period, NOW), tmp_path / "list")
    assert {each.table_name: each.deleted_rows for each in done.deletions}["lamp_day"] == 2
    left = {row["day"]: row for row in db.execute(query).fetchall()}
    assert date(2026, 11, 21) not in left
    assert left[date(2026, 11, 20)]["kwh"] == pytest.approx(0.18)  # without the hour that the period cuts
    erase(db, plan_erasure(db, ErasureRequest("helmond", "lantaarn-1", "all"), NOW), tmp_path / "list")
    assert db.execute(query).fetchall() == []
    update_daily_totals(db, NOW)
    assert db.execute(query).fetchall() == []


def test_travel_times_by_the_hour_keep_the_promise_of_their_windows(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    publish_documents(db, travel_time_entry())
    db.execute(
        "insert into lantaarn.travel_time select stream.id, at, 15, 'car', median, p85, sensor.revision"
        " from lantaarn.datastream as stream join lantaarn.sensor as sensor on sensor.id = stream.sensor_id,"
        " (values (%(now)s::timestamptz - interval '30 minutes', 120, 140),"
        " (%(now)s::timestamptz - interval '15 minutes', 130, null),"
        " (%(now)s::timestamptz - interval '2 years', 120, null)) as w (at, median, p85)",
        {"now": NOW.replace(minute=0)},
    )
    update_daily_totals(db, NOW)
    rows = db.execute("select windows, median, p85 from staff.travel_hour order by hour desc").fetchall()
    assert rows == [{"windows": 2, "median": 125.0, "p85": 140.0}, {"windows": 1, "median": 120.0, "p85": None}]
    assert {each.table_name for each in verify_retention(db, NOW).breaches} == {"travel_time", "travel_hour"}
    enforce_retention(db, NOW)
    assert verify_retention(db, NOW).is_kept
    assert one(db, "select count(*) from lantaarn.travel_hour") == 1
    erase(db, plan_erasure(db, ErasureRequest("helmond", "kenteken-1", "all"), NOW), tmp_path / "list")
    assert one(db, "select count(*) from lantaarn.travel_hour") == 0


def test_workers_tell_their_minute_together(each_database: Database) -> None:
    at = datetime(2026, 11, 22, 12, 0, 59, tzinfo=UTC)
    register(each_database, "LML-1")
    for late in (2, 70):
        pulse = Heartbeat()
        assert pulse.take_finished_minute(at) is None
        outcomes = [
            process_message(reading(at - timedelta(seconds=late)), load_register(each_database), QualityChecker(), at)
        ]
        pulse.record_batch(outcomes, at, 0.5)
        assert pulse.take_finished_minute(at) is None
        done = pulse.take_finished_minute(at + timedelta(seconds=1))
        assert done is not None
        write_heartbeat(each_database, done)
        assert pulse.take_finished_minute(at + timedelta(seconds=30)) is None
    row = each_database.execute("select * from staff.pulse").fetchone()
    assert row is not None
    assert (row["workers"], row["batches"], row["messages"]) == (2, 2, 2)
    assert (row["lag"], row["commit"]) == (70.5, 0.5)
