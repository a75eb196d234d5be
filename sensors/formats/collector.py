"""The layout shared by both native payloads: an object, a list of objects, or an envelope with such a list.

Reads only what the register declares; other fields are dropped unread and counted. A rejected part is reported as a
reason and a path in our own words, so no text of a payload leaves these decoders.
"""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar, cast

from sensors.formats.model import MAX_READINGS, Rejection
from sensors.formats.values import parse_json, parse_time
from sensors.vocabulary.rejection_reasons import RejectionReason


class Collector(ABC):
    """Collects what is read from one message. Subclasses name the list field and read the fields of an object.

    ``size``: number of parts read or rejected. ``fields_dropped``: number of fields ignored.
    """

    __slots__ = ("fields_dropped", "rejections")
    list_field: ClassVar[str]

    def __init__(self) -> None:
        self.rejections: list[Rejection] = []
        self.fields_dropped: int = 0

    @property
    @abstractmethod
    def size(self) -> int: ...

    @abstractmethod
    def _read_fields(self, item: dict[str, Any], time: datetime | RejectionReason, path: str) -> None: ...

    def read_message(self, payload: bytes) -> RejectionReason | None:
        """Read a whole message. Returns the reason if nothing of it may be used or counted. Never raises.

        A message from which nothing was read or rejected is itself one rejected reading, ``no_readings``, however many
        fields were dropped: otherwise a device that sends a foreign payload would count as heard.
        """
        try:
            content = parse_json(payload)
        except (ValueError, RecursionError):
            return RejectionReason.MALFORMED
        if isinstance(content, list):
            self._read_list(cast("list[Any]", content), RejectionReason.NO_TIME)
        elif isinstance(content, dict):
            self._read_envelope(cast("dict[str, Any]", content))
        else:
            return RejectionReason.MALFORMED
        if self.size > MAX_READINGS:
            return RejectionReason.TOO_LARGE
        if not self.size:
            self.rejections.append(Rejection(RejectionReason.NO_READINGS, ""))
        return None

    def _read_envelope(self, content: dict[str, Any]) -> None:
        has_list = self.list_field in content
        items: object = content.pop(self.list_field, None)
        time = self._read_object(content, RejectionReason.NO_TIME, "")
        if isinstance(items, list):
            self._read_list(cast("list[Any]", items), time)
        elif has_list:
            self.rejections.append(Rejection(RejectionReason.MALFORMED, self.list_field))

    def _read_list(self, items: list[Any], time: datetime | RejectionReason) -> None:
        path = f"{self.list_field}[]"
        item_path = f"{path}."
        for item in items:
            if isinstance(item, dict):
                self._read_object(cast("dict[str, Any]", item), time, item_path)
            else:
                self.rejections.append(Rejection(RejectionReason.MALFORMED, path))
            if self.size > MAX_READINGS:
                return

    def _read_object(
        self, item: dict[str, Any], time: datetime | RejectionReason, path: str
    ) -> datetime | RejectionReason:
        """Read one object. Returns its time, or ``time`` if it has none."""
        own_time: object = item.get("time")
        if own_time is not None:
            time = parse_time(own_time)
        self._read_fields(item, time, path)
        return time
