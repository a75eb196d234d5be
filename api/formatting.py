"""Format numbers, units, times and places in the language of the request."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, cast

from babel.dates import format_date
from babel.numbers import format_decimal

from api.i18n import current_language, current_locale, localize
from api.i18n import gettext as _
from api.sensor.queries import Band
from sensors.kinds import KINDS
from sensors.vocabulary.codes import RetentionClass, label_of
from sensors.vocabulary.durations import describe_duration
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE


def _same_in_both(text: str) -> LocalizedText:
    return LocalizedText(text, text)


UNIT_LABELS: dict[str, tuple[LocalizedText, LocalizedText]] = {
    "ug/m3": (
        _same_in_both("µg/m³"),
        LocalizedText("microgram in een kubieke meter lucht", "micrograms per cubic metre of air"),
    ),
    "Cel": (_same_in_both("°C"), _same_in_both("°C")),
    "%": (_same_in_both("%"), _same_in_both("%")),
    "hPa": (_same_in_both("hPa"), LocalizedText("hectopascal", "hectopascals")),
    "W": (LocalizedText("watt", "watts"), LocalizedText("watt", "watts")),
    "kW.h": (_same_in_both("kWh"), LocalizedText("kilowattuur", "kilowatt-hours")),
    "km/h": (LocalizedText("km/u", "km/h"), LocalizedText("kilometer per uur", "kilometres per hour")),
    "s": (LocalizedText("seconden", "seconds"), LocalizedText("seconden", "seconds")),
    "h": (LocalizedText("uur", "hours"), LocalizedText("uur", "hours")),
    "1": (_same_in_both(""), LocalizedText("een aantal of een nummer", "a count or a number")),
    **{code: said for kind in KINDS.values() for code, said in kind.unit_labels.items()},
}
"""UCUM code → symbol and name of the unit; identical where the symbol is widely known."""


def number(value: float, digits: int = 0) -> str:
    """Format a number: ``1.234,5`` in Dutch, ``1,234.5`` in English, with a true minus sign."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(round(value, digits) + 0.0, pattern, current_locale()).replace("-", "−")


def measurement(value: float, is_whole: bool) -> str:
    """Format a value with significant digits: no decimals for whole numbers and from 100 up, else one or two."""
    if is_whole:
        return number(value)
    return number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 1 or value == 0 else 2)


def percentage(value: float) -> str:
    """Format a share as a percentage: ``97,5%``. Never rounds to 0% or 100%."""
    percent = round(value * 100, 1)
    if 0 < value < 1:
        percent = min(max(percent, 0.1), 99.9)
    return f"{number(percent, 0 if percent.is_integer() else 1)}%"


def unit(code: str) -> str:
    """The symbol of a unit; empty for plain numbers."""
    return localize(UNIT_LABELS[code][0]) if code in UNIT_LABELS else code


def unit_in_words(code: str) -> str:
    """The name of a unit."""
    return localize(UNIT_LABELS[code][1]) if code in UNIT_LABELS else code


def duration(text: str) -> str:
    """A single-component ISO 8601 duration in words: ``PT15M`` becomes ``15 minuten``."""
    return localize(describe_duration(text))


def retention_period(text: str) -> str:
    """The retention period of individual values in words: a duration, or that they are not kept."""
    return localize(label_of(RetentionClass.NONE)) if text == RetentionClass.NONE else duration(text)


def timedelta_in_words(length: timedelta) -> str:
    """A timedelta in words: ``1 dag en 15 minuten``."""
    minutes = round(length.total_seconds() / 60)
    parts = (f"P{minutes // 1440}D", f"PT{minutes // 60 % 24}H", f"PT{minutes % 60}M")
    return _(" en ").join(duration(part) for part in parts if not part.lstrip("PT").startswith("0"))


def interval(text: str) -> str:
    """An interval in words: ``elke 10 minuten``, ``elk uur``. Seconds over a minute become minutes."""
    seconds = re.fullmatch(r"PT(\d+)S", text)
    if seconds and int(seconds[1]) > 60:
        minutes = int(seconds[1]) / 60
        return _("elke {n} minuten").format(n=number(minutes, 0 if minutes.is_integer() else 1))
    words = duration(text).removeprefix("1 ")
    if current_language() == "nl":
        return f"elk {words}" if words in {"uur", "jaar"} else f"elke {words}"
    return f"every {words}"


def day(value: date) -> str:
    """``3 maart 2024``; an instant is converted to Dutch local time first."""
    return _format_day(value, "d MMMM y")


def recent_day(value: date) -> str:
    """``3 maart``, where it is plain which year that is."""
    return _format_day(value, "d MMMM")


def _format_day(value: date, pattern: str) -> str:
    local = value.astimezone(LOCAL_TIME_ZONE) if isinstance(value, datetime) else value
    return format_date(local, pattern, current_locale())


def time_of_day(value: datetime) -> str:
    """``14:05``, Dutch local time."""
    return f"{value.astimezone(LOCAL_TIME_ZONE):%H:%M}"


def relative_time(value: datetime, now: datetime) -> str:
    """``vandaag om 14:05 uur``, ``gisteren om …``, or the date and time."""
    return _("{day} om {clock} uur").format(day=_relative_day(value, now), clock=time_of_day(value))


def moment(value: datetime) -> str:
    """``3 maart 2024 om 14:05 uur``."""
    return _("{day} om {clock} uur").format(day=day(value), clock=time_of_day(value))


def relative_time_range(start: datetime, until: datetime, now: datetime) -> str:
    """An hour or a window: ``vandaag van 14:00 tot 15:00 uur``."""
    template = _("{day} van {start} tot {until} uur")
    return template.format(day=_relative_day(start, now), start=time_of_day(start), until=time_of_day(until))


def _relative_day(value: datetime, now: datetime) -> str:
    days = (now.astimezone(LOCAL_TIME_ZONE).date() - value.astimezone(LOCAL_TIME_ZONE).date()).days
    return {0: _("vandaag"), 1: _("gisteren")}.get(days) or day(value)


def time_range(start: datetime, until: datetime) -> str:
    """``ma, 14:00 tot 15:00``, Dutch local time."""
    return _("{day}, {start} tot {until}").format(
        day=weekday(start), start=time_of_day(start), until=time_of_day(until)
    )


def weekday(value: datetime) -> str:
    """``ma``."""
    return format_date(value.astimezone(LOCAL_TIME_ZONE), "EEE", current_locale())


def band(value: Band) -> str:
    """A band of counts: ``minder dan 15``, ``100 tot 1.000``."""
    if value.below is None:
        return _("{n} of meer").format(n=number(value.at_least))
    if value.at_least == 0:
        return _("minder dan {n}").format(n=number(value.below))
    return _("{least} tot {below}").format(least=number(value.at_least), below=number(value.below))


def height(value: float) -> str:
    """A height: ``3,5 meter``."""
    return _("{n} meter").format(n=number(value, 0 if float(value).is_integer() else 1))


def country(code: str) -> str:
    """The name of a country (ISO 3166-1 alpha-2) in the visitor's language; an unknown code itself."""
    names = cast("Mapping[str, str]", current_locale().territories)
    return names.get(code, code)


TEMPLATE_FILTERS: dict[str, Any] = {
    "number": number,
    "percentage": percentage,
    "band": band,
    "time_range": time_range,
    "duration": duration,
    "retention_period": retention_period,
    "timedelta_in_words": timedelta_in_words,
    "interval": interval,
    "day": day,
    "height": height,
    "country": country,
}
"""The filters available to templates."""
