"""A sensor that changes its class keeps every value once, whatever happens on the way."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.reclassification import MIN_CHANGE_AGE, MoveProgress, move_reclassified_rows
from ingest.lifecycle.verification import verify_retention
from ingest.pipeline import MessageOutcome, Observation
from ingest.quality_flags import QualityFlag
from ingest.writer import commit_batch, load_register
from sensors.db import Database, connect
from tests.support.retention import (
    CLASS_BY_PROPERTY,
    DAY,
    QUARTER_HOUR,
    START,
    datastream_id,
    publish_sensor,
    store_observations,
    verify_and_record,
)

LATER = START + MIN_CHANGE_AGE
HOURS = st.integers(0, 24 * 40).map(lambda hours: hours // 5 * 5)


class KilledError(Exception):
    """The process ends here."""


def rows(db: Database, table: LiteralString) -> list[tuple[datetime, float]]:
    found = db.execute(f"select time, value from lantaarn.{table} order by time").fetchall()
    return [(row["time"], row["value"]) for row in found]


def totals(db: Database) -> tuple[int, float]:
    row = db.execute("select coalesce(sum(count), 0)::int as n, coalesce(sum(sum), 0) as s from lantaarn.rollup_hour")
    found = row.fetchone()
    assert found is not None
    return found["n"], found["s"]


def open_changes(db: Database) -> int:
    return len(db.execute("select id from lantaarn.class_change where moved_at is null").fetchall())


def changed(db: Database, raw: str) -> None:
    publish_sensor(db, {**CLASS_BY_PROPERTY, "temperature": raw})


def start_over(db: Database) -> None:
    """Empty tables; truncating drops their chunks as well."""
    for table in ("observation_1y", "observation_31d", "rollup_hour", "ledger"):
        db.execute(f"truncate lantaarn.{table}")
    db.execute("update lantaarn.datastream set retention_class = 'P1Y' where property = 'temperature'")
    db.execute("truncate lantaarn.class_change")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    before=st.lists(HOURS, max_size=20, unique=True),
    again=st.lists(HOURS, max_size=10, unique=True),
    batch=st.integers(1, 12),
    killed_after=st.none() | st.integers(1, 4),
)
def test_every_value_that_may_stay_is_there_once(
    server_database: Database, before: list[int], again: list[int], batch: int, killed_after: int | None
) -> None:
    db = server_database
    publish_sensor(db)
    start_over(db)
    old = [START - timedelta(hours=hour) for hour in before]
    # What came before the change may come again after it, in the table of the new class.
    new = [START - timedelta(hours=hour) for hour in {*again, *before[:3]} if hour < 31 * 24]
    store_observations(db, "temperature", "P1Y", old)
    changed(db, "P31D")
    store_observations(db, "temperature", "P31D", new)
    left = killed_after

    def tell(_: MoveProgress) -> None:
        nonlocal left
        if left is not None:
            left -= 1
            if left == 0:
                raise KilledError

    try:
        move_reclassified_rows(db, LATER, tell, batch)
    except KilledError:
        assert open_changes(db) == 1
        move_reclassified_rows(db, LATER, batch_rows=batch)
    assert rows(db, "observation_1y") == []
    assert rows(db, "observation_31d") == [(at, 7.0) for at in sorted({*old, *new}) if at >= LATER - 31 * DAY]
    every = len({*old, *new})
    assert totals(db) == (every, 7.0 * every)
    assert open_changes(db) == 0
    assert verify_retention(db, LATER).is_kept


def test_what_the_new_term_does_not_allow_is_deleted_and_logged(each_database: Database) -> None:
    publish_sensor(each_database)
    store_observations(each_database, "temperature", "P1Y", [START - age * DAY for age in range(100)])
    changed(each_database, "P31D")
    told: list[MoveProgress] = []
    assert move_reclassified_rows(each_database, LATER, told.append, batch_rows=40) == 100
    assert [(each.moved_rows, each.total_rows) for each in told] == [(40, 100), (80, 100), (100, 100)]
    log = each_database.execute("select table_name, retention_class, deleted_rows, rule from lantaarn.deletion_log")
    assert [tuple(row.values()) for row in log.fetchall()] == [
        ("observation_1y", "P31D", 40, "class change"),
        ("observation_1y", "P31D", 29, "class change"),
    ]
    assert totals(each_database)[0] == 100
    assert verify_and_record(each_database, LATER).is_kept


def test_a_change_stays_open_while_ingest_may_still_write_to_the_old_table(each_database: Database) -> None:
    publish_sensor(each_database)
    changed(each_database, "P31D")
    move_reclassified_rows(each_database, LATER - timedelta(seconds=1))
    assert open_changes(each_database) == 1
    store_observations(each_database, "temperature", "P1Y", [START])
    assert move_reclassified_rows(each_database, LATER) == 1
    assert rows(each_database, "observation_31d") == [(START, 7.0)]
    assert open_changes(each_database) == 0


def test_a_class_that_changes_there_and_back_leaves_all_in_its_table(each_database: Database) -> None:
    publish_sensor(each_database)
    store_observations(each_database, "temperature", "P1Y", [START - DAY])
    changed(each_database, "P10Y")
    store_observations(each_database, "temperature", "P10Y", [START])
    changed(each_database, "P1Y")
    move_reclassified_rows(each_database, LATER)
    assert rows(each_database, "observation_1y") == [(START - DAY, 7.0), (START, 7.0)]
    assert rows(each_database, "observation_10y") == []
    assert open_changes(each_database) == 0


def test_of_what_is_no_longer_kept_nothing_stays(each_database: Database) -> None:
    publish_sensor(each_database)
    store_observations(each_database, "temperature", "P1Y", [START - age * DAY for age in range(20)])
    each_database.execute(
        "update lantaarn.datastream set retention_class = null, rule = '{}' where property = 'temperature'"
    )
    each_database.execute("update lantaarn.class_change set changed_at = %(at)s", {"at": START})
    assert move_reclassified_rows(each_database, LATER, batch_rows=7) == 20
    assert rows(each_database, "observation_1y") == []
    assert open_changes(each_database) == 0


def test_nothing_is_lost_or_doubled_while_ingest_writes(database: str) -> None:
    """Ingest as it is: it looks at the register now and then, and some messages come twice."""
    with connect(database) as db:
        publish_sensor(db)
        number = datastream_id(db, "temperature")
        times = [START - timedelta(minutes=10 * step) for step in range(4000)]
        store_observations(db, "temperature", "P1Y", times[:2000])
        writing = Event()
        writer = Thread(target=_write, args=(database, number, times, writing))
        writer.start()
        assert writing.wait(10)
        changed(db, "P31D")
        while writer.is_alive():
            move_reclassified_rows(db, LATER - timedelta(seconds=1), batch_rows=300)
        writer.join()
        move_reclassified_rows(db, LATER)
        assert rows(db, "observation_1y") == []
        assert [at for at, _ in rows(db, "observation_31d")] == sorted(times)
        assert totals(db) == (4000, 7.0 * 4000)
        assert audit_ledger(db, LATER) == ()
        assert verify_retention(db, LATER).is_kept


def _write(url: str, number: int, times: list[datetime], writing: Event) -> None:
    chance = random.Random(5)
    with connect(url, role="lantaarn_ingest") as db:
        for start in range(2000, 4000, 20):
            batch = times[start : start + 20] + chance.sample(times[:start], 5)
            commit_batch(db, [_outcome(_table(db, number), number, batch)], START)
            writing.set()


def _table(db: Database, number: int) -> str:
    streams: Iterator[Any] = (each for sensor in load_register(db).values() for each in sensor.datastreams.values())
    return next(each.table for each in streams if each.id == number)


def _outcome(table: str, number: int, times: list[datetime]) -> MessageOutcome:
    observations = tuple(Observation(table, number, at, 7.0, QualityFlag.GOOD) for at in times)
    return MessageOutcome(1, "+/+/+/json", 10, observations, (), 0)


@pytest.mark.parametrize("raw", ["P10Y", "P1D"])
def test_longer_or_shorter_is_the_same_to_a_sensor_without_values(each_database: Database, raw: str) -> None:
    publish_sensor(each_database)
    changed(each_database, raw)
    assert move_reclassified_rows(each_database, LATER) == 0
    assert open_changes(each_database) == 0
    assert verify_retention(each_database, LATER).is_kept


IMPLAUSIBLE = QualityFlag.IMPLAUSIBLE


@pytest.mark.parametrize(
    ("same_time", "stays", "left"),
    [
        ("first", (7.0, 0), (3, 7.0 + 2)),
        # The second one is of a later revision, or has the later one.
        ("last", (9.0, 0), (3, 9.0 + 2)),
    ],
)
def test_of_two_values_for_a_moment_the_right_one_stays(
    each_database: Database, same_time: str, stays: tuple[float, int], left: tuple[int, float]
) -> None:
    db = each_database
    publish_sensor(db)
    number = datastream_id(db, "temperature")
    db.execute("update lantaarn.datastream set same_time = %(how)s where id = %(id)s", {"how": same_time, "id": number})
    keep(db, "observation_1y", number, 7.0, START, later=0)
    keep(db, "observation_1y", number, 1.0, START + QUARTER_HOUR, later=0)
    changed(db, "P31D")
    db.execute("update lantaarn.datastream set same_time = %(how)s where id = %(id)s", {"how": same_time, "id": number})
    keep(db, "observation_31d", number, 9.0, START, later=1)
    keep(db, "observation_31d", number, 1.0, START + 2 * QUARTER_HOUR, later=1)
    move_reclassified_rows(db, LATER)
    update_hourly_totals(db)
    found = db.execute("select value, quality from lantaarn.observation_31d order by time").fetchall()
    assert [tuple(row.values()) for row in found] == [stays, (1.0, 0), (1.0, 0)]
    assert totals(db) == left
    assert audit_ledger(db, LATER) == ()


@pytest.mark.parametrize("same_time", ["first", "last"])
@pytest.mark.parametrize("good_one", ["former", "present"])
def test_the_totals_follow_the_value_that_stays_also_if_that_is_not_good(
    each_database: Database, same_time: str, good_one: str
) -> None:
    db = each_database
    publish_sensor(db)
    number = datastream_id(db, "temperature")
    good, bad = (7.0, QualityFlag.GOOD), (60.0, IMPLAUSIBLE)
    former, present = (good, bad) if good_one == "former" else (bad, good)
    keep(db, "observation_1y", number, former[0], START, later=0, quality=former[1])
    update_hourly_totals(db)
    changed(db, "P31D")
    db.execute("update lantaarn.datastream set same_time = %(how)s where id = %(id)s", {"how": same_time, "id": number})
    keep(db, "observation_31d", number, present[0], START, later=1, quality=present[1])
    update_hourly_totals(db)
    move_reclassified_rows(db, LATER)
    update_hourly_totals(db)
    stays = present if same_time == "last" else former
    assert rows(db, "observation_31d") == [(START, stays[0])]
    assert totals(db) == ((1, 7.0) if stays is good else (0, 0))
    assert audit_ledger(db, LATER) == ()


def keep(
    db: Database,
    table: str,
    number: int,
    value: float,
    at: datetime,
    *,
    later: int,
    quality: QualityFlag = QualityFlag.GOOD,
) -> None:
    """Commit a value as ingest does, revised so many hours later."""
    row = db.execute(
        "select same_time = 'last' as is_revisable from lantaarn.datastream where id = %(id)s", {"id": number}
    ).fetchone()
    assert row is not None
    revisable = row["is_revisable"]
    observation = Observation(
        table,
        number,
        at,
        value,
        quality,
        not revisable,
        is_revisable=revisable,
        revised=at + timedelta(hours=later) if revisable else None,
    )
    commit_batch(db, [MessageOutcome(1, "+/+/+/json", 10, (observation,), (), 0)], START)
