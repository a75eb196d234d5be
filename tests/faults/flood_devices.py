"""Hostile devices, four of each kind, in a process of their own.

They publish on their own topics what the broker accepts, so it can't tell them from honest ones.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from threading import Thread

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from ingest.pipeline import MAX_PAYLOAD_BYTES
from sensors.broker import BrokerAddress

DEVICES_OF_A_KIND = 4
PROPERTY = "no2"
READINGS_IN_LARGE = 2_500
MINUTE = timedelta(minutes=1)
LONG_AGO = timedelta(days=3 * 365)


@dataclass(frozen=True, slots=True)
class Hostility:
    """A way to be a burden: ``payload(number, now)`` of each message, and how many of them are sent how often."""

    payload: Callable[[int, datetime], bytes]
    interval_seconds: float
    burst: int = 1


def series(end: datetime) -> bytes:
    """As many readings as an honest device may send at once, a minute apart, in as many octets as possible."""
    readings = [
        {"time": (end - number * MINUTE).isoformat(), PROPERTY: number % 400 / 10, "note": "x" * 28}
        for number in range(READINGS_IN_LARGE)
    ]
    return json.dumps({"readings": readings}).encode()


def large(number: int, now: datetime) -> bytes:
    """Ever older readings, none of them twice."""
    return series(now - number * READINGS_IN_LARGE * MINUTE)


def old(_number: int, now: datetime) -> bytes:
    """Readings of which none may be stored any more."""
    return series(now - LONG_AGO)


def deep(_number: int, _now: datetime) -> bytes:
    """As many arrays in each other as fit a payload."""
    return b"[" * (MAX_PAYLOAD_BYTES // 2) + b"]" * (MAX_PAYLOAD_BYTES // 2)


def lone(number: int, now: datetime) -> bytes:
    """One reading, of another moment than the one before it."""
    at = now.replace(microsecond=0) - timedelta(seconds=number % 3600)
    return json.dumps({"time": at.isoformat(), PROPERTY: number % 400 / 10}).encode()


HOSTILITIES: Mapping[str, Hostility] = {
    "large": Hostility(large, 0.25),
    "old": Hostility(old, 0.25),
    "deep": Hostility(deep, 0.25),
    "many": Hostility(lone, 0.005),
    "fast": Hostility(lone, 5.0, burst=1000),
}


def hostile_references() -> Iterator[tuple[str, Hostility]]:
    """The reference of each hostile device, and what it does."""
    for name, hostility in HOSTILITIES.items():
        for number in range(DEVICES_OF_A_KIND):
            yield f"{name}-{number}", hostility


def topic_of(reference: str) -> str:
    """The topic of a sensor."""
    return f"helmond/air_quality/{reference}/json"


@contextmanager
def publishing_client(broker: BrokerAddress) -> Generator[Client]:
    """A connected client. With QoS 1 it has as many messages in flight as most have, 20."""
    client = Client(CallbackAPIVersion.VERSION2)
    broker.set_credentials(client)
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def hostile_devices(broker: BrokerAddress) -> Generator[None]:
    """All of them, for the duration of the block."""
    context = get_context("spawn")
    ended = context.Event()
    process = context.Process(target=_run, args=(broker, ended), daemon=True)
    process.start()
    try:
        yield
    finally:
        ended.set()
        process.join()


def _run(broker: BrokerAddress, ended: Event) -> None:
    with ExitStack() as stack:
        threads = [
            Thread(target=_send, args=(stack.enter_context(publishing_client(broker)), reference, hostility, ended))
            for reference, hostility in hostile_references()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _send(client: Client, reference: str, hostility: Hostility, ended: Event) -> None:
    for number in count():
        if number % hostility.burst == 0 and ended.wait(hostility.interval_seconds):
            return
        client.publish(topic_of(reference), hostility.payload(number, datetime.now(UTC)), qos=1)
