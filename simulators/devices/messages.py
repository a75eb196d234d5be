"""What a simulated device says: samples, packed into messages in the native JSON payload, and events."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sensors.formats import topics
from sensors.formats.native import CODE
from sensors.register.entry import Entry

MAX_VALUES_PER_MESSAGE = 200
"""Values in one message of the past: far below the broker's 262,144 bytes, and few enough for even progress."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one device measured at one instant: values by property code, in canonical units."""

    time: datetime
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DeviceMessage:
    """One MQTT message. ``time`` is when it is sent; ``damaged`` replaces the payload of a device that is broken."""

    qos: ClassVar[int] = 1
    topic: str
    samples: tuple[Sample, ...]
    sent_at: datetime
    damaged_payload: bytes | None = None

    @property
    def payload(self) -> bytes:
        """UTF-8 JSON. Numbers are written by ``repr``, so reading them back gives bit-equal floats."""
        if self.damaged_payload is not None:
            return self.damaged_payload
        readings = [{"time": sample.time.isoformat(), **sample.values} for sample in self.samples]
        content = readings[0] if len(readings) == 1 else {"readings": readings}
        return json.dumps(content, separators=(",", ":")).encode()

    @property
    def value_count(self) -> int:
        """The number of values in it."""
        return sum(len(sample.values) for sample in self.samples)


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """One MQTT message about one vehicle or person: sent at most once (QoS 0), so that no broker keeps it.

    ``time`` and ``damaged`` as of a message; ``happened`` is the time it tells.
    """

    qos: ClassVar[int] = 0
    topic: str
    event_time: datetime
    fields: Mapping[str, str | bool]
    sent_at: datetime
    damaged_payload: bytes | None = None

    @property
    def payload(self) -> bytes:
        """UTF-8 JSON: one object."""
        if self.damaged_payload is not None:
            return self.damaged_payload
        content = {"time": self.event_time.isoformat(timespec="milliseconds"), **self.fields}
        return json.dumps(content, separators=(",", ":")).encode()


def device_event_topic(entry: Entry) -> str:
    """The topic on which a device tells of single vehicles or persons."""
    return topics.event_topic(entry.municipality, entry.kind or "", entry.reference, CODE)


def device_topic(municipality: str, kind: str, reference: str) -> str:
    """The topic of a device that speaks the native format."""
    return topics.reading_topic(municipality, kind, reference, CODE)


def pack_samples(topic: str, samples: Iterable[Sample], now: datetime) -> Iterator[DeviceMessage]:
    """Samples in order of time → messages: up to ``now`` as many as fit in one, after it each by itself."""
    waiting: list[Sample] = []
    size = 0
    for sample in samples:
        if waiting and (sample.time > now or size + len(sample.values) > MAX_VALUES_PER_MESSAGE):
            yield DeviceMessage(topic, tuple(waiting), waiting[-1].time)
            waiting, size = [], 0
        if sample.time > now:
            yield DeviceMessage(topic, (sample,), sample.time)
        else:
            waiting.append(sample)
            size += len(sample.values)
    if waiting:
        yield DeviceMessage(topic, tuple(waiting), waiting[-1].time)
