"""The addresses of all pages, for search engines (sitemaps.org, 0.9), each in both languages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from api.areas.queries import load_neighbourhoods
from api.i18n import LANGUAGES, url
from api.statistics import Statistics
from api.themes.content import THEMES
from sensors.db import Database, queries

QUERIES = queries.load_queries(Path(__file__).with_suffix(".sql"))
MAX_URLS = 50_000
"""Maximum number of URLs per file."""
SENSORS_PER_FILE = 5_000
"""Sensors per file if one file is not enough: 20,000 URLs, built in well under a second."""
FIXED_PATHS = (
    "/",
    "/dichtbij",
    "/themas",
    "/buurten",
    "/organisaties",
    "/projecten",
    "/wijzigingen",
    "/meldingen",
    "/over",
    "/woordenlijst",
    "/privacy",
    "/toegankelijkheid",
)
_NAMESPACES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
_XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class SitemapEntry:
    """A page, without language prefix. ``changed_on``: the date of its last change, if known."""

    path: str
    changed_on: date | None = None


def list_general_pages(db: Database, municipality: str, statistics: Statistics) -> list[SitemapEntry]:
    """All pages except those of single sensors."""
    areas = load_neighbourhoods(db, municipality)
    districts = dict.fromkeys(area["district"] for area in areas if area["district"])
    paths = [
        *FIXED_PATHS,
        *(f"/themas/{THEMES[code].slug}" for code in statistics.themes),
        *(f"/buurten/{code}" for code in (*districts, *(area["code"] for area in areas))),
        *(f"/organisaties/{each.slug}" for each in statistics.organisations),
        *(f"/projecten/{each.slug}" for each in statistics.projects),
    ]
    return list(map(SitemapEntry, paths))


def list_sensor_pages(db: Database, municipality: str, after: str | None, limit: int) -> list[SitemapEntry]:
    """The pages of sensors from one reference on, and their history pages."""
    parameters = {"municipality": municipality, "after": after, "limit": limit}
    rows = db.execute(QUERIES["sensor_pages"], parameters).fetchall()
    pairs = ((f"/sensors/{row['reference']}", row["changed_on"]) for row in rows)
    return [SitemapEntry(path, day) for page, day in pairs for path in (page, f"{page}/geschiedenis")]


def list_file_boundaries(db: Database, municipality: str) -> list[str]:
    """The references after which a new file of sensors begins."""
    rows = db.execute(QUERIES["file_boundaries"], {"municipality": municipality, "limit": SENSORS_PER_FILE}).fetchall()
    return [row["reference"] for row in rows]


def fits_in_one_file(general_pages: Sequence[SitemapEntry], sensor_count: int) -> bool:
    """Whether all URLs fit in one file."""
    return (len(general_pages) + 2 * sensor_count) * len(LANGUAGES) <= MAX_URLS


def render_urlset(origin: str, entries: Iterable[SitemapEntry]) -> str:
    """Render a sitemap, each page in every language with links to the others."""
    return "".join([_XML_DECLARATION, f"<urlset {_NAMESPACES}>\n", *_urls(escape(origin), entries), "</urlset>\n"])


def _urls(origin: str, addresses: Iterable[SitemapEntry]) -> Iterator[str]:
    for address in addresses:
        path = escape(address.path)
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{each}" href="{origin}{url(path, each)}"/>' for each in LANGUAGES
        )
        changed = f"<lastmod>{address.changed_on}</lastmod>" if address.changed_on else ""
        for each in LANGUAGES:
            yield f"<url><loc>{origin}{url(path, each)}</loc>{changed}{others}</url>\n"


def render_index(origin: str, paths: Iterable[str]) -> str:
    """Render a sitemap index."""
    lines = (f"<sitemap><loc>{escape(origin + each)}</loc></sitemap>\n" for each in paths)
    return "".join([_XML_DECLARATION, f"<sitemapindex {_NAMESPACES}>\n", *lines, "</sitemapindex>\n"])
