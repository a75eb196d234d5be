"""Faster I/O for paho's client: frame publications from large reads, and write acknowledgements in one piece.

paho makes three or more system calls per packet and builds properties, a message and a callback for each, which used to
dominate the cost of ingest. Only PUBLISH is framed here; paho still handles the rest of MQTT.
"""

import struct
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.exception import MQTTException
from paho.mqtt.packettypes import PacketTypes

from ingest.pipeline import MAX_PAYLOAD_BYTES, IncomingMessage
from sensors import logs

log = logs.get_logger()

READ_SIZE_BYTES = 65_536
"""Bytes to read at a time."""
MAX_PACKET_BYTES = 1_048_576
"""The largest packet that a broker should let through, so that the pipeline can reject what is too large itself."""
MAX_BUFFERED_BYTES = MAX_PAYLOAD_BYTES + 2 * 65_536
"""Bytes to buffer of a packet: the largest payload, the longest topic, and more properties than a device needs. What
follows in a larger publication is discarded on arrival. Disconnecting instead would make the broker send it again."""
PUBLISH_PACKET_TYPE = 3
REDELIVERY_FLAG = 0x08
"""DUP, in the first byte of a PUBLISH (MQTT 5, 3.3.1.1)."""
RETAIN_FLAG = 0x01
"""RETAIN: the broker had the message before we subscribed."""
PUBACK_HEADER = 0x4002
"""First two bytes of a PUBACK without properties (MQTT 5, 3.4): packet type, and a remaining length of two."""


class MalformedPacketError(Exception):
    """Bytes that are not MQTT, or a packet we never asked for. The text contains none of the bytes."""


DECODING_ERRORS = (MalformedPacketError, MQTTException, struct.error, ValueError, LookupError, AssertionError)
"""What decoding a malformed packet may raise, here or in paho."""


class Publication(msgspec.Struct, frozen=True, gc=False):
    """A PUBLISH from the broker. ``packet_id`` is 0 at QoS 0, which is not acknowledged."""

    message: IncomingMessage
    packet_id: int


class OtherPacket(msgspec.Struct, frozen=True, gc=False):
    """Any other packet: its first byte, and what follows the remaining length."""

    command: int
    content: bytes


class PacketFramer:
    """Splits the bytes of one connection into packets, buffering an incomplete one."""

    def __init__(self, protocol: MQTTProtocolVersion, max_buffered_bytes: int = MAX_BUFFERED_BYTES) -> None:
        self._has_properties = protocol is MQTTProtocolVersion.MQTTv5
        self._largest = max_buffered_bytes
        self._pieces: list[bytes] = []
        self._missing = 0
        self._skip = 0
        self._received_at = 0.0

    def packets(self, data: bytes, received_monotonic: float) -> Iterator[Publication | OtherPacket]:
        """Yield the packets that are now complete; callers must exhaust the iterator. Raises MalformedPacketError.

        ``received_monotonic``: when the data was read, on the monotonic clock.
        """
        self._received_at = received_monotonic
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        self._pieces.append(data)
        self._missing -= len(data)
        if self._missing > 0:
            # Join once the packet is complete: joining at every read would copy a large one many times.
            return
        data, at = b"".join(self._pieces), 0
        while (frame := self._frame(data, at)) is not None:
            command, start, end, at = frame
            if command >> 4 != PUBLISH_PACKET_TYPE:
                yield OtherPacket(command, data[start:end])
            elif end - start < self._largest:
                yield self._publication(command, data, start, end)
            else:
                yield self._oversized_publication(command, data, start, end + self._skip)
        self._pieces = [data[at:]]

    def _frame(self, data: bytes, at: int) -> tuple[int, int, int, int] | None:
        """First byte of the packet at ``at``, start and end of its content, start of the next; None if incomplete."""
        have = len(data)
        self._missing = 1
        if have < at + 2:
            return None
        length, start = data[at + 1], at + 2
        if length > 127:
            found = _long_length(data, at + 1)
            if found is None:
                return None
            length, start = found
        end = start + length
        if length > self._largest:
            return self._cut(data, at, start, end)
        self._missing = end - have
        return (data[at], start, end, end) if end <= have else None

    def _cut(self, data: bytes, at: int, start: int, end: int) -> tuple[int, int, int, int] | None:
        """Frame what has arrived of a packet that is too large to buffer, and skip the rest."""
        if data[at] >> 4 != PUBLISH_PACKET_TYPE:
            raise MalformedPacketError("packet too large")
        self._missing = start + self._largest - len(data)
        if self._missing > 0:
            return None
        self._skip = max(0, end - len(data))
        return data[at], start, min(end, len(data)), min(end, len(data))

    def _publication(self, command: int, data: bytes, start: int, end: int) -> Publication:
        """Decode a PUBLISH (MQTT 5, 3.3). A topic that is not UTF-8 passes here: it names no sensor, so is rejected."""
        topic_end, packet_id, at = _topic_and_identifier(command, data, start, end)
        if self._has_properties and at < end:
            length = data[at]
            at += 1 + length
            if length > 127:
                found = _long_length(data[:end], at - 1 - length)
                at = sum(found) if found else end + 1
        elif self._has_properties:
            at = end + 1
        if at > end:
            raise MalformedPacketError("malformed PUBLISH")
        size = end - at
        payload, omitted = (data[at:end], 0) if size <= MAX_PAYLOAD_BYTES else (b"", size)
        return self._framed(command, data[start + 2 : topic_end], payload, omitted, packet_id)

    def _oversized_publication(self, command: int, data: bytes, start: int, end: int) -> Publication:
        """A PUBLISH without its payload. Its properties are not decoded: they may be what makes it too large."""
        topic_end, packet_id, at = _topic_and_identifier(command, data, start, len(data))
        return self._framed(command, data[start + 2 : topic_end], b"", end - at, packet_id)

    def _framed(self, command: int, topic: bytes, payload: bytes, omitted: int, packet_id: int) -> Publication:
        message = IncomingMessage(
            topic.decode("utf-8", "replace"),
            payload,
            omitted,
            command & REDELIVERY_FLAG != 0,
            command & RETAIN_FLAG != 0,
            self._received_at,
        )
        return Publication(message, packet_id)


def _topic_and_identifier(command: int, data: bytes, start: int, end: int) -> tuple[int, int, int]:
    """The end of the topic, the packet identifier (0 at QoS 0), and where the rest of the packet begins."""
    qos = command >> 1 & 3
    topic_at = start + 2
    if qos > 1 or end < topic_at:
        raise MalformedPacketError("malformed PUBLISH")
    at = topic_end = topic_at + (data[start] << 8 | data[start + 1])
    packet_id = 0
    if qos:
        at += 2
        packet_id = int.from_bytes(data[topic_end:at])
    # An empty topic means a topic alias, and we allow none (MQTT 5, 3.1.2.11.5).
    if at > end or topic_end == topic_at or packet_id < qos:
        raise MalformedPacketError("malformed PUBLISH")
    return topic_end, packet_id, at


def _long_length(data: bytes, at: int) -> tuple[int, int] | None:
    """Decode a variable byte integer (MQTT 5, 1.5.5). Returns its value and where it ends; None if incomplete."""
    value = 0
    for place, octet in enumerate(data[at : at + 4]):
        value |= (octet & 127) << 7 * place
        if octet < 128:
            return value, at + place + 1
    if len(data) >= at + 4:
        raise MalformedPacketError("variable byte integer exceeds four bytes")
    return None


class FramingClient(Client):
    """A paho client that passes publications to ``on_publications``, in order and batched per network read.

    Runs on the network thread. ``on_message`` is never called. A malformed packet breaks the connection, and paho
    reconnects.
    """

    def __init__(
        self,
        protocol: MQTTProtocolVersion,
        client_id: str,
        on_publications: Callable[[Sequence[Publication]], None],
        *,
        clean_start: bool,
    ) -> None:
        clean_session = None if protocol is MQTTProtocolVersion.MQTTv5 else clean_start
        super().__init__(CallbackAPIVersion.VERSION2, client_id, clean_session, protocol=protocol, manual_ack=True)
        self._on_publications = on_publications
        self._framer = PacketFramer(protocol)

    def reconnect(self) -> MQTTErrorCode:
        """Reconnect, discarding any partial packet of the old connection."""
        self._framer = PacketFramer(self._protocol)
        return super().reconnect()

    def acknowledge(self, packet_ids: Iterable[int]) -> None:
        """Queue the QoS 1 acknowledgements as one piece, behind what is being written."""
        words = [word for packet_id in packet_ids if packet_id for word in (PUBACK_HEADER, packet_id)]
        if words:
            self._packet_queue(PacketTypes.PUBACK << 4, struct.pack(f"!{len(words)}H", *words), 0, 1)

    def _packet_read(self) -> MQTTErrorCode:
        """Override paho's reader: read once, and handle every packet completed by it."""
        try:
            data = self._sock_recv(READ_SIZE_BYTES)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_AGAIN
        except OSError:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        if not data:
            return MQTTErrorCode.MQTT_ERR_CONN_LOST
        with self._msgtime_mutex:
            self._last_bytes_received = received_monotonic = time.monotonic()
        try:
            return self._take_packets(data, received_monotonic)
        except DECODING_ERRORS as error:
            # Only the type: the error's text may hold part of the packet.
            log.warning("malformed_packet", error=type(error).__name__)
            return MQTTErrorCode.MQTT_ERR_PROTOCOL

    def _take_packets(self, data: bytes, received_monotonic: float) -> MQTTErrorCode:
        publications: list[Publication] = []
        for packet in self._framer.packets(data, received_monotonic):
            if isinstance(packet, Publication):
                publications.append(packet)
                continue
            # Preserve order: deliver the publications received before this packet first.
            self._deliver(publications)
            publications = []
            answer = self._leave_to_paho(packet)
            if answer != MQTTErrorCode.MQTT_ERR_SUCCESS or self._sock is None:
                return answer
        self._deliver(publications)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _deliver(self, publications: Sequence[Publication]) -> None:
        if publications:
            self._on_publications(publications)

    def _leave_to_paho(self, packet: OtherPacket) -> MQTTErrorCode:
        """Handle a packet as paho does once it is complete, then restore paho's empty input buffer."""
        no_packet = self._in_packet
        self._in_packet = {
            **no_packet,
            "command": packet.command,
            "have_remaining": 1,
            "remaining_length": len(packet.content),
            "packet": bytearray(packet.content),
        }
        try:
            return self._packet_handle()
        finally:
            self._in_packet = no_packet
