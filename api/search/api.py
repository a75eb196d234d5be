"""API: find sensors, as GeoJSON. Runs the same queries as the page's list and map."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response

from api import labels
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.responses import GeoJsonResponse, problem_responses
from api.search import queries as search_queries
from api.search.filters import Filters, InvalidFilterError, parse_bounding_box
from api.search.schemas import (
    Group,
    GroupCollection,
    GroupProperties,
    GroupQuery,
    Link,
    Named,
    NearCollection,
    NearFeature,
    Point,
    SensorCollection,
    SensorFeature,
    SensorProperties,
    SensorQuery,
)

router = APIRouter(default_response_class=GeoJsonResponse)


@router.get(
    "/v1/sensors", response_model=SensorCollection, responses=problem_responses(400, 404, 503), operation_id="sensors"
)
def sensors(state: AppStateDependency, query: Annotated[SensorQuery, Query()]) -> Response:
    """The sensors in the register, in list order; the same filters give the same set as on the page."""
    filters = Filters.from_query(query.model_dump(exclude_none=True))
    with read_transaction(state.pool) as db:
        listing = search_queries.find_sensors(db, state.settings.municipality, filters)
    features = [_sensor_feature(row) for row in listing.sensors]
    collection = SensorCollection(
        number_matched=listing.matched,
        number_returned=len(features),
        links=list(_links(filters, listing)),
        features=features,
    )
    return GeoJsonResponse(collection.model_dump_json(by_alias=True))


def _sensor_feature(row: Mapping[str, Any]) -> SensorFeature:
    properties = SensorProperties.model_validate(
        {name: row[name] for name in SensorProperties.model_fields.keys() & row.keys()}
        | {
            "kind_label": labels.kind_label(row["kind"], row["category"]),
            "point": (row["longitude"], row["latitude"]),
        }
    )
    return SensorFeature(id=row["entry_id"], geometry=row["geometry"], properties=properties)


def _links(filters: Filters, listing: search_queries.SensorPage) -> Iterator[Link]:
    here = filters.query_string(after=filters.after, before=filters.before)
    yield Link(rel="self", href=f"/v1/sensors{here}")
    if listing.after:
        yield Link(rel="next", href=f"/v1/sensors{filters.query_string(after=listing.after)}")
    if listing.before:
        yield Link(rel="prev", href=f"/v1/sensors{filters.query_string(before=listing.before)}")


@router.get(
    "/v1/sensor-groups",
    response_model=GroupCollection,
    responses=problem_responses(400, 503),
    operation_id="sensorGroups",
)
def groups(state: AppStateDependency, query: Annotated[GroupQuery, Query()]) -> Response:
    """Sensors for a map: those in view that match the filters, clustered where markers would overlap."""
    filters = Filters.from_query(query.model_dump(exclude_none=True, exclude={"view", "zoom"}))
    bounding_box = parse_bounding_box(query.view)
    if bounding_box is None:
        raise InvalidFilterError("view")
    with read_transaction(state.pool) as db:
        rows = search_queries.find_clusters(db, state.settings.municipality, filters, bounding_box, query.zoom)
    collection = GroupCollection(
        number_matched=sum(row["amount"] for row in rows), features=list(map(_cluster_feature, rows))
    )
    return GeoJsonResponse(collection.model_dump_json(by_alias=True))


def _cluster_feature(row: Mapping[str, Any]) -> Group:
    properties = GroupProperties(
        amount=row["amount"],
        bounds=(row["west"], row["south"], row["east"], row["north"]),
        sensors=[Named.model_validate(each) for each in row["sensors"]],
    )
    return Group(geometry=Point(coordinates=(row["longitude"], row["latitude"])), properties=properties)


@router.get(
    "/v1/cells/{column}/{row}/sensors",
    response_model=NearCollection,
    responses=problem_responses(400, 503),
    operation_id="cellSensors",
)
def cell(
    state: AppStateDependency,
    column: Annotated[int, Path(ge=-12330, le=12330)],
    row: Annotated[int, Path(ge=-10000, le=10000)],
) -> Response:
    """The sensors that may be in a cell of about 1 by 1 km: 0.0146° of longitude and 0.009° of latitude, counted from
    0°. Who wants to know what is near asks for the cells around and reckons the distances, and so tells nobody where
    exactly that is."""
    with read_transaction(state.pool) as db:
        rows = search_queries.find_sensors_in_cell(db, state.settings.municipality, column, row)
    features = [
        NearFeature(
            geometry=Point(coordinates=(each["longitude"], each["latitude"])), properties=Named.model_validate(each)
        )
        for each in rows
    ]
    return GeoJsonResponse(NearCollection(features=features).model_dump_json())
