"""API: outlines of neighbourhoods and districts, and what is measured there."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.areas import queries as areas_queries
from api.areas.queries import AggregatedDatastream
from api.areas.schemas import (
    AreaCollection,
    AreaFeature,
    AreaInFull,
    AreaInFullProperties,
    AreaProperties,
    Together,
    Trip,
)
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.movement.api import group_movement
from api.movement.queries import load_neighbourhood_movement
from api.responses import GeoJsonResponse, problem_responses, summary_response
from api.schemas import Geometry, PublicValue
from api.search.filters import Filters
from sensors.kinds import KINDS

router = APIRouter(default_response_class=GeoJsonResponse)

AREA_ATTRIBUTION = "© CBS / Kadaster (Wijk- en Buurtkaart), CC BY 4.0"


@router.get("/v1/areas", response_model=AreaCollection, responses=problem_responses(400, 503), operation_id="areas")
def areas(
    state: AppStateDependency,
    level: Annotated[Literal["neighbourhood", "district", "municipality"] | None, Query()] = None,
) -> Response:
    """Outlines of the municipality, its districts and its neighbourhoods."""
    with read_transaction(state.pool) as db:
        rows = areas_queries.list_areas(db, state.settings.municipality, level)
    features = [
        AreaFeature(
            id=row["code"],
            geometry=row["geometry"],
            properties=AreaProperties(name=row["name"], level=row["level"], district=row["district"]),
        )
        for row in rows
    ]
    collection = AreaCollection(attribution=AREA_ATTRIBUTION, features=features)
    return GeoJsonResponse(collection.model_dump_json(), headers={"Cache-Control": "public, max-age=3600"})


@router.get("/v1/areas/{code}", response_model=AreaInFull, responses=problem_responses(404, 503), operation_id="area")
def area(state: AppStateDependency, code: str) -> Response:
    """A neighbourhood or district: its outline, a summary of its sensors, and their public values."""
    now, municipality = datetime.now(UTC), state.settings.municipality
    with read_transaction(state.pool) as db:
        found = areas_queries.load_area(db, municipality, code)
        summary = state.statistics.get(db, municipality).of_area(code)
        is_neighbourhood = found.level == "neighbourhood"
        values = state.recent_values.get(db, municipality, code, now) if is_neighbourhood else ()
        movement = load_neighbourhood_movement(db, municipality, code) if is_neighbourhood else []
        travel_times = areas_queries.load_travel_times(db, municipality, code, now) if is_neighbourhood else []
    properties = AreaInFullProperties(
        name=found.name,
        level=found.level,
        district=found.district,
        summary=summary_response(summary, Filters(neighbourhood=code) if is_neighbourhood else Filters(district=code)),
        values=[_aggregated_datastream(each) for each in values],
        movement=[group_movement(each) for each in movement],
        travel_times=[
            Trip.model_validate({"reference": each.reference, **asdict(each.travel_time)}) for each in travel_times
        ],
    )
    shape = Geometry.model_validate(found.geometry)
    feature = AreaInFull(id=code, geometry=shape, properties=properties, attribution=AREA_ATTRIBUTION)
    return GeoJsonResponse(feature.model_dump_json())


def _aggregated_datastream(aggregated: AggregatedDatastream) -> Together:
    datastream, definition = aggregated.datastream, aggregated.datastream.definition
    assert definition is not None  # noqa: S101 - only known properties are aggregated
    return Together(
        kind=next(kind.code for kind in KINDS.values() if kind.properties.get(definition.code) is definition),
        observed_property=datastream.observed_property,
        unit=definition.unit,
        public="day" if datastream.public == "day" else "hour",
        sensors=aggregated.sensor_count,
        summed=definition.summed,
        aggregation=definition.aggregation,
        values=[PublicValue.model_validate(asdict(each)) for each in datastream.values],
    )
