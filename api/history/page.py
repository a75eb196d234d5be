"""Pages: history and changes. Their URLs are permanent."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.formatting import day
from api.history import feeds
from api.history import queries as history_queries
from api.history.changes import field_values
from api.history.queries import Version, VersionPage
from api.i18n import url
from api.search.filters import Filters, InvalidFilterError
from api.web import READ_METHODS
from sensors.vocabulary.localized_text import LocalizedText


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Consecutive versions with the same changes and reason."""

    summary: str
    reason: LocalizedText | None
    versions: list[Version]


router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.api_route("/wijzigingen", methods=READ_METHODS)
def changes(request: Request, state: AppStateDependency) -> Response:
    """Recent changes to the whole register, or to a search."""
    filters = Filters.from_query(request.query_params)
    with read_transaction(state.pool) as db:
        found = history_queries.find_changed_versions(
            db, state.settings.municipality, filters, before_revision=read_older(request)
        )
    context = {
        "versions": found.versions,
        "days": group_by_day(found.versions),
        "filter_query": filters.query_string(sort=None),
        "next_page_query": next_page_query(filters.query_string(sort=None), found),
    }
    return state.templates.TemplateResponse(request, "history/changes.html", context)


def group_by_day(versions: Sequence[Version]) -> Iterator[tuple[str, list[ChangeGroup]]]:
    """Changes by day; identical consecutive changes, as when a street is entered, are merged."""
    for when, of_day in groupby(versions, key=lambda version: day(version.valid_from)):
        runs = groupby(of_day, key=lambda version: (feeds.summarise_changes(version), version.told_reason))
        yield when, [ChangeGroup(what, reason, list(run)) for (what, reason), run in runs]


@router.api_route("/sensors/{reference}/geschiedenis", methods=READ_METHODS)
def sensor_history(request: Request, state: AppStateDependency, reference: str) -> Response:
    """All versions of one sensor's entry with their changes, newest first."""
    with read_transaction(state.pool) as db:
        found = history_queries.list_versions(db, state.settings.municipality, reference)
    return state.templates.TemplateResponse(
        request, "history/history.html", {"versions": found[::-1], "newest_version": found[-1]}
    )


@router.api_route("/sensors/{reference}/geschiedenis/{number}", methods=READ_METHODS)
def sensor_version(request: Request, state: AppStateDependency, reference: str, number: str) -> Response:
    """One version of an entry."""
    with read_transaction(state.pool) as db:
        version = history_queries.get_version(db, state.settings.municipality, reference, number)
    values = [each for each in field_values(version.document, version.removed_fields).values() if each.value_text.nl]
    by_property = groupby(values, key=lambda value: value.property_label)
    context = {"version": version, "values_by_property": by_property}
    return state.templates.TemplateResponse(request, "history/version.html", context)


@router.api_route("/id/{entry_id}", methods=READ_METHODS)
def permanent_entry(request: Request, state: AppStateDependency, entry_id: str) -> Response:
    """Redirect to the entry: its sign page, or its data if the client asks for JSON."""
    with read_transaction(state.pool) as db:
        reference = history_queries.get_reference(db, state.settings.municipality, entry_id)
    return _see_other(request, url(f"/s/{reference}"), f"/v1/sensors/{entry_id}")


@router.api_route("/id/{entry_id}/{number}", methods=READ_METHODS)
def permanent_version(request: Request, state: AppStateDependency, entry_id: str, number: str) -> Response:
    """Redirect to a version of the entry."""
    with read_transaction(state.pool) as db:
        version = history_queries.get_version(db, state.settings.municipality, entry_id, number)
    page = url(f"/sensors/{version.reference}/geschiedenis/{number}")
    return _see_other(request, page, f"/v1/sensors/{entry_id}/versions/{number}")


def _see_other(request: Request, page: str, data: str) -> Response:
    accepted = request.headers.get("accept", "")
    to = data if "json" in accepted and "html" not in accepted else page
    return RedirectResponse(to, 303, {"Vary": "Accept"})


def read_older(request: Request) -> int | None:
    """The revision to look before. Raises InvalidFilterError."""
    given = request.query_params.get("older") or None
    if given is not None and not re.fullmatch(r"[1-9]\d{0,17}", given):
        raise InvalidFilterError("older")
    return int(given) if given else None


def next_page_query(filter_query: str, version_page: VersionPage) -> str | None:
    """The query string of the next page."""
    if not version_page.has_more:
        return None
    return f"{filter_query}{'&' if filter_query else '?'}{urlencode({'older': version_page.versions[-1].revision})}"
