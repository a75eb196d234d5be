"""Numbers, units, times and places as people in the Netherlands write them."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from api.register import CLOCK
from sensors.codes import RetentionClass, label

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

_DURATION = re.compile(r"P(T?)(\d+)([YMWDHS])")
_PARTS = {
    "Y": ("jaar", "jaar"),
    "M": ("maand", "maanden"),
    "W": ("week", "weken"),
    "D": ("dag", "dagen"),
    "TH": ("uur", "uur"),
    "TM": ("minuut", "minuten"),
    "TS": ("seconde", "seconden"),
}


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
    match = _DURATION.fullmatch(text)
    if match is None:
        return text
    time, amount, letter = match.groups()
    one, many = _PARTS[f"{time}{letter}"]
    return f"{amount} {one if int(amount) == 1 else many}"


def retained(text: str) -> str:
    """How long single values are kept, in words: a duration, or that they are not."""
    return label(RetentionClass.NONE).nl if text == RetentionClass.NONE else duration(text)


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


def hours(start: datetime, now: datetime) -> str:
    """The hour that starts then: ``vandaag van 14:00 tot 15:00 uur``."""
    return f"{_near(start, now)} van {hour(start)} uur"


def _near(value: datetime, now: datetime) -> str:
    days = (now.astimezone(CLOCK).date() - value.astimezone(CLOCK).date()).days
    return {0: "vandaag", 1: "gisteren"}.get(days) or day(value)


def hour(value: datetime) -> str:
    """``14:00 tot 15:00``, in the Netherlands."""
    return f"{clock(value)} tot {clock(value + timedelta(hours=1))}"


def weekday(value: datetime) -> str:
    """``ma``."""
    return WEEKDAYS[value.astimezone(CLOCK).weekday()]


def metres(value: float) -> str:
    """A height: ``3,5 meter``."""
    return f"{number(value, 0 if float(value).is_integer() else 1)} meter"


FILTERS: dict[str, Any] = {
    "number": number,
    "duration": duration,
    "retained": retained,
    "interval": interval,
    "day": day,
    "metres": metres,
}
"""What the templates may use."""
