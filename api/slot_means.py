"""Means over weeks of the same hour of the day, as pages show them: with margins, as a chart and as a table."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from api import formatting
from api.charts import Bar, Chart, Range, Scale, TableRow, Tick, axis_values, tick_label
from api.i18n import gettext as _
from sensors.policy.promises import DAY_START


class SlotMean(Protocol):
    """A mean of one slot of the day, on the clock of Amsterdam; ``value`` is off by less than ``margin``. With
    ``fewer_than`` or ``more_than`` that is all that can be told."""

    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date: ...
    @property
    def slot_start(self) -> time: ...
    @property
    def slot_end(self) -> time: ...
    @property
    def value(self) -> float | None: ...
    @property
    def margin(self) -> float | None: ...
    @property
    def fewer_than(self) -> float | None: ...
    @property
    def more_than(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class MeansSection:
    """The means of one sort of days; ``chart`` for those with many slots."""

    heading: str
    period: str
    rows: tuple[TableRow, ...]
    """By slot; the note is the margin."""
    chart: Chart | None


def means_section(
    means: Sequence[SlotMean], heading: str, label: str, amount: Callable[[float, float], str], until: time = DAY_START
) -> MeansSection:
    """The means of one sort of days. ``amount`` formats a number with its margin in mind; the chart ends at ``until``,
    of the next day."""
    first, last = (formatting.day(each) for each in (means[0].first_day, means[0].last_day))
    period = _("van {first} tot en met {last}").format(first=first, last=last)
    ordered = sorted(means, key=lambda each: _at(each.slot_start))
    rows = tuple(TableRow(_slot(each), _in_words(each, amount), _margin(each)) for each in ordered)
    chart = _draw(ordered, rows, f"{heading.lower()}, {period}", label, until) if len(means) > 1 else None
    return MeansSection(heading, period, rows, chart)


def _is_bound(mean: SlotMean) -> bool:
    """Whether it says only that there were fewer or more."""
    return mean.fewer_than is not None or mean.more_than is not None


def _in_words(mean: SlotMean, amount: Callable[[float, float], str]) -> str:
    """A mean in words, without its margin."""
    if mean.more_than is not None or mean.value is None:
        return _("meer dan {n}").format(n=formatting.number(math.floor(mean.more_than or 0)))
    if mean.fewer_than is not None:
        return _("minder dan {n}").format(n=formatting.number(math.ceil(mean.fewer_than)))
    return amount(mean.value, mean.margin or 0.0)


def _margin(mean: SlotMean) -> str:
    """The margin of a mean in words; empty if the mean is itself a bound."""
    if mean.margin is None or _is_bound(mean):
        return ""
    return _("{n} meer of minder").format(n=formatting.number(math.ceil(mean.margin)))


def _slot(mean: SlotMean) -> str:
    return _("{start} tot {until}").format(start=f"{mean.slot_start:%H:%M}", until=f"{mean.slot_end:%H:%M}")


def _draw(means: Sequence[SlotMean], rows: tuple[TableRow, ...], period: str, label: str, until: time) -> Chart:
    """Bars by slot with their margins; a bar that is only a bound is drawn as one."""
    steps = axis_values([_top(each) for each in means], from_zero=True)
    scale = Scale(_at(DAY_START), _end(until), 0, steps[-1])
    clocks = [clock for clock in map(time, (6, 12, 18, 0)) if _at(clock) < scale.end]
    return Chart(
        bars=tuple(_bar(each, scale) for each in means),
        lines=(),
        dots=(),
        x_ticks=tuple(Tick(scale.x(_at(clock)), f"{clock:%H:%M}") for clock in clocks),
        y_ticks=tuple(Tick(scale.y(each), tick_label(each)) for each in steps),
        rows=rows,
        per_day=False,
        has_completed=False,
        has_jumps=False,
        period=period,
        alt=_("Grafiek: {label}, {period}. De getallen staan ook in de tabel.").format(label=label, period=period),
        ranges=tuple(_ranges(means, scale)),
    )


def _height(mean: SlotMean) -> float:
    """What a bar shows: the estimate, or the bound."""
    return max(mean.more_than or mean.fewer_than or mean.value or 0.0, 0.0)


def _top(mean: SlotMean) -> float:
    return _height(mean) + (0.0 if _is_bound(mean) else mean.margin or 0.0)


def _bar(mean: SlotMean, scale: Scale) -> Bar:
    left, right, top = scale.x(_at(mean.slot_start)), scale.x(_end(mean.slot_end)), scale.y(_height(mean))
    return Bar(left + 1, top, max(right - left - 2, 1), round(scale.y(0) - top, 1), mean.fewer_than is not None)


def _ranges(means: Iterable[SlotMean], scale: Scale) -> Iterable[Range]:
    for mean in means:
        if mean.value is not None and mean.margin is not None and not _is_bound(mean):
            middle = (scale.x(_at(mean.slot_start)) + scale.x(_end(mean.slot_end))) / 2
            low = max(mean.value - mean.margin, 0.0)
            yield Range(round(middle, 1), scale.y(_top(mean)), scale.y(low))


def _at(clock: time) -> datetime:
    """When a slot begins on the axis, whose day begins in the morning; the day itself is of no account."""
    return datetime.combine(date(2000, 1, 1), clock, UTC) + timedelta(days=clock < DAY_START)


def _end(clock: time) -> datetime:
    """When a slot ends: as it begins, but the morning is the end of the night."""
    return _at(clock) + timedelta(days=clock == DAY_START)
