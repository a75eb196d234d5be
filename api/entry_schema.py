"""The JSON Schema of a register entry, for authors of entries."""

from functools import cache

from fastapi import APIRouter
from fastapi.responses import Response

from sensors.register import json_schema

router = APIRouter(include_in_schema=False)


@cache
def _entry_schema_text() -> str:
    return json_schema.schema_text()


@router.get("/register-entry.schema.json")
def entry_schema() -> Response:
    """The JSON Schema of a register entry."""
    return Response(_entry_schema_text(), media_type="application/schema+json")
