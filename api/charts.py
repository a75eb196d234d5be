"""Charts as shapes: the template draws them as SVG, and the same values as a table."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from api import formatting
from api.i18n import gettext as _
from api.sensor.queries import CLOCK, Stream, TravelTime, Value
from sensors.vocabulary.codes import Public

WIDTH, HEIGHT = 320.0, 160.0
LEFT, RIGHT, TOP, BOTTOM = 42.0, 6.0, 10.0, 26.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis, and where."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A counted hour or day. ``few``: too few to say how many."""

    x: float
    y: float
    width: float
    height: float
    few: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    when: str
    value: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: lines through what follows each other, or bars; a dot where a value stands alone."""

    bars: tuple[Bar, ...]
    lines: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    rows: tuple[Row, ...]
    per_day: bool
    alt: str

    @property
    def period(self) -> str:
        """What it shows, for a caption."""
        return _("de laatste 7 dagen") if self.per_day else _("de laatste 24 uur")


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values and instants to the drawing."""

    start: datetime
    end: datetime
    low: float
    high: float

    def x(self, instant: datetime) -> float:
        share = (instant - self.start) / (self.end - self.start)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def draw(stream: Stream, label: str, unit: str, now: datetime) -> Chart | None:
    """The last 24 hours, or 7 days of what is public per day; ``None`` when there is nothing to draw."""
    if not stream.values or stream.public is None or stream.is_code:
        return None
    per_day = stream.public is Public.DAY
    steps = _steps([value.value if value.value is not None else float(value.below or 0) for value in stream.values])
    start, end = _period(now, per_day)
    scale = _Scale(start, end, steps[0], steps[-1])
    runs = [] if stream.summed else _runs(stream.values)
    return Chart(
        bars=tuple(_bar(value, scale) for value in stream.values) if stream.summed else (),
        lines=tuple(_path(run, scale) for run in runs if len(run) > 1),
        dots=tuple((scale.x(_middle(run[0])), scale.y(run[0].value or 0)) for run in runs if len(run) == 1),
        across=tuple(_days(scale) if per_day else _hours(scale)),
        up=tuple(Tick(scale.y(each), _short(each)) for each in steps),
        rows=tuple(_row(value, stream, unit, per_day) for value in reversed(stream.values)),
        per_day=per_day,
        alt=_alt(stream, label, unit, per_day),
    )


def medians(travel_times: Sequence[TravelTime]) -> tuple[Value, ...]:
    """What to draw of travel times: those of the class that is there most, the oldest first."""
    if not travel_times:
        return ()
    most = Counter(each.vehicle_class for each in travel_times).most_common(1)[0][0]
    chosen = sorted((each for each in travel_times if each.vehicle_class == most), key=lambda each: each.start)
    return tuple(Value(each.start, each.start + timedelta(minutes=each.minutes), each.median, None) for each in chosen)


def shown(value: Value, stream: Stream, unit: str) -> str:
    """A value with its unit, or that it is too small to tell."""
    if value.value is None:
        return _("minder dan {n}").format(n=value.below)
    amount = f"{formatting.measured(value.value, stream.is_whole)} {unit}".strip()
    return _("minstens {n}").format(n=amount) if value.at_least else amount


def _period(now: datetime, per_day: bool) -> tuple[datetime, datetime]:
    hour = now.replace(minute=0, second=0, microsecond=0)
    if not per_day:
        return hour - timedelta(hours=24), hour + timedelta(hours=1)
    midnight = hour.astimezone(CLOCK).replace(hour=0)
    return midnight - timedelta(days=7), midnight + timedelta(days=1)


def _steps(values: Sequence[float]) -> list[float]:
    """Two to five round numbers that hold all values; zero is one of them, unless all values are far from it."""
    least, most = min(values), max(values)
    low = least if least > 0 and (most - least) < least / 4 else min(0.0, least)
    spread = max(most - low, abs(most) / 10, 1.0)
    magnitude = 10.0 ** math.floor(math.log10(spread / 3))
    step = next(size * magnitude for size in (1, 2, 5, 10) if size * magnitude * 4 >= spread)
    first, last = math.floor(low / step), math.ceil(max(most, low + spread / 2) / step)
    return [round(number * step, 6) for number in range(first, max(last, first + 1) + 1)]


def _runs(values: Sequence[Value]) -> list[list[Value]]:
    """Values that follow each other without a gap: a line may not hide that something is missing."""
    runs = [[values[0]]]
    for before, value in pairwise(values):
        if value.start > before.until:
            runs.append([])
        runs[-1].append(value)
    return runs


def _path(run: Sequence[Value], scale: _Scale) -> str:
    return " ".join(f"{scale.x(_middle(each))},{scale.y(each.value or 0)}" for each in run)


def _middle(value: Value) -> datetime:
    return value.start + (value.until - value.start) / 2


def _bar(value: Value, scale: _Scale) -> Bar:
    height = value.value if value.value is not None else float(value.below or 0)
    left, right, top = scale.x(value.start), scale.x(value.until), scale.y(height)
    return Bar(left + 1, top, max(right - left - 2, 1), round(scale.y(scale.low) - top, 1), value.value is None)


def _hours(scale: _Scale) -> list[Tick]:
    hours = [scale.start + timedelta(hours=number) for number in range(26)]
    return [Tick(scale.x(each), formatting.clock(each)) for each in hours if each.astimezone(CLOCK).hour % 6 == 0]


def _days(scale: _Scale) -> list[Tick]:
    days = [scale.start + timedelta(days=number) for number in range(8)]
    return [Tick(scale.x(each + timedelta(hours=12)), formatting.weekday(each)) for each in days]


def _short(value: float) -> str:
    return formatting.number(value, 0 if float(value).is_integer() else 1 if abs(value * 10 % 1) < 1e-6 else 2)


def _row(value: Value, stream: Stream, unit: str, per_day: bool) -> Row:
    when = formatting.day(value.start) if per_day else formatting.window(value.start, value.until)
    return Row(when, shown(value, stream, unit))


def _alt(stream: Stream, label: str, unit: str, per_day: bool) -> str:
    told = [_("Grafiek: {label}, de laatste 7 dagen.") if per_day else _("Grafiek: {label}, de laatste 24 uur.")]
    known = [value.value for value in stream.values if value.value is not None]
    if not known:
        told.append(_("Steeds minder dan {n}."))
    else:
        told.append(_("Van {low} tot {high} {unit}.") if unit else _("Van {low} tot {high}."))
        told += [_("Soms minder dan {n}.")] if len(known) < len(stream.values) else []
    low, high = (formatting.measured(pick(known), stream.is_whole) if known else "" for pick in (min, max))
    few = next((value.below for value in stream.values if value.below), 15)
    return " ".join(told).format(label=label, low=low, high=high, unit=unit, n=few)
