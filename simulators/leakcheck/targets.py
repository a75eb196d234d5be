"""The sensors of the example city to impersonate: a few of each kind, and all that send events."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle

from sensors.formats.native import CODE
from sensors.formats.topics import EVENT_PREFIX, reading_topic
from sensors.kinds import KINDS
from sensors.policy.constraints import is_of_events
from sensors.register.entry import Entry
from sensors.vocabulary.codes import Status
from simulators.city.example_register import EXAMPLE_SEED, example_entries
from simulators.leakcheck.vectors import Target

MAX_SENSORS_PER_KIND = 3
"""Sensors per kind with public values: more would only make the check slower."""


def target_entries() -> tuple[Entry, ...]:
    """A small register that covers every case ingest distinguishes."""
    chosen = Counter[str]()
    return tuple(
        entry for entry in example_entries(EXAMPLE_SEED) if _event_properties(entry) or _within_limit(chosen, entry)
    )


def cycle_targets(register: Iterable[Entry]) -> Iterator[Target]:
    """Cycle through the topics to send to, endlessly."""
    active = _active(register)
    seen, heard = Counter[str](), Counter[str]()
    values = [
        (_topic(entry), _value_properties(entry)[0])
        for entry in active
        if _value_properties(entry) and _within_limit(seen, entry)
    ]
    events = [
        EVENT_PREFIX + _topic(entry) for entry in active if _event_properties(entry) and _within_limit(heard, entry)
    ]
    pairs = zip(cycle(values), cycle(events), strict=False)
    return (Target(value_topic=topic, event_topic=event, property=code) for (topic, code), event in pairs)


def spare_target(register: Iterable[Entry]) -> Target:
    """A sensor to which ``cycle_targets`` sends nothing, so that what it sends is never too much."""
    *_, spare = (entry for entry in _active(register) if _value_properties(entry))
    topic = _topic(spare)
    return Target(value_topic=topic, event_topic=EVENT_PREFIX + topic, property=_value_properties(spare)[0])


def _active(register: Iterable[Entry]) -> Sequence[Entry]:
    return [entry for entry in register if entry.status is Status.ACTIVE and entry.delivers_data]


def _within_limit(chosen: Counter[str], entry: Entry) -> bool:
    """Count the entry in ``chosen``; whether it is within the limit for its kind."""
    kind = entry.kind or ""
    chosen[kind] += 1
    return chosen[kind] <= MAX_SENSORS_PER_KIND


def _topic(entry: Entry) -> str:
    return reading_topic(entry.municipality, entry.kind or "", entry.reference, CODE)


def _event_properties(entry: Entry) -> Sequence[str]:
    return [code for code, needs_rule in _properties(entry) if needs_rule]


def _value_properties(entry: Entry) -> Sequence[str]:
    return [code for code, needs_rule in _properties(entry) if not needs_rule]


def _properties(entry: Entry) -> Iterator[tuple[str, bool]]:
    """Yield the properties the sensor may send, and whether on event topics."""
    if entry.kind is None:
        return
    known = KINDS[entry.kind].properties
    for each in entry.datastreams:
        yield each.observed_property, is_of_events(each, known[each.observed_property])
