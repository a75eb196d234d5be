"""Pages: ask or report something about a sensor, and follow the report."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.database import read_transaction
from api.dependencies import AppState, AppStateDependency
from api.exceptions import NotFoundError
from api.i18n import url
from api.reports import forms
from api.reports import labels as report_labels
from api.reports import queries as reports_queries
from api.reports.queries import Draft
from api.sensor import queries as sensor_queries
from api.web import READ_METHODS
from sensors.policy.promises import ANSWER_WITHIN_WORKING_DAYS
from sensors.vocabulary.localized_text import LocalizedText
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FormFields = Annotated[Mapping[str, str], Depends(forms.read_form)]
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")
_TEXTS = {"report_labels": report_labels, "answer_within_working_days": ANSWER_WITHIN_WORKING_DAYS}
"""Template context shared by these pages."""


@dataclass(frozen=True, slots=True)
class SubmittedForm:
    """A submitted form with its errors: by field, and for the submission itself."""

    draft: Draft = field(default_factory=Draft)
    errors: Mapping[str, LocalizedText] = field(default_factory=dict[str, LocalizedText])
    notice: LocalizedText | None = None
    form_token: str | None = None
    """The submitted token, if it may be reused."""


@router.api_route("/sensors/{reference}/melding", methods=READ_METHODS)
def report_form(request: Request, state: AppStateDependency, reference: str) -> Response:
    """The empty form."""
    return _form_response(request, state, reference, SubmittedForm(), 200)


@router.post("/sensors/{reference}/melding")
def submit_report(request: Request, state: AppStateDependency, reference: str, fields: FormFields) -> Response:
    """Accept the form and redirect to the report, or show the form again with its errors."""
    now = datetime.now(UTC)
    draft = reports_queries.parse_draft(fields)
    form_token = state.intake.form_tokens.verify(reference, fields.get("ticket", ""))
    notice = form_token.timing_notice(now) if form_token else forms.EXPIRED_MESSAGE
    reusable_token = fields["ticket"] if notice is not forms.EXPIRED_MESSAGE else None
    if draft.errors:  # reason enough: whoever mends them takes time
        return _form_response(request, state, reference, SubmittedForm(draft, draft.errors, None, reusable_token), 422)
    if form_token is None or notice:
        return _form_response(request, state, reference, SubmittedForm(draft, {}, notice, reusable_token), 422)
    try:
        state.intake.rate_limiter.admit(request.client.host if request.client else None, now)
    except forms.RateLimitError:
        return _form_response(
            request, state, reference, SubmittedForm(draft, {}, forms.BUSY_MESSAGE, reusable_token), 429
        )
    with state.pool.connection() as db:
        number = reports_queries.file_report(db, state.settings.municipality, reference, form_token.form_id, draft)
    state.intake.mailer.wake()
    return RedirectResponse(url(f"/meldingen/{number}"), 303)


@router.api_route("/meldingen", methods=READ_METHODS)
def list_reports(request: Request, state: AppStateDependency) -> Response:
    """The newest reports and their status."""
    with read_transaction(state.pool) as db:
        found = reports_queries.list_newest_reports(db, state.settings.municipality)
    context = {"reports": found, "today": datetime.now(LOCAL_TIME_ZONE).date(), **_TEXTS}
    return state.templates.TemplateResponse(request, "reports/reports.html", context)


@router.api_route("/meldingen/{number}", methods=READ_METHODS)
def show_report(request: Request, state: AppStateDependency, number: str) -> Response:
    """The status of one report. Raises NotFoundError."""
    if not _NUMBER.fullmatch(number):
        raise NotFoundError
    with read_transaction(state.pool) as db:
        found = reports_queries.get_report(db, state.settings.municipality, int(number))
    context = {"report": found, "today": datetime.now(LOCAL_TIME_ZONE).date(), **_TEXTS}
    return state.templates.TemplateResponse(request, "reports/report.html", context)


def _form_response(request: Request, state: AppState, reference: str, form: SubmittedForm, status: int) -> Response:
    now = datetime.now(UTC)
    with read_transaction(state.pool) as db:
        found = sensor_queries.load_sensor(db, state.settings.municipality, reference, now)
    context = {
        "entry": found.entry,
        "form": form,
        "form_token": form.form_token or state.intake.form_tokens.issue(found.entry.reference, now),
        **_TEXTS,
    }
    headers = {"Cache-Control": "no-store"}  # a form from a cache has an old token
    return state.templates.TemplateResponse(request, "reports/report_form.html", context, status, headers)
