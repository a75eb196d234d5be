"""The load generator, a separate process that writes pre-encoded packets to several sockets.

It takes a LoadOrder as JSON, prints ``ready`` once the packets are encoded, sends as many messages as the numbers on
its stdin allow, and finally prints a SendResult as JSON.
"""

import socket
import struct
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event

import msgspec

from sensors.processes import LOOPBACK_HOST
from tests.bench.messages import NumberedTraffic
from tests.bench.processes import log_tail, running_process
from tests.support.mqtt_packets import encode_remaining_length

PUBLISH_QOS_1 = 0x32
MAX_UNACKNOWLEDGED = 5_000
"""Maximum number of unacknowledged messages per socket; below the 65,535 available packet identifiers."""

KEEP_ALIVE_BYTES = (255, 255)
"""Eighteen hours, longer than any measurement: the embedded broker rejects clients without a keep-alive."""


@dataclass(frozen=True, slots=True)
class LoadOrder:
    """What to send: ``count`` messages from number ``first`` on, in chunks over ``sockets`` round robin."""

    port: int
    sensors: int
    start: datetime
    first: int
    count: int
    chunk_size: int
    messages_per_second: float | None = None
    """None for maximum speed."""
    sockets: int = 4

    @property
    def chunks(self) -> Sequence[range]:
        """The message numbers of each chunk."""
        last = self.first + self.count
        return [range(at, min(at + self.chunk_size, last)) for at in range(self.first, last, self.chunk_size)]


@dataclass(frozen=True, slots=True)
class SendResult:
    """The number of messages sent and acknowledged, and the monotonic time of each chunk."""

    count: int
    chunk_times: list[float]


class LoadGenerator:
    """The parent's handle on the process."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.pid = process.pid
        self._process = process
        self._log = log
        self._allowed = 0

    def wait_until_ready(self) -> None:
        """Wait until all packets are encoded. Raises RuntimeError if the process dies."""
        self._line()

    def allow(self, count: int) -> None:
        """Allow it to send up to ``count`` messages in total."""
        if count > self._allowed and self._process.stdin is not None:
            self._allowed = count
            self._process.stdin.write(b"%d\n" % count)
            self._process.stdin.flush()

    def finish(self) -> SendResult:
        """Allow no more, and wait until the broker has acknowledged everything."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        return msgspec.json.decode(self._line(), type=SendResult)

    def _line(self) -> bytes:
        line = self._process.stdout.readline() if self._process.stdout is not None else b""
        if not line:
            raise RuntimeError(f"the load generator died: {log_tail(self._log)}")
        return line


@contextmanager
def running_load_generator(order: LoadOrder, log: Path) -> Generator[LoadGenerator]:
    """Run a load generator; yields it once it is ready to send."""
    command = [sys.executable, "-m", "tests.bench.load_generator", msgspec.json.encode(order).decode()]
    with running_process(command, log, with_pipes=True) as process:
        generator = LoadGenerator(process, log)
        generator.wait_until_ready()
        yield generator


class BrokerConnection:
    """One MQTT 3.1.1 connection to the broker."""

    def __init__(self, port: int, name: str) -> None:
        self._socket = socket.create_connection((LOOPBACK_HOST, port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sent = 0
        self._acknowledged = 0
        body = _encode_text("MQTT") + bytes([4, 2, *KEEP_ALIVE_BYTES]) + _encode_text(name)
        self._socket.sendall(bytes([0x10]) + encode_remaining_length(len(body)) + body)
        if self._socket.recv(4, socket.MSG_WAITALL) != b"\x20\x02\x00\x00":
            raise ConnectionError("the broker did not accept the connection")

    def send(self, packets: bytes, count: int) -> None:
        """Send packets, blocking only while too many messages are unacknowledged."""
        self._socket.sendall(packets)
        self._sent += count
        self.wait(MAX_UNACKNOWLEDGED)

    def wait(self, max_unacknowledged: int) -> None:
        """Wait until at most this many are unacknowledged. A PUBACK has four octets (MQTT 3.1.1, 3.4)."""
        while self._sent - self._acknowledged // 4 > max_unacknowledged:
            data = self._socket.recv(65_536)
            if not data:
                raise ConnectionError("the broker hung up")
            self._acknowledged += len(data)

    def close(self) -> None:
        """Wait for all acknowledgements, and disconnect."""
        self.wait(0)
        self._socket.sendall(b"\xe0\x00")
        self._socket.close()


def make_packets(order: LoadOrder) -> Iterator[tuple[bytes, int]]:
    """Yield each chunk as octets with its number of messages. Packet identifiers wrap around per socket."""
    traffic = NumberedTraffic(order.sensors, order.start)
    used = [0] * order.sockets
    for index, numbers in enumerate(order.chunks):
        link = index % order.sockets
        packets: list[bytes] = []
        for number in numbers:
            used[link] += 1
            packets.append(_publish(traffic, number, used[link] % 65_535 + 1))
        yield b"".join(packets), len(packets)


def _publish(traffic: NumberedTraffic, number: int, identifier: int) -> bytes:
    body = _encode_text(traffic.topic(number)) + struct.pack("!H", identifier) + traffic.payload(number)
    return bytes([PUBLISH_QOS_1]) + encode_remaining_length(len(body)) + body


def _encode_text(text: str) -> bytes:
    return struct.pack("!H", len(text)) + text.encode()


def send_packets(order: LoadOrder, chunks: Sequence[tuple[bytes, int]]) -> SendResult:
    """Send as many messages as stdin allows, at the rate of the order."""
    links = [BrokerConnection(order.port, f"bench-load-{number}") for number in range(order.sockets)]
    allowed, sent, times, start = 0, 0, list[float](), 0.0
    for index, (data, count) in enumerate(chunks):
        while allowed < sent + count:
            line = sys.stdin.readline()
            if not line:
                break
            allowed = int(line)
        if allowed < sent + count:
            break
        start = start or time.monotonic()
        if order.messages_per_second is not None:
            Event().wait(max(0.0, start + sent / order.messages_per_second - time.monotonic()))
        times.append(time.monotonic())
        links[index % order.sockets].send(data, count)
        sent += count
    for link in links:
        link.close()
    return SendResult(sent, times)


def main() -> None:
    """Encode and send the messages of the order in the first argument."""
    order = msgspec.json.decode(sys.argv[1], type=LoadOrder)
    chunks = list(make_packets(order))
    _write_line(b"ready")
    _write_line(msgspec.json.encode(send_packets(order, chunks)))


def _write_line(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
