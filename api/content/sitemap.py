"""The addresses of all pages, for search engines (sitemaps.org, 0.9), each in both languages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from api.i18n import LANGUAGES, url
from api.sensor.queries import neighbourhoods
from api.statistics import Tally
from api.themes.content import THEMES
from sensors.db import Database, queries

SQL = queries.load(Path(__file__).with_suffix(".sql"))
MOST = 50_000
"""Addresses that one file may hold."""
PER_FILE = 5_000
"""Sensors in one file when there are too many for one: 20,000 addresses, made in well under a second."""
FIXED = (
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
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Address:
    """A page, without its language. ``changed_on``: when something of it last changed, where we know."""

    path: str
    changed_on: date | None = None


def general(db: Database, municipality: str, tally: Tally) -> list[Address]:
    """Every page that is not about one sensor."""
    areas = neighbourhoods(db, municipality)
    districts = dict.fromkeys(area["district"] for area in areas if area["district"])
    paths = [
        *FIXED,
        *(f"/themas/{THEMES[code].slug}" for code in tally.themes),
        *(f"/buurten/{code}" for code in (*districts, *(area["code"] for area in areas))),
        *(f"/organisaties/{each.slug}" for each in tally.organisations),
        *(f"/projecten/{each.slug}" for each in tally.projects),
    ]
    return list(map(Address, paths))


def sensors(db: Database, municipality: str, after: str | None, most: int) -> list[Address]:
    """The pages of sensors from one reference on, and of their history."""
    asked = {"municipality": municipality, "edge": after, "limit": most}
    rows = db.execute(SQL["pages"], asked).fetchall()
    pairs = ((f"/sensors/{row['reference']}", row["changed_on"]) for row in rows)
    return [Address(path, day) for page, day in pairs for path in (page, f"{page}/geschiedenis")]


def edges(db: Database, municipality: str) -> list[str]:
    """The references after which another file of sensors begins."""
    rows = db.execute(SQL["edges"], {"municipality": municipality, "limit": PER_FILE}).fetchall()
    return [row["reference"] for row in rows]


def fits(general_pages: Sequence[Address], sensors_there: int) -> bool:
    """Whether all addresses go in one file."""
    return (len(general_pages) + 2 * sensors_there) * len(LANGUAGES) <= MOST


def urlset(origin: str, addresses: Iterable[Address]) -> str:
    """A file of addresses, each page in every language with a reference to the others."""
    return "".join([_HEAD, f"<urlset {_NAMESPACES}>\n", *_urls(escape(origin), addresses), "</urlset>\n"])


def _urls(origin: str, addresses: Iterable[Address]) -> Iterator[str]:
    for address in addresses:
        path = escape(address.path)
        others = "".join(
            f'<xhtml:link rel="alternate" hreflang="{each}" href="{origin}{url(path, each)}"/>' for each in LANGUAGES
        )
        changed = f"<lastmod>{address.changed_on}</lastmod>" if address.changed_on else ""
        for each in LANGUAGES:
            yield f"<url><loc>{origin}{url(path, each)}</loc>{changed}{others}</url>\n"


def index(origin: str, files: Iterable[str]) -> str:
    """A file of files."""
    lines = (f"<sitemap><loc>{escape(origin + each)}</loc></sitemap>\n" for each in files)
    return "".join([_HEAD, f"<sitemapindex {_NAMESPACES}>\n", *lines, "</sitemapindex>\n"])
