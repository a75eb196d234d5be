"""A page of the list with latest values, shared by the organisation, project, theme and neighbourhood pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from api import formatting
from api.charts import margin_in_words, value_with_unit
from api.database import Connection
from api.periods import recent_period
from api.search import facets
from api.search import queries as search_queries
from api.search.filters import Filters
from api.sensor.queries import PublicDatastream, PublicValue
from sensors.db import Database, queries
from sensors.kinds import KINDS, ObservedProperty
from sensors.vocabulary.codes import Public

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class FormattedValue:
    """The latest public value of one observed property of a sensor, in words."""

    code: str
    label: str
    value: str
    value_without_unit: str
    margin: str
    """How far it may be off; empty if it has no margin."""
    when: str
    when_short: str
    """``ma, 14:00 tot 15:00``."""


@dataclass(frozen=True, slots=True)
class SensorListing:
    """A page of the list with these filters: the same sensors in the same order."""

    filters: Filters
    page: search_queries.SensorPage
    deviations_by_sensor: Mapping[int, Sequence[str]]
    latest_values: Mapping[int, Mapping[str, FormattedValue]]
    """By sensor and observed property."""

    @property
    def by_neighbourhood(self) -> list[tuple[str | None, list[search_queries.Row]]]:
        """Group sensors by neighbourhood name; ``None`` for those outside neighbourhoods."""
        groups = groupby(self.page.sensors, key=lambda sensor: sensor["neighbourhood_name"])
        return [(name, list(sensors)) for name, sensors in groups]


def load_listing(
    db: Connection, municipality: str, query: Mapping[str, str], base_filters: Filters, now: datetime
) -> SensorListing:
    """Load the requested page of the selected sensors. Raises NotFoundError and InvalidFilterError."""
    paging = {name: query[name] for name in ("after", "before") if query.get(name)}
    filters = Filters.from_query({**base_filters.active, **paging})
    page = search_queries.find_sensors(db, municipality, filters)
    kinds = {row["sensor_id"]: row["kind"] for row in page.sensors}
    latest_values = load_latest_values(db, list(kinds), now)
    return SensorListing(
        filters=filters,
        page=page,
        deviations_by_sensor=search_queries.load_deviations(db, list(kinds)),
        latest_values={sensor: _format_values(kinds[sensor], values, now) for sensor, values in latest_values.items()},
    )


def load_latest_values(db: Database, sensor_ids: Sequence[int], now: datetime) -> dict[int, dict[str, PublicValue]]:
    """Latest values by sensor and observed property: the newest complete hour of the last day, or day of the week."""
    found: dict[int, dict[str, PublicValue]] = {}
    for row in db.execute(QUERIES["latest_values"], {"sensor_ids": list(sensor_ids), **recent_period(now)}).fetchall():
        told = {name: row[name] for name in ("start", "until", "value", "below", "margin", "no_data")}
        value = PublicValue(**told)
        found.setdefault(row["sensor_id"], {})[row["property"]] = value
    return found


def _format_values(kind: str | None, values: Mapping[str, PublicValue], now: datetime) -> dict[str, FormattedValue]:
    """In the order of the kind. Codes, such as fault codes, are meaningless in a list and left out."""
    known: Mapping[str, ObservedProperty] = KINDS[kind].properties if kind and kind in KINDS else {}
    return {
        code: format_value(each, values[code], now)
        for code, each in known.items()
        if code in values and not _is_categorical(each)
    }


def _is_categorical(known: ObservedProperty) -> bool:
    return known.is_integer and not known.summed


def format_value(definition: ObservedProperty, value: PublicValue, now: datetime) -> FormattedValue:
    """An hourly or daily value in words."""
    per_day = value.until - value.start >= timedelta(hours=23)
    stream = PublicDatastream(definition.code, definition, Public.DAY if per_day else Public.HOUR, None, (value,))
    return FormattedValue(
        code=definition.code,
        label=facets.observed_property_label(definition.code),
        value=value_with_unit(value, stream, formatting.unit(definition.unit)),
        value_without_unit=value_with_unit(value, stream, ""),
        margin=margin_in_words(value),
        when=formatting.day(value.start) if per_day else formatting.relative_time_range(value.start, value.until, now),
        when_short=formatting.day(value.start) if per_day else formatting.time_range(value.start, value.until),
    )
