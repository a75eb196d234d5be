"""API: movement at groups of lamps, as JSON and CSV."""

import csv
from dataclasses import asdict, fields
from io import StringIO
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.exceptions import NotFoundError
from api.movement import queries as movement_queries
from api.movement import schemas
from api.movement.queries import GroupMovement, MovementGroup, MovementMean
from api.responses import json_response, problem_responses

router = APIRouter(default_response_class=JSONResponse)

_CSV_RESPONSE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
MEAN_COLUMNS = tuple(field.name for field in fields(MovementMean))


@router.get(
    "/v1/movement",
    response_model=schemas.MovementGroups,
    responses=problem_responses(503),
    operation_id="movementGroups",
)
def groups(state: AppStateDependency) -> Response:
    """Groups of lamps whose movements are counted together."""
    with read_transaction(state.pool) as db:
        found = movement_queries.load_groups(db, state.settings.municipality)
    answer = [schemas.MovementGroup.model_validate(_group(each)) for each in found if each.is_public]
    return json_response(schemas.MovementGroups(groups=answer))


@router.get(
    "/v1/movement/{group}",
    response_model=schemas.GroupMovement,
    responses=problem_responses(404, 503),
    operation_id="movement",
)
def group(state: AppStateDependency, group: str) -> Response:
    """Everything that was published of the movement at a group of lamps."""
    return json_response(group_movement(_load(state, group)))


@router.get(
    "/v1/movement/{group}/means.csv",
    response_class=Response,
    responses=_CSV_RESPONSE | problem_responses(404, 503),
    operation_id="movementCsv",
)
def group_csv(state: AppStateDependency, group: str) -> Response:
    """The same as CSV (RFC 4180)."""
    text = StringIO()
    table = csv.writer(text)
    table.writerow(MEAN_COLUMNS)
    table.writerows([getattr(each, name) for name in MEAN_COLUMNS] for each in _load(state, group).means)
    return Response(text.getvalue(), media_type="text/csv")


def group_movement(found: GroupMovement) -> schemas.GroupMovement:
    """The response for a group and its means."""
    means = [asdict(each) for each in found.means]
    return schemas.GroupMovement.model_validate(_group(found.group) | {"lamps_here": found.lamps_here, "means": means})


def _load(state: AppStateDependency, name: str) -> GroupMovement:
    """Raises NotFoundError, also for a group that is not public."""
    with read_transaction(state.pool) as db:
        found = movement_queries.load_group(db, state.settings.municipality, name)
        if not found.is_public:
            raise NotFoundError
        return GroupMovement(found, movement_queries.load_means(db, state.settings.municipality, name))


def _group(found: MovementGroup) -> dict[str, object]:
    return {
        "name": found.name,
        "observed_property": found.observed_property,
        "lamps": found.lamps,
        "minimum": found.minimum,
        "faulty": found.faulty,
        "href": f"/v1/movement/{found.name}",
    }
