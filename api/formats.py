"""Numbers, units, times and places as people in the Netherlands write them."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from api.register import CLOCK, Band
from sensors.codes import RetentionClass, label
from sensors.durations import in_words

MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
WEEKDAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")

UNITS: dict[str, tuple[str, str]] = {
    "ug/m3": ("µg/m³", "microgram in een kubieke meter lucht"),
    "Cel": ("°C", "°C"),
    "%": ("%", "%"),
    "hPa": ("hPa", "hectopascal"),
    "W": ("watt", "watt"),
    "kW.h": ("kWh", "kilowattuur"),
    "km/h": ("km/u", "kilometer per uur"),
    "s": ("seconden", "seconden"),
    "h": ("uur", "uur"),
    "1": ("", "een aantal of een nummer"),
}
"""UCUM code → how we write the unit, and how we say it; the same where everyone knows it."""


def number(value: float, digits: int = 0) -> str:
    """A number with a decimal comma and a point between thousands: ``1.234,5``; the minus sign is a real one."""
    text = f"{round(value, digits) + 0.0:,.{digits}f}"
    return text.translate(str.maketrans(",.-", ".,−"))


def measured(value: float, whole: bool) -> str:
    """A value in as many digits as mean something: none for whole numbers and from 100 up, else one or two."""
    if whole:
        return number(value)
    return number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 1 or value == 0 else 2)


def unit(code: str) -> str:
    """How we write a unit; nothing for plain numbers."""
    return UNITS.get(code, (code, code))[0]


def unit_in_words(code: str) -> str:
    """How we say a unit."""
    return UNITS.get(code, (code, code))[1]


def duration(text: str) -> str:
    """An ISO 8601 duration of one part in words: ``PT15M`` is ``15 minuten``."""
    return in_words(text).nl


def retained(text: str) -> str:
    """How long single values are kept, in words: a duration, or that they are not."""
    return label(RetentionClass.NONE).nl if text == RetentionClass.NONE else duration(text)


def span(length: timedelta) -> str:
    """A length of time: ``1 dag en 15 minuten``."""
    minutes = round(length.total_seconds() / 60)
    parts = (f"P{minutes // 1440}D", f"PT{minutes // 60 % 24}H", f"PT{minutes % 60}M")
    return " en ".join(duration(part) for part in parts if not part.lstrip("PT").startswith("0"))


def interval(text: str) -> str:
    """How often, in words: ``elke 10 minuten``, ``elk uur``. Seconds from a minute up are told as minutes."""
    seconds = re.fullmatch(r"PT(\d+)S", text)
    if seconds and int(seconds[1]) > 60:
        minutes = int(seconds[1]) / 60
        return f"elke {number(minutes, 0 if minutes.is_integer() else 1)} minuten"
    words = duration(text).removeprefix("1 ")
    return f"elk {words}" if words in {"uur", "jaar"} else f"elke {words}"


def day(value: date) -> str:
    """``3 maart 2024``; of an instant, the day it was in the Netherlands."""
    local = value.astimezone(CLOCK) if isinstance(value, datetime) else value
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def clock(value: datetime) -> str:
    """``14:05``, in the Netherlands."""
    return f"{value.astimezone(CLOCK):%H:%M}"


def moment(value: datetime, now: datetime) -> str:
    """``vandaag om 14:05 uur``, ``gisteren om …``, or with the date."""
    return f"{_near(value, now)} om {clock(value)} uur"


def hours(start: datetime, until: datetime, now: datetime) -> str:
    """An hour or a window: ``vandaag van 14:00 tot 15:00 uur``."""
    return f"{_near(start, now)} van {clock(start)} tot {clock(until)} uur"


def _near(value: datetime, now: datetime) -> str:
    days = (now.astimezone(CLOCK).date() - value.astimezone(CLOCK).date()).days
    return {0: "vandaag", 1: "gisteren"}.get(days) or day(value)


def window(start: datetime, until: datetime) -> str:
    """``ma, 14:00 tot 15:00``, in the Netherlands."""
    return f"{weekday(start)}, {clock(start)} tot {clock(until)}"


def weekday(value: datetime) -> str:
    """``ma``."""
    return WEEKDAYS[value.astimezone(CLOCK).weekday()]


def band(value: Band) -> str:
    """About how many: ``minder dan 15``, ``100 tot 1.000``."""
    if value.at_least == 0:
        return f"minder dan {value.below}"
    return f"{number(value.at_least)} tot {number(value.below)}" if value.below else f"{number(value.at_least)} of meer"


def metres(value: float) -> str:
    """A height: ``3,5 meter``."""
    return f"{number(value, 0 if float(value).is_integer() else 1)} meter"


FILTERS: dict[str, Any] = {
    "number": number,
    "band": band,
    "window": window,
    "duration": duration,
    "retained": retained,
    "span": span,
    "interval": interval,
    "day": day,
    "metres": metres,
}
"""What the templates may use."""
