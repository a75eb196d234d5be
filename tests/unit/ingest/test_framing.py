"""Publications are framed as paho frames them, however the octets come in; and no octets at all break the reader."""

import socket
import struct
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from ingest.mqtt.framing import (
    MAX_BUFFERED_BYTES,
    MAX_PACKET_BYTES,
    FramingClient,
    MalformedPacketError,
    PacketFramer,
    Publication,
)
from ingest.pipeline import MAX_PAYLOAD_BYTES
from tests.support.mqtt_packets import encode_remaining_length

V311, V5 = MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5
PINGRESP = b"\xd0\x00"
protocols = st.sampled_from([V311, V5])
topics = st.text(st.characters(codec="utf-8", exclude_characters="#+\0"), min_size=1, max_size=20)


def publish(topic: bytes, payload: bytes, packet_id: int, properties: bytes | None) -> bytes:
    """A PUBLISH; ``properties`` only in MQTT 5."""
    body = struct.pack("!H", len(topic)) + topic + (struct.pack("!H", packet_id) if packet_id else b"")
    body += (encode_remaining_length(len(properties)) + properties if properties is not None else b"") + payload
    return bytes([0x32 if packet_id else 0x30]) + encode_remaining_length(len(body)) + body


@st.composite
def streams(draw: st.DrawFn) -> tuple[MQTTProtocolVersion, bytes]:
    """Packets as a broker sends them: publications with and without properties, and answers to a ping."""
    protocol = draw(protocols)
    packets: list[bytes] = []
    for _ in range(draw(st.integers(1, 6))):
        # A user property (MQTT 5, 3.3.2.3.7), long enough that their length takes two octets.
        text = b"x" * draw(st.sampled_from([1, 150]))
        properties = draw(st.sampled_from([b"", b"\x26\x00\x01k" + struct.pack("!H", len(text)) + text]))
        made = publish(
            draw(topics).encode(),
            draw(st.binary(max_size=300)),
            draw(st.integers(0, 65_535)),
            properties if protocol is V5 else None,
        )
        packets.append(draw(st.sampled_from([made, made, PINGRESP])))
    return protocol, b"".join(packets)


@contextmanager
def connected(client: Client) -> Generator[socket.socket]:
    """The client at one end of a socket that a broker would be at the other end of."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    vars(client)["_sock"] = ours
    try:
        yield theirs
    finally:
        theirs.close()
        ours.close()
        vars(client)["_sock"] = None


def by_paho(protocol: MQTTProtocolVersion, stream: bytes) -> list[tuple[str, bytes, int]]:
    """What paho's own reader makes of it."""
    seen: list[tuple[str, bytes, int]] = []
    client = Client(CallbackAPIVersion.VERSION2, protocol=protocol, manual_ack=True)

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        seen.append((message.topic, bytes(message.payload), message.mid))

    client.on_message = on_message
    with connected(client) as broker:
        broker.sendall(stream)
        broker.shutdown(socket.SHUT_WR)
        while client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            pass
    return seen


def as_tuple(one: Publication) -> tuple[str, bytes, int]:
    return one.message.topic, one.message.payload, one.packet_id


def pieces(stream: bytes, cuts: Sequence[int]) -> Iterator[bytes]:
    ends = sorted({cut % (len(stream) + 1) for cut in cuts} | {0, len(stream)})
    return (stream[start:end] for start, end in pairwise(ends))


@given(streams(), st.lists(st.integers(0, 10_000), max_size=12))
def test_however_it_is_cut_the_messages_are_those_that_paho_reads(
    stream: tuple[MQTTProtocolVersion, bytes], cuts: list[int]
) -> None:
    protocol, octets = stream
    seen: list[tuple[str, bytes, int]] = []
    client = FramingClient(protocol, "c", lambda found: seen.extend(map(as_tuple, found)), clean_start=True)
    with connected(client) as broker:
        for piece in pieces(octets, cuts):
            broker.sendall(piece)
            assert client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert seen == by_paho(protocol, octets)


@given(protocols, st.lists(st.binary(max_size=40), max_size=5), streams())
def test_any_octets_are_read_or_break_the_connection(
    protocol: MQTTProtocolVersion, noise: list[bytes], stream: tuple[MQTTProtocolVersion, bytes]
) -> None:
    client = FramingClient(protocol, "c", lambda _: None, clean_start=True)
    with connected(client) as broker:
        for piece in (*noise, stream[1]):
            if piece:
                broker.sendall(piece)
                if client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS or client.socket() is None:
                    break


@given(protocols, st.integers(0, 255), st.binary(max_size=30))
def test_a_whole_packet_of_anything_is_read_or_breaks_the_connection(
    protocol: MQTTProtocolVersion, command: int, content: bytes
) -> None:
    client = FramingClient(protocol, "c", lambda _: None, clean_start=True)
    with connected(client) as broker:
        broker.sendall(bytes([command]) + encode_remaining_length(len(content)) + content)
        assert client.loop_read() in set(MQTTErrorCode)


@pytest.mark.parametrize(
    "packet",
    [
        b"\x32\x05\x00\x09abc",
        b"\x34\x06\x00\x01a\x00\x01x",
        b"\x32\x05\x00\x01a\x00\x00",
        b"\x32\x04\x00\x00\x00\x01",
        b"\x30\xff\xff\xff\xff\x01",
        b"\x30\x01\x00",
        b"\xd0\x80\x80\x80\x01",
    ],
    ids=["topic too long", "QoS 2", "no identifier", "no topic", "length too long", "too short", "large"],
)
def test_a_malformed_packet_is_refused(packet: bytes) -> None:
    with pytest.raises(MalformedPacketError):
        list(PacketFramer(V311).packets(packet, 0.0))


def framed(framer: PacketFramer, stream: bytes, step: int) -> list[Publication]:
    found = [each for at in range(0, len(stream), step) for each in framer.packets(stream[at : at + step], 0.0)]
    return [each for each in found if isinstance(each, Publication)]


@pytest.mark.parametrize(
    "size", [MAX_PAYLOAD_BYTES + 1, MAX_BUFFERED_BYTES - 5, MAX_PACKET_BYTES, 3 * MAX_PACKET_BYTES + 17]
)
@pytest.mark.parametrize("step", [16_384, 65_536, 4 * MAX_PACKET_BYTES])
@pytest.mark.parametrize("protocol", [V311, V5])
def test_of_a_message_that_is_too_large_only_its_size_is_kept(
    protocol: MQTTProtocolVersion, size: int, step: int
) -> None:
    properties = b"" if protocol is V5 else None
    stream = publish(b"t", b"x" * size, 1, properties) + publish(b"t", b"after", 2, properties)
    large, after = framed(PacketFramer(protocol), stream, step)
    assert (large.message.payload, large.packet_id) == (b"", 1)
    assert size <= large.message.payload_bytes <= size + 1, "give or take its properties"
    assert after.message.payload == b"after"


@pytest.mark.parametrize("step", [16_384, 4 * MAX_PACKET_BYTES])
def test_the_largest_message_is_kept_whatever_the_reads(step: int) -> None:
    stream = publish(b"t", b"x" * MAX_PAYLOAD_BYTES, 1, None) * 2
    assert [len(each.message.payload) for each in framed(PacketFramer(V311), stream, step)] == [MAX_PAYLOAD_BYTES] * 2


def test_too_many_properties_make_a_message_too_large_and_break_nothing() -> None:
    text = b"x" * 60_000
    properties = (b"\x26\x00\x01k" + struct.pack("!H", len(text)) + text) * 10
    stream = publish(b"t", b"{}", 1, properties) + publish(b"t", b"after", 2, b"")
    large, after = framed(PacketFramer(V5), stream, 65_536)
    assert large.message.payload_bytes > MAX_PAYLOAD_BYTES
    assert after.message.payload == b"after"


def test_it_shows_which_messages_the_broker_sent_before() -> None:
    first = publish(b"t", b"x", 1, None)
    again = bytes([first[0] | 8]) + first[1:]
    assert [each.message.is_redelivered for each in framed(PacketFramer(V311), first + again, 100)] == [False, True]


def test_a_topic_that_is_no_utf_8_names_no_sensor() -> None:
    (found,) = PacketFramer(V311).packets(publish(b"helmond/\xff/a/json", b"", 1, None), 0.0)
    assert isinstance(found, Publication)
    assert found.message.topic == "helmond/\ufffd/a/json"


def test_acknowledgements_are_written_in_one_piece_and_none_for_qos_0() -> None:
    client = FramingClient(V5, "c", lambda _: None, clean_start=True)
    with connected(client) as broker:
        client.acknowledge([258, 0, 3])
        client.loop_write()
        assert broker.recv(100) == b"\x40\x02\x01\x02\x40\x02\x00\x03"
