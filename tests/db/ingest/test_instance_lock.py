"""One ingest per municipality and broker: what the database tells two of them."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from threading import Event
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from ingest import instance_lock
from ingest.instance_lock import InstanceLock
from sensors.db import connect
from sensors.settings.ingest import IngestSettings
from tests.support.waiting import wait_for

GRACE_SECONDS = 0.5
NAME = "lantaarn ingest helmond 127.0.0.1:1883"
"""What the lock is of."""


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_lock, "GRACE_SECONDS", GRACE_SECONDS)
    monkeypatch.setattr(instance_lock, "CHECK_INTERVAL_SECONDS", 0.05)
    monkeypatch.setattr(instance_lock, "ACQUIRE_INTERVAL_SECONDS", 0.05)


class Instance:
    """An ingest as far as its lock is concerned."""

    def __init__(self, database: str, municipality: str = "helmond", broker: str = "127.0.0.1:1883") -> None:
        settings = IngestSettings.load(
            database_url=database, mqtt_url=f"mqtt://{broker}", municipality=municipality, workers=1
        )
        self.acquired, self.conflict = Event(), Event()
        self.lock = InstanceLock(settings, self.acquired.set, self.conflict.set)

    @contextmanager
    def running(self) -> Generator[None]:
        with self.lock.held():
            assert self.acquired.wait(10)
            yield


@pytest.fixture
def ours(database: str) -> Iterator[Instance]:
    instance = Instance(database)
    with instance.running():
        yield instance


@contextmanager
def administrator(database: str) -> Generator[psycopg.Connection[dict[str, Any]]]:
    with connect(database) as connection:
        yield connection


def locked_by(database: str) -> list[str]:
    with administrator(database) as db:
        rows = db.execute(
            "select application_name from pg_locks join pg_stat_activity using (pid)"
            " where locktype = 'advisory' and datname = current_database()"
        )
        return [str(row["application_name"]) for row in rows]


def lose_connection(database: str) -> None:
    """The database goes away for a moment."""
    with administrator(database) as db:
        db.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where application_name like 'lantaarn ingest lock%%' and datname = current_database()",
            {},
        )


def test_a_second_one_waits_and_is_refused_in_a_sentence(ours: Instance, database: str) -> None:
    theirs = Instance(database)
    with capture_logs() as logs, theirs.lock.held():
        assert theirs.conflict.wait(10)
    assert not theirs.acquired.is_set()
    assert not ours.conflict.is_set()
    assert theirs.lock.error is not None
    assert theirs.lock.error.exit_code == 3
    assert "Another lantaarn ingest reads the messages of helmond from this broker" in str(theirs.lock.error)
    assert "from 127.0.0.1 since " in str(theirs.lock.error)
    assert waiting(logs) == 1


def waiting(logs: list[EventDict]) -> int:
    return [each["event"] for each in logs].count("waiting_for_other_ingest")


def test_a_successor_starts_as_soon_as_its_predecessor_has_stopped(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_lock, "GRACE_SECONDS", 30.0)
    successor = Instance(database)
    with capture_logs() as logs, ExitStack() as predecessor:
        predecessor.enter_context(Instance(database).running())
        with successor.lock.held():
            wait_for(lambda: waiting(logs), 10)
            assert not successor.acquired.is_set()
            predecessor.close()
            assert successor.acquired.wait(10)
    assert successor.lock.error is None


@pytest.mark.parametrize("other", [("deurne", "127.0.0.1:1883"), ("helmond", "127.0.0.1:1884")])
def test_other_municipalities_and_brokers_do_not_count(ours: Instance, database: str, other: tuple[str, str]) -> None:
    with Instance(database, *other).running():
        assert len(locked_by(database)) == 2


def test_after_the_database_was_away_the_lock_is_acquired_again(ours: Instance, database: str) -> None:
    for _ in range(3):
        lose_connection(database)
        wait_for(lambda: locked_by(database), 10)
    assert not ours.conflict.is_set()


def test_who_lost_the_lock_to_another_meanwhile_ends_at_once(
    ours: Instance, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_lock, "GRACE_SECONDS", 3600.0)
    with administrator(database) as other, ThreadPoolExecutor(1) as thread:
        # Waits in line, so that it comes before our next attempt.
        acquired = thread.submit(
            other.execute, "select pg_advisory_lock(hashtextextended(%(name)s, 0))", {"name": NAME}
        )
        wait_for(lambda: len(locked_by(database)) == 2, 10)
        lose_connection(database)
        acquired.result(10)
        assert ours.conflict.wait(10)
    assert ours.lock.error is not None


def test_our_own_connection_that_lingers_at_the_server_is_no_other_ingest(
    ours: Instance, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a network failure the server may still hold a connection that we have given up."""
    attempts, try_to_acquire = list[bool](), InstanceLock._try_to_acquire  # pyright: ignore[reportPrivateUsage]

    def count_attempt(lock: InstanceLock, connection: psycopg.Connection[dict[str, Any]]) -> bool:
        attempts.append(try_to_acquire(lock, connection))
        return attempts[-1]

    monkeypatch.setattr(InstanceLock, "_try_to_acquire", count_attempt)
    with closing(give_up_connection(ours.lock)):
        wait_for(lambda: len(attempts) > 3, 10)
    wait_for(lambda: any(attempts), 10)
    assert attempts[:3] == [False] * 3
    assert not ours.conflict.is_set()


def give_up_connection(lock: InstanceLock) -> psycopg.Connection[dict[str, Any]]:
    connection = lock._database  # pyright: ignore[reportPrivateUsage]
    assert connection is not None
    lock._database, lock._is_held = None, False  # pyright: ignore[reportPrivateUsage]
    return connection


def test_without_a_database_it_says_so_once() -> None:
    instance = Instance("postgresql://nobody:hush@127.0.0.1:1/none")
    with capture_logs() as logs, instance.lock.held():
        wait_for(lambda: logs, 10)
        instance.acquired.wait(0.3)
    assert [each["event"] for each in logs] == ["instance_lock_unavailable"]
