"""Decode native payloads, the same for every kind: JSON objects with a time and values by property code.

Documented for device makers in ``docs/payloads.md``.
"""

from datetime import datetime
from math import isfinite
from typing import Any, cast

from sensors.formats.collector import Collector
from sensors.formats.model import DecodedReadings, Reading, Rejection
from sensors.formats.values import parse_value
from sensors.kinds import Kind, ObservedProperty
from sensors.vocabulary.rejection_reasons import RejectionReason


def decode_readings(kind: Kind, payload: bytes, declared_codes: frozenset[str]) -> DecodedReadings:
    """Decode one message. ``declared_codes``: the properties the register declares for this sensor. Never raises.

    An unreadable message yields exactly one ``Rejection`` with an empty path: ``malformed``, ``no_readings`` or
    ``too_large``.
    """
    collector = _ReadingCollector(kind, declared_codes)
    reason = collector.read_message(payload)
    if reason is not None:
        return DecodedReadings((), (Rejection(reason, ""),), 0)
    return DecodedReadings(tuple(collector.readings), tuple(collector.rejections), collector.fields_dropped)


class _ReadingCollector(Collector):
    __slots__ = ("_declared_codes", "_properties", "readings")
    list_field = "readings"

    def __init__(self, kind: Kind, declared_codes: frozenset[str]) -> None:
        super().__init__()
        self._properties = kind.properties
        self._declared_codes = declared_codes
        self.readings: list[Reading] = []

    @property
    def size(self) -> int:
        return len(self.readings) + len(self.rejections)

    def _read_fields(self, item: dict[str, Any], time: datetime | RejectionReason, path: str) -> None:
        for key, given in item.items():
            definition = self._properties.get(key) if key in self._declared_codes else None
            if definition is None:
                self.fields_dropped += key != "time"
            elif (
                type(given) is float
                and given not in definition.sentinels
                and isfinite(given)
                and not (definition.is_integer or isinstance(time, RejectionReason))
            ):
                # Fast path: nearly every value is a float without a unit, for which the slow path agrees.
                self.readings.append(Reading(key, time, given))
            else:
                self._read_value(definition, given, time, path)

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
