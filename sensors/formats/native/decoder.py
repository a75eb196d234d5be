"""The native payload, the same for every kind: JSON objects that hold a time and values by property code.

Documented for device makers in ``docs/payloads.md``. Only what the register declares is read: any other field is
dropped before a value is looked at, and counted. What comes back about a refused reading is a reason and a path
in our own words; no text of a payload leaves this module.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, cast

import msgspec

from sensors.kinds import Kind, Property
from sensors.vocabulary.rejection_reasons import Reason

MOST_READINGS = 10_000
"""A message with more is refused whole: one message must fit in one batch of ingest."""

_OBJECT = frozenset({"time"})
_ENVELOPE = frozenset({"time", "readings"})


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One value of one property, in the property's canonical unit. ``time`` is in UTC."""

    property: str
    time: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """A reading, or a whole message, that is refused. ``field`` is a path of property codes, time and readings[]."""

    reason: Reason
    field: str


class Decoded(msgspec.Struct, frozen=True, gc=False):
    """What one message held. Readings and rejected together are what was received; dropped fields are no readings."""

    readings: tuple[Reading, ...]
    rejected: tuple[Rejected, ...]
    fields_dropped: int


def decode(kind: Kind, payload: bytes, allowed: frozenset[str]) -> Decoded:
    """Read one message. ``allowed``: the property codes the register declares for this sensor. Never raises.

    A message that can't be read at all gives exactly one ``Rejected`` with an empty path:
    ``malformed``, ``no_readings`` or ``too_large``.
    """
    try:
        content = parse(payload)
    except (ValueError, RecursionError):
        return _refused(Reason.MALFORMED)
    if not isinstance(content, dict | list):
        return _refused(Reason.MALFORMED)
    tray = _Tray(kind, allowed)
    tray.take_message(cast("dict[str, Any] | list[Any]", content))
    if tray.is_full():
        return _refused(Reason.TOO_LARGE)
    if not (tray.readings or tray.rejected or tray.fields_dropped):
        return _refused(Reason.NO_READINGS)
    return Decoded(tuple(tray.readings), tuple(tray.rejected), tray.fields_dropped)


def _refused(reason: Reason) -> Decoded:
    return Decoded((), (Rejected(reason, ""),), 0)


def parse(payload: bytes) -> object:
    """The JSON value in UTF-8; ``ValueError`` (a JSON or encoding error) or ``RecursionError`` when there is none.

    msgspec refuses a whole message for one number that doesn't fit (``1e400``, ``NaN``). The slower second parser
    gives infinity or not-a-number instead, so that the other readings of the message are kept.
    """
    try:
        return msgspec.json.decode(payload)
    except ValueError:
        return json.loads(payload.decode("utf-8"), parse_int=float)


class _Tray:
    """What has been read of one message so far."""

    __slots__ = ("_allowed", "_properties", "fields_dropped", "readings", "rejected")

    def __init__(self, kind: Kind, allowed: frozenset[str]) -> None:
        self._properties = kind.properties
        self._allowed = allowed
        self.readings: list[Reading] = []
        self.rejected: list[Rejected] = []
        self.fields_dropped = 0

    def is_full(self) -> bool:
        return len(self.readings) + len(self.rejected) > MOST_READINGS

    def take_message(self, content: dict[str, Any] | list[Any]) -> None:
        if isinstance(content, list):
            self._take_list(content, Reason.NO_TIME)
        elif "readings" not in content:
            self._take_object(content, Reason.NO_TIME, _OBJECT, "")
        else:
            time = self._take_object(content, Reason.NO_TIME, _ENVELOPE, "")
            within: object = content["readings"]
            if isinstance(within, list):
                self._take_list(cast("list[Any]", within), time)
            else:
                self.rejected.append(Rejected(Reason.MALFORMED, "readings"))

    def _take_list(self, items: list[Any], time: datetime | Reason) -> None:
        for item in items:
            if isinstance(item, dict):
                self._take_object(cast("dict[str, Any]", item), time, _OBJECT, "readings[].")
            else:
                self.rejected.append(Rejected(Reason.MALFORMED, "readings[]"))
            if self.is_full():
                return

    def _take_object(
        self, item: dict[str, Any], time: datetime | Reason, structure: frozenset[str], path: str
    ) -> datetime | Reason:
        """Read the values of one object. Gives back its time, or the one it was given when it has none of its own."""
        own_time: object = item.get("time")
        if own_time is not None:
            time = instant(own_time)
        for key, given in item.items():
            declared = self._properties.get(key) if key in self._allowed else None
            if declared is None:
                self.fields_dropped += key not in structure
            elif (
                type(given) is float
                and given not in declared.sentinels
                and isfinite(given)
                and not (declared.whole or isinstance(time, Reason))
            ):
                # Nearly every value is a fraction without a unit, for which the rest would find the same.
                self.readings.append(Reading(key, time, given))
            else:
                self._take_value(declared, given, time, path)
        return time

    def _take_value(self, declared: Property, given: Any, time: datetime | Reason, path: str) -> None:
        unit: object = None
        if isinstance(given, dict):
            fields = cast("dict[str, Any]", given)
            self.fields_dropped += len(fields) - ("value" in fields) - ("unit" in fields)
            given, unit = fields.get("value"), fields.get("unit")
        if given is None:
            return
        if isinstance(time, Reason):
            self.rejected.append(Rejected(time, path + "time"))
            return
        value = number(declared, given, unit)
        if isinstance(value, Reason):
            self.rejected.append(Rejected(value, path + declared.code))
        else:
            self.readings.append(Reading(declared.code, time, value))


def instant(given: object) -> datetime | Reason:
    """RFC 3339 section 5.6, in UTC. Not the rest of ISO 8601 (week dates, basic format, 24:00), and no leap second."""
    if not isinstance(given, str):
        return Reason.BAD_TIME
    try:
        time = msgspec.convert(given, datetime)
        if time.tzinfo is None:
            return Reason.TIME_WITHOUT_ZONE
        return time if time.tzinfo is UTC else time.astimezone(UTC)
    except (ValueError, OverflowError):
        # Out of range only once in UTC: a time in the first or last day of the calendar.
        return Reason.BAD_TIME


def number(declared: Property, given: object, unit: object) -> float | Reason:
    """The value in the canonical unit. A missing unit means the canonical one."""
    sent = _finite(given, declared.boolean)
    if sent is None:
        return Reason.NOT_A_NUMBER
    if sent in declared.sentinels:
        return Reason.SENTINEL
    value = sent
    if unit is not None:
        convert = declared.units.get(unit) if isinstance(unit, str) else None
        if convert is None:
            return Reason.UNKNOWN_UNIT
        value = convert(sent)
    if not isfinite(value) or (declared.whole and (value < 0 or not value.is_integer())):
        return Reason.NOT_A_NUMBER
    return value


def _finite(given: object, boolean: bool) -> float | None:
    """A JSON number as a finite float; ``true`` and ``false`` only where they may stand for 1 and 0."""
    if not isinstance(given, int | float) or (isinstance(given, bool) and not boolean):
        return None
    try:
        sent = float(given)
    except OverflowError:
        return None
    return sent if isfinite(sent) else None
