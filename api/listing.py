"""What the pages of organisations, projects, themes and neighbourhoods share: a page of the list, with what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from api import formatting
from api.areas import queries as areas_queries
from api.charts import value_with_unit
from api.database import Connection
from api.search import facets
from api.search import queries as search_queries
from api.search.filters import Filters
from api.sensor.queries import PublicDatastream, PublicValue
from api.statistics import Summary
from sensors.kinds import KINDS, ObservedProperty
from sensors.vocabulary.codes import PersonalData, Public


@dataclass(frozen=True, slots=True)
class FormattedValue:
    """The newest public value of one observed property of a sensor, in words: ``bare`` is without its unit, ``window``
    is short for ``when``."""

    code: str
    label: str
    value: str
    value_without_unit: str
    when: str
    when_short: str


@dataclass(frozen=True, slots=True)
class SensorListing:
    """A page of the list with these filters: the same sensors in the same order as the list has."""

    filters: Filters
    page: search_queries.SensorPage
    deviations_by_sensor: Mapping[int, Sequence[str]]
    latest_values: Mapping[int, Mapping[str, FormattedValue]]
    """By sensor and observed property."""

    @property
    def by_neighbourhood(self) -> list[tuple[str | None, list[search_queries.Row]]]:
        """The sensors under the names of their neighbourhoods; ``None``: outside of those."""
        groups = groupby(self.page.sensors, key=lambda sensor: sensor["neighbourhood_name"])
        return [(name, list(sensors)) for name, sensors in groups]


def load_listing(
    db: Connection, municipality: str, query: Mapping[str, str], base_filters: Filters, now: datetime
) -> SensorListing:
    """The page of the chosen sensors that an address asks for. Raises NotFoundError and UnknownFilterError."""
    page = {name: query[name] for name in ("after", "before") if query.get(name)}
    filters = Filters.from_query({**base_filters.active, **page})
    listing = search_queries.find_sensors(db, municipality, filters)
    ids = [row["sensor_id"] for row in listing.sensors]
    kinds = {row["sensor_id"]: row["kind"] for row in listing.sensors}
    newest = areas_queries.load_latest_values(db, ids, now)
    return SensorListing(
        filters,
        listing,
        search_queries.load_deviations(db, ids),
        {sensor: _format_values(kinds[sensor], values, now) for sensor, values in newest.items()},
    )


def _format_values(kind: str | None, values: Mapping[str, PublicValue], now: datetime) -> dict[str, FormattedValue]:
    """In the order of the kind. Codes, such as that of a fault, say nothing to who reads a list."""
    known: Mapping[str, ObservedProperty] = KINDS[kind].properties if kind and kind in KINDS else {}
    return {
        code: format_value(each, values[code], now)
        for code, each in known.items()
        if code in values and not _is_categorical(each)
    }


def _is_categorical(known: ObservedProperty) -> bool:
    return known.is_integer and not known.summed


def format_value(definition: ObservedProperty, value: PublicValue, now: datetime) -> FormattedValue:
    """A value of an hour or a day in words."""
    per_day = value.until - value.start >= timedelta(hours=23)
    stream = PublicDatastream(definition.code, definition, Public.DAY if per_day else Public.HOUR, None, (value,))
    return FormattedValue(
        code=definition.code,
        label=facets.observed_property_label(definition.code),
        value=value_with_unit(value, stream, formatting.unit(definition.unit)),
        value_without_unit=value_with_unit(value, stream, ""),
        when=formatting.day(value.start) if per_day else formatting.relative_time_range(value.start, value.until, now),
        when_short=formatting.day(value.start) if per_day else formatting.time_range(value.start, value.until),
    )


def highest_personal_data_level(summary: Summary) -> PersonalData:
    """How personal the data of these sensors are: those of the most personal one."""
    levels = reversed(PersonalData)
    return next((level for level in levels if summary.personal_data[level]), PersonalData.NONE)
