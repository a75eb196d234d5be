"""From a device to the database, over a real broker: what is acknowledged is committed, what is not comes again."""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import psycopg
import pytest
from paho.mqtt.client import Client, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from pydantic import SecretStr

from ingest.mqtt.session import Session
from ingest.worker import Worker
from sensors.db import connect
from sensors.register.entry import Entry
from sensors.register.repository import publish
from sensors.settings.ingest import IngestSettings
from simulators.embedded.broker import EmbeddedBroker
from tests.faults.mosquitto import Mosquitto
from tests.support.cases import ingest_case
from tests.support.entries import example_datastream, example_entry
from tests.support.installed import needs_mosquitto
from tests.support.waiting import wait_for

Connection = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def db(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        publish(
            connection,
            Entry.model_validate(example_entry(reference="LML-1")),
            editor="test",
            reason="test",
            valid_from=now(),
        )
        yield connection


def now() -> datetime:
    return datetime.now(UTC)


THERMOMETER = "helmond/air_quality/T-1/json"
"""The topic of a sensor without a clock."""


@pytest.fixture
def thermometer(db: Connection) -> None:
    # Two, as values of one property that arrive in the same second would be a conflict.
    codes = ("temperature", "relative_humidity")
    measured = [example_datastream(code, interval="PT1H", stamp="instant") for code in codes]
    entry = example_entry(reference="T-1", payload={"time": "on_receipt"}, datastreams=measured)
    publish(db, Entry.model_validate(entry), editor="test", reason="test", valid_from=now())


def long_ago() -> str:
    """A time that no later reading of a test shares: times are kept to the second."""
    return (now() - timedelta(hours=1)).isoformat()


@contextmanager
def working(database: str, mqtt_url: str) -> Generator[Worker]:
    worker = Worker(IngestSettings(database_url=SecretStr(database), mqtt_url=SecretStr(mqtt_url)))
    thread = Thread(target=worker.run)
    thread.start()
    try:
        wait_for(lambda: all(worker.readiness().values()), 10)
        yield worker
    finally:
        worker.stop()
        thread.join(20)
    assert not thread.is_alive()


@contextmanager
def device(broker: EmbeddedBroker | Mosquitto, *, v5: bool = False) -> Generator[Callable[..., None]]:
    """A device: publishes at QoS 1 and waits for the broker's acknowledgement."""
    client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5 if v5 else MQTTv311)
    url = broker.url_v5 if v5 and isinstance(broker, EmbeddedBroker) else broker.url
    client.connect("127.0.0.1", int(url.rsplit(":", 1)[1]))
    client.loop_start()

    def send(topic: str, content: object, *, retain: bool = False) -> None:
        payload = content if isinstance(content, bytes) else json.dumps(content).encode()
        client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    try:
        yield send
    finally:
        client.disconnect()
        client.loop_stop()


def stored(db: Connection) -> int:
    row = db.execute("select count(*) as n from lantaarn.observation").fetchone()
    assert row is not None
    return row["n"]


def values(db: Connection) -> list[float]:
    return [each["value"] for each in db.execute("select value from lantaarn.observation order by value").fetchall()]


def reasons(db: Connection) -> list[tuple[str, int]]:
    rows = db.execute("select reason, readings from lantaarn.ledger_reason order by reason").fetchall()
    return [(each["reason"], each["readings"]) for each in rows]


def received(db: Connection) -> int:
    row = db.execute("select coalesce(sum(received), 0)::int as n from lantaarn.ledger").fetchone()
    assert row is not None
    return row["n"]


@pytest.mark.parametrize("ingest_v5", [False, True], ids=["mqtt-3.1.1", "mqtt-5"])
def test_a_reading_of_a_registered_sensor_is_in_the_database_within_two_seconds(
    database: str, db: Connection, broker: EmbeddedBroker, ingest_v5: bool
) -> None:
    with working(database, broker.url_v5 if ingest_v5 else broker.url), device(broker) as send:
        send("helmond/air_quality/LML-1/json", {"time": long_ago(), "no2": 0})
        wait_for(lambda: stored(db), 10)
        send("helmond/air_quality/LML-1/json", {"time": now().isoformat(), "no2": 21.5})
        wait_for(lambda: stored(db) == 2, 2)


def test_a_late_value_is_at_once_in_a_published_hour_which_says_so(
    database: str, db: Connection, broker: EmbeddedBroker
) -> None:
    hour = (now() - timedelta(hours=4)).replace(minute=0, second=0, microsecond=0)
    with working(database, broker.url), device(broker) as send:
        send("helmond/air_quality/LML-1/json", {"time": (hour + timedelta(minutes=10)).isoformat(), "no2": 10})
        wait_for(lambda: stored(db) == 1, 20)
        db.execute("select lantaarn.publish_cells(now())")
        send("helmond/air_quality/LML-1/json", {"time": (hour + timedelta(minutes=30)).isoformat(), "no2": 20})
        completed = "select 1 from open.hour where value = 15 and completed_at is not null"
        wait_for(lambda: db.execute(completed).fetchone(), 20)


def test_what_the_register_does_not_declare_is_not_stored_and_the_ledger_says_why(
    database: str, db: Connection, broker: EmbeddedBroker
) -> None:
    with working(database, broker.url), device(broker) as send:
        send("helmond/air_quality/unknown/json", {"time": now().isoformat(), "no2": 1})
        send("helmond/air_quality/LML-1/json", {"time": now().isoformat(), "o3": 1})
        wait_for(lambda: db.execute("select 1 from lantaarn.ledger where fields_dropped = 1").fetchone(), 20)
    assert stored(db) == 0
    rows = db.execute("select sensor_id, reason, readings from lantaarn.ledger_reason order by 2").fetchall()
    assert rows == [
        {"sensor_id": 1, "reason": "no_readings", "readings": 1},
        {"sensor_id": None, "reason": "unregistered", "readings": 1},
    ]


def test_case_13_a_message_over_the_limit_is_counted_as_too_large(
    database: str, db: Connection, broker: EmbeddedBroker
) -> None:
    """The case allows a limit on octets as well: 6,000 objects are fewer than 10,000 readings."""
    case = ingest_case("13")
    assert (case["topic_kind"], "6,000 objects (270,721 octets)" in case["messages"]) == ("air_quality", True)
    objects = ",".join(f'{{"time":"2026-11-22T{n // 360:02}:{n // 6 % 60:02}:{n % 6}0Z","no2":1}}' for n in range(6000))
    payload = f"[{objects}]".ljust(270_721).encode()
    assert len(payload) == 270_721
    with working(database, broker.url), device(broker) as send:
        send("helmond/air_quality/LML-1/json", payload)
        wait_for(lambda: received(db), 20)
    assert stored(db) == 0
    rows = db.execute("select reason, field_paths, size from lantaarn.quarantine").fetchall()
    assert rows == [{"reason": "too_large", "field_paths": [], "size": 270_721}]
    rows = db.execute("select reason, readings from lantaarn.ledger_reason").fetchall()
    assert rows == [{"reason": "too_large", "readings": 1}]


def test_what_comes_while_ingest_is_away_is_stored_when_it_is_back(
    database: str, db: Connection, broker: EmbeddedBroker
) -> None:
    with working(database, broker.url), device(broker) as send:
        send("helmond/air_quality/LML-1/json", {"time": long_ago(), "no2": 1})
        wait_for(lambda: stored(db) == 1, 20)
    start = now()
    with device(broker) as send:
        for second in range(200):
            send("helmond/air_quality/LML-1/json", {"time": (start - timedelta(seconds=second)).isoformat(), "no2": 1})
    with working(database, broker.url):
        wait_for(lambda: stored(db) == 201, 20)
    assert received(db) == 201


def test_a_database_that_goes_away_loses_nothing(database: str, db: Connection, broker: EmbeddedBroker) -> None:
    with working(database, broker.url), device(broker) as send:
        send("helmond/air_quality/LML-1/json", {"time": long_ago(), "no2": 1})
        wait_for(lambda: stored(db) == 1, 20)
        with db.transaction():
            db.execute("lock table lantaarn.ledger in access exclusive mode")
            start = now()
            for second in range(150):
                send(
                    "helmond/air_quality/LML-1/json",
                    {"time": (start - timedelta(seconds=second)).isoformat(), "no2": 1},
                )
            db.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'lantaarn ingest'"
            )
        wait_for(lambda: stored(db) == 151, 20)
    assert received(db) == stored(db)


def test_a_new_register_entry_takes_effect_while_ingest_runs(
    database: str, db: Connection, broker: EmbeddedBroker
) -> None:
    with working(database, broker.url), device(broker) as send:
        send("helmond/air_quality/LML-2/json", {"time": now().isoformat(), "no2": 1})
        wait_for(lambda: received(db) == 1, 20)
        publish(
            db,
            Entry.model_validate(example_entry(reference="LML-2", id=str(uuid4()))),
            editor="test",
            reason="new",
            valid_from=now(),
        )

        def arrives() -> bool:
            send("helmond/air_quality/LML-2/json", {"time": now().isoformat(), "no2": 1})
            return stored(db) > 0

        wait_for(arrives, 5)


@pytest.mark.usefixtures("thermometer")
def test_a_sensor_without_a_clock_is_stored_at_receipt_unless_the_broker_retained_it(
    database: str, db: Connection, broker: EmbeddedBroker
) -> None:
    with device(broker) as send:
        send(THERMOMETER, {"temperature": 0}, retain=True)
        with working(database, broker.url):
            wait_for(lambda: received(db) == 1, 20)
            before = now().replace(microsecond=0)
            send(THERMOMETER, {"temperature": 1, "time": "2020-01-01T00:00:00Z"}, retain=True)
            wait_for(lambda: received(db) == 2, 20)
    assert (values(db), reasons(db)) == ([1], [("no_time", 1)])
    (row,) = db.execute("select time, date_trunc('second', time) as second from lantaarn.observation").fetchall()
    assert before <= row["time"] == row["second"] <= now()


@pytest.mark.usefixtures("thermometer")
def test_without_a_clock_what_waited_is_stored_only_if_it_waited_less_than_its_interval(
    database: str, db: Connection, broker: EmbeddedBroker
) -> None:
    with device(broker) as send:
        with working(database, broker.url):
            send(THERMOMETER, {"temperature": 1})
            wait_for(lambda: received(db) == 1, 20)
        send(THERMOMETER, {"relative_humidity": 2})
        with working(database, broker.url):
            wait_for(lambda: received(db) == 2, 20)
        send(THERMOMETER, {"temperature": 3})
        db.execute("update lantaarn.ingest_session set backlog_empty_at = backlog_empty_at - interval '1 hour'")
        with working(database, broker.url):
            wait_for(lambda: received(db) == 3, 20)
    assert (values(db), reasons(db)) == ([1, 2], [("no_time", 1)])


@needs_mosquitto
@pytest.mark.usefixtures("thermometer")
def test_without_a_clock_what_the_broker_sends_again_is_not_stored_again(
    database: str, db: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Mosquitto(tmp_path) as broker, device(broker) as send:
        with monkeypatch.context() as patch, working(database, broker.url):
            patch.setattr(Session, "acknowledge", Mock())
            send(THERMOMETER, {"temperature": 1})
            wait_for(lambda: received(db) == 1, 20)
        send(THERMOMETER, {"relative_humidity": 2})
        with working(database, broker.url):
            wait_for(lambda: received(db) == 3, 20)
    assert (values(db), reasons(db)) == ([1, 2], [("no_time", 1)])
