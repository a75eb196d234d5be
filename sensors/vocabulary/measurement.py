"""How a value is to be understood: how values of one property add up, and which period a value is about."""

from enum import StrEnum


class Aggregation(StrEnum):
    """How the values within an hour or a day become one."""

    MEAN = "mean"
    DELTA = "delta"
    """Each value is an amount since the previous one; they are summed."""
    COUNTER = "counter"
    """Each value is a meter reading; the total is the increase, and a fall is a reset (an exchanged device)."""
    MAX = "max"
    LAST = "last"
    ENERGY_MEAN = "energy_mean"
    """The mean of levels in dB: 10·lg of the mean of 10^(L/10) (ISO 1996-1, 3.1.7)."""
    CIRCULAR_MEAN = "circular_mean"
    """The direction, in degrees, of the mean of unit vectors (WMO-No. 8, chapter 5)."""
    NONE = "none"
    """No total tells anything."""

    @property
    def is_total(self) -> bool:
        """Whether the result is an amount, which grows with the period."""
        return self in (Aggregation.DELTA, Aggregation.COUNTER)


class Stamp(StrEnum):
    """Which instant of the period that it is about a value is stamped with."""

    START = "start"
    END = "end"
    INSTANT = "instant"
    """The value is about a moment, not a period."""


class SameTime(StrEnum):
    """What becomes of a second, different value for an instant that already has one."""

    FIRST = "first"
    """The first stays."""
    LAST = "last"
    """The one with the latest revision time in its message replaces the other."""
    SUM = "sum"
    """Values within one message are parts of one, such as lanes of a road, and are summed."""
