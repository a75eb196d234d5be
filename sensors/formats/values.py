"""Reading the parts that payload formats share: a JSON document, a time, a number with its unit."""

import json
from datetime import UTC, datetime
from math import isfinite

import msgspec

from sensors.kinds import ObservedProperty
from sensors.vocabulary.rejection_reasons import RejectionReason


def parse_json(payload: bytes) -> object:
    """The JSON value in UTF-8; ``ValueError`` (a JSON or encoding error) or ``RecursionError`` when there is none.

    msgspec refuses a whole message for one number that doesn't fit (``1e400``, ``NaN``). The slower second parser
    gives infinity or not-a-number instead, so that the other readings of the message are kept.
    """
    try:
        return msgspec.json.decode(payload)
    except ValueError:
        return json.loads(payload.decode("utf-8"), parse_int=float)


def parse_time(given: object) -> datetime | RejectionReason:
    """RFC 3339 section 5.6, in UTC. Not the rest of ISO 8601 (week dates, basic format, 24:00), and no leap second."""
    if not isinstance(given, str):
        return RejectionReason.BAD_TIME
    try:
        time = msgspec.convert(given, datetime)
        if time.tzinfo is None:
            return RejectionReason.TIME_WITHOUT_ZONE
        return time if time.tzinfo is UTC else time.astimezone(UTC)
    except (ValueError, OverflowError):
        # Out of range only once in UTC: a time in the first or last day of the calendar.
        return RejectionReason.BAD_TIME


def parse_value(definition: ObservedProperty, given: object, unit: object) -> float | RejectionReason:
    """The value in the canonical unit. A missing unit means the canonical one."""
    sent = _finite_float(given, definition.accepts_boolean)
    if sent is None:
        return RejectionReason.NOT_A_NUMBER
    if sent in definition.sentinels:
        return RejectionReason.SENTINEL
    value = sent
    if unit is not None:
        convert = definition.conversions.get(unit) if isinstance(unit, str) else None
        if convert is None:
            return RejectionReason.UNKNOWN_UNIT
        value = convert(sent)
    if not isfinite(value) or (definition.is_integer and (value < 0 or not value.is_integer())):
        return RejectionReason.NOT_A_NUMBER
    return value


def _finite_float(given: object, boolean: bool) -> float | None:
    """A JSON number as a finite float; ``true`` and ``false`` only where they may stand for 1 and 0."""
    if not isinstance(given, int | float) or (isinstance(given, bool) and not boolean):
        return None
    try:
        sent = float(given)
    except OverflowError:
        return None
    return sent if isfinite(sent) else None
