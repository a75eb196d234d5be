"""From a message for each road user to a public hour: through the steps, into the database, as people read it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import pytest

from ingest.cells import count_cells
from ingest.cells.count_cells import publish_counts
from ingest.events import passers_by
from ingest.events.aggregates import EventBatch, windows_booked_until, write_event_batch
from ingest.events.pipeline import PrivacyWindows, process_event_message
from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.pipeline import IncomingMessage, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register
from sensors.db import Database
from tests.support.entries import alive_datastream, person_datastream
from tests.support.person_sensors import event_counter_entry, publish_documents
from tests.support.sample_data import DAY, before_there_were_rules, traffic_counter_entry

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 10, 5, 5, tzinfo=UTC)
"""Seven o'clock in Amsterdam."""


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """No noise, so that a test sees what it was added to."""
    monkeypatch.setattr(passers_by, "add_noise", _unchanged)


def _unchanged(count: int, _: float) -> int:
    return count


def listen(
    db: Database,
    sent: Sequence[tuple[datetime, str]],
    since: datetime,
    until: datetime,
    *,
    again: bool = False,
    is_alive: bool = True,
) -> None:
    """Run a listener from one time to another; ``again``: after an earlier one. ``is_alive``: the counter says so."""
    register, windows = load_register(db), PrivacyWindows()
    booked = windows_booked_until(db, "helmond")
    if again and booked is not None:
        windows.resume_from(booked)
    windows.set_register(register, since)
    for time, code in sent:
        message = IncomingMessage(
            "event/helmond/traffic/teller/json", f'{{"time": "{time.isoformat()}", "{code}": 1}}'.encode()
        )
        outcome = process_event_message(message, register, windows, time, is_retained=False)
        assert (outcome.added, outcome.rejections) == (1, ())
    if is_alive:
        live(db, since, until)
    batch = EventBatch(windows.close_finished(until), windows.take_booked())
    # Once more, because the reply to a commit may be lost.
    for _ in range(2):
        write_event_batch(db, batch)


def live(db: Database, since: datetime, until: datetime, content: str = '"alive": true') -> None:
    """Receive a sign of life every quarter of an hour, not quite by the clock."""
    register, checker = load_register(db), QualityChecker()
    at = since + timedelta(minutes=2)
    while at < until:
        payload = f'{{"time": "{at.isoformat()}", {content}}}'.encode()
        outcome = process_message(IncomingMessage("helmond/traffic/teller/json", payload), register, checker, at)
        assert outcome.rejections == ()
        commit_batch(db, [outcome], at)
        at += timedelta(minutes=15)


def hours(db: Database, code: str) -> list[dict[str, Any]]:
    return db.execute(
        "select hour, until, value, no_data, margin, below from open.hour where property = %(code)s order by hour",
        {"code": code},
    ).fetchall()


@pytest.mark.usefixtures("exact")
def test_road_users_reported_one_by_one_are_public_hours(each_database: Database) -> None:
    db = each_database
    publish_documents(db, event_counter_entry("teller", "count_pedestrian", "count_car"), at=MONDAY)
    late = MONDAY + 16 * HOUR
    sent = [(MONDAY + timedelta(minutes=n), "count_pedestrian") for n in range(30)]
    sent += [(late + timedelta(minutes=n), code) for n in (1, 200) for code in ("count_pedestrian", "count_car")]
    listen(db, sent, MONDAY, MONDAY + 24 * HOUR)
    on_foot = hours(db, "count_pedestrian")
    assert [row["value"] for row in on_foot] == [30, *[0] * 15, 2]
    assert (on_foot[-1]["until"] - on_foot[-1]["hour"], on_foot[-1]["below"]) == (7 * HOUR, 25)
    assert {row["margin"] for row in on_foot} == {24}
    assert [row["hour"] for row in hours(db, "count_car") if row["value"]] == [late, late + 3 * HOUR]
    update_daily_totals(db, MONDAY + 30 * HOUR)
    days = db.execute("select value from staff.day where property = 'count_pedestrian'").fetchall()
    assert [row["value"] for row in days] == [32]


@pytest.mark.usefixtures("exact")
def test_hours_in_which_nobody_listened_are_unknown_and_none_is_drawn_twice(each_database: Database) -> None:
    db = each_database
    publish_documents(db, event_counter_entry("teller"), at=MONDAY)
    listen(db, [(MONDAY, "count_pedestrian")], MONDAY, MONDAY + HOUR + timedelta(minutes=5))
    assert windows_booked_until(db, "helmond") == MONDAY + HOUR
    listen(db, [], MONDAY + 3 * HOUR + timedelta(minutes=1), MONDAY + 6 * HOUR, again=True)
    found = [(row["value"], row["no_data"]) for row in hours(db, "count_pedestrian")]
    assert found == [(1, False), (None, True), (None, True), (None, True), (0, False)]
    # Nor does what publishes other counts, which would have drawn them of no rows.
    publish_counts(db, MONDAY + timedelta(days=4))
    assert [(row["value"], row["no_data"]) for row in hours(db, "count_pedestrian")] == found


@pytest.mark.usefixtures("exact")
def test_an_hour_in_which_the_counter_was_not_alive_is_unknown(server_database: Database) -> None:
    """Whoever passed: a broken counter is as silent as an empty street, and would say "fewer than 25" for ever."""
    db = server_database
    publish_documents(db, event_counter_entry("teller"), at=MONDAY)
    live(db, MONDAY, MONDAY + HOUR + timedelta(minutes=40))
    # Three in one quarter of an hour, and three that say that it doesn't work.
    for minute in range(3):
        live(db, MONDAY + 2 * HOUR + timedelta(minutes=minute), MONDAY + 2 * HOUR + timedelta(minutes=minute + 5))
    live(db, MONDAY + 3 * HOUR, MONDAY + 4 * HOUR, '"alive": false')
    live(db, MONDAY + 4 * HOUR + timedelta(minutes=14), MONDAY + 5 * HOUR)
    passed = [(MONDAY + number * HOUR, "count_pedestrian") for number in range(5)]
    listen(db, passed, MONDAY, MONDAY + 6 * HOUR, is_alive=False)
    found = [(row["value"], row["no_data"]) for row in hours(db, "count_pedestrian")]
    assert found == [(1, False), (1, False), (None, True), (None, True), (1, False)]


def test_a_sign_of_life_that_comes_too_seldom_tells_of_no_hour(server_database: Database) -> None:
    streams = [person_datastream("count_pedestrian", "traffic"), alive_datastream("PT1H")]
    with before_there_were_rules():
        publish_documents(server_database, event_counter_entry("teller") | {"datastreams": streams}, at=MONDAY)
    listen(server_database, [(MONDAY, "count_pedestrian")], MONDAY, MONDAY + 3 * HOUR)
    assert [(row["value"], row["no_data"]) for row in hours(server_database, "count_pedestrian")] == [(None, True)] * 2


@pytest.mark.usefixtures("exact")
def test_an_hour_counted_in_memory_is_drawn_from_no_sum_after_the_entry_changed(
    server_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the device sends it again; and while nobody counted, nothing is known."""
    monkeypatch.setattr(count_cells, "add_noise", _unchanged)
    db = server_database
    in_memory = event_counter_entry("teller", "count_car")
    summed = traffic_counter_entry(reference="teller")
    publish_documents(db, in_memory, at=MONDAY)
    listen(db, [(MONDAY, "count_car")] * 70, MONDAY, MONDAY + HOUR + timedelta(minutes=5))
    back = MONDAY + 4 * HOUR
    publish_documents(db, {**in_memory, "datastreams": summed["datastreams"]}, at=back)
    send_sums(db, [70] * 7, back + 2 * HOUR)
    publish_counts(db, MONDAY + 2 * DAY)
    assert [(row["hour"], row["value"]) for row in hours(db, "count_car") if row["value"]] == [
        (MONDAY, 70),
        (back, 70),
        (back + HOUR, 70),
    ]
    assert MONDAY + 2 * HOUR not in [row["hour"] for row in hours(db, "count_car")]
    publish_counts(db, MONDAY + 36 * DAY)
    late = db.execute("select value from lantaarn.public_cell where period = 'late'").fetchall()
    assert {row["value"] for row in late} == {0}


def send_sums(db: Database, sums: Sequence[int], at: datetime) -> None:
    """Receive at this time what passed in the hours up to Monday at seven and after, of a device that adds up."""
    register, checker = load_register(db), QualityChecker()
    for number, passed in enumerate(sums):
        content = f'{{"time": "{(MONDAY + number * HOUR).isoformat()}", "count_car": {passed}}}'.encode()
        outcome = process_message(IncomingMessage("helmond/traffic/teller/json", content), register, checker, at)
        assert outcome.rejections == ()
        commit_batch(db, [outcome], at)
    update_hourly_totals(db)


def test_what_a_counter_next_to_it_publishes_adds_to_its_noise(server_database: Database) -> None:
    """And what is sent one by one is nowhere else: no observation, sum or ledger has it."""
    db = server_database
    twice = [traffic_counter_entry(reference=f"verkeer-{number}") for number in (1, 2)]
    publish_documents(db, event_counter_entry("teller", "count_car"), *twice, at=MONDAY)
    listen(db, [(MONDAY, "count_car")] * 50, MONDAY, MONDAY + 2 * HOUR)
    cells = db.execute("select period, value, noise from lantaarn.public_cell").fetchall()
    assert [(each["period"], each["noise"]) for each in cells] == [("hour", pytest.approx(12 * 1.5**0.5))]
    others: tuple[LiteralString, ...] = ("observation", "rollup_hour")
    for table in others:
        told = db.execute(
            f"select distinct property from lantaarn.{table} join lantaarn.datastream on id = datastream_id"
        ).fetchall()
        assert told == [{"property": "alive"}]
    assert db.execute("select distinct received from lantaarn.ledger").fetchall() == [{"received": 4}]
    assert db.execute("select * from lantaarn.window_day").fetchall() == []
    assert not audit_ledger(db, MONDAY + 2 * HOUR)
