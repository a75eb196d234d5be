"""From an event topic to the database: what is stored is about groups, and the identifier is nowhere."""

import gc
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, cast

import psycopg
import pytest
from paho.mqtt.publish import single
from psycopg import sql
from pydantic import SecretStr

from ingest.events import listener
from ingest.events.movement_noise import noise_deviation
from ingest.events.pipeline import EventOutcome, process_event_message
from ingest.lifecycle.audit import audit_ledger
from ingest.mqtt.subscriptions import worker_subscriptions
from ingest.worker import Worker
from sensors.db import connect
from sensors.db.server import EmbeddedPostgres
from sensors.settings.ingest import IngestSettings
from sensors.vocabulary.rejection_reasons import RejectionReason
from simulators.embedded.broker import EmbeddedBroker
from tests.end_to_end.ingest.test_ingest import device
from tests.faults.mosquitto import Mosquitto
from tests.support.installed import needs_mosquitto
from tests.support.person_sensors import lamp_in_group_entry, plate_camera_entry, publish_documents
from tests.support.waiting import wait_for

Connection = psycopg.Connection[dict[str, Any]]
Send = Callable[[str, object], None]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLATES = [f"XK-{number:03}-Z" for number in range(100)]
"""Enough that eight and more, and twenty and more, are in nearly any sample."""


class Clock:
    """The time as the worker is told it."""

    def __init__(self) -> None:
        self.time = NOON - timedelta(hours=3)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr(listener, "TICK_INTERVAL_SECONDS", 0.1)
    monkeypatch.setattr(listener, "MIN_TAKE_INTERVAL_SECONDS", 0.1)
    return Clock()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[EventOutcome]:
    """What became of each message: ingest itself keeps nothing that says so."""
    outcomes: list[EventOutcome] = []

    def process(*args: Any, **options: Any) -> EventOutcome:
        outcomes.append(process_event_message(*args, **options))
        return outcomes[-1]

    monkeypatch.setattr(listener, "process_event_message", process)
    return outcomes


def added(heard: Sequence[EventOutcome]) -> int:
    """How many events were added to windows."""
    return sum(each.added for each in heard)


@pytest.fixture
def db(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        groups = (("park", 12), ("plein", 11))
        lamps = [lamp_in_group_entry(f"{group}-{number}", group) for group, size in groups for number in range(size)]
        publish_documents(connection, plate_camera_entry("A", to="B"), plate_camera_entry("B"), *lamps, at=NOON)
        yield connection


@contextmanager
def working(database: str, mqtt_url: str, clock: Clock, workers: int = 1) -> Generator[Sequence[Worker]]:
    settings = IngestSettings(database_url=SecretStr(database), mqtt_url=SecretStr(mqtt_url))
    crew = [Worker(settings, seat, clock) for seat in worker_subscriptions("helmond", workers)]
    threads = [Thread(target=worker.run) for worker in crew]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: all(all(worker.readiness().values()) for worker in crew), 20)
        clock.time = NOON + timedelta(minutes=6)
        yield crew
    finally:
        for worker in crew:
            worker.stop()
        for thread in threads:
            thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


def pass_by(send: Send, plates: Sequence[str], vehicle_class: str = "car") -> None:
    """Each of these goes from A to B in a minute and a half, give or take two seconds."""
    for number, plate in enumerate(plates):
        arrival = NOON + timedelta(seconds=88 + number % 5)
        for place, time in (("A", NOON), ("B", arrival)):
            passage = {"time": time.isoformat(), "identifier": plate, "vehicle_class": vehicle_class}
            send(f"event/helmond/traffic/{place}/json", passage)


def travel_times(db: Connection) -> list[dict[str, Any]]:
    return db.execute("select vehicle_class, window_start, minutes, median, p85 from lantaarn.travel_time").fetchall()


def everything(db: Connection) -> str:
    """All rows of all our tables, but for the register's own documents."""
    tables = db.execute(
        "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
        " and table_schema in ('lantaarn', 'restricted', 'open', 'staff') and table_name <> 'register_entry'"
    ).fetchall()
    query = sql.SQL("select t::text as row from {} as t")
    found: list[str] = []
    for table in tables:
        name = sql.Identifier(table["table_schema"], table["table_name"])
        found.extend(row["row"] for row in db.execute(query.format(name)).fetchall())
    return "\n".join(found)


def test_travel_times_of_a_group_are_stored_and_no_passage_is(
    database: str, db: Connection, broker: EmbeddedBroker, clock: Clock, heard: list[EventOutcome]
) -> None:
    with working(database, broker.url, clock), device(broker) as send:
        pass_by(send, PLATES)
        pass_by(send, [f"AA-{number}11-A" for number in range(7)], "truck")
        wait_for(lambda: added(heard) == 214, 20)
        assert travel_times(db) == []
        clock.time = NOON + timedelta(minutes=66)
        wait_for(lambda: travel_times(db), 20)
    cars = {"vehicle_class": "car", "window_start": NOON, "minutes": 60, "median": 90, "p85": 90}
    assert travel_times(db) in ([cars], [cars | {"p85": None}])
    assert db.execute("select from lantaarn.ledger").fetchall() == []
    booked = db.execute("select sum(released)::int as released from lantaarn.window_day where rule = 'match_in_memory'")
    assert booked.fetchall() == [{"released": 1}]
    stored = everything(db)
    assert not [plate for plate in PLATES if plate in stored or plate.replace("-", "") in stored]
    assert audit_ledger(db, clock()) == ()


def test_movements_are_stored_as_a_count_over_a_group_of_lamps(
    database: str, db: Connection, broker: EmbeddedBroker, clock: Clock, heard: list[EventOutcome]
) -> None:
    with working(database, broker.url, clock) as (worker,), device(broker) as send:
        for group, lamps in (("park", 8), ("plein", 7)):
            for number in range(lamps):
                moves = [{"time": (NOON + timedelta(seconds=each)).isoformat(), "presence": True} for each in (1, 2)]
                send(f"event/helmond/streetlight/{group}-{number}/json", {"events": moves})
        wait_for(lambda: added(heard) == 30, 20)
        clock.time = NOON + timedelta(minutes=66)
        written = "select 1 from lantaarn.window_count where window_start = %(noon)s"
        wait_for(lambda: db.execute(written, {"noon": NOON}).fetchone(), 20)
        suppressed = {"rule": "window_count", "outcome": "suppressed"}
        assert worker.metrics.registry.get_sample_value("lantaarn_ingest_windows_total", suppressed) == 4
    # The hour from noon had movement, and the three before it had none.
    counted = db.execute(
        "select group_name, window_start, sensors, noise from lantaarn.window_count order by window_start"
    ).fetchall()
    noise = noise_deviation(12)
    assert counted == [
        {"group_name": "park", "window_start": NOON - timedelta(hours=hours), "sensors": 12, "noise": noise}
        for hours in (3, 2, 1, 0)
    ]


def test_each_topic_takes_its_own_and_the_ledger_tells_of_ordinary_ones_only(
    database: str, db: Connection, broker: EmbeddedBroker, clock: Clock, heard: list[EventOutcome]
) -> None:
    time = NOON.isoformat()
    with working(database, broker.url, clock), device(broker) as send:
        send("helmond/traffic/A/json", {"time": time, "travel_time": 60})
        send("helmond/traffic/A/json", {"time": time, "identifier": PLATES[0], "vehicle_class": "car"})
        send("event/helmond/traffic/unknown/json", {"time": time, "identifier": PLATES[0]})
        send("event/helmond/traffic/A/json", {"time": time, "count_car": 4})
        send("event/helmond/traffic/A/json", {"identifier": PLATES[0]})
        send(f"event/helmond/{PLATES[0]}/json", {})
        wait_for(lambda: len(heard) == 4, 20)
        wait_for(lambda: len(refusals(db)) == 2, 20)
    assert refusals(db) == [
        ("+/traffic/+/json", "no_readings", []),
        ("+/traffic/+/json", "not_here", ["travel_time"]),
    ]
    assert [(each.topic_template, *(one.reason for one in each.rejections)) for each in heard] == [
        ("event/+/traffic/+/json", "unregistered"),
        ("event/+/traffic/+/json", "no_readings"),
        ("event/+/traffic/+/json", "no_time"),
        ("event/+/+/+/+", "unknown_topic"),
    ]
    ledger = db.execute(
        "select sum(quarantined)::int as refused, sum(fields_dropped)::int as dropped from lantaarn.ledger"
    )
    assert ledger.fetchall() == [{"refused": 2, "dropped": 2}]
    assert PLATES[0] not in everything(db)
    assert audit_ledger(db, clock()) == ()


def refusals(db: Connection) -> list[tuple[str, str, list[str]]]:
    rows = db.execute("select topic_template, reason, field_paths from lantaarn.quarantine").fetchall()
    return sorted((row["topic_template"], row["reason"], [path for path in row["field_paths"] if path]) for row in rows)


def test_a_retained_event_is_not_taken_up(
    database: str, db: Connection, broker: EmbeddedBroker, clock: Clock, heard: list[EventOutcome]
) -> None:
    retain(broker.port)
    with working(database, broker.url, clock):
        wait_for(lambda: heard, 20)
    assert [one.reason for each in heard for one in each.rejections] == [RejectionReason.NOT_HERE]


@needs_mosquitto
def test_with_mqtt_5_it_is_refused_the_first_time_too(
    database: str, db: Connection, tmp_path: Path, clock: Clock, heard: list[EventOutcome]
) -> None:
    with Mosquitto(tmp_path) as mosquitto, working(database, f"mqtt://127.0.0.1:{mosquitto.port}", clock):
        retain(mosquitto.port)
        wait_for(lambda: heard, 20)
    assert [one.reason for each in heard for one in each.rejections] == [RejectionReason.NOT_HERE]


def retain(port: int) -> None:
    single("event/helmond/traffic/A/json", "{}", retain=True, port=port)


def test_one_of_several_workers_takes_all_events(
    database: str, db: Connection, broker: EmbeddedBroker, clock: Clock, heard: list[EventOutcome]
) -> None:
    with working(database, broker.url_v5, clock, workers=2), device(broker) as send:
        pass_by(send, PLATES)
        wait_for(lambda: added(heard) == 200, 20)
        clock.time = NOON + timedelta(minutes=66)
        wait_for(lambda: travel_times(db), 20)
    assert [row["median"] for row in travel_times(db)] == [90]
    assert added(heard) == 200


def test_a_window_in_which_the_connection_was_gone_is_not_stored(
    database: str, db: Connection, broker: EmbeddedBroker, clock: Clock, heard: list[EventOutcome]
) -> None:
    with working(database, broker.url, clock) as (worker,), device(broker) as send:
        pass_by(send, PLATES)
        wait_for(lambda: added(heard) == 200, 20)
        broker.process.kill()
        wait_for(lambda: not worker.readiness()["broker"], 20)
        clock.time = NOON + timedelta(minutes=66)
        unobserved = {"rule": "match_in_memory", "outcome": "unobserved"}
        sample = worker.metrics.registry.get_sample_value
        # The one that began before ingest had listened for half an hour, and this one.
        wait_for(lambda: sample("lantaarn_ingest_windows_total", unobserved) == 2, 20)
    assert travel_times(db) == []


SENDER = """
import json, secrets, sys
from paho.mqtt.publish import multiple
plate = "QQ" + secrets.token_hex(4).upper()
passages = [json.dumps({"time": sys.argv[2], "identifier": each}) for each in [plate] * 500 + ["LAST"]]
multiple([("event/helmond/traffic/A/json", each, 0, False) for each in passages], port=int(sys.argv[1]))
print(plate)
"""


def test_while_the_database_is_away_nothing_is_kept_of_who_passed(
    pg_server: EmbeddedPostgres, database: str, db: Connection, broker: EmbeddedBroker, clock: Clock
) -> None:
    with working(database, broker.url, clock) as (worker,):
        with away(pg_server, database):
            wait_for(lambda: not worker.readiness()["database"], 20)
            sending = [sys.executable, "-c", SENDER, str(broker.port), NOON.isoformat()]
            plate = subprocess.run(sending, check=True, capture_output=True, text=True).stdout.strip()
            matcher = worker._event_listener._windows.matcher  # pyright: ignore[reportPrivateUsage]
            wait_for(lambda: matcher.token_count == 2, 20)
            assert in_memory(plate) == []
            control = [f"<{plate}>"]
            assert in_memory(plate) == control
            clock.time = NOON + timedelta(minutes=66)
        with connect(database) as again:
            wait_for(lambda: again.execute("select from lantaarn.window_day").fetchall(), 30)


@contextmanager
def away(server: EmbeddedPostgres, database: str) -> Generator[None]:
    """Nobody gets into this database."""
    name = database.rpartition("/")[2].partition("?")[0]
    change = sql.SQL("alter database {} allow_connections {}")
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as admin:
        admin.execute(change.format(sql.Identifier(name), sql.SQL("false")))
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        try:
            yield
        finally:
            admin.execute(change.format(sql.Identifier(name), sql.SQL("true")))


def in_memory(text: str) -> list[object]:
    """Every text and octets that Python can reach in this process that hold this text, but for itself."""
    octets = text.encode()
    seen: set[int] = set()
    found: list[object] = []
    waiting: list[object] = gc.get_objects()
    # Nothing else gives the frames of other threads. They get no name here: it would keep this frame alive too.
    waiting.extend(sys._current_frames().values())  # pyright: ignore[reportPrivateUsage]
    own = {id(waiting), id(seen), id(found), id(text), id(octets)}
    while waiting:
        each = waiting.pop()
        if id(each) in seen or id(each) in own:
            continue
        seen.add(id(each))
        if isinstance(each, str):
            found.extend([each] if text in each else [])
        elif isinstance(each, bytes | bytearray):
            found.extend([cast(object, each)] if octets in each else [])
        else:
            waiting.extend(gc.get_referents(each))
    return found
