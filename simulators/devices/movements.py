"""Pedestrians passing motion-sensing streetlights, walking from one end of a row of lamps to the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulators.devices.device import TrafficFlow, poisson_count
from simulators.devices.passages import merge_by_time, whole_minutes

LAMP_SPACING_M = 28.0
"""Metres between lamps, matching ``simulators.city.placement``."""
PEDESTRIAN_FLOW = TrafficFlow(40, (8.4, 17.0), (15.0,), 2.5)
KEEPALIVE_MINUTES = 15
"""Minutes between "no presence" messages of an idle lamp, which show that it is alive."""
_MAX_WALK_TIME = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class LampMovement:
    """Whether one lamp detects someone."""

    time: datetime
    reference: str
    presence: bool


@dataclass(frozen=True, slots=True)
class LampRow:
    """The lamps of one group, in street order."""

    seed: int
    group: str
    lamps: tuple[str, ...]

    def movements(
        self, start: datetime, until: datetime | None, reference: str | None = None
    ) -> Iterator[LampMovement]:
        """Yield detections after ``start`` up to and including ``until``, by time, of one lamp or of all."""
        noticed = (
            (minute, (*self.walks(minute), *self._keepalives(minute)))
            for minute in whole_minutes(start - _MAX_WALK_TIME, until)
        )
        for each in merge_by_time(noticed, until):
            if each.time > start and reference in (None, each.reference):
                yield each

    def walks(self, minute: datetime) -> Iterator[LampMovement]:
        """Yield the detections of everyone who sets off in this minute, walk by walk."""
        rng = Random(f"{self.seed}/movements/{self.group}/{minute}")  # noqa: S311 - walkers in an example, no secrets
        for _ in range(int(poisson_count(rng, PEDESTRIAN_FLOW.per_hour(minute) / 60))):
            begin = minute + timedelta(seconds=rng.uniform(0, 59))
            between = timedelta(seconds=LAMP_SPACING_M / rng.uniform(1.0, 1.7))
            for number, lamp in enumerate(rng.choice((self.lamps, self.lamps[::-1]))):
                yield LampMovement(begin + number * between, lamp, presence=True)

    def _keepalives(self, minute: datetime) -> Iterator[LampMovement]:
        for number, lamp in enumerate(self.lamps):
            if minute.minute % KEEPALIVE_MINUTES == number % KEEPALIVE_MINUTES:
                yield LampMovement(minute + timedelta(seconds=4 * number), lamp, presence=False)
