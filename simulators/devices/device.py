"""Simulated devices: measurements as a pure function of seed, device and time.

History and live data therefore agree, whatever the order or number of calls. As docs/payloads.md asks, the time of a
count or an average is the end of its period.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from math import cos, exp, pi, sin
from random import Random

from astral import Observer
from astral.sun import sunrise, sunset

from sensors.kinds import KINDS
from sensors.policy.constraints import is_of_events
from sensors.register.entry import Entry
from sensors.vocabulary.codes import Status
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from simulators import replay
from simulators.devices.messages import Sample

HELMOND_OBSERVER = Observer(latitude=51.48, longitude=5.66)
TWILIGHT_MARGIN = timedelta(minutes=10)
"""Lamps switch on this long after sunset and off this long before sunrise."""

MeasureFunction = Callable[[datetime], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class SimulatedDevice:
    """A device that measures once per ``interval``, offset by ``phase`` so that devices don't all send at once."""

    reference: str
    kind: str
    interval: timedelta
    phase: timedelta
    measure: MeasureFunction

    def samples(self, start: datetime, until: datetime | None) -> Iterator[Sample]:
        """Yield samples after ``start`` up to and including ``until``; endless without ``until``."""
        beginning = datetime(2020, 1, 1, tzinfo=UTC) + self.phase
        first = (start - beginning) // self.interval + 1
        for number in count(first):
            moment = beginning + number * self.interval
            if until is not None and moment > until:
                return
            yield Sample(moment, self.measure(moment))


def device_of_entry(entry: Entry, seed: int) -> SimulatedDevice | None:
    """Build the device behind a register entry, measuring the declared properties.

    None if it delivers no data. Events about single persons are in ``simulators.devices.events``.
    """
    if not entry.delivers_data or entry.status is not Status.ACTIVE or entry.kind not in _MODELS:
        return None
    model, properties = _MODELS[entry.kind], KINDS[entry.kind].properties
    declared = tuple(
        datastream.observed_property
        for datastream in entry.datastreams
        if not is_of_events(datastream, properties[datastream.observed_property])
    )
    if not declared:
        return None
    interval = timedelta(seconds=150) if entry.reference.startswith("lucht-bewoner") else model.interval
    phase = timedelta(seconds=int(_rng(seed, entry.reference, "phase").random() * interval.total_seconds()))
    measure = model.build_measure(entry, seed)

    def measure_declared(moment: datetime) -> Mapping[str, float]:
        measured = measure(moment)
        return {code: measured[code] for code in declared if code in measured}

    return SimulatedDevice(entry.reference, entry.kind, interval, phase, measure_declared)


def wattage(reference: str, seed: int) -> float:
    """The rated power of a lamp in W, drawn from a real inventory of luminaires."""
    watts, luminaires = _inventory()
    return _rng(seed, reference, "wattage").choices(watts, luminaires)[0]


def is_night(moment: datetime) -> bool:
    """Whether the streetlights of Helmond are on."""
    off, on = _lamps_off_and_on(moment.astimezone(UTC).date())
    return not off <= moment < on


def dim_level(moment: datetime) -> float:
    """The dim level of the streetlights in %: 100, reduced to 60 from 23:00 to 06:00 local time, 0 by day."""
    if not is_night(moment):
        return 0.0
    return 60.0 if not 6 <= moment.astimezone(LOCAL_TIME_ZONE).hour < 23 else 100.0


def _rng(*of: object) -> Random:
    return Random("/".join(map(str, of)))  # noqa: S311 - weather and traffic, no secrets


def poisson_count(rng: Random, mean: float) -> float:
    """Draw a Poisson-distributed count. Above a mean of 50 a normal approximation is close enough and much faster."""
    if mean > 50:
        return float(max(0, round(rng.gauss(mean, mean**0.5))))
    product, limit, number = rng.random(), exp(-mean), 0
    while product > limit:
        product *= rng.random()
        number += 1
    return float(number)


@lru_cache(maxsize=1)
def _inventory() -> tuple[list[float], list[int]]:
    with (replay.DATA_DIR / "luminaire_wattage.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [float(row["watt"]) for row in rows], [int(row["luminaires"]) for row in rows]


@lru_cache(maxsize=4096)
def _lamps_off_and_on(day: date) -> tuple[datetime, datetime]:
    # In Helmond, sunrise and sunset fall on the same UTC day all year round.
    return sunrise(HELMOND_OBSERVER, day) - TWILIGHT_MARGIN, sunset(HELMOND_OBSERVER, day) + TWILIGHT_MARGIN


@lru_cache(maxsize=4096)
def _burning_time(since: date, before: date) -> timedelta:
    """How long a lamp burned on the days from ``since`` to before ``before`` (UTC)."""
    total = timedelta()
    for number in range((before - since).days):
        off, on = _lamps_off_and_on(since + timedelta(days=number))
        total += timedelta(days=1) - (on - off)
    return total


def _burning_hours(since: date, moment: datetime) -> float:
    moment = moment.astimezone(UTC)
    midnight = datetime.combine(moment.date(), time(), UTC)
    off, on = _lamps_off_and_on(moment.date())
    today = min(moment, off) - midnight + max(timedelta(), moment - on)
    return round((_burning_time(since, moment.date()) + today) / timedelta(hours=1), 2)


def _air_temperature(moment: datetime) -> float:
    day, hour = _day_and_hour(moment)
    return 10.5 - 8 * cos(2 * pi * (day - 20) / 365) + 4 * cos(2 * pi * (hour - 15) / 24)


def _day_and_hour(moment: datetime) -> tuple[int, float]:
    local = moment.astimezone(LOCAL_TIME_ZONE)
    return local.timetuple().tm_yday, local.hour + local.minute / 60


def _streetlight(entry: Entry, seed: int) -> MeasureFunction:
    watt = wattage(entry.reference, seed)
    steps = [timedelta(minutes=3 * number) for number in range(5)]

    def measure(moment: datetime) -> Mapping[str, float]:
        rng = _rng(seed, entry.reference, moment)
        strength = rng.gauss(1, 0.01)
        power = watt * dim_level(moment) / 100 * strength
        mean_level = sum(dim_level(moment - step) for step in steps) / len(steps)
        return {
            "power": round(power, 1),
            "energy": round(watt * mean_level / 100 * strength * 0.25 / 1000, 5),
            "dim_level": dim_level(moment),
            "lamp_temperature": round(_air_temperature(moment) + 30 * power / watt + rng.gauss(0, 0.5), 1),
            "burning_hours": _burning_hours(entry.active_from, moment),
            "fault_code": 0.0,
        }

    return measure


@dataclass(frozen=True, slots=True)
class TrafficFlow:
    """The daily profile of one vehicle class: the peak rate and the hours of the day at which it occurs."""

    peak_per_hour: float
    workday_peak_hours: tuple[float, ...]
    weekend_peak_hours: tuple[float, ...]
    peak_width_hours: float = 1.6

    def per_hour(self, moment: datetime) -> float:
        """The mean rate per hour at this moment."""
        local = moment.astimezone(LOCAL_TIME_ZONE)
        peaks = self.weekend_peak_hours if local.weekday() >= 5 else self.workday_peak_hours
        hour = _day_and_hour(moment)[1]
        humps = sum(exp(-(((hour - peak) / self.peak_width_hours) ** 2)) for peak in peaks)
        daytime = max(0.0, sin(pi * (hour - 5) / 18)) if 5 < hour < 23 else 0.0
        return (
            self.peak_per_hour * (0.015 + 0.35 * daytime + 0.6 * min(1.0, humps)) * (0.7 if local.weekday() >= 5 else 1)
        )


_FLOWS = {
    "count_car": TrafficFlow(620, (8.0, 17.3), (14.5,)),
    "count_van": TrafficFlow(90, (7.3, 16.2), (12.0,)),
    "count_truck": TrafficFlow(45, (9.5, 14.0), (11.0,), 2.5),
    "count_bus": TrafficFlow(9, (8.0, 16.5), (14.0,), 3.5),
    "count_motorcycle": TrafficFlow(12, (8.0, 17.3), (15.0,), 2.5),
    "count_bicycle": TrafficFlow(240, (8.2, 15.7), (14.5,), 0.9),
    "count_pedestrian": TrafficFlow(180, (12.6, 16.0), (15.0,), 2.5),
}
_NOT_MOTORISED = frozenset({"count_bicycle", "count_pedestrian"})


def _traffic(entry: Entry, seed: int) -> MeasureFunction:
    interval = _MODELS["traffic"].interval
    site = _rng(seed, entry.reference, "site")
    busy, limit = site.uniform(0.25, 1.0), site.choice((30, 50, 50, 70))
    counted = [each.observed_property for each in entry.datastreams if each.observed_property in _FLOWS]

    def measure(moment: datetime) -> Mapping[str, float]:
        rng = _rng(seed, entry.reference, moment)
        middle = moment - interval / 2
        counts = {
            code: poisson_count(rng, busy * _FLOWS[code].per_hour(middle) * (interval / timedelta(hours=1)))
            for code in counted
        }
        vehicles = sum(number for code, number in counts.items() if code not in _NOT_MOTORISED)
        return {
            **counts,
            "alive": 1.0,
            "mean_speed": round(max(5.0, limit * (1 - 0.0012 * vehicles) + rng.gauss(0, limit / 20)), 1),
            # A vehicle occupies the loop for about half a second.
            "occupancy": round(min(100.0, vehicles * 0.5 / 900 * 100 * rng.uniform(0.9, 1.1)), 2),
        }

    return measure


def _air(entry: Entry, seed: int) -> MeasureFunction:
    if entry.reference.startswith("lucht-bewoner"):
        return _citizen(entry, seed)
    site = _rng(seed, entry.reference, "site")
    dirty, phase = site.uniform(0.7, 1.4), site.uniform(0, 2 * pi)

    def measure(moment: datetime) -> Mapping[str, float]:
        rng = _rng(seed, entry.reference, moment)
        day, hour = _day_and_hour(moment)
        # City-wide good and bad days: two slow waves with incommensurable periods.
        weather = 1 + 0.4 * sin(2 * pi * day / 9) + 0.25 * sin(2 * pi * day / 23)
        rush = exp(-(((hour - 8) / 2) ** 2)) + exp(-(((hour - 18) / 2.5) ** 2))
        particles = max(0.5, dirty * weather * (7 + 4 * rush) + sin(phase + hour / 4) + rng.gauss(0, 0.8))
        warm = _air_temperature(moment) + rng.gauss(0, 0.3)
        return {
            "pm2_5": round(particles, 1),
            "pm10": round(1.6 * particles + abs(rng.gauss(0, 1)), 1),
            "no2": round(max(0.0, dirty * weather * (12 + 14 * rush) + rng.gauss(0, 1.5)), 1),
            "o3": round(max(0.0, 45 + 2 * warm - 18 * rush + rng.gauss(0, 3)), 1),
            "temperature": round(warm, 1),
            "relative_humidity": round(min(100.0, max(20.0, 95 - 1.4 * warm + rng.gauss(0, 2))), 1),
        }

    return measure


def _citizen(entry: Entry, seed: int) -> MeasureFunction:
    site = _rng(seed, entry.reference, "site")
    factor, offset, delay = site.uniform(0.8, 1.25), site.uniform(-0.5, 1.5), timedelta(minutes=site.uniform(0, 45))

    def measure(moment: datetime) -> Mapping[str, float]:
        rng = _rng(seed, entry.reference, moment)
        recorded = replay.citizen_values_at(moment - delay)
        return {
            code: round(max(0.0, factor * value + offset + rng.gauss(0, 0.3)), 2) for code, value in recorded.items()
        }

    return measure


@dataclass(frozen=True, slots=True)
class _KindModel:
    interval: timedelta
    build_measure: Callable[[Entry, int], MeasureFunction]


_MODELS = {
    "streetlight": _KindModel(timedelta(minutes=15), _streetlight),
    "traffic": _KindModel(timedelta(minutes=15), _traffic),
    "air_quality": _KindModel(timedelta(minutes=10), _air),
}
