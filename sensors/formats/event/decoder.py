"""The payload of an event topic: passages with an identifier, and movements. Documented in ``docs/payloads.md``.

An identifier lives from here to the matcher, in memory, and shows in no ``repr``, path or exception. As with the
native payload, only what the register declares is read, and a refusal is a reason and a path in our own words.
"""

import unicodedata
from datetime import datetime
from typing import Any, cast

from sensors.formats.model import MAX_READINGS, DecodedEvents, Movement, Passage, Rejection
from sensors.formats.values import parse_json, parse_time, parse_value
from sensors.kinds import Kind
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import RejectionReason

MAX_IDENTIFIER_LENGTH = 64
"""Characters, as sent."""

_VEHICLE_CLASSES = {code.value: code for code in VehicleClass}


def decode_events(kind: Kind, payload: bytes, declared_codes: frozenset[str]) -> DecodedEvents:
    """Read one message of an event topic: an object, a list of them, or ``{"time": …, "events": […]}``. Never raises.

    ``allowed``: the property codes that the register declares for this sensor; those without a privacy rule of their
    own are not read here. A message that can't be read at all gives exactly one ``Rejected`` with an empty path:
    ``malformed``, ``no_readings`` or ``too_large``.
    """
    try:
        content = parse_json(payload)
    except (ValueError, RecursionError):
        return _rejected_message(RejectionReason.MALFORMED)
    if not isinstance(content, dict | list):
        return _rejected_message(RejectionReason.MALFORMED)
    collector = _EventCollector(kind, declared_codes)
    collector.read_message(cast("dict[str, Any] | list[Any]", content))
    if collector.size > MAX_READINGS:
        return _rejected_message(RejectionReason.TOO_LARGE)
    if not (collector.size or collector.fields_dropped):
        return _rejected_message(RejectionReason.NO_READINGS)
    return DecodedEvents(
        tuple(collector.passages), tuple(collector.movements), tuple(collector.rejections), collector.fields_dropped
    )


def _rejected_message(reason: RejectionReason) -> DecodedEvents:
    return DecodedEvents((), (), (Rejection(reason, ""),), 0)


class _EventCollector:
    """What has been read of one message so far."""

    __slots__ = ("_movement_properties", "_reads_passages", "fields_dropped", "movements", "passages", "rejections")

    def __init__(self, kind: Kind, declared_codes: frozenset[str]) -> None:
        declared = [each for code, each in kind.properties.items() if code in declared_codes]
        self._reads_passages = any(each.required_privacy_rule == "match_in_memory" for each in declared)
        self._movement_properties = {
            each.code: each for each in declared if each.required_privacy_rule == "window_count"
        }
        self.passages: list[Passage] = []
        self.movements: list[Movement] = []
        self.rejections: list[Rejection] = []
        self.fields_dropped = 0

    @property
    def size(self) -> int:
        return len(self.passages) + len(self.movements) + len(self.rejections)

    def read_message(self, content: dict[str, Any] | list[Any]) -> None:
        if isinstance(content, list):
            self._read_list(content, RejectionReason.NO_TIME)
        elif "events" not in content:
            self._read_object(content, RejectionReason.NO_TIME, "")
        else:
            items: object = content.pop("events")
            time = self._read_object(content, RejectionReason.NO_TIME, "")
            if isinstance(items, list):
                self._read_list(cast("list[Any]", items), time)
            else:
                self.rejections.append(Rejection(RejectionReason.MALFORMED, "events"))

    def _read_list(self, items: list[Any], time: datetime | RejectionReason) -> None:
        for item in items:
            if isinstance(item, dict):
                self._read_object(cast("dict[str, Any]", item), time, "events[].")
            else:
                self.rejections.append(Rejection(RejectionReason.MALFORMED, "events[]"))
            if self.size > MAX_READINGS:
                return

    def _read_object(
        self, item: dict[str, Any], time: datetime | RejectionReason, path: str
    ) -> datetime | RejectionReason:
        """Read the events of one object. Gives back its time, or the one it was given when it has none of its own."""
        own_time: object = item.get("time")
        if own_time is not None:
            time = parse_time(own_time)
        for key, given in item.items():
            if key in self._movement_properties:
                self._read_movement(key, given, time, path)
            elif key == "identifier" and self._reads_passages:
                self._read_passage(given, item.get("vehicle_class"), time, path)
            elif key != "time" and not (key == "vehicle_class" and self._reads_passages):
                self.fields_dropped += 1
        return time

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
        if given is None:
            return
        if isinstance(time, RejectionReason):
            self.rejections.append(Rejection(time, path + "time"))
            return
        value = parse_value(self._movement_properties[code], given, None)
        if isinstance(value, RejectionReason):
            self.rejections.append(Rejection(value, path + code))
        elif value > 1:
            self.rejections.append(Rejection(RejectionReason.NOT_A_NUMBER, path + code))
        else:
            self.movements.append(Movement(time, code, present=value == 1))


def _normalised_identifier(given: object) -> str | None:
    """``ab-12 cd`` and ``AB12CD`` are one vehicle. None: no text, too long, or nothing is left of it."""
    if not isinstance(given, str) or len(given) > MAX_IDENTIFIER_LENGTH:
        return None
    characters = filter(str.isalnum, unicodedata.normalize("NFKC", given).upper())
    return "".join(characters) or None
