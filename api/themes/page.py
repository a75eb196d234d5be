"""Pages: what is measured on a theme, and what the numbers mean."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import formatting
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.exceptions import NotFoundError
from api.search import facets
from api.search.filters import Filters
from api.search.listing import SensorListing, load_listing
from api.statistics import Summary, highest_personal_data_level
from api.themes import content as theme_content
from api.web import READ_METHODS
from sensors.kinds import KINDS
from sensors.register.part import Words

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_MAX_COLUMNS = 4
"""Maximum number of observed properties in the table of a theme."""
_PROPERTY_DEFINITIONS = {code: known for kind in KINDS.values() for code, known in kind.properties.items()}


@router.api_route("/themas", methods=READ_METHODS)
def themes(request: Request, state: AppStateDependency) -> Response:
    """All themes with sensors."""
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
    context = {"statistics": statistics, "theme_content": theme_content}
    return state.templates.TemplateResponse(request, "themes/themes.html", context)


@router.api_route("/themas/{slug}", methods=READ_METHODS)
def theme(request: Request, state: AppStateDependency, slug: str) -> Response:
    """One theme: what is measured, why, by whom, and the current values. Raises NotFoundError."""
    code = theme_content.CODE_BY_SLUG.get(slug)
    if code is None:
        raise NotFoundError
    now = datetime.now(UTC)
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
        listing = load_listing(db, state.settings.municipality, request.query_params, Filters(theme=code), now)
    summary = statistics.of_theme(code)
    context = {
        "theme_code": code,
        "theme": theme_content.THEMES[code],
        "statistics": statistics,
        "summary": summary,
        "personal_data_level": highest_personal_data_level(summary),
        "filters": Filters(theme=code),
        "listing": listing,
        "observed_properties": _columns(code, summary, listing),
        "property_definitions": _PROPERTY_DEFINITIONS,
        "units": {each: formatting.unit(known.unit) for each, known in _PROPERTY_DEFINITIONS.items()},
        "facets": facets,
        "theme_content": theme_content,
        "localized_text": Words.model_validate,
    }
    return state.templates.TemplateResponse(request, "themes/theme.html", context)


def _columns(code: str, summary: Summary, listing: SensorListing) -> list[str]:
    """The properties in the table of a theme: the main ones first, limited to those with values."""
    available = {each for values in listing.latest_values.values() for each in values}
    wanted = theme_content.THEMES[code].main_properties or tuple(summary.properties)
    return [each for each in wanted if each in available][:_MAX_COLUMNS]
