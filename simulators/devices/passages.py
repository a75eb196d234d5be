"""Simulated traffic past the number plate cameras, and the true travel times as a reference for tests.

A pure function of seed and time, like the devices. Plates are invented, in the series that the Dutch vehicle authority
(RDW) issues now; half of the vehicles are commuters that pass at the same time every day.
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

from sensors.policy.promises import TravelTimeWindow
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from simulators.devices.device import TrafficFlow, poisson_count

MINUTE = timedelta(minutes=1)
MAX_SIMULATED_TRAVEL_TIME = timedelta(minutes=15)
"""Upper bound on the travel time between two cameras."""
LOG_TRAVEL_TIME_SIGMA = 0.18
"""Standard deviation of the log of a travel time: two in three are within a fifth of the median."""
UNREAD_SHARE = 0.02
"""The share of passages with an unreadable plate."""


@dataclass(frozen=True, slots=True)
class PlateCamera:
    """A number plate camera. Trips that start here end at ``to_reference``; some cameras omit the dashes.

    ``window``: over which travel times are aggregated. The two-way road is the busiest, so it has the short one.
    """

    reference: str
    road: str
    point: Point
    to_reference: str | None
    window: TravelTimeWindow = "PT1H"
    writes_dashes: bool = True


# Placed on neighbourhood borders that follow the N270: the bundled data has no roads.
PLATE_CAMERAS = (
    PlateCamera("HD-ANPR-1", "Europaweg", Point(5.64029, 51.47724), "HD-ANPR-2"),
    PlateCamera("HD-ANPR-2", "Kasteel-Traverse", Point(5.65608, 51.47692), "HD-ANPR-3", writes_dashes=False),
    PlateCamera("HD-ANPR-3", "Deurneseweg", Point(5.6838, 51.47867), None),
    PlateCamera("HD-ANPR-4", "Europaweg, Kroon", Point(5.62681, 51.47325), "HD-ANPR-5", "PT15M"),
    PlateCamera(
        "HD-ANPR-5", "Europaweg, Schooten", Point(5.61197, 51.47227), "HD-ANPR-4", "PT15M", writes_dashes=False
    ),
)
_CAMERAS_WITH_DASHES = {camera.reference for camera in PLATE_CAMERAS if camera.writes_dashes}
SEGMENT_LENGTHS_M: Mapping[tuple[str, str], float] = {
    ("HD-ANPR-1", "HD-ANPR-2"): 1100.0,
    ("HD-ANPR-2", "HD-ANPR-3"): 2000.0,
    ("HD-ANPR-4", "HD-ANPR-5"): 1050.0,
    ("HD-ANPR-5", "HD-ANPR-4"): 1050.0,
}
"""Segment lengths in metres by start and end camera, slightly longer than the straight line."""
_PEAK_HOURS = ((8.0, 17.3), (14.5,))
ROUTE_FLOWS: Mapping[tuple[str, ...], TrafficFlow] = {
    ("HD-ANPR-1", "HD-ANPR-2", "HD-ANPR-3"): TrafficFlow(1000, *_PEAK_HOURS),
    ("HD-ANPR-1", "HD-ANPR-2"): TrafficFlow(800, *_PEAK_HOURS),
    ("HD-ANPR-2", "HD-ANPR-3"): TrafficFlow(800, *_PEAK_HOURS),
    ("HD-ANPR-4", "HD-ANPR-5"): TrafficFlow(1800, *_PEAK_HOURS),
    ("HD-ANPR-5", "HD-ANPR-4"): TrafficFlow(1800, *_PEAK_HOURS),
}
"""Routes and their traffic. At the peak a vehicle passes over each segment every two seconds."""

_CLASS_SHARES = {
    VehicleClass.CAR: 80,
    VehicleClass.VAN: 11,
    VehicleClass.TRUCK: 5,
    VehicleClass.MOTORCYCLE: 3,
    VehicleClass.BUS: 1,
}
_FREE_SPEEDS_KMH = {
    VehicleClass.CAR: 45.0,
    VehicleClass.VAN: 44.0,
    VehicleClass.TRUCK: 38.0,
    VehicleClass.MOTORCYCLE: 47.0,
    VehicleClass.BUS: 30.0,
}
_PLATE_FORMATS = {
    VehicleClass.CAR: ("99-XX-XX", "99-XXX-9", "9-XXX-99", "XX-999-X", "X-999-XX", "XXX-99-X"),
    VehicleClass.VAN: ("99-VX-XX", "99-VXX-9", "VX-999-X", "V-999-XX", "VXX-99-X"),
    VehicleClass.TRUCK: ("BX-XX-99", "99-BXX-9"),
    VehicleClass.MOTORCYCLE: ("MX-XX-99", "99-MX-XX"),
    VehicleClass.BUS: ("BX-XX-99", "99-BXX-9"),
}
_PLATE_CHARACTERS = {"9": "0123456789", "X": "DFGHJKLNPRSTXZ"}


@dataclass(frozen=True, slots=True)
class SimulatedPassage:
    """One vehicle at one camera. If not ``is_read``, the plate was unreadable and no event is sent."""

    time: datetime
    reference: str
    identifier: str
    vehicle_class: VehicleClass
    is_read: bool


@dataclass(frozen=True, slots=True)
class SimulatedTrip:
    """The ground truth for one vehicle on one segment. ``is_read``: at both ends."""

    segment: tuple[str, str]
    vehicle_class: VehicleClass
    departed_at: datetime
    arrived_at: datetime
    is_read: bool

    @property
    def duration_seconds(self) -> float:
        """Travel time in seconds."""
        return (self.arrived_at - self.departed_at).total_seconds()


def median_travel_time_seconds(segment: tuple[str, str], vehicle_class: VehicleClass, moment: datetime) -> float:
    """The median travel time of departures at this moment, in seconds: nearly doubled in the weekday rush hour."""
    return SEGMENT_LENGTHS_M[segment] / (_FREE_SPEEDS_KMH[vehicle_class] / 3.6) * (1 + _congestion_delay(moment))


def random_plate(rng: Random, vehicle_class: VehicleClass) -> str:
    """Draw a plate in one of the series of this class. Like any valid plate, it may belong to a real vehicle."""
    return "".join(rng.choice(_PLATE_CHARACTERS.get(sign, sign)) for sign in rng.choice(_PLATE_FORMATS[vehicle_class]))


@dataclass(frozen=True, slots=True)
class Corridor:
    """The cameras and the traffic past them. ``unread_share``: the share of passages with an unreadable plate."""

    seed: int
    unread_share: float = UNREAD_SHARE

    def passages(
        self, start: datetime, until: datetime | None, reference: str | None = None
    ) -> Iterator[SimulatedPassage]:
        """Yield readable passages after ``start`` up to and including ``until``, by time, at one camera or at all."""
        routes = [route for route in ROUTE_FLOWS if reference is None or reference in route]
        everyone = (
            (minute, (each for route in routes for journey in self._journeys(route, minute) for each in journey))
            for minute in whole_minutes(start - 2 * MAX_SIMULATED_TRAVEL_TIME, until)
        )
        for each in merge_by_time(everyone, until):
            if each.time > start and each.is_read and reference in (None, each.reference):
                yield each

    def trips(self, start: datetime, until: datetime) -> Iterator[SimulatedTrip]:
        """Yield trips that arrive in [``start``, ``until``), read or not, in no particular order."""
        for minute in whole_minutes(start - 2 * MAX_SIMULATED_TRAVEL_TIME, until):
            for route in ROUTE_FLOWS:
                for journey in self._journeys(route, minute):
                    for one, other in pairwise(journey):
                        if start <= other.time < until:
                            yield _trip_between(one, other)

    def true_travel_times(
        self, start: datetime, until: datetime, window: timedelta = timedelta(minutes=15)
    ) -> dict[tuple[tuple[str, str], datetime, VehicleClass], list[float]]:
        """Travel times in seconds of trips read at both ends, by segment, arrival window start and vehicle class.

        Windows divide the UTC hour, as in the register; the first and last may be incomplete.
        """
        times: dict[tuple[tuple[str, str], datetime, VehicleClass], list[float]] = {}
        for trip in self.trips(start, until):
            if trip.is_read:
                begun = trip.arrived_at - (trip.arrived_at - datetime.min.replace(tzinfo=UTC)) % window
                times.setdefault((trip.segment, begun, trip.vehicle_class), []).append(trip.duration_seconds)
        return times

    def _journeys(self, route: tuple[str, ...], minute: datetime) -> Iterator[tuple[SimulatedPassage, ...]]:
        """Yield the journeys that start on a route within this minute."""
        vehicles = int(poisson_count(self._rng(route, minute), ROUTE_FLOWS[route].per_hour(minute) / 60))
        clock = f"{minute.astimezone(LOCAL_TIME_ZONE):%H:%M}"
        for number in range(vehicles):
            day = self._rng(route, minute, number)
            vehicle = self._rng(route, clock, number) if number % 2 else day
            (vehicle_class,) = vehicle.choices(list(_CLASS_SHARES), list(_CLASS_SHARES.values()))
            yield self._drive(route, minute, (random_plate(vehicle, vehicle_class), vehicle_class), day)

    def _drive(
        self, route: tuple[str, ...], minute: datetime, vehicle: tuple[str, VehicleClass], rng: Random
    ) -> tuple[SimulatedPassage, ...]:
        identifier, vehicle_class = vehicle
        time = minute + _to_milliseconds(rng.uniform(0, 59))
        passages: list[SimulatedPassage] = []
        for number, here in enumerate(route):
            if number:
                seconds = median_travel_time_seconds((route[number - 1], here), vehicle_class, time) * exp(
                    rng.gauss(0, LOG_TRAVEL_TIME_SIGMA)
                )
                time += min(MAX_SIMULATED_TRAVEL_TIME, _to_milliseconds(seconds))
            written = identifier if here in _CAMERAS_WITH_DASHES else identifier.replace("-", "")
            passages.append(SimulatedPassage(time, here, written, vehicle_class, rng.random() >= self.unread_share))
        return tuple(passages)

    def _rng(self, *of: object) -> Random:
        return Random(f"{self.seed}/passages/{of}")  # noqa: S311 - traffic in an example, no secrets


class Timed(Protocol):
    """An object with a time."""

    @property
    def time(self) -> datetime:
        """When it happens."""
        ...


T = TypeVar("T", bound=Timed)


def whole_minutes(start: datetime, until: datetime | None) -> Iterator[datetime]:
    """Yield whole UTC minutes from that of ``start`` up to that of ``until``; endless without ``until``."""
    first = start.astimezone(UTC).replace(second=0, microsecond=0)
    for number in count():
        minute = first + number * MINUTE
        if until is not None and minute > until:
            return
        yield minute


def merge_by_time(by_minute: Iterable[tuple[datetime, Iterable[T]]], until: datetime | None) -> Iterator[T]:
    """Merge items grouped by starting minute, whose times lie in that minute or later; up to ``until`` inclusive."""
    waiting: list[tuple[datetime, int, T]] = []
    number = count()
    for minute, happenings in by_minute:
        while waiting and waiting[0][0] < minute:
            yield heapq.heappop(waiting)[2]
        for each in happenings:
            heapq.heappush(waiting, (each.time, next(number), each))
    while waiting and (until is None or waiting[0][0] <= until):
        yield heapq.heappop(waiting)[2]


def _trip_between(one: SimulatedPassage, other: SimulatedPassage) -> SimulatedTrip:
    segment = (one.reference, other.reference)
    return SimulatedTrip(segment, one.vehicle_class, one.time, other.time, one.is_read and other.is_read)


def _to_milliseconds(seconds: float) -> timedelta:
    return timedelta(milliseconds=round(1000 * seconds))


def _congestion_delay(moment: datetime) -> float:
    """The delay relative to free flow, as a share."""
    local = moment.astimezone(LOCAL_TIME_ZONE)
    if local.weekday() >= 5:
        return 0.1
    hour = local.hour + local.minute / 60
    return 0.1 + 0.8 * max(exp(-(((hour - peak) / 1.2) ** 2)) for peak in _PEAK_HOURS[0])
