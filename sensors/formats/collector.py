"""The layout shared by both native payloads: an object, a list of objects, or an envelope with such a list.

Reads only what the register declares; other fields are dropped unread and counted. A rejected part is reported as a
reason and a path in our own words, so no text of a payload leaves these decoders.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar, cast

from sensors.formats.model import MAX_READINGS, Rejection
from sensors.formats.values import parse_json
from sensors.vocabulary.rejection_reasons import RejectionReason

_T = TypeVar("_T")
"""What an object's time is read as."""


class Collector(ABC, Generic[_T]):
    """Collects what is read from one message. Subclasses name the list field, and read the time and the fields of an
    object.

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
    def _read_time(self, item: dict[str, Any]) -> _T | RejectionReason | None:
        """The object's own time. None: it has none, so that of the envelope applies."""

    @abstractmethod
    def _read_fields(self, item: dict[str, Any], time: _T | RejectionReason, path: str) -> None: ...

    def read_message(
        self, payload: bytes, time: _T | RejectionReason = RejectionReason.NO_TIME
    ) -> RejectionReason | None:
        """Read a whole message. Returns the reason if nothing of it may be used or counted. Never raises.

        A message from which nothing was read or rejected is itself one rejected reading, ``no_readings``, however many
        fields were dropped: otherwise a device that sends a foreign payload would count as heard. ``time`` is that of
        objects for which the message gives none.
        """
        try:
            content = parse_json(payload)
        except (ValueError, RecursionError):
            return RejectionReason.MALFORMED
        if isinstance(content, list):
            self._read_list(cast("list[Any]", content), time)
        elif isinstance(content, dict):
            self._read_envelope(cast("dict[str, Any]", content), time)
        else:
            return RejectionReason.MALFORMED
        if self.size > MAX_READINGS:
            return RejectionReason.TOO_LARGE
        if not self.size:
            self.rejections.append(Rejection(RejectionReason.NO_READINGS, ""))
        return None

    def _read_envelope(self, content: dict[str, Any], time: _T | RejectionReason) -> None:
        has_list = self.list_field in content
        items: object = content.pop(self.list_field, None)
        time = self._read_object(content, time, "")
        if isinstance(items, list):
            self._read_list(cast("list[Any]", items), time)
        elif has_list:
            self.rejections.append(Rejection(RejectionReason.MALFORMED, self.list_field))

    def _read_list(self, items: list[Any], time: _T | RejectionReason) -> None:
        path = f"{self.list_field}[]"
        item_path = f"{path}."
        for item in items:
            if isinstance(item, dict):
                self._read_object(cast("dict[str, Any]", item), time, item_path)
            else:
                self.rejections.append(Rejection(RejectionReason.MALFORMED, path))
            if self.size > MAX_READINGS:
                return

    def _read_object(self, item: dict[str, Any], time: _T | RejectionReason, path: str) -> _T | RejectionReason:
        """Read one object. Returns its time, or ``time`` if it has none."""
        own_time = self._read_time(item)
        if own_time is not None:
            time = own_time
        self._read_fields(item, time, path)
        return time
