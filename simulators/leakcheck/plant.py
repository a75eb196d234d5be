"""Where identifiers turn up that have no business there: every way in which a device or a visitor can send one."""

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

from ingest.pipeline import MAX_PAYLOAD
from sensors.processes import HOST

ANSWER = 30.0
"""Seconds in which the broker must acknowledge a portion."""
IN_FLIGHT = 50
"""Half of what the embedded broker allows."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One publication. Quality of service 0 for what goes to event topics, as devices must."""

    topic: str
    payload: bytes
    qos: int = 1


@dataclass(frozen=True, slots=True)
class Targets:
    """Topics of sensors that the register knows: of values, of passages (events)."""

    values: str
    events: str
    property: str


MqttWay = Callable[[str, Targets], Sent]


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _values(content: object) -> Callable[[Targets], Sent]:
    return lambda targets: Sent(targets.values, json.dumps(content).encode())


def _reading(make: Callable[[str, str], dict[str, Any]]) -> MqttWay:
    """A message of a known sensor: ``make`` gets the canary and the property's code."""
    return lambda canary, targets: _values({"time": _now(), **make(canary, targets.property)})(targets)


def _raw(make: Callable[[str], bytes]) -> MqttWay:
    return lambda canary, targets: Sent(targets.values, make(canary))


def _topic(make: Callable[[str, list[str]], Sequence[str]]) -> MqttWay:
    """An ordinary message on another topic: ``make`` gets the canary and the levels of a known one."""

    def sent(canary: str, targets: Targets) -> Sent:
        return Sent("/".join(make(canary, targets.values.split("/"))), _passage(canary))

    return sent


def _event(make: Callable[[str], bytes]) -> MqttWay:
    return lambda canary, targets: Sent(targets.events, make(canary), 0)


def _passage(canary: str) -> bytes:
    return json.dumps({"time": _now(), "identifier": canary, "vehicle_class": "car"}).encode()


def _event_of_unknown(canary: str, targets: Targets) -> Sent:
    levels = targets.events.split("/")
    return Sent("/".join([*levels[:3], canary, levels[-1]]), _passage(canary), 0)


EVENT_WAYS: dict[str, MqttWay] = {
    "passage on an event topic": _event(_passage),
    "list of passages": _event(lambda canary: b"[" + _passage(canary) + b"]"),
    "unknown field of an event": _event(lambda canary: json.dumps({"time": _now(), "owner": canary}).encode()),
    "key of an event": _event(lambda canary: json.dumps({"time": _now(), canary: 1}).encode()),
    "class of an event": _event(lambda canary: json.dumps({"time": _now(), "vehicle_class": canary}).encode()),
    "event that is cut off": _event(lambda canary: _passage(canary)[:-2]),
    "reference of an event topic": _event_of_unknown,
}
MQTT_WAYS: dict[str, MqttWay] = {
    "declared value": _reading(lambda canary, code: {code: canary}),
    "unit": _reading(lambda canary, code: {code: {"value": 1, "unit": canary}}),
    "time": lambda canary, targets: _values({"time": canary, targets.property: 1})(targets),
    "unknown field": _reading(lambda canary, code: {code: 1, "owner": canary}),
    "unknown field within a value": _reading(lambda canary, code: {code: {"value": 1, "owner": canary}}),
    "key": _reading(lambda canary, code: {code: 1, canary: 1}),
    "list of texts": _reading(lambda canary, code: {code: [canary, {canary: canary}]}),
    "row that is too old": _raw(lambda canary: json.dumps({"time": "2001-01-01T00:00:00Z", canary: 1}).encode()),
    "row in the future": _raw(lambda canary: json.dumps({"time": "2999-01-01T00:00:00Z", "owner": canary}).encode()),
    "malformed JSON": _raw(lambda canary: b'{"owner": "' + canary.encode()),
    "text that is no JSON": _raw(lambda canary: canary.encode()),
    "UTF-16": _raw(lambda canary: json.dumps({"owner": canary}).encode("utf-16")),
    "broken UTF-8": _raw(lambda canary: b'{"owner": "\xff' + canary.encode() + b'"}'),
    "passage on an ordinary topic": _raw(_passage),
    "kind level of a topic": _topic(lambda canary, levels: [levels[0], canary, *levels[2:]]),
    "reference level of a topic": _topic(lambda canary, levels: [*levels[:2], canary, levels[3]]),
    "format level of a topic": _topic(lambda canary, levels: [*levels[:3], canary]),
    "extra level of a topic": _topic(lambda canary, levels: [*levels, canary]),
    **EVENT_WAYS,
}
OVERSIZED = "message that is too large"


def oversized(canary: str, targets: Targets) -> Sent:
    """One octet more than ingest reads, with the canary at both ends."""
    end = json.dumps({"owner": canary}).encode()
    return Sent(targets.values, end + b" " * (MAX_PAYLOAD + 1 - 2 * len(end)) + end, 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """One HTTP request."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None


def _headed(name: str, form: str = "{}") -> Callable[[str], Asked]:
    return lambda canary: Asked("/", headers={name: form.format(canary)})


def _path(form: str) -> Callable[[str], Asked]:
    return lambda canary: Asked(form.format(quote(canary, safe="")))


HTTP_WAYS: dict[str, Callable[[str], Asked]] = {
    "path": _path("/{}"),
    "path of a sensor": _path("/sensors/{}"),
    "path with a NUL": _path("/sensors/{}%00"),
    "path of the API": _path("/v1/sensors/{}"),
    "path of the API with a NUL": _path("/v1/sensors/{}%00"),
    "path below the static files": _path("/static/{}"),
    "value of a filter": _path("/?kind={}"),
    "neighbourhood": _path("/?neighbourhood={}"),
    "page number": _path("/v1/sensors?page={}"),
    "bounding box": _path("/v1/areas?bbox={0}&level={0}"),
    "unknown parameter": _path("/v1/sensors?{}=1"),
    "User-Agent": _headed("User-Agent"),
    "Referer": _headed("Referer", "https://post.example/{}"),
    "Cookie": _headed("Cookie", "owner={}"),
    "X-Forwarded-For": _headed("X-Forwarded-For"),
    "Accept-Language": _headed("Accept-Language"),
    "unknown header": _headed("X-Owner"),
    "body": lambda canary: Asked("/v1/sensors", "POST", body=canary.encode()),
    "method": lambda canary: Asked("/", "".join(filter(str.isalnum, canary)).upper()),
}


class Device:
    """A connection to the broker that publishes in portions. Raises OSError when the broker isn't there."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv311)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.connect(parts.hostname or HOST, parts.port or 1883)

    def __enter__(self) -> Self:
        self._client.loop_start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, messages: Iterable[Sent], *, retain: bool = False) -> None:
        """Publish; returns when the broker has acknowledged all of it."""
        waiting: list[MQTTMessageInfo] = [
            self._client.publish(each.topic, each.payload, each.qos, retain) for each in messages
        ]
        for each in waiting:
            each.wait_for_publish(ANSWER)


class Visitor:
    """Asks the web server, and keeps every different answer, for what it may repeat."""

    def __init__(self, port: int) -> None:
        self.answers: set[bytes] = set()
        self._connection = http.client.HTTPConnection(HOST, port, timeout=30)

    def ask(self, asked: Asked) -> None:
        """One request. A connection that the server closes is opened again."""
        try:
            self._connection.request(asked.method, asked.path, asked.body, asked.headers)
            answer = self._connection.getresponse()
            self.answers.add(str(answer.msg).encode() + answer.read())
        except (OSError, http.client.HTTPException):
            self._connection.close()


def ways() -> Iterator[str]:
    """How each canary is planted, without end: every way in turn; one in twenty over HTTP, a few in large messages."""
    mqtt, visits = cycle(MQTT_WAYS), cycle(HTTP_WAYS)
    for place in count():
        yield OVERSIZED if place % 1000 == 1 else next(visits if place % 20 == 0 else mqtt)
