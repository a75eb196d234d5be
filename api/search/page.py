"""Finding sensors, for people: pages drawn by the server, which need no JavaScript."""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import labels
from api.database import reading
from api.dependencies import Register
from api.i18n import gettext as _
from api.i18n import said
from api.search import facets
from api.search import queries as search_queries
from api.search.filters import SORTS, YES, Filters
from api.sensor import queries as sensor_queries
from sensors.register.entry import Words
from sensors.vocabulary.codes import PersonalData, Status, label

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _page(path: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    return router.api_route(path, methods=["GET", "HEAD"])


@_page("/")
def index(request: Request, state: Register) -> Response:
    """The register: the choices, the map and the list."""
    filters = Filters.read(request.query_params)
    municipality = state.settings.municipality
    with reading(state.pool) as db:
        listing = search_queries.sensors(db, municipality, filters)
        neighbourhoods = sensor_queries.neighbourhoods(db, municipality)
        known = state.choices.get(db, municipality)
        deviating = search_queries.deviations(db, [row["sensor_id"] for row in listing.sensors])
    options = facets.options(known)
    page: dict[str, Any] = {
        "filters": filters,
        "listing": listing,
        "groups": _grouped(filters, listing),
        "deviating": deviating,
        "quality": Filters(neighbourhood=filters.neighbourhood, organisation=filters.organisation).query(),
        "choices": facets,
        "deviations": facets.DEVIATIONS,
        "options": options,
        "values": _values(filters, options, neighbourhoods),
        "sorts": facets.SORTS,
        "personal_data": list(PersonalData),
        "districts": _by_district(neighbourhoods),
        "texts": Words.model_validate,
    }
    return state.templates.TemplateResponse(request, "search/register.html", page)


@_page("/dichtbij")
def near(request: Request, state: Register) -> Response:
    """What measures near you: by your own device, which keeps your place to itself, or by neighbourhood or street."""
    with reading(state.pool) as db:
        neighbourhoods = sensor_queries.neighbourhoods(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "search/near.html", {"districts": _by_district(neighbourhoods)})


def _values(
    filters: Filters, options: Mapping[str, list[tuple[str, str]]], neighbourhoods: list[dict[str, Any]]
) -> dict[str, str]:
    """What was chosen, by filter, in the words of the form; without what the name of the filter says already."""
    words_of: dict[str, Mapping[str, str]] = {
        **{name: dict(pairs) for name, pairs in options.items()},
        "kind": labels.kinds(),
        "neighbourhood": {area["code"]: area["name"] for area in neighbourhoods},
        "district": {area["district"]: area["district_name"] for area in neighbourhoods if area["district"]},
        "personal_data": {code: said(label(code)) for code in PersonalData},
        "status": {code: said(label(code)) for code in Status},
        "deviating": {YES: _("ja"), **{code: said(text) for code, text in facets.DEVIATIONS.items()}},
    }
    told = {name: words_of[name].get(value, value) for name, value in filters.chosen.items() if name in words_of}
    return told | ({"q": filters.q} if filters.q else {})


def _grouped(filters: Filters, listing: search_queries.Listing) -> list[tuple[str | None, list[search_queries.Row]]]:
    """The list under the names of neighbourhoods, when it is in that order; else in one piece."""
    if filters.sort not in (None, SORTS[0]):
        return [(None, list(listing.sensors))]
    by_name = groupby(listing.sensors, key=lambda sensor: sensor["neighbourhood_name"])
    return [(name, list(sensors)) for name, sensors in by_name]


def _by_district(neighbourhoods: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    by_name = groupby(neighbourhoods, key=lambda area: area["district_name"] or "")
    return [(name, list(areas)) for name, areas in by_name]
