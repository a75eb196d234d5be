"""In the street: signs and stickers to print, and the page that their code opens."""

import re
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api import labels
from api.database import reading
from api.dependencies import Register, State
from api.sensor import queries as sensor_queries
from api.sensor.queries import NotFoundError
from api.signs.content import VERDICTS, Sign
from api.signs.drawing import pdf, sheets, svg
from api.signs.layout import Format
from api.signs.street import Asked, Part, part

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Form = Annotated[Format, Query(alias="formaat")]
Neighbourhood = Annotated[str, Query(alias="buurt", pattern=r"^(BU\d{8})?$")]
Street = Annotated[str, Query(alias="straat", max_length=200, pattern=r"^\P{C}*$")]
Which = Annotated[int, Query(alias="deel", ge=1, le=9999)]
_UNSAFE = re.compile(r"[^A-Za-z0-9-]+")


@router.api_route("/s/{reference}", methods=["GET", "HEAD"])
def in_the_street(request: Request, state: Register, reference: str) -> Response:
    """One sensor on one screen of a phone."""
    with reading(state.pool) as db:
        found = sensor_queries.sensor(db, state.settings.municipality, reference, datetime.now(UTC))
    streams = zip(found.entry.datastreams, found.streams, strict=True)
    page = {
        "entry": found.entry,
        "measures": [labels.stream_label(declared, stream.known) for declared, stream in streams],
        "verdict": VERDICTS[found.entry.personal_data],
        "level": found.entry.personal_data,
        "organisation": found.entry.responsible,
    }
    return state.templates.TemplateResponse(request, "signs/sign_page.html", page)


@router.api_route("/sensors/{reference}/bord.pdf", methods=["GET", "HEAD"])
def as_pdf(state: Register, reference: str, form: Form = "a6") -> Response:
    """The sign of a sensor, to print."""
    sign = _sign(state, reference)
    return _file(pdf(sign, form), "application/pdf", f"bord-{sign.reference}-{form}.pdf")


@router.api_route("/sensors/{reference}/bord.svg", methods=["GET", "HEAD"])
def as_svg(state: Register, reference: str, form: Form = "a6") -> Response:
    """The sign of a sensor, to work on."""
    sign = _sign(state, reference)
    return _file(svg(sign, form).encode(), "image/svg+xml", f"bord-{sign.reference}-{form}.svg")


@router.api_route("/borden", methods=["GET", "HEAD"])
def choose(request: Request, state: Register, neighbourhood: Neighbourhood = "", street: Street = "") -> Response:
    """Which signs to print: of a neighbourhood, of a street."""
    asked = Asked(neighbourhood or None, street.strip() or None)
    with reading(state.pool) as db:
        areas = sensor_queries.neighbourhoods(db, state.settings.municipality)
        found = part(db, state.settings.municipality, asked, 1) if asked else None
    page = {"asked": asked, "areas": areas, "found": found, "files": _files(asked, found)}
    return state.templates.TemplateResponse(request, "signs/signs.html", page)


@router.api_route("/borden.pdf", methods=["GET", "HEAD"])
def as_sheets(state: Register, neighbourhood: Neighbourhood = "", street: Street = "", which: Which = 1) -> Response:
    """The signs of a neighbourhood or a street, four on each A4. Raises NotFoundError when there are none."""
    asked = Asked(neighbourhood or None, street.strip() or None)
    with reading(state.pool) as db:
        found = part(db, state.settings.municipality, asked, which) if asked else None
    if found is None or not found.signs:
        raise NotFoundError
    named = _UNSAFE.sub("-", asked.street or asked.neighbourhood or "").strip("-").lower()
    return _file(sheets("Borden bij sensoren", found.signs), "application/pdf", f"borden-{named}-{which}.pdf")


def _files(asked: Asked, found: Part | None) -> list[str]:
    chosen = {"buurt": asked.neighbourhood, "straat": asked.street}
    given = {name: value for name, value in chosen.items() if value}
    parts = found.parts if found else 0
    return [f"/borden.pdf?{urlencode({**given, 'deel': which})}" for which in range(1, parts + 1)]


def _sign(state: State, reference: str) -> Sign:
    with reading(state.pool) as db:
        found = sensor_queries.sensor(db, state.settings.municipality, reference, datetime.now(UTC))
    return Sign.of(found.entry)


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'})
