"""Who walks past the streetlights that notice movement: from one end of a row of lamps to the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from simulators.devices.device import Flow, poisson
from simulators.devices.passages import in_order, minutes

APART = 28.0
"""Metres from one lamp to the next, as ``simulators.city.places`` puts them."""
WALKERS = Flow(40, (8.4, 17.0), (15.0,), 2.5)
SIGN_OF_LIFE = 15
"""Minutes. A lamp that sees nobody says so this often, so that it is known to be awake."""
_LONGEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Movement:
    """One lamp, and whether it notices someone."""

    time: datetime
    reference: str
    presence: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The lamps of one group, in the order in which they stand."""

    seed: int
    group: str
    lamps: tuple[str, ...]

    def movements(self, start: datetime, until: datetime | None, at: str | None = None) -> Iterator[Movement]:
        """What the lamps notice after ``start`` up to and including ``until``, by time: one lamp, or all."""
        noticed = (
            (minute, (*self._walked(minute), *self._awake(minute))) for minute in minutes(start - _LONGEST, until)
        )
        for each in in_order(noticed, until):
            if each.time > start and at in (None, each.reference):
                yield each

    def _walked(self, minute: datetime) -> Iterator[Movement]:
        dice = Random(f"{self.seed}/movements/{self.group}/{minute}")  # noqa: S311 - walkers in an example, no secrets
        for _ in range(int(poisson(dice, WALKERS.per_hour(minute) / 60))):
            begin = minute + timedelta(seconds=dice.uniform(0, 59))
            between = timedelta(seconds=APART / dice.uniform(1.0, 1.7))
            for number, lamp in enumerate(dice.choice((self.lamps, self.lamps[::-1]))):
                yield Movement(begin + number * between, lamp, presence=True)

    def _awake(self, minute: datetime) -> Iterator[Movement]:
        for number, lamp in enumerate(self.lamps):
            if minute.minute % SIGN_OF_LIFE == number % SIGN_OF_LIFE:
                yield Movement(minute + timedelta(seconds=4 * number), lamp, presence=False)
