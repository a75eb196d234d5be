"""What goes wrong with sensors in the street: each fault is a pure function on the stream of messages of one device.

Seeded: the same device goes wrong in the same way at the same messages, so a test can say what must come of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from random import Random
from types import MappingProxyType
from typing import TypeVar

from sensors.kinds import KINDS, Property
from simulators.devices.messages import Event, Message, Sample

LATE = timedelta(hours=3)
DRIFT = 0.02
"""A drifting sensor is off by this share of its first value, more with every hour."""

Stream = Iterator[Message]
Events = Iterator[Event]
S = TypeVar("S", Message, Event)


class Fault(StrEnum):
    """What can be wrong with a device."""

    SILENT = "silent"
    """It falls silent after a quarter of its first day."""
    FROZEN = "frozen"
    """It says the same values for ever."""
    DRIFTING = "drifting"
    """Its values creep away from the truth; of events the clock."""
    DUPLICATE = "duplicate"
    """It says everything twice."""
    LATE = "late"
    """It says everything hours later, with the right times."""
    MALFORMED = "malformed"
    """One message in three is damaged."""
    UNREGISTERED = "unregistered"
    """It speaks under a name that no register knows."""


def choose(references: Sequence[str], share: float, seed: int) -> Mapping[str, Fault]:
    """Which device has which fault: this share of the devices, every fault in turn."""
    dice = _dice(seed, "faults")
    chosen = dice.sample(sorted(references), round(len(references) * share))
    faults = list(Fault)
    return MappingProxyType({reference: faults[number % len(faults)] for number, reference in enumerate(chosen)})


def apply(fault: Fault, stream: Stream, seed: int) -> Stream:
    """The stream of a device with this fault. Messages stay in order of the time they are sent."""
    return _FAULTS[fault](stream, seed)


def apply_to_events(fault: Fault, events: Events, seed: int) -> Events:
    """The events of a device with this fault, likewise."""
    return _FAULTS_OF_EVENTS[fault](events, seed)


def _dice(*of: object) -> Random:
    return Random("/".join(map(str, of)))  # noqa: S311 - which sensor breaks in an example, no secrets


def _silent(stream: Stream, _: int) -> Stream:
    end = None
    for message in stream:
        end = end or message.samples[0].time + timedelta(hours=6)
        kept = tuple(sample for sample in message.samples if sample.time <= end)
        if not kept:
            return
        yield replace(message, samples=kept)


def _frozen(stream: Stream, _: int) -> Stream:
    first = None
    for message in stream:
        first = first or message.samples[0].values
        yield replace(message, samples=tuple(Sample(sample.time, first) for sample in message.samples))


def _drifting(stream: Stream, _: int) -> Stream:
    first = None
    for message in stream:
        first = first or message.samples[0]
        properties = KINDS[message.topic.split("/")[1]].properties
        drifted = (_drifted(sample, first, properties) for sample in message.samples)
        yield replace(message, samples=tuple(drifted))


def _drifted(sample: Sample, first: Sample, properties: Mapping[str, Property]) -> Sample:
    off = DRIFT * (sample.time - first.time) / timedelta(hours=1)
    values = {code: value + off * first.values.get(code, 0.0) for code, value in sample.values.items()}
    # A counter that misses some is still a counter.
    return Sample(
        sample.time, {code: float(round(value)) if properties[code].whole else value for code, value in values.items()}
    )


def _silent_events(events: Events, _: int) -> Events:
    end = None
    for event in events:
        end = end or event.happened + timedelta(hours=6)
        if event.happened > end:
            return
        yield event


def _frozen_events(events: Events, _: int) -> Events:
    first = None
    for event in events:
        first = first or event.content
        yield replace(event, content=first)


def _drifting_events(events: Events, _: int) -> Events:
    first = None
    for event in events:
        first = first or event.happened
        yield replace(event, happened=event.happened + DRIFT * (event.happened - first))


def _duplicate(stream: Iterator[S], _: int) -> Iterator[S]:
    for message in stream:
        yield message
        yield message


def _late(stream: Iterator[S], _: int) -> Iterator[S]:
    for message in stream:
        yield replace(message, time=message.time + LATE)


def _malformed(stream: Iterator[S], seed: int) -> Iterator[S]:
    for message in stream:
        dice = _dice(seed, message.topic, message.time)
        if dice.random() < 1 / 3:
            payload = message.payload
            yield replace(message, damaged=payload[: dice.randrange(len(payload))])
        else:
            yield message


def _unregistered(stream: Iterator[S], _: int) -> Iterator[S]:
    for message in stream:
        device, form = message.topic.rsplit("/", 1)
        yield replace(message, topic=f"{device}-onbekend/{form}")


_FAULTS: Mapping[Fault, Callable[[Stream, int], Stream]] = {
    Fault.SILENT: _silent,
    Fault.FROZEN: _frozen,
    Fault.DRIFTING: _drifting,
    Fault.DUPLICATE: _duplicate,
    Fault.LATE: _late,
    Fault.MALFORMED: _malformed,
    Fault.UNREGISTERED: _unregistered,
}
_FAULTS_OF_EVENTS: Mapping[Fault, Callable[[Events, int], Events]] = {
    Fault.SILENT: _silent_events,
    Fault.FROZEN: _frozen_events,
    Fault.DRIFTING: _drifting_events,
    Fault.DUPLICATE: _duplicate,
    Fault.LATE: _late,
    Fault.MALFORMED: _malformed,
    Fault.UNREGISTERED: _unregistered,
}
