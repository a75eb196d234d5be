"""The application while its database is away: what needs no data is there, and everything else says what is wrong."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.routing import APIRoute

from api import app as application
from api.errors import CROSS_SITE, INVALID_FILTER, METHOD_NOT_ALLOWED, NOT_FOUND, TOO_LARGE, UNAVAILABLE
from api.i18n import LANGUAGE_NAMES
from api.middleware import API_VERSION
from api.reports.forms import MAX_BODY_BYTES, MAX_FIELDS
from api.search.filters import VALIDATORS
from tests.support.visitor import ORIGIN, Visitor

WITHOUT_DATA = {"/over", "/woordenlijst", "/privacy", "/toegankelijkheid"}
"""Pages that are only text."""
OTHER_DOCUMENTS = {"/v1/openapi.json", "/register-entry.schema.json"}
EXAMPLES = {
    "reference": "LML-1",
    "group": "kasteelpark",
    "id": "air",
    "entry_id": str(UUID(int=1)),
    "number": "1",
    "version": "1",
    "slug": "lucht",
    "code": "BU07940000",
    "column": "388",
    "row": "5720",
}
"""What stands in addresses."""
QUERIES = {"/v1/sensor-groups": "?view=5.6,51.4,5.7,51.5&zoom=12", "/borden.pdf": "?buurt=BU07940000"}
FORM = {"kind": "question", "words": "Waarom hangt deze sensor hier?", "email": "", "website": "", "ticket": "x"}


@pytest.fixture(scope="module")
def visitor() -> Visitor:
    return Visitor()


def _addresses(modules: tuple[Any, ...]) -> Iterator[str]:
    """Every address that can be asked for, with the examples filled in."""
    for module in modules:
        for route in module.router.routes:
            if isinstance(route, APIRoute) and "GET" in (route.methods or ()):
                path = re.sub(r"{(\w+)}", lambda name: EXAMPLES[name[1]], route.path)
                yield path + QUERIES.get(path, "")


PAGES = sorted({*_addresses(application.PAGE_MODULES)})
DATA = sorted({*_addresses(application.API_MODULES)})


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_or_says_that_the_register_is_away(visitor: Visitor, page: str) -> None:
    for language, title in (("nl", UNAVAILABLE.title.nl), ("en", UNAVAILABLE.title.en)):
        answer = visitor.get(("/en" if language == "en" else "") + page)
        assert answer.status_code == (200 if page in WITHOUT_DATA else 503)
        assert f'<html lang="{language}"' in answer.text
        assert (f"<h1>{title}</h1>" in answer.text) == (page not in WITHOUT_DATA)
        assert "hush" not in answer.text


@pytest.mark.parametrize("address", sorted(set(DATA) - OTHER_DOCUMENTS))
def test_programs_are_told_the_same_as_problem_details(visitor: Visitor, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["api-version"] == API_VERSION
    assert answer.json()["title"] == UNAVAILABLE.title.en
    assert answer.json()["status"] == 503


def test_a_probe_can_tell_alive_from_ready(visitor: Visitor) -> None:
    assert visitor.get("/livez").text == "ok\n"
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["checks"]["database"] != "ok"


@pytest.mark.parametrize("path", ["/", "/over", "/v1/sensors", "/static/style.css", "/nothing-here", "/metrics"])
def test_every_answer_keeps_a_visitor_safe(visitor: Visitor, path: str) -> None:
    headers = visitor.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def test_the_maker_of_the_tiles_is_the_only_other_site_that_is_let_in() -> None:
    tiles = {"tile_url": "https://{s}.tiles.example/{z}/{x}/{y}.png", "tile_attribution": "© Tegels"}
    for settings, images in (({}, "img-src 'self' data:;"), (tiles, "img-src 'self' data: https://*.tiles.example;")):
        assert images in Visitor(**settings).get("/over").headers["content-security-policy"]


def test_a_file_is_kept_by_browsers_as_long_as_its_address_holds_its_digest(visitor: Visitor) -> None:
    (address,) = re.findall(r'href="(/static/style\.css\?v=\w+)"', visitor.get("/over").text)
    assert "immutable" in visitor.get(address).headers["cache-control"]
    assert visitor.get("/static/style.css").headers["cache-control"] == "no-cache"
    assert visitor.get("/over").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("path", "title"), [("/nee", NOT_FOUND.title.nl), ("/en/no", NOT_FOUND.title.en)])
def test_a_page_that_is_not_there_says_so_in_the_language_of_its_address(
    visitor: Visitor, path: str, title: str
) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert f"<h1>{title}</h1>" in answer.text


def test_english_begins_at_its_own_front_page(visitor: Visitor) -> None:
    answer = visitor.get("/en")
    assert (answer.status_code, answer.headers["location"]) == (308, "/en/")


@pytest.mark.parametrize(("path", "language"), [("/over", "en"), ("/en/over", "nl")])
def test_every_page_links_to_itself_in_the_other_language(visitor: Visitor, path: str, language: str) -> None:
    other = "/en/over" if language == "en" else "/over"
    names: dict[str, str] = {**LANGUAGE_NAMES}
    link = f'href="{other}" hreflang="{language}" lang="{language}" rel="alternate">{names[language]}</a>'
    assert link in visitor.get(path).text


def test_what_can_only_be_read_says_so(visitor: Visitor) -> None:
    answer = visitor.send("DELETE", "/v1/sensors")
    assert answer.status_code == 405
    assert answer.json()["title"] == METHOD_NOT_ALLOWED.title.en
    assert METHOD_NOT_ALLOWED.title.nl in visitor.send("PUT", "/over").text


@pytest.mark.parametrize("name", sorted(set(VALIDATORS) - {"after", "before", "q", "organisation", "project"}))
def test_a_filter_that_can_not_be_is_refused_for_people_and_for_programs(visitor: Visitor, name: str) -> None:
    page, data = visitor.get(f"/?{name}=~~"), visitor.get(f"/v1/sensors?{name}=~~")
    assert (page.status_code, data.status_code) == (400, 400)
    assert INVALID_FILTER.title.nl in page.text
    assert "~~" not in page.text
    assert data.json()["title"] == INVALID_FILTER.title.en


@pytest.mark.parametrize(
    "address",
    [
        "/v1/sensor-groups?view=1,2,3&zoom=3",
        "/v1/sensor-groups?view=5,51,6,52&zoom=99",
        "/v1/sensor-groups",
        "/v1/cells/x/1/sensors",
        "/v1/areas?level=street",
        "/kwaliteit?order=colour",
        "/borden?buurt=Centrum",
        "/sensors/LML-1/bord.pdf?formaat=a0",
        "/sitemap/sensors.xml?after=!",
    ],
)
def test_an_address_with_a_value_that_can_not_be_is_refused(visitor: Visitor, address: str) -> None:
    assert visitor.get(address).status_code == 400


@pytest.mark.parametrize("address", ["/themas/geheim", "/v1/themes/secret", "/meldingen/0", "/meldingen/x"])
def test_what_can_not_be_there_is_not_looked_up(visitor: Visitor, address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_an_error_of_ours_is_owned_up_to_without_its_text() -> None:
    visitor = Visitor()

    def broken() -> None:
        raise ValueError("a secret")

    for path in ("/broken", "/v1/broken"):
        visitor.app.add_api_route(path, broken)
        visitor.app.router.routes.insert(0, visitor.app.router.routes.pop())
        answer = visitor.get(path)
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert 'route="/broken",status="500"' in visitor.get("/metrics").text


def test_requests_are_counted_by_route_and_never_by_what_a_visitor_typed() -> None:
    visitor = Visitor()
    for path in ("/sensors/AB-12-CD", "/AB-12-CD", "/static/AB-12-CD"):
        visitor.get(path)
    visitor.send("BREW", "/over")
    counts = visitor.get("/metrics").text
    assert "AB-12-CD" not in counts
    assert "BREW" not in counts
    for labels in ('route="/sensors/{reference}",status="503"', 'route="/static",status="404"', 'route="none"'):
        assert labels in counts
    assert 'method="other"' in counts


def test_long_answers_are_packed_for_who_can_unpack_them(visitor: Visitor) -> None:
    assert visitor.get("/over", accept_encoding="gzip").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in visitor.get("/over", accept_encoding="identity").headers
    assert visitor.send("HEAD", "/over").content == b""


def test_a_form_from_another_site_is_refused(visitor: Visitor) -> None:
    path = "/sensors/LML-1/melding"
    answer = visitor.send("POST", path, data=FORM, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert CROSS_SITE.title.nl in answer.text
    assert visitor.send("POST", path, data=FORM, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 503


@pytest.mark.parametrize(
    "content",
    [{"words": "x" * MAX_BODY_BYTES}, {f"field{number}": "x" for number in range(MAX_FIELDS + 1)}],
    ids=["too long", "too many fields"],
)
def test_a_form_that_is_too_large_is_refused(visitor: Visitor, content: dict[str, str]) -> None:
    answer = visitor.send("POST", "/sensors/LML-1/melding", data=content)
    assert answer.status_code == 413
    assert TOO_LARGE.title.nl in answer.text


def test_a_good_form_is_not_taken_in_while_nobody_can_keep_it(visitor: Visitor) -> None:
    state = visitor.app.state.app_state
    shown_at = datetime.now(UTC) - timedelta(minutes=1)
    form = FORM | {"ticket": state.intake.form_tokens.issue("LML-1", shown_at)}
    assert visitor.send("POST", "/sensors/LML-1/melding", data=form).status_code == 503


def test_the_description_of_the_api_names_every_address_and_how_it_fails(visitor: Visitor) -> None:
    document = visitor.get("/v1/openapi.json").json()
    paths = {path: get for path, operations in document["paths"].items() for get in [operations["get"]]}
    assert len(paths) == len(set(DATA) - OTHER_DOCUMENTS)
    assert all("503" in get["responses"] and "422" not in get["responses"] for get in paths.values())
    assert len({get["operationId"] for get in paths.values()}) == len(paths)
    assert "ValidationError" not in json.dumps(document)


def test_whoever_writes_an_entry_gets_its_form(visitor: Visitor) -> None:
    answer = visitor.get("/register-entry.schema.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["properties"].keys() >= {"reference", "datastreams", "organisations"}


def test_a_look_of_its_own_is_served_where_there_is_one(visitor: Visitor, tmp_path: Path) -> None:
    theme = tmp_path / "theme.css"
    theme.write_text(":root { --utrecht-color: green }")
    assert visitor.get("/theme.css").status_code == 404
    assert "/theme.css" not in visitor.get("/over").text
    own = Visitor(theme=theme)
    assert own.get("/theme.css").text == theme.read_text()
    assert '<link rel="stylesheet" href="/theme.css">' in own.get("/over").text


def test_security_txt_is_there_as_long_as_someone_reads_the_mail(visitor: Visitor) -> None:
    path, today = "/.well-known/security.txt", datetime.now(UTC).date()
    assert visitor.get(path).status_code == 404
    contact = {"contact": "veilig@helmond.example"}
    assert Visitor(**contact, security_until=today - timedelta(days=1)).get(path).status_code == 404
    told = Visitor(**contact, security_until=today).get(path).text.splitlines()
    assert told[:2] == ["Contact: mailto:veilig@helmond.example", f"Expires: {today}T23:59:59Z"]


def test_search_engines_are_sent_to_the_pages_and_away_from_endless_filters(visitor: Visitor) -> None:
    told = visitor.get("/robots.txt").text.splitlines()
    assert f"Sitemap: {ORIGIN}/sitemap.xml" in told
    assert "Disallow: /*?" in told
    assert visitor.get("/sitemap.xml").status_code == 503
