"""Whether the register is true, for people: the whole city, one neighbourhood or one organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import formatting
from api.database import reading
from api.dependencies import Register
from api.i18n import gettext as _
from api.i18n import url
from api.quality import labels as quality_labels
from api.quality.queries import ORDERS, Group, Quality, Scope, quality
from api.search import facets
from api.search.filters import Filters, UnknownFilterError
from api.sensor import queries as sensor_queries

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PAGE = "/kwaliteit"
QUARTER = timedelta(minutes=15)
"""How much later something may go that is deleted row by row."""


@router.api_route(PAGE, methods=["GET", "HEAD"])
def page(request: Request, state: Register) -> Response:
    """What is not as it should be, and how we know. ``order``: of the tables of neighbourhoods and organisations."""
    now, municipality = datetime.now(UTC), state.settings.municipality
    filters = Filters.read(request.query_params)
    order = request.query_params.get("order") or next(iter(ORDERS))
    if order not in ORDERS:
        raise UnknownFilterError("order")
    scope = Scope(filters.neighbourhood, filters.organisation)
    with reading(state.pool) as db:
        found = quality(db, municipality, scope, now)
        areas = sensor_queries.neighbourhoods(db, municipality) if scope.neighbourhood else []
    told = {
        "found": found,
        "measures": found.measures,
        "scope": scope,
        "about": _about(scope, {area["code"]: area["name"] for area in areas}),
        "sensors": _listed(scope),
        "deviations": facets.DEVIATIONS,
        "texts": quality_labels,
        "made": formatting.moment(found.period.made_at, now),
        "week": (found.period.week_since, found.period.week_until - timedelta(days=1)),
        "quarter": QUARTER,
        "tables": _tables(found, order),
        "order": order,
        "columns": _columns(),
    }
    return state.templates.TemplateResponse(request, "quality/quality.html", told)


def _about(scope: Scope, names: Mapping[str, str]) -> str | None:
    """The name of what is looked at; none for the whole city."""
    told = [names.get(scope.neighbourhood or "") or scope.neighbourhood, scope.organisation]
    return ", ".join(filter(None, told)) or None


def _listed(scope: Scope) -> Mapping[str, str]:
    """Addresses of the list of precisely the sensors that are counted: all of them, and by deviation."""
    filters = Filters(neighbourhood=scope.neighbourhood, organisation=scope.organisation)
    ways = {code: filters.query(deviating=code) for code in ("yes", *facets.DEVIATIONS)}
    return {code: url("/") + query for code, query in {"all": filters.query(), **ways}.items()}


def _columns() -> Mapping[str, str]:
    """The columns of the tables besides the name, by what they order by."""
    return {
        "sensors": _("Sensoren"),
        "deviating": _("Klopt iets niet"),
        "received": _("Kwam binnen"),
        "filled": _("Ingevuld"),
    }


@dataclass(frozen=True, slots=True)
class Line:
    """A group in its table, with the addresses of its own page and of its sensors that deviate."""

    group: Group
    page: str
    deviating: str


@dataclass(frozen=True, slots=True)
class Table:
    """The groups of one sort in the order asked for. ``orders``: by column, where to ask for it."""

    id: str
    title: str
    head: str
    lines: tuple[Line, ...]
    orders: Mapping[str, str]


def _tables(found: Quality, order: str) -> tuple[Table, ...]:
    given = {
        "neighbourhood": ("buurten", _("Per buurt"), _("Buurt"), found.neighbourhoods),
        "organisation": ("organisaties", _("Per organisatie"), _("Organisatie"), found.organisations),
    }
    tables: list[Table] = []
    for name, (anchor, title, head, groups) in given.items():
        lines = tuple(_line(name, group) for group in sorted(groups, key=ORDERS[order]))
        orders = {each: f"{url(PAGE)}?{urlencode({'order': each})}#{anchor}" for each in ORDERS}
        tables += [Table(anchor, title, head, lines, orders)] if lines else []
    return tuple(tables)


def _line(name: str, group: Group) -> Line:
    chosen: dict[str, Any] = {name: group.code}
    return Line(group, f"{url(PAGE)}?{urlencode(chosen)}", url("/") + Filters(**chosen).query(deviating="yes"))
