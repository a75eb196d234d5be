"""The broker's end of an MQTT connection, played from a script: what a client sends is recorded, and answered at once.

For tests of what clients do with answers that a real broker gives rarely: a refusal, a resumed session, a hang-up.
"""

import socket
import socketserver
import struct
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Queue
from threading import Thread
from typing import BinaryIO

from paho.mqtt.packettypes import PacketTypes

from sensors.broker import BrokerAddress
from sensors.processes import LOOPBACK_HOST
from tests.support.mqtt_packets import encode_remaining_length

TIMEOUT_SECONDS = 10.0
Packet = tuple[int, bytes]
"""The type of a packet (MQTT 5, 2.1.2) and its content: everything after the fixed header."""


@dataclass
class ScriptedBroker:
    """One client after another. ``received`` holds their packets, except pings."""

    address: BrokerAddress
    speaks_mqtt_5: bool = True
    """If not, it hangs up on a client that does."""
    has_session: bool = False
    subscribe_code: int = 1
    """The granted QoS, or why it refuses (MQTT 5, 3.9.3)."""
    received: Queue[Packet] = field(default_factory=Queue[Packet])
    _connection: socket.socket | None = None

    def expect(self, packet_type: int) -> bytes:
        """Return the content of the next packet of this type, discarding others. Fails if none comes."""
        while True:
            kind, content = self.received.get(timeout=TIMEOUT_SECONDS)
            if kind == packet_type:
                return content

    def send(self, packet_type: int, content: bytes, flags: int = 0) -> None:
        """Send a packet to the connected client."""
        assert self._connection is not None
        header = bytes([packet_type << 4 | flags]) + encode_remaining_length(len(content))
        self._connection.sendall(header + content)

    def publish(self, topic: str, payload: bytes, packet_id: int = 0, *, retained: bool = False) -> None:
        """Send a publication: with QoS 1 if it has a packet identifier. Only to clients of MQTT 5."""
        identifier = struct.pack("!H", packet_id) if packet_id else b""
        content = struct.pack("!H", len(topic)) + topic.encode() + identifier + b"\0" + payload
        self.send(PacketTypes.PUBLISH, content, flags=(2 if packet_id else 0) | retained)

    def hang_up(self) -> None:
        """Break the connection."""
        assert self._connection is not None
        self._connection.shutdown(socket.SHUT_RDWR)

    def serve(self, connection: socket.socket) -> None:
        """Answer one client until it leaves."""
        self._connection = connection
        with connection.makefile("rb") as stream:
            self._answer(stream)

    def _answer(self, stream: BinaryIO) -> None:
        level = 5
        while header := stream.read(1):
            kind, content = header[0] >> 4, stream.read(_remaining_length(stream.read))
            if kind == PacketTypes.CONNECT:
                level = content[6]
            if kind != PacketTypes.PINGREQ:
                self.received.put((kind, content))
            if level == 5 and not self.speaks_mqtt_5:
                return
            for answer_type, answer in self._answers(kind, content, properties=b"\0" if level == 5 else b""):
                self.send(answer_type, answer)

    def _answers(self, kind: int, content: bytes, properties: bytes) -> Iterator[Packet]:
        match kind:
            case PacketTypes.CONNECT:
                yield PacketTypes.CONNACK, bytes([self.has_session, 0]) + properties
            case PacketTypes.SUBSCRIBE:
                yield PacketTypes.SUBACK, content[:2] + properties + bytes([self.subscribe_code])
            case PacketTypes.UNSUBSCRIBE:
                yield PacketTypes.UNSUBACK, content[:2] + (properties and properties + b"\0")
            case PacketTypes.PINGREQ:
                yield PacketTypes.PINGRESP, b""
            case _:
                pass


def _remaining_length(read: Callable[[int], bytes]) -> int:
    length, shift = 0, 0
    while True:
        octet = read(1)[0]
        length |= (octet & 127) << shift
        shift += 7
        if octet < 128:
            return length


@contextmanager
def scripted_broker(
    *, speaks_mqtt_5: bool = True, has_session: bool = False, subscribe_code: int = 1
) -> Generator[ScriptedBroker]:
    """Listen on a free port for the duration of the block."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            broker.serve(self.request)

    with socketserver.ThreadingTCPServer((LOOPBACK_HOST, 0), Handler) as server:
        server.daemon_threads = True
        broker = ScriptedBroker(
            BrokerAddress(LOOPBACK_HOST, server.server_address[1]), speaks_mqtt_5, has_session, subscribe_code
        )
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield broker
        server.shutdown()
