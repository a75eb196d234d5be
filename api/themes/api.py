"""API: themes."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.exceptions import NotFoundError
from api.responses import json_response, problem_responses, summary_response
from api.schemas import Words
from api.search.filters import Filters
from api.themes.content import THEMES
from api.themes.schemas import ThemeInFull, ThemeInShort, Themes

router = APIRouter(default_response_class=JSONResponse)


@router.get("/v1/themes", response_model=Themes, responses=problem_responses(503), operation_id="themes")
def themes(state: AppStateDependency) -> Response:
    """Themes with sensors."""
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
    return json_response(Themes(themes=[_theme(code, count) for code, count in statistics.themes.items()]))


@router.get("/v1/themes/{id}", response_model=ThemeInFull, responses=problem_responses(404, 503), operation_id="theme")
def theme(state: AppStateDependency, id: str) -> Response:  # noqa: A002 - the name in the address
    """One theme, with a summary of its sensors."""
    if id not in THEMES:
        raise NotFoundError
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, state.settings.municipality)
    summary = statistics.of_theme(id)
    found = ThemeInFull(**dict(_theme(id, summary.sensor_count)), summary=summary_response(summary, Filters(theme=id)))
    return json_response(found)


def _theme(code: str, sensors: int) -> ThemeInShort:
    label = THEMES[code].label
    return ThemeInShort(id=code, label=Words(nl=label.nl, en=label.en), sensors=sensors, href=f"/v1/themes/{code}")
