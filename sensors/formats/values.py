"""Parsing shared by the payload formats: JSON documents, times and periods, and numbers with a unit."""

import json
import re
from datetime import UTC, datetime, timedelta
from math import isfinite

import msgspec

from sensors.formats.model import MeasuredPeriod
from sensors.kinds import ObservedProperty
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.time_zone import add_duration
from sensors.vocabulary.units import UnitConversion, VolumeRatio

_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""A number as JSON writes it (RFC 8259, section 6)."""
_BEYOND_MICROSECONDS = re.compile(r"(?<=\.[0-9]{6})[0-9]+")
"""Digits of a fraction that msgspec would round."""
_MAX_LENGTH_TO_MICROSECONDS = len("2026-11-22T12:00:00.000000Z")
_OWN_KEYS = "{" + ",".join(f'"{number:->{4 + number % 29}}":0' for number in range(8192)) + "}"
"""Enough keys to take every place in msgspec's cache, of all lengths that it keeps, so that they are also written over
the memory of those that they replace."""


def parse_json(payload: bytes) -> object:
    """Parse UTF-8 JSON. Raises ``ValueError`` (invalid JSON or encoding) or ``RecursionError``.

    msgspec rejects a whole message for a single number out of range (``1e400``, ``NaN``). The slower fallback parser
    yields infinity or NaN instead, so that the other readings of the message are kept.
    """
    try:
        return msgspec.json.decode(payload)
    except ValueError:
        return json.loads(payload.decode("utf-8"), parse_int=float)


def forget_keys() -> None:
    """Push the keys of earlier payloads out of msgspec's cache, at about 0.7 ms.

    msgspec keeps short keys in a table of 512 places for as long as the process lives, and a key can name someone:
    ``{"AB-12-CD": 1}``. Typed structs would not use the table, but hide the undeclared fields that we count; the parser
    of the standard library has no table, but takes 1.5 µs more for a message with one value, of 13 to 16 in all.
    """
    msgspec.json.decode(_OWN_KEYS)


def parse_time(given: object) -> datetime | RejectionReason:
    """Parse an RFC 3339 (section 5.6) time into UTC, cut to microseconds: rounded up it could be the next day's.

    Rejects other ISO 8601 forms, 24:00 and leap seconds.
    """
    if not isinstance(given, str):
        return RejectionReason.BAD_TIME
    if len(given) > _MAX_LENGTH_TO_MICROSECONDS:
        given = _BEYOND_MICROSECONDS.sub("", given)
    try:
        time = msgspec.convert(given, datetime)
        if time.tzinfo is None:
            return RejectionReason.TIME_WITHOUT_ZONE
        return time if time.tzinfo is UTC else time.astimezone(UTC)
    except (ValueError, OverflowError):
        # Only overflows when converted to UTC: a time on the first or last day of the calendar.
        return RejectionReason.BAD_TIME


def parse_time_or_period(given: object) -> datetime | MeasuredPeriod | RejectionReason:
    """Parse a time, or an ISO 8601 interval of two times (``start/end``) or of one and a duration (``start/PT1H``,
    ``PT1H/end``). A duration has days, hours, minutes and seconds; whole days are calendar days."""
    time = parse_time(given)
    if time is not RejectionReason.BAD_TIME or not isinstance(given, str) or "/" not in given:
        return time
    first, _, second = given.partition("/")
    if first.startswith("P"):
        end = parse_time(second)
        start = _moved(end, first, -1)
    else:
        start = parse_time(first)
        end = _moved(start, second, 1) if second.startswith("P") else parse_time(second)
    return period_between(start, end)


def period_between(
    start: datetime | RejectionReason, end: datetime | RejectionReason
) -> MeasuredPeriod | RejectionReason:
    """The period between two times. The reason of either if it can't be parsed; ``bad_time`` unless it has a length."""
    if isinstance(start, RejectionReason):
        return start
    if isinstance(end, RejectionReason):
        return end
    return MeasuredPeriod(start, end) if start < end else RejectionReason.BAD_TIME


def _moved(time: datetime | RejectionReason, duration: str, sign: int) -> datetime | RejectionReason:
    if isinstance(time, RejectionReason):
        return time
    try:
        return add_duration(time, sign * msgspec.convert(duration, timedelta))
    except (ValueError, OverflowError):
        return RejectionReason.BAD_TIME


def number_of_text(given: str) -> float | None:
    """The number that a text is, exactly as JSON would write it; None for anything else, such as ``12,3``."""
    return float(given) if _JSON_NUMBER.fullmatch(given) else None


def parse_value(definition: ObservedProperty, given: object, unit: object) -> float | RejectionReason:
    """Convert a value with the spelling of its unit to the canonical unit, which is assumed if the unit is missing.

    Volume ratios are unknown units here: converting one takes a temperature and a pressure.
    """
    found = definition.find_unit(unit) if isinstance(unit, str) else None
    if isinstance(found, UnitConversion) or unit is None:
        return convert_value(definition, given, found)
    return convert_value(definition, given, RejectionReason.UNKNOWN_UNIT)


def convert_value(
    definition: ObservedProperty, given: object, conversion: UnitConversion | VolumeRatio | RejectionReason | None
) -> float | RejectionReason:
    """Convert a value to the canonical unit, in which it is if there is no conversion.

    A value that is rejected anyway is rejected for that; only then for a unit that can't be converted.
    """
    sent = _finite_float(given, definition.accepts_boolean)
    if sent is None:
        return RejectionReason.NOT_A_NUMBER
    value = conversion(sent) if isinstance(conversion, UnitConversion) else sent
    if not isfinite(value):
        return RejectionReason.NOT_A_NUMBER
    reason = definition.false_reason(sent, value)
    if reason is not None:
        return reason
    if isinstance(conversion, VolumeRatio | RejectionReason):
        return RejectionReason.UNKNOWN_UNIT
    if definition.is_integer and (value < 0 or not value.is_integer()):
        return RejectionReason.NOT_A_NUMBER
    return value


def _finite_float(given: object, boolean: bool) -> float | None:
    """A JSON number as a finite float; booleans only where they may stand for 1 and 0."""
    if not isinstance(given, int | float) or (isinstance(given, bool) and not boolean):
        return None
    try:
        sent = float(given)
    except OverflowError:
        return None
    return sent if isfinite(sent) else None
