"""How both payloads of our own are laid out: an object, a list of objects, or an envelope with such a list.

Only what the register declares is read: any other field is dropped before a value is looked at, and counted. What
comes back about a refused part is a reason and a path in our own words; no text of a payload leaves these decoders.
"""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar, cast

from sensors.formats.model import MAX_READINGS, Rejection
from sensors.formats.values import parse_json, parse_time
from sensors.vocabulary.rejection_reasons import RejectionReason


class Collector(ABC):
    """What has been read of one message so far. A subclass says where the list is, and reads the fields of an object.

    ``size``: how many parts were read or rejected. ``fields_dropped``: how many fields were not looked at.
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
        """Read all of it. Gives back why the whole message is rejected, if it is. Never raises."""
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
        return None if self.size or self.fields_dropped else RejectionReason.NO_READINGS

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
        """Read one object. Gives back its time, or the one it was given when it has none of its own."""
        own_time: object = item.get("time")
        if own_time is not None:
            time = parse_time(own_time)
        self._read_fields(item, time, path)
        return time
