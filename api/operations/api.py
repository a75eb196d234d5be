"""Operational endpoints: liveness, readiness and metrics."""

import psycopg
from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import generate_latest
from psycopg_pool import PoolTimeout

from api.dependencies import AppStateDependency
from api.operations.queries import load_applied_migrations
from api.web import READ_METHODS
from sensors.db.migrate import MIGRATIONS_FOLDER, read_migrations

router = APIRouter(include_in_schema=False)


@router.api_route("/livez", methods=READ_METHODS)
def livez() -> PlainTextResponse:
    """Liveness: the process is running."""
    return PlainTextResponse("ok\n")


@router.api_route("/readyz", methods=READ_METHODS)
def readyz(state: AppStateDependency) -> JSONResponse:
    """Readiness: the database answers and has every migration this release knows; otherwise 503 with the cause."""
    checks = {"database": "ok", "migrations": "ok"}
    try:
        with state.pool.connection(timeout=2) as connection:
            applied = load_applied_migrations(connection)
    except (PoolTimeout, psycopg.OperationalError):
        checks = {"database": "can't be reached, or not migrated", "migrations": "unknown"}
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        checks["migrations"] = "run lantaarn migrate"
    else:
        if {migration.name for migration in read_migrations(MIGRATIONS_FOLDER)} - applied:
            checks["migrations"] = "run lantaarn migrate"
    ready = set(checks.values()) == {"ok"}
    return JSONResponse({"ready": ready, "checks": checks}, 200 if ready else 503)


@router.get("/metrics")
def metrics(state: AppStateDependency) -> Response:
    """Metrics in the Prometheus text format."""
    return Response(generate_latest(state.metrics.registry), media_type="text/plain; version=0.0.4; charset=utf-8")
