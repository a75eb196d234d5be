"""For programs: sensors by what they have in common: who they belong to, what they are about, where they are."""

from dataclasses import asdict
from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from api.areas import queries as areas_queries
from api.areas.queries import AggregatedDatastream
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
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.schemas import Geometry, PublicValue, Words
from api.search.filters import OTHER_KIND, Filters
from api.sensor.api import AREA_ATTRIBUTION, GeoJsonResponse, problem_responses
from api.sensor.queries import LOCAL_TIME_ZONE, NotFoundError
from api.statistics import OrganisationStatistics, ProjectStatistics, Summary
from api.themes.content import THEMES
from sensors.kinds import KINDS

router = APIRouter(default_response_class=JSONResponse)


@router.get(
    "/v1/organisations", response_model=Organisations, responses=problem_responses(503), operation_id="organisations"
)
def organisations(state: AppStateDependency) -> Response:
    """The organisations that have to do with sensors, with most sensors first."""
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
    return json_response(Organisations(organisations=[_organisation(each) for each in tally.organisations]))


@router.get(
    "/v1/organisations/{id}",
    response_model=OrganisationInFull,
    responses=problem_responses(404, 503),
    operation_id="organisation",
)
def organisation(state: AppStateDependency, id: str) -> Response:  # noqa: A002 - the name in the address
    """One organisation: its roles, its sensors in numbers, how to reach it and how quickly it answers."""
    municipality = state.settings.municipality
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, municipality)
        party = tally.organisation(id)
        answering = areas_queries.load_report_statistics(
            db, municipality, party.name, datetime.now(LOCAL_TIME_ZONE).date()
        )
    found = OrganisationInFull(
        **dict(_organisation(party)),
        url=party.url,
        tooi=party.tooi,
        desks=[Desk.model_validate(asdict(desk)) for desk in party.contact_points],
        reports=Answering.model_validate(asdict(answering)),
        summary=summary_response(tally.of_organisation(party.name), Filters(organisation=party.name)),
    )
    return json_response(found)


@router.get("/v1/projects", response_model=Projects, responses=problem_responses(503), operation_id="projects")
def projects(state: AppStateDependency) -> Response:
    """The projects that sensors are a part of, by name."""
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
    return json_response(Projects(projects=[_project(each) for each in tally.projects]))


@router.get(
    "/v1/projects/{id}", response_model=ProjectInFull, responses=problem_responses(404, 503), operation_id="project"
)
def project(state: AppStateDependency, id: str) -> Response:  # noqa: A002 - the name in the address
    """One project, and its sensors in numbers."""
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
    found = tally.project(id)
    summary = summary_response(tally.of_project(found.name), Filters(project=found.name))
    return json_response(ProjectInFull(**dict(_project(found)), summary=summary))


@router.get("/v1/themes", response_model=Themes, responses=problem_responses(503), operation_id="themes")
def themes(state: AppStateDependency) -> Response:
    """What the sensors are about."""
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
    return json_response(Themes(themes=[_theme(code, amount) for code, amount in tally.themes.items()]))


@router.get("/v1/themes/{id}", response_model=ThemeInFull, responses=problem_responses(404, 503), operation_id="theme")
def theme(state: AppStateDependency, id: str) -> Response:  # noqa: A002 - the name in the address
    """One theme, and its sensors in numbers."""
    if id not in THEMES:
        raise NotFoundError
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
    summary = tally.of_theme(id)
    found = ThemeInFull(**dict(_theme(id, summary.sensor_count)), summary=summary_response(summary, Filters(theme=id)))
    return json_response(found)


@router.get(
    "/v1/areas/{code}",
    response_model=AreaInFull,
    response_class=GeoJsonResponse,
    responses=problem_responses(404, 503),
    operation_id="area",
)
def area(state: AppStateDependency, code: str) -> Response:
    """A neighbourhood or a district: its outline, its sensors in numbers, and what is public of what they measure."""
    now, municipality = datetime.now(UTC), state.settings.municipality
    with read_transaction(state.pool) as db:
        found = areas_queries.load_area(db, municipality, code)
        summary = state.statistics.get(db, municipality).of_area(code)
        is_neighbourhood = found.level == "neighbourhood"
        values = areas_queries.load_aggregated_datastreams(db, municipality, code, now) if is_neighbourhood else []
        trips = areas_queries.load_travel_times(db, municipality, code, now) if is_neighbourhood else []
    properties = AreaInFullProperties(
        name=found.name,
        level=found.level,
        district=found.district,
        summary=summary_response(summary, Filters(neighbourhood=code) if is_neighbourhood else Filters(district=code)),
        values=[_aggregated_datastream(each) for each in values],
        travel_times=[Trip.model_validate({"reference": each.reference, **asdict(each.travel_time)}) for each in trips],
    )
    shape = Geometry.model_validate(found.geometry)
    feature = AreaInFull(id=code, geometry=shape, properties=properties, attribution=AREA_ATTRIBUTION)
    return GeoJsonResponse(feature.model_dump_json())


def json_response(answer: BaseModel) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")


def _organisation(organisation: OrganisationStatistics) -> OrganisationInShort:
    return OrganisationInShort(
        id=organisation.slug,
        name=organisation.name,
        roles=dict(organisation.roles),
        sensors=organisation.sensor_count,
        href=f"/v1/organisations/{organisation.slug}",
    )


def _project(found: ProjectStatistics) -> ProjectInShort:
    about = found.project
    description = about.description if about else None
    return ProjectInShort(
        id=found.slug,
        name=found.name,
        description=Words(nl=description.nl, en=description.en) if description else None,
        url=str(about.url) if about and about.url else None,
        sensors=found.sensor_count,
        href=f"/v1/projects/{found.slug}",
    )


def _theme(code: str, sensors: int) -> ThemeInShort:
    label = THEMES[code].label
    return ThemeInShort(id=code, label=Words(nl=label.nl, en=label.en), sensors=sensors, href=f"/v1/themes/{code}")


def summary_response(summary: Summary, filters: Filters) -> Sensors:
    return Sensors(
        sensors=summary.sensor_count,
        href=f"/v1/sensors{filters.query_string()}",
        by_kind={kind or OTHER_KIND: part.sensor_count for kind, part in summary.kinds},
        by_status=dict(summary.statuses),
        by_personal_data=dict(summary.personal_data),
        by_observed_property=dict(summary.properties),
        by_purpose=dict(summary.purposes),
        by_theme=dict(summary.themes),
        by_neighbourhood=dict(summary.neighbourhoods),
        by_responsible=dict(summary.responsible),
    )


def _aggregated_datastream(gathered: AggregatedDatastream) -> Together:
    stream = gathered.datastream
    known = stream.definition
    assert known is not None  # noqa: S101 - only known properties are gathered
    return Together(
        kind=next(kind.code for kind in KINDS.values() if kind.properties.get(stream.observed_property) is known),
        observed_property=stream.observed_property,
        unit=known.unit,
        public="day" if stream.public == "day" else "hour",
        sensors=gathered.sensor_count,
        group=gathered.group_name,
        summed=known.summed,
        values=[PublicValue.model_validate(asdict(each)) for each in stream.values],
    )
