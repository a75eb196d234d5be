"""Pages: organisations with sensors."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.areas.queries import load_neighbourhoods
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.organisations.queries import load_report_statistics
from api.search import facets
from api.search.filters import Filters
from api.statistics import highest_personal_data_level
from api.web import READ_METHODS
from sensors.policy.promises import ANSWER_WITHIN_WORKING_DAYS
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/organisaties", methods=READ_METHODS)
def organisations(request: Request, state: AppStateDependency) -> Response:
    """Every organisation with sensors."""
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "organisations/organisations.html", {"statistics": statistics})


@router.api_route("/organisaties/{slug}", methods=READ_METHODS)
def organisation(request: Request, state: AppStateDependency, slug: str) -> Response:
    """One organisation: what it does here, and how to reach it."""
    municipality, today = state.settings.municipality, datetime.now(LOCAL_TIME_ZONE).date()
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, municipality)
        organisation = statistics.organisation(slug)
        report_statistics = load_report_statistics(db, municipality, organisation.name, today)
        neighbourhoods = load_neighbourhoods(db, municipality)
    summary = statistics.of_organisation(organisation.name)
    context = {
        "organisation": organisation,
        "statistics": statistics,
        "summary": summary,
        "personal_data_level": highest_personal_data_level(summary),
        "filters": Filters(organisation=organisation.name),
        "report_statistics": report_statistics,
        "answer_within_working_days": ANSWER_WITHIN_WORKING_DAYS,
        "neighbourhoods": [each for each in neighbourhoods if summary.neighbourhoods[each["code"]]],
        "facets": facets,
    }
    return state.templates.TemplateResponse(request, "organisations/organisation.html", context)
