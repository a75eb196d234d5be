"""What was in the register before, and what changed. These addresses stay for ever."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.database import reading
from api.dependencies import Register
from api.formatting import day
from api.history import feeds
from api.history import queries as history_queries
from api.history.changes import facts
from api.history.queries import Changed, Version
from api.i18n import url
from api.search.filters import Filters, UnknownFilterError


@dataclass(frozen=True, slots=True)
class Alike:
    """Versions one after the other of which the same is to be told: what changed, and why."""

    what: str
    reason: str | None
    versions: list[Version]


router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _page(path: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    return router.api_route(path, methods=["GET", "HEAD"])


@_page("/wijzigingen")
def changes(request: Request, state: Register) -> Response:
    """What changed lately in the whole register, or in a search."""
    filters = Filters.read(request.query_params)
    with reading(state.pool) as db:
        found = history_queries.changed(db, state.settings.municipality, filters, older=older_than(request))
    page = {
        "versions": found.versions,
        "days": by_day(found.versions),
        "query": filters.query(sort=None),
        "older": older_query(filters.query(sort=None), found),
    }
    return state.templates.TemplateResponse(request, "history/changes.html", page)


def by_day(versions: Sequence[Version]) -> Iterator[tuple[str, list[Alike]]]:
    """Day by day what changed; where the same happened to many in a row, as when a street is entered, once."""
    for when, of_day in groupby(versions, key=lambda version: day(version.valid_from)):
        runs = groupby(of_day, key=lambda version: (feeds.what_changed(version), version.reason))
        yield when, [Alike(what, reason, list(run)) for (what, reason), run in runs]


@_page("/sensors/{reference}/geschiedenis")
def of_sensor(request: Request, state: Register, reference: str) -> Response:
    """Every version of one sensor's entry, the newest first, with what changed."""
    with reading(state.pool) as db:
        found = history_queries.versions(db, state.settings.municipality, reference)
    return state.templates.TemplateResponse(
        request, "history/history.html", {"versions": found[::-1], "newest": found[-1]}
    )


@_page("/sensors/{reference}/geschiedenis/{number}")
def of_version(request: Request, state: Register, reference: str, number: str) -> Response:
    """One version as it was."""
    with reading(state.pool) as db:
        version = history_queries.version_of(db, state.settings.municipality, reference, number)
    told = [each for each in facts(version.document).values() if each.told.nl]
    page = {"version": version, "groups": groupby(told, key=lambda fact: fact.about)}
    return state.templates.TemplateResponse(request, "history/version.html", page)


@_page("/id/{entry_id}")
def permanent(request: Request, state: Register, entry_id: str) -> Response:
    """Where the entry is now: the page for who scans a sign in the street, or its data for who asks for JSON."""
    with reading(state.pool) as db:
        reference = history_queries.reference_of(db, state.settings.municipality, entry_id)
    return _see_other(request, url(f"/s/{reference}"), f"/v1/sensors/{entry_id}")


@_page("/id/{entry_id}/{number}")
def permanent_version(request: Request, state: Register, entry_id: str, number: str) -> Response:
    """Where a version of the entry is now."""
    with reading(state.pool) as db:
        version = history_queries.version_of(db, state.settings.municipality, entry_id, number)
    page = url(f"/sensors/{version.reference}/geschiedenis/{number}")
    return _see_other(request, page, f"/v1/sensors/{entry_id}/versions/{number}")


def _see_other(request: Request, page: str, data: str) -> Response:
    accepted = request.headers.get("accept", "")
    to = data if "json" in accepted and "html" not in accepted else page
    return RedirectResponse(to, 303, {"Vary": "Accept"})


def older_than(request: Request) -> int | None:
    """The revision before which to look. Raises UnknownFilterError."""
    given = request.query_params.get("older") or None
    if given is not None and not re.fullmatch(r"[1-9]\d{0,17}", given):
        raise UnknownFilterError("older")
    return int(given) if given else None


def older_query(query: str, found: Changed) -> str | None:
    """The query of the page after this one."""
    if not found.more:
        return None
    return f"{query}{'&' if query else '?'}{urlencode({'older': found.versions[-1].revision})}"
