"""Whether the register is true: of the whole city, and of each neighbourhood and organisation.

Every number is a sum of what the database makes of what is public of each sensor already (decision 009), so adding up
and subtracting tells nothing more.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

from api.areas.queries import load_neighbourhoods
from api.database import Row
from api.exceptions import NotFoundError
from api.search.filters import DEVIATIONS
from api.sensor.queries import Band
from sensors.db import Database, queries
from sensors.policy.promises import MAX_CHECK_AGE

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Measures:
    """Counts over some sensors. ``live``: a sensor of which every value is public as it comes."""

    sensors: int = 0
    delivering: int = 0
    """That are on and have to send us their data."""
    deviating: int = 0
    """That do otherwise than their entry says, in one way or more; then by way."""
    silent: int = 0
    undeclared: int = 0
    refused: int = 0
    expired: int = 0
    review_due: int = 0
    asked: int = 0
    """Questions about the sensors that are there, and how many of those their entries answer."""
    answered: int = 0
    measured: int = 0
    """Live sensors of which it can be said how many readings are due in 24 hours: so many, and so many came."""
    due: int = 0
    received: int = 0
    cells: int = 0
    """Hours and days of counts of people or vehicles that were published in 24 hours; ``few`` as fewer than 15."""
    few: int = 0
    refused_day: int = 0
    """Readings of live sensors that were refused in 24 hours, and fields that they did not declare."""
    undeclared_day: int = 0
    refused_week: int = 0
    """The same of all other sensors in the week that is over: at least so many, by the bands that are public."""
    undeclared_week: int = 0

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """The sum of rows of ``groups``."""
        total: Counter[str] = Counter()
        for row in rows:
            total.update({name: row[name] for name in _SUMMED_COLUMNS})
            total["asked"] += row["sensors"] * len(row["asked"])
            total["answered"] += row["sensors"] * (len(row["asked"]) - len(row["unanswered"]))
        return cls(**total)

    @property
    def deviations(self) -> dict[str, int]:
        """How many sensors deviate, by way."""
        return {code: getattr(self, code) for code in DEVIATIONS}

    @property
    def received_share(self) -> float | None:
        """The share of what was due that came; none where nothing was."""
        return self.received / self.due if self.due else None

    @property
    def answered_share(self) -> float | None:
        """The share of questions that the entries answer; none where nothing is asked."""
        return self.answered / self.asked if self.asked else None


_SUMMED_COLUMNS = tuple(field.name for field in fields(Measures) if field.name not in ("asked", "answered"))


@dataclass(frozen=True, slots=True)
class Group:
    """A neighbourhood or an organisation. ``code``: what the list is filtered by."""

    code: str
    name: str
    measures: Measures


@dataclass(frozen=True, slots=True)
class Question:
    """What residents ask of a sensor: of how many sensors it is asked, and of how many the entry answers it."""

    code: str
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Promise:
    """How long rows are kept, and what came of it. ``term``: an ISO 8601 duration, none for what has to stay whole.

    ``oldest`` and ``last_deletion``: the day, or the Monday of the week when ``to_the_day`` is false.
    ``within_promise``: none when it was not checked in the last hour.
    """

    subject: str
    term: str | None
    margin: timedelta
    oldest: date | None
    last_deletion: date | None
    to_the_day: bool
    verified_at: datetime | None
    within_promise: bool | None


@dataclass(frozen=True, slots=True)
class Period:
    """When the numbers were worked out, since when the last day counts, and the week that is over."""

    made_at: datetime
    day_since: datetime
    week_since: datetime
    week_until: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """What the numbers are about: everything, or a neighbourhood (CBS code), or an organisation, or both."""

    neighbourhood: str | None = None
    organisation: str | None = None

    def includes(self, row: Row) -> bool:
        """Whether a row of ``groups`` is in it."""
        return (self.neighbourhood in (None, row["neighbourhood"])) and (
            self.organisation is None or self.organisation in row["organisations"]
        )


@dataclass(frozen=True, slots=True)
class Quality:
    """The numbers of one scope. ``refusals``: readings of live sensors by reason. Of the whole city also what came
    from devices that are not in the register, by reason, and the promises about how long things are kept."""

    period: Period
    measures: Measures
    questions: tuple[Question, ...]
    refusals: tuple[tuple[str, int], ...]
    unregistered: tuple[tuple[str, Band], ...]
    promises: tuple[Promise, ...]
    neighbourhoods: tuple[Group, ...]
    organisations: tuple[Group, ...]


def load_quality(db: Database, municipality: str, scope: Scope, now: datetime) -> Quality:
    """Everything about one scope. Raises NotFoundError when there is no such neighbourhood or organisation."""
    rows = db.execute(QUERIES["groups"], {"municipality": municipality}).fetchall()
    areas = load_neighbourhoods(db, municipality)
    selected = [row for row in rows if scope.includes(row)]
    if scope.neighbourhood not in (None, *(area["code"] for area in areas)) or (scope.organisation and not selected):
        raise NotFoundError
    parameters = {
        "municipality": municipality,
        "neighbourhood": scope.neighbourhood,
        "organisation": scope.organisation,
    }
    refusals = db.execute(QUERIES["refusals"], parameters).fetchall()
    is_whole_city = scope == Scope()
    return Quality(
        period=_period(db),
        measures=Measures.of(selected),
        questions=_questions(selected),
        refusals=tuple((row["reason"], row["readings"]) for row in refusals),
        unregistered=_unregistered(db) if is_whole_city else (),
        promises=_promises(db, now) if is_whole_city else (),
        neighbourhoods=_neighbourhoods(rows, areas) if is_whole_city else (),
        organisations=_organisations(rows) if is_whole_city else (),
    )


def _period(db: Database) -> Period:
    return next(Period(**row) for row in db.execute(QUERIES["period"]).fetchall())


def _questions(rows: Sequence[Row]) -> tuple[Question, ...]:
    """Those that are answered least come first."""
    asked: Counter[str] = Counter()
    unanswered: Counter[str] = Counter()
    for row in rows:
        asked.update(dict.fromkeys(row["asked"], row["sensors"]))
        unanswered.update(dict.fromkeys(row["unanswered"], row["sensors"]))
    found = [Question(code, count, count - unanswered[code]) for code, count in asked.items()]
    return tuple(sorted(found, key=lambda each: (each.answered / each.asked, each.code)))


def _unregistered(db: Database) -> tuple[tuple[str, Band], ...]:
    rows = db.execute(QUERIES["unregistered"]).fetchall()
    return tuple((row["reason"], Band.from_edge(row["readings"])) for row in rows)


def _promises(db: Database, now: datetime) -> tuple[Promise, ...]:
    return tuple(_promise(row, now) for row in db.execute(QUERIES["promises"]).fetchall())


def _promise(row: Row, now: datetime) -> Promise:
    fresh = now - row["verified_at"] <= MAX_CHECK_AGE
    return Promise(
        subject=row["subject"],
        term=row["retention_class"] if row["retention_class"].startswith("P") else None,
        margin=row["margin"],
        oldest=row["oldest"],
        last_deletion=row["last_deletion"],
        to_the_day=row["to_the_day"],
        verified_at=row["verified_at"] if fresh else None,
        within_promise=row["kept"] if fresh else None,
    )


def _neighbourhoods(rows: Sequence[Row], areas: Sequence[Row]) -> tuple[Group, ...]:
    """Every neighbourhood that there is, also without sensors."""
    by_code: dict[str, list[Row]] = {area["code"]: [] for area in areas}
    for row in rows:
        by_code.setdefault(row["neighbourhood"] or "", []).append(row)
    groups = (Group(area["code"], area["name"], Measures.of(by_code[area["code"]])) for area in areas)
    return tuple(sorted(groups, key=lambda group: group.name.casefold()))


def _organisations(rows: Sequence[Row]) -> tuple[Group, ...]:
    """Every organisation that has to do with a sensor; a sensor counts with each of its organisations."""
    by_name: dict[str, list[Row]] = {}
    for row in rows:
        for name in row["organisations"]:
            by_name.setdefault(name, []).append(row)
    groups = (Group(name, name, Measures.of(of)) for name, of in by_name.items())
    return tuple(sorted(groups, key=lambda group: group.name.casefold()))


SORT_KEYS: Mapping[str, Callable[[Group], tuple[float, str]]] = {
    "name": lambda group: (0, group.name.casefold()),
    "sensors": lambda group: (-group.measures.sensors, group.name.casefold()),
    "deviating": lambda group: (-group.measures.deviating, group.name.casefold()),
    "received": lambda group: (
        2 if group.measures.received_share is None else group.measures.received_share,
        group.name.casefold(),
    ),
    "filled": lambda group: (
        2 if group.measures.answered_share is None else group.measures.answered_share,
        group.name.casefold(),
    ),
}
"""What the groups can be ordered by: what needs looking at comes first. The first when nothing is asked."""
