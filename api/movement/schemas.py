"""Response models for movement at groups of lamps."""

from datetime import date, time

from api.movement.queries import Days
from api.schemas import ResponseModel


class MovementMean(ResponseModel):
    """How many people passed one lamp in a slot, as a mean over weeks. A random number is in it."""

    first_day: date
    last_day: date
    days: Days
    """Four weeks of working days or of nights, or twelve weeks of Saturdays and Sundays."""
    slot_start: time
    """Local time (Europe/Amsterdam), as is ``slot_end``. A night belongs to the day on which it begins."""
    slot_end: time
    windows: int
    """How many slots it is the mean of: those observed in full, …"""
    due: int
    """… of this many in these weeks."""
    value: float | None
    """Passages per lamp and slot. Neither rounded nor cut off, so it may be below zero: means of it are unbiased. Null
    if there were more than lamps can count."""
    margin: float | None
    """Two standard errors: in 95 of 100 cases ``value`` is off by less."""
    fewer_than: float | None
    """If given, too few passed to tell from none: fewer than this."""
    more_than: float | None
    """If given, there were more than this."""


class MovementGroup(ResponseModel):
    """A group of lamps whose movements are counted together."""

    name: str
    observed_property: str
    lamps: int
    """Active lamps. If there are fewer than ``minimum``, nothing of the group is counted."""
    minimum: int
    faulty: int
    """How many of them reported a fault on the latest day. If there are any, the means are somewhat too low."""
    href: str
    """All its means."""


class MovementGroups(ResponseModel):
    """All groups."""

    groups: list[MovementGroup]


class GroupMovement(MovementGroup):
    """A group with means, the newest first."""

    lamps_here: int | None
    """How many of its lamps are in the neighbourhood, for a neighbourhood."""
    means: list[MovementMean]
    """Of the latest four weeks, and for weekends twelve, that are over; at ``href`` those of earlier weeks too."""
