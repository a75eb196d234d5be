"""Public data about one sensor, from the schema ``open``."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal, Self
from uuid import UUID

from api.exceptions import NotFoundError
from api.movement.queries import GroupMovement, load_group_movement
from api.search.filters import DEVIATIONS, Deviation
from api.sensor.retention_status import RetentionStatus, load_retention_status
from sensors.db import Database, queries
from sensors.kinds import KINDS, ObservedProperty
from sensors.policy.promises import COUNT_THRESHOLD
from sensors.register.entry import Entry
from sensors.vocabulary.codes import Public, VehicleClass
from sensors.vocabulary.durations import parse_duration
from sensors.vocabulary.measurement import Aggregation, Stamp
from sensors.vocabulary.rejection_reasons import RejectionReason
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE, add_duration

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
TRAVEL_TIME = "travel_time"
LastSeen = Literal["today", "this_week", "last_week", "longer", "never", "unknown"]
BAND_EDGES = (0, COUNT_THRESHOLD, *(10**power for power in range(2, 7)))
"""Lower bounds of the bands for numbers of readings, as used in the database."""
_UNREADABLE = (RejectionReason.MALFORMED, RejectionReason.NO_READINGS, RejectionReason.UNKNOWN_FORMAT)
"""Reasons to reject a whole message because nothing in it could be read."""
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class PublicValue:
    """A public value for the hour, night or day from ``start`` to ``until``. ``margin``: of a count, whose number has a
    random one in it, and may be below zero. ``below``: it can't be told from none; from before counts had a margin,
    ``value`` is None then. ``at_least``: hours of that day are left out. ``counted_since``: it includes what a meter
    counted since then, before ``start``. ``completed_at``: when it last changed after it had been published.
    ``jumps``: how many readings of a meter were not counted in it. ``no_data``: too little is known for a number."""

    start: datetime
    until: datetime
    value: float | None
    below: int | None
    at_least: bool = False
    counted_since: datetime | None = None
    completed_at: datetime | None = None
    jumps: int = 0
    margin: float | None = None
    no_data: bool = False


@dataclass(frozen=True, slots=True)
class LatestValue:
    """The newest value about the period from ``time`` to ``until``, or about a moment if they are equal."""

    time: datetime
    until: datetime
    value: float


@dataclass(frozen=True, slots=True)
class CountMean:
    """The mean count of one slot of the day over four weeks, on the clock of Amsterdam, with what came late. ``cells``:
    of how many hours or nights, of the ``due``. ``margin``: as of ``PublicValue``. ``below``: it can't be told from
    none, so it is fewer than this."""

    first_day: date
    last_day: date
    days: Literal["weekday", "weekend"]
    slot_start: time
    slot_end: time
    cells: int
    due: int
    value: float
    margin: float
    below: int | None

    @property
    def fewer_than(self) -> float | None:
        """What can be told, if that is all."""
        return self.below

    @property
    def more_than(self) -> float | None:
        """Counters have no most that they can count."""
        return None


@dataclass(frozen=True, slots=True)
class TravelTime:
    """How long a group of vehicles took to another sensor, in seconds: half of them less than ``median``, 85 of each
    100 less than ``p85``; None if they were too few for that. The window is ``minutes`` long."""

    goes_to: str
    start: datetime
    minutes: int
    vehicle_class: VehicleClass
    median: float
    p85: float | None


@dataclass(frozen=True, slots=True)
class PublicDatastream:
    """One datastream of an entry. ``public`` is ``None`` if nothing of it is ingested."""

    observed_property: str
    definition: ObservedProperty | None
    public: Public | None
    latest: LatestValue | None
    values: tuple[PublicValue, ...]
    travel_times: tuple[TravelTime, ...] = ()
    count_means: tuple[CountMean, ...] = ()
    """Those over the latest four weeks that have been published."""
    movement: GroupMovement | None = None
    """The group that its movements are counted with, and what is public of it."""
    retention_status: RetentionStatus | None = None
    """Retention of individual values; None if they are never stored."""
    declared_aggregation: Aggregation | None = None
    """How its values add up; None if nothing is ingested."""
    totals_since: datetime | None = None
    """The first hour whose value is known, if earlier ones were made otherwise."""
    stamp: Stamp | None = None
    """What its device stamps; None if the property is unknown."""

    @property
    def aggregation(self) -> Aggregation | None:
        """How its values add up; None if the property is unknown."""
        return self.declared_aggregation or (self.definition.aggregation if self.definition else None)

    @property
    def is_summed(self) -> bool:
        """Whether hourly and daily values are sums rather than means."""
        return self.definition is not None and self.definition.summed

    @property
    def is_categorical(self) -> bool:
        """Whether it is a code, such as a fault code, whose mean is meaningless."""
        return self.definition is not None and self.definition.is_integer and not self.definition.summed

    @property
    def is_whole(self) -> bool:
        """Whether hourly and daily values are whole numbers."""
        return self.counts_people or self.is_categorical or bool(self.travel_times)

    @property
    def counts_people(self) -> bool:
        """Whether its values are sums over a time, with a random number in them."""
        return self.definition is not None and self.definition.counts_people


@dataclass(frozen=True, slots=True)
class LedgerTotals:
    """What became of the readings of a period. ``reasons``: how many were refused, by reason, the most first."""

    received: int
    stored: int
    duplicate: int
    conflict: int
    quarantined: int
    aggregated: int
    fields_dropped: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A band of counts: ``at_least``, and fewer than ``below`` if bounded."""

    at_least: int
    below: int | None

    @classmethod
    def from_edge(cls, edge: int) -> Self:
        """The band with this lower bound."""
        return cls(edge, next((each for each in BAND_EDGES if each > edge), None))


@dataclass(frozen=True, slots=True)
class LedgerBands:
    """What became of the readings of last week, from Monday, of a sensor that could betray people by how much it says:
    in bands. ``reasons``: only those that were met 15 times or more."""

    received: Band
    stored: Band
    duplicate: Band
    conflict: Band
    quarantined: Band
    aggregated: Band
    fields_dropped: Band
    reasons: tuple[tuple[str, Band], ...]


@dataclass(frozen=True, slots=True)
class Sensor:
    """All public data about one sensor: its ledger of today and 7 days, or that of last week in bands.
    ``deviations``: how it deviates from its entry, codes of ``api.search.filters.DEVIATIONS``."""

    entry: Entry
    document: Mapping[str, Any]
    version: int
    valid_from: datetime
    neighbourhood_name: str | None
    district_name: str | None
    last_seen: LastSeen | None
    datastreams: tuple[PublicDatastream, ...]
    ledger_today: LedgerTotals | None
    ledger_week: LedgerTotals | None
    ledger_last_week: LedgerBands | None
    deviations: tuple[Deviation, ...]
    is_unreadable: bool
    """Whether it is silent although it sends messages: none of them can be read."""


def load_sensor(db: Database, municipality: str, reference_or_id: str, now: datetime) -> Sensor:
    """Load one sensor by reference or entry id. Raises NotFoundError."""
    parameters = {"municipality": municipality, "reference": reference_or_id, "entry_id": _uuid(reference_or_id)}
    row = db.execute(QUERIES["sensor"], parameters).fetchone() if _REFERENCE.fullmatch(reference_or_id) else None
    if row is None:
        raise NotFoundError
    entry = Entry.model_validate(row["document"])
    today, week, last_week = _ledgers(db, row["sensor_id"], row["live"], now.astimezone(LOCAL_TIME_ZONE).date())
    deviations = _deviations(db, row["sensor_id"])
    return Sensor(
        entry=entry,
        document=row["document"],
        version=row["version"],
        valid_from=row["valid_from"],
        neighbourhood_name=row["neighbourhood_name"],
        district_name=row["district_name"],
        last_seen=row["last_seen"],
        datastreams=tuple(_datastreams(db, row["sensor_id"], entry, now)),
        ledger_today=today,
        ledger_week=week,
        ledger_last_week=last_week,
        deviations=deviations,
        is_unreadable="silent" in deviations and _is_unreadable(db, row["sensor_id"]),
    )


def _deviations(db: Database, sensor_id: int) -> tuple[Deviation, ...]:
    found = {row["deviation"] for row in db.execute(QUERIES["deviations"], {"sensor_id": sensor_id}).fetchall()}
    return tuple(code for code in DEVIATIONS if code in found)


def _is_unreadable(db: Database, sensor_id: int) -> bool:
    row = db.execute(QUERIES["unreadable"], {"sensor_id": sensor_id, "reasons": list(_UNREADABLE)}).fetchone()
    return row is not None and row["is_unreadable"]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _datastreams(db: Database, sensor_id: int, entry: Entry, now: datetime) -> Iterator[PublicDatastream]:
    ingested = {row["property"]: row for row in db.execute(QUERIES["datastreams"], {"sensor_id": sensor_id}).fetchall()}
    hour = now.replace(minute=0, second=0, microsecond=0)
    parameters = {"sensor_id": sensor_id, "since": hour - timedelta(hours=24)}
    values = _values(db, parameters, now.astimezone(LOCAL_TIME_ZONE).date() - timedelta(days=7))
    means = _count_means(db, sensor_id, now.astimezone(LOCAL_TIME_ZONE).date())
    travel_times = tuple(_travel_time(row) for row in db.execute(QUERIES["travel_times"], parameters).fetchall())
    kind = KINDS.get(entry.kind or "")
    retention_statuses = load_retention_status(db, sensor_id, now)
    for declared in entry.datastreams:
        code = declared.observed_property
        row = ingested.get(code)
        definition = kind.properties.get(code) if kind else None
        stamp = declared.stamp or (definition.stamp if definition else None)
        yield PublicDatastream(
            observed_property=code,
            definition=definition,
            public=Public(row["public"]) if row else None,
            latest=_latest(declared.interval, stamp, row) if row and row["time"] else None,
            values=tuple(values.get(code, ())),
            travel_times=travel_times if code == TRAVEL_TIME else (),
            count_means=tuple(means.get(code, ())),
            movement=_movement(db, entry.municipality, row) if row else None,
            retention_status=retention_statuses.get(code),
            declared_aggregation=Aggregation(row["aggregation"]) if row else None,
            totals_since=row["totals_since"] if row else None,
            stamp=stamp,
        )


def _movement(db: Database, municipality: str, row: Mapping[str, Any]) -> GroupMovement | None:
    if row["counted_with"] is None or row["public"] != Public.HOUR:
        return None
    return load_group_movement(db, municipality, row["counted_with"], row["property"])


def _latest(interval: str | None, stamp: Stamp | None, row: Mapping[str, Any]) -> LatestValue:
    time = until = row["time"]
    if interval is not None and stamp in (Stamp.START, Stamp.END):
        with suppress(ValueError):  # months and years have no fixed length
            until = add_duration(time, parse_duration(interval))
    return LatestValue(time, until, row["value"])


def _values(db: Database, parameters: Mapping[str, Any], first_day: date) -> dict[str, list[PublicValue]]:
    """Public values by observed property: recent hours, and days from ``first_day`` on."""
    rows = db.execute(QUERIES["hours"], parameters).fetchall()
    values: dict[str, list[PublicValue]] = {}
    for row in rows + db.execute(QUERIES["days"], {**parameters, "since": first_day}).fetchall():
        values.setdefault(row["property"], []).append(_value(row))
    return values


def _value(row: Mapping[str, Any]) -> PublicValue:
    return PublicValue(
        row["start"],
        row["until"],
        row["value"],
        row["below"],
        row["at_least"],
        row["counted_since"],
        row["completed_at"],
        row["jumps"] or 0,
        row["margin"],
        row["no_data"],
    )


def _count_means(db: Database, sensor_id: int, today: date) -> dict[str, list[CountMean]]:
    """The latest means by observed property."""
    means: dict[str, list[CountMean]] = {}
    for row in db.execute(QUERIES["count_means"], {"sensor_id": sensor_id, "today": today}).fetchall():
        told = means.setdefault(row.pop("property"), [])
        mean = CountMean(**row)
        if not told or told[0].first_day == mean.first_day:
            told.append(mean)
    return means


def _travel_time(row: Mapping[str, Any]) -> TravelTime:
    given: dict[str, Any] = {**row, "vehicle_class": VehicleClass(row["vehicle_class"])}
    return TravelTime(**given)


_Ledgers = tuple[LedgerTotals | None, LedgerTotals | None, LedgerBands | None]


def _ledgers(db: Database, sensor_id: int, live: bool, today: date) -> _Ledgers:
    if not live:
        return None, None, _ledger_bands(db, sensor_id, today)
    days = _ledger_by_day(db, sensor_id, today - timedelta(days=6))
    return _ledger_totals({day: rows for day, rows in days.items() if day == today}), _ledger_totals(days), None


def _ledger_bands(db: Database, sensor_id: int, today: date) -> LedgerBands:
    """The ledger of last week; everything in the lowest band if there is none."""
    parameters = {"sensor_id": sensor_id, "since": today - timedelta(days=today.weekday() + 7)}
    row = db.execute(QUERIES["ledger_week"], parameters).fetchone() or dict.fromkeys(_LEDGER_COLUMNS, 0)
    refused = db.execute(QUERIES["rejections_week"], parameters).fetchall()
    reasons = tuple((each["reason"], Band.from_edge(each["readings"])) for each in refused)
    return LedgerBands(**{name: Band.from_edge(row[name]) for name in _LEDGER_COLUMNS}, reasons=reasons)


def _ledger_by_day(db: Database, sensor_id: int, since: date) -> dict[date, tuple[Mapping[str, Any], dict[str, int]]]:
    parameters = {"sensor_id": sensor_id, "since": since}
    reasons: dict[date, dict[str, int]] = {}
    for row in db.execute(QUERIES["rejections"], parameters).fetchall():
        reasons.setdefault(row["day"], {})[row["reason"]] = row["readings"]
    return {
        row["day"]: (row, reasons.get(row["day"], {})) for row in db.execute(QUERIES["ledger"], parameters).fetchall()
    }


_LEDGER_COLUMNS = ("received", "stored", "duplicate", "conflict", "quarantined", "aggregated", "fields_dropped")


def _ledger_totals(days: Mapping[date, tuple[Mapping[str, Any], dict[str, int]]]) -> LedgerTotals:
    totals: dict[str, int] = {name: sum(row[name] for row, _ in days.values()) for name in _LEDGER_COLUMNS}
    reasons: dict[str, int] = {}
    for _, refused in days.values():
        for reason, readings in refused.items():
            reasons[reason] = reasons.get(reason, 0) + readings
    return LedgerTotals(**totals, reasons=tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))))
