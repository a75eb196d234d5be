"""All that is held by what a person gives: a report's number, an e-mail address, or the sensor at their home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from api.reports.desk import ReportNumber, held_about_report
from api.reports.mailer import spooled_mails_about
from ingest.lifecycle import erasure
from sensors.db import Database
from sensors.db.queries import load_queries
from sensors.register.entry import Entry
from sensors.register.homes import is_at_a_home
from sensors.register.repository import StoredVersion, current_versions_by_reference
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

QUERIES = load_queries(Path(__file__).with_suffix(".sql"))


class RequestError(Exception):
    """What was asked can't be done; the text says why, and never repeats an address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person gave: one of these, and of a sensor or neighbourhood a period, both days included."""

    municipality: str
    report: int | None = None
    email: str | None = field(default=None, repr=False)
    reference: str | None = None
    neighbourhood: str | None = None
    first_day: date | None = None
    last_day: date | None = None

    def period(self, now: datetime) -> Mapping[str, datetime]:
        """The first instant of the period, and the first after it: now, if its last day is today."""
        since = _start_of(self.first_day) if self.first_day else erasure.EARLIEST_INSTANT
        until = _start_of(self.last_day + timedelta(days=1)) if self.last_day else now
        return {"from": since, "until": min(until, now)}


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL_TIME_ZONE).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class HeldReport:
    """One report: all that is held of it, and how many mails about it wait in the spool."""

    number: int
    held: Mapping[str, Any]
    spooled: int


@dataclass(frozen=True, slots=True)
class HeldSensor:
    """A sensor at a home: its current version, and the rows of each table."""

    version: StoredVersion
    counts: Mapping[str, int]

    @property
    def entry(self) -> Entry:
        """The entry as it is now."""
        return Entry.model_validate(self.version.document)


@dataclass(frozen=True, slots=True)
class SensorNearby:
    """A sensor that may be someone's: which it is, that person must say."""

    reference: str
    name: str
    active_from: date
    active_until: date | None


@dataclass(frozen=True, slots=True)
class Held:
    """What was found. ``mentions``: reports of others in which the address stands; ``versions``: of entries."""

    asked: Asked
    reports: tuple[HeldReport, ...] = ()
    sensor: HeldSensor | None = None
    nearby: tuple[SensorNearby, ...] = ()
    mentions: tuple[int, ...] = ()
    versions: tuple[tuple[str, int], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all."""
        return not (self.reports or self.sensor or self.nearby or self.mentions or self.versions)


def find_held(db: Database, asked: Asked, spool: Path, now: datetime) -> Held:
    """Find all that is held. Raises ``DeskError`` and ``RequestError`` for a report or sensor that doesn't exist."""
    if asked.report is not None:
        return Held(asked, reports=(_report(db, asked, asked.report, spool),))
    if asked.email is not None:
        return _held_of_address(db, asked, spool)
    if asked.reference is not None:
        return Held(asked, sensor=_sensor(db, asked, asked.reference, now))
    where = {"municipality": asked.municipality, "neighbourhood": asked.neighbourhood}
    if db.execute(QUERIES["neighbourhood"], where).fetchone() is None:
        raise RequestError(f"--neighbourhood: there is no neighbourhood with the code {asked.neighbourhood}.")
    nearby = db.execute(QUERIES["sensors_at_homes"], {**where, **asked.period(now)}).fetchall()
    return Held(asked, nearby=tuple(SensorNearby(**row) for row in nearby))


def _held_of_address(db: Database, asked: Asked, spool: Path) -> Held:
    given = {"municipality": asked.municipality, "email": asked.email}
    numbers = _numbers(db.execute(QUERIES["reports_of_address"], given).fetchall())
    versions = db.execute(QUERIES["versions_that_mention"], given).fetchall()
    return Held(
        asked,
        reports=tuple(_report(db, asked, number, spool) for number in numbers),
        mentions=_numbers(db.execute(QUERIES["reports_that_mention"], given).fetchall()),
        versions=tuple((row["reference"], row["version"]) for row in versions),
    )


def _numbers(rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    return tuple(row["number"] for row in rows)


def _report(db: Database, asked: Asked, number: int, spool: Path) -> HeldReport:
    held = held_about_report(db, ReportNumber(asked.municipality, number))
    spooled = spooled_mails_about(spool, number)
    return HeldReport(number, {**held, "spooled_mails": spooled}, len(spooled))


def _sensor(db: Database, asked: Asked, reference: str, now: datetime) -> HeldSensor:
    """A sensor at a home: what others measure belongs to nobody who asks."""
    found = [
        version
        for version in current_versions_by_reference(db, reference)
        if version.document["municipality"] == asked.municipality
    ]
    if not found:
        raise RequestError(f"{asked.municipality} has no sensor with reference {reference}.")
    try:
        entry = Entry.model_validate(found[0].document)
    except ValidationError:
        raise RequestError(f"The entry of {reference} has an older schema: import it again first.") from None
    if not is_at_a_home((each.name for each in entry.organisations), entry.location.precision):
        raise RequestError(
            f"{reference} is no resident's sensor: nothing that it measured can be traced to who asks. lantaarn erase "
            "erases what was measured wrongly."
        )
    of_entry = {"entry_id": entry.id, **asked.period(now)}
    streams = db.execute(erasure.QUERIES["datastream_ids"], of_entry).fetchone() or {"ids": []}
    values = db.execute(
        erasure.QUERIES["count_observations"], {"datastream_ids": streams["ids"], **of_entry}
    ).fetchall()
    counts = {row["table_name"]: row["rows"] for row in db.execute(QUERIES["held_of_sensor"], of_entry).fetchall()}
    return HeldSensor(found[0], {"observation": sum(row["rows"] for row in values), **counts})
