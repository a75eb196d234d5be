"""The simulated traffic past the number plate cameras, and the true travel times that nobody but a test may know.

A pure function of the seed and the time, as the devices are. Plates are made up, in the forms that the Dutch vehicle
authority (RDW) gives out now; half of the vehicles pass every day at the same time, as people who go to work do.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from math import exp
from random import Random
from typing import Protocol, TypeVar

from shapely import Point

from sensors.vocabulary.codes import VehicleClass
from simulators.devices.device import HERE, Flow, poisson

MINUTE = timedelta(minutes=1)
LONGEST = timedelta(minutes=15)
"""Nobody takes longer from one camera to the next."""
SPREAD = 0.18
"""Of the logarithm of a travel time: two in three are within a fifth of the median."""
MISSED = 0.02
"""The share of passages in which a camera can't read the plate."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that reads number plates, and the one where the trips end that start here. Some write no dashes."""

    reference: str
    road: str
    point: Point
    to: str | None
    dashes: bool = True


# On the borders of neighbourhoods that follow the N270, since our data has no roads.
CAMERAS = (
    Camera("HD-ANPR-1", "Europaweg", Point(5.64029, 51.47724), "HD-ANPR-2"),
    Camera("HD-ANPR-2", "Kasteel-Traverse", Point(5.65608, 51.47692), "HD-ANPR-3", dashes=False),
    Camera("HD-ANPR-3", "Deurneseweg", Point(5.6838, 51.47867), None),
    Camera("HD-ANPR-4", "Europaweg, Kroon", Point(5.62681, 51.47325), "HD-ANPR-5"),
    Camera("HD-ANPR-5", "Europaweg, Schooten", Point(5.61197, 51.47227), "HD-ANPR-4", dashes=False),
)
_DASHED = {camera.reference for camera in CAMERAS if camera.dashes}
METRES: Mapping[tuple[str, str], float] = {
    ("HD-ANPR-1", "HD-ANPR-2"): 1100.0,
    ("HD-ANPR-2", "HD-ANPR-3"): 2000.0,
    ("HD-ANPR-4", "HD-ANPR-5"): 1050.0,
    ("HD-ANPR-5", "HD-ANPR-4"): 1050.0,
}
"""The length of every segment by the cameras at its ends: a little more than the straight line."""
_PEAKS = ((8.0, 17.3), (14.5,))
ROUTES: Mapping[tuple[str, ...], Flow] = {
    ("HD-ANPR-1", "HD-ANPR-2", "HD-ANPR-3"): Flow(1000, *_PEAKS),
    ("HD-ANPR-1", "HD-ANPR-2"): Flow(800, *_PEAKS),
    ("HD-ANPR-2", "HD-ANPR-3"): Flow(800, *_PEAKS),
    ("HD-ANPR-4", "HD-ANPR-5"): Flow(1800, *_PEAKS),
    ("HD-ANPR-5", "HD-ANPR-4"): Flow(1800, *_PEAKS),
}
"""The ways that vehicles go. At the busiest hour one passes over each segment every two seconds."""

_SHARES = {
    VehicleClass.CAR: 80,
    VehicleClass.VAN: 11,
    VehicleClass.TRUCK: 5,
    VehicleClass.MOTORCYCLE: 3,
    VehicleClass.BUS: 1,
}
_SPEEDS = {
    VehicleClass.CAR: 45.0,
    VehicleClass.VAN: 44.0,
    VehicleClass.TRUCK: 38.0,
    VehicleClass.MOTORCYCLE: 47.0,
    VehicleClass.BUS: 30.0,
}
_FORMS = {
    VehicleClass.CAR: ("99-XX-XX", "99-XXX-9", "9-XXX-99", "XX-999-X", "X-999-XX", "XXX-99-X"),
    VehicleClass.VAN: ("99-VX-XX", "99-VXX-9", "VX-999-X", "V-999-XX", "VXX-99-X"),
    VehicleClass.TRUCK: ("BX-XX-99", "99-BXX-9"),
    VehicleClass.MOTORCYCLE: ("MX-XX-99", "99-MX-XX"),
    VehicleClass.BUS: ("BX-XX-99", "99-BXX-9"),
}
_DRAWN = {"9": "0123456789", "X": "DFGHJKLNPRSTXZ"}


@dataclass(frozen=True, slots=True)
class Passage:
    """One vehicle at one camera. ``read``: the camera could read its plate; else nothing is said of it."""

    time: datetime
    reference: str
    identifier: str
    vehicle_class: VehicleClass
    read: bool


@dataclass(frozen=True, slots=True)
class Trip:
    """The truth about one vehicle on one segment. ``read``: at both ends."""

    segment: tuple[str, str]
    vehicle_class: VehicleClass
    left: datetime
    arrived: datetime
    read: bool

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.arrived - self.left).total_seconds()


def median_travel_time(segment: tuple[str, str], vehicle_class: VehicleClass, moment: datetime) -> float:
    """The median of those that leave at this moment, in s: on a working day at rush hour nearly double."""
    return METRES[segment] / (_SPEEDS[vehicle_class] / 3.6) * (1 + _delay(moment))


def plate(dice: Random, vehicle_class: VehicleClass) -> str:
    """A number plate in one of the forms of this class; it may be that of a real vehicle, as every plate may."""
    return "".join(dice.choice(_DRAWN.get(sign, sign)) for sign in dice.choice(_FORMS[vehicle_class]))


@dataclass(frozen=True, slots=True)
class Corridor:
    """The cameras and all who pass them. ``missed``: the share of passages that a camera can't read."""

    seed: int
    missed: float = MISSED

    def passages(self, start: datetime, until: datetime | None, at: str | None = None) -> Iterator[Passage]:
        """What is read after ``start`` up to and including ``until``, by time: at one camera, or at all."""
        routes = [route for route in ROUTES if at is None or at in route]
        everyone = (
            (minute, (each for route in routes for journey in self._journeys(route, minute) for each in journey))
            for minute in minutes(start - 2 * LONGEST, until)
        )
        for each in in_order(everyone, until):
            if each.time > start and each.read and at in (None, each.reference):
                yield each

    def trips(self, start: datetime, until: datetime) -> Iterator[Trip]:
        """Who arrived at the end of a segment from ``start`` until before ``until``, read or not, in no order."""
        for minute in minutes(start - 2 * LONGEST, until):
            for route in ROUTES:
                for journey in self._journeys(route, minute):
                    for one, other in pairwise(journey):
                        if start <= other.time < until:
                            yield _trip(one, other)

    def true_travel_times(
        self, start: datetime, until: datetime, window: timedelta = timedelta(minutes=15)
    ) -> dict[tuple[tuple[str, str], datetime, VehicleClass], list[float]]:
        """Seconds of all trips that were read at both ends, by segment, start of the window of arrival, and class.

        Windows are whole parts of the UTC hour, as in the register; the first and the last may be incomplete.
        """
        times: dict[tuple[tuple[str, str], datetime, VehicleClass], list[float]] = {}
        for trip in self.trips(start, until):
            if trip.read:
                begun = trip.arrived - (trip.arrived - datetime.min.replace(tzinfo=UTC)) % window
                times.setdefault((trip.segment, begun, trip.vehicle_class), []).append(trip.seconds)
        return times

    def _journeys(self, route: tuple[str, ...], minute: datetime) -> Iterator[tuple[Passage, ...]]:
        """Of all who come to the start of a route within this minute."""
        vehicles = int(poisson(self._dice(route, minute), ROUTES[route].per_hour(minute) / 60))
        clock = f"{minute.astimezone(HERE):%H:%M}"
        for number in range(vehicles):
            day = self._dice(route, minute, number)
            vehicle = self._dice(route, clock, number) if number % 2 else day
            (vehicle_class,) = vehicle.choices(list(_SHARES), list(_SHARES.values()))
            yield self._drive(route, minute, (plate(vehicle, vehicle_class), vehicle_class), day)

    def _drive(
        self, route: tuple[str, ...], minute: datetime, vehicle: tuple[str, VehicleClass], dice: Random
    ) -> tuple[Passage, ...]:
        identifier, vehicle_class = vehicle
        time = minute + _milliseconds(dice.uniform(0, 59))
        passages: list[Passage] = []
        for number, here in enumerate(route):
            if number:
                seconds = median_travel_time((route[number - 1], here), vehicle_class, time) * exp(
                    dice.gauss(0, SPREAD)
                )
                time += min(LONGEST, _milliseconds(seconds))
            written = identifier if here in _DASHED else identifier.replace("-", "")
            passages.append(Passage(time, here, written, vehicle_class, dice.random() >= self.missed))
        return tuple(passages)

    def _dice(self, *of: object) -> Random:
        return Random(f"{self.seed}/passages/{of}")  # noqa: S311 - traffic in an example, no secrets


class Happening(Protocol):
    """Something at an instant."""

    @property
    def time(self) -> datetime:
        """The instant."""
        ...


H = TypeVar("H", bound=Happening)


def minutes(start: datetime, until: datetime | None) -> Iterator[datetime]:
    """The whole minutes from the one of ``start`` up to that of ``until``; without it, for ever. In UTC."""
    first = start.astimezone(UTC).replace(second=0, microsecond=0)
    for number in count():
        minute = first + number * MINUTE
        if until is not None and minute > until:
            return
        yield minute


def in_order(begun: Iterable[tuple[datetime, Iterable[H]]], until: datetime | None) -> Iterator[H]:
    """What begins in each minute and ends in that one or later, by time, up to and including ``until``."""
    waiting: list[tuple[datetime, int, H]] = []
    number = count()
    for minute, happenings in begun:
        while waiting and waiting[0][0] < minute:
            yield heapq.heappop(waiting)[2]
        for each in happenings:
            heapq.heappush(waiting, (each.time, next(number), each))
    while waiting and (until is None or waiting[0][0] <= until):
        yield heapq.heappop(waiting)[2]


def _trip(one: Passage, other: Passage) -> Trip:
    segment = (one.reference, other.reference)
    return Trip(segment, one.vehicle_class, one.time, other.time, one.read and other.read)


def _milliseconds(seconds: float) -> timedelta:
    return timedelta(milliseconds=round(1000 * seconds))


def _delay(moment: datetime) -> float:
    """How much longer than on an empty road, as a share."""
    local = moment.astimezone(HERE)
    if local.weekday() >= 5:
        return 0.1
    hour = local.hour + local.minute / 60
    return 0.1 + 0.8 * max(exp(-(((hour - peak) / 1.2) ** 2)) for peak in _PEAKS[0])
