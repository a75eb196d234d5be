"""Charts as shapes: the template renders them as SVG, with the same values in a table."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from api import formatting
from api.i18n import gettext as _
from api.sensor.queries import PublicDatastream, PublicValue, TravelTime
from sensors.vocabulary.codes import Public
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

CHART_WIDTH, CHART_HEIGHT = 320.0, 160.0
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 42.0, 6.0, 10.0, 26.0


@dataclass(frozen=True, slots=True)
class Tick:
    """An axis label and its position."""

    position: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A count for an hour or day. ``is_below_threshold``: it can't be told from none."""

    x: float
    y: float
    width: float
    height: float
    is_below_threshold: bool


@dataclass(frozen=True, slots=True)
class Range:
    """The margin of a bar: a vertical line from ``bottom`` to ``top``."""

    x: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of the table. ``note``: what to know about the value."""

    when: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: a line through consecutive values, or bars; a dot for an isolated value."""

    bars: tuple[Bar, ...]
    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    rows: tuple[TableRow, ...]
    per_day: bool
    has_completed: bool
    """Whether a value changed after it had been published."""
    has_jumps: bool
    """Whether readings of a meter were not counted."""
    period: str
    """The period covered, for the caption."""
    alt: str
    ranges: tuple[Range, ...] = ()
    has_missing: bool = False
    """Whether there are times of which too little is known for a number."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps values and instants to drawing coordinates."""

    start: datetime
    end: datetime
    low: float
    high: float

    def x(self, instant: datetime) -> float:
        share = (instant - self.start) / (self.end - self.start)
        return round(MARGIN_LEFT + share * (CHART_WIDTH - MARGIN_LEFT - MARGIN_RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(CHART_HEIGHT - MARGIN_BOTTOM - share * (CHART_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM), 1)


def draw_chart(datastream: PublicDatastream, label: str, unit: str, now: datetime) -> Chart | None:
    """Chart the last 24 hours, or 7 days if values are public per day; ``None`` if there is nothing to draw."""
    if not datastream.values or datastream.public is None or datastream.is_categorical:
        return None
    per_day = datastream.public is Public.DAY
    steps = axis_values(list(_ends(datastream.values)), from_zero=datastream.is_summed)
    start, end = _period(now, per_day)
    scale = Scale(start, end, steps[0], steps[-1])
    runs = [] if datastream.is_summed else _gapless_runs(datastream.values)
    return Chart(
        bars=tuple(_bar(value, scale) for value in datastream.values if not value.no_data)
        if datastream.is_summed
        else (),
        lines=tuple(_path(run, scale) for run in runs if len(run) > 1),
        dots=tuple((scale.x(_midpoint(run[0])), scale.y(run[0].value or 0)) for run in runs if len(run) == 1),
        x_ticks=tuple(_days(scale) if per_day else _hours(scale)),
        y_ticks=tuple(Tick(scale.y(each), tick_label(each)) for each in steps),
        rows=tuple(_row(value, datastream, unit, per_day) for value in reversed(datastream.values)),
        per_day=per_day,
        has_completed=any(value.completed_at for value in datastream.values),
        has_jumps=any(value.jumps for value in datastream.values),
        period=_("de laatste 7 dagen") if per_day else _("de laatste 24 uur"),
        alt=_alt(datastream, label, unit, per_day),
        ranges=tuple(_range(value, scale) for value in datastream.values if _margin(value)),
        has_missing=any(value.no_data for value in datastream.values),
    )


def median_travel_times(travel_times: Sequence[TravelTime]) -> tuple[PublicValue, ...]:
    """The travel times to chart: those of the most common vehicle class, oldest first."""
    if not travel_times:
        return ()
    most_common_class = Counter(each.vehicle_class for each in travel_times).most_common(1)[0][0]
    chosen = sorted(
        (each for each in travel_times if each.vehicle_class == most_common_class), key=lambda each: each.start
    )
    return tuple(
        PublicValue(each.start, each.start + timedelta(minutes=each.minutes), each.median, None) for each in chosen
    )


def value_with_unit(value: PublicValue, datastream: PublicDatastream, unit: str) -> str:
    """Format a value with its unit, or as too small to tell from none, or as unknown."""
    if value.below is not None:
        return _("minder dan {n}").format(n=value.below)
    if value.value is None:
        return _("geen gegevens")
    amount = f"{formatting.measurement(value.value, datastream.is_whole)} {unit}".strip()
    return _("minstens {n}").format(n=amount) if value.at_least else amount


def margin_in_words(value: PublicValue) -> str:
    """How far a value may be off; empty if it has no margin, or is itself a bound."""
    margin = _margin(value)
    return _("{n} meer of minder").format(n=formatting.number(math.ceil(margin))) if margin else ""


def _period(now: datetime, per_day: bool) -> tuple[datetime, datetime]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    if not per_day:
        return hour - timedelta(hours=24), hour + timedelta(hours=1)
    midnight = hour.astimezone(LOCAL_TIME_ZONE).replace(hour=0)
    return midnight - timedelta(days=7), midnight + timedelta(days=1)


def axis_values(values: Sequence[float], *, from_zero: bool) -> list[float]:
    """Two to five round numbers spanning all values. Zero is among them if bars are drawn ``from_zero``, whose lengths
    are compared, and otherwise unless all values are far from it."""
    least, most = min(values), max(values)
    is_far = not from_zero and least > 0 and (most - least) < least / 4
    low = least if is_far else min(0.0, least)
    spread = max(most - low, abs(most) / 10, 1.0)
    magnitude = 10.0 ** math.floor(math.log10(spread / 3))
    step = next(size * magnitude for size in (1, 2, 5, 10) if size * magnitude * 4 >= spread)
    first, last = math.floor(low / step), math.ceil(max(most, low + spread / 2) / step)
    return [round(number * step, 6) for number in range(first, max(last, first + 1) + 1)]


def _gapless_runs(values: Sequence[PublicValue]) -> list[list[PublicValue]]:
    """Split values into runs without gaps, so that a line never hides missing data."""
    runs = [[values[0]]]
    for before, value in pairwise(values):
        if value.start > before.until:
            runs.append([])
        runs[-1].append(value)
    return runs


def _path(run: Sequence[PublicValue], scale: Scale) -> str:
    return " ".join(f"{scale.x(_midpoint(each))},{scale.y(each.value or 0)}" for each in run)


def _midpoint(value: PublicValue) -> datetime:
    return value.start + (value.until - value.start) / 2


def _bar(value: PublicValue, scale: Scale) -> Bar:
    left, right, top = scale.x(value.start), scale.x(value.until), scale.y(_height(value))
    zero, width = scale.y(0), max(right - left - 2, 1)
    return Bar(left + 1, min(top, zero), width, round(abs(zero - top), 1), value.below is not None)


def _height(value: PublicValue) -> float:
    return float(value.below if value.below is not None else value.value or 0)


def _margin(value: PublicValue) -> float:
    """Of what is shown as a number; 0 if it has none."""
    return value.margin or 0.0 if value.below is None and not value.no_data else 0.0


def _ends(values: Sequence[PublicValue]) -> Iterator[float]:
    """The least and the most that each value is drawn to, with its margin."""
    for value in values:
        yield _height(value) - _margin(value)
        yield _height(value) + _margin(value)


def _range(value: PublicValue, scale: Scale) -> Range:
    height, margin = _height(value), _margin(value)
    return Range(scale.x(_midpoint(value)), scale.y(height + margin), scale.y(max(height - margin, scale.low)))


def _hours(scale: Scale) -> list[Tick]:
    hours = [scale.start + timedelta(hours=number) for number in range(26)]
    return [
        Tick(scale.x(each), formatting.time_of_day(each))
        for each in hours
        if each.astimezone(LOCAL_TIME_ZONE).hour % 6 == 0
    ]


def _days(scale: Scale) -> list[Tick]:
    days = [scale.start + timedelta(days=number) for number in range(8)]
    return [Tick(scale.x(each + timedelta(hours=12)), formatting.weekday(each)) for each in days]


def tick_label(value: float) -> str:
    return formatting.number(value, 0 if float(value).is_integer() else 1 if abs(value * 10 % 1) < 1e-6 else 2)


def _row(value: PublicValue, stream: PublicDatastream, unit: str, per_day: bool) -> TableRow:
    when = formatting.day(value.start) if per_day else formatting.time_range(value.start, value.until)
    return TableRow(when, value_with_unit(value, stream, unit), _note(value))


def _note(value: PublicValue) -> str:
    notes = [margin] if (margin := margin_in_words(value)) else []
    if value.counted_since is not None:
        notes.append(_("telt ook de tijd sinds {moment}").format(moment=formatting.moment(value.counted_since)))
    if value.jumps:
        notes.append(_("de meter versprong"))
    if value.completed_at is not None:
        notes.append(_("aangevuld op {day}").format(day=formatting.recent_day(value.completed_at)))
    return ", ".join(notes)


def _alt(stream: PublicDatastream, label: str, unit: str, per_day: bool) -> str:
    sentences = [_("Grafiek: {label}, de laatste 7 dagen.") if per_day else _("Grafiek: {label}, de laatste 24 uur.")]
    published = [value.value for value in stream.values if value.value is not None and value.below is None]
    few = max((value.below for value in stream.values if value.below is not None), default=None)
    if published:
        sentences.append(_("Van {low} tot {high} {unit}.") if unit else _("Van {low} tot {high}."))
        sentences += [_("Soms minder dan {n}.")] if few is not None else []
    elif few is not None:
        sentences.append(_("Steeds minder dan {n}."))
    sentences += [_("Soms geen gegevens.")] if any(value.no_data for value in stream.values) else []
    low, high = (formatting.measurement(pick(published), stream.is_whole) if published else "" for pick in (min, max))
    return " ".join(sentences).format(label=label, low=low, high=high, unit=unit, n=few)
