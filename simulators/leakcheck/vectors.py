"""Attack vectors: every way for a device or a visitor to send an identifier where none belongs."""

import http.client
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, cycle
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

from paho.mqtt.client import Client, MQTTMessageInfo, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from ingest.pipeline import MAX_PAYLOAD_BYTES
from sensors.processes import LOOPBACK_HOST
from simulators.devices.publisher import MAX_IN_FLIGHT
from simulators.leakcheck.canaries import Canary, IdentifierKind

DELIVERY_TIMEOUT_SECONDS = 30.0
"""Seconds to wait for the broker to acknowledge a batch."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One MQTT publication. Event topics require QoS 0, as for real devices."""

    topic: str
    payload: bytes
    qos: int = 1


@dataclass(frozen=True, slots=True)
class Target:
    """Topics of registered sensors: one for values, one for passages (events)."""

    value_topic: str
    event_topic: str
    property: str


MqttVector = Callable[[str, Target], OutgoingMessage]


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _values(content: object) -> Callable[[Target], OutgoingMessage]:
    return lambda targets: OutgoingMessage(targets.value_topic, json.dumps(content).encode())


def _reading(make: Callable[[str, str], dict[str, Any]]) -> MqttVector:
    """A reading of a known sensor: ``make`` takes the canary and the property code."""
    return lambda canary, targets: _values({"time": _now(), **make(canary, targets.property)})(targets)


def _raw_payload(make: Callable[[str], bytes]) -> MqttVector:
    return lambda canary, targets: OutgoingMessage(targets.value_topic, make(canary))


def _topic(make: Callable[[str, list[str]], Sequence[str]]) -> MqttVector:
    """An ordinary message on a modified topic: ``make`` takes the canary and the levels of a known topic."""

    def sent(canary: str, targets: Target) -> OutgoingMessage:
        return OutgoingMessage("/".join(make(canary, targets.value_topic.split("/"))), _passage(canary))

    return sent


def _event(make: Callable[[str], bytes]) -> MqttVector:
    return lambda canary, targets: OutgoingMessage(targets.event_topic, make(canary), 0)


def _passage(canary: str) -> bytes:
    return json.dumps({"time": _now(), "identifier": canary, "vehicle_class": "car"}).encode()


def _event_of_unknown(canary: str, targets: Target) -> OutgoingMessage:
    levels = targets.event_topic.split("/")
    return OutgoingMessage("/".join([*levels[:3], canary, levels[-1]]), _passage(canary), 0)


TEXT_EVENT_VECTORS: dict[str, MqttVector] = {
    "passage on an event topic": _event(_passage),
    "list of passages": _event(lambda canary: b"[" + _passage(canary) + b"]"),
    "unknown event field": _event(lambda canary: json.dumps({"time": _now(), "owner": canary}).encode()),
    "event key": _event(lambda canary: json.dumps({"time": _now(), canary: 1}).encode()),
    "vehicle class of an event": _event(lambda canary: json.dumps({"time": _now(), "vehicle_class": canary}).encode()),
    "truncated event": _event(lambda canary: _passage(canary)[:-2]),
    "reference level of an event topic": _event_of_unknown,
}
TEXT_VECTORS: dict[str, MqttVector] = {
    "declared value": _reading(lambda canary, code: {code: canary}),
    "unit": _reading(lambda canary, code: {code: {"value": 1, "unit": canary}}),
    "time": lambda canary, targets: _values({"time": canary, targets.property: 1})(targets),
    "unknown field": _reading(lambda canary, code: {code: 1, "owner": canary}),
    "unknown field within a value": _reading(lambda canary, code: {code: {"value": 1, "owner": canary}}),
    "key": _reading(lambda canary, code: {code: 1, canary: 1}),
    "list of texts": _reading(lambda canary, code: {code: [canary, {canary: canary}]}),
    "expired reading": _raw_payload(lambda canary: json.dumps({"time": "2001-01-01T00:00:00Z", canary: 1}).encode()),
    "reading in the future": _raw_payload(
        lambda canary: json.dumps({"time": "2999-01-01T00:00:00Z", "owner": canary}).encode()
    ),
    "malformed JSON": _raw_payload(lambda canary: b'{"owner": "' + canary.encode()),
    "non-JSON text": _raw_payload(lambda canary: canary.encode()),
    "UTF-16": _raw_payload(lambda canary: json.dumps({"owner": canary}).encode("utf-16")),
    "invalid UTF-8": _raw_payload(lambda canary: b'{"owner": "\xff' + canary.encode() + b'"}'),
    "passage on an ordinary topic": _raw_payload(_passage),
    "kind level of a topic": _topic(lambda canary, levels: [levels[0], canary, *levels[2:]]),
    "reference level of a topic": _topic(lambda canary, levels: [*levels[:2], canary, levels[3]]),
    "format level of a topic": _topic(lambda canary, levels: [*levels[:3], canary]),
    "extra level of a topic": _topic(lambda canary, levels: [*levels, canary]),
    **TEXT_EVENT_VECTORS,
}
NUMBER_EVENT_VECTORS: dict[str, MqttVector] = {
    "count of movements": _event(lambda canary: json.dumps({"time": _now(), "presence": int(canary)}).encode()),
    "count beside a passage": _event(
        lambda canary: json.dumps({"time": _now(), "identifier": "XX-99-XX", "vehicles": int(canary)}).encode()
    ),
}
NUMBER_VECTORS: dict[str, MqttVector] = {
    "fraction of a value": _reading(lambda canary, code: {code: float(f"1.{canary}")}),
    "fraction of a value with a unit": _reading(lambda canary, code: {code: {"value": float(f"1.{canary}")}}),
    "count": _reading(lambda canary, code: {code: int(canary)}),
    "count below zero": _reading(lambda canary, code: {code: -int(canary)}),
    **NUMBER_EVENT_VECTORS,
}
"""As JSON numbers, which declared properties take in: rounding or the bounds of what is plausible must destroy them."""
EVENT_VECTORS = TEXT_EVENT_VECTORS | NUMBER_EVENT_VECTORS
MQTT_VECTORS = TEXT_VECTORS | NUMBER_VECTORS
OVERSIZED_VECTOR = "oversized message"


def oversized_message(canary: str, targets: Target) -> OutgoingMessage:
    """A payload one octet over the limit of ingest, with the canary at both ends."""
    end = json.dumps({"owner": canary}).encode()
    return OutgoingMessage(targets.value_topic, end + b" " * (MAX_PAYLOAD_BYTES + 1 - 2 * len(end)) + end, 0)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None


def _header_request(name: str, form: str = "{}") -> Callable[[str], HttpRequest]:
    return lambda canary: HttpRequest("/", headers={name: form.format(canary)})


def _path_request(form: str) -> Callable[[str], HttpRequest]:
    return lambda canary: HttpRequest(form.format(quote(canary, safe="")))


HTTP_VECTORS: dict[str, Callable[[str], HttpRequest]] = {
    "path": _path_request("/{}"),
    "path of a sensor": _path_request("/sensors/{}"),
    "path with a NUL": _path_request("/sensors/{}%00"),
    "API path": _path_request("/v1/sensors/{}"),
    "API path with a NUL": _path_request("/v1/sensors/{}%00"),
    "path below the static files": _path_request("/static/{}"),
    "filter value": _path_request("/?kind={}"),
    "neighbourhood": _path_request("/?neighbourhood={}"),
    "page number": _path_request("/v1/sensors?page={}"),
    "bounding box": _path_request("/v1/areas?bbox={0}&level={0}"),
    "unknown parameter": _path_request("/v1/sensors?{}=1"),
    "User-Agent": _header_request("User-Agent"),
    "Referer": _header_request("Referer", "https://post.example/{}"),
    "Cookie": _header_request("Cookie", "owner={}"),
    "X-Forwarded-For": _header_request("X-Forwarded-For"),
    "Accept-Language": _header_request("Accept-Language"),
    "unknown header": _header_request("X-Owner"),
    "body": lambda canary: HttpRequest("/v1/sensors", "POST", body=canary.encode()),
    "method": lambda canary: HttpRequest("/", "".join(filter(str.isalnum, canary)).upper()),
}


class CanaryPublisher:
    """A connection to the broker that publishes in batches. Raises OSError if the broker is unreachable."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv311)
        self._client.max_inflight_messages_set(MAX_IN_FLIGHT)
        self._client.connect(parts.hostname or LOOPBACK_HOST, parts.port or 1883)

    def __enter__(self) -> Self:
        self._client.loop_start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, messages: Iterable[OutgoingMessage], *, retain: bool = False) -> None:
        """Publish, and return once the broker has acknowledged everything."""
        waiting: list[MQTTMessageInfo] = [
            self._client.publish(each.topic, each.payload, each.qos, retain) for each in messages
        ]
        for each in waiting:
            each.wait_for_publish(DELIVERY_TIMEOUT_SECONDS)


class Visitor:
    """Sends requests to the web server and keeps every distinct response, which might echo a canary."""

    def __init__(self, port: int) -> None:
        self.responses: set[bytes] = set()
        self._connection = http.client.HTTPConnection(LOOPBACK_HOST, port, timeout=30)

    def request(self, request: HttpRequest) -> None:
        """Send one request, reconnecting next time if the server closed the connection."""
        try:
            self._connection.request(request.method, request.path, request.body, request.headers)
            answer = self._connection.getresponse()
            self.responses.add(str(answer.msg).encode() + answer.read())
        except (OSError, http.client.HTTPException):
            self._connection.close()


def plan_vectors(canaries: Iterable[Canary]) -> Iterator[str]:
    """Yield a vector for each canary: of those but numbers one in twenty over HTTP, and one in a thousand oversized."""
    texts, numbers, visits, places = cycle(TEXT_VECTORS), cycle(NUMBER_VECTORS), cycle(HTTP_VECTORS), count()
    for canary in canaries:
        if canary.kind is IdentifierKind.NUMBER:
            yield next(numbers)
        else:
            place = next(places)
            yield OVERSIZED_VECTOR if place % 1000 == 1 else next(visits if place % 20 == 0 else texts)
