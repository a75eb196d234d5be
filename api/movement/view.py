"""Movement at a group of lamps as pages show it: rounded, with margins, as a chart and as a table."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from api import formatting
from api.i18n import gettext as _
from api.movement.queries import Days, GroupMovement, MovementGroup, MovementMean
from api.slot_means import MeansSection, means_section


@dataclass(frozen=True, slots=True)
class MovementView:
    """The movement at a group: its sections, or why there are none."""

    group: MovementGroup
    lamps_here: int | None
    sections: tuple[MeansSection, ...]


def movement_view(found: GroupMovement, label: str) -> MovementView:
    """The movement at a group of lamps, for a page."""
    by_days: dict[Days, list[MovementMean]] = {"weekday": [], "night": [], "weekend": []}
    for mean in found.means:
        by_days[mean.days].append(mean)
    sections = tuple(_section(days, means, label) for days, means in by_days.items() if means)
    return MovementView(found.group, found.lamps_here, sections)


def rounded_passages(value: float, margin: float) -> str:
    """A mean number of passages to the nearest 5, from 100 to the nearest 10; but not below the margin beside it, under
    which it couldn't be told from none."""
    step = 10 if value >= 100 else 5
    return formatting.number(max(round(value / step) * step, math.ceil(margin) if value >= margin else 0))


def _section(days: Days, means: Sequence[MovementMean], label: str) -> MeansSection:
    heading = {
        "weekday": _("Maandag tot en met vrijdag"),
        "night": _("Elke nacht"),
        "weekend": _("Zaterdag en zondag, over twaalf weken"),
    }[days]
    return means_section(means, heading, label, rounded_passages, until=time(0))
