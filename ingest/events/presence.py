"""Aggregate movements at streetlights into counts over many lamps and at least an hour. No single movement is stored.

A count is released only if enough different lamps reported in a window that was observed in full. Which lamp reported
what stays in memory, until the window closes. Pure: the clock is an argument. Not thread-safe: the caller must lock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ingest.events.windows import CLOCK_SKEW_TOLERANCE, WINDOW_GRACE_PERIOD, Coverage, window_of
from sensors.formats.model import Movement
from sensors.policy.promises import MIN_COUNT_WINDOW, MIN_GROUP_SENSORS
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_MOVEMENTS = 10_000
"""Per lamp and window: a lamp with more than one every four seconds for half a day is broken."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A lamp in a group, with the rule from its register entry. ``window`` is in whole hours."""

    sensor_id: int
    municipality: str
    group_name: str
    property: str
    minimum_sensors: int
    window: timedelta
    revision: int


@dataclass(frozen=True, slots=True)
class WindowCount:
    """One window that may be stored: ``count`` movements over the ``sensors`` lamps that reported. Instants in UTC.

    ``revision`` is the newest among the group's register entries.
    """

    municipality: str
    group: str
    property: str
    window_start: datetime
    window_end: datetime
    sensors: int
    count: int
    revision: int


@dataclass(slots=True)
class PresenceDiscards:
    """What was not released or counted, since startup."""

    suppressed: int = 0
    """Windows with too few lamps."""
    unobserved: int = 0
    """Windows not observed in full."""
    duplicate: int = 0
    """Movements already counted: the same lamp at the same time."""
    excess: int = 0
    """Movements beyond ``MAX_MOVEMENTS``."""


class PresenceCounter:
    """All groups and their open windows."""

    def __init__(self) -> None:
        self.discards = PresenceDiscards()
        self._groups: dict[tuple[str, str, str], _GroupWindows] = {}
        self._of: dict[tuple[int, str], _GroupWindows] = {}

    def set_members(self, members: Iterable[GroupMember], now: datetime) -> None:
        """Count for these lamps from now on. State of removed lamps is dropped at once.

        If the members of a group have different rules, the strictest applies: the largest minimum, the longest window.
        A group whose rule changes starts over.
        """
        by_group: dict[tuple[str, str, str], list[GroupMember]] = {}
        for each in members:
            by_group.setdefault((each.municipality, each.group_name, each.property), []).append(each)
        held = self._groups
        self._groups, self._of = {}, {}
        for name, together in sorted(by_group.items()):
            rule = _strictest(together)
            group = held.get(name)
            if group is None or group.rule != rule:
                group = _GroupWindows(name, rule, now)
            group.set_members(together)
            self._groups[name] = group
            self._of.update({(each.sensor_id, each.property): group for each in together})

    def record_gap(self, since: datetime, until: datetime) -> None:
        """Record that movements may have been missed: no window that overlaps this period is released."""
        for group in self._groups.values():
            group.coverage.record_gap(since, until)

    def add_movement(self, sensor_id: int, movement: Movement, now: datetime) -> RejectionReason | None:
        """Count a movement received at ``now``. Returns the reason if it is rejected; nothing of it is kept then."""
        group = self._of.get((sensor_id, movement.property))
        if group is None:
            return RejectionReason.NOT_INGESTED
        if movement.time > now + CLOCK_SKEW_TOLERANCE:
            return RejectionReason.IN_FUTURE
        return group.add_movement(sensor_id, movement, now, self.discards)

    def close_finished(self, now: datetime) -> tuple[WindowCount, ...]:
        """Close finished windows. Each is released at most once, in a fixed order."""
        return tuple(row for group in self._groups.values() for row in group.close(now, self.discards))


def _strictest(members: Iterable[GroupMember]) -> tuple[int, timedelta]:
    """The minimum number of lamps and the window length."""
    rules = [(each.minimum_sensors, each.window) for each in members]
    sensors = max(MIN_GROUP_SENSORS, *(lamps for lamps, _ in rules))
    return sensors, max(MIN_COUNT_WINDOW, *(window for _, window in rules))


TimeWindow = tuple[datetime, datetime]


class _GroupWindows:
    """One group's open windows: movement times by lamp. A lamp without times reported, but saw nobody."""

    def __init__(self, name: tuple[str, str, str], rule: tuple[int, timedelta], since: datetime) -> None:
        self.rule = rule
        self.coverage = Coverage(since)
        self._name = name
        self._revision = 0
        self._windows: dict[TimeWindow, dict[int, set[float]]] = {}
        self._closed = datetime.min.replace(tzinfo=UTC)

    def set_members(self, members: Sequence[GroupMember]) -> None:
        """Keep the state of these lamps only."""
        sensors = {each.sensor_id for each in members}
        self._revision = max(each.revision for each in members)
        for heard in self._windows.values():
            for gone in heard.keys() - sensors:
                del heard[gone]

    def add_movement(
        self, sensor: int, movement: Movement, now: datetime, discards: PresenceDiscards
    ) -> RejectionReason | None:
        window = window_of(movement.time, self.rule[1])
        if window[1] + WINDOW_GRACE_PERIOD <= max(now, self._closed):
            return RejectionReason.TOO_LATE
        times = self._windows.setdefault(window, {}).setdefault(sensor, set())
        time = movement.time.timestamp()
        if movement.present and time in times:
            discards.duplicate += 1
        elif movement.present and len(times) >= MAX_MOVEMENTS:
            discards.excess += 1
        elif movement.present:
            times.add(time)
        return None

    def close(self, now: datetime, discards: PresenceDiscards) -> Iterator[WindowCount]:
        self._closed = max(self._closed, now)
        for window in sorted(each for each in self._windows if each[1] + WINDOW_GRACE_PERIOD <= now):
            heard = self._windows.pop(window)
            if not self.coverage.covers(*window):
                discards.unobserved += 1
            elif len(heard) < self.rule[0]:
                discards.suppressed += 1
            else:
                count = sum(map(len, heard.values()))
                yield WindowCount(*self._name, *window, len(heard), count, self._revision)
