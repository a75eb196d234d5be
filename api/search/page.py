"""Pages: find sensors. Rendered by the server, without JavaScript."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import labels
from api.areas.queries import load_neighbourhoods
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.i18n import gettext as _
from api.i18n import localize
from api.search import facets
from api.search import queries as search_queries
from api.search.filters import ANY_DEVIATION, SORT_ORDERS, Filters
from api.web import READ_METHODS
from sensors.register.part import Words
from sensors.vocabulary.codes import PersonalData, Status, label_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/", methods=READ_METHODS)
def index(request: Request, state: AppStateDependency) -> Response:
    """The register: filters, map and list."""
    filters = Filters.from_query(request.query_params)
    municipality = state.settings.municipality
    with read_transaction(state.pool) as db:
        sensor_page = search_queries.find_sensors(db, municipality, filters)
        neighbourhoods = load_neighbourhoods(db, municipality)
        facet_counts = state.facets.get(db, municipality)
        deviations_by_sensor = search_queries.load_deviations(db, [row["sensor_id"] for row in sensor_page.sensors])
    options = facets.facet_options(facet_counts)
    context: dict[str, Any] = {
        "filters": filters,
        "page": sensor_page,
        "by_neighbourhood": _by_neighbourhood(filters, sensor_page),
        "deviations_by_sensor": deviations_by_sensor,
        "quality_query": Filters(neighbourhood=filters.neighbourhood, organisation=filters.organisation).query_string(),
        "facets": facets,
        "deviation_labels": facets.DEVIATION_LABELS,
        "facet_options": options,
        "active_labels": _active_labels(filters, options, neighbourhoods),
        "sort_labels": facets.SORT_LABELS,
        "personal_data_levels": list(PersonalData),
        "districts": _by_district(neighbourhoods),
        "localized_text": Words.model_validate,
    }
    return state.templates.TemplateResponse(request, "search/register.html", context)


@router.api_route("/dichtbij", methods=READ_METHODS)
def nearby(request: Request, state: AppStateDependency) -> Response:
    """Sensors near you: by your device, which keeps your location to itself, or by neighbourhood or street."""
    with read_transaction(state.pool) as db:
        neighbourhoods = load_neighbourhoods(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "search/near.html", {"districts": _by_district(neighbourhoods)})


def _active_labels(
    filters: Filters, options: Mapping[str, list[tuple[str, str]]], neighbourhoods: list[dict[str, Any]]
) -> dict[str, str]:
    """The labels of the active filters; without what the name of the filter already says."""
    labels_of: dict[str, Mapping[str, str]] = {
        **{name: dict(pairs) for name, pairs in options.items()},
        "kind": labels.kinds(),
        "neighbourhood": {area["code"]: area["name"] for area in neighbourhoods},
        "district": {area["district"]: area["district_name"] for area in neighbourhoods if area["district"]},
        "personal_data": {code: localize(label_of(code)) for code in PersonalData},
        "status": {code: localize(label_of(code)) for code in Status},
        "deviating": {
            ANY_DEVIATION: _("ja"),
            **{code: localize(text) for code, text in facets.DEVIATION_LABELS.items()},
        },
    }
    active_labels = {
        name: labels_of[name].get(value, value) for name, value in filters.active.items() if name in labels_of
    }
    return active_labels | ({"q": filters.q} if filters.q else {})


def _by_neighbourhood(
    filters: Filters, page: search_queries.SensorPage
) -> list[tuple[str | None, list[search_queries.Row]]]:
    """The list grouped by neighbourhood if sorted that way; otherwise as one group."""
    if filters.sort not in (None, SORT_ORDERS[0]):
        return [(None, list(page.sensors))]
    by_name = groupby(page.sensors, key=lambda sensor: sensor["neighbourhood_name"])
    return [(name, list(sensors)) for name, sensors in by_name]


def _by_district(neighbourhoods: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    by_name = groupby(neighbourhoods, key=lambda area: area["district_name"] or "")
    return [(name, list(areas)) for name, areas in by_name]
