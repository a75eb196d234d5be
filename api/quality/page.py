"""The quality page, for the whole city, one neighbourhood or one organisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import formatting
from api.areas.queries import load_neighbourhoods
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.i18n import gettext as _
from api.i18n import url
from api.quality import labels as quality_labels
from api.quality.queries import SORT_KEYS, Group, Quality, Scope, load_quality
from api.search import facets
from api.search.filters import Filters, InvalidFilterError
from api.web import READ_METHODS
from sensors.policy.promises import RETENTION_INTERVAL
from sensors.policy.table_labels import table_label
from sensors.register.validation.rules import message_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PATH = "/kwaliteit"


@router.api_route(PATH, methods=READ_METHODS)
def quality_page(request: Request, state: AppStateDependency) -> Response:
    """What is wrong, and how we know. ``order``: sort order of the neighbourhood and organisation tables."""
    now, municipality = datetime.now(UTC), state.settings.municipality
    filters = Filters.from_query(request.query_params)
    order = request.query_params.get("order") or next(iter(SORT_KEYS))
    if order not in SORT_KEYS:
        raise InvalidFilterError("order")
    scope = Scope(filters.neighbourhood, filters.organisation)
    with read_transaction(state.pool) as db:
        quality = load_quality(db, municipality, scope, now)
        areas = load_neighbourhoods(db, municipality) if scope.neighbourhood else []
    context = {
        "quality": quality,
        "measures": quality.measures,
        "scope": scope,
        "scope_name": _scope_name(scope, {area["code"]: area["name"] for area in areas}),
        "sensor_list_urls": _sensor_list_urls(scope),
        "deviation_labels": facets.DEVIATION_LABELS,
        "quality_labels": quality_labels,
        "table_label": table_label,
        "message_of": message_of,
        "computed_at": formatting.relative_time(quality.period.made_at, now),
        "last_week": (quality.period.week_since, quality.period.week_until - timedelta(days=1)),
        "retention_run_interval": RETENTION_INTERVAL,
        "tables": _tables(quality, order),
        "order": order,
        "column_labels": _column_labels(),
    }
    return state.templates.TemplateResponse(request, "quality/quality.html", context)


def _scope_name(scope: Scope, names: Mapping[str, str]) -> str | None:
    """The name of the scope; None for the whole city."""
    parts = [names.get(scope.neighbourhood or "") or scope.neighbourhood, scope.organisation]
    return ", ".join(filter(None, parts)) or None


def _sensor_list_urls(scope: Scope) -> Mapping[str, str]:
    """URLs listing exactly the sensors counted: all of them, and by deviation."""
    filters = Filters(neighbourhood=scope.neighbourhood, organisation=scope.organisation)
    ways = {code: filters.query_string(deviating=code) for code in ("yes", *facets.DEVIATION_LABELS)}
    return {code: url("/") + query for code, query in {"all": filters.query_string(), **ways}.items()}


def _column_labels() -> Mapping[str, str]:
    """Column labels besides the name, by sort key."""
    return {
        "sensors": _("Sensoren"),
        "deviating": _("Klopt iets niet"),
        "received": _("Kwam binnen"),
        "filled": _("Ingevuld"),
    }


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A table row for a group, with the URLs of its page and of its deviating sensors."""

    group: Group
    quality_url: str
    deviating_url: str


@dataclass(frozen=True, slots=True)
class GroupTable:
    """A table of groups in the requested order. ``sort_urls``: the URL that sorts by each column."""

    id: str
    title: str
    name_heading: str
    rows: tuple[GroupRow, ...]
    sort_urls: Mapping[str, str]


def _tables(quality: Quality, order: str) -> tuple[GroupTable, ...]:
    given = {
        "neighbourhood": ("buurten", _("Per buurt"), _("Buurt"), quality.neighbourhoods),
        "organisation": ("organisaties", _("Per organisatie"), _("Organisatie"), quality.organisations),
    }
    tables: list[GroupTable] = []
    for name, (anchor, title, head, groups) in given.items():
        rows = tuple(_row(name, group) for group in sorted(groups, key=SORT_KEYS[order]))
        sort_urls = {each: f"{url(PATH)}?{urlencode({'order': each})}#{anchor}" for each in SORT_KEYS}
        tables += [GroupTable(anchor, title, head, rows, sort_urls)] if rows else []
    return tuple(tables)


def _row(name: str, group: Group) -> GroupRow:
    chosen: dict[str, Any] = {name: group.code}
    return GroupRow(
        group, f"{url(PATH)}?{urlencode(chosen)}", url("/") + Filters(**chosen).query_string(deviating="yes")
    )
