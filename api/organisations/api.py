"""API: organisations involved with sensors, and how to reach them."""

from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.organisations.queries import load_report_statistics
from api.organisations.schemas import Answering, Desk, OrganisationInFull, OrganisationInShort, Organisations
from api.responses import json_response, problem_responses, summary_response
from api.search.filters import Filters
from api.statistics import OrganisationStatistics
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

router = APIRouter(default_response_class=JSONResponse)


@router.get(
    "/v1/organisations", response_model=Organisations, responses=problem_responses(503), operation_id="organisations"
)
def organisations(state: AppStateDependency) -> Response:
    """Organisations involved with sensors, most sensors first."""
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
    return json_response(Organisations(organisations=[_organisation(each) for each in statistics.organisations]))


@router.get(
    "/v1/organisations/{id}",
    response_model=OrganisationInFull,
    responses=problem_responses(404, 503),
    operation_id="organisation",
)
def organisation(state: AppStateDependency, id: str) -> Response:  # noqa: A002 - the name in the address
    """One organisation: roles, a summary of its sensors, contact details and response times."""
    municipality, today = state.settings.municipality, datetime.now(LOCAL_TIME_ZONE).date()
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, municipality)
        organisation = statistics.organisation(id)
        report_statistics = load_report_statistics(db, municipality, organisation.name, today)
    found = OrganisationInFull(
        **dict(_organisation(organisation)),
        url=organisation.url,
        tooi=organisation.tooi,
        desks=[Desk.model_validate(asdict(each)) for each in organisation.contact_points],
        reports=Answering.model_validate(asdict(report_statistics)),
        summary=summary_response(
            statistics.of_organisation(organisation.name), Filters(organisation=organisation.name)
        ),
    )
    return json_response(found)


def _organisation(organisation: OrganisationStatistics) -> OrganisationInShort:
    return OrganisationInShort(
        id=organisation.slug,
        name=organisation.name,
        roles=dict(organisation.roles),
        sensors=organisation.sensor_count,
        href=f"/v1/organisations/{organisation.slug}",
    )
