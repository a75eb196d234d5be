"""The native payload, the same for every kind: JSON objects that hold a time and values by property code.

Documented for device makers in ``docs/payloads.md``. Only what the register declares is read: any other field is
dropped before a value is looked at, and counted. What comes back about a refused reading is a reason and a path
in our own words; no text of a payload leaves this module.
"""

from datetime import datetime
from math import isfinite
from typing import Any, cast

from sensors.formats.model import MAX_READINGS, DecodedReadings, Reading, Rejection
from sensors.formats.values import parse_json, parse_time, parse_value
from sensors.kinds import Kind, ObservedProperty
from sensors.vocabulary.rejection_reasons import RejectionReason

_OBJECT_FIELDS = frozenset({"time"})
_ENVELOPE_FIELDS = frozenset({"time", "readings"})


def decode_readings(kind: Kind, payload: bytes, declared_codes: frozenset[str]) -> DecodedReadings:
    """Read one message. ``allowed``: the property codes the register declares for this sensor. Never raises.

    A message that can't be read at all gives exactly one ``Rejected`` with an empty path:
    ``malformed``, ``no_readings`` or ``too_large``.
    """
    try:
        content = parse_json(payload)
    except (ValueError, RecursionError):
        return _rejected_message(RejectionReason.MALFORMED)
    if not isinstance(content, dict | list):
        return _rejected_message(RejectionReason.MALFORMED)
    collector = _ReadingCollector(kind, declared_codes)
    collector.read_message(cast("dict[str, Any] | list[Any]", content))
    if collector.is_full():
        return _rejected_message(RejectionReason.TOO_LARGE)
    if not (collector.readings or collector.rejections or collector.fields_dropped):
        return _rejected_message(RejectionReason.NO_READINGS)
    return DecodedReadings(tuple(collector.readings), tuple(collector.rejections), collector.fields_dropped)


def _rejected_message(reason: RejectionReason) -> DecodedReadings:
    return DecodedReadings((), (Rejection(reason, ""),), 0)


class _ReadingCollector:
    """What has been read of one message so far."""

    __slots__ = ("_declared_codes", "_properties", "fields_dropped", "readings", "rejections")

    def __init__(self, kind: Kind, declared_codes: frozenset[str]) -> None:
        self._properties = kind.properties
        self._declared_codes = declared_codes
        self.readings: list[Reading] = []
        self.rejections: list[Rejection] = []
        self.fields_dropped = 0

    def is_full(self) -> bool:
        return len(self.readings) + len(self.rejections) > MAX_READINGS

    def read_message(self, content: dict[str, Any] | list[Any]) -> None:
        if isinstance(content, list):
            self._read_list(content, RejectionReason.NO_TIME)
        elif "readings" not in content:
            self._read_object(content, RejectionReason.NO_TIME, _OBJECT_FIELDS, "")
        else:
            time = self._read_object(content, RejectionReason.NO_TIME, _ENVELOPE_FIELDS, "")
            items: object = content["readings"]
            if isinstance(items, list):
                self._read_list(cast("list[Any]", items), time)
            else:
                self.rejections.append(Rejection(RejectionReason.MALFORMED, "readings"))

    def _read_list(self, items: list[Any], time: datetime | RejectionReason) -> None:
        for item in items:
            if isinstance(item, dict):
                self._read_object(cast("dict[str, Any]", item), time, _OBJECT_FIELDS, "readings[].")
            else:
                self.rejections.append(Rejection(RejectionReason.MALFORMED, "readings[]"))
            if self.is_full():
                return

    def _read_object(
        self, item: dict[str, Any], time: datetime | RejectionReason, envelope_fields: frozenset[str], path: str
    ) -> datetime | RejectionReason:
        """Read the values of one object. Gives back its time, or the one it was given when it has none of its own."""
        own_time: object = item.get("time")
        if own_time is not None:
            time = parse_time(own_time)
        for key, given in item.items():
            definition = self._properties.get(key) if key in self._declared_codes else None
            if definition is None:
                self.fields_dropped += key not in envelope_fields
            elif (
                type(given) is float
                and given not in definition.sentinels
                and isfinite(given)
                and not (definition.is_integer or isinstance(time, RejectionReason))
            ):
                # Nearly every value is a fraction without a unit, for which the rest would find the same.
                self.readings.append(Reading(key, time, given))
            else:
                self._read_value(definition, given, time, path)
        return time

    def _read_value(
        self, definition: ObservedProperty, given: Any, time: datetime | RejectionReason, path: str
    ) -> None:
        unit: object = None
        if isinstance(given, dict):
            fields = cast("dict[str, Any]", given)
            self.fields_dropped += len(fields) - ("value" in fields) - ("unit" in fields)
            given, unit = fields.get("value"), fields.get("unit")
        if given is None:
            return
        if isinstance(time, RejectionReason):
            self.rejections.append(Rejection(time, path + "time"))
            return
        value = parse_value(definition, given, unit)
        if isinstance(value, RejectionReason):
            self.rejections.append(Rejection(value, path + definition.code))
        else:
            self.readings.append(Reading(definition.code, time, value))
