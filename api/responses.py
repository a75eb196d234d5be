"""What the API modules answer with: media types, problems, and the summary that several of them share."""

from typing import Any

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from api.schemas import Problem, Sensors
from api.search.filters import OTHER_KIND, Filters
from api.statistics import Summary


class GeoJsonResponse(JSONResponse):
    """GeoJSON (RFC 7946), from its text. A JSONResponse, or FastAPI describes no form for it."""

    media_type = "application/geo+json"

    def render(self, content: str) -> bytes:
        return content.encode()


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How these errors are described."""
    return {status: {"model": Problem, "content": {"application/problem+json": {}}} for status in statuses}


def json_response(content: BaseModel) -> Response:
    """JSON, made by pydantic: FastAPI's own way would check the whole of it once more."""
    return Response(content.model_dump_json(), media_type="application/json")


def summary_response(summary: Summary, filters: Filters) -> Sensors:
    """Some of the sensors in numbers, with the address of the same sensors one by one."""
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
