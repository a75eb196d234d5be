"""Random numbers that hide whether one person is in a count."""

from random import SystemRandom

_RANDOM = SystemRandom()
"""The operating system's generator: nothing seeds it, and nothing it returned can be found out again."""


def add_noise(count: int, deviation: float) -> int:
    """Add a fresh random number to a count. The result may be negative: cutting it off at zero would bias means.

    Drawn once, before anything is written. Rounding leaves no trace of how floating-point noise was made.
    """
    return count + round(_RANDOM.normalvariate(0, deviation))
