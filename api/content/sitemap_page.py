"""Sitemaps and robots.txt for search engines."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, Response

from api.content import sitemap
from api.database import read_transaction
from api.dependencies import AppStateDependency
from api.web import READ_METHODS

router = APIRouter(include_in_schema=False)

ROBOTS_TEMPLATE = """\
User-agent: *
Allow: /static/
Allow: /sitemap
Disallow: /*?
Disallow: /*/melding$
Sitemap: {origin}/sitemap.xml
"""
"""Not for crawlers: filters give endless pages, and forms are of no use to them."""


@router.api_route("/robots.txt", methods=READ_METHODS)
def robots(request: Request) -> Response:
    """robots.txt: what crawlers may read."""
    return PlainTextResponse(ROBOTS_TEMPLATE.format(origin=_origin(request)))


@router.api_route("/sitemap.xml", methods=READ_METHODS)
def sitemap_xml(request: Request, state: AppStateDependency) -> Response:
    """The sitemap of all pages, or an index of sitemaps if there are too many."""
    municipality, origin = state.settings.municipality, _origin(request)
    with read_transaction(state.pool) as db:
        statistics = state.statistics.get(db, municipality)
        pages = sitemap.list_general_pages(db, municipality, statistics)
        if sitemap.fits_in_one_file(pages, statistics.total.sensor_count):
            return _xml(
                sitemap.render_urlset(
                    origin, [*pages, *sitemap.list_sensor_pages(db, municipality, None, sitemap.MAX_URLS)]
                )
            )
        boundaries = sitemap.list_file_boundaries(db, municipality)
    parts = ("/sitemap/sensors.xml", *(f"/sitemap/sensors.xml?{urlencode({'after': edge})}" for edge in boundaries))
    return _xml(sitemap.render_index(origin, ("/sitemap/pages.xml", *parts)))


@router.api_route("/sitemap/pages.xml", methods=READ_METHODS)
def general_sitemap(request: Request, state: AppStateDependency) -> Response:
    """All pages except those of single sensors."""
    municipality = state.settings.municipality
    with read_transaction(state.pool) as db:
        found = sitemap.list_general_pages(db, municipality, state.statistics.get(db, municipality))
    return _xml(sitemap.render_urlset(_origin(request), found))


@router.api_route("/sitemap/sensors.xml", methods=READ_METHODS)
def sensor_sitemap(
    request: Request,
    state: AppStateDependency,
    after: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = None,
) -> Response:
    """Pages of sensors, from one on."""
    with read_transaction(state.pool) as db:
        found = sitemap.list_sensor_pages(db, state.settings.municipality, after, sitemap.SENSORS_PER_FILE)
    return _xml(sitemap.render_urlset(_origin(request), found))


def _origin(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")
