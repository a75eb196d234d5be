"""Responses shared by API modules: media types, problems and summaries."""

from typing import Any

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from api.schemas import Problem, Sensors
from api.search.filters import OTHER_KIND, Filters
from api.statistics import Summary


class GeoJsonResponse(JSONResponse):
    """GeoJSON (RFC 7946) from text. A JSONResponse, because FastAPI describes no schema otherwise."""

    media_type = "application/geo+json"

    def render(self, content: str) -> bytes:
        return content.encode()


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI descriptions of these errors."""
    return {status: {"model": Problem, "content": {"application/problem+json": {}}} for status in statuses}


def json_response(content: BaseModel) -> Response:
    """Serialize with pydantic: FastAPI's own path would validate everything again."""
    return Response(content.model_dump_json(), media_type="application/json")


def summary_response(summary: Summary, filters: Filters) -> Sensors:
    """Summarize a set of sensors, with the URL that lists the same set."""
    return Sensors(
        sensors=summary.sensor_count,
        href=f"/v1/sensors{filters.query_string()}",
        by_kind={kind or OTHER_KIND: part.sensor_count for kind, part in summary.kinds},
        by_status=dict(summary.statuses),
        by_personal_data=dict(summary.personal_data),
        by_observed_property=dict(summary.properties),
        by_purpose=dict(summary.purposes),
        by_theme=dict(summary.themes),
        by_neighbourhood=dict(summary.neighbourhoods),
        by_responsible=dict(summary.responsible),
    )
