"""The API description (OpenAPI 3.1), following the NL API Design Rules."""

import json
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from starlette.routing import BaseRoute

from api.middleware import API_VERSION

router = APIRouter(include_in_schema=False)

_VERSION_HEADER = {
    "API-Version": {"description": "The version of this API", "schema": {"type": "string", "const": API_VERSION}}
}
_DESCRIPTION = (
    "The sensors in public space: what they measure, why, and what is public of it. Read only, no key needed. "
    "Values are CC0; outlines are © CBS / Kadaster, CC BY 4.0."
)

_PUBLISHED_NAMES = {
    "api__search__schemas__Group": "api__find_schemas__Group",
    "api__quality__schemas__Group": "api__quality_schemas__Group",
}
"""FastAPI disambiguates models of the same name by module; this keeps published names when a module moves."""


def build_openapi(routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Build the document for these routes. The version is in the server URL and in a header of every response."""
    document = get_openapi(title="Lantaarn", version=API_VERSION, description=_DESCRIPTION, routes=routes)
    document["servers"] = [{"url": "/v1"}]
    document["paths"] = {
        path.removeprefix("/v1"): {method: _operation(details) for method, details in operations.items()}
        for path, operations in document["paths"].items()
    }
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
    return _with_published_names(document)


def _with_published_names(document: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(document)
    for name, published in _PUBLISHED_NAMES.items():
        text = text.replace(f'{name}"', f'{published}"')
    return json.loads(text)


def _operation(details: dict[str, Any]) -> dict[str, Any]:
    """Drop FastAPI's 422, which we never return, and give problem details their own name."""
    responses = {status: _response(status, each) for status, each in details["responses"].items() if status != "422"}
    return details | {"responses": responses}


def _response(status: str, response: dict[str, Any]) -> dict[str, Any]:
    ((media, form),) = ((media, each) for media, each in response["content"].items() if "schema" in each)
    own = media if status.startswith("2") else "application/problem+json"
    return response | {"headers": _VERSION_HEADER, "content": {own: form}}


@router.get("/v1/openapi.json")
def openapi_document(request: Request) -> JSONResponse:
    """This API in OpenAPI. Built once: it costs more than any other response, and anyone may request it all day."""
    app: FastAPI = request.app
    app.openapi_schema = app.openapi_schema or build_openapi(app.routes)
    return JSONResponse(app.openapi_schema)
