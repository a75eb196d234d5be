"""Aggregate movements at streetlights into counts over a group of lamps and at least an hour. No movement is stored.

A window that is over yields one count, made as ``ingest.events.movement_noise`` describes, whether or not anybody
moved: which windows exist depends on the clock, the register and our own outages, never on which lamps reported. What a
lamp reported stays in memory, until the window closes. Pure except for the noise: the clock is an argument. Not
thread-safe: the caller must lock.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.events.movement_noise import movement_spacing, noise_deviation, thin_movements
from ingest.events.window_book import WindowBook
from ingest.events.windows import (
    WINDOW_GRACE_PERIOD,
    Coverage,
    check_time,
    is_night_window,
    window_of,
    windows_between,
)
from ingest.noise import add_noise
from sensors.formats.model import Movement
from sensors.policy.promises import MIN_COUNT_WINDOW, MIN_MOVEMENT_LAMPS
from sensors.vocabulary.rejection_reasons import RejectionReason

GroupName = tuple[str, str, str]
"""Municipality, group and observed property."""
TimeWindow = tuple[datetime, datetime]


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
    has_doubled_nights: bool = False
    """Whether the noise of nights is doubled."""


@dataclass(frozen=True, slots=True)
class WindowCount:
    """One window that may be stored. Instants in UTC.

    ``count``: movements over all ``sensors`` lamps of the group, at least ``spacing`` seconds apart at each, plus noise
    with a mean of 0 and a standard deviation of ``noise``. ``revision`` is the newest among the group's entries.
    """

    municipality: str
    group: str
    property: str
    window_start: datetime
    window_end: datetime
    sensors: int
    count: int
    noise: float
    spacing: float
    revision: int


class PresenceCounter:
    """All groups and their open windows."""

    def __init__(self) -> None:
        self.book = WindowBook("window_count")
        """Suppressed windows are those of groups with too few lamps in the register."""
        self._groups: dict[GroupName, _GroupWindows] = {}
        self._of: dict[tuple[int, str], _GroupWindows] = {}

    def set_members(self, members: Iterable[GroupMember], now: datetime, due_from: datetime | None = None) -> None:
        """Count for these lamps from now on. A group whose lamps or rule change starts over.

        The windows of a new group are due from the one that contains ``due_from``, or now. Those before now are
        unobserved.

        If the members of a group have different rules, the strictest applies: the largest minimum, the longest window,
        doubled nights.
        """
        by_group: dict[GroupName, list[GroupMember]] = {}
        for each in members:
            by_group.setdefault((each.municipality, each.group_name, each.property), []).append(each)
        held = self._groups
        self._groups, self._of = {}, {}
        for name, together in sorted(by_group.items()):
            group = _group(name, _strictest(together), held.get(name), now, due_from or now)
            group.revision = max(each.revision for each in together)
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
        return check_time(movement.time, now) or group.add_movement(sensor_id, movement, now)

    def close_finished(self, now: datetime) -> tuple[WindowCount, ...]:
        """Close finished windows. Each is released at most once, in a fixed order."""
        return tuple(row for group in self._groups.values() for row in group.close(now, self.book))


@dataclass(frozen=True, slots=True)
class _GroupRule:
    """How a group is counted; another rule is another group."""

    lamps: frozenset[int]
    minimum_lamps: int
    window: timedelta
    has_doubled_nights: bool

    def noise(self, window: TimeWindow) -> float:
        """The standard deviation of the noise in one window."""
        deviation = noise_deviation(len(self.lamps))
        return 2 * deviation if self.has_doubled_nights and is_night_window(window) else deviation


def _strictest(members: Sequence[GroupMember]) -> _GroupRule:
    return _GroupRule(
        lamps=frozenset(each.sensor_id for each in members),
        minimum_lamps=max(MIN_MOVEMENT_LAMPS, *(each.minimum_sensors for each in members)),
        window=max(MIN_COUNT_WINDOW, *(each.window for each in members)),
        has_doubled_nights=any(each.has_doubled_nights for each in members),
    )


def _group(
    name: GroupName, rule: _GroupRule, held: "_GroupWindows | None", now: datetime, due_from: datetime
) -> "_GroupWindows":
    """The group with this rule: the one held, or a new one that goes on where that left off."""
    if held is not None and held.rule == rule:
        return held
    return _GroupWindows(name, rule, since=now, due_from=held.due_from if held else due_from)


class _GroupWindows:
    """One group's open windows: the times of movements by lamp. ``due_from``: windows before it are closed."""

    def __init__(self, name: GroupName, rule: _GroupRule, since: datetime, due_from: datetime) -> None:
        self.rule = rule
        self.revision = 0
        self.coverage = Coverage(since)
        self.due_from = window_of(due_from, rule.window)[0]
        self._name = name
        self._windows: dict[TimeWindow, dict[int, set[int]]] = {}
        self._latest = window_of(due_from, rule.window)

    def add_movement(self, sensor: int, movement: Movement, now: datetime) -> RejectionReason | None:
        window = self._window_of(movement.time)
        if window[0] < self.due_from or window[1] + WINDOW_GRACE_PERIOD <= now:
            return RejectionReason.TOO_LATE
        if movement.present:
            # In whole seconds, so that a broken lamp can't fill memory.
            self._windows.setdefault(window, {}).setdefault(sensor, set()).add(int(movement.time.timestamp()))
        return None

    def _window_of(self, instant: datetime) -> TimeWindow:
        """The window of an instant, usually that of the movement before: working it out costs most."""
        if not self._latest[0] <= instant < self._latest[1]:
            self._latest = window_of(instant, self.rule.window)
        return self._latest

    def close(self, now: datetime, book: WindowBook) -> Iterator[WindowCount]:
        subject = "/".join(self._name)
        for window in windows_between(self.due_from, now - WINDOW_GRACE_PERIOD, self.rule.window):
            self.due_from = window[1]
            times_by_lamp = self._windows.pop(window, {})
            if len(self.rule.lamps) < self.rule.minimum_lamps:
                book.record(subject, window, "suppressed")
            elif not self.coverage.covers(*window):
                book.record(subject, window, "unobserved")
            else:
                book.record(subject, window, "released")
                yield self._count(window, times_by_lamp.values())

    def _count(self, window: TimeWindow, times_by_lamp: Iterable[Iterable[int]]) -> WindowCount:
        lamps, noise = len(self.rule.lamps), self.rule.noise(window)
        spacing = movement_spacing(lamps, (window[1] - window[0]).total_seconds())
        counted = sum(thin_movements(times, spacing) for times in times_by_lamp)
        return WindowCount(
            *self._name,
            window_start=window[0],
            window_end=window[1],
            sensors=lamps,
            count=add_noise(counted, noise),
            noise=noise,
            spacing=spacing,
            revision=self.revision,
        )
