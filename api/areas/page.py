"""Pages: what is measured in a neighbourhood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import formatting
from api.areas import queries as areas_queries
from api.areas.area_map import draw_area_map
from api.areas.queries import AggregatedDatastream, Area
from api.areas.recent_values import RecentValues
from api.charts import Chart, draw_chart
from api.database import Connection, read_transaction
from api.dependencies import AppStateDependency
from api.movement.queries import PRESENCE, load_neighbourhood_movement
from api.movement.view import movement_view
from api.search import facets
from api.search.filters import Filters
from api.search.listing import FormattedValue, format_value, load_listing
from api.sensor.queries import PublicDatastream
from api.statistics import highest_personal_data_level
from api.themes.content import THEMES
from api.web import READ_METHODS
from sensors.register.part import Words

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_MAIN_PROPERTIES = tuple(code for theme in THEMES.values() for code in theme.main_properties)
"""The properties shown first on a neighbourhood's page, in this order."""


@dataclass(frozen=True, slots=True)
class DatastreamChart:
    """Public values of one observed property in a neighbourhood, as shown on the page."""

    datastream: PublicDatastream
    label: str
    unit: str
    sensor_count: int
    chart: Chart
    latest: FormattedValue


@router.api_route("/buurten", methods=READ_METHODS)
def areas(request: Request, state: AppStateDependency) -> Response:
    """All neighbourhoods, by district."""
    with read_transaction(state.pool) as db:
        neighbourhoods = areas_queries.load_neighbourhoods(db, state.settings.municipality)
        statistics = state.statistics.get(db, state.settings.municipality)
    by_district = groupby(neighbourhoods, key=lambda area: (area["district"], area["district_name"]))
    context = {
        "districts": [(code, name, list(group)) for (code, name), group in by_district],
        "summary": statistics.total,
    }
    return state.templates.TemplateResponse(request, "areas/areas.html", context)


@router.api_route("/buurten/{code}", methods=READ_METHODS)
def area(request: Request, state: AppStateDependency, code: str) -> Response:
    """One neighbourhood with its sensors and their values, or a district with its neighbourhoods."""
    now, municipality = datetime.now(UTC), state.settings.municipality
    with read_transaction(state.pool) as db:
        area = areas_queries.load_area(db, municipality, code)
        statistics = state.statistics.get(db, municipality)
        summary, filters = statistics.of_area(code), _area_filters(area)
        context: dict[str, Any] = {
            "area": area,
            "statistics": statistics,
            "summary": summary,
            "personal_data_level": highest_personal_data_level(summary),
            "filters": filters,
            "listing": load_listing(db, municipality, request.query_params, filters, now),
            "area_map": draw_area_map(db, municipality, area),
            "neighbourhoods": _neighbourhoods_of(areas_queries.load_neighbourhoods(db, municipality), area),
            **_measurements(db, municipality, area, state.recent_values, now),
        }
    context |= {"facets": facets, "localized_text": Words.model_validate}
    return state.templates.TemplateResponse(request, "areas/area.html", context)


def _area_filters(area: Area) -> Filters:
    return Filters(neighbourhood=area.code) if area.level == "neighbourhood" else Filters(district=area.code)


def _neighbourhoods_of(neighbourhoods: Sequence[Mapping[str, Any]], area: Area) -> list[Mapping[str, Any]]:
    return [each for each in neighbourhoods if each["district"] == area.code]


def _measurements(db: Connection, municipality: str, area: Area, recent: RecentValues, now: datetime) -> dict[str, Any]:
    """Values of a neighbourhood; values for a whole district would say little about any place in it."""
    if area.level == "district":
        return {"main_datastreams": [], "other_datastreams": [], "movement": [], "travel_times": []}
    aggregated = recent.get(db, municipality, area.code, now)
    charts = [chart for each in aggregated if (chart := _datastream_chart(each, now))]
    main = [each for each in charts if each.datastream.observed_property in _MAIN_PROPERTIES]
    return {
        "main_datastreams": sorted(main, key=_main_order),
        "other_datastreams": [each for each in charts if each not in main],
        "movement": [
            movement_view(each, facets.observed_property_label(PRESENCE))
            for each in load_neighbourhood_movement(db, municipality, area.code)
        ],
        "travel_times": areas_queries.load_travel_times(db, municipality, area.code, now),
    }


def _main_order(chart: DatastreamChart) -> int:
    return _MAIN_PROPERTIES.index(chart.datastream.observed_property)


def _datastream_chart(aggregated: AggregatedDatastream, now: datetime) -> DatastreamChart | None:
    datastream, definition = aggregated.datastream, aggregated.datastream.definition
    if definition is None:
        return None
    label, unit = facets.observed_property_label(definition.code), formatting.unit(definition.unit)
    chart = draw_chart(datastream, label, unit, now)
    return chart and DatastreamChart(
        datastream=datastream,
        label=label,
        unit=unit,
        sensor_count=aggregated.sensor_count,
        chart=chart,
        latest=format_value(definition, datastream.values[-1], now),
    )
