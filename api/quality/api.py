"""API: quality of the register, as JSON and CSV."""

import csv
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response

from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.quality import queries as quality_queries
from api.quality.queries import Scope
from api.quality.schemas import EventRefusal, Group, Groups, Measures, Period, Promise, Quality, Question, Windows
from api.responses import json_response, problem_responses
from api.schemas import Band
from api.search.filters import Filters

router = APIRouter(default_response_class=JSONResponse)

_CSV_RESPONSE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
CSV_COLUMNS = tuple(field.name for field in fields(quality_queries.Measures))


@router.get("/v1/quality", response_model=Quality, responses=problem_responses(400, 404, 503), operation_id="quality")
def quality(
    state: AppStateDependency,
    neighbourhood: Annotated[str | None, Query(description="CBS buurt code, as BU07940000")] = None,
    organisation: Annotated[str | None, Query(description="The name of an organisation, in whatever role")] = None,
) -> Response:
    """Whether sensors do what their entries say and promises are kept: for all sensors, or those of a
    neighbourhood or an organisation."""
    parameters = {"neighbourhood": neighbourhood, "organisation": organisation}
    filters = Filters.from_query({name: value for name, value in parameters.items() if value})
    found = _load_quality(state, Scope(filters.neighbourhood, filters.organisation))
    answer = Quality(
        period=_period(found),
        measures=_measures(found.measures),
        questions=[Question(question=each.code, asked=each.asked, answered=each.answered) for each in found.questions],
        outdated_segments=list(found.outdated_segments),
        outdated_entries={rule: list(sensors) for rule, sensors in found.outdated_entries},
        outdated_counters=list(found.outdated_counters),
        capped_terms={rule: list(sensors) for rule, sensors in found.capped_terms},
        refusals=dict(found.refusals),
        unregistered={reason: Band(at_least=band.at_least, below=band.below) for reason, band in found.unregistered},
        windows=[Windows.model_validate(asdict(each)) for each in found.windows],
        event_refusals=[EventRefusal.model_validate(asdict(each)) for each in found.event_refusals],
        promises=[_promise(each) for each in found.promises],
    )
    return json_response(answer)


@router.get(
    "/v1/quality/neighbourhoods",
    response_model=Groups,
    responses=problem_responses(503),
    operation_id="qualityNeighbourhoods",
)
def neighbourhoods(state: AppStateDependency) -> Response:
    """Counts by neighbourhood."""
    found = _load_quality(state, Scope())
    return _groups(found, found.neighbourhoods)


@router.get(
    "/v1/quality/organisations",
    response_model=Groups,
    responses=problem_responses(503),
    operation_id="qualityOrganisations",
)
def organisations(state: AppStateDependency) -> Response:
    """Counts by organisation; a sensor counts for each of its organisations."""
    found = _load_quality(state, Scope())
    return _groups(found, found.organisations)


@router.get(
    "/v1/quality/neighbourhoods.csv",
    response_class=Response,
    responses=_CSV_RESPONSE | problem_responses(503),
    operation_id="qualityNeighbourhoodsCsv",
)
def neighbourhoods_csv(state: AppStateDependency) -> Response:
    """Counts by neighbourhood as CSV (RFC 4180)."""
    return _csv(_load_quality(state, Scope()).neighbourhoods)


@router.get(
    "/v1/quality/organisations.csv",
    response_class=Response,
    responses=_CSV_RESPONSE | problem_responses(503),
    operation_id="qualityOrganisationsCsv",
)
def organisations_csv(state: AppStateDependency) -> Response:
    """Counts by organisation as CSV (RFC 4180)."""
    return _csv(_load_quality(state, Scope()).organisations)


def _load_quality(state: AppStateDependency, scope: Scope) -> quality_queries.Quality:
    with read_transaction(state.pool) as db:
        return quality_queries.load_quality(db, state.settings.municipality, scope, datetime.now(UTC))


def _groups(found: quality_queries.Quality, groups: Iterable[quality_queries.Group]) -> Response:
    named = [Group(code=each.code, name=each.name, measures=_measures(each.measures)) for each in groups]
    return json_response(Groups(period=_period(found), groups=named))


def _period(found: quality_queries.Quality) -> Period:
    return Period.model_validate(asdict(found.period))


def _measures(measures: quality_queries.Measures) -> Measures:
    return Measures.model_validate(asdict(measures) | {"deviations": measures.deviations})


def _promise(promise: quality_queries.Promise) -> Promise:
    return Promise(
        subject=promise.subject,
        promised=promise.term,
        margin_seconds=int(promise.margin.total_seconds()),
        precision="day" if promise.to_the_day else "week",
        oldest=promise.oldest,
        last_deletion=promise.last_deletion,
        verified_at=promise.verified_at,
        kept=promise.within_promise,
    )


def _csv(groups: Iterable[quality_queries.Group]) -> Response:
    text = StringIO()
    table = csv.writer(text)
    table.writerow(["code", "name", *CSV_COLUMNS])
    for each in groups:
        table.writerow([each.code, each.name, *(getattr(each.measures, name) for name in CSV_COLUMNS)])
    return Response(text.getvalue(), media_type="text/csv")
