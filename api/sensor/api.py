"""For programs: GeoJSON and JSON, following the NL API Design Rules."""

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response

from api import openapi
from api.database import reading
from api.dependencies import Register
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
from api.sensor.queries import Books, RoughBooks, Sensor, Stream
from api.sensor.retention_status import Kept
from sensors.register import json_schema


class GeoJson(JSONResponse):
    """GeoJSON (RFC 7946), from its text. A JSONResponse, or FastAPI describes no form for it."""

    media_type = "application/geo+json"

    def render(self, content: str) -> bytes:
        return content.encode()


router = APIRouter(default_response_class=GeoJson)

ATTRIBUTION = "© CBS / Kadaster (Wijk- en Buurtkaart), CC BY 4.0"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How these errors are described."""
    return {status: {"model": Problem, "content": {"application/problem+json": {}}} for status in statuses}


@router.get("/v1/sensors/{id}", response_model=SensorDetail, responses=problems(400, 404, 503), operation_id="sensor")
def sensor(state: Register, id: str) -> Response:  # noqa: A002 - the name in the address
    """One sensor, by its reference or the id of its register entry."""
    with reading(state.pool) as db:
        found = sensor_queries.sensor(db, state.settings.municipality, id, datetime.now(UTC))
    return GeoJson(_detail(found).model_dump_json())


def _detail(found: Sensor) -> SensorDetail:
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
            for declared, stream in zip(entry.datastreams, found.streams, strict=True)
        ],
        deviations=[*found.deviations],
        ledger_today=_ledger(found.today) if found.today else None,
        ledger_week=_ledger(found.week) if found.week else None,
        ledger_last_week=_rough_ledger(found.last_week) if found.last_week else None,
        entry=dict(found.document),
    )
    return SensorDetail(id=entry.id, geometry=found.document["location"]["geometry"], properties=properties)


def _datastream(unit: str, stream: Stream) -> Datastream:
    label = stream.known.label if stream.known else None
    return Datastream(
        observed_property=stream.code,
        label=Words(nl=label.nl, en=label.en) if label else Words(nl=stream.code),
        unit=unit,
        public=stream.public.value if stream.public else None,
        latest=Latest(time=stream.latest[0], value=stream.latest[1]) if stream.latest else None,
        values=[PublicValue.model_validate(asdict(each)) for each in stream.values],
        travel_times=[TravelTime.model_validate(asdict(each)) for each in stream.travel_times],
        retention=_retention(stream.kept) if stream.kept else None,
    )


def _retention(kept: Kept) -> Retention:
    return Retention(
        promised=kept.promised,
        margin_seconds=int(kept.margin.total_seconds()),
        oldest=kept.oldest,
        last_deletion=kept.last_deletion,
        verified_at=kept.verified_at,
        kept=kept.kept,
    )


def _ledger(books: Books) -> Ledger:
    return Ledger.model_validate(asdict(books) | {"reasons": dict(books.reasons)})


def _rough_ledger(books: RoughBooks) -> RoughLedger:
    return RoughLedger.model_validate(asdict(books) | {"reasons": {code: asdict(band) for code, band in books.reasons}})


@router.get("/v1/areas", response_model=AreaCollection, responses=problems(400, 503), operation_id="areas")
def areas(
    state: Register, level: Annotated[Literal["neighbourhood", "district", "municipality"] | None, Query()] = None
) -> Response:
    """Outlines of the municipality, its districts and its neighbourhoods."""
    with reading(state.pool) as db:
        rows = sensor_queries.areas(db, state.settings.municipality, level)
    features = [
        AreaFeature(
            id=row["code"],
            geometry=row["geometry"],
            properties=AreaProperties(name=row["name"], level=row["level"], district=row["district"]),
        )
        for row in rows
    ]
    collection = AreaCollection(attribution=ATTRIBUTION, features=features)
    return GeoJson(collection.model_dump_json(), headers={"Cache-Control": "public, max-age=3600"})


@router.get("/v1/openapi.json", include_in_schema=False)
def description(request: Request) -> JSONResponse:
    """This API in OpenAPI. Made once: it costs more than any other answer, and anyone may ask for it all day."""
    app: FastAPI = request.app
    app.openapi_schema = app.openapi_schema or openapi.describe(app.routes)
    return JSONResponse(app.openapi_schema)


@cache
def _schema() -> str:
    return json_schema.text()


@router.get("/register-entry.schema.json", include_in_schema=False)
def entry_schema() -> Response:
    """The JSON Schema of a register entry."""
    return Response(_schema(), media_type="application/schema+json")
