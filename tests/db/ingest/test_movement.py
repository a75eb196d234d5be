"""What is public of movement: means over weeks, made of noisy windows, published once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from math import sqrt
from typing import Any

import pytest

from ingest.events.aggregates import publish_movement
from ingest.lifecycle.retention import enforce_retention
from ingest.lifecycle.verification import verify_retention
from sensors.db import Database
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.entries import Document
from tests.support.sample_data import insert_movement, motion_lamp_entries, motion_lamp_entry, publish_documents

MONDAY = date(2026, 7, 13)
"""The first of four weeks, and of twelve, counted from 1 January 2001."""
LAMPS, ERROR = 12, sqrt(5120 * 12) / 12
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), LOCAL_TIME_ZONE)


def means(db: Database, where: str = "true") -> list[dict[str, Any]]:
    rows = db.execute("select * from open.movement order by first_day, days, slot_start").fetchall()
    return [row for row in rows if where in ("true", row["days"])]


@pytest.fixture
def db(each_database: Database) -> Database:
    publish_documents(each_database, *motion_lamp_entries())
    return each_database


def test_the_weeks_begin_on_a_fixed_monday(db: Database) -> None:
    assert (MONDAY - date(2001, 1, 1)) % (12 * WEEK) == timedelta(0)
    insert_movement(db, "kasteelpark", MONDAY, 12 * 7, by_hour={})
    for week in range(13):
        publish_movement(db, noon(MONDAY + week * WEEK))
    published = {(each["days"], each["first_day"], each["last_day"]) for each in means(db)}
    four = [(MONDAY + 4 * number * WEEK, MONDAY + 4 * (number + 1) * WEEK - DAY) for number in range(3)]
    assert published == {
        *(("weekday", *span) for span in four),
        *(("night", *span) for span in four),
        ("weekend", MONDAY, MONDAY + 12 * WEEK - DAY),
    }


def test_a_mean_is_public_at_noon_on_the_monday_after_and_never_changes(db: Database) -> None:
    after = noon(MONDAY + 4 * WEEK)
    insert_movement(db, "kasteelpark", MONDAY, 28, by_hour={8: 240})
    publish_movement(db, after - timedelta(minutes=1))
    assert means(db) == []
    publish_movement(db, after)
    first = means(db)
    assert {each["days"] for each in first} == {"weekday", "night"}
    db.execute("update lantaarn.window_count set count = count + 1000")
    publish_movement(db, after + timedelta(hours=1))
    assert means(db) == first


def test_the_numbers_are_those_of_the_published_formula(db: Database) -> None:
    insert_movement(db, "kasteelpark", MONDAY, 28, by_hour={6: -60, 7: 120, 8: 12 * 24, 12: 12 * 55})
    publish_movement(db, noon(MONDAY + 4 * WEEK))
    by_slot = {each["slot_start"].hour: each for each in means(db, "weekday")}
    assert len(by_slot) == 17
    assert {(each["windows"], each["due"]) for each in by_slot.values()} == {(20, 20)}
    error = ERROR / sqrt(20)
    middling = by_slot[8]
    assert middling["value"] == pytest.approx(24 / (1 - 24 / 61), abs=0.005)
    assert middling["margin"] == pytest.approx(2 * error / (1 - 24 / 61) ** 2, abs=0.005)
    assert (middling["fewer_than"], middling["more_than"]) == (None, None)
    negative = by_slot[6]
    assert negative["value"] == pytest.approx(-5 / (1 + 5 / 61), abs=0.005)
    least = (61 - sqrt(61**2 - 8 * error * 61)) / 2
    assert negative["fewer_than"] == pytest.approx(least / (1 - least / 61), abs=0.005)
    # Of more than are counted by chance, but of which the margin is larger than the number.
    assert 2 * error < 10 < least
    assert by_slot[7]["value"] < by_slot[7]["margin"] < by_slot[7]["fewer_than"] == negative["fewer_than"]
    busy = by_slot[12]
    assert (busy["value"], busy["margin"], busy["more_than"]) == (None, None, 244)
    (night,) = means(db, "night")
    assert (night["windows"], night["slot_start"], night["slot_end"]) == (28, time(23), time(6))
    assert night["margin"] == pytest.approx(2 * ERROR / sqrt(28), abs=0.005)


def test_a_night_counts_on_the_day_it_begins_also_when_the_clock_changes(db: Database) -> None:
    # Winter time begins on 25 October 2026: that night lasts eight hours.
    insert_movement(db, "kasteelpark", date(2026, 10, 5), 28, by_hour={23: 120})
    publish_movement(db, noon(date(2026, 11, 2)))
    (night,) = means(db, "night")
    assert (night["windows"], night["value"]) == (28, pytest.approx(10 / (1 - 10 / 61), abs=0.005))


@pytest.mark.parametrize(("days_observed", "slots"), [(14, 1), (13, 0)])
def test_half_of_the_windows_must_have_been_observed(db: Database, days_observed: int, slots: int) -> None:
    insert_movement(db, "kasteelpark", MONDAY, days_observed, by_hour={})
    publish_movement(db, noon(MONDAY + 4 * WEEK))
    assert len(means(db, "night")) == slots


def test_what_ended_more_than_a_month_ago_is_not_published_anew(db: Database) -> None:
    insert_movement(db, "kasteelpark", MONDAY, 28, by_hour={})
    publish_movement(db, noon(MONDAY + 4 * WEEK) + timedelta(days=32))
    assert means(db) == []


def hidden(document: Document) -> Document:
    (stream,) = document["datastreams"]
    return document | {"datastreams": [stream | {"public": "none"}]}


def test_a_group_of_which_one_lamp_is_not_public_is_not_public(db: Database) -> None:
    insert_movement(db, "kasteelpark", MONDAY, 28, by_hour={})
    publish_movement(db, noon(MONDAY + 4 * WEEK))
    assert means(db)
    publish_documents(db, hidden(motion_lamp_entry(3)))
    assert means(db) == []


def test_staff_see_each_window_with_its_margin(db: Database) -> None:
    insert_movement(db, "kasteelpark", MONDAY, 1, by_hour={8: 12 * 45, 9: -100})
    db.execute("set role lantaarn_dashboard")
    rows = {
        row["window_start"].astimezone(LOCAL_TIME_ZONE).hour: row
        for row in db.execute("select * from staff.movement").fetchall()
    }
    db.execute("reset role")
    assert len(rows) == 18
    assert rows[8]["value"] == pytest.approx(45 / (1 - 45 / 61), abs=0.01)
    assert rows[8]["margin"] == pytest.approx(2 * ERROR / (1 - 45 / 61) ** 2, abs=0.01)
    assert rows[9]["value"] < 0
    assert rows[9]["fewer_than"] == pytest.approx(2 * ERROR / (1 - 2 * ERROR / 61), abs=0.01)


def test_means_are_kept_as_long_as_was_promised(db: Database, aggregate_term_of: Callable[[str], None]) -> None:
    aggregate_term_of("P1Y")
    insert_movement(db, "kasteelpark", MONDAY, 28, by_hour={})
    publish_movement(db, noon(MONDAY + 4 * WEEK))
    year_later = datetime.combine(MONDAY, time(), LOCAL_TIME_ZONE) + timedelta(days=365)
    assert verify_retention(db, year_later.astimezone(UTC)).is_kept
    enforce_retention(db, year_later.astimezone(UTC))
    assert means(db)
    later = (year_later + timedelta(days=2)).astimezone(UTC)
    assert "movement_cell" in {each.table_name for each in verify_retention(db, later).breaches}
    enforce_retention(db, later)
    assert means(db) == []
    assert verify_retention(db, later).is_kept
    # Some windows of those weeks are still there, but what is gone is not made anew from them.
    publish_movement(db, later)
    assert means(db) == []


@pytest.fixture
def aggregate_term_of(db: Database) -> Callable[[str], None]:
    """Publish the lamps again, with another term for what is made of their movements."""

    def publish(term: str) -> None:
        for document in motion_lamp_entries():
            (stream,) = document["datastreams"]
            retention = {"raw": "none", "aggregate": term}
            publish_documents(db, document | {"datastreams": [stream | {"retention": retention}]})

    return publish
