"""Pages: projects with sensors."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.search import facets
from api.search.filters import Filters
from api.search.listing import load_listing
from api.statistics import highest_personal_data_level
from api.web import READ_METHODS
from sensors.register.part import Words

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/projecten", methods=READ_METHODS)
def projects(request: Request, state: AppStateDependency) -> Response:
    """Every project with sensors."""
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "projects/projects.html", {"statistics": statistics})


@router.api_route("/projecten/{slug}", methods=READ_METHODS)
def project(request: Request, state: AppStateDependency, slug: str) -> Response:
    """One project with its sensors."""
    now = datetime.now(UTC)
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
        project = statistics.project(slug)
        filters = Filters(project=project.name)
        listing = load_listing(db, state.settings.municipality, request.query_params, filters, now)
    summary = statistics.of_project(project.name)
    context = {
        "project": project,
        "statistics": statistics,
        "summary": summary,
        "personal_data_level": highest_personal_data_level(summary),
        "listing": listing,
        "filters": filters,
        "facets": facets,
        "localized_text": Words.model_validate,
    }
    return state.templates.TemplateResponse(request, "projects/project.html", context)
