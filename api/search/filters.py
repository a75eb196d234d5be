"""What a visitor asks of the register: the same words in the address of the page, of the map and of the API."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any, Literal, Self, get_args
from urllib.parse import urlencode

from sensors.kinds import KINDS
from sensors.register.themes import THEMES
from sensors.vocabulary.codes import DTPR, PersonalData, Status

OTHER = "other"
"""The kind to ask for when you mean the sensors of none of our kinds: cameras, antennas."""
PAGE_SIZE = 100
YES = "yes"
Deviation = Literal["silent", "undeclared", "refused", "expired", "review_due"]
DEVIATIONS: tuple[Deviation, ...] = get_args(Deviation)
"""How a sensor can do otherwise than its entry says: codes of the view ``open.deviation``."""
SORTS = ("neighbourhood", "name", "changed")
"""What the list can be ordered by; the first when nothing is asked."""
View = tuple[float, float, float, float]
"""West, south, east and north in WGS84 degrees."""
LONGEST = 200
"""Characters of a text to look for."""


class UnknownFilterError(Exception):
    """A filter has a value that can't be; the text names the filter and never the value."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which sensors, in which order, and from where on. ``None`` lets everything through.

    ``q``: words, or the beginning of them. ``deviating``: ``yes`` for those that do not do what their entry says, or
    in which way they don't (``DEVIATIONS``). ``spot``: longitude,latitude of a place that they see. ``bbox``:
    west,south,east,north of where they may be.
    ``after``, ``before``: the reference of the sensor next to the page.
    """

    q: str | None = None
    kind: str | None = None
    observed_property: str | None = None
    purpose: str | None = None
    organisation: str | None = None
    personal_data: str | None = None
    neighbourhood: str | None = None
    district: str | None = None
    theme: str | None = None
    project: str | None = None
    status: str | None = None
    deviating: str | None = None
    spot: str | None = None
    bbox: str | None = None
    sort: str | None = None
    after: str | None = None
    before: str | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """The filters in a query string; an empty one is none, as a form sends it. Raises UnknownFilterError."""
        given = {name: query.get(name, "").strip() or None for name in CHECKS}
        for name, value in given.items():
            if value is not None and not CHECKS[name](value):
                raise UnknownFilterError(name)
        if given["after"] and given["before"]:
            raise UnknownFilterError("after")
        return cls(**given)

    def query(self, **changes: str | None) -> str:
        """The query string of these filters with some changed: ``?kind=…``, or nothing. It starts at the first page
        again unless ``after`` or ``before`` is among the changes."""
        changed = replace(self, **{"after": None, "before": None} | changes)
        chosen = {name: value for name, value in asdict(changed).items() if value}
        return f"?{urlencode(chosen)}" if chosen else ""

    @property
    def chosen(self) -> dict[str, str]:
        """What was asked for, by name: neither the order nor the page."""
        return {name: value for name, value in asdict(self).items() if value and name not in ("sort", *_PAGE)}

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude of the spot."""
        found = _numbers(self.spot) if self.spot else None
        return (found[0], found[1]) if found else None

    def wanted(self, municipality: str, seeing: Collection[int] | None = None) -> dict[str, Any]:
        """The form in which the database takes them. ``seeing``: the ids of the sensors that see the spot."""
        asked: dict[str, Any] = {**self.chosen, "municipality": municipality}
        if seeing is not None:
            asked["sensors"] = sorted(seeing)
        view = sides(self.bbox) if self.bbox else None
        return asked | ({"box": as_box(view)} if view else {})


def as_box(view: View) -> str:
    """As PostgreSQL's ``box`` writes it."""
    west, south, east, north = view
    return f"({east},{north}),({west},{south})"


def sides(bbox: str) -> View | None:
    """West, south, east and north in WGS84 degrees; ``None`` when it isn't that."""
    found = _numbers(bbox)
    if found is None or len(found) != 4:
        return None
    west, south, east, north = found
    right = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if right else None


def _numbers(text: str) -> tuple[float, ...] | None:
    try:
        found = tuple(map(float, text.split(",")))
    except ValueError:
        return None
    return found if all(map(isfinite, found)) else None


def _spot(text: str) -> bool:
    found = _numbers(text)
    return found is not None and len(found) == 2 and abs(found[0]) <= 180 and abs(found[1]) <= 90


def _line(text: str) -> bool:
    return len(text) <= LONGEST and text.isprintable()


def _like(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


_PAGE = ("after", "before")
_REFERENCE = _like(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

CHECKS: Mapping[str, Callable[[str], bool]] = {
    "q": _line,
    "kind": {*KINDS, OTHER}.__contains__,
    "observed_property": _like(r"[a-z][a-z0-9_-]{0,63}"),
    "purpose": DTPR["purpose"].__contains__,
    "organisation": _line,
    "personal_data": set(PersonalData).__contains__,
    "neighbourhood": _like(r"BU\d{8}"),
    "district": _like(r"WK\d{6}"),
    "theme": set(THEMES).__contains__,
    "project": _line,
    "status": set(Status).__contains__,
    "deviating": {YES, *DEVIATIONS}.__contains__,
    "spot": _spot,
    "bbox": lambda text: sides(text) is not None,
    "sort": SORTS.__contains__,
    "after": _REFERENCE,
    "before": _REFERENCE,
}
"""What a value must be, by filter."""
