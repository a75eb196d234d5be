"""For people: who has sensors here, and the projects that sensors belong to."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.areas import queries as areas_queries
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.listing import highest_personal_data_level, load_listing
from api.reports.queries import ANSWER_WITHIN_WORKING_DAYS
from api.search import facets
from api.search.filters import Filters
from api.sensor.queries import LOCAL_TIME_ZONE, load_neighbourhoods
from api.themes import content as themes_content
from sensors.register.entry import Words

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

READ_METHODS = ["GET", "HEAD"]


@router.api_route("/organisaties", methods=READ_METHODS)
def organisations(request: Request, state: AppStateDependency) -> Response:
    """Every organisation with sensors."""
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "organisations/organisations.html", {"tally": tally})


@router.api_route("/organisaties/{slug}", methods=READ_METHODS)
def organisation(request: Request, state: AppStateDependency, slug: str) -> Response:
    """One organisation: what it does here, and how it can be reached."""
    municipality = state.settings.municipality
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, municipality)
        party = tally.organisation(slug)
        answering = areas_queries.load_report_statistics(
            db, municipality, party.name, datetime.now(LOCAL_TIME_ZONE).date()
        )
        areas = load_neighbourhoods(db, municipality)
    summary = tally.of_organisation(party.name)
    page = {
        "party": party,
        "tally": tally,
        "summary": summary,
        "worst": highest_personal_data_level(summary),
        "filters": Filters(organisation=party.name),
        "answering": answering,
        "within": ANSWER_WITHIN_WORKING_DAYS,
        "areas": [area for area in areas if summary.neighbourhoods[area["code"]]],
        "choices": facets,
        "themes": themes_content,
    }
    return state.templates.TemplateResponse(request, "organisations/organisation.html", page)


@router.api_route("/projecten", methods=READ_METHODS)
def projects(request: Request, state: AppStateDependency) -> Response:
    """Every project with sensors."""
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "organisations/projects.html", {"tally": tally})


@router.api_route("/projecten/{slug}", methods=READ_METHODS)
def project(request: Request, state: AppStateDependency, slug: str) -> Response:
    """One project, with its sensors."""
    now = datetime.now(UTC)
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
        undertaking = tally.project(slug)
        chosen = Filters(project=undertaking.name)
        found = load_listing(db, state.settings.municipality, request.query_params, chosen, now)
    summary = tally.of_project(undertaking.name)
    page = {
        "undertaking": undertaking,
        "tally": tally,
        "summary": summary,
        "worst": highest_personal_data_level(summary),
        "found": found,
        "filters": chosen,
        "choices": facets,
        "themes": themes_content,
        "texts": Words.model_validate,
    }
    return state.templates.TemplateResponse(request, "organisations/project.html", page)
