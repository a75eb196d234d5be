"""Retention by the clock inside ingest: one leads, outages pass, and a broken promise is told within a quarter."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from structlog.testing import capture_logs

from ingest.lifecycle.scheduler import RetentionScheduler, run_in_background
from ingest.metrics import Metrics
from sensors.db import connect
from sensors.processes import find_free_port
from tests.support.retention import CLASS_BY_PROPERTY, DAY, QUARTER_HOUR, START, publish_sensor, store_observations
from tests.support.waiting import wait_for

Connection = psycopg.Connection[dict[str, Any]]


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def owner(database: str) -> Iterator[Connection]:
    with connect(database) as db:
        publish_sensor(db)
        yield db


def scheduler(database: str, clock: Clock, role: str | None = None) -> tuple[RetentionScheduler, Metrics]:
    metrics = Metrics()
    return RetentionScheduler(lambda: connect(database, role=role), metrics, clock), metrics


def value(metrics: Metrics, name: str) -> float | None:
    return metrics.registry.get_sample_value(f"lantaarn_ingest_retention_{name}")


def held(db: Connection) -> int:
    return len(db.execute("select from lantaarn.observation_1d").fetchall())


def connections(db: Connection) -> int:
    """How many the clock has. The server notices a moment later that one is closed."""
    return db.execute(
        "select from pg_stat_activity where datname = current_database() and application_name = 'lantaarn retention'"
    ).rowcount


def end_connections(db: Connection) -> None:
    db.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )


def test_it_works_at_the_start_and_then_every_quarter(owner: Connection, database: str) -> None:
    clock = Clock()
    works, metrics = scheduler(database, clock)
    store_observations(owner, "no2", "P1D", [START - 2 * DAY])
    works.run_pending()
    assert (held(owner), value(metrics, "kept"), value(metrics, "permitted")) == (0, 1, 1)
    assert value(metrics, "verified_timestamp_seconds") == START.timestamp()
    store_observations(owner, "no2", "P1D", [START - 2 * DAY])
    clock.now += QUARTER_HOUR - timedelta(seconds=1)
    works.run_pending()
    assert held(owner) == 1
    clock.now += timedelta(seconds=1)
    works.run_pending()
    assert held(owner) == 0
    works.close()


def test_rows_of_a_former_class_move_before_they_are_judged(owner: Connection, database: str) -> None:
    clock = Clock()
    works, metrics = scheduler(database, clock)
    store_observations(owner, "temperature", "P1Y", [START - DAY, START - 100 * DAY])
    publish_sensor(owner, {**CLASS_BY_PROPERTY, "temperature": "P31D"})
    clock.now += QUARTER_HOUR
    works.run_pending()
    assert value(metrics, "kept") == 1
    assert owner.execute("select time from lantaarn.observation_31d").fetchall() == [{"time": START - DAY}]
    works.close()


def test_one_leads_and_another_takes_over(owner: Connection, database: str) -> None:
    clock = Clock()
    first, metrics = scheduler(database, clock)
    second, other_metrics = scheduler(database, clock)
    first.run_pending()
    store_observations(owner, "no2", "P1D", [START - 2 * DAY])
    clock.now += timedelta(minutes=1)
    second.run_pending()
    assert held(owner) == 1
    # Both tell what the leader found.
    assert value(metrics, "kept") == value(other_metrics, "kept") == 1
    first.close()

    def taken_over() -> bool:
        second.run_pending()
        return held(owner) == 0

    # The server lets go of the lock a moment after the connection is closed.
    wait_for(taken_over, 10)
    second.close()


def test_a_broken_promise_is_told_within_a_quarter(owner: Connection, database: str) -> None:
    clock = Clock()
    works, metrics = scheduler(database, clock)
    works.run_pending()
    # Behind its back a trigger keeps every row, so that it deletes as ever, and nothing goes.
    owner.execute(
        "create function keep_all() returns trigger language plpgsql as 'begin return null; end';"
        " create trigger keep_all before delete on lantaarn.observation_1d for each row execute function keep_all()"
    )
    store_observations(owner, "no2", "P1D", [START])
    with capture_logs() as logs:
        while value(metrics, "kept") == 1:
            clock.now += QUARTER_HOUR
            works.run_pending()
            assert clock.now < START + 2 * DAY
    assert clock.now - (START + DAY + QUARTER_HOUR) <= QUARTER_HOUR
    assert logs == [
        {
            "event": "retention_breach",
            "log_level": "error",
            "classes": ["P1D"],
            "tables": ["observation_1d"],
            "log_altered": False,
        },
    ]
    told = owner.execute("select kept from open.datastream_retention where property = 'no2'").fetchone()
    assert told == {"kept": False}
    works.close()


def test_the_database_may_go_and_come_back(owner: Connection, database: str) -> None:
    clock = Clock()
    works, metrics = scheduler(database, clock)
    works.run_pending()
    with capture_logs() as logs:
        end_connections(owner)
        works.run_pending()
        clock.now += timedelta(minutes=1)
        works.run_pending()
    assert [each["event"] for each in logs] == ["retention_database_unavailable"]
    assert value(metrics, "verified_timestamp_seconds") == clock.now.timestamp()
    works.close()


def test_a_database_that_is_not_there_yet_is_waited_for(owner: Connection, database: str) -> None:
    clock, metrics = Clock(), Metrics()
    urls = iter(["postgresql://127.0.0.1:1/nothing", "postgresql://127.0.0.1:1/nothing", database])
    works = RetentionScheduler(lambda: connect(next(urls)), metrics, clock)
    with capture_logs() as logs:
        for _ in range(3):
            works.run_pending()
    assert [each["event"] for each in logs] == ["retention_database_unavailable"]
    assert value(metrics, "kept") == 1
    works.close()


def test_a_user_that_may_not_delete_is_told_once(owner: Connection, database: str) -> None:
    clock = Clock()
    works, metrics = scheduler(database, clock, role="lantaarn_ingest")
    with capture_logs() as logs:
        for _ in range(3):
            works.run_pending()
            clock.now += QUARTER_HOUR
    assert [each["event"] for each in logs] == ["retention_not_permitted"]
    # Nobody checks, so nothing is known to be kept.
    assert (value(metrics, "permitted"), value(metrics, "kept")) == (0, 0)
    works.close()


def test_a_user_that_may_not_delete_leaves_the_lead_to_one_that_may(owner: Connection, database: str) -> None:
    clock = Clock()
    ingest, ingest_metrics = scheduler(database, clock, role="lantaarn_ingest")
    keeper, _ = scheduler(database, clock)
    ingest.run_pending()
    keeper.run_pending()
    clock.now += QUARTER_HOUR
    ingest.run_pending()
    assert (value(ingest_metrics, "permitted"), value(ingest_metrics, "kept")) == (0, 1)
    ingest.close()
    keeper.close()


def test_retention_runs_as_a_program_of_its_own(owner: Connection, database: str) -> None:
    port = find_free_port()
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": database, "LANTAARN_METRICS_PORT": str(port)}
    command = [sys.executable, "-m", "lantaarn", "retention", "keep"]

    def ready() -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz").is_success
        except httpx.TransportError:
            return False

    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as program:
        try:
            wait_for(ready, 20)
        finally:
            program.terminate()
    assert program.returncode == 0


def test_a_check_that_nobody_repeats_tells_nothing(owner: Connection, database: str) -> None:
    clock = Clock()
    leads, _ = scheduler(database, clock)
    follows, metrics = scheduler(database, clock)
    leads.run_pending()
    follows.run_pending()
    assert value(metrics, "kept") == 1
    clock.now += timedelta(hours=1)
    follows.run_pending()
    assert value(metrics, "kept") == 0
    leads.close()
    follows.close()


def test_beside_the_work_it_begins_at_once_and_ends_with_it(owner: Connection, database: str) -> None:
    metrics = Metrics()
    at = datetime.now(UTC)
    with run_in_background(database, metrics, lambda: at, enabled=True):
        wait_for(lambda: value(metrics, "kept") == 1, 10)
    wait_for(lambda: not connections(owner), 10)
    with run_in_background("postgresql://127.0.0.1:1/nothing", metrics, lambda: at, enabled=False):
        pass
