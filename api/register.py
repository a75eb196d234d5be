"""What the register holds, read from the schema ``open``."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from api.filters import PAGE_SIZE, Filters
from sensors.codes import Public
from sensors.db import Database, queries
from sensors.entry import Entry
from sensors.kinds import KINDS, Property

SQL = queries.load(Path(__file__).with_name("queries.sql"))
CLOCK = ZoneInfo("Europe/Amsterdam")
LastSeen = Literal["today", "this_week", "longer", "never"]
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class NotFoundError(Exception):
    """There is no such thing in the register."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of sensors, and how many pass the filters in all."""

    sensors: tuple[Mapping[str, Any], ...]
    matched: int

    @property
    def pages(self) -> int:
        """The number of pages; one when there is nothing."""
        return max(1, -(-self.matched // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Value:
    """A public value: the hour or day that starts then. ``below``: the count was smaller than this, how small is not
    public."""

    start: datetime
    value: float | None
    below: int | None


@dataclass(frozen=True, slots=True)
class Stream:
    """What is known of one datastream of an entry. ``public`` is ``None`` when nothing of it is taken in."""

    code: str
    known: Property | None
    public: Public | None
    latest: tuple[datetime, float] | None
    values: tuple[Value, ...]

    @property
    def summed(self) -> bool:
        """Whether an hour or a day of it is a sum, not a mean."""
        return self.known is not None and self.known.summed

    @property
    def how_totalled(self) -> str:
        """What its hours and days are, as the head of a table."""
        if self.counts_people:
            return "Aantal"
        return "Totaal" if self.summed else "Gemiddeld"

    @property
    def counts_people(self) -> bool:
        """Whether its values are sums over a time, published from 15 up."""
        return self.known is not None and self.known.counts_people


@dataclass(frozen=True, slots=True)
class Books:
    """What became of the readings of a period. ``reasons``: how many were refused, by reason, the most first."""

    received: int
    stored: int
    duplicate: int
    quarantined: int
    aggregated: int
    fields_dropped: int
    reasons: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Sensor:
    """Everything that is public about one sensor."""

    entry: Entry
    document: Mapping[str, Any]
    version: int
    valid_from: datetime
    neighbourhood_name: str | None
    district_name: str | None
    last_seen: LastSeen | None
    streams: tuple[Stream, ...]
    today: Books
    week: Books


def sensors(db: Database, municipality: str, filters: Filters) -> Listing:
    """The page of sensors that was asked for. Raises NotFoundError for a page after the last."""
    asked = {"kind": filters.kind, "neighbourhood": filters.neighbourhood, "status": filters.status}
    page = {"municipality": municipality, "limit": PAGE_SIZE, "offset": filters.offset}
    rows = db.execute(SQL["sensors"], asked | page).fetchall()
    if not rows and filters.page > 1:
        raise NotFoundError
    return Listing(tuple(rows), rows[0]["matched"] if rows else 0)


def sensor(db: Database, municipality: str, name: str, now: datetime) -> Sensor:
    """One sensor, by its reference or the id of its entry. Raises NotFoundError."""
    asked = {"municipality": municipality, "reference": name, "entry_id": _uuid(name)}
    row = db.execute(SQL["sensor"], asked).fetchone() if _REFERENCE.fullmatch(name) else None
    if row is None:
        raise NotFoundError
    entry = Entry.model_validate(row["document"])
    today = now.astimezone(CLOCK).date()
    days = _ledger(db, row["sensor_id"], today - timedelta(days=6))
    return Sensor(
        entry=entry,
        document=row["document"],
        version=row["version"],
        valid_from=row["valid_from"],
        neighbourhood_name=row["neighbourhood_name"],
        district_name=row["district_name"],
        last_seen=row["last_seen"],
        streams=tuple(_streams(db, row["sensor_id"], entry, now)),
        today=_books({day: books for day, books in days.items() if day == today}),
        week=_books(days),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _streams(db: Database, sensor_id: int, entry: Entry, now: datetime) -> Iterator[Stream]:
    taken = {row["property"]: row for row in db.execute(SQL["datastreams"], {"sensor_id": sensor_id}).fetchall()}
    hours = {"sensor_id": sensor_id, "since": now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=24)}
    days = {"sensor_id": sensor_id, "since": now.astimezone(CLOCK).date() - timedelta(days=7)}
    values = db.execute(SQL["hours"], hours).fetchall() + db.execute(SQL["days"], days).fetchall()
    kind = KINDS.get(entry.kind or "")
    for declared in entry.datastreams:
        code = declared.observed_property
        row = taken.get(code)
        yield Stream(
            code=code,
            known=kind.properties.get(code) if kind else None,
            public=Public(row["public"]) if row else None,
            latest=(row["time"], row["value"]) if row and row["time"] else None,
            values=tuple(Value(v["start"], v["value"], v["below"]) for v in values if v["property"] == code),
        )


def _ledger(db: Database, sensor_id: int, since: date) -> dict[date, tuple[Mapping[str, Any], dict[str, int]]]:
    asked = {"sensor_id": sensor_id, "since": since}
    reasons: dict[date, dict[str, int]] = {}
    for row in db.execute(SQL["refusals"], asked).fetchall():
        reasons.setdefault(row["day"], {})[row["reason"]] = row["readings"]
    return {row["day"]: (row, reasons.get(row["day"], {})) for row in db.execute(SQL["ledger"], asked).fetchall()}


_COUNTS = ("received", "stored", "duplicate", "quarantined", "aggregated", "fields_dropped")


def _books(days: Mapping[date, tuple[Mapping[str, Any], dict[str, int]]]) -> Books:
    totals: dict[str, int] = {name: sum(row[name] for row, _ in days.values()) for name in _COUNTS}
    reasons: dict[str, int] = {}
    for _, refused in days.values():
        for reason, readings in refused.items():
            reasons[reason] = reasons.get(reason, 0) + readings
    return Books(**totals, reasons=tuple(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))))


def areas(db: Database, municipality: str, level: str | None) -> list[dict[str, Any]]:
    """Outlines: of one level (``neighbourhood``, ``district``, ``municipality``), or all."""
    return db.execute(SQL["areas"], {"municipality": municipality, "level": level}).fetchall()


def neighbourhoods(db: Database, municipality: str) -> list[dict[str, Any]]:
    """Code, name and district's name of every neighbourhood, by district."""
    return db.execute(SQL["neighbourhoods"], {"municipality": municipality}).fetchall()


def migrations(db: Database) -> set[str]:
    """The names of the migrations this database has had."""
    return {row["name"] for row in db.execute(SQL["migrations"]).fetchall()}
