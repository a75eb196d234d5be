"""The web application: the register's pages and its API."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from api import entry_schema, openapi
from api.areas import api as areas_api
from api.areas import page as areas_page
from api.content import page as content_page
from api.content import sitemap_page
from api.database import create_pool
from api.dependencies import AppState
from api.errors import INTERNAL_ERROR, PROBLEM_BY_EXCEPTION, error_response, problem_of
from api.history import api as history_api
from api.history import feed_page
from api.history import page as history_page
from api.i18n import URL_PREFIXES
from api.middleware import API_VERSION, HttpMetrics, LanguageMiddleware, RequestMiddleware
from api.movement import api as movement_api
from api.operations import api as operations_api
from api.organisations import api as organisations_api
from api.organisations import page as organisations_page
from api.projects import api as projects_api
from api.projects import page as projects_page
from api.quality import api as quality_api
from api.quality import page as quality_page
from api.reports import page as reports_page
from api.reports.intake import Intake
from api.search import api as search_api
from api.search import page as search_page
from api.search.facets import Facets
from api.sensor import api as sensor_api
from api.sensor import page as sensor_page
from api.signs import page as signs_page
from api.themes import api as themes_api
from api.themes import page as themes_page
from api.web import STATIC_DIR, create_templates
from sensors.settings.web import ApiSettings

PAGE_MODULES = (
    search_page,
    sensor_page,
    organisations_page,
    projects_page,
    themes_page,
    areas_page,
    quality_page,
    content_page,
    reports_page,
    history_page,
    feed_page,
    signs_page,
)
"""Page routers, mounted once per language."""
API_MODULES = (
    search_api,
    sensor_api,
    history_api,
    organisations_api,
    projects_api,
    themes_api,
    areas_api,
    movement_api,
    quality_api,
    openapi,
    entry_schema,
)
"""API routers."""


def create_app(settings: ApiSettings) -> FastAPI:
    """Build the application. It connects to the database at startup but also starts without one (see ``/readyz``)."""
    pool = create_pool(settings.database_url.get_secret_value())
    app_state = AppState(settings, pool, create_templates(settings), HttpMetrics(), Intake.of(settings, pool), Facets())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        await run_in_threadpool(app_state.pool.open)
        app_state.intake.mailer.start()
        yield
        await run_in_threadpool(app_state.intake.mailer.stop)
        await run_in_threadpool(app_state.pool.close)

    app = FastAPI(title="Lantaarn", version=API_VERSION, lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.state.app_state = app_state
    for module in PAGE_MODULES:
        for prefix in URL_PREFIXES.values():
            app.include_router(module.router, prefix=prefix)
    for router in (
        *(module.router for module in API_MODULES),
        *(operations_api.router, sitemap_page.router, content_page.unlocalized_router),
    ):
        app.include_router(router)
    app.add_api_route("/en", lambda: RedirectResponse("/en/", 308), include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC_DIR), name="static")
    _add_middleware(app, app_state)
    return app


def _add_middleware(app: FastAPI, state: AppState) -> None:
    async def handle_exception(request: Request, error: Exception) -> Response:
        return error_response(request, problem_of(error), state.templates)

    for kind in (*PROBLEM_BY_EXCEPTION, HTTPException):
        app.add_exception_handler(kind, handle_exception)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(
        RequestMiddleware,
        metrics=state.metrics,
        tile_origin=_origin(state.settings.tile_url),
        make_error_response=lambda request: error_response(request, INTERNAL_ERROR, state.templates),
    )
    app.add_middleware(LanguageMiddleware)


def _origin(url: str | None) -> str | None:
    """Return the scheme and host of the map tiles; ``{s}`` in the host becomes a wildcard."""
    if url is None:
        return None
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"
