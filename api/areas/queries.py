"""Public values of a neighbourhood, aggregated over its sensors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from api.exceptions import NotFoundError
from api.periods import recent_period
from api.sensor.queries import PublicDatastream, PublicValue, TravelTime
from sensors.db import Database, queries
from sensors.kinds import KINDS
from sensors.policy.promises import COUNT_THRESHOLD
from sensors.register.location import GeoJsonGeometry
from sensors.register.part import Words
from sensors.vocabulary.codes import Public, VehicleClass

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Area:
    """A neighbourhood (CBS buurt) or a district (wijk), with its outline in WGS84."""

    code: str
    level: Literal["neighbourhood", "district"]
    name: str
    district: str | None
    district_name: str | None
    geometry: GeoJsonGeometry


@dataclass(frozen=True, slots=True)
class AggregatedDatastream:
    """Public values of one observed property, aggregated over all sensors of a kind in a neighbourhood as over time:
    their total if it is an amount, else usually their mean."""

    datastream: PublicDatastream
    sensor_count: int
    """The number of sensors with values."""


@dataclass(frozen=True, slots=True)
class NeighbourhoodTravelTime:
    """A recent travel time from a sensor in the neighbourhood to another one."""

    reference: str
    name: Words
    destination_name: Words | None
    travel_time: TravelTime


def list_areas(db: Database, municipality: str, level: str | None) -> list[dict[str, Any]]:
    """Outlines of one level (``neighbourhood``, ``district``, ``municipality``), or of all."""
    return db.execute(QUERIES["areas"], {"municipality": municipality, "level": level}).fetchall()


def load_neighbourhoods(db: Database, municipality: str) -> list[dict[str, Any]]:
    """All neighbourhoods with code, name, and code and name of their district, by district."""
    return db.execute(QUERIES["neighbourhoods"], {"municipality": municipality}).fetchall()


def load_area(db: Database, municipality: str, code: str) -> Area:
    """One neighbourhood or district. Raises NotFoundError."""
    row = db.execute(QUERIES["area"], {"municipality": municipality, "code": code}).fetchone()
    if row is None:
        raise NotFoundError
    return Area(**row)


def load_neighbourhood_outlines(db: Database, municipality: str) -> Sequence[Mapping[str, Any]]:
    """Code, district and geometry of every neighbourhood."""
    return db.execute(QUERIES["neighbourhood_outlines"], {"municipality": municipality}).fetchall()


def load_aggregated_datastreams(
    db: Database, municipality: str, neighbourhood: str, now: datetime
) -> list[AggregatedDatastream]:
    """What is public of the last 24 hours, or 7 days of what is public by the day, in a neighbourhood; in the order of
    the kinds and of what they measure."""
    parameters = {"municipality": municipality, "neighbourhood": neighbourhood, **recent_period(now)}
    hours = _aggregate(db.execute(QUERIES["hours"], parameters).fetchall(), Public.HOUR)
    days = _aggregate(db.execute(QUERIES["days"], parameters).fetchall(), Public.DAY)
    return sorted([*hours, *days], key=lambda each: _PROPERTY_ORDER.get(each.datastream.observed_property, 0))


def load_travel_times(
    db: Database, municipality: str, neighbourhood: str, now: datetime
) -> list[NeighbourhoodTravelTime]:
    """The latest travel times in the last 24 hours, from each sensor in a neighbourhood."""
    parameters = {"municipality": municipality, "neighbourhood": neighbourhood, **recent_period(now)}
    return [_trip(row) for row in db.execute(QUERIES["travel_times"], parameters).fetchall()]


def _aggregate(rows: Sequence[Mapping[str, Any]], public: Public) -> Iterator[AggregatedDatastream]:
    for (kind, code), group in groupby(rows, key=lambda row: (row["kind"], row["property"])):
        known = KINDS[kind].properties.get(code) if kind in KINDS else None
        if known is not None:
            # Directions that cancel out have no mean.
            hours = [row for row in group if row["value"] is not None or known.counts_people]
            stream = PublicDatastream(code, known, public, None, tuple(_value(row) for row in hours))
            if hours and not stream.is_categorical:
                yield AggregatedDatastream(stream, max(row["sensors"] for row in hours))


def _value(row: Mapping[str, Any]) -> PublicValue:
    value = row["value"]
    below = row["few"] if value is not None and row["few"] is not None and value < row["few"] else None
    if value is None and row["hidden"]:
        below = (COUNT_THRESHOLD - 1) * row["hidden"] + 1
    return PublicValue(
        row["start"],
        row["until"],
        value,
        below,
        at_least=value is not None and row["lacking"],
        completed_at=row["completed_at"],
        margin=row["margin"],
        no_data=value is None and below is None,
    )


def _trip(row: Mapping[str, Any]) -> NeighbourhoodTravelTime:
    time = TravelTime(
        goes_to=row["goes_to"],
        start=row["start"],
        minutes=row["minutes"],
        vehicle_class=VehicleClass(row["vehicle_class"]),
        median=row["median"],
        p85=row["p85"],
    )
    goes_to = Words.model_validate(row["goes_to_name"]) if row["goes_to_name"] else None
    return NeighbourhoodTravelTime(row["reference"], Words.model_validate(row["name"]), goes_to, time)


_PROPERTY_ORDER = {
    code: place for place, code in enumerate(code for kind in KINDS.values() for code in kind.properties)
}
