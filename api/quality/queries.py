"""Quality of the register: for the whole city, and for each neighbourhood and organisation.

Every number is a sum of values that are already public per sensor (decision 009), so adding and subtracting them
reveals nothing more.
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
from sensors.policy.retention_classes import PERMANENT
from sensors.register.validation.rules import RULES_WITH_EFFECT, TERM_RULES

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Measures:
    """Counts over a set of sensors. A live sensor is one whose every value is public as it arrives."""

    sensors: int = 0
    delivering: int = 0
    """Active sensors that should send us data."""
    deviating: int = 0
    """Sensors that deviate from their entry in one or more ways; then by deviation."""
    silent: int = 0
    undeclared: int = 0
    refused: int = 0
    expired: int = 0
    review_due: int = 0
    asked: int = 0
    """Questions about the sensors present, and how many of those the entries answer."""
    answered: int = 0
    measured: int = 0
    """Live sensors with a known number of readings due in 24 hours; then due and received readings."""
    due: int = 0
    received: int = 0
    cells: int = 0
    """Hours and days of counts of people or vehicles published in 24 hours; ``few`` of them can't be told from none."""
    few: int = 0
    refused_day: int = 0
    """Readings of live sensors rejected in 24 hours, and undeclared fields."""
    undeclared_day: int = 0
    refused_week: int = 0
    """The same for all other sensors in the last complete week: at least this many, from public bands."""
    undeclared_week: int = 0
    conflict_day: int = 0
    """Readings that met another value for their moment: of live sensors in 24 hours, and of all others that week."""
    conflict_week: int = 0
    invalid: int = 0
    """Sensors none of whose readings is good: as ``silent``, a deviation. Last, because the CSV has these columns."""

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Self:
        """Sum rows of ``groups``."""
        total: Counter[str] = Counter()
        for row in rows:
            total.update({name: row[name] for name in _SUMMED_COLUMNS})
            total["asked"] += row["sensors"] * len(row["asked"])
            total["answered"] += row["sensors"] * (len(row["asked"]) - len(row["unanswered"]))
        return cls(**total)

    @property
    def deviations(self) -> dict[str, int]:
        """Number of deviating sensors, by deviation."""
        return {code: getattr(self, code) for code in DEVIATIONS}

    @property
    def received_share(self) -> float | None:
        """The share of due readings that arrived; None if none were due."""
        return self.received / self.due if self.due else None

    @property
    def answered_share(self) -> float | None:
        """The share of questions the entries answer; None without questions."""
        return self.answered / self.asked if self.asked else None


_SUMMED_COLUMNS = tuple(field.name for field in fields(Measures) if field.name not in ("asked", "answered"))


@dataclass(frozen=True, slots=True)
class Group:
    """A neighbourhood or an organisation. ``code``: the filter value for the list."""

    code: str
    name: str
    measures: Measures


@dataclass(frozen=True, slots=True)
class Question:
    """A question about sensors: the number of sensors it applies to, and how many entries answer it."""

    code: str
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Promise:
    """How long rows are kept, and what came of it.

    ``term``: an ISO 8601 duration; none for what has to stay whole (``is_permanent``) or may not be there at all.

    ``oldest`` and ``last_deletion``: the day, or the Monday of the week when ``to_the_day`` is false.
    ``within_promise``: none when it was not checked in the last hour.
    """

    subject: str
    term: str | None
    is_permanent: bool
    margin: timedelta
    oldest: date | None
    last_deletion: date | None
    to_the_day: bool
    verified_at: datetime | None
    within_promise: bool | None


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of events in the last complete week, under one privacy rule: due is the sum of the others."""

    rule: str
    due: int
    released: int
    suppressed: int
    unobserved: int


@dataclass(frozen=True, slots=True)
class EventRefusal:
    """About how many events of one kind of sensor were refused last week for one reason; ``margin``: give or take."""

    kind: str
    reason: str
    events: int
    margin: int


@dataclass(frozen=True, slots=True)
class Period:
    """When the numbers were computed, the start of the last day, and the last complete week."""

    made_at: datetime
    day_since: datetime
    week_since: datetime
    week_until: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of the numbers: everything, a neighbourhood (CBS code), an organisation, or both."""

    neighbourhood: str | None = None
    organisation: str | None = None

    def includes(self, row: Row) -> bool:
        """Whether a row of ``groups`` is in scope."""
        return (self.neighbourhood in (None, row["neighbourhood"])) and (
            self.organisation is None or self.organisation in row["organisations"]
        )


@dataclass(frozen=True, slots=True)
class Quality:
    """The numbers of one scope. ``refusals``: readings of live sensors by reason. Of the whole city also what came
    from devices that are not in the register, by reason, what became of events, and the promises about how long things
    are kept."""

    period: Period
    measures: Measures
    questions: tuple[Question, ...]
    outdated_segments: tuple[str, ...]
    """Sensors of which no travel times are computed any more, because of the window in their entry."""
    outdated_counters: tuple[str, ...]
    """Sensors that send a message for each passer-by, and have no number because their entry has no sign of life."""
    capped_terms: tuple[tuple[str, tuple[str, ...]], ...]
    """Rules that limit how long something is kept, with the sensors whose entries declare a longer term."""
    outdated_entries: tuple[tuple[str, tuple[str, ...]], ...]
    """Other rules from after an entry was registered, with the sensors whose entries do not comply."""
    refusals: tuple[tuple[str, int], ...]
    unregistered: tuple[tuple[str, Band], ...]
    windows: tuple[Windows, ...]
    event_refusals: tuple[EventRefusal, ...]
    promises: tuple[Promise, ...]
    neighbourhoods: tuple[Group, ...]
    organisations: tuple[Group, ...]


def load_quality(db: Database, municipality: str, scope: Scope, now: datetime) -> Quality:
    """Load the numbers of one scope. Raises NotFoundError for an unknown neighbourhood or organisation."""
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
    segments = db.execute(QUERIES["outdated_segments"], parameters).fetchall()
    outdated = {
        row["rule"]: tuple(row["sensors"]) for row in db.execute(QUERIES["outdated_entries"], parameters).fetchall()
    }
    is_whole_city = scope == Scope()
    return Quality(
        period=_period(db),
        measures=Measures.of(selected),
        questions=_questions(selected),
        outdated_segments=tuple(row["reference"] for row in segments),
        outdated_counters=outdated.get("counted_while_alive", ()),
        capped_terms=tuple(each for each in outdated.items() if each[0] in TERM_RULES),
        outdated_entries=tuple(each for each in outdated.items() if each[0] not in RULES_WITH_EFFECT),
        refusals=tuple((row["reason"], row["readings"]) for row in refusals),
        unregistered=_unregistered(db) if is_whole_city else (),
        windows=_windows(db, municipality) if is_whole_city else (),
        event_refusals=_event_refusals(db) if is_whole_city else (),
        promises=_promises(db, now) if is_whole_city else (),
        neighbourhoods=_neighbourhoods(rows, areas) if is_whole_city else (),
        organisations=_organisations(rows) if is_whole_city else (),
    )


def _period(db: Database) -> Period:
    return next(Period(**row) for row in db.execute(QUERIES["period"]).fetchall())


def _questions(rows: Sequence[Row]) -> tuple[Question, ...]:
    """Least answered first."""
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


def _windows(db: Database, municipality: str) -> tuple[Windows, ...]:
    rows = db.execute(QUERIES["windows"], {"municipality": municipality}).fetchall()
    return tuple(Windows(**row) for row in rows)


def _event_refusals(db: Database) -> tuple[EventRefusal, ...]:
    return tuple(EventRefusal(**row) for row in db.execute(QUERIES["event_refusals"]).fetchall())


def _promises(db: Database, now: datetime) -> tuple[Promise, ...]:
    return tuple(_promise(row, now) for row in db.execute(QUERIES["promises"]).fetchall())


def _promise(row: Row, now: datetime) -> Promise:
    fresh = now - row["verified_at"] <= MAX_CHECK_AGE
    return Promise(
        subject=row["subject"],
        term=row["retention_class"] if row["retention_class"].startswith("P") else None,
        is_permanent=row["retention_class"] == PERMANENT,
        margin=row["margin"],
        oldest=row["oldest"],
        last_deletion=row["last_deletion"],
        to_the_day=row["to_the_day"],
        verified_at=row["verified_at"] if fresh else None,
        within_promise=row["kept"] if fresh else None,
    )


def _neighbourhoods(rows: Sequence[Row], areas: Sequence[Row]) -> tuple[Group, ...]:
    """All neighbourhoods, including those without sensors."""
    by_code: dict[str, list[Row]] = {area["code"]: [] for area in areas}
    for row in rows:
        by_code.setdefault(row["neighbourhood"] or "", []).append(row)
    groups = (Group(area["code"], area["name"], Measures.of(by_code[area["code"]])) for area in areas)
    return tuple(sorted(groups, key=lambda group: group.name.casefold()))


def _organisations(rows: Sequence[Row]) -> tuple[Group, ...]:
    """All organisations involved with a sensor; a sensor counts for each of its organisations."""
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
"""Sort keys for groups: what needs attention comes first. The first key is the default."""
