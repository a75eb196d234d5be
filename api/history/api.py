"""API: the version history of an entry."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.history import queries as history_queries
from api.history.schemas import EntryVersion, Versions, WholeVersion
from api.responses import json_response, problem_responses

router = APIRouter(default_response_class=JSONResponse)


@router.get(
    "/v1/sensors/{id}/versions", response_model=Versions, responses=problem_responses(404, 503), operation_id="versions"
)
def versions(state: AppStateDependency, id: str) -> Response:  # noqa: A002 - the name in the address
    """All versions of a sensor's entry, oldest first, each with its differences from the previous one."""
    with read_transaction(state.pool) as db:
        found = history_queries.list_versions(db, state.settings.municipality, id)
    return json_response(Versions(versions=[EntryVersion.of(each) for each in found]))


@router.get(
    "/v1/sensors/{id}/versions/{version}",
    response_model=WholeVersion,
    responses=problem_responses(404, 503),
    operation_id="version",
)
def version(
    state: AppStateDependency,
    id: str,  # noqa: A002 - the name in the address
    version: str,
) -> Response:
    """One version of a sensor's entry."""
    with read_transaction(state.pool) as db:
        found = history_queries.get_version(db, state.settings.municipality, id, version)
    return json_response(WholeVersion.of(found))
