"""Sensor faults, each a pure function from one device's message stream to the faulty stream.

Faults are seeded: a device fails at the same messages every run, so tests can predict the outcome.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from random import Random
from types import MappingProxyType
from typing import TypeVar

from sensors.kinds import KINDS, ObservedProperty
from simulators.devices.messages import DeviceEvent, DeviceMessage, Sample

LATE_DELAY = timedelta(hours=3)
DRIFT_PER_HOUR = 0.02
"""The error of a drifting sensor, as a share of its first value per hour."""

MessageIterator = Iterator[DeviceMessage]
EventIterator = Iterator[DeviceEvent]
T = TypeVar("T", DeviceMessage, DeviceEvent)


class Fault(StrEnum):
    """A way for a device to fail."""

    SILENT = "silent"
    """Stops sending six hours after its first reading."""
    FROZEN = "frozen"
    """Repeats its first values."""
    DRIFTING = "drifting"
    """Its values drift, or for events its clock."""
    DUPLICATE = "duplicate"
    """Sends every message twice."""
    LATE = "late"
    """Sends everything hours late, with correct timestamps."""
    MALFORMED = "malformed"
    """Truncates one message in three."""
    UNREGISTERED = "unregistered"
    """Publishes under a reference that is not in the register."""


def assign_faults(references: Sequence[str], fraction: float, seed: int) -> Mapping[str, Fault]:
    """Assign a fault to ``fraction`` of the devices, cycling through all faults; by reference."""
    rng = _rng(seed, "faults")
    chosen = rng.sample(sorted(references), round(len(references) * fraction))
    faults = list(Fault)
    return MappingProxyType({reference: faults[number % len(faults)] for number, reference in enumerate(chosen)})


def apply_to_messages(fault: Fault, stream: MessageIterator, seed: int) -> MessageIterator:
    """Apply a fault to a device's messages, which stay in order of ``sent_at``."""
    return _MESSAGE_FAULTS[fault](stream, seed)


def apply_to_events(fault: Fault, events: EventIterator, seed: int) -> EventIterator:
    """Apply a fault to a device's events, which stay in order of ``sent_at``."""
    return _EVENT_FAULTS[fault](events, seed)


def _rng(*of: object) -> Random:
    return Random("/".join(map(str, of)))  # noqa: S311 - which sensor breaks in an example, no secrets


def _silent(stream: MessageIterator, _: int) -> MessageIterator:
    end = None
    for message in stream:
        end = end or message.samples[0].time + timedelta(hours=6)
        kept = tuple(sample for sample in message.samples if sample.time <= end)
        if not kept:
            return
        yield replace(message, samples=kept)


def _frozen(stream: MessageIterator, _: int) -> MessageIterator:
    first = None
    for message in stream:
        first = first or message.samples[0].values
        yield replace(message, samples=tuple(Sample(sample.time, first) for sample in message.samples))


def _drifting(stream: MessageIterator, _: int) -> MessageIterator:
    first = None
    for message in stream:
        first = first or message.samples[0]
        properties = KINDS[message.topic.split("/")[1]].properties
        drifted = (_drifted(sample, first, properties) for sample in message.samples)
        yield replace(message, samples=tuple(drifted))


def _drifted(sample: Sample, first: Sample, properties: Mapping[str, ObservedProperty]) -> Sample:
    off = DRIFT_PER_HOUR * (sample.time - first.time) / timedelta(hours=1)
    values = {code: value + off * first.values.get(code, 0.0) for code, value in sample.values.items()}
    # A drifting counter still reports whole numbers.
    return Sample(
        sample.time,
        {code: float(round(value)) if properties[code].is_integer else value for code, value in values.items()},
    )


def _silent_events(events: EventIterator, _: int) -> EventIterator:
    end = None
    for event in events:
        end = end or event.event_time + timedelta(hours=6)
        if event.event_time > end:
            return
        yield event


def _frozen_events(events: EventIterator, _: int) -> EventIterator:
    first = None
    for event in events:
        first = first or event.fields
        yield replace(event, fields=first)


def _drifting_events(events: EventIterator, _: int) -> EventIterator:
    first = None
    for event in events:
        first = first or event.event_time
        yield replace(event, event_time=event.event_time + DRIFT_PER_HOUR * (event.event_time - first))


def _duplicate(stream: Iterator[T], _: int) -> Iterator[T]:
    for message in stream:
        yield message
        yield message


def _late(stream: Iterator[T], _: int) -> Iterator[T]:
    for message in stream:
        yield replace(message, sent_at=message.sent_at + LATE_DELAY)


def _malformed(stream: Iterator[T], seed: int) -> Iterator[T]:
    for message in stream:
        rng = _rng(seed, message.topic, message.sent_at)
        if rng.random() < 1 / 3:
            payload = message.payload
            yield replace(message, damaged_payload=payload[: rng.randrange(len(payload))])
        else:
            yield message


def _unregistered(stream: Iterator[T], _: int) -> Iterator[T]:
    for message in stream:
        device, form = message.topic.rsplit("/", 1)
        yield replace(message, topic=f"{device}-onbekend/{form}")


_MESSAGE_FAULTS: Mapping[Fault, Callable[[MessageIterator, int], MessageIterator]] = {
    Fault.SILENT: _silent,
    Fault.FROZEN: _frozen,
    Fault.DRIFTING: _drifting,
    Fault.DUPLICATE: _duplicate,
    Fault.LATE: _late,
    Fault.MALFORMED: _malformed,
    Fault.UNREGISTERED: _unregistered,
}
_EVENT_FAULTS: Mapping[Fault, Callable[[EventIterator, int], EventIterator]] = {
    Fault.SILENT: _silent_events,
    Fault.FROZEN: _frozen_events,
    Fault.DRIFTING: _drifting_events,
    Fault.DUPLICATE: _duplicate,
    Fault.LATE: _late,
    Fault.MALFORMED: _malformed,
    Fault.UNREGISTERED: _unregistered,
}
