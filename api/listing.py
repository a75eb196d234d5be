"""What the pages of organisations, projects, themes and neighbourhoods share: a page of the list, with what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from api import formatting
from api.areas import queries as areas_queries
from api.charts import shown
from api.database import Connection
from api.search import facets
from api.search import queries as search_queries
from api.search.filters import Filters
from api.sensor.queries import Stream, Value
from api.statistics import Summary
from sensors.kinds import KINDS, Property
from sensors.vocabulary.codes import PersonalData, Public


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest public value of one observed property of a sensor, in words: ``bare`` is without its unit, ``window``
    is short for ``when``."""

    code: str
    label: str
    value: str
    bare: str
    when: str
    window: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list with these filters: the same sensors in the same order as the list has."""

    filters: Filters
    listing: search_queries.Listing
    deviating: Mapping[int, Sequence[str]]
    newest: Mapping[int, Mapping[str, Reading]]
    """By sensor and observed property."""

    @property
    def by_place(self) -> list[tuple[str | None, list[search_queries.Row]]]:
        """The sensors under the names of their neighbourhoods; ``None``: outside of those."""
        groups = groupby(self.listing.sensors, key=lambda sensor: sensor["neighbourhood_name"])
        return [(name, list(sensors)) for name, sensors in groups]


def listed(db: Connection, municipality: str, query: Mapping[str, str], chosen: Filters, now: datetime) -> Listed:
    """The page of the chosen sensors that an address asks for. Raises NotFoundError and UnknownFilterError."""
    page = {name: query[name] for name in ("after", "before") if query.get(name)}
    filters = Filters.read({**chosen.chosen, **page})
    listing = search_queries.sensors(db, municipality, filters)
    ids = [row["sensor_id"] for row in listing.sensors]
    kinds = {row["sensor_id"]: row["kind"] for row in listing.sensors}
    newest = areas_queries.latest(db, ids, now)
    return Listed(
        filters,
        listing,
        search_queries.deviations(db, ids),
        {sensor: _readings(kinds[sensor], values, now) for sensor, values in newest.items()},
    )


def _readings(kind: str | None, values: Mapping[str, Value], now: datetime) -> dict[str, Reading]:
    """In the order of the kind. Codes, such as that of a fault, say nothing to who reads a list."""
    known: Mapping[str, Property] = KINDS[kind].properties if kind and kind in KINDS else {}
    return {
        code: reading(each, values[code], now) for code, each in known.items() if code in values and not _is_code(each)
    }


def _is_code(known: Property) -> bool:
    return known.whole and not known.summed


def reading(known: Property, value: Value, now: datetime) -> Reading:
    """A value of an hour or a day in words."""
    per_day = value.until - value.start >= timedelta(hours=23)
    stream = Stream(known.code, known, Public.DAY if per_day else Public.HOUR, None, (value,))
    return Reading(
        code=known.code,
        label=facets.measured(known.code),
        value=shown(value, stream, formatting.unit(known.unit)),
        bare=shown(value, stream, ""),
        when=formatting.day(value.start) if per_day else formatting.hours(value.start, value.until, now),
        window=formatting.day(value.start) if per_day else formatting.window(value.start, value.until),
    )


def most_personal(summary: Summary) -> PersonalData:
    """How personal the data of these sensors are: those of the most personal one."""
    levels = reversed(PersonalData)
    return next((level for level in levels if summary.personal_data[level]), PersonalData.NONE)
