"""Signs and stickers to print, and the page their QR code opens."""

import re
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api import labels
from api.areas.queries import load_neighbourhoods
from api.database import read_transaction
from api.dependencies import AppState, AppStateDependency
from api.exceptions import NotFoundError
from api.sensor import queries as sensor_queries
from api.signs.drawing import render_pdf, render_sheets, render_svg
from api.signs.layout import PaperSize
from api.signs.sign import PRIVACY_MESSAGES, Sign
from api.signs.sign_files import SignFile, SignSelection, load_sign_file
from api.web import READ_METHODS

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PaperSizeParameter = Annotated[PaperSize, Query(alias="formaat")]
NeighbourhoodParameter = Annotated[str, Query(alias="buurt", pattern=r"^(BU\d{8})?$")]
StreetParameter = Annotated[str, Query(alias="straat", max_length=200, pattern=r"^\P{C}*$")]
PartParameter = Annotated[int, Query(alias="deel", ge=1, le=9999)]
_UNSAFE_FILENAME_CHARACTERS = re.compile(r"[^A-Za-z0-9-]+")


@router.api_route("/s/{reference}", methods=READ_METHODS)
def sign_page(request: Request, state: AppStateDependency, reference: str) -> Response:
    """One sensor on a single phone screen."""
    with read_transaction(state.pool) as db:
        found = sensor_queries.load_sensor(db, state.settings.municipality, reference, datetime.now(UTC))
    streams = zip(found.entry.datastreams, found.datastreams, strict=True)
    context = {
        "entry": found.entry,
        "property_labels": [labels.datastream_label(declared, stream.definition) for declared, stream in streams],
        "privacy_message": PRIVACY_MESSAGES[found.entry.personal_data],
        "personal_data": found.entry.personal_data,
        "responsible": found.entry.responsible,
    }
    return state.templates.TemplateResponse(request, "signs/sign_page.html", context)


@router.api_route("/sensors/{reference}/bord.pdf", methods=READ_METHODS)
def sign_pdf(state: AppStateDependency, reference: str, paper_size: PaperSizeParameter = "a6") -> Response:
    """The sign of a sensor, for printing."""
    sign = _load_sign(state, reference)
    return _file_response(render_pdf(sign, paper_size), "application/pdf", f"bord-{sign.reference}-{paper_size}.pdf")


@router.api_route("/sensors/{reference}/bord.svg", methods=READ_METHODS)
def sign_svg(state: AppStateDependency, reference: str, paper_size: PaperSizeParameter = "a6") -> Response:
    """The sign of a sensor, for editing."""
    sign = _load_sign(state, reference)
    return _file_response(
        render_svg(sign, paper_size).encode(), "image/svg+xml", f"bord-{sign.reference}-{paper_size}.svg"
    )


@router.api_route("/borden", methods=READ_METHODS)
def choose_signs(
    request: Request,
    state: AppStateDependency,
    neighbourhood: NeighbourhoodParameter = "",
    street: StreetParameter = "",
) -> Response:
    """Choose signs to print, by neighbourhood or street."""
    selection = SignSelection(neighbourhood or None, street.strip() or None)
    with read_transaction(state.pool) as db:
        neighbourhoods = load_neighbourhoods(db, state.settings.municipality)
        sign_file = load_sign_file(db, state.settings.municipality, selection, 1) if selection else None
    context = {
        "selection": selection,
        "neighbourhoods": neighbourhoods,
        "sign_file": sign_file,
        "file_urls": _file_urls(selection, sign_file),
    }
    return state.templates.TemplateResponse(request, "signs/signs.html", context)


@router.api_route("/borden.pdf", methods=READ_METHODS)
def sign_sheets_pdf(
    state: AppStateDependency,
    neighbourhood: NeighbourhoodParameter = "",
    street: StreetParameter = "",
    part_number: PartParameter = 1,
) -> Response:
    """The signs of a neighbourhood or a street, four to an A4. Raises NotFoundError if there are none."""
    selection = SignSelection(neighbourhood or None, street.strip() or None)
    with read_transaction(state.pool) as db:
        sign_file = load_sign_file(db, state.settings.municipality, selection, part_number) if selection else None
    if sign_file is None or not sign_file.signs:
        raise NotFoundError
    file_label = (
        _UNSAFE_FILENAME_CHARACTERS.sub("-", selection.street or selection.neighbourhood or "").strip("-").lower()
    )
    return _file_response(
        render_sheets("Borden bij sensoren", sign_file.signs),
        "application/pdf",
        f"borden-{file_label}-{part_number}.pdf",
    )


def _file_urls(selection: SignSelection, sign_file: SignFile | None) -> list[str]:
    given = {"buurt": selection.neighbourhood, "straat": selection.street}
    query = {name: value for name, value in given.items() if value}
    file_count = sign_file.file_count if sign_file else 0
    return [f"/borden.pdf?{urlencode({**query, 'deel': number})}" for number in range(1, file_count + 1)]


def _load_sign(state: AppState, reference: str) -> Sign:
    with read_transaction(state.pool) as db:
        found = sensor_queries.load_sensor(db, state.settings.municipality, reference, datetime.now(UTC))
    return Sign.of(found.entry)


def _file_response(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'inline; filename="{name}"'})
