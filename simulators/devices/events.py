"""Events about single vehicles and persons, in real time only: nobody may store them, so there is no history."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sensors.register.entry import CountInMemory, Datastream, Entry, MatchInMemory, PrivacyRule, WindowCount
from sensors.vocabulary.codes import Status
from simulators.devices.messages import DeviceEvent, device_event_topic
from simulators.devices.movements import LampRow
from simulators.devices.passages import Corridor
from simulators.devices.passers_by import passers_by


def event_streams(
    entries: Iterable[Entry], seed: int, start: datetime, until: datetime | None
) -> dict[str, Iterator[DeviceEvent]]:
    """Events after ``start`` of each device that sends any, by reference; endless without ``until``."""
    ruled = _ruled(entries)
    rows = _rows(ruled, seed)
    found: dict[str, Iterator[DeviceEvent]] = {}
    for entry, datastream, rule in ruled:
        if isinstance(rule, MatchInMemory):
            found[entry.reference] = _passages(entry, Corridor(seed), start, until)
        elif isinstance(rule, WindowCount):
            found[entry.reference] = _movements(entry, rows[rule.group], start, until)
        elif isinstance(rule, CountInMemory):
            passing = passers_by(seed, entry.reference, start, until)
            found[entry.reference] = _passers_by(entry, datastream.observed_property, passing)
    return found


def lamp_rows(entries: Iterable[Entry], seed: int) -> Mapping[str, LampRow]:
    """The rows of lamps that count movement, by group."""
    return _rows(_ruled(entries), seed)


def _ruled(entries: Iterable[Entry]) -> list[tuple[Entry, Datastream, PrivacyRule]]:
    return [
        (entry, datastream, rule)
        for entry in entries
        if entry.delivers_data and entry.status is Status.ACTIVE
        for datastream in entry.datastreams
        for rule in datastream.privacy_rules
    ]


def _rows(ruled: Iterable[tuple[Entry, Datastream, PrivacyRule]], seed: int) -> dict[str, LampRow]:
    groups: dict[str, list[str]] = {}
    for entry, _, rule in ruled:
        if isinstance(rule, WindowCount):
            groups.setdefault(rule.group, []).append(entry.reference)
    return {group: LampRow(seed, group, tuple(lamps)) for group, lamps in groups.items()}


def _passages(entry: Entry, corridor: Corridor, start: datetime, until: datetime | None) -> Iterator[DeviceEvent]:
    topic = device_event_topic(entry)
    for each in corridor.passages(start, until, entry.reference):
        content = {"identifier": each.identifier, "vehicle_class": each.vehicle_class.value}
        yield DeviceEvent(topic, each.time, content, each.time)


def _movements(entry: Entry, row: LampRow, start: datetime, until: datetime | None) -> Iterator[DeviceEvent]:
    topic = device_event_topic(entry)
    for each in row.movements(start, until, entry.reference):
        yield DeviceEvent(topic, each.time, {"presence": each.presence}, each.time)


def _passers_by(entry: Entry, code: str, times: Iterator[datetime]) -> Iterator[DeviceEvent]:
    topic = device_event_topic(entry)
    return (DeviceEvent(topic, time, {code: 1}, time) for time in times)
