"""Numbered messages, published at QoS 1 over a plain socket until the broker has acknowledged them all.

The number determines the sensor, time and values of a message. ``compare.sql`` implements the same rule, so that sent
and stored readings can be compared without keeping either in memory. Values have the resolution at which they are kept.
"""

import json
import socket
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice
from threading import Event, Thread

from sensors.processes import LOOPBACK_HOST
from tests.support.mqtt_packets import encode_remaining_length

SENSOR_COUNT = 100
PROPERTIES = ("no2", "pm10", "pm2_5")
MAX_UNACKNOWLEDGED = 1000
"""Maximum number of unacknowledged messages."""
SEND_INTERVAL_SECONDS = 0.02
"""Seconds between bursts if the rate is limited."""
CONNECT_PACKET = bytes.fromhex("10 0c 0004 4d515454 04 02 0000 0000")
"""CONNECT with a clean session, no keep-alive and no client id (MQTT 3.1.1, 3.1)."""
PUBLISH_QOS_1, DUP_FLAG = 0x32, 0x08
"""PUBLISH with QoS 1, and the DUP flag for redelivery (3.3.1)."""

MessageFactory = Callable[[int], tuple[str, bytes]]
"""Maps a number to (topic, payload)."""


def sensor_reference(number: int) -> str:
    """The reference of a message's sensor."""
    return f"F{number % SENSOR_COUNT}"


def properties_in(number: int) -> tuple[str, ...]:
    """The properties in a message: one to three."""
    return PROPERTIES[: 1 + number % 3]


def count_readings(numbers: Iterable[int]) -> int:
    """The number of readings in these messages."""
    return sum(len(properties_in(number)) for number in numbers)


def numbered_messages(start: datetime, padding: int = 0) -> MessageFactory:
    """Messages from ``start`` on, one per second per sensor, with ``padding`` octets in an undeclared field."""
    more = {"padding": "x" * padding} if padding else {}

    def message(number: int) -> tuple[str, bytes]:
        at = start + timedelta(seconds=number // SENSOR_COUNT)
        values = {code: (number % 3000 + 3000 * place) / 10 for place, code in enumerate(properties_in(number))}
        return f"helmond/air_quality/{sensor_reference(number)}/json", json.dumps(
            {"time": at.isoformat(), **values, **more}
        ).encode()

    return message


class NumberedPublisher(Thread):
    """Publishes numbers until they run out or ``finish`` is called, and until all are acknowledged.

    After a lost connection, unacknowledged messages are sent again with the DUP flag.
    """

    def __init__(self, port: int, numbers: Iterable[int], message: MessageFactory, rate: int | None = None) -> None:
        super().__init__()
        self.sent = 0
        self.acknowledged = 0
        self._port = port
        self._numbers = iter(numbers)
        self._message = message
        self._rate = rate
        self._waiting: dict[int, int] = {}
        self._received = b""
        self._ended = Event()
        self._aborted = Event()

    def run(self) -> None:
        """Run until everything is acknowledged, waiting for the broker if it is down."""
        while not self._aborted.is_set() and not self._done():
            with suppress(OSError), socket.create_connection((LOOPBACK_HOST, self._port), timeout=10) as broker:
                self._open(broker)
                while not self._aborted.is_set() and not self._done():
                    self._send(broker)
                    self._take_acknowledgements(broker)
            self._aborted.wait(SEND_INTERVAL_SECONDS)

    def finish(self) -> None:
        """Send no new numbers, and return once all sent ones are acknowledged."""
        self._ended.set()
        self.join()

    def abort(self) -> None:
        """Return as soon as possible, acknowledged or not."""
        self._aborted.set()
        self.join()

    def _done(self) -> bool:
        return self._ended.is_set() and not self._waiting

    def _open(self, broker: socket.socket) -> None:
        broker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        broker.sendall(CONNECT_PACKET)
        self._received = b""
        if broker.recv(4, socket.MSG_WAITALL) != b"\x20\x02\x00\x00":
            raise ConnectionError("the broker did not accept the connection")
        broker.sendall(b"".join(self._packet(identifier, DUP_FLAG) for identifier in self._waiting))

    def _send(self, broker: socket.socket) -> None:
        room = MAX_UNACKNOWLEDGED - len(self._waiting)
        if self._rate is not None:
            room = min(room, int(self._rate * SEND_INTERVAL_SECONDS))
            self._aborted.wait(SEND_INTERVAL_SECONDS)
        if room and not self._ended.is_set():
            identifiers = self._next_identifiers(room)
            broker.sendall(b"".join(self._packet(identifier) for identifier in identifiers))

    def _next_identifiers(self, count: int) -> list[int]:
        """Take the next numbers and return their packet identifiers, which wrap around well after their last use."""
        identifiers: list[int] = []
        for number in islice(self._numbers, count):
            identifier = self.sent % 65535 + 1
            self._waiting[identifier] = number
            self.sent += 1
            identifiers.append(identifier)
        if not identifiers:
            self._ended.set()
        return identifiers

    def _packet(self, identifier: int, flags: int = 0) -> bytes:
        topic, payload = self._message(self._waiting[identifier])
        body = struct.pack("!H", len(topic)) + topic.encode() + struct.pack("!H", identifier) + payload
        return bytes([PUBLISH_QOS_1 | flags]) + encode_remaining_length(len(body)) + body

    def _take_acknowledgements(self, broker: socket.socket) -> None:
        """Read PUBACKs of four octets each; nothing else arrives on this connection (3.4)."""
        if not self._waiting:
            return
        data = broker.recv(65536)
        if not data:
            raise ConnectionError("the broker hung up")
        self._received += data
        whole = len(self._received) // 4 * 4
        for _, _, identifier in struct.iter_unpack("!BBH", self._received[:whole]):
            del self._waiting[identifier]
            self.acknowledged += 1
        self._received = self._received[whole:]
