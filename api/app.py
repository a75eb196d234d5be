"""The web application: the register for people, its API for programs."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from api.database import make_pool
from api.desk import Desk
from api.errors import FAILED, PROBLEMS, answer, problem_of
from api.find import Choices
from api.language import PREFIXES, Speaker
from api.middleware import API_VERSION, Around, Metrics
from api.routes import (
    feeds,
    history,
    operations,
    organisations,
    pages,
    places,
    quality,
    reports,
    sensor,
    signs,
    sitemap,
    texts,
    v1,
    v1_find,
    v1_history,
    v1_places,
    v1_quality,
)
from api.state import State
from api.web import STATIC, make_templates
from sensors.settings import ApiSettings

PAGES = (pages, sensor, organisations, places, quality, texts, reports, history, feeds, signs)
"""For people, so in every language."""


def create_app(settings: ApiSettings) -> FastAPI:
    """The application; it connects to the database when it starts, and starts without one too (see ``/readyz``)."""
    pool = make_pool(settings.database_url.get_secret_value())
    state = State(settings, pool, make_templates(settings), Metrics(), Desk.of(settings, pool), Choices())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        await run_in_threadpool(state.pool.open)
        state.desk.courier.start()
        yield
        await run_in_threadpool(state.desk.courier.stop)
        await run_in_threadpool(state.pool.close)

    app = FastAPI(title="Lantaarn", version=API_VERSION, lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.register = state
    for routes in PAGES:
        for prefix in PREFIXES.values():
            app.include_router(routes.router, prefix=prefix)
    for router in (
        *(v1_find.router, v1.router, v1_history.router, v1_places.router, v1_quality.router),
        *(operations.router, sitemap.router, texts.files),
    ):
        app.include_router(router)
    app.add_api_route("/en", lambda: RedirectResponse("/en/", 308), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _add_layers(app, state)
    return app


def _add_layers(app: FastAPI, state: State) -> None:
    async def explain(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error), state.templates)

    for kind in (*PROBLEMS, HTTPException):
        app.add_exception_handler(kind, explain)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(
        Around,
        metrics=state.metrics,
        image_source=_origin(state.settings.tile_url),
        failed=lambda request: answer(request, FAILED, state.templates),
    )
    app.add_middleware(Speaker)


def _origin(url: str | None) -> str | None:
    """Scheme and host of the map tiles; ``{s}`` in the host stands for any first part of it."""
    if url is None:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"
