"""For people: what is measured in a neighbourhood, and about a theme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api import formatting
from api.areas import outlines
from api.areas import queries as areas_queries
from api.areas.queries import Area, Gathered
from api.charts import Chart, draw
from api.database import Connection, reading
from api.dependencies import Register
from api.listing import Listed, Reading, listed, most_personal
from api.listing import reading as told
from api.search import facets
from api.search.filters import Filters
from api.sensor import queries as sensor_queries
from api.sensor.queries import NotFoundError, Stream
from api.statistics import Summary
from api.themes import content as themes_content
from sensors.kinds import KINDS
from sensors.register.entry import Words

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

READ = ["GET", "HEAD"]
_COLUMNS = 4
"""How many observed properties the table of a theme has at most."""
_LEADING = (*(code for theme in themes_content.THEMES.values() for code in theme.leading), "presence")
"""What the page of a neighbourhood begins with, in this order."""

_PROPERTIES = {code: known for kind in KINDS.values() for code, known in kind.properties.items()}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is public of one observed property in a neighbourhood, as the page tells it."""

    stream: Stream
    label: str
    unit: str
    sensors: int
    group: str | None
    chart: Chart
    newest: Reading


@router.api_route("/buurten", methods=READ)
def areas(request: Request, state: Register) -> Response:
    """Every neighbourhood, under its district."""
    with reading(state.pool) as db:
        found = sensor_queries.neighbourhoods(db, state.settings.municipality)
        tally = state.tallies.get(db, state.settings.municipality)
    by_name = groupby(found, key=lambda area: (area["district"], area["district_name"]))
    page = {"districts": [(code, name, list(group)) for (code, name), group in by_name], "summary": tally.whole}
    return state.templates.TemplateResponse(request, "areas/areas.html", page)


@router.api_route("/buurten/{code}", methods=READ)
def area(request: Request, state: Register, code: str) -> Response:
    """One neighbourhood with its sensors and what they measure, or a district with its neighbourhoods."""
    now, municipality = datetime.now(UTC), state.settings.municipality
    with reading(state.pool) as db:
        found = areas_queries.area(db, municipality, code)
        tally = state.tallies.get(db, municipality)
        chosen = _chosen(found)
        page: dict[str, Any] = {
            "area": found,
            "tally": tally,
            "summary": tally.of_area(code),
            "worst": most_personal(tally.of_area(code)),
            "filters": chosen,
            "found": listed(db, municipality, request.query_params, chosen, now),
            "drawing": outlines.draw(db, municipality, found),
            "neighbourhoods": _within(sensor_queries.neighbourhoods(db, municipality), found),
            **_measured(db, municipality, found, now),
        }
    page |= {"choices": facets, "themes": themes_content, "texts": Words.model_validate}
    return state.templates.TemplateResponse(request, "areas/area.html", page)


def _chosen(area: Area) -> Filters:
    return Filters(neighbourhood=area.code) if area.level == "neighbourhood" else Filters(district=area.code)


def _within(neighbourhoods: Sequence[Mapping[str, Any]], area: Area) -> list[Mapping[str, Any]]:
    return [each for each in neighbourhoods if each["district"] == area.code]


def _measured(db: Connection, municipality: str, area: Area, now: datetime) -> dict[str, Any]:
    """Values of a neighbourhood; those of a whole district would say little about any place in it."""
    if area.level == "district":
        return {"first": [], "more": [], "trips": []}
    drawn = [
        each
        for each in (_drawn(each, now) for each in areas_queries.gathered(db, municipality, area.code, now))
        if each
    ]
    return {
        "first": sorted((each for each in drawn if each.stream.code in _LEADING), key=_place),
        "more": [each for each in drawn if each.stream.code not in _LEADING],
        "trips": areas_queries.trips(db, municipality, area.code, now),
    }


def _place(drawn: Drawn) -> int:
    return _LEADING.index(drawn.stream.code)


def _drawn(gathered: Gathered, now: datetime) -> Drawn | None:
    stream, known = gathered.stream, gathered.stream.known
    if known is None:
        return None
    label, unit = facets.measured(stream.code), formatting.unit(known.unit)
    chart = draw(stream, label, unit, now)
    newest = told(known, stream.values[-1], now)
    return chart and Drawn(stream, label, unit, gathered.sensors, gathered.group, chart, newest)


@router.api_route("/themas", methods=READ)
def every_theme(request: Request, state: Register) -> Response:
    """Every theme that there are sensors about."""
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
    return state.templates.TemplateResponse(request, "themes/themes.html", {"tally": tally, "themes": themes_content})


@router.api_route("/themas/{slug}", methods=READ)
def theme(request: Request, state: Register, slug: str) -> Response:
    """One theme: what is measured about it, why and by whom, and what it is now. Raises NotFoundError."""
    code = themes_content.BY_SLUG.get(slug)
    if code is None:
        raise NotFoundError
    now = datetime.now(UTC)
    with reading(state.pool) as db:
        tally = state.tallies.get(db, state.settings.municipality)
        found = listed(db, state.settings.municipality, request.query_params, Filters(theme=code), now)
    summary = tally.of_theme(code)
    page = {
        "code": code,
        "theme": themes_content.THEMES[code],
        "tally": tally,
        "summary": summary,
        "worst": most_personal(summary),
        "filters": Filters(theme=code),
        "found": found,
        "columns": _columns(code, summary, found),
        "properties": _PROPERTIES,
        "units": {each: formatting.unit(known.unit) for each, known in _PROPERTIES.items()},
        "choices": facets,
        "themes": themes_content,
        "texts": Words.model_validate,
    }
    return state.templates.TemplateResponse(request, "themes/theme.html", page)


def _columns(code: str, summary: Summary, found: Listed) -> list[str]:
    """What the table of a theme tells of each sensor: what people want to see first, of what there are values of."""
    there = {each for readings in found.newest.values() for each in readings}
    wanted = themes_content.THEMES[code].leading or tuple(summary.properties)
    return [each for each in wanted if each in there][:_COLUMNS]
