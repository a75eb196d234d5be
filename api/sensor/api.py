"""API: one sensor in full, as GeoJSON."""

from dataclasses import asdict
from datetime import UTC, datetime

from fastapi import APIRouter
from fastapi.responses import Response

from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.movement.api import group_movement
from api.responses import GeoJsonResponse, problem_responses
from api.schemas import PublicValue, Words
from api.sensor import queries as sensor_queries
from api.sensor.queries import LedgerBands, LedgerTotals, PublicDatastream, Sensor
from api.sensor.retention_status import RetentionStatus
from api.sensor.schemas import (
    CountMean,
    Datastream,
    Latest,
    Ledger,
    Retention,
    RoughLedger,
    SensorDetail,
    SensorDetailProperties,
    TravelTime,
)
from sensors.register.entry import Datastream as DeclaredDatastream
from sensors.register.files import document_of

router = APIRouter(default_response_class=GeoJsonResponse)


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
        time=entry.payload.time,
        last_seen=found.last_seen,
        neighbourhood_name=found.neighbourhood_name,
        district_name=found.district_name,
        version=found.version,
        valid_from=found.valid_from,
        datastreams=[
            _datastream(declared, stream) for declared, stream in zip(entry.datastreams, found.datastreams, strict=True)
        ],
        deviations=[*found.deviations],
        ledger_today=_ledger(found.ledger_today) if found.ledger_today else None,
        ledger_week=_ledger(found.ledger_week) if found.ledger_week else None,
        ledger_last_week=_rough_ledger(found.ledger_last_week) if found.ledger_last_week else None,
        entry=document_of(entry),
    )
    return SensorDetail(id=entry.id, geometry=found.document["location"]["geometry"], properties=properties)


def _datastream(declared: DeclaredDatastream, datastream: PublicDatastream) -> Datastream:
    label = datastream.definition.label if datastream.definition else None
    return Datastream(
        observed_property=datastream.observed_property,
        label=Words(nl=label.nl, en=label.en) if label else Words(nl=datastream.observed_property),
        unit=declared.unit,
        public=datastream.public.value if datastream.public else None,
        aggregation=datastream.aggregation,
        totals_since=datastream.totals_since,
        interval=declared.interval,
        stamp=datastream.stamp,
        sends_zeros=declared.sends_zeros,
        latest=Latest.model_validate(asdict(datastream.latest)) if datastream.latest else None,
        values=[PublicValue.model_validate(asdict(each)) for each in datastream.values],
        travel_times=[TravelTime.model_validate(asdict(each)) for each in datastream.travel_times],
        means=[CountMean.model_validate(asdict(each)) for each in datastream.count_means],
        movement=group_movement(datastream.movement) if datastream.movement else None,
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
