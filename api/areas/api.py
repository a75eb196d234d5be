"""For programs: sensors by what they have in common: who they belong to, what they are about, where they are."""

from dataclasses import asdict
from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from api.areas import queries as areas_queries
from api.areas.queries import Gathered
from api.areas.schemas import (
    Answering,
    AreaInFull,
    AreaInFullProperties,
    Desk,
    OrganisationInFull,
    OrganisationInShort,
    Organisations,
    ProjectInFull,
    ProjectInShort,
    Projects,
    Sensors,
    ThemeInFull,
    ThemeInShort,
    Themes,
    Together,
    Trip,
)
from api.database import reading
from api.dependencies import Register
from api.schemas import Geometry, PublicValue, Words
from api.search.filters import OTHER, Filters
from api.sensor.api import ATTRIBUTION, GeoJson, problems
from api.sensor.queries import CLOCK, NotFoundError
from api.statistics import Party, Summary, Undertaking
from api.themes.content import THEMES
from sensors.kinds import KINDS

router = APIRouter(default_response_class=JSONResponse)


@router.get("/v1/organisations", response_model=Organisations, responses=problems(503), operation_id="organisations")
def organisations(state: Register) -> Response:
    """The organisations that have to do with sensors, with most sensors first."""
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
    return _json(Organisations(organisations=[_organisation(each) for each in tally.organisations]))


@router.get(
    "/v1/organisations/{id}",
    response_model=OrganisationInFull,
    responses=problems(404, 503),
    operation_id="organisation",
)
def organisation(state: Register, id: str) -> Response:  # noqa: A002 - the name in the address
    """One organisation: its roles, its sensors in numbers, how to reach it and how quickly it answers."""
    municipality = state.settings.municipality
    with reading(state.pool) as db:
        tally = state.tallies.get(db, municipality)
        party = tally.organisation(id)
        answering = areas_queries.answering(db, municipality, party.name, datetime.now(CLOCK).date())
    found = OrganisationInFull(
        **dict(_organisation(party)),
        url=party.url,
        tooi=party.tooi,
        desks=[Desk.model_validate(asdict(desk)) for desk in party.desks],
        reports=Answering.model_validate(asdict(answering)),
        summary=_sensors(tally.of_organisation(party.name), Filters(organisation=party.name)),
    )
    return _json(found)


@router.get("/v1/projects", response_model=Projects, responses=problems(503), operation_id="projects")
def projects(state: Register) -> Response:
    """The projects that sensors are a part of, by name."""
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
    return _json(Projects(projects=[_project(each) for each in tally.projects]))


@router.get("/v1/projects/{id}", response_model=ProjectInFull, responses=problems(404, 503), operation_id="project")
def project(state: Register, id: str) -> Response:  # noqa: A002 - the name in the address
    """One project, and its sensors in numbers."""
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
    found = tally.project(id)
    summary = _sensors(tally.of_project(found.name), Filters(project=found.name))
    return _json(ProjectInFull(**dict(_project(found)), summary=summary))


@router.get("/v1/themes", response_model=Themes, responses=problems(503), operation_id="themes")
def themes(state: Register) -> Response:
    """What the sensors are about."""
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
    return _json(Themes(themes=[_theme(code, amount) for code, amount in tally.themes.items()]))


@router.get("/v1/themes/{id}", response_model=ThemeInFull, responses=problems(404, 503), operation_id="theme")
def theme(state: Register, id: str) -> Response:  # noqa: A002 - the name in the address
    """One theme, and its sensors in numbers."""
    if id not in THEMES:
        raise NotFoundError
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
    summary = tally.of_theme(id)
    found = ThemeInFull(**dict(_theme(id, summary.sensors)), summary=_sensors(summary, Filters(theme=id)))
    return _json(found)


@router.get(
    "/v1/areas/{code}",
    response_model=AreaInFull,
    response_class=GeoJson,
    responses=problems(404, 503),
    operation_id="area",
)
def area(state: Register, code: str) -> Response:
    """A neighbourhood or a district: its outline, its sensors in numbers, and what is public of what they measure."""
    now, municipality = datetime.now(UTC), state.settings.municipality
    with reading(state.pool) as db:
        found = areas_queries.area(db, municipality, code)
        summary = state.tallies.get(db, municipality).of_area(code)
        small = found.level == "neighbourhood"
        values = areas_queries.gathered(db, municipality, code, now) if small else []
        trips = areas_queries.trips(db, municipality, code, now) if small else []
    properties = AreaInFullProperties(
        name=found.name,
        level=found.level,
        district=found.district,
        summary=_sensors(summary, Filters(neighbourhood=code) if small else Filters(district=code)),
        values=[_together(each) for each in values],
        travel_times=[Trip.model_validate({"reference": each.reference, **asdict(each.time)}) for each in trips],
    )
    shape = Geometry.model_validate(found.geometry)
    whole = AreaInFull(id=code, geometry=shape, properties=properties, attribution=ATTRIBUTION)
    return GeoJson(whole.model_dump_json())


def _json(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")


def _organisation(party: Party) -> OrganisationInShort:
    return OrganisationInShort(
        id=party.slug,
        name=party.name,
        roles=dict(party.roles),
        sensors=party.sensors,
        href=f"/v1/organisations/{party.slug}",
    )


def _project(found: Undertaking) -> ProjectInShort:
    about = found.about
    description = about.description if about else None
    return ProjectInShort(
        id=found.slug,
        name=found.name,
        description=Words(nl=description.nl, en=description.en) if description else None,
        url=str(about.url) if about and about.url else None,
        sensors=found.sensors,
        href=f"/v1/projects/{found.slug}",
    )


def _theme(code: str, sensors: int) -> ThemeInShort:
    label = THEMES[code].label
    return ThemeInShort(id=code, label=Words(nl=label.nl, en=label.en), sensors=sensors, href=f"/v1/themes/{code}")


def _sensors(summary: Summary, filters: Filters) -> Sensors:
    return Sensors(
        sensors=summary.sensors,
        href=f"/v1/sensors{filters.query()}",
        by_kind={kind or OTHER: part.sensors for kind, part in summary.kinds},
        by_status=dict(summary.statuses),
        by_personal_data=dict(summary.personal_data),
        by_observed_property=dict(summary.properties),
        by_purpose=dict(summary.purposes),
        by_theme=dict(summary.themes),
        by_neighbourhood=dict(summary.neighbourhoods),
        by_responsible=dict(summary.responsible),
    )


def _together(gathered: Gathered) -> Together:
    stream = gathered.stream
    known = stream.known
    assert known is not None  # noqa: S101 - only known properties are gathered
    return Together(
        kind=next(kind.code for kind in KINDS.values() if kind.properties.get(stream.code) is known),
        observed_property=stream.code,
        unit=known.unit,
        public="day" if stream.public == "day" else "hour",
        sensors=gathered.sensors,
        group=gathered.group,
        summed=known.summed,
        values=[PublicValue.model_validate(asdict(each)) for each in stream.values],
    )
