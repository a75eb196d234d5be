"""The hours and days of a counter as they are published: how much noise is in each, and what is added up before.

The noise hides someone who is out and comes home within one cell, so two passes, at one place. Where more than two
published numbers hold the same pass, each tells a little, and so the noise of each grows with the root of how many they
are: together they tell no more than two do. ``docs/privacy.md`` has the bound.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from sensors.kinds import ObservedProperty
from sensors.policy.promises import CELLS_PER_PASS, DAY_NOISE, HOUR_NOISE
from sensors.policy.terms import reacts_to_people
from sensors.register.entry import Entry
from sensors.vocabulary.codes import Public


@dataclass(frozen=True, slots=True)
class CellRule:
    """How a count of people or vehicles is added up and published."""

    period: Public
    """``hour`` or ``day``, never both, or a day would show what its hours hide; ``none``: it isn't published."""
    noise: float | None
    """The standard deviation of the noise of a cell, in passes. None: nothing is published."""
    sums_minutes: int
    """Counts are added up over so many minutes before they are kept for longer."""
    has_night: bool
    """The night is one sum, and one cell."""


def cell_noise(period: Public, cells: int) -> float:
    """The noise of each of so many published ``cells`` that hold the same pass, as a standard deviation in passes."""
    least = DAY_NOISE if period is Public.DAY else HOUR_NOISE
    return least * sqrt(max(1.0, cells / CELLS_PER_PASS))


def cells_of_a_pass(of: ObservedProperty, published: Iterable[ObservedProperty]) -> int:
    """How many numbers of the ``published`` properties hold the same pass, of the class for which that is most."""
    every = tuple(published)
    return max((sum(_numbers(each) for each in every if passed in each.passes) for passed in of.passes), default=0)


def _numbers(definition: ObservedProperty) -> int:
    """How many public numbers an hour of it is: of a ratio two, its numerator and its denominator."""
    return 1 if not definition.averages_people else 2 if definition.clip is not None else 0


def public_form(entry: Entry, definition: ObservedProperty, declared: Public) -> Public:
    """In which form a datastream is published: not at all, whatever its entry says, where it would need noise and has
    none. That is a mean over what passes without a clip, and what lamps that react to people use together."""
    is_mean = definition.averages_people and definition.clip is None
    is_sum = definition.adds_up_devices and reacts_to_people(entry)
    return Public.NONE if is_mean or is_sum else declared


def cell_rule(definition: ObservedProperty, public: Public, published: Iterable[ObservedProperty]) -> CellRule | None:
    """The rule for one datastream, if it is a count that has cells; ``published`` is all that its sensor publishes,
    itself too.

    Other sensors at the same place may add to the noise: see ``sensors.register.shared_places``.
    """
    if definition.sums_minutes is None:
        return None
    is_published = public is not Public.NONE
    noise = cell_noise(public, cells_of_a_pass(definition, published)) if is_published else None
    return CellRule(public, noise, definition.sums_minutes, definition.has_night)


@dataclass(frozen=True, slots=True)
class RatioRule:
    """How a mean over what passes is published: as a ratio of noisy sums, never as a mean of few.

    With σ the noise of the counts beside it, the numerator is Σ count·clip(value − reference, ±clip) plus noise of
    σ·clip; the denominator the sum of the same counts, plus noise of σ.
    """

    reference: float
    clip: float
    """Both in the canonical unit."""
    of: tuple[str, ...]
    """The counts that the mean is about: published in the same form, and no road user is in two of them. Without any,
    nothing is published."""


RATIO_SHOWN_FROM = 6.8
"""A ratio is shown from so many times the noise of its denominator up, as ``open.ratio`` does."""


def vehicles_for_a_speed(public: Public) -> int:
    """About how many must pass in an hour or day for its speed to be shown, beside one count; beside more, so many more
    as there is noise in them."""
    return round(RATIO_SHOWN_FROM * cell_noise(public, cells=3))


def ratio_rule(
    definition: ObservedProperty, public: Public, in_same_form: Iterable[ObservedProperty]
) -> RatioRule | None:
    """The rule for one datastream, if it is such a mean. ``in_same_form``: what its sensor publishes as it does."""
    if definition.reference is None or definition.clip is None or public is Public.NONE:
        return None
    counts = [each for each in in_same_form if each.sums_minutes is not None and each.passes <= definition.passes]
    # A total beside its parts counts each vehicle a second time.
    totals = [each.code for each in counts if any(other.passes < each.passes for other in counts)]
    return RatioRule(definition.reference, definition.clip, tuple(totals or sorted(each.code for each in counts)))
