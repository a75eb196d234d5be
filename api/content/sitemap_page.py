"""For search engines: which pages there are, and which to leave alone."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse, Response

from api.content import sitemap
from api.database import reading
from api.dependencies import Register

router = APIRouter(include_in_schema=False)

READ = ["GET", "HEAD"]
ROBOTS = """\
User-agent: *
Allow: /static/
Allow: /sitemap
Disallow: /*?
Disallow: /*/melding$
Sitemap: {origin}/sitemap.xml
"""
"""Every choice of filters is a page, and there is no end to those; a form is of no use to who does not fill it in."""


@router.api_route("/robots.txt", methods=READ)
def robots(request: Request) -> Response:
    """What programs that read everything may read."""
    return PlainTextResponse(ROBOTS.format(origin=_origin(request)))


@router.api_route("/sitemap.xml", methods=READ)
def whole(request: Request, state: Register) -> Response:
    """Every page; where those are too many, the files that hold them."""
    municipality, origin = state.settings.municipality, _origin(request)
    with reading(state.pool) as db:
        tally = state.tallies.get(db, municipality)
        pages = sitemap.general(db, municipality, tally)
        if sitemap.fits(pages, tally.whole.sensors):
            return _xml(sitemap.urlset(origin, [*pages, *sitemap.sensors(db, municipality, None, sitemap.MOST)]))
        edges = sitemap.edges(db, municipality)
    parts = ("/sitemap/sensors.xml", *(f"/sitemap/sensors.xml?{urlencode({'after': edge})}" for edge in edges))
    return _xml(sitemap.index(origin, ("/sitemap/pages.xml", *parts)))


@router.api_route("/sitemap/pages.xml", methods=READ)
def pages(request: Request, state: Register) -> Response:
    """Every page that is not about one sensor."""
    municipality = state.settings.municipality
    with reading(state.pool) as db:
        found = sitemap.general(db, municipality, state.tallies.get(db, municipality))
    return _xml(sitemap.urlset(_origin(request), found))


@router.api_route("/sitemap/sensors.xml", methods=READ)
def sensors(
    request: Request, state: Register, after: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = None
) -> Response:
    """Pages of sensors, from one on."""
    with reading(state.pool) as db:
        found = sitemap.sensors(db, state.settings.municipality, after, sitemap.PER_FILE)
    return _xml(sitemap.urlset(_origin(request), found))


def _origin(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _xml(text: str) -> Response:
    return Response(text, media_type="application/xml")
