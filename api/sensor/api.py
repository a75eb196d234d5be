"""For programs: GeoJSON and JSON, following the NL API Design Rules."""

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response

from api import openapi
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.schemas import (
    AreaCollection,
    AreaFeature,
    AreaProperties,
    Datastream,
    Latest,
    Ledger,
    Problem,
    PublicValue,
    Retention,
    RoughLedger,
    SensorDetail,
    SensorDetailProperties,
    TravelTime,
    Words,
)
from api.sensor import queries as sensor_queries
from api.sensor.queries import LedgerBands, LedgerTotals, PublicDatastream, Sensor
from api.sensor.retention_status import RetentionStatus
from sensors.register import json_schema


class GeoJsonResponse(JSONResponse):
    """GeoJSON (RFC 7946), from its text. A JSONResponse, or FastAPI describes no form for it."""

    media_type = "application/geo+json"

    def render(self, content: str) -> bytes:
        return content.encode()


router = APIRouter(default_response_class=GeoJsonResponse)

AREA_ATTRIBUTION = "© CBS / Kadaster (Wijk- en Buurtkaart), CC BY 4.0"


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How these errors are described."""
    return {status: {"model": Problem, "content": {"application/problem+json": {}}} for status in statuses}


@router.get(
    "/v1/sensors/{id}", response_model=SensorDetail, responses=problem_responses(400, 404, 503), operation_id="sensor"
)
def sensor(state: AppStateDependency, id: str) -> Response:  # noqa: A002 - the name in the address
    """One sensor, by its reference or the id of its register entry."""
    with read_transaction(state.pool) as db:
        found = sensor_queries.load_sensor(db, state.settings.municipality, id, datetime.now(UTC))
    return GeoJsonResponse(_sensor_detail(found).model_dump_json())


def _sensor_detail(found: Sensor) -> SensorDetail:
    entry = found.entry
    properties = SensorDetailProperties(
        reference=entry.reference,
        kind=entry.kind,
        status=entry.status.value,
        name=Words(nl=entry.name.nl, en=entry.name.en),
        personal_data=entry.personal_data.value,
        last_seen=found.last_seen,
        neighbourhood_name=found.neighbourhood_name,
        district_name=found.district_name,
        version=found.version,
        valid_from=found.valid_from,
        datastreams=[
            _datastream(declared.unit, stream)
            for declared, stream in zip(entry.datastreams, found.datastreams, strict=True)
        ],
        deviations=[*found.deviations],
        ledger_today=_ledger(found.ledger_today) if found.ledger_today else None,
        ledger_week=_ledger(found.ledger_week) if found.ledger_week else None,
        ledger_last_week=_rough_ledger(found.ledger_last_week) if found.ledger_last_week else None,
        entry=dict(found.document),
    )
    return SensorDetail(id=entry.id, geometry=found.document["location"]["geometry"], properties=properties)


def _datastream(unit: str, datastream: PublicDatastream) -> Datastream:
    label = datastream.definition.label if datastream.definition else None
    return Datastream(
        observed_property=datastream.observed_property,
        label=Words(nl=label.nl, en=label.en) if label else Words(nl=datastream.observed_property),
        unit=unit,
        public=datastream.public.value if datastream.public else None,
        latest=Latest(time=datastream.latest[0], value=datastream.latest[1]) if datastream.latest else None,
        values=[PublicValue.model_validate(asdict(each)) for each in datastream.values],
        travel_times=[TravelTime.model_validate(asdict(each)) for each in datastream.travel_times],
        retention=_retention(datastream.retention_status) if datastream.retention_status else None,
    )


def _retention(status: RetentionStatus) -> Retention:
    return Retention(
        promised=status.promised,
        margin_seconds=int(status.margin.total_seconds()),
        oldest=status.oldest,
        last_deletion=status.last_deletion,
        verified_at=status.verified_at,
        kept=status.within_promise,
    )


def _ledger(totals: LedgerTotals) -> Ledger:
    return Ledger.model_validate(asdict(totals) | {"reasons": dict(totals.reasons)})


def _rough_ledger(bands: LedgerBands) -> RoughLedger:
    return RoughLedger.model_validate(asdict(bands) | {"reasons": {code: asdict(band) for code, band in bands.reasons}})


@router.get("/v1/areas", response_model=AreaCollection, responses=problem_responses(400, 503), operation_id="areas")
def areas(
    state: AppStateDependency,
    level: Annotated[Literal["neighbourhood", "district", "municipality"] | None, Query()] = None,
) -> Response:
    """Outlines of the municipality, its districts and its neighbourhoods."""
    with read_transaction(state.pool) as db:
        rows = sensor_queries.load_areas(db, state.settings.municipality, level)
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


@router.get("/v1/openapi.json", include_in_schema=False)
def openapi_document(request: Request) -> JSONResponse:
    """This API in OpenAPI. Made once: it costs more than any other answer, and anyone may ask for it all day."""
    app: FastAPI = request.app
    app.openapi_schema = app.openapi_schema or openapi.build_openapi(app.routes)
    return JSONResponse(app.openapi_schema)


@cache
def _entry_schema_text() -> str:
    return json_schema.schema_text()


@router.get("/register-entry.schema.json", include_in_schema=False)
def entry_schema() -> Response:
    """The JSON Schema of a register entry."""
    return Response(_entry_schema_text(), media_type="application/schema+json")
