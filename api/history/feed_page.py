"""Feeds of changes: to the whole register, to a search, or to one sensor."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.areas.queries import load_neighbourhoods
from api.database import Connection, read_transaction
from api.dependencies import AppState, AppStateDependency
from api.history import queries as history_queries
from api.history.feeds import MEDIA_TYPES, RENDERERS, Feed, FeedFormat
from api.history.page import next_page_query, read_older
from api.history.queries import VersionPage
from api.i18n import current_language, localize, url
from api.i18n import gettext as _
from api.search.filters import Filters
from api.web import READ_METHODS
from sensors.register.location import municipality_name

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class FeedSubject:
    """What a feed follows: its path without extension, the path of its page, their query, and a title."""

    feed_path: str
    page_path: str
    filter_query: str
    title: str


@router.api_route("/wijzigingen.atom", methods=READ_METHODS)
def register_atom(request: Request, state: AppStateDependency) -> Response:
    """Changes to the register or a search, as Atom; takes the filters of the list."""
    return _feed_of_search(request, state, "atom")


@router.api_route("/wijzigingen.json", methods=READ_METHODS)
def register_json(request: Request, state: AppStateDependency) -> Response:
    """The same as JSON Feed."""
    return _feed_of_search(request, state, "json")


@router.api_route("/sensors/{reference}/wijzigingen.atom", methods=READ_METHODS)
def sensor_atom(request: Request, state: AppStateDependency, reference: str) -> Response:
    """Changes to one sensor's entry, as Atom."""
    return _feed_of_sensor(request, state, reference, "atom")


@router.api_route("/sensors/{reference}/wijzigingen.json", methods=READ_METHODS)
def sensor_json(request: Request, state: AppStateDependency, reference: str) -> Response:
    """The same as JSON Feed."""
    return _feed_of_sensor(request, state, reference, "json")


def _feed_of_search(request: Request, state: AppState, feed_format: FeedFormat) -> Response:
    filters = Filters.from_query(request.query_params)
    with read_transaction(state.pool) as db:
        found = history_queries.find_changed_versions(
            db, state.settings.municipality, filters, before_revision=read_older(request)
        )
        about = _search_title(db, state, filters)
    subject = FeedSubject("/wijzigingen", "/wijzigingen", filters.query_string(sort=None), about)
    return _feed(request, state, feed_format, subject, found)


def _feed_of_sensor(request: Request, state: AppState, reference: str, feed_format: FeedFormat) -> Response:
    with read_transaction(state.pool) as db:
        found = history_queries.find_changed_versions(
            db, state.settings.municipality, Filters(), reference, read_older(request)
        )
    about = localize(found.versions[0].name) if found.versions else reference
    own = f"/sensors/{reference}"
    return _feed(
        request, state, feed_format, FeedSubject(f"{own}/wijzigingen", f"{own}/geschiedenis", "", about), found
    )


def _search_title(db: Connection, state: AppState, filters: Filters) -> str:
    """The title of a register feed."""
    city = municipality_name(state.settings.municipality)
    names = {area["code"]: area["name"] for area in load_neighbourhoods(db, state.settings.municipality)}
    place = f"{names[filters.neighbourhood]}, {city}" if filters.neighbourhood in names else city
    has_other_filters = filters.active.keys() - {"neighbourhood"}
    title = _("Uw keuze uit de sensoren in {place}") if has_other_filters else _("Sensoren in {place}")
    return title.format(place=place)


def _feed(
    request: Request, state: AppState, feed_format: FeedFormat, subject: FeedSubject, version_page: VersionPage
) -> Response:
    origin = str(request.base_url).rstrip("/")
    address = f"{origin}{url(subject.feed_path)}.{feed_format}"
    older = next_page_query(subject.filter_query, version_page)
    feed = Feed(
        identity=f"{state.settings.municipality}:{current_language()}:{subject.feed_path}{subject.filter_query}",
        title=_("{about}: wat er veranderde").format(about=subject.title),
        author=_("Sensoren in {place}").format(place=municipality_name(state.settings.municipality)),
        language=current_language(),
        origin=origin,
        page_url=f"{origin}{url(subject.page_path)}{subject.filter_query}",
        self_url=address + (f"?{request.url.query}" if request.url.query else ""),
        first_url=address + subject.filter_query,
        next_url=f"{address}{older}" if older else None,
        versions=version_page.versions,
    )
    return _conditional_response(request, RENDERERS[feed_format](feed), MEDIA_TYPES[feed_format], feed.changed_at)


def _conditional_response(request: Request, body: bytes, media_type: str, changed_at: datetime) -> Response:
    """Return the body, or 304 (RFC 9110, section 13). The ETag is weak because compression keeps it."""
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed_at, usegmt=True),
        "Access-Control-Allow-Origin": "*",
    }
    if _is_not_modified(request, tag, changed_at):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers=headers)


def _is_not_modified(request: Request, tag: str, changed_at: datetime) -> bool:
    etag = request.headers.get("if-none-match")
    if etag is not None:
        return etag.strip() == "*" or tag.removeprefix("W/") in {
            each.strip().removeprefix("W/") for each in etag.split(",")
        }
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    # In the second of the change itself there may be another one to come.
    whole = changed_at.replace(microsecond=0)
    return since.tzinfo is not None and whole <= since and (datetime.now(UTC) - whole).total_seconds() > 2
