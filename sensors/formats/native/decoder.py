"""Decode native payloads, the same for every kind: JSON objects with a time and values by property code.

Documented for device makers in ``docs/payloads.md``.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from sensors.formats.collector import Collector
from sensors.formats.model import AS_DOCUMENTED, DecodedReadings, MeasuredPeriod, PayloadRules, Reading, Rejection
from sensors.formats.stated_units import NOTHING_STATED, StatedUnits, stated_unit, units_in_object, units_in_value
from sensors.formats.values import convert_value, number_of_text, parse_time, parse_time_or_period, period_between
from sensors.kinds import Kind, ObservedProperty
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.units import VolumeRatio

_TIME_FIELDS = frozenset({"time", "start", "end", "revised"})
_NO_FIELDS = frozenset[str]()
_Time = datetime | MeasuredPeriod
_Revised = datetime | RejectionReason | None


def decode_readings(
    kind: Kind, payload: bytes, declared_codes: frozenset[str], rules: PayloadRules = AS_DOCUMENTED
) -> DecodedReadings:
    """Decode one message. ``declared_codes``: the properties the register declares for this sensor. Never raises.

    An unreadable message yields exactly one ``Rejection`` with an empty path: ``malformed``, ``no_readings`` or
    ``too_large``. Dropped fields are counted with ``no_readings`` too.
    """
    collector = _ReadingCollector(kind, declared_codes, rules)
    reason = collector.read_message(payload, rules.receipt_time or RejectionReason.NO_TIME)
    if reason is not None:
        return DecodedReadings((), (Rejection(reason, ""),), 0)
    return DecodedReadings(tuple(collector.readings), tuple(collector.rejections), collector.fields_dropped)


@dataclass(frozen=True, slots=True)
class _Quantity:
    """A value with what is stated of it. ``units`` are those in its own object and in those around it."""

    fields: dict[str, Any]
    """The object of the value; of a bare value, one with that value only."""
    units: tuple[StatedUnits, ...]
    """Nearest first."""
    revised: _Revised = None
    """As stated around it."""


class _ReadingCollector(Collector[_Time]):
    __slots__ = (
        "_declared_codes",
        "_message_revised",
        "_message_units",
        "_properties",
        "_reads_text",
        "_time_fields",
        "_value_names",
        "readings",
    )
    list_field = "readings"

    def __init__(self, kind: Kind, declared_codes: frozenset[str], rules: PayloadRules) -> None:
        super().__init__()
        self._properties = kind.properties
        self._declared_codes = declared_codes
        self._value_names = _value_names(kind)
        self._reads_text = rules.numbers_as_text
        # A device without a clock can't know the time, so what it sends as one is dropped like any other field.
        self._time_fields = _TIME_FIELDS if rules.receipt_time is None else _NO_FIELDS
        self._message_units = NOTHING_STATED
        self._message_revised: _Revised = None
        self.readings: list[Reading] = []

    @property
    def size(self) -> int:
        return len(self.readings) + len(self.rejections)

    def _read_time(self, item: dict[str, Any]) -> _Time | RejectionReason | None:
        """``start`` and ``end``, or ``time``, which may be an interval, and is the end if there is a ``start``."""
        if not self._time_fields:
            return None
        time: object = item.get("time")
        if "start" in item or "end" in item:
            start: object = item.get("start")
            end: object = item.get("end")
            if start is not None:
                last = time if end is None else end
                return _start_alone(start) if last is None else period_between(parse_time(start), parse_time(last))
            if end is not None:
                return _end_alone(end)
        return None if time is None else parse_time_or_period(time)

    def _read_fields(self, item: dict[str, Any], time: _Time | RejectionReason, path: str) -> None:
        start, at, is_end = None, time, False
        if isinstance(at, MeasuredPeriod):
            start, at = at
            is_end = start is None
        has_time = type(at) is datetime
        has_other_names = not self._value_names.issuperset(item)
        units = units_in_object(item, self._properties) if has_other_names else NOTHING_STATED
        self.fields_dropped -= units.fields_read
        revised = self._revised_of(item, self._message_revised) if "revised" in item else self._message_revised
        if not path:
            # Like its time, these of the envelope apply to the objects in its list.
            self._message_units, self._message_revised = units, revised
        has_units = units is not NOTHING_STATED or self._message_units is not NOTHING_STATED
        for key, given in item.items():
            definition = self._properties.get(key) if key in self._declared_codes else None
            if definition is None:
                self.fields_dropped += key not in self._time_fields
            elif (
                type(given) is float
                and definition.clear_range[0] < given < definition.clear_range[1]
                and has_time
                and not (has_units or definition.is_integer)
            ):
                # Fast path: nearly every value is a float without a unit, for which the slow path agrees.
                self.readings.append(Reading(key, at, given, start, revised, is_end))
            else:
                quantity = _quantity(given, (units, self._message_units), revised)
                self._read_value(definition, quantity, item, time, path)

    def _read_value(
        self,
        definition: ObservedProperty,
        quantity: _Quantity,
        item: dict[str, Any],
        time: _Time | RejectionReason,
        path: str,
    ) -> None:
        fields = quantity.fields
        self.fields_dropped += len(fields) - ("value" in fields) - quantity.units[0].fields_read
        self.fields_dropped -= "revised" in fields and "revised" in self._time_fields
        if fields.get("value") is None:
            return
        if isinstance(time, RejectionReason):
            self.rejections.append(Rejection(time, path + "time"))
            return
        value = self._convert(definition, quantity, item)
        if isinstance(value, RejectionReason):
            self.rejections.append(Rejection(value, path + definition.code))
        else:
            start, at = time if isinstance(time, MeasuredPeriod) else (None, time)
            revised = self._revised_of(fields, quantity.revised)
            self.readings.append(Reading(definition.code, at, value, start, revised, start is None and at is not time))

    def _revised_of(self, item: dict[str, Any], default: _Revised) -> _Revised:
        given = item.get("revised")
        return default if given is None or not self._time_fields else parse_time(given)

    def _convert(
        self, definition: ObservedProperty, quantity: _Quantity, item: dict[str, Any]
    ) -> float | RejectionReason:
        unit = stated_unit(definition, quantity.units)
        if isinstance(unit, VolumeRatio) and definition.molar_mass is not None:
            temperature = self._condition("temperature", quantity, item)
            pressure = self._condition("pressure", quantity, item)
            if temperature is not None and pressure is not None:
                unit = unit.mass_concentration(definition.molar_mass, temperature, pressure)
        return convert_value(definition, self._number_in(quantity), unit)

    def _number_in(self, quantity: _Quantity) -> object:
        """The value as it was sent, or the number that its text is if the device may send text."""
        given: object = quantity.fields.get("value")
        return number_of_text(given) if self._reads_text and isinstance(given, str) else given

    def _condition(self, code: str, quantity: _Quantity, item: dict[str, Any]) -> float | None:
        """The temperature or pressure of a volume ratio: in the object of its value, else a declared one beside it."""
        definition = self._properties.get(code)
        if definition is None:
            return None
        if code in quantity.fields:
            self.fields_dropped -= 1
            condition = _quantity(quantity.fields[code], ())
        else:
            condition = _quantity(item.get(code) if code in self._declared_codes else None, quantity.units[1:])
        value = convert_value(definition, self._number_in(condition), stated_unit(definition, condition.units))
        low, high = definition.plausible_range
        return value if isinstance(value, float) and low <= value <= high else None


def _start_alone(given: object) -> MeasuredPeriod | RejectionReason:
    start = parse_time(given)
    return start if isinstance(start, RejectionReason) else MeasuredPeriod(start, start)


def _end_alone(given: object) -> _Time | RejectionReason:
    """An end, which may also be an interval, as ``time`` may."""
    end = parse_time_or_period(given)
    return MeasuredPeriod(None, end) if isinstance(end, datetime) else end


@cache
def _value_names(kind: Kind) -> frozenset[str]:
    """Names of members that are no units: an object with no others, as nearly all are, need not be searched."""
    return _TIME_FIELDS.union(kind.properties)


def _quantity(given: Any, units_around: tuple[StatedUnits, ...], revised: _Revised = None) -> _Quantity:
    if not isinstance(given, dict):
        return _Quantity({"value": given}, (NOTHING_STATED, *units_around), revised)
    fields = cast("dict[str, Any]", given)
    return _Quantity(fields, (units_in_value(fields), *units_around), revised)
