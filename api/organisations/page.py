"""For people: who has sensors here, and the projects that sensors belong to."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.areas import queries as areas_queries
from api.database import reading
from api.dependencies import Register
from api.listing import listed, most_personal
from api.reports.queries import ANSWER_WITHIN
from api.search import facets
from api.search.filters import Filters
from api.sensor.queries import CLOCK, neighbourhoods
from api.themes import content as themes_content
from sensors.register.entry import Words

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

READ = ["GET", "HEAD"]


@router.api_route("/organisaties", methods=READ)
def organisations(request: Request, state: Register) -> Response:
    """Every organisation with sensors."""
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "organisations/organisations.html", {"tally": tally})


@router.api_route("/organisaties/{slug}", methods=READ)
def organisation(request: Request, state: Register, slug: str) -> Response:
    """One organisation: what it does here, and how it can be reached."""
    municipality = state.settings.municipality
    with reading(state.pool) as db:
        tally = state.tallies.get(db, municipality)
        party = tally.organisation(slug)
        answering = areas_queries.answering(db, municipality, party.name, datetime.now(CLOCK).date())
        areas = neighbourhoods(db, municipality)
    summary = tally.of_organisation(party.name)
    page = {
        "party": party,
        "tally": tally,
        "summary": summary,
        "worst": most_personal(summary),
        "filters": Filters(organisation=party.name),
        "answering": answering,
        "within": ANSWER_WITHIN,
        "areas": [area for area in areas if summary.neighbourhoods[area["code"]]],
        "choices": facets,
        "themes": themes_content,
    }
    return state.templates.TemplateResponse(request, "organisations/organisation.html", page)


@router.api_route("/projecten", methods=READ)
def projects(request: Request, state: Register) -> Response:
    """Every project with sensors."""
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "organisations/projects.html", {"tally": tally})


@router.api_route("/projecten/{slug}", methods=READ)
def project(request: Request, state: Register, slug: str) -> Response:
    """One project, with its sensors."""
    now = datetime.now(UTC)
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
        undertaking = tally.project(slug)
        chosen = Filters(project=undertaking.name)
        found = listed(db, state.settings.municipality, request.query_params, chosen, now)
    summary = tally.of_project(undertaking.name)
    page = {
        "undertaking": undertaking,
        "tally": tally,
        "summary": summary,
        "worst": most_personal(summary),
        "found": found,
        "filters": chosen,
        "choices": facets,
        "themes": themes_content,
        "texts": Words.model_validate,
    }
    return state.templates.TemplateResponse(request, "organisations/project.html", page)
