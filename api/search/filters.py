"""Search filters, with the same names in the URLs of the page, the map and the API."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any, Literal, Self, get_args
from urllib.parse import urlencode

from sensors.kinds import KINDS
from sensors.register.themes import THEME_CODES
from sensors.vocabulary.codes import DTPR_ELEMENTS, PersonalData, Status

OTHER_KIND = "other"
"""The filter value for sensors of no known kind, such as cameras and antennas."""
PAGE_SIZE = 100
ANY_DEVIATION = "yes"
Deviation = Literal["silent", "invalid", "undeclared", "refused", "expired", "review_due"]
DEVIATIONS: tuple[Deviation, ...] = get_args(Deviation)
"""How a sensor can deviate from its entry: codes of the view ``open.deviation``."""
SORT_ORDERS = ("neighbourhood", "name", "changed")
"""Sort keys of the list; the first is the default."""
BoundingBox = tuple[float, float, float, float]
"""West, south, east and north in WGS84 degrees."""
MAX_TEXT_CHARACTERS = 200
"""Maximum length of a search text in characters."""


class InvalidFilterError(Exception):
    """A filter has an invalid value; the message names the filter, never the value."""


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
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Parse a query string; empty filters, as forms send them, are ignored. Raises InvalidFilterError."""
        given = {name: query.get(name, "").strip() or None for name in VALIDATORS}
        for name, value in given.items():
            if value is not None and not VALIDATORS[name](value):
                raise InvalidFilterError(name)
        if given["after"] and given["before"]:
            raise InvalidFilterError("after")
        return cls(**given)

    def query_string(self, **changes: str | None) -> str:
        """The query string of these filters with some changed: ``?kind=…``, or nothing. It starts at the first page
        again unless ``after`` or ``before`` is among the changes."""
        changed = replace(self, **{"after": None, "before": None} | changes)
        given = {name: value for name, value in asdict(changed).items() if value}
        return f"?{urlencode(given)}" if given else ""

    @property
    def active(self) -> dict[str, str]:
        """The active filters by name, without order and page."""
        return {name: value for name, value in asdict(self).items() if value and name not in ("sort", *_PAGING)}

    @property
    def spot_coordinates(self) -> tuple[float, float] | None:
        """Longitude and latitude of the spot."""
        found = _parse_numbers(self.spot) if self.spot else None
        return (found[0], found[1]) if found else None

    def to_database(self, municipality: str, sensor_ids: Collection[int] | None = None) -> dict[str, Any]:
        """Query parameters for the database. ``sensor_ids``: the sensors that observe the spot."""
        found: dict[str, Any] = {**self.active, "municipality": municipality}
        if sensor_ids is not None:
            found["sensors"] = sorted(sensor_ids)
        view = parse_bounding_box(self.bbox) if self.bbox else None
        return found | ({"box": to_postgres_box(view)} if view else {})


def to_postgres_box(view: BoundingBox) -> str:
    """The bounding box as a PostgreSQL ``box`` literal."""
    west, south, east, north = view
    return f"({east},{north}),({west},{south})"


def parse_bounding_box(bbox: str) -> BoundingBox | None:
    """West, south, east and north in WGS84 degrees; ``None`` if invalid."""
    found = _parse_numbers(bbox)
    if found is None or len(found) != 4:
        return None
    west, south, east, north = found
    right = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if right else None


def _parse_numbers(text: str) -> tuple[float, ...] | None:
    try:
        found = tuple(map(float, text.split(",")))
    except ValueError:
        return None
    return found if all(map(isfinite, found)) else None


def _is_spot(text: str) -> bool:
    found = _parse_numbers(text)
    return found is not None and len(found) == 2 and abs(found[0]) <= 180 and abs(found[1]) <= 90


def _is_short_text(text: str) -> bool:
    return len(text) <= MAX_TEXT_CHARACTERS and text.isprintable()


def _matching(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


_PAGING = ("after", "before")
_is_reference = _matching(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

VALIDATORS: Mapping[str, Callable[[str], bool]] = {
    "q": _is_short_text,
    "kind": {*KINDS, OTHER_KIND}.__contains__,
    "observed_property": _matching(r"[a-z][a-z0-9_-]{0,63}"),
    "purpose": DTPR_ELEMENTS["purpose"].__contains__,
    "organisation": _is_short_text,
    "personal_data": set(PersonalData).__contains__,
    "neighbourhood": _matching(r"BU\d{8}"),
    "district": _matching(r"WK\d{6}"),
    "theme": set(THEME_CODES).__contains__,
    "project": _is_short_text,
    "status": set(Status).__contains__,
    "deviating": {ANY_DEVIATION, *DEVIATIONS}.__contains__,
    "spot": _is_spot,
    "bbox": lambda text: parse_bounding_box(text) is not None,
    "sort": SORT_ORDERS.__contains__,
    "after": _is_reference,
    "before": _is_reference,
}
"""Validators by filter."""
