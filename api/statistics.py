"""Statistics for the pages of organisations, projects, themes and neighbourhoods.

Most sensors are alike, so they are counted in groups with identical attributes, once per revision of the register.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from api.cache import RevisionCache
from api.exceptions import NotFoundError
from sensors.db import Database, queries
from sensors.policy.constraints import RESIDENT_NAME
from sensors.register.entry import Project
from sensors.register.legal import Organisation
from sensors.register.themes import THEME_CODES
from sensors.vocabulary.codes import PersonalData, Role, Status

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """How to reach the organisation: a shared mailbox, phone number or web address. Never a person."""

    email: str | None = None
    phone: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class SensorGroup:
    """Sensors with identical attributes, and their number."""

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
    organisations: tuple[Organisation, ...]
    responsible: str
    contact_point: ContactPoint
    privacy_rules: tuple[Mapping[str, Any], ...]
    sensor_count: int

    def involves(self, organisation: str) -> bool:
        """Whether an organisation is involved, in any role."""
        return any(each.name == organisation for each in self.organisations)


@dataclass(frozen=True, slots=True)
class OrganisationStatistics:
    """An organisation, by the name used in entries. ``roles``: number of sensors by role."""

    slug: str
    name: str
    url: str | None
    tooi: str | None
    roles: Mapping[Role, int]
    contact_points: tuple[ContactPoint, ...]
    """For the sensors it is responsible for."""
    sensor_count: int

    @property
    def is_residents(self) -> bool:
        """Whether this stands for residents with their own sensors, who are never named."""
        return self.name == RESIDENT_NAME


@dataclass(frozen=True, slots=True)
class ProjectStatistics:
    """A project. ``project``: as most of its entries describe it; None if no entries are left."""

    slug: str
    name: str
    project: Project | None
    sensor_count: int


class Summary:
    """Counts over a set of sensors, largest first."""

    def __init__(self, groups: Iterable[SensorGroup]) -> None:
        self.groups = tuple(groups)

    @cached_property
    def sensor_count(self) -> int:
        """The number of sensors."""
        return sum(each.sensor_count for each in self.groups)

    @cached_property
    def statuses(self) -> Counter[Status]:
        """By status."""
        return self._count_by(lambda each: [each.status])

    @cached_property
    def personal_data(self) -> Counter[PersonalData]:
        """By level of personal data."""
        return self._count_by(lambda each: [each.personal_data])

    @cached_property
    def properties(self) -> Counter[str]:
        """By observed property."""
        return self._count_by(lambda each: each.properties)

    @cached_property
    def purposes(self) -> Counter[str]:
        """By purpose."""
        return self._count_by(lambda each: each.purposes)

    @cached_property
    def themes(self) -> Counter[str]:
        """By theme."""
        return self._count_by(lambda each: each.themes)

    @cached_property
    def responsible(self) -> Counter[str]:
        """By responsible organisation."""
        return self._count_by(lambda each: [each.responsible])

    @cached_property
    def neighbourhoods(self) -> Counter[str]:
        """By neighbourhood; sensors outside neighbourhoods are left out."""
        return self._count_by(lambda each: [each.neighbourhood] if each.neighbourhood else [])

    @cached_property
    def privacy_rules(self) -> tuple[Mapping[str, Any], ...]:
        """The privacy rules that apply to any of them."""
        return tuple(rule for each in self.groups for rule in each.privacy_rules)

    @cached_property
    def categories(self) -> Counter[str]:
        """By device category."""
        return self._count_by(lambda each: [each.category])

    @cached_property
    def kinds(self) -> tuple[tuple[str | None, "Summary"], ...]:
        """By kind, with those of no known kind together; largest first."""
        ordered = sorted(self.groups, key=lambda each: each.kind or "")
        parts = [(kind or None, Summary(group)) for kind, group in groupby(ordered, lambda each: each.kind or "")]
        return tuple(sorted(parts, key=lambda part: -part[1].sensor_count))

    def _count_by(self, values_of: Callable[[SensorGroup], Iterable[Any]]) -> Counter[Any]:
        counted: Counter[Any] = Counter()
        for each in self.groups:
            for value in values_of(each):
                counted[value] += each.sensor_count
        return Counter(dict(sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))))


def highest_personal_data_level(summary: Summary) -> PersonalData:
    """The highest level of personal data among these sensors."""
    levels = reversed(PersonalData)
    return next((level for level in levels if summary.personal_data[level]), PersonalData.NONE)


class Statistics:
    """The sensors of a municipality in groups, with the slugs of organisations and projects."""

    def __init__(self, groups: Iterable[SensorGroup], slugs: Iterable[tuple[str, str, str]]) -> None:
        self.groups = tuple(groups)
        self._names: dict[tuple[str, str], str] = {}
        self._slugs: dict[tuple[str, str], str] = {}
        for scope, slug, name in slugs:
            self._names[scope, slug] = name
            self._slugs[scope, name] = slug

    def slug_of(self, scope: str, name: str) -> str | None:
        """The slug of an ``organisation`` or ``project``; None if it does not have one yet."""
        return self._slugs.get((scope, name))

    @cached_property
    def total(self) -> Summary:
        """All sensors."""
        return Summary(self.groups)

    def of_organisation(self, name: str) -> Summary:
        """The sensors an organisation is involved with."""
        return Summary(each for each in self.groups if each.involves(name))

    def of_project(self, name: str) -> Summary:
        """The sensors of a project."""
        return Summary(each for each in self.groups if each.project and each.project.name == name)

    def of_theme(self, theme: str) -> Summary:
        """The sensors on a theme."""
        return Summary(each for each in self.groups if theme in each.themes)

    def of_area(self, code: str) -> Summary:
        """The sensors in a neighbourhood or a district."""
        return Summary(each for each in self.groups if code in (each.neighbourhood, each.district))

    @cached_property
    def organisations(self) -> tuple[OrganisationStatistics, ...]:
        """Those with sensors now, most sensors first."""
        found = [
            self._organisation_statistics(slug, name)
            for (scope, slug), name in self._names.items()
            if scope == "organisation"
        ]
        return tuple(
            sorted((each for each in found if each.sensor_count), key=lambda each: (-each.sensor_count, each.name))
        )

    def organisation(self, slug: str) -> OrganisationStatistics:
        """Look one up, even if it has no sensors left. Raises NotFoundError."""
        return self._organisation_statistics(slug, self._name("organisation", slug))

    @cached_property
    def projects(self) -> tuple[ProjectStatistics, ...]:
        """Those with sensors now, by name."""
        found = [
            self._project_statistics(slug, name) for (scope, slug), name in self._names.items() if scope == "project"
        ]
        return tuple(sorted((each for each in found if each.sensor_count), key=lambda each: each.name.casefold()))

    def project(self, slug: str) -> ProjectStatistics:
        """Look one up, even if it has no sensors left. Raises NotFoundError."""
        return self._project_statistics(slug, self._name("project", slug))

    @cached_property
    def themes(self) -> dict[str, int]:
        """Themes with sensors, in theme order, with the number of sensors."""
        return {theme: self.total.themes[theme] for theme in THEME_CODES if self.total.themes[theme]}

    def _name(self, scope: str, slug: str) -> str:
        name = self._names.get((scope, slug))
        if name is None:
            raise NotFoundError
        return name

    def _organisation_statistics(self, slug: str, name: str) -> OrganisationStatistics:
        groups = self.of_organisation(name).groups
        roles: Counter[Role] = Counter()
        for each in groups:
            for role in {declared.role for declared in each.organisations if declared.name == name}:
                roles[role] += each.sensor_count
        declarations = [declared for each in groups for declared in each.organisations if declared.name == name]
        contact_points = dict.fromkeys(each.contact_point for each in groups if each.responsible == name)
        return OrganisationStatistics(
            slug=slug,
            name=name,
            url=next((str(each.url) for each in declarations if each.url), None),
            tooi=next((str(each.tooi) for each in declarations if each.tooi), None),
            roles={role: roles[role] for role in Role if roles[role]},
            contact_points=tuple(contact_points),
            sensor_count=sum(each.sensor_count for each in groups),
        )

    def _project_statistics(self, slug: str, name: str) -> ProjectStatistics:
        summary = self.of_project(name)
        return ProjectStatistics(
            slug, name, next((each.project for each in summary.groups), None), summary.sensor_count
        )


class StatisticsCache(RevisionCache[Statistics]):
    """The statistics of the current register."""

    def __init__(self) -> None:
        super().__init__(load_statistics)


def load_statistics(db: Database, municipality: str) -> Statistics:
    """Load the statistics from the database."""
    parameters = {"municipality": municipality}
    names = db.execute(QUERIES["slugs"], parameters).fetchall()
    groups = [_sensor_group(row) for row in db.execute(QUERIES["sensor_groups"], parameters).fetchall()]
    return Statistics(groups, [(row["sort"], row["slug"], row["name"]) for row in names])


def _sensor_group(row: Mapping[str, Any]) -> SensorGroup:
    given: dict[str, Any] = {
        **row,
        "status": Status(row["status"]),
        "personal_data": PersonalData(row["personal_data"]),
        "project": Project.model_validate(row["project"]) if row["project"] else None,
        "organisations": tuple(map(Organisation.model_validate, row["organisations"])),
        "contact_point": ContactPoint(**row["contact_point"]),
    } | {name: tuple(row[name]) for name in _TUPLE_COLUMNS}
    return SensorGroup(**given)


_TUPLE_COLUMNS = ("properties", "purposes", "themes", "privacy_rules")
