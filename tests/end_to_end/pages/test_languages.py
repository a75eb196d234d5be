"""Every page in Dutch and in English: nothing left untranslated, and each leads to the other."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from api.web.message_catalogue import load_catalogue
from sensors.kinds import KINDS
from sensors.vocabulary import codes
from tests.browser import city
from tests.support.web_server import running_web_server

COUNT = re.compile(r"%\\\(num\\\)s")
PLACEHOLDER = re.compile(r"%\\\(\w+\\\)s|\\\{\w+\\\}|%\(\w+\)s|\{\w+\}")
SPOKEN = frozenset({"aria-label", "alt", "title", "placeholder", "data-failed"})
VOID = frozenset({"meta", "link", "img", "input", "br", "hr", "path", "line", "rect", "circle", "polyline"})
NOT_PAGES = ("/id/", "/v1/", "/static/", "/theme.css", "/register-entry.schema.json")
FILES = re.compile(r"\.(atom|json|pdf|svg)(\?|$)")


class Seen(HTMLParser):
    """What a page says, by language, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language = ""
        self.texts: list[str] = []
        self.links: list[str] = []
        self.alternates: dict[str, str] = {}
        self._open: list[tuple[str, bool]] = []
        self.feed(text)

    @property
    def _foreign(self) -> bool:
        return any(foreign for _, foreign in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given["lang"]
        if tag == "link" and "hreflang" in given:
            self.alternates[given["hreflang"]] = given["href"]
        foreign = given.get("lang", self.language) != self.language or tag in {"style", "script"}
        if tag not in VOID:
            self._open.append((tag, foreign))
        if not (foreign or self._foreign):
            self.texts += [value for name, value in given.items() if name in SPOKEN]
            self.links += [given[name] for name in ("href", "action") if tag in {"a", "form"} and name in given]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self._foreign and (text := " ".join(data.split())):
            self.texts.append(text)


def _sentences() -> Iterator[tuple[str, str]]:
    """Every sentence of the catalogue with its English, those about one and about more apart."""
    for message in load_catalogue():
        dutch, english = message.id, message.string
        if isinstance(dutch, str) and isinstance(english, str) and dutch:
            yield dutch, english
        elif isinstance(dutch, (list, tuple)) and isinstance(english, (list, tuple)):
            yield from zip(dutch, english, strict=True)


@pytest.fixture(scope="module")
def dutch() -> re.Pattern[str]:
    """Every Dutch sentence or label of ours that is another in English, as it can stand on a page."""
    pairs = [*_sentences(), *((text.nl, text.en) for _, text in codes.LABELS)]
    pairs += [(kind.label.nl, kind.label.en) for kind in KINDS.values()]
    ours = {one for one, other in pairs if one != other and len(PLACEHOLDER.sub("", one)) > 4}
    english = {other for _, other in pairs}
    patterns = (COUNT.sub(r"\\d[\\d.,]*", re.escape(each)) for each in sorted(ours - english))
    return re.compile("|".join(PLACEHOLDER.sub(".{1,60}", each) for each in patterns))


@pytest.fixture
def pages(city_database: str, tmp_path: Path) -> Iterator[tuple[httpx.Client, list[str]]]:
    with (
        running_web_server(city_database, mail_spool=str(tmp_path / "mail")) as url,
        httpx.Client(base_url=url) as client,
    ):
        yield client, city.addresses(url)


def test_every_page_is_in_both_languages(pages: tuple[httpx.Client, list[str]], dutch: re.Pattern[str]) -> None:
    client, addresses = pages
    for path in addresses:
        one, other = client.get(path), client.get(f"/en{path}")
        assert one.status_code == other.status_code, path
        assert one.status_code != 500, path
        native, english = Seen(one.text), Seen(other.text)
        assert (native.language, english.language) == ("nl", "en"), path
        asked = "/" if one.status_code >= 400 else path
        assert native.alternates == english.alternates == {"nl": asked, "en": f"/en{asked}"}, path
        left = [text for text in english.texts if dutch.fullmatch(text)]
        assert left == [], f"Dutch on /en{path}"
        _links_stay(english, path)


def _links_stay(english: Seen, path: str) -> None:
    """A link to a page stays in the language; files and data have one address for all."""
    for link in english.links:
        if link.startswith("/") and not link.startswith(NOT_PAGES) and not FILES.search(link):
            assert link.startswith("/en/"), f"{link} on /en{path}"


def test_an_english_address_without_its_slash_leads_to_the_register(pages: tuple[httpx.Client, list[str]]) -> None:
    client, _ = pages
    assert client.get("/en").headers["location"] == "/en/"
    assert client.get("/en/v1/sensors").status_code == 404
    assert "Not found" in client.get("/en/nothing").text
    assert "Deze pagina is er niet" in client.get("/nothing").text
