"""How movements are counted so that nobody can tell whether one person passed: thinning and random noise.

Each lamp counts movements at least a certain time apart, so that a person adds at most one per pass, and not more by
waving. A random number is added to the count of the group before anything is written (``ingest.noise``).
docs/privacy.md has the bound; everything here follows from two promises, MAX_WALK_PASSES and MAX_MOVEMENT_SHIFT.
"""

from collections.abc import Iterable
from math import inf, sqrt

from sensors.policy.promises import MAX_MOVEMENT_SHIFT, MAX_WALK_PASSES, MIN_MOVEMENT_SPACING

NOISE_VARIANCE_PER_LAMP = 2 * MAX_WALK_PASSES / MAX_MOVEMENT_SHIFT**2
"""A walk passes the lamps of a group twice at most, and MAX_WALK_PASSES in all: over any groups together its shift
squared is then at most MAX_MOVEMENT_SHIFT squared."""


def noise_deviation(lamps: int) -> float:
    """The standard deviation of the noise in the count of a group of so many lamps."""
    return sqrt(NOISE_VARIANCE_PER_LAMP * lamps)


def movement_spacing(lamps: int, window_seconds: float) -> float:
    """The least number of seconds between two counted movements at one lamp of a group of so many.

    Long enough that someone who stands under a lamp all the window is hidden as well as someone who walks.
    """
    most_counted = int(MAX_MOVEMENT_SHIFT * noise_deviation(lamps))
    return max(MIN_MOVEMENT_SPACING.total_seconds(), window_seconds / most_counted)


def thin_movements(times: Iterable[float], spacing: float) -> int:
    """Count the movements at one lamp, leaving out those within ``spacing`` seconds after a counted one.

    This is the largest number of movements that are that far apart, so the order of arrival is of no account. A pass
    shorter than ``spacing`` adds 0 or 1, a stay of T seconds at most T // spacing + 1.
    """
    counted, last = 0, -inf
    for time in sorted(times):
        if time - last >= spacing:
            counted, last = counted + 1, time
    return counted
