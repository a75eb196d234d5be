"""Decode event payloads: passages with an identifier, movements, and passers-by. Documented in ``docs/payloads.md``.

An identifier exists only in memory, from here to the matcher, and never appears in a ``repr``, path or exception.
"""

import unicodedata
from datetime import datetime
from typing import Any

from sensors.formats.collector import Collector
from sensors.formats.model import AS_DOCUMENTED, DecodedEvents, Movement, Passage, PassersBy, PayloadRules, Rejection
from sensors.formats.values import parse_time, parse_value
from sensors.kinds import Kind, ObservedProperty
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_IDENTIFIER_LENGTH = 64
"""Characters, before normalisation."""

_VEHICLE_CLASSES = {code.value: code for code in VehicleClass}


def decode_events(
    kind: Kind, payload: bytes, declared_codes: frozenset[str], _rules: PayloadRules = AS_DOCUMENTED
) -> DecodedEvents:
    """Decode one event message: an object, a list of objects, or ``{"time": …, "events": […]}``. Never raises.

    ``declared_codes``: the properties that the register declares to be events of this sensor. Peculiarities of a device
    don't matter: an event needs an exact time. An unreadable message yields exactly one ``Rejection`` with an empty
    path: ``malformed``, ``no_readings`` or ``too_large``. Dropped fields are counted with ``no_readings`` too.
    """
    collector = _EventCollector(kind, declared_codes)
    reason = collector.read_message(payload)
    if reason is not None:
        return DecodedEvents((), (), (), (Rejection(reason, ""),), 0)
    return DecodedEvents(
        tuple(collector.passages),
        tuple(collector.movements),
        tuple(collector.passers_by),
        tuple(collector.rejections),
        collector.fields_dropped,
    )


class _EventCollector(Collector[datetime]):
    __slots__ = ("_counts", "_movement_properties", "_reads_passages", "movements", "passages", "passers_by")
    list_field = "events"

    def __init__(self, kind: Kind, declared_codes: frozenset[str]) -> None:
        super().__init__()
        declared = [each for code, each in kind.properties.items() if code in declared_codes]
        self._reads_passages = any(each.required_privacy_rule == "match_in_memory" for each in declared)
        self._movement_properties = {
            each.code: each for each in declared if each.required_privacy_rule == "window_count"
        }
        self._counts = {each.code: each for each in declared if each.sums_minutes is not None}
        self.passages: list[Passage] = []
        self.movements: list[Movement] = []
        self.passers_by: list[PassersBy] = []

    @property
    def size(self) -> int:
        return len(self.passages) + len(self.movements) + len(self.passers_by) + len(self.rejections)

    def _read_time(self, item: dict[str, Any]) -> datetime | RejectionReason | None:
        own_time: object = item.get("time")
        return None if own_time is None else parse_time(own_time)

    def _read_fields(self, item: dict[str, Any], time: datetime | RejectionReason, path: str) -> None:
        for key, given in item.items():
            if key in self._movement_properties:
                self._read_movement(key, given, time, path)
            elif key in self._counts:
                self._read_passers_by(key, given, time, path)
            elif key == "identifier" and self._reads_passages:
                self._read_passage(given, item.get("vehicle_class"), time, path)
            elif key != "time" and not (key == "vehicle_class" and self._reads_passages):
                self.fields_dropped += 1

    def _read_passage(self, given: object, vehicle_class: object, time: datetime | RejectionReason, path: str) -> None:
        if given is None:
            return
        identifier = _normalised_identifier(given)
        if isinstance(time, RejectionReason):
            self.rejections.append(Rejection(time, path + "time"))
        elif identifier is None:
            self.rejections.append(Rejection(RejectionReason.MALFORMED, path + "identifier"))
        else:
            code = _VEHICLE_CLASSES.get(vehicle_class) if isinstance(vehicle_class, str) else None
            self.passages.append(Passage(time, identifier, code or VehicleClass.OTHER))

    def _read_movement(self, code: str, given: object, time: datetime | RejectionReason, path: str) -> None:
        read = self._read_number(self._movement_properties[code], given, time, path)
        if read is not None:
            self.movements.append(Movement(read[0], code, present=read[1] == 1))

    def _read_passers_by(self, code: str, given: object, time: datetime | RejectionReason, path: str) -> None:
        read = self._read_number(self._counts[code], given, time, path)
        if read is not None:
            self.passers_by.append(PassersBy(read[0], code, int(read[1])))

    def _read_number(
        self, known: ObservedProperty, given: object, time: datetime | RejectionReason, path: str
    ) -> tuple[datetime, float] | None:
        """The time and the number, within its plausible range; None if there is none, or it was rejected."""
        if given is None:
            return None
        if isinstance(time, RejectionReason):
            self.rejections.append(Rejection(time, path + "time"))
            return None
        value = parse_value(known, given, None)
        if not isinstance(value, RejectionReason) and value > known.plausible_range[1]:
            value = RejectionReason.NOT_A_NUMBER
        if isinstance(value, RejectionReason):
            self.rejections.append(Rejection(value, path + known.code))
            return None
        return time, value


def _normalised_identifier(given: object) -> str | None:
    """Normalise an identifier: ``ab-12 cd`` and ``AB12CD`` are one vehicle. None if not text, too long or empty."""
    if not isinstance(given, str) or len(given) > MAX_IDENTIFIER_LENGTH:
        return None
    characters = filter(str.isalnum, unicodedata.normalize("NFKC", given).upper())
    return "".join(characters) or None
