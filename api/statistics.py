"""What sensors have in common, counted: for the pages of organisations, projects, themes and neighbourhoods.

However many sensors there are, there are few sorts of them; they are counted once for each state of the register.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from api.cache import Remembered
from api.sensor.queries import NotFoundError
from sensors.db import Database, queries
from sensors.policy.constraints import RESIDENT
from sensors.register.entry import Organisation, Project
from sensors.register.themes import THEMES
from sensors.vocabulary.codes import PersonalData, Role, Status

SQL = queries.load(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class Desk:
    """How to reach who answers: a shared mailbox, a number, an address on the web. Never a name."""

    email: str | None = None
    phone: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """Sensors that are alike, and how many there are."""

    neighbourhood: str | None
    district: str | None
    kind: str | None
    category: str
    status: Status
    personal_data: PersonalData
    properties: tuple[str, ...]
    purposes: tuple[str, ...]
    themes: tuple[str, ...]
    project: Project | None
    parties: tuple[Organisation, ...]
    responsible: str
    desk: Desk
    privacy_rules: tuple[Mapping[str, Any], ...]
    sensors: int

    def has(self, organisation: str) -> bool:
        """Whether an organisation has to do with it, in whatever role."""
        return any(each.name == organisation for each in self.parties)


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation in the register, by the name that entries give it. ``roles``: in how many sensors, by role."""

    slug: str
    name: str
    url: str | None
    tooi: str | None
    roles: Mapping[Role, int]
    desks: tuple[Desk, ...]
    """Of the sensors that it answers for."""
    sensors: int

    @property
    def is_residents(self) -> bool:
        """Whether these are residents with a sensor of their own, who stay unnamed."""
        return self.name == RESIDENT


@dataclass(frozen=True, slots=True)
class Undertaking:
    """A project in the register. ``about``: what most of its entries say of it; none when there are none any more."""

    slug: str
    name: str
    about: Project | None
    sensors: int


class Summary:
    """Some of the sensors, told together. Counts are of sensors; what is told most comes first."""

    def __init__(self, sorts: Iterable[Sort]) -> None:
        self.sorts = tuple(sorts)

    @cached_property
    def sensors(self) -> int:
        """How many there are."""
        return sum(each.sensors for each in self.sorts)

    @cached_property
    def statuses(self) -> Counter[Status]:
        """By where they are in their lives."""
        return self._by(lambda each: [each.status])

    @cached_property
    def personal_data(self) -> Counter[PersonalData]:
        """By how personal their data are."""
        return self._by(lambda each: [each.personal_data])

    @cached_property
    def properties(self) -> Counter[str]:
        """By what they measure."""
        return self._by(lambda each: each.properties)

    @cached_property
    def purposes(self) -> Counter[str]:
        """By what they are for."""
        return self._by(lambda each: each.purposes)

    @cached_property
    def themes(self) -> Counter[str]:
        """By what they are about."""
        return self._by(lambda each: each.themes)

    @cached_property
    def responsible(self) -> Counter[str]:
        """By who answers for them."""
        return self._by(lambda each: [each.responsible])

    @cached_property
    def neighbourhoods(self) -> Counter[str]:
        """By neighbourhood; those outside are not in it."""
        return self._by(lambda each: [each.neighbourhood] if each.neighbourhood else [])

    @cached_property
    def privacy_rules(self) -> tuple[Mapping[str, Any], ...]:
        """The privacy rules that hold for some of them."""
        return tuple(rule for each in self.sorts for rule in each.privacy_rules)

    @cached_property
    def categories(self) -> Counter[str]:
        """By what the device is."""
        return self._by(lambda each: [each.category])

    @cached_property
    def kinds(self) -> tuple[tuple[str | None, "Summary"], ...]:
        """The sensors of each kind, and those of none of ours; the most first."""
        ordered = sorted(self.sorts, key=lambda each: each.kind or "")
        parts = [(kind or None, Summary(group)) for kind, group in groupby(ordered, lambda each: each.kind or "")]
        return tuple(sorted(parts, key=lambda part: -part[1].sensors))

    def _by(self, told: Callable[[Sort], Iterable[Any]]) -> Counter[Any]:
        counted: Counter[Any] = Counter()
        for each in self.sorts:
            for value in told(each):
                counted[value] += each.sensors
        return Counter(dict(sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))))


class Tally:
    """The sensors of a municipality by sort, and the addresses of who they belong to."""

    def __init__(self, sorts: Iterable[Sort], slugs: Iterable[tuple[str, str, str]]) -> None:
        self.sorts = tuple(sorts)
        self._names: dict[tuple[str, str], str] = {}
        self._slugs: dict[tuple[str, str], str] = {}
        for sort, slug, name in slugs:
            self._names[sort, slug] = name
            self._slugs[sort, name] = slug

    def slug(self, sort: str, name: str) -> str | None:
        """The address of an ``organisation`` or ``project``; none while it is not there yet."""
        return self._slugs.get((sort, name))

    @cached_property
    def whole(self) -> Summary:
        """All sensors."""
        return Summary(self.sorts)

    def of_organisation(self, name: str) -> Summary:
        """The sensors that an organisation has to do with."""
        return Summary(each for each in self.sorts if each.has(name))

    def of_project(self, name: str) -> Summary:
        """The sensors of a project."""
        return Summary(each for each in self.sorts if each.project and each.project.name == name)

    def of_theme(self, theme: str) -> Summary:
        """The sensors that are about a theme."""
        return Summary(each for each in self.sorts if theme in each.themes)

    def of_area(self, code: str) -> Summary:
        """The sensors in a neighbourhood or a district."""
        return Summary(each for each in self.sorts if code in (each.neighbourhood, each.district))

    @cached_property
    def organisations(self) -> tuple[Party, ...]:
        """Those that have sensors now, with most sensors first."""
        found = [self._party(slug, name) for (sort, slug), name in self._names.items() if sort == "organisation"]
        return tuple(sorted((each for each in found if each.sensors), key=lambda each: (-each.sensors, each.name)))

    def organisation(self, slug: str) -> Party:
        """One, also when it has no sensors any more. Raises NotFoundError."""
        return self._party(slug, self._name("organisation", slug))

    @cached_property
    def projects(self) -> tuple[Undertaking, ...]:
        """Those that have sensors now, by name."""
        found = [self._undertaking(slug, name) for (sort, slug), name in self._names.items() if sort == "project"]
        return tuple(sorted((each for each in found if each.sensors), key=lambda each: each.name.casefold()))

    def project(self, slug: str) -> Undertaking:
        """One, also when it has no sensors any more. Raises NotFoundError."""
        return self._undertaking(slug, self._name("project", slug))

    @cached_property
    def themes(self) -> dict[str, int]:
        """Those that any sensor is about, in the order of the themes, with how many those are."""
        return {theme: self.whole.themes[theme] for theme in THEMES if self.whole.themes[theme]}

    def _name(self, sort: str, slug: str) -> str:
        name = self._names.get((sort, slug))
        if name is None:
            raise NotFoundError
        return name

    def _party(self, slug: str, name: str) -> Party:
        mine = self.of_organisation(name).sorts
        roles: Counter[Role] = Counter()
        for each in mine:
            for role in {party.role for party in each.parties if party.name == name}:
                roles[role] += each.sensors
        told = [party for each in mine for party in each.parties if party.name == name]
        desks = dict.fromkeys(each.desk for each in mine if each.responsible == name)
        return Party(
            slug=slug,
            name=name,
            url=next((str(each.url) for each in told if each.url), None),
            tooi=next((str(each.tooi) for each in told if each.tooi), None),
            roles={role: roles[role] for role in Role if roles[role]},
            desks=tuple(desks),
            sensors=sum(each.sensors for each in mine),
        )

    def _undertaking(self, slug: str, name: str) -> Undertaking:
        mine = self.of_project(name)
        return Undertaking(slug, name, next((each.project for each in mine.sorts), None), mine.sensors)


class Tallies(Remembered[Tally]):
    """The tally of the register as it is now."""

    def __init__(self) -> None:
        super().__init__(read)


def read(db: Database, municipality: str) -> Tally:
    """The tally, straight from the database."""
    asked = {"municipality": municipality}
    names = db.execute(SQL["slugs"], asked).fetchall()
    sorts = [_sort(row) for row in db.execute(SQL["sorts"], asked).fetchall()]
    return Tally(sorts, [(row["sort"], row["slug"], row["name"]) for row in names])


def _sort(row: Mapping[str, Any]) -> Sort:
    given: dict[str, Any] = {
        **row,
        "status": Status(row["status"]),
        "personal_data": PersonalData(row["personal_data"]),
        "project": Project.model_validate(row["project"]) if row["project"] else None,
        "parties": tuple(map(Organisation.model_validate, row["parties"])),
        "desk": Desk(**row["desk"]),
    } | {name: tuple(row[name]) for name in _LISTS}
    return Sort(**given)


_LISTS = ("properties", "purposes", "themes", "privacy_rules")
