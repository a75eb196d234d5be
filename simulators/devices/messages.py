"""Messages of simulated devices in the native JSON format: packed samples, and events."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sensors.formats import topics
from sensors.formats.native import CODE
from sensors.register.entry import Entry

MAX_VALUES_PER_MESSAGE = 200
"""Values per historical message: far below the broker's limit, and few enough for smooth progress."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One device's values with one time, by property code in canonical units."""

    time: datetime
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DeviceMessage:
    """One MQTT message. ``damaged_payload`` replaces the payload if the device is malfunctioning."""

    qos: ClassVar[int] = 1
    topic: str
    samples: tuple[Sample, ...]
    sent_at: datetime
    damaged_payload: bytes | None = None

    @property
    def payload(self) -> bytes:
        """UTF-8 JSON. Numbers are written with ``repr``, so they round-trip bit-equal; ingest rounds them."""
        if self.damaged_payload is not None:
            return self.damaged_payload
        readings = [{"time": sample.time.isoformat(), **sample.values} for sample in self.samples]
        content = readings[0] if len(readings) == 1 else {"readings": readings}
        return json.dumps(content, separators=(",", ":")).encode()

    @property
    def value_count(self) -> int:
        """The number of values over all samples."""
        return sum(len(sample.values) for sample in self.samples)


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """One MQTT message about one vehicle or person: QoS 0, so that no broker stores it.

    ``event_time`` is the time in the payload; ``sent_at`` and ``damaged_payload`` as for DeviceMessage.
    """

    qos: ClassVar[int] = 0
    topic: str
    event_time: datetime
    fields: Mapping[str, str | bool | int]
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
    """The topic for a device's events about single vehicles or persons."""
    return topics.event_topic(entry.municipality, entry.kind or "", entry.reference, CODE)


def device_topic(municipality: str, kind: str, reference: str) -> str:
    """The topic for a device's readings in the native format."""
    return topics.reading_topic(municipality, kind, reference, CODE)


def pack_samples(
    topic: str, samples: Iterable[Sample], now: datetime, delay: timedelta = timedelta()
) -> Iterator[DeviceMessage]:
    """Pack samples, in order of time, into messages: batched up to ``now``, one per message after it.

    ``delay``: how long after its time a sample is sent.
    """
    waiting: list[Sample] = []
    size = 0
    for sample in samples:
        is_past = sample.time + delay <= now
        if waiting and not (is_past and size + len(sample.values) <= MAX_VALUES_PER_MESSAGE):
            yield DeviceMessage(topic, tuple(waiting), waiting[-1].time + delay)
            waiting, size = [], 0
        if not is_past:
            yield DeviceMessage(topic, (sample,), sample.time + delay)
        else:
            waiting.append(sample)
            size += len(sample.values)
    if waiting:
        yield DeviceMessage(topic, tuple(waiting), waiting[-1].time + delay)
