"""Each window that was due has exactly one outcome, and what was due is known without asking ingest."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString

import pytest

from ingest.events.aggregates import EventBatch, windows_booked_until, write_event_batch
from ingest.events.pipeline import PrivacyWindows
from ingest.lifecycle.audit import WindowTotals, audit_ledger, window_totals
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.writer import load_register
from sensors.db import Database, connect
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.entries import Document
from tests.support.person_sensors import lamp_in_group_entry, plate_camera_entry, publish_documents

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST = datetime(2026, 10, 23, 12, 30, tzinfo=LOCAL_TIME_ZONE).astimezone(UTC)
"""A Friday; on Sunday morning the clock is set back an hour."""
SATURDAY, SUNDAY, MONDAY, TUESDAY = (date(2026, 10, day) for day in (24, 25, 26, 27))


def lamps(group: str, number: int, window: str = "PT1H") -> list[Document]:
    documents = [lamp_in_group_entry(f"{group}-{lamp}", group) for lamp in range(number)]
    for each in documents:
        each["datastreams"][0]["privacy_rules"][0]["window"] = window
    return documents


@pytest.fixture
def db(database: str) -> Iterator[Database]:
    with connect(database) as connection:
        publish_documents(
            connection,
            *(plate_camera_entry("A", to="B"), plate_camera_entry("B")),
            *lamps("park", 12),
            *lamps("steeg", 3, "PT3H"),
            at=FIRST,
        )
        yield connection


def ingest(db: Database, since: datetime, until: datetime) -> None:
    """A process of ingest that runs from one instant to another, with nobody in the street."""
    windows = PrivacyWindows()
    booked_until = windows_booked_until(db, "helmond")
    if booked_until is not None:
        windows.resume_from(booked_until)
    windows.set_register(load_register(db), since)
    now = since
    while now < until:
        now = min(now + 20 * timedelta(minutes=1), until)
        write_event_batch(db, EventBatch(windows.close_finished(now), windows.take_booked()))


def due(db: Database) -> dict[tuple[str, date], int]:
    """By what the windows are of: a group, or the segment."""
    rows = db.execute("select rule, subject, day, due from lantaarn.window_due").fetchall()
    names = {row["subject"]: row["subject"].split("/")[1] for row in rows if row["rule"] == "window_count"}
    return {(names.get(row["subject"], "A to B"), row["day"]): row["due"] for row in rows}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LOCAL_TIME_ZONE).astimezone(UTC)


def test_what_was_due_has_become_something(db: Database) -> None:
    ingest(db, FIRST, noon(TUESDAY))
    update_daily_totals(db, noon(TUESDAY))
    days = (SATURDAY, SUNDAY, MONDAY)
    assert due(db) == {
        **{("park", day): 18 for day in days},
        # Of 17 hours: 3, 3, 3, 3 and 5.
        **{("steeg", day): 6 for day in days},
        **{("A to B", day): 25 if day == SUNDAY else 24 for day in days},
    }
    assert audit_ledger(db, noon(TUESDAY)) == ()
    assert window_totals(db) == WindowTotals(due=145, released=54, suppressed=91, unobserved=0)


@pytest.mark.parametrize("down", [2 * HOUR, 20 * HOUR, 50 * HOUR])
def test_windows_in_which_ingest_did_not_run_are_unobserved(db: Database, down: timedelta) -> None:
    stopped = noon(SATURDAY) + timedelta(minutes=2)
    ingest(db, FIRST, stopped)
    update_daily_totals(db, stopped + down)
    assert audit_ledger(db, stopped + down) == ()
    ingest(db, stopped + down, noon(TUESDAY))
    update_daily_totals(db, noon(TUESDAY))
    assert len(due(db)) == 9
    assert audit_ledger(db, noon(TUESDAY)) == ()
    totals = window_totals(db)
    assert totals.unobserved >= down // HOUR
    assert totals.due == 145 == totals.released + totals.suppressed + totals.unobserved


def test_a_segment_that_began_while_ingest_was_down_is_accounted_for(db: Database) -> None:
    ingest(db, FIRST, noon(SATURDAY))
    publish_documents(db, plate_camera_entry("B", to="A"), at=noon(SATURDAY) + HOUR)
    ingest(db, noon(MONDAY), noon(TUESDAY))
    update_daily_totals(db, noon(TUESDAY))
    rows = db.execute("select day from lantaarn.window_due where rule = 'match_in_memory' order by day").fetchall()
    # On Saturday one of the sensors changed.
    assert [row["day"] for row in rows] == [SUNDAY, SUNDAY, MONDAY, MONDAY]
    assert audit_ledger(db, noon(TUESDAY)) == ()


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("delete from lantaarn.window_day where rule = 'window_count' and day = '2026-10-25'", "windows"),
        ("update lantaarn.window_day set suppressed = suppressed - 1 where suppressed > 0", "windows"),
        ("update lantaarn.window_day set unobserved = 1 where day = '2026-10-24'", "windows"),
        (
            "update lantaarn.window_day set suppressed = released, released = 0 where subject like '%park%'",
            "unreleased",
        ),
    ],
    ids=["a day is missing", "a window is missing", "a window has two outcomes", "it is stored, not suppressed"],
)
def test_the_audit_finds_what_does_not_add_up(db: Database, change: LiteralString, check: str) -> None:
    ingest(db, FIRST, noon(TUESDAY))
    update_daily_totals(db, noon(TUESDAY))
    db.execute(change)
    assert {each.check for each in audit_ledger(db, noon(TUESDAY))} == {check}


def test_of_a_day_on_which_the_register_changed_nothing_is_claimed(db: Database) -> None:
    ingest(db, FIRST, noon(SUNDAY))
    # A lamp leaves the park: the others' entries stay as they were.
    publish_documents(db, lamp_in_group_entry("park-0", "plein"), at=noon(SUNDAY))
    ingest(db, noon(SUNDAY), noon(TUESDAY))
    update_daily_totals(db, noon(TUESDAY))
    assert {day for name, day in due(db) if name == "park"} == {MONDAY}
    assert {day for name, day in due(db) if name == "steeg"} == {SATURDAY, SUNDAY, MONDAY}
    assert audit_ledger(db, noon(TUESDAY)) == ()


def test_what_was_due_before_a_change_stays_known(db: Database) -> None:
    ingest(db, FIRST, noon(SUNDAY))
    update_daily_totals(db, noon(SUNDAY))
    publish_documents(db, lamp_in_group_entry("park-0", "plein"), at=noon(SUNDAY))
    ingest(db, noon(SUNDAY), noon(TUESDAY))
    update_daily_totals(db, noon(TUESDAY))
    assert {day for name, day in due(db) if name == "park"} == {SATURDAY, MONDAY}
    assert audit_ledger(db, noon(TUESDAY)) == ()


def test_the_database_divides_a_day_as_ingest_does(db: Database) -> None:
    """For every window that an entry may declare, also when the clock changes."""
    hours = {"PT2H": 9, "PT6H": 3, "PT12H": 2}
    publish_documents(db, *(lamp for window in hours for lamp in lamps(window.lower(), 1, window)), at=FIRST)
    ingest(db, FIRST, noon(TUESDAY))
    update_daily_totals(db, noon(TUESDAY))
    found = due(db)
    assert {(name, day): found[name.lower(), day] for name in hours for day in (SATURDAY, SUNDAY, MONDAY)} == {
        (name, day): windows for name, windows in hours.items() for day in (SATURDAY, SUNDAY, MONDAY)
    }
    assert audit_ledger(db, noon(TUESDAY)) == ()


def test_nothing_is_claimed_before_ingest_ran(db: Database) -> None:
    update_daily_totals(db, noon(TUESDAY))
    assert due(db) == {}
    assert audit_ledger(db, noon(TUESDAY)) == ()
