"""The trips of one segment in one window: of a secret random sample of its vehicles, each counted once.

A vehicle is in the sample if its tag is below a limit: a keyed BLAKE2b hash (RFC 7693) of its identifier. The key is
from ``os.urandom``, serves this window of this segment only, and dies with it. With a key for a day, someone could find
out which accomplices are sampled, and then wait with seven of those for an eighth vehicle.

What is released are percentiles of the sample: no number of vehicles, no total beside its classes. Whoever knows every
other vehicle in the window can hardly tell whether one more was there: ``docs/privacy.md`` has the bound. Pure except
for ``os.urandom``.
"""

import os
from array import array
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from sensors.policy.promises import MIN_SAMPLED_FOR_P85, MIN_SAMPLED_VEHICLES, TRAVEL_TIME_ROUNDING_SECONDS
from sensors.vocabulary.codes import VehicleClass

MAX_SAMPLED = 20_000
"""Per window. No road has 80,000 vehicles an hour, so more is a flood, and counts no further: memory stays bounded."""

_KEY_BYTES = 16
_TAG_BYTES = 8
_TAGS = 2 ** (8 * _TAG_BYTES)


class Percentiles(NamedTuple):
    """Seconds within which half of the sampled vehicles arrived, and 85 of each 100; None if too few for that."""

    median: int
    p85: int | None


class TripWindow:
    """One open window, in which one in ``one_in`` vehicles is sampled."""

    def __init__(self, one_in: int) -> None:
        self._key = bytearray(os.urandom(_KEY_BYTES))
        self._sampled_below = _TAGS // one_in
        self._tags: set[bytes] = set()
        self._seconds: dict[VehicleClass, array[float]] = {}

    def add_trip(self, identifier: bytes, seconds: float, classes: tuple[VehicleClass, VehicleClass]) -> None:
        """Add a trip if its vehicle is sampled, and was not before in this window: in whichever class, however often.

        ``classes``: as each end reported it; ``other`` if they differ.
        """
        tag = blake2b(identifier, key=self._key, digest_size=_TAG_BYTES).digest()
        if int.from_bytes(tag, "big") >= self._sampled_below or tag in self._tags or len(self._tags) >= MAX_SAMPLED:
            return
        self._tags.add(tag)
        start, end = classes
        self._seconds.setdefault(start if start == end else VehicleClass.OTHER, array("d")).append(seconds)

    def close(self, minimum: int) -> Mapping[VehicleClass, Percentiles]:
        """Forget everything, and return what may be stored: by class, of at least ``minimum`` sampled vehicles."""
        found = {each: percentiles(self._seconds[each], minimum) for each in sorted(self._seconds)}
        self.forget()
        return {vehicle_class: figures for vehicle_class, figures in found.items() if figures is not None}

    def forget(self) -> None:
        """Drop tags and times, and overwrite the key. Best effort: hashing may have left a copy in freed memory."""
        self._key[:] = bytes(len(self._key))
        self._tags.clear()
        self._seconds.clear()


def percentiles(seconds: Iterable[float], minimum: int) -> Percentiles | None:
    """The lower median and the 85th percentile, rounded: order statistics, so each rests on one vehicle's time only.

    None for fewer times than ``minimum`` or ``MIN_SAMPLED_VEHICLES``.
    """
    ordered = sorted(seconds)
    number = len(ordered)
    if number < max(minimum, MIN_SAMPLED_VEHICLES):
        return None
    median = _rounded(ordered[(number - 1) // 2])
    # Of 20 times the 17th: 85 percent, rounded up in whole numbers.
    slow = ordered[-(-85 * number // 100) - 1]
    return Percentiles(median, _rounded(slow) if number >= MIN_SAMPLED_FOR_P85 else None)


def _rounded(seconds: float) -> int:
    return TRAVEL_TIME_ROUNDING_SECONDS * round(seconds / TRAVEL_TIME_ROUNDING_SECONDS)
