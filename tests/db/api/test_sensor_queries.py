"""What the register reads, on every edition of the database."""

from datetime import timedelta

import pytest

from api.areas.queries import list_areas, load_aggregated_datastreams, load_neighbourhoods
from api.exceptions import NotFoundError
from api.operations.queries import load_applied_migrations
from api.sensor import queries as sensor_queries
from sensors.db import Database, connect
from sensors.db.migrate import MIGRATIONS_FOLDER, read_migrations
from sensors.vocabulary.measurement import Aggregation
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.entries import Document, example_datastream, example_entry
from tests.support.sample_data import (
    DAY,
    HOUR,
    NOW,
    home_sensor_entry,
    insert_hourly_total,
    insert_ledger_hour,
    insert_observation,
    insert_travel_time,
    publish_cells,
    publish_documents,
    traffic_counter_entry,
    travel_time_entry,
)

NEIGHBOURHOODS = 44


@pytest.mark.parametrize(("aggregation", "together"), [("mean", 65), ("energy_mean", 76.99), ("max", 80), ("last", 65)])
def test_sensors_of_a_neighbourhood_add_up_as_hours_do(
    each_database: Database, aggregation: str, together: float
) -> None:
    db, levels = each_database, {"LML-1": 50.0, "LML-2": 80.0}
    publish_documents(db, *(example_entry(reference=reference) for reference in levels))
    db.execute("update lantaarn.datastream set aggregation = %(name)s", {"name": aggregation})
    for reference, level in levels.items():
        insert_hourly_total(db, reference, "no2", NOW - HOUR, level)
    db.execute(
        "update lantaarn.rollup_hour set last_value = max, sum = 3 * open.summand(%(name)s, max)", {"name": aggregation}
    )
    (no2,) = load_aggregated_datastreams(db, "helmond", "BU07941000", NOW)
    assert [value.value for value in no2.datastream.values] == pytest.approx([together], abs=0.01)


def test_a_meter_with_what_it_counted_in_a_gap(each_database: Database) -> None:
    db = each_database
    stream = example_datastream("cabinet_energy", "streetlight", public="hour") | {"aggregation": "counter"}
    publish_documents(db, example_entry(reference="kast-1", kind="streetlight", datastreams=[stream]))
    for hours_ago in (9, 3):
        insert_hourly_total(db, "kast-1", "cabinet_energy", NOW - hours_ago * HOUR, 6)
    since = {"since": NOW - 9 * HOUR, "hour": NOW - 3 * HOUR}
    db.execute("update lantaarn.rollup_hour set counted_since = %(since)s where hour = %(hour)s", since)
    publish_cells(db, NOW)
    (energy,) = sensor_queries.load_sensor(db, "helmond", "kast-1", NOW).datastreams
    assert energy.aggregation is Aggregation.COUNTER
    assert [(value.value, value.counted_since) for value in energy.values] == [(6, None), (6, NOW - 9 * HOUR)]
    assert energy.totals_since is None
    # Hours that were made otherwise are gone, and since when there are others is told.
    db.execute("update lantaarn.datastream set totals_since = %(hour)s", since)
    (energy,) = sensor_queries.load_sensor(db, "helmond", "kast-1", NOW).datastreams
    assert [value.start for value in energy.values] == [NOW - 3 * HOUR]
    assert energy.totals_since == NOW - 3 * HOUR


def test_a_meter_tells_where_it_jumped(each_database: Database) -> None:
    db = each_database
    stream = example_datastream("cabinet_energy", "streetlight", public="day") | {"aggregation": "counter"}
    publish_documents(db, example_entry(reference="kast-1", kind="streetlight", datastreams=[stream]))
    earlier_day = NOW.astimezone(LOCAL_TIME_ZONE).replace(hour=0) - 30 * HOUR
    for at in (earlier_day, NOW - 6 * HOUR, NOW - 5 * HOUR):
        insert_hourly_total(db, "kast-1", "cabinet_energy", at, 6)
    db.execute("update lantaarn.rollup_hour set jumps = 2 where hour <> %(at)s", {"at": NOW - 6 * HOUR})
    told: dict[str, list[int]] = {}
    for public in ("live", "hour", "day"):
        db.execute("update lantaarn.datastream set public = %(public)s", {"public": public})
        publish_cells(db, NOW)
        (energy,) = sensor_queries.load_sensor(db, "helmond", "kast-1", NOW).datastreams
        told[public] = [value.jumps for value in energy.values]
    assert told["live"] == told["hour"] == [0, 2]
    assert told["day"][0] == 2
    # When a device failed is not published of what is about people.
    db.execute("update lantaarn.datastream set about_people = true")
    (energy,) = sensor_queries.load_sensor(db, "helmond", "kast-1", NOW).datastreams
    assert {value.jumps for value in energy.values} == {0}


def test_a_sensor_with_its_values_and_its_books(each_database: Database) -> None:
    db = each_database
    publish_documents(db, example_entry(), traffic_counter_entry())
    insert_observation(db, "LML-1", "no2", 21.5, NOW)
    insert_hourly_total(db, "LML-1", "no2", NOW - HOUR, 60)
    insert_ledger_hour(db, "LML-1", NOW, stored=3, refused={"in_future": 2, "sentinel": 1})
    for hours_ago, amount in ((3, 7), (2, 43), (0, 99)):
        insert_hourly_total(db, "verkeer-1", "count_car", NOW - hours_ago * HOUR, amount)

    publish_cells(db, NOW + HOUR / 2)

    air = sensor_queries.load_sensor(db, "helmond", "LML-1", NOW)
    no2 = next(stream for stream in air.datastreams if stream.observed_property == "no2")
    assert no2.latest == sensor_queries.LatestValue(NOW, NOW, 21.5)
    assert [value.value for value in no2.values] == [20]
    assert air.ledger_today is not None
    assert (air.ledger_today.received, air.ledger_today.stored, air.ledger_today.quarantined) == (6, 3, 3)
    assert air.ledger_today.conflict == 0
    assert air.ledger_week is not None
    assert air.ledger_week.reasons == (("in_future", 2), ("sentinel", 1))
    assert air.last_seen == "today"
    assert sensor_queries.load_sensor(db, "helmond", str(air.entry.id), NOW).entry == air.entry

    # A count has a margin, and one that can't be told from none says so. An hour is public 65 minutes after its end.
    (cars,) = sensor_queries.load_sensor(db, "helmond", "verkeer-1", NOW).datastreams
    assert [(value.value, value.below, value.margin) for value in cars.values] == [(7, 25, 24), (43, None, 24)]
    assert cars.latest is None


@pytest.mark.parametrize(
    ("changes", "length"),
    [
        ({}, timedelta()),
        ({"interval": "PT1H"}, HOUR),
        ({"interval": "PT1H", "stamp": "start"}, HOUR),
        ({"interval": "PT1H", "stamp": "instant"}, timedelta()),
    ],
)
def test_the_newest_value_is_as_old_as_the_end_of_its_period(
    each_database: Database, changes: Document, length: timedelta
) -> None:
    db = each_database
    publish_documents(db, example_entry(datastreams=[example_datastream("no2", **changes)]))
    insert_observation(db, "LML-1", "no2", 21.5, NOW - HOUR)
    (no2,) = sensor_queries.load_sensor(db, "helmond", "LML-1", NOW).datastreams
    assert no2.latest == sensor_queries.LatestValue(NOW - HOUR, NOW - HOUR + length, 21.5)
    assert no2.stamp == changes.get("stamp", "end")


def test_of_a_monthly_value_only_the_month_is_public(each_database: Database) -> None:
    db = each_database
    publish_documents(db, example_entry(datastreams=[example_datastream("no2", interval="P1M")]))
    insert_observation(db, "LML-1", "no2", 21.5, NOW - HOUR)
    (no2,) = sensor_queries.load_sensor(db, "helmond", "LML-1", NOW).datastreams
    sent = (NOW - HOUR).astimezone(LOCAL_TIME_ZONE)
    month = sent.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    assert no2.latest == sensor_queries.LatestValue(month, month, 21.5)


def test_a_sensor_that_can_betray_people_has_rough_books_of_last_week_only(each_database: Database) -> None:
    db = each_database
    publish_documents(db, traffic_counter_entry())
    insert_ledger_hour(db, "verkeer-1", NOW, stored=2000, refused={"in_future": 30})
    found = sensor_queries.load_sensor(db, "helmond", "verkeer-1", NOW)
    assert (found.ledger_today, found.ledger_week, found.last_seen) == (None, None, "unknown")
    assert found.ledger_last_week is not None
    assert found.ledger_last_week.received == sensor_queries.Band(0, 15)
    insert_ledger_hour(db, "verkeer-1", NOW - 7 * DAY, stored=2000, refused={"in_future": 30, "sentinel": 14})
    found = sensor_queries.load_sensor(db, "helmond", "verkeer-1", NOW)
    assert found.last_seen == "last_week"
    assert found.ledger_last_week is not None
    assert found.ledger_last_week.received == sensor_queries.Band(1000, 10_000)
    assert found.ledger_last_week.reasons == (("in_future", sensor_queries.Band(15, 100)),)


def test_travel_times_are_public_as_stored(each_database: Database) -> None:
    db = each_database
    publish_documents(db, travel_time_entry())
    insert_travel_time(db, "kenteken-1", NOW - 2 * HOUR, median=85)
    insert_travel_time(db, "kenteken-1", NOW - HOUR, median=60, p85=None)
    (stream,) = sensor_queries.load_sensor(db, "helmond", "kenteken-1", NOW).datastreams
    assert [(each.goes_to, each.start, each.median, each.p85) for each in stream.travel_times] == [
        ("kenteken-2", NOW - HOUR, 60, None),
        ("kenteken-2", NOW - 2 * HOUR, 85, 120),
    ]


@pytest.mark.parametrize("name", ["nothing-here", "a\x00b", "'; drop table", "é", "x" * 200])
def test_a_name_that_is_not_there(database: str, name: str) -> None:
    with connect(database) as db, pytest.raises(NotFoundError):
        sensor_queries.load_sensor(db, "helmond", name, NOW)


def test_outlines_and_neighbourhoods_to_choose_from(each_database: Database) -> None:
    db = each_database
    publish_documents(db, home_sensor_entry())
    assert len(list_areas(db, "helmond", "neighbourhood")) == NEIGHBOURHOODS
    assert {row["level"] for row in list_areas(db, "helmond", None)} == {
        "neighbourhood",
        "district",
        "municipality",
    }
    choices = load_neighbourhoods(db, "helmond")
    assert len(choices) == NEIGHBOURHOODS
    assert all(row["district_name"] for row in choices)


def test_it_knows_which_migrations_there_are(each_database: Database) -> None:
    assert load_applied_migrations(each_database) == {
        migration.name for migration in read_migrations(MIGRATIONS_FOLDER)
    }
