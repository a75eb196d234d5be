"""The native payload, the same for every kind: JSON objects that hold a time and values by property code.

Documented for device makers in ``docs/payloads.md``. Only what the register declares is read: any other field is
dropped before a value is looked at, and counted. What comes back about a refused reading is a reason and a path
in our own words; no text of a payload leaves this module.
"""

from datetime import datetime
from math import isfinite
from typing import Any, cast

from sensors.formats.model import MAX_READINGS, Decoded, Reading, Rejected
from sensors.formats.values import instant, number, parse_json
from sensors.kinds import Kind, Property
from sensors.vocabulary.rejection_reasons import Reason

_OBJECT = frozenset({"time"})
_ENVELOPE = frozenset({"time", "readings"})


def decode(kind: Kind, payload: bytes, allowed: frozenset[str]) -> Decoded:
    """Read one message. ``allowed``: the property codes the register declares for this sensor. Never raises.

    A message that can't be read at all gives exactly one ``Rejected`` with an empty path:
    ``malformed``, ``no_readings`` or ``too_large``.
    """
    try:
        content = parse_json(payload)
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
        return len(self.readings) + len(self.rejected) > MAX_READINGS

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
