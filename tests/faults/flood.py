"""The flood: hostile devices beside ten thousand honest ones, on the broker as shipped, in little memory.

Whatever the hostile ones send, each reading of an honest one is stored, and soon.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import click
from paho.mqtt.client import Client
from psycopg import sql

from ingest.lifecycle.audit import audit_ledger
from sensors.broker import BrokerAddress
from sensors.db import connect
from sensors.db.migrate import migrate
from sensors.db.queries import load_queries
from sensors.register.repository import import_entries
from tests.faults.flood_devices import (
    HOSTILITIES,
    PROPERTY,
    hostile_devices,
    hostile_references,
    publishing_client,
    topic_of,
)
from tests.faults.rig import (
    MAX_MEMORY_BYTES,
    RECOVERY_TIMEOUT_SECONDS,
    Connection,
    DurableServer,
    IngestProcess,
    execute_as_admin,
)
from tests.support.entries import example_datastream, example_entry
from tests.support.memory_limit import memory_limit
from tests.support.mosquitto import INGEST_PASSWORD, SIMULATE_PASSWORD, ShippedBroker, shipped_broker
from tests.support.waiting import wait_for

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))
DATABASE = "flood"
HONEST = "honest"
HONEST_SENSORS = 10_000
PERIOD_SECONDS = 60
"""Between two readings of an honest sensor."""
FLOOD_SECONDS = 75
CONTAINER_BYTES = 512 << 20
"""The memory of a small container. The kernel kills ingest if it needs more."""
MAX_P99_SECONDS = 2.0
"""From publishing to commit, for all but one in a hundred honest readings."""


@dataclass(frozen=True, slots=True)
class HonestReading:
    """A reading as it was published."""

    reference: str
    time: datetime
    value: float
    sent_at: datetime


def run_flood(server: DurableServer, folder: Path) -> None:
    """Run it and print the figures. Raises AssertionError if one is worse than promised."""
    folder.mkdir()
    url = prepare_database(server, folder)
    with shipped_broker(folder) as broker, memory_limit(CONTAINER_BYTES) as prefix:
        if prefix is None:
            click.echo("flood: this machine can't limit the memory of ingest")
        ingest = ingest_process(url, broker, folder, prefix or ())
        try:
            ingest.start()
            wait_for(ingest.is_ready, RECOVERY_TIMEOUT_SECONDS)
            readings = flood(broker.as_user("lantaarn-simulate", SIMULATE_PASSWORD, as_program=True))
            with connect(url) as db:
                verify(db, ingest, readings)
        finally:
            ingest.stop()


def prepare_database(server: DurableServer, folder: Path) -> str:
    """A database whose register has all these sensors, on a server that notes when transactions commit. Its URL."""
    execute_as_admin(server, sql.SQL(QUERIES["record_commit_times"]).format())
    server.stop()
    server.start()
    execute_as_admin(server, sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
    stream = example_datastream(PROPERTY, interval=f"PT{PERIOD_SECONDS}S", stamp="instant")
    references = [*(reference for reference, _ in hostile_references()), *map(honest_reference, range(HONEST_SENSORS))]
    entries = [json.dumps(example_entry(reference=each, datastreams=[stream])) for each in references]
    (folder / "register.jsonl").write_text("\n".join(entries))
    url = server.embedded.url_of(DATABASE)
    with connect(url) as db:
        migrate(db)
        assert import_entries(db, folder / "register.jsonl", "soak", "soak").published == len(references)
    return url


def ingest_process(url: str, broker: ShippedBroker, folder: Path, prefix: Sequence[str]) -> IngestProcess:
    """``lantaarn ingest``, with these words in front of it, on the broker's listener for programs."""
    address = broker.program_address
    ingest = IngestProcess(url, address.port, folder / "ingest.log")
    ingest.prefix = prefix
    ingest.environment |= {
        "MQTT_URL": f"mqtts://lantaarn-ingest@{address.host}:{address.port}",
        "MQTT_PASSWORD": INGEST_PASSWORD,
        "MQTT_CA_FILE": str(address.ca_file),
    }
    return ingest


def flood(broker: BrokerAddress) -> Sequence[HonestReading]:
    """Publish everything, and return the readings of the honest sensors once the broker has acknowledged them."""
    with publishing_client(broker) as client, hostile_devices(broker):
        return send_honest_readings(client)


def send_honest_readings(client: Client) -> Sequence[HonestReading]:
    """One reading from each sensor in turn, at an even pace, over one connection."""
    readings: list[HonestReading] = []
    acknowledged: list[int] = []
    client.on_publish = lambda _client, _data, number, _reason, _properties: acknowledged.append(number)
    start = time.monotonic()
    while (elapsed := time.monotonic() - start) < FLOOD_SECONDS:
        while len(readings) < elapsed * HONEST_SENSORS / PERIOD_SECONDS:
            readings.append(publish_reading(client, len(readings)))
        Event().wait(PERIOD_SECONDS / HONEST_SENSORS)
    wait_for(lambda: len(acknowledged) == len(readings), RECOVERY_TIMEOUT_SECONDS)
    return readings


def publish_reading(client: Client, number: int) -> HonestReading:
    """Publish the reading with this number, of this moment."""
    now = datetime.now(UTC)
    reading = HonestReading(
        honest_reference(number % HONEST_SENSORS), now.replace(microsecond=0), number % 500 / 10, now
    )
    content = {"time": reading.time.isoformat(), PROPERTY: reading.value}
    client.publish(topic_of(reading.reference), json.dumps(content), qos=1)
    return reading


def honest_reference(number: int) -> str:
    """The reference of an honest sensor."""
    return f"{HONEST}-{number}"


def verify(db: Connection, ingest: IngestProcess, readings: Sequence[HonestReading]) -> None:
    """Print what became of all that was sent, once the honest readings are stored or late, and judge it."""
    deadline = time.monotonic() + RECOVERY_TIMEOUT_SECONDS
    while (outcome := compare(db, readings))["lost"] and time.monotonic() < deadline:
        Event().wait(1)
    # Fails if ingest has exited: with one worker, that is the worker too.
    memory = ingest.peak_memory_bytes()
    click.echo(
        f"flood: {outcome['sent']:,} honest readings, {outcome['lost']} lost, p99 {outcome['p99_seconds']:.2f} s; "
        f"ingest used {memory / 2**20:.0f} MB at most"
    )
    by_kind = {row.pop("kind"): row for row in db.execute(QUERIES["ledger_by_kind"]).fetchall()}
    for kind in HOSTILITIES:
        click.echo(f"  {kind}: " + ", ".join(f"{count:,} {outcome}" for outcome, count in by_kind[kind].items()))
    assert outcome["lost"] == 0, "readings of honest sensors were lost"
    assert by_kind[HONEST]["refused"] == 0, "readings of honest sensors were refused"
    assert outcome["p99_seconds"] <= MAX_P99_SECONDS, "readings of honest sensors were stored too late"
    assert memory <= MAX_MEMORY_BYTES, "ingest used too much memory"
    assert audit_ledger(db, datetime.now(UTC)) == ()


def compare(db: Connection, readings: Sequence[HonestReading]) -> dict[str, Any]:
    """What became of the honest readings so far."""
    sent = {
        "references": [each.reference for each in readings],
        "times": [each.time for each in readings],
        "values": [each.value for each in readings],
        "sent": [each.sent_at for each in readings],
    }
    return db.execute(QUERIES["compare_honest"], sent).fetchall()[0]
