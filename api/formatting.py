"""Numbers, units, times and places as people write them, in the language of the request."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from api.i18n import current, locale, said
from api.i18n import gettext as _
from api.sensor.queries import CLOCK, Band
from sensors.kinds import KINDS
from sensors.vocabulary.codes import RetentionClass, label
from sensors.vocabulary.durations import in_words
from sensors.vocabulary.localized_text import Text


def _same(text: str) -> Text:
    return Text(text, text)


UNITS: dict[str, tuple[Text, Text]] = {
    "ug/m3": (_same("µg/m³"), Text("microgram in een kubieke meter lucht", "micrograms in a cubic metre of air")),
    "Cel": (_same("°C"), _same("°C")),
    "%": (_same("%"), _same("%")),
    "hPa": (_same("hPa"), Text("hectopascal", "hectopascals")),
    "W": (Text("watt", "watts"), Text("watt", "watts")),
    "kW.h": (_same("kWh"), Text("kilowattuur", "kilowatt hours")),
    "km/h": (Text("km/u", "km/h"), Text("kilometer per uur", "kilometres an hour")),
    "s": (Text("seconden", "seconds"), Text("seconden", "seconds")),
    "h": (Text("uur", "hours"), Text("uur", "hours")),
    "1": (_same(""), Text("een aantal of een nummer", "a count or a number")),
    **{code: said for kind in KINDS.values() for code, said in kind.unit_words.items()},
}
"""UCUM code → how we write the unit, and how we say it; the same where everyone knows it."""


def number(value: float, digits: int = 0) -> str:
    """A number: ``1.234,5`` in Dutch, ``1,234.5`` in English; the minus sign is a real one."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(round(value, digits) + 0.0, pattern, locale()).replace("-", "−")


def measured(value: float, whole: bool) -> str:
    """A value in as many digits as mean something: none for whole numbers and from 100 up, else one or two."""
    if whole:
        return number(value)
    return number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 1 or value == 0 else 2)


def share(value: float) -> str:
    """A share as a percentage: ``97,5%``. Almost all is never told as all, nor almost nothing as nothing."""
    percent = round(value * 100, 1)
    if 0 < value < 1:
        percent = min(max(percent, 0.1), 99.9)
    return f"{number(percent, 0 if percent.is_integer() else 1)}%"


def unit(code: str) -> str:
    """How we write a unit; nothing for plain numbers."""
    return said(UNITS[code][0]) if code in UNITS else code


def unit_in_words(code: str) -> str:
    """How we say a unit."""
    return said(UNITS[code][1]) if code in UNITS else code


def duration(text: str) -> str:
    """An ISO 8601 duration of one part in words: ``PT15M`` is ``15 minuten``."""
    return said(in_words(text))


def retained(text: str) -> str:
    """How long single values are kept, in words: a duration, or that they are not."""
    return said(label(RetentionClass.NONE)) if text == RetentionClass.NONE else duration(text)


def span(length: timedelta) -> str:
    """A length of time in words: ``1 dag en 15 minuten``."""
    minutes = round(length.total_seconds() / 60)
    parts = (f"P{minutes // 1440}D", f"PT{minutes // 60 % 24}H", f"PT{minutes % 60}M")
    return _(" en ").join(duration(part) for part in parts if not part.lstrip("PT").startswith("0"))


def interval(text: str) -> str:
    """How often, in words: ``elke 10 minuten``, ``elk uur``. Seconds from a minute up are told as minutes."""
    seconds = re.fullmatch(r"PT(\d+)S", text)
    if seconds and int(seconds[1]) > 60:
        minutes = int(seconds[1]) / 60
        return _("elke {n} minuten").format(n=number(minutes, 0 if minutes.is_integer() else 1))
    words = duration(text).removeprefix("1 ")
    if current() == "nl":
        return f"elk {words}" if words in {"uur", "jaar"} else f"elke {words}"
    return f"every {words}"


def day(value: date) -> str:
    """``3 maart 2024``; of an instant, the day it was in the Netherlands."""
    local = value.astimezone(CLOCK) if isinstance(value, datetime) else value
    return format_date(local, "d MMMM y", locale())


def clock(value: datetime) -> str:
    """``14:05``, in the Netherlands."""
    return f"{value.astimezone(CLOCK):%H:%M}"


def moment(value: datetime, now: datetime) -> str:
    """``vandaag om 14:05 uur``, ``gisteren om …``, or with the date."""
    return _("{day} om {clock} uur").format(day=_near(value, now), clock=clock(value))


def hours(start: datetime, until: datetime, now: datetime) -> str:
    """An hour or a window: ``vandaag van 14:00 tot 15:00 uur``."""
    told = _("{day} van {start} tot {until} uur")
    return told.format(day=_near(start, now), start=clock(start), until=clock(until))


def _near(value: datetime, now: datetime) -> str:
    days = (now.astimezone(CLOCK).date() - value.astimezone(CLOCK).date()).days
    return {0: _("vandaag"), 1: _("gisteren")}.get(days) or day(value)


def window(start: datetime, until: datetime) -> str:
    """``ma, 14:00 tot 15:00``, in the Netherlands."""
    return _("{day}, {start} tot {until}").format(day=weekday(start), start=clock(start), until=clock(until))


def weekday(value: datetime) -> str:
    """``ma``."""
    return format_date(value.astimezone(CLOCK), "EEE", locale())


def band(value: Band) -> str:
    """About how many: ``minder dan 15``, ``100 tot 1.000``."""
    if value.below is None:
        return _("{n} of meer").format(n=number(value.at_least))
    if value.at_least == 0:
        return _("minder dan {n}").format(n=number(value.below))
    return _("{least} tot {below}").format(least=number(value.at_least), below=number(value.below))


def metres(value: float) -> str:
    """A height: ``3,5 meter``."""
    return _("{n} meter").format(n=number(value, 0 if float(value).is_integer() else 1))


FILTERS: dict[str, Any] = {
    "number": number,
    "share": share,
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
