"""What a datastream adds up to after that changed: the hours whose values are still there, and nothing else."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.lifecycle.reaggregation import ReaggregationProgress, recompute_reaggregated_hours
from ingest.lifecycle.reclassification import MIN_CHANGE_AGE
from ingest.writer import load_register
from sensors.db import Database
from sensors.db.migrate import MIGRATIONS_FOLDER, migrate
from sensors.db.queries import read_sql
from sensors.register.entry import Entry
from sensors.register.repository import publish
from sensors.upgrade import upgrade_database
from tests.db.ingest.test_hourly_totals import METER, counted, hours_of, store, stream_id
from tests.support.entries import example_datastream, example_entry
from tests.support.sample_data import publish_cells, publish_documents, traffic_counter_entry

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = NOW + MIN_CHANGE_AGE


def lamp_document(aggregation: str | None, raw: str = "P1Y") -> dict[str, Any]:
    streams = [
        example_datastream(code, "streetlight", public="day" if code == "energy" else "none")
        | {"retention": {"raw": raw, "aggregate": "P10Y"}}
        for code in ("energy", METER)
    ]
    if aggregation:
        streams[0]["aggregation"] = aggregation
    return example_entry(reference="lamp-1", kind="streetlight", datastreams=streams)


def declare(db: Database, aggregation: str | None) -> None:
    """Publish the lamp, on the test's clock."""
    entry = Entry.model_validate(lamp_document(aggregation))
    publish(db, entry, editor="test", reason="test", valid_from=NOW)
    db.execute("update lantaarn.aggregation_change set changed_at = %(at)s where recomputed_at is null", {"at": NOW})


def one(db: Database, query: LiteralString) -> Any:
    row = db.execute(query).fetchone()
    assert row is not None
    return next(iter(row.values()))


def fill(db: Database, days: int) -> dict[datetime, float]:
    """A meter that counts 0.01 kWh an hour, whose readings were taken for amounts."""
    start = NOW - days * DAY
    readings = {start + number * HOUR: round(number / 100, 2) for number in range(days * 24)}
    store(db, "energy", readings.items())
    update_hourly_totals(db)
    publish_cells(db, NOW)
    update_daily_totals(db, NOW)
    return readings


def test_hours_of_an_entry_that_turns_out_to_be_a_meter_are_recomputed(each_database: Database) -> None:
    db = each_database
    declare(db, None)
    readings = fill(db, 70)
    assert one(db, "select max(sum) from lantaarn.day_total") > 100
    declare(db, "counter")
    # At once they are not shown as what they are not, nor added to.
    assert one(db, "select count(*) from open.day") == 0
    assert not next(iter(load_register(db).values())).datastreams["energy"].is_additive
    assert recompute_reaggregated_hours(db, NOW) == 0  # ingest may not know yet
    told: list[ReaggregationProgress] = []
    assert recompute_reaggregated_hours(db, LATER, told.append) == 70 * 24
    assert [(each.from_aggregation, each.to_aggregation, each.done, each.total) for each in told] == [
        ("delta", "counter", 1, 1)
    ]
    assert hours_of(db, "energy") == counted(readings)
    assert one(db, "select sum(sum) from lantaarn.day_total") == pytest.approx(max(readings.values()))
    assert audit_ledger(db, NOW) == ()
    assert recompute_reaggregated_hours(db, LATER) == 0
    declare(db, None)
    recompute_reaggregated_hours(db, LATER)
    assert one(db, "select sum(sum) from lantaarn.rollup_hour") == pytest.approx(sum(readings.values()))
    assert audit_ledger(db, NOW) == ()


def test_hours_whose_values_are_gone_are_not_shown_as_what_they_are_not(each_database: Database) -> None:
    db = each_database
    declare(db, None)
    readings = fill(db, 20)
    gone = NOW - 10 * DAY + timedelta(minutes=20)
    db.execute("delete from lantaarn.observation_1y where time < %(gone)s", {"gone": gone})
    declare(db, "counter")
    recompute_reaggregated_hours(db, LATER)
    left = {time: value for time, value in readings.items() if time >= gone}
    shown = {hour: each for hour, each in hours_of(db, "energy").items() if hour >= min(left)}
    assert shown == counted(left)
    assert one(db, "select totals_since from lantaarn.datastream where property = 'energy'") == min(left)
    assert one(db, "select min(day) from lantaarn.rollup_day") == min(left).date()
    assert one(db, "select min(day) from staff.day") >= min(left).date()
    assert one(db, "select min(day) from open.day") >= min(left).date()
    assert one(db, "select count(*) from lantaarn.rollup_hour") == 20 * 24  # they stay
    update_daily_totals(db, NOW)
    assert audit_ledger(db, NOW) == ()


def test_recomputing_goes_on_where_it_was_interrupted_and_takes_what_comes_meanwhile(each_database: Database) -> None:
    db = each_database
    declare(db, None)
    readings = fill(db, 70)
    declare(db, "counter")
    # The second of three slices fails.
    db.execute("alter table lantaarn.rollup_hour add constraint broken check (last_value < 10) not valid")
    with pytest.raises(psycopg.errors.CheckViolation):
        recompute_reaggregated_hours(db, LATER)
    assert one(db, "select recomputed_hours from lantaarn.aggregation_change") == 31 * 24
    db.execute("alter table lantaarn.rollup_hour drop constraint broken")
    late = NOW - 69 * DAY + timedelta(minutes=30)
    store(db, "energy", [(late, 0.25)])
    update_hourly_totals(db)
    assert recompute_reaggregated_hours(db, LATER) == 39 * 24
    assert hours_of(db, "energy") == counted(readings | {late: 0.25})


def test_nothing_is_published_of_hours_that_are_being_recomputed(each_database: Database) -> None:
    db = each_database
    declare(db, None)
    fill(db, 3)
    declare(db, "counter")
    store(db, "energy", [(NOW + number * HOUR, 0.72 + number / 100) for number in range(40)])
    update_hourly_totals(db)
    later = NOW + 2 * DAY
    publish_cells(db, later)
    assert one(db, "select count(*) from lantaarn.public_cell") == 3
    recompute_reaggregated_hours(db, later)
    publish_cells(db, later)
    assert one(db, "select count(*) from lantaarn.public_cell") == 5
    assert one(db, "select value from lantaarn.public_cell order by start desc limit 1") < 1


def test_no_count_is_published_as_small_because_its_hours_are_being_recomputed(each_database: Database) -> None:
    db = each_database
    rule = [{"rule": "public_threshold"}]
    for aggregation in ("delta", "counter"):
        stream = example_datastream("count_car", "traffic", public="hour", privacy_rules=rule, aggregation=aggregation)
        publish_documents(db, traffic_counter_entry(datastreams=[stream]))
        store(db, "count_car", [(NOW + number * HOUR, 20.0 * number) for number in range(3)])
        update_hourly_totals(db)
    publish_cells(db, NOW + DAY)
    assert one(db, "select count(*) from lantaarn.public_cell") == 0


def test_live_hours_made_otherwise_are_not_public(each_database: Database) -> None:
    db = each_database
    publish_documents(db, example_entry(datastreams=[example_datastream("no2")]))
    store(db, "no2", [(NOW + number * HOUR, 20.0) for number in range(4)])
    update_hourly_totals(db)
    db.execute("update lantaarn.datastream set totals_since = %(since)s", {"since": NOW + 2 * HOUR})
    assert one(db, "select min(hour) from open.hour") == NOW + 2 * HOUR


def test_hours_made_otherwise_are_not_published(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry(datastreams=[example_datastream("no2", public="hour")]))
    store(db, "no2", [(NOW + number * HOUR, 20.0) for number in range(4)])
    update_hourly_totals(db)
    db.execute("update lantaarn.datastream set totals_since = %(since)s", {"since": NOW + 2 * HOUR})
    publish_cells(db, NOW + 6 * HOUR)
    assert one(db, "select min(start) from lantaarn.public_cell") == NOW + 2 * HOUR


def test_meters_are_recomputed_by_the_rules_of_035_while_their_hours_are_shown(each_database: Database) -> None:
    db = each_database
    declare(db, "counter")
    readings = fill(db, 20)
    dip = NOW - 5 * DAY
    store(db, "energy", [(dip + timedelta(minutes=30), 0)])
    update_hourly_totals(db)
    publish_cells(db, NOW)
    gone = NOW - 10 * DAY
    db.execute("delete from lantaarn.observation_1y where time < %(gone)s", {"gone": gone})
    db.execute("update lantaarn.rollup_hour set sum = 24 where hour = %(dip)s", {"dip": dip})
    db.execute(
        "update lantaarn.public_cell set value = 24 where start = open.day_start(open.day_of(%(dip)s))", {"dip": dip}
    )
    days = one(db, "select count(*) from open.day")
    db.execute(_recomputation("035_meters"))
    assert one(db, "select count(*) from open.day") == days
    recompute_reaggregated_hours(db, datetime.now(UTC) + MIN_CHANGE_AGE)
    assert one(db, "select count(*) from open.day") == days
    assert one(db, "select max(value) from open.day") < 1
    assert hours_of(db, "energy") == counted(readings | {dip + timedelta(minutes=30): 0})


def _recomputation(migration: str) -> LiteralString:
    """The part of a migration that has the hours from before it recomputed."""
    text = read_sql(MIGRATIONS_FOLDER / f"{migration}.sql")
    return text[text.index("-- Hours of meters are recomputed") :]


OLD = "020_places"
"""The newest migration of 64868bb."""


def old_database(db: Database, folder: Path) -> None:
    """A database of 64868bb: a lamp of which 40 days of hours are left, and 32 of single values."""
    for path in MIGRATIONS_FOLDER.glob("*.sql"):
        if path.name[:3] <= OLD[:3]:
            shutil.copy(path, folder)
    assert migrate(db, folder)[-1] == OLD
    document = json.loads(Entry.model_validate(lamp_document(None, "P31D")).model_dump_json(exclude_none=True))
    db.execute(
        "with entry as (insert into lantaarn.register_entry (entry_id, version, document, valid_from, editor, reason)"
        " values (%(id)s, 1, %(document)s, now(), 'test', 'test') returning revision)"
        " insert into lantaarn.sensor"
        " (entry_id, municipality, reference, kind, status, delivers_data, revision)"
        " select %(id)s, 'helmond', 'lamp-1', 'streetlight', 'active', true, revision from entry",
        {"id": document["id"], "document": json.dumps(document)},
    )
    for code, unit, summed in (("energy", "kW.h", True), (METER, "h", False)):
        db.execute(
            "insert into lantaarn.datastream (sensor_id, property, unit, retention_class, aggregate_term, public,"
            " counts_people, summed, active) select id, %(code)s, %(unit)s, 'P31D', 'P10Y',"
            " %(public)s, false, %(summed)s, true from lantaarn.sensor",
            {"code": code, "unit": unit, "summed": summed, "public": "day" if summed else "none"},
        )


def burn(db: Database, now: datetime) -> dict[datetime, float]:
    """Forty days of a lamp that burns always and is exchanged twice, as 64868bb stored it."""
    start = now - 40 * DAY
    readings = {
        start + number * HOUR: float(41000 + number if number < 200 else number % 700) for number in range(40 * 24)
    }
    ids = {code: stream_id(db, code) for code in ("energy", METER)}
    values = {"ids": list(ids.values()), "times": list(readings), "values": list(readings.values())} | {
        "meter": ids[METER], "since": now - 32 * DAY
    }  # fmt: skip
    db.execute(
        "insert into lantaarn.rollup_hour (datastream_id, hour, count, sum, min, max)"
        " select id, time, 1, amount, amount, amount"
        " from unnest(%(times)s::timestamptz[], %(values)s::float8[]) as reading (time, value)"
        " cross join unnest(%(ids)s::integer[]) as stream (id)"
        " cross join lateral (select case when id = %(meter)s then value else 0.04 end as amount) as given",
        values,
    )
    db.execute(
        "insert into lantaarn.observation_31d select datastream_id, hour, sum, 0 from lantaarn.rollup_hour"
        " where hour >= %(since)s",
        values,
    )
    db.execute(
        "insert into lantaarn.public_cell select %(energy)s, 'day', start, false, 1"
        " from generate_series(%(since)s::timestamptz, now(), interval '1 day') as start",
        values | {"energy": ids["energy"]},
    )
    db.execute(
        "insert into lantaarn.day_total select datastream_id, day, count, sum, min, max, 24 from lantaarn.rollup_day"
    )
    db.execute("select lantaarn.make_lamp_days(array[1], '2020-01-01', '2030-01-01')")
    db.execute("insert into lantaarn.days_made values (now())")
    db.execute(
        "insert into lantaarn.ledger select 1, date_trunc('hour', now()), count(*), count(*), 0, 0, 0, 0"
        " from lantaarn.observation"
    )
    return {time: value for time, value in readings.items() if time >= now - 32 * DAY}


def test_a_database_of_64868bb_is_brought_over(each_empty_database: Database, tmp_path: Path) -> None:
    db, now = each_empty_database, datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    old_database(db, tmp_path)
    left = burn(db, now)
    assert one(db, "select min(burned) from lantaarn.lamp_day") < -40000
    cells = db.execute("select datastream_id, period, start, counted, value from lantaarn.public_cell").fetchall()
    assert "022_aggregation" in upgrade_database(db)
    assert one(db, "select min(burned) from lantaarn.lamp_day") >= 0
    recompute_reaggregated_hours(db, datetime.now(UTC) + MIN_CHANGE_AGE)
    update_daily_totals(db, datetime.now(UTC))
    assert one(db, "select totals_since from lantaarn.datastream where property = 'burning_hours'") == min(left)
    shown = {hour: each for hour, each in hours_of(db, METER).items() if hour >= min(left)}
    assert shown == counted(left)
    burned = {row["day"]: row["burned"] for row in db.execute("select day, burned from lantaarn.lamp_day").fetchall()}
    assert all(each is None or 0 <= each <= 25 for each in burned.values())
    yesterday = (now - DAY).astimezone().date()
    assert burned[yesterday] is not None
    # Of days whose values are gone, what their highest readings tell is kept where it is possible.
    assert burned[yesterday - timedelta(days=35)] in (23, 24, 25)
    assert (
        db.execute("select datastream_id, period, start, counted, value from lantaarn.public_cell").fetchall() == cells
    )
    assert audit_ledger(db, now) == ()
