"""Movement at a group of lamps as pages show it: rounded, with margins, as a chart and as a table."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from api import formatting
from api.charts import Bar, Chart, Range, Scale, TableRow, Tick, axis_values, tick_label
from api.i18n import gettext as _
from api.movement.queries import Days, GroupMovement, MovementGroup, MovementMean


@dataclass(frozen=True, slots=True)
class MovementSection:
    """The means of one sort of days; ``chart`` for those with many slots."""

    heading: str
    period: str
    rows: tuple[TableRow, ...]
    """By slot; the note is the margin."""
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class MovementView:
    """The movement at a group: its sections, or why there are none."""

    group: MovementGroup
    lamps_here: int | None
    sections: tuple[MovementSection, ...]


def movement_view(found: GroupMovement, label: str) -> MovementView:
    """The movement at a group of lamps, for a page."""
    by_days: dict[Days, list[MovementMean]] = {"weekday": [], "night": [], "weekend": []}
    for mean in found.means:
        by_days[mean.days].append(mean)
    sections = tuple(_section(days, means, label) for days, means in by_days.items() if means)
    return MovementView(found.group, found.lamps_here, sections)


def rounded_passages(value: float) -> str:
    """A mean number of passages to the nearest 5, from 100 to the nearest 10."""
    step = 10 if value >= 100 else 5
    return formatting.number(max(round(value / step) * step, 0))


def passages(mean: MovementMean) -> str:
    """A mean in words, without its margin."""
    if mean.more_than is not None or mean.value is None:
        return _("meer dan {n}").format(n=formatting.number(math.floor(mean.more_than or 0)))
    if mean.fewer_than is not None:
        return _("minder dan {n}").format(n=formatting.number(math.ceil(mean.fewer_than)))
    return rounded_passages(mean.value)


def margin(mean: MovementMean) -> str:
    """The margin of a mean in words; empty if the mean is itself a bound."""
    if mean.margin is None or mean.is_bound:
        return ""
    return _("{n} meer of minder").format(n=formatting.number(math.ceil(mean.margin)))


def _section(days: Days, means: Sequence[MovementMean], label: str) -> MovementSection:
    heading = {
        "weekday": _("Maandag tot en met vrijdag"),
        "night": _("Elke nacht"),
        "weekend": _("Zaterdag en zondag, over twaalf weken"),
    }[days]
    first, last = (formatting.day(each) for each in (means[0].first_day, means[0].last_day))
    period = _("van {first} tot en met {last}").format(first=first, last=last)
    rows = tuple(TableRow(_slot(each), passages(each), margin(each)) for each in means)
    chart = _draw(means, rows, f"{heading.lower()}, {period}", label) if days != "night" else None
    return MovementSection(heading, period, rows, chart)


def _slot(mean: MovementMean) -> str:
    return _("{start} tot {until}").format(start=f"{mean.slot_start:%H:%M}", until=f"{mean.slot_end:%H:%M}")


def _draw(means: Sequence[MovementMean], rows: tuple[TableRow, ...], period: str, label: str) -> Chart:
    """Bars by slot with their margins; a bar that is only a bound is drawn as one."""
    steps = axis_values([_top(each) for each in means])
    scale = Scale(_at(time(6)), _at(time(0)) + timedelta(days=1), 0, steps[-1])
    return Chart(
        bars=tuple(_bar(each, scale) for each in means),
        lines=(),
        dots=(),
        x_ticks=tuple(Tick(scale.x(_at(time(hour))), f"{hour:02}:00") for hour in (6, 12, 18)),
        y_ticks=tuple(Tick(scale.y(each), tick_label(each)) for each in steps if each >= 0),
        rows=rows,
        per_day=False,
        has_completed=False,
        has_jumps=False,
        period=period,
        alt=_alt(period, label),
        ranges=tuple(_ranges(means, scale)),
    )


def _height(mean: MovementMean) -> float:
    """What a bar shows: the estimate, or the bound."""
    return max(mean.more_than or mean.fewer_than or mean.value or 0.0, 0.0)


def _top(mean: MovementMean) -> float:
    return _height(mean) + (0.0 if mean.is_bound else mean.margin or 0.0)


def _bar(mean: MovementMean, scale: Scale) -> Bar:
    left, right, top = scale.x(_at(mean.slot_start)), scale.x(_at(mean.slot_end)), scale.y(_height(mean))
    return Bar(left + 1, top, max(right - left - 2, 1), round(scale.y(0) - top, 1), mean.fewer_than is not None)


def _ranges(means: Iterable[MovementMean], scale: Scale) -> Iterable[Range]:
    for mean in means:
        if mean.value is not None and mean.margin is not None and not mean.is_bound:
            middle = (scale.x(_at(mean.slot_start)) + scale.x(_at(mean.slot_end))) / 2
            low = max(mean.value - mean.margin, 0.0)
            yield Range(round(middle, 1), scale.y(_top(mean)), scale.y(low))


def _at(clock: time) -> datetime:
    """A time of day on the axis; the day is of no account."""
    return datetime.combine(datetime(2001, 1, 1, tzinfo=UTC), clock, UTC)


def _alt(period: str, label: str) -> str:
    return _("Grafiek: {label}, {period}. De getallen staan ook in de tabel.").format(label=label, period=period)
