"""For people: ask or report something about a sensor, and see what became of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.database import reading
from api.dependencies import Register, State
from api.i18n import url
from api.reports import forms
from api.reports import queries as reports_queries
from api.reports.queries import Draft
from api.sensor import queries as sensor_queries
from api.sensor.queries import CLOCK, NotFoundError
from sensors.vocabulary.localized_text import Text

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Fields = Annotated[Mapping[str, str], Depends(forms.read)]
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent, with what is wrong: by field, and with the sending itself."""

    draft: Draft = field(default_factory=Draft)
    problems: Mapping[str, Text] = field(default_factory=dict[str, Text])
    notice: Text | None = None
    ticket: str | None = None
    """The one it came with, when it may be used again."""


@router.api_route("/sensors/{reference}/melding", methods=["GET", "HEAD"])
def form(request: Request, state: Register, reference: str) -> Response:
    """The empty form."""
    return _form(request, state, reference, Filled(), 200)


@router.post("/sensors/{reference}/melding")
def send(request: Request, state: Register, reference: str, fields: Fields) -> Response:
    """Take the form in: on to the page of the report, or the form again with what is wrong."""
    now = datetime.now(UTC)
    draft = reports_queries.draft(fields)
    ticket = state.desk.tickets.read(reference, fields.get("ticket", ""))
    notice = ticket.problem(now) if ticket else forms.OLD
    reusable = fields["ticket"] if notice is not forms.OLD else None
    if draft.problems:  # reason enough: whoever mends them takes time
        return _form(request, state, reference, Filled(draft, draft.problems, None, reusable), 422)
    if ticket is None or notice:
        return _form(request, state, reference, Filled(draft, {}, notice, reusable), 422)
    try:
        state.desk.turnstile.enter(request.client.host if request.client else None, now)
    except forms.BusyError:
        return _form(request, state, reference, Filled(draft, {}, forms.BUSY, reusable), 429)
    with state.pool.connection() as db:
        number = reports_queries.file(db, state.settings.municipality, reference, ticket.form_id, draft)
    state.desk.courier.wake()
    return RedirectResponse(url(f"/meldingen/{number}"), 303)


@router.api_route("/meldingen", methods=["GET", "HEAD"])
def every(request: Request, state: Register) -> Response:
    """The newest reports and how they stand."""
    with reading(state.pool) as db:
        found = reports_queries.newest(db, state.settings.municipality)
    page = {"reports": found, "texts": reports_queries, "today": datetime.now(CLOCK).date()}
    return state.templates.TemplateResponse(request, "reports/reports.html", page)


@router.api_route("/meldingen/{number}", methods=["GET", "HEAD"])
def one(request: Request, state: Register, number: str) -> Response:
    """How one report stands. Raises NotFoundError."""
    if not _NUMBER.fullmatch(number):
        raise NotFoundError
    with reading(state.pool) as db:
        found = reports_queries.report(db, state.settings.municipality, int(number))
    page = {"report": found, "texts": reports_queries, "today": datetime.now(CLOCK).date()}
    return state.templates.TemplateResponse(request, "reports/report.html", page)


def _form(request: Request, state: State, reference: str, filled: Filled, status: int) -> Response:
    now = datetime.now(UTC)
    with reading(state.pool) as db:
        found = sensor_queries.sensor(db, state.settings.municipality, reference, now)
    page = {
        "entry": found.entry,
        "filled": filled,
        "ticket": filled.ticket or state.desk.tickets.new(found.entry.reference, now),
        "texts": reports_queries,
    }
    headers = {"Cache-Control": "no-store"}  # a form from a cache has an old ticket
    return state.templates.TemplateResponse(request, "reports/report_form.html", page, status, headers)
