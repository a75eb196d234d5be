"""For people: what is measured in a neighbourhood, and about a theme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import formatting
from api.areas import area_map
from api.areas import queries as areas_queries
from api.areas.queries import AggregatedDatastream, Area
from api.charts import Chart, draw_chart
from api.database import Connection, read_transaction
from api.dependencies import AppStateDependency
from api.listing import FormattedValue, SensorListing, highest_personal_data_level, load_listing
from api.listing import format_value as told
from api.search import facets
from api.search.filters import Filters
from api.sensor import queries as sensor_queries
from api.sensor.queries import NotFoundError, PublicDatastream
from api.statistics import Summary
from api.themes import content as themes_content
from sensors.kinds import KINDS
from sensors.register.entry import Words

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

READ_METHODS = ["GET", "HEAD"]
_MAX_COLUMNS = 4
"""How many observed properties the table of a theme has at most."""
_MAIN_PROPERTIES = (*(code for theme in themes_content.THEMES.values() for code in theme.main_properties), "presence")
"""What the page of a neighbourhood begins with, in this order."""

_PROPERTY_DEFINITIONS = {code: known for kind in KINDS.values() for code, known in kind.properties.items()}


@dataclass(frozen=True, slots=True)
class DatastreamChart:
    """What is public of one observed property in a neighbourhood, as the page tells it."""

    datastream: PublicDatastream
    label: str
    unit: str
    sensor_count: int
    group_name: str | None
    chart: Chart
    latest: FormattedValue


@router.api_route("/buurten", methods=READ_METHODS)
def areas(request: Request, state: AppStateDependency) -> Response:
    """Every neighbourhood, under its district."""
    with read_transaction(state.pool) as db:
        found = sensor_queries.load_neighbourhoods(db, state.settings.municipality)
        tally = state.statistics.get(db, state.settings.municipality)
    by_name = groupby(found, key=lambda area: (area["district"], area["district_name"]))
    page = {"districts": [(code, name, list(group)) for (code, name), group in by_name], "summary": tally.total}
    return state.templates.TemplateResponse(request, "areas/areas.html", page)


@router.api_route("/buurten/{code}", methods=READ_METHODS)
def area(request: Request, state: AppStateDependency, code: str) -> Response:
    """One neighbourhood with its sensors and what they measure, or a district with its neighbourhoods."""
    now, municipality = datetime.now(UTC), state.settings.municipality
    with read_transaction(state.pool) as db:
        found = areas_queries.load_area(db, municipality, code)
        tally = state.statistics.get(db, municipality)
        chosen = _area_filters(found)
        page: dict[str, Any] = {
            "area": found,
            "tally": tally,
            "summary": tally.of_area(code),
            "worst": highest_personal_data_level(tally.of_area(code)),
            "filters": chosen,
            "found": load_listing(db, municipality, request.query_params, chosen, now),
            "drawing": area_map.draw_area_map(db, municipality, found),
            "neighbourhoods": _neighbourhoods_of(sensor_queries.load_neighbourhoods(db, municipality), found),
            **_measurements(db, municipality, found, now),
        }
    page |= {"choices": facets, "themes": themes_content, "texts": Words.model_validate}
    return state.templates.TemplateResponse(request, "areas/area.html", page)


def _area_filters(area: Area) -> Filters:
    return Filters(neighbourhood=area.code) if area.level == "neighbourhood" else Filters(district=area.code)


def _neighbourhoods_of(neighbourhoods: Sequence[Mapping[str, Any]], area: Area) -> list[Mapping[str, Any]]:
    return [each for each in neighbourhoods if each["district"] == area.code]


def _measurements(db: Connection, municipality: str, area: Area, now: datetime) -> dict[str, Any]:
    """Values of a neighbourhood; those of a whole district would say little about any place in it."""
    if area.level == "district":
        return {"first": [], "more": [], "trips": []}
    drawn = [
        each
        for each in (
            _datastream_chart(each, now)
            for each in areas_queries.load_aggregated_datastreams(db, municipality, area.code, now)
        )
        if each
    ]
    return {
        "first": sorted(
            (each for each in drawn if each.datastream.observed_property in _MAIN_PROPERTIES), key=_main_order
        ),
        "more": [each for each in drawn if each.datastream.observed_property not in _MAIN_PROPERTIES],
        "trips": areas_queries.load_travel_times(db, municipality, area.code, now),
    }


def _main_order(drawn: DatastreamChart) -> int:
    return _MAIN_PROPERTIES.index(drawn.datastream.observed_property)


def _datastream_chart(gathered: AggregatedDatastream, now: datetime) -> DatastreamChart | None:
    stream, known = gathered.datastream, gathered.datastream.definition
    if known is None:
        return None
    label, unit = facets.observed_property_label(stream.observed_property), formatting.unit(known.unit)
    chart = draw_chart(stream, label, unit, now)
    newest = told(known, stream.values[-1], now)
    return chart and DatastreamChart(stream, label, unit, gathered.sensor_count, gathered.group_name, chart, newest)


@router.api_route("/themas", methods=READ_METHODS)
def themes(request: Request, state: AppStateDependency) -> Response:
    """Every theme that there are sensors about."""
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "themes/themes.html", {"tally": tally, "themes": themes_content})


@router.api_route("/themas/{slug}", methods=READ_METHODS)
def theme(request: Request, state: AppStateDependency, slug: str) -> Response:
    """One theme: what is measured about it, why and by whom, and what it is now. Raises NotFoundError."""
    code = themes_content.CODE_BY_SLUG.get(slug)
    if code is None:
        raise NotFoundError
    now = datetime.now(UTC)
    with read_transaction(state.pool) as db:
        tally = state.statistics.get(db, state.settings.municipality)
        found = load_listing(db, state.settings.municipality, request.query_params, Filters(theme=code), now)
    summary = tally.of_theme(code)
    page = {
        "code": code,
        "theme": themes_content.THEMES[code],
        "tally": tally,
        "summary": summary,
        "worst": highest_personal_data_level(summary),
        "filters": Filters(theme=code),
        "found": found,
        "columns": _columns(code, summary, found),
        "properties": _PROPERTY_DEFINITIONS,
        "units": {each: formatting.unit(known.unit) for each, known in _PROPERTY_DEFINITIONS.items()},
        "choices": facets,
        "themes": themes_content,
        "texts": Words.model_validate,
    }
    return state.templates.TemplateResponse(request, "themes/theme.html", page)


def _columns(code: str, summary: Summary, found: SensorListing) -> list[str]:
    """What the table of a theme tells of each sensor: what people want to see first, of what there are values of."""
    available = {each for readings in found.latest_values.values() for each in readings}
    wanted = themes_content.THEMES[code].main_properties or tuple(summary.properties)
    return [each for each in wanted if each in available][:_MAX_COLUMNS]
