"""The payload of an event topic: passages with an identifier, and movements. Documented in ``docs/payloads.md``.

An identifier lives from here to the matcher, in memory, and shows in no ``repr``, path or exception. As with the
native payload, only what the register declares is read, and a refusal is a reason and a path in our own words.
"""

import unicodedata
from datetime import datetime
from typing import Any, cast

from sensors.formats.model import MAX_READINGS, DecodedEvents, Movement, Passage, Rejected
from sensors.formats.values import instant, number, parse_json
from sensors.kinds import Kind
from sensors.vocabulary.codes import VehicleClass
from sensors.vocabulary.rejection_reasons import Reason

LONGEST_IDENTIFIER = 64
"""Characters, as sent."""

_CLASSES = {code.value: code for code in VehicleClass}


def decode_events(kind: Kind, payload: bytes, allowed: frozenset[str]) -> DecodedEvents:
    """Read one message of an event topic: an object, a list of them, or ``{"time": …, "events": […]}``. Never raises.

    ``allowed``: the property codes that the register declares for this sensor; those without a privacy rule of their
    own are not read here. A message that can't be read at all gives exactly one ``Rejected`` with an empty path:
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
    if tray.size > MAX_READINGS:
        return _refused(Reason.TOO_LARGE)
    if not (tray.size or tray.fields_dropped):
        return _refused(Reason.NO_READINGS)
    return DecodedEvents(tuple(tray.passages), tuple(tray.movements), tuple(tray.rejected), tray.fields_dropped)


def _refused(reason: Reason) -> DecodedEvents:
    return DecodedEvents((), (), (Rejected(reason, ""),), 0)


class _Tray:
    """What has been read of one message so far."""

    __slots__ = ("_matched", "_movable", "fields_dropped", "movements", "passages", "rejected")

    def __init__(self, kind: Kind, allowed: frozenset[str]) -> None:
        declared = [each for code, each in kind.properties.items() if code in allowed]
        self._matched = any(each.needs_rule == "match_in_memory" for each in declared)
        self._movable = {each.code: each for each in declared if each.needs_rule == "window_count"}
        self.passages: list[Passage] = []
        self.movements: list[Movement] = []
        self.rejected: list[Rejected] = []
        self.fields_dropped = 0

    @property
    def size(self) -> int:
        return len(self.passages) + len(self.movements) + len(self.rejected)

    def take_message(self, content: dict[str, Any] | list[Any]) -> None:
        if isinstance(content, list):
            self._take_list(content, Reason.NO_TIME)
        elif "events" not in content:
            self._take_object(content, Reason.NO_TIME, "")
        else:
            within: object = content.pop("events")
            time = self._take_object(content, Reason.NO_TIME, "")
            if isinstance(within, list):
                self._take_list(cast("list[Any]", within), time)
            else:
                self.rejected.append(Rejected(Reason.MALFORMED, "events"))

    def _take_list(self, items: list[Any], time: datetime | Reason) -> None:
        for item in items:
            if isinstance(item, dict):
                self._take_object(cast("dict[str, Any]", item), time, "events[].")
            else:
                self.rejected.append(Rejected(Reason.MALFORMED, "events[]"))
            if self.size > MAX_READINGS:
                return

    def _take_object(self, item: dict[str, Any], time: datetime | Reason, path: str) -> datetime | Reason:
        """Read the events of one object. Gives back its time, or the one it was given when it has none of its own."""
        own_time: object = item.get("time")
        if own_time is not None:
            time = instant(own_time)
        for key, given in item.items():
            if key in self._movable:
                self._take_movement(key, given, time, path)
            elif key == "identifier" and self._matched:
                self._take_passage(given, item.get("vehicle_class"), time, path)
            elif key != "time" and not (key == "vehicle_class" and self._matched):
                self.fields_dropped += 1
        return time

    def _take_passage(self, given: object, vehicle_class: object, time: datetime | Reason, path: str) -> None:
        if given is None:
            return
        identifier = _normalised(given)
        if isinstance(time, Reason):
            self.rejected.append(Rejected(time, path + "time"))
        elif identifier is None:
            self.rejected.append(Rejected(Reason.MALFORMED, path + "identifier"))
        else:
            known = _CLASSES.get(vehicle_class) if isinstance(vehicle_class, str) else None
            self.passages.append(Passage(time, identifier, known or VehicleClass.OTHER))

    def _take_movement(self, code: str, given: object, time: datetime | Reason, path: str) -> None:
        if given is None:
            return
        if isinstance(time, Reason):
            self.rejected.append(Rejected(time, path + "time"))
            return
        value = number(self._movable[code], given, None)
        if isinstance(value, Reason):
            self.rejected.append(Rejected(value, path + code))
        elif value > 1:
            self.rejected.append(Rejected(Reason.NOT_A_NUMBER, path + code))
        else:
            self.movements.append(Movement(time, code, present=value == 1))


def _normalised(given: object) -> str | None:
    """``ab-12 cd`` and ``AB12CD`` are one vehicle. None: no text, too long, or nothing is left of it."""
    if not isinstance(given, str) or len(given) > LONGEST_IDENTIFIER:
        return None
    kept = filter(str.isalnum, unicodedata.normalize("NFKC", given).upper())
    return "".join(kept) or None
