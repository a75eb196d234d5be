"""Did someone pass? Asked of everything that is kept and of what anyone may read, but for the noisy numbers themselves.

Two worlds differ in one message about one person. Of each world the attacker gets every row of every table and view,
the metrics and the log. Random numbers are taken out on both sides: without them the worlds must be the same. What the
noisy numbers tell is in ``test_movement`` and, of refused events, below.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import numpy as np
import psycopg
import pytest
from paho.mqtt.client import MQTTMessage
from prometheus_client import generate_latest
from psycopg import sql
from structlog.testing import capture_logs

from ingest.cells import count_cells
from ingest.cells.count_cells import publish_counts
from ingest.events import listener as event_listener
from ingest.events import passers_by, presence, refusals
from ingest.events.aggregates import publish_movement, write_event_batch
from ingest.events.listener import EventListener
from ingest.events.refusals import REFUSAL_NOISE
from ingest.heartbeat import Heartbeat, write_heartbeat
from ingest.hourly_totals import update_hourly_totals
from ingest.lifecycle.daily_totals import update_daily_totals
from ingest.lifecycle.scheduler import QUERIES as SCHEDULER
from ingest.lifecycle.verification import record_verification, verify_retention
from ingest.metrics import Metrics
from ingest.noise import add_noise
from ingest.pipeline import IncomingMessage, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register
from sensors.broker import BrokerAddress
from sensors.db import Connection, connect
from sensors.policy.promises import MAX_WALK_PASSES
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.entries import Document, example_datastream
from tests.support.person_sensors import (
    event_counter_entry,
    lamp_in_group_entry,
    plate_camera_entry,
    publish_documents,
)
from tests.support.sample_data import traffic_counter_entry

HOUR = timedelta(hours=1)
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
START = datetime.combine(NOW.astimezone(LOCAL_TIME_ZONE) - timedelta(days=9), time(20), LOCAL_TIME_ZONE).astimezone(UTC)
"""In the evening: what is sent first is in an hour by itself, and the night after it and a whole day are observed."""
HOURS = 34
"""Of which a whole day, and the hours after which its books are compared."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message on an event topic, so many minutes after the start."""

    minutes: float
    topic: str
    content: Mapping[str, object]
    ahead: timedelta = timedelta(0)
    """How far the device's clock is ahead."""
    retained: bool = False

    def message(self) -> MQTTMessage:
        sent_at = START + timedelta(minutes=self.minutes) + self.ahead
        made = MQTTMessage(topic=f"event/helmond/{self.topic}/json".encode())
        made.payload = json.dumps({"time": sent_at.isoformat(), **self.content}).encode()
        made.retain = self.retained
        return made


MOVEMENT = Sent(95, "streetlight/lamp-0", {"presence": True})
PEDESTRIAN = Sent(95, "traffic/teller", {"count_pedestrian": 1})
CAR = Sent(95, "traffic/teller", {"count_car": 1})
PASSAGE = Sent(95, "traffic/A", {"identifier": "XK-123-Z", "vehicle_class": "car"})
FOURTEEN = [replace(MOVEMENT, minutes=65 + minute) for minute in range(14)]
"""One more in this week, and the public books of before showed it."""
PEOPLE = {
    "someone walks": MOVEMENT,
    "someone drives": PASSAGE,
    "someone walks past a counter": PEDESTRIAN,
    "someone drives past a counter at night": replace(CAR, minutes=7 * 60),
    "a counter whose clock is slow": replace(PEDESTRIAN, ahead=timedelta(hours=-2)),
    "a counter that can't be read": replace(PEDESTRIAN, content={"count_pedestrian": "one"}),
    "a lamp whose clock is two minutes fast": replace(MOVEMENT, ahead=timedelta(minutes=2)),
    "a camera whose clock is slow": replace(PASSAGE, ahead=timedelta(hours=-1)),
    "a lamp that leaves": replace(MOVEMENT, content={"presence": False}),
    "a lamp that can't be read": replace(MOVEMENT, content={"presence": "yes"}),
    "a lamp that tells too much": replace(MOVEMENT, content={"presence": True, "mac": "00:80:41:ae:fd:7e"}),
    "a lamp that is not in the register": replace(MOVEMENT, topic="streetlight/lamp-99"),
    "a message that the broker stored": replace(MOVEMENT, retained=True),
}


@pytest.fixture(autouse=True)
def without_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted is left out of the numbers that have noise in them."""

    def only_noise(_: int, deviation: float) -> int:
        return round(deviation)

    monkeypatch.setattr(presence, "add_noise", only_noise)
    monkeypatch.setattr(passers_by, "add_noise", only_noise)
    monkeypatch.setattr(refusals, "add_noise", only_noise)
    monkeypatch.setattr(event_listener, "MIN_TAKE_INTERVAL_SECONDS", 0.0)


@pytest.fixture
def db(database: str) -> Iterator[Connection]:
    with connect(database) as connection:
        lamps = [lamp_in_group_entry(f"lamp-{number}", "straat") for number in range(12)]
        cameras = [plate_camera_entry("A", to="B"), plate_camera_entry("B")]
        counter = event_counter_entry("teller", "count_pedestrian", "count_car")
        publish_documents(connection, *lamps, *cameras, counter, at=START - HOUR)
        connection.execute(
            "insert into lantaarn.observation_31d (datastream_id, time, value, quality) select id, at, 1, 0 from "
            "lantaarn.datastream, generate_series(%(start)s::timestamptz, %(end)s, interval '15 minutes') as at "
            "where property = 'alive'",
            {"start": START, "end": START + HOURS * HOUR},
        )
        yield connection


def seen(db: Connection, *people: Sent) -> Mapping[str, Sequence[str]]:
    """What there is to see after these messages and those of the others; nothing of it stays in the database."""
    found: dict[str, Sequence[str]] = {}
    with suppress(psycopg.Rollback), db.transaction(), capture_logs() as logged:
        metrics = Metrics()
        live(db, metrics, sorted([*FOURTEEN, *people], key=lambda sent: sent.minutes))
        found = {**everything(db), "metrics": _samples(metrics)}
        found["log"] = [str({**each, "exception": None}) for each in logged]
        raise psycopg.Rollback
    return found


def live(db: Connection, metrics: Metrics, messages: Sequence[Sent]) -> None:
    now = START
    listener = EventListener(BrokerAddress("nowhere.example", 1883), "helmond", metrics, lambda: now)
    listener.set_register(load_register(db))
    listener._on_subscribe(None, None, 0, [], None)  # pyright: ignore
    for hour in range(HOURS):
        for sent in messages:
            if hour * 60 <= sent.minutes < (hour + 1) * 60:
                now = START + timedelta(minutes=sent.minutes)
                listener._on_message(None, None, sent.message())  # pyright: ignore
        now = START + (hour + 1) * HOUR
        listener._tick(now)  # pyright: ignore[reportPrivateUsage]
        write_event_batch(db, listener.take_batch())
    listener.close()
    publish_movement(db, NOW)
    update_daily_totals(db, NOW)
    record_verification(db, verify_retention(db, NOW), NOW)
    db.execute(SCHEDULER["refresh_quality"])


def _samples(metrics: Metrics) -> Sequence[str]:
    """All but when each was created, which is when the program started."""
    return [line for line in generate_latest(metrics.registry).decode().splitlines() if "_created" not in line]


def everything(db: Connection) -> dict[str, Sequence[str]]:
    """All rows of all our tables and views, but for the size of tables: what was rolled back still takes up room."""
    relations = db.execute(
        "select table_schema, table_name from information_schema.tables"
        " where table_schema in ('lantaarn', 'restricted', 'open', 'staff')"
    ).fetchall()
    query = sql.SQL("select t::text as row from {} as t")
    return {
        f"{each['table_schema']}.{each['table_name']}": sorted(
            row["row"] for row in db.execute(query.format(sql.Identifier(*each.values()))).fetchall()
        )
        for each in relations
        if each["table_name"] != "table_size"
    }


def test_one_person_more_changes_nothing_that_is_kept_or_shown(db: Connection) -> None:
    # In one transaction, so that all clocks of the database stand still.
    with db.transaction():
        nobody = seen(db)
        assert len(nobody["lantaarn.window_day"]) > 2
        assert len(nobody["lantaarn.event_refusal"]) > 10
        assert len(nobody["lantaarn.public_cell"]) > HOURS
        different = {
            (person, where)
            for person, sent in PEOPLE.items()
            for where, rows in seen(db, sent).items()
            if rows != nobody[where]
        }
    assert different == set()


def _count(count: int, _: float) -> int:
    return count


def test_the_worlds_do_differ_where_the_noise_belongs(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "add_noise", _count)
    monkeypatch.setattr(passers_by, "add_noise", _count)
    monkeypatch.setattr(refusals, "add_noise", _count)
    fast = PEOPLE["a lamp whose clock is two minutes fast"]
    with db.transaction():
        nobody = seen(db)
        worlds = [seen(db, each) for each in (MOVEMENT, PEDESTRIAN, fast)]
    differ = [{where for where, rows in world.items() if rows != nobody[where]} for world in worlds]
    counted = {
        "lantaarn.public_cell",
        "lantaarn.told_cell",
        "lantaarn.public_day",
        "open.hour",
        "open.day",
        "staff.day",
    }
    assert differ == [{"lantaarn.window_count", "staff.movement"}, counted, {"lantaarn.event_refusal"}]


def as_booked_before(refused: int) -> float:
    """The ledger of before had the number itself."""
    return refused


def balanced_accuracy(publish: Callable[[int], float], person: int, games: int) -> float:
    """How often an attacker is right who knows how many events of all others were refused, and how many of a person."""
    rng = np.random.default_rng(1)
    others = 40
    right = 0
    for _ in range(games):
        is_out = bool(rng.integers(2))
        guess = publish(others + person * is_out) > others + person / 2
        right += guess is is_out
    return right / games


def test_how_many_events_were_refused_tells_nobody_who_walked_past_faulty_lamps() -> None:
    def as_booked(refused: int) -> float:
        return add_noise(refused, REFUSAL_NOISE)

    # Three standard errors above the bound.
    assert balanced_accuracy(as_booked, MAX_WALK_PASSES, 20_000) <= 0.55 + 3 * 0.5 / 20_000**0.5
    assert balanced_accuracy(as_booked_before, 1, 1000) == 1


def told_to_readers(db: Connection, *sent: Mapping[str, object]) -> Mapping[str, Sequence[str]]:
    """What readers can see after these messages of a counter, each in a minute of its own; then they never were."""
    found: dict[str, Sequence[str]] = {}
    with suppress(psycopg.Rollback), db.transaction():
        register, memory, heartbeat = load_register(db), QualityChecker(), Heartbeat()
        heartbeat.take_finished_minute(START)
        for number, values in enumerate(sent):
            at = NOW - (30 - number) * HOUR
            content = json.dumps({"time": at.isoformat(), **values}).encode()
            message = IncomingMessage("helmond/traffic/stil/json", content)
            outcomes = [process_message(message, register, memory, at)]
            commit_batch(db, outcomes, at)
            heartbeat.record_batch(outcomes, at, 0.1)
            minute = heartbeat.take_finished_minute(at + timedelta(minutes=1))
            assert minute is not None
            write_heartbeat(db, minute)
        update_hourly_totals(db)
        publish_counts(db, NOW)
        update_daily_totals(db, NOW)
        db.execute(SCHEDULER["refresh_quality"])
        found = {name: rows for name, rows in everything(db).items() if name.startswith(("open.", "staff."))}
        raise psycopg.Rollback
    return found


def test_that_a_single_value_of_a_counter_came_is_in_no_book(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a counter that sends no zeros, of a speed that is there only when somebody drove, and of a refused one."""
    monkeypatch.setattr(count_cells, "add_noise", _nothing)
    rule: Document = {"public": "hour", "privacy_rules": [{"rule": "public_threshold"}]}
    streams = [example_datastream("count_pedestrian", "traffic", sends_zeros=False, **rule)]
    streams += [example_datastream(code, "traffic", interval="PT15M", **rule) for code in ("count_car", "mean_speed")]
    quiet = traffic_counter_entry(reference="stil", datastreams=streams)
    with db.transaction():
        publish_documents(db, quiet, at=START - HOUR)
        nobody = told_to_readers(db, {"count_car": 0}, {"count_car": 0})
        assert nobody["open.hour"]
        for seen_one in (
            {"count_car": 0, "count_pedestrian": 1},
            {"count_car": 1, "mean_speed": 47},
            {"count_car": 0, "count_pedestrian": "een"},
        ):
            world = told_to_readers(db, {"count_car": 0}, seen_one)
            assert {name for name, rows in world.items() if rows != nobody[name]} == set()


def _nothing(_count: int, _noise: float) -> int:
    return 0
