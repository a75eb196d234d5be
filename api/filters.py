"""What a visitor asks of the register: the same words in the address of the page and of the API."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from sensors.codes import Status
from sensors.kinds import KINDS

OTHER = "other"
"""The kind to ask for when you mean the sensors of none of our kinds: cameras, antennas."""
PAGE_SIZE = 500
_NEIGHBOURHOOD = re.compile(r"BU\d{8}")


class UnknownFilterError(Exception):
    """A filter has a value that can't be; the text names the filter and never the value."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which sensors, and which page of them. ``None`` lets everything through."""

    kind: str | None = None
    neighbourhood: str | None = None
    status: str | None = None
    page: int = 1

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """The filters in a query string; an empty one is none, as a form sends it. Raises UnknownFilterError."""
        kind, neighbourhood, status, page = (query.get(name) or None for name in FILTERS)
        return cls(
            _allowed("kind", kind, kind in {*KINDS, OTHER}),
            _allowed("neighbourhood", neighbourhood, bool(_NEIGHBOURHOOD.fullmatch(neighbourhood or ""))),
            _allowed("status", status, status in set(Status)),
            int(_allowed("page", page, bool(re.fullmatch(r"[1-9]\d{0,4}", page or ""))) or 1),
        )

    def query(self, page: int = 1) -> str:
        """The query string of these filters, for another page of them: ``?kind=…``, or nothing."""
        given = {"kind": self.kind, "neighbourhood": self.neighbourhood, "status": self.status}
        chosen = {name: value for name, value in given.items() if value} | ({"page": page} if page > 1 else {})
        return f"?{urlencode(chosen)}" if chosen else ""

    @property
    def offset(self) -> int:
        """How many sensors come before this page."""
        return (self.page - 1) * PAGE_SIZE


FILTERS = ("kind", "neighbourhood", "status", "page")


def _allowed(name: str, value: str | None, known: bool) -> str | None:
    if value is not None and not known:
        raise UnknownFilterError(name)
    return value
