"""What changes in the register, for who follows it without an account: of all of it, of a search, or of one sensor."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.database import Connection, reading
from api.dependencies import Register, State
from api.history import queries as history_queries
from api.history.feeds import MEDIA, WRITERS, Feed, Form
from api.history.page import older_query, older_than
from api.history.queries import Changed
from api.i18n import current, said, url
from api.i18n import gettext as _
from api.search.filters import Filters
from api.sensor.queries import neighbourhoods
from sensors.register.location import municipality_name

router = APIRouter(include_in_schema=False)

READ = ["GET", "HEAD"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a feed follows: its address without the form, that of the page beside it, the query of both, a title."""

    path: str
    page: str
    query: str
    about: str


@router.api_route("/wijzigingen.atom", methods=READ)
def atom(request: Request, state: Register) -> Response:
    """What changes in the register or in a search, as Atom: the filters are those of the list."""
    return _feed_of_search(request, state, "atom")


@router.api_route("/wijzigingen.json", methods=READ)
def json(request: Request, state: Register) -> Response:
    """The same as JSON Feed."""
    return _feed_of_search(request, state, "json")


@router.api_route("/sensors/{reference}/wijzigingen.atom", methods=READ)
def sensor_atom(request: Request, state: Register, reference: str) -> Response:
    """What changes in the entry of one sensor, as Atom."""
    return _feed_of_sensor(request, state, reference, "atom")


@router.api_route("/sensors/{reference}/wijzigingen.json", methods=READ)
def sensor_json(request: Request, state: Register, reference: str) -> Response:
    """The same as JSON Feed."""
    return _feed_of_sensor(request, state, reference, "json")


def _feed_of_search(request: Request, state: State, form: Form) -> Response:
    filters = Filters.read(request.query_params)
    with reading(state.pool) as db:
        found = history_queries.changed(db, state.settings.municipality, filters, older=older_than(request))
        about = _about(db, state, filters)
    subject = Subject("/wijzigingen", "/wijzigingen", filters.query(sort=None), about)
    return _feed(request, state, form, subject, found)


def _feed_of_sensor(request: Request, state: State, reference: str, form: Form) -> Response:
    with reading(state.pool) as db:
        found = history_queries.changed(db, state.settings.municipality, Filters(), reference, older_than(request))
    about = said(found.versions[0].name) if found.versions else reference
    own = f"/sensors/{reference}"
    return _feed(request, state, form, Subject(f"{own}/wijzigingen", f"{own}/geschiedenis", "", about), found)


def _about(db: Connection, state: State, filters: Filters) -> str:
    """What a feed of the register is about."""
    city = municipality_name(state.settings.municipality)
    names = {area["code"]: area["name"] for area in neighbourhoods(db, state.settings.municipality)}
    place = f"{names[filters.neighbourhood]}, {city}" if filters.neighbourhood in names else city
    narrower = filters.chosen.keys() - {"neighbourhood"}
    told = _("Uw keuze uit de sensoren in {place}") if narrower else _("Sensoren in {place}")
    return told.format(place=place)


def _feed(request: Request, state: State, form: Form, subject: Subject, found: Changed) -> Response:
    origin = str(request.base_url).rstrip("/")
    address = f"{origin}{url(subject.path)}.{form}"
    older = older_query(subject.query, found)
    made = Feed(
        name=f"{state.settings.municipality}:{current()}:{subject.path}{subject.query}",
        title=_("{about}: wat er veranderde").format(about=subject.about),
        author=_("Sensoren in {place}").format(place=municipality_name(state.settings.municipality)),
        language=current(),
        origin=origin,
        page=f"{origin}{url(subject.page)}{subject.query}",
        own=address + (f"?{request.url.query}" if request.url.query else ""),
        first=address + subject.query,
        following=f"{address}{older}" if older else None,
        versions=found.versions,
    )
    return _unless_same(request, WRITERS[form](made), MEDIA[form], made.changed_at)


def _unless_same(request: Request, body: bytes, media: str, changed_at: datetime) -> Response:
    """The body, or 304 for who has it (RFC 9110, section 13). The tag is weak: it is the same when it is packed."""
    tag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed_at, usegmt=True),
        "Access-Control-Allow-Origin": "*",
    }
    if _has(request, tag, changed_at):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{media}; charset=utf-8", headers=headers)


def _has(request: Request, tag: str, changed_at: datetime) -> bool:
    held = request.headers.get("if-none-match")
    if held is not None:
        return held.strip() == "*" or tag.removeprefix("W/") in {
            each.strip().removeprefix("W/") for each in held.split(",")
        }
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    # In the second of the change itself there may be another one to come.
    whole = changed_at.replace(microsecond=0)
    return since.tzinfo is not None and whole <= since and (datetime.now(UTC) - whole).total_seconds() > 2
