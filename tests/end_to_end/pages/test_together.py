"""The pages about many sensors: the right ones, told in plain words, and nothing about anyone."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from psycopg import sql

from sensors.db import connect
from sensors.db.server import EmbeddedPostgres
from sensors.register.location import known_areas
from tests.browser import city
from tests.support.entries import example_entry
from tests.support.sample_data import publish_documents
from tests.support.web_server import running_web_server

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def site(
    pg_server: EmbeddedPostgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """The example city."""
    with connect(pg_server.url_of("postgres")) as db:
        db.execute(sql.SQL("create database together template {}").format(sql.Identifier(migrated_template)))
    url = pg_server.url_of("together")
    city.build(url, tmp_path_factory.mktemp("city"))
    with running_web_server(url) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield client
    with connect(pg_server.url_of("postgres")) as db:
        db.execute("drop database together with (force)")


def text_of(page: httpx.Response) -> str:
    """What a reader sees, in one line."""
    body = page.text[page.text.index("<main") :]
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", body).split()))


def references(page: str) -> list[str]:
    return re.findall(r'data-reference="([^"]+)"', page)


def every_page(client: httpx.Client, path: str) -> list[str]:
    """The references on a page and those that follow it."""
    found: list[str] = []
    following: str | None = path
    while following:
        page = client.get(following).text
        found += references(page)
        after = re.search(r'rel="next" href="([^"#]+)', page)
        following = unescape(after[1]) if after else None
    return found


CHOSEN = [
    *(
        (f"/buurten/{area.code}", {"neighbourhood": area.code})
        for area in known_areas()
        if area.level == "neighbourhood"
    ),
    ("/buurten/WK079410", {"district": "WK079410"}),
    ("/themas/lucht", {"theme": "air"}),
    ("/themas/verkeer", {"theme": "traffic"}),
    ("/themas/licht", {"theme": "light"}),
    ("/projecten/licht-als-het-nodig-is", {"project": "Licht als het nodig is"}),
    ("/projecten/meten-met-de-veegwagen", {"project": "Meten met de veegwagen"}),
]


def test_a_page_holds_exactly_the_sensors_of_its_list(site: httpx.Client) -> None:
    seen: set[str] = set()
    for path, query in CHOSEN:
        listed = every_page(site, str(httpx.URL("/", params=query).raw_path, "ascii"))
        assert every_page(site, path) == listed, path
        assert site.get("/v1/sensors", params=query).json()["numberMatched"] == len(listed), path
        seen |= set(listed) if "neighbourhood" in query else set()
    assert len(seen) > 300


def test_every_organisation_leads_to_its_sensors(site: httpx.Client) -> None:
    for each in site.get("/v1/organisations").json()["organisations"]:
        page = site.get(f"/organisaties/{each['id']}")
        links = {unescape(found) for found in re.findall(r'href="(/\?organisation=[^"&]+)"', page.text)}
        assert len(links) == 1
        listed = site.get(links.pop()).text
        assert f"{each['sensors']} sensor" in text_of(httpx.Response(200, text=listed))
        detail = site.get(each["href"]).json()
        assert site.get(detail["summary"]["href"]).json()["numberMatched"] == each["sensors"]


def test_an_organisation_in_plain_words(site: httpx.Client) -> None:
    told = text_of(site.get("/organisaties/gemeente-helmond"))
    assert "Beslist waarvoor de gegevens zijn bij 335 sensoren" in told
    assert "sensoren@helmond.example" in told
    assert "Team sensoren" not in told  # a desk can be reached without who sits there
    assert "In het laatste jaar is er niets gevraagd of gemeld" in told
    assert "Wie zij zijn, laten we niet zien" in text_of(site.get("/organisaties/inwoner"))
    police = text_of(site.get("/organisaties/politie"))
    assert "Werkt met de gegevens voor een ander bij 1 sensor" in police
    assert "Deze organisatie beslist niet over de sensoren" in police


def test_a_neighbourhood_in_plain_words_and_in_numbers(site: httpx.Client) -> None:
    told = text_of(site.get(f"/buurten/{city.AREA}"))
    assert "Wijk Binnenstad" in told
    assert "Fijnstof (PM10)" in told
    assert "Volgen met Atom" in told
    answer = site.get(f"/v1/areas/{city.AREA}").json()
    values = {each["observed_property"]: each for each in answer["properties"]["values"]}
    assert len(values["pm10"]["values"]) in {23, 24}  # the city may have been made in the hour before this one
    shown = values["pm10"]["values"][-1]["value"]
    assert f"{shown:.1f}".replace(".", ",") + " µg/m³" in told
    assert answer["properties"]["summary"]["sensors"] == len(references(site.get(f"/buurten/{city.AREA}").text))
    english = text_of(site.get(f"/en/buurten/{city.AREA}"))
    assert "What are they measuring now?" in english


def test_a_theme_explains_its_numbers(site: httpx.Client) -> None:
    told = text_of(site.get("/themas/lucht"))
    assert "Wet: over een jaar" in told
    assert "Luchtmeter 1" in told
    assert "Wat is veel?" not in text_of(site.get("/themas/verkeer"))
    assert site.get("/themas/winkels-en-bouw").status_code == 200
    assert "Over dit thema staan nu geen sensoren" in text_of(site.get("/themas/winkels-en-bouw"))


def test_the_page_of_a_sensor_leads_to_all_it_belongs_to(site: httpx.Client) -> None:
    page = site.get(f"/sensors/{city.SENSOR}").text
    wanted = (
        f"/buurten/{city.AREA}",
        "/themas/lucht",
        "/projecten/samen-meten-in-helmond",
        "/organisaties/inwoner",
        "/organisaties/gemeente-helmond",
    )
    for path in wanted:
        assert f'href="{path}"' in page
        assert site.get(path).status_code == 200


def test_the_sitemap_has_every_page_in_both_languages(site: httpx.Client) -> None:
    answer = site.get("/sitemap.xml")
    assert answer.headers["content-type"].startswith("application/xml")
    found = [each.text or "" for each in ET.fromstring(answer.text).iter(f"{SITEMAP}loc")]  # noqa: S314 - our own
    origin = str(site.base_url).rstrip("/")
    paths = {each.removeprefix(origin) for each in found}
    assert len(paths) == len(found)
    assert {path for path in paths if path.startswith("/en/")} == {f"/en{path}" for path in paths if path[:4] != "/en/"}
    sensors = {each["properties"]["reference"] for each in site.get("/v1/sensors").json()["features"]}
    assert {f"/sensors/{each}" for each in sensors} <= paths
    assert {f"/buurten/{city.AREA}", "/themas/lucht", "/organisaties/politie", "/"} <= paths
    for path in sorted(paths)[::60]:
        assert site.get(path).status_code == 200, path
    assert f"Sitemap: {origin}/sitemap.xml" in site.get("/robots.txt").text


def test_many_pages_go_in_several_files(site: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = set(re.findall(r"<loc>([^<]+)</loc>", site.get("/sitemap.xml").text))
    monkeypatch.setattr("api.content.sitemap.MAX_URLS", 500)
    monkeypatch.setattr("api.content.sitemap.SENSORS_PER_FILE", 100)
    files = [unescape(each) for each in re.findall(r"<loc>([^<]+)</loc>", site.get("/sitemap.xml").text)]
    assert len(files) == 5  # 337 sensors, and all that is about more than one
    parts = [re.findall(r"<loc>([^<]+)</loc>", site.get(file).text) for file in files]
    assert all(len(part) <= 500 for part in parts)
    assert {each for part in parts for each in part} == whole
    assert sum(map(len, parts)) == len(whole)


def test_names_stay_text_and_what_is_gone_says_so(database: str, tmp_path: Path) -> None:
    odd = [{"role": role, "name": "<b>Bureau</b>"} for role in ("owner", "controller")]
    with connect(database) as db:
        publish_documents(db, example_entry(organisations=odd, project={"name": "<i>Proef</i>"}))
        publish_documents(db, example_entry())
        publish_documents(db, example_entry(reference="LML-2", organisations=odd, project={"name": "<i>Nieuw</i>"}))
        outside = example_entry()["location"] | {"geometry": {"type": "Point", "coordinates": [5.2, 51.6]}}
        publish_documents(db, example_entry(reference="LML-3", location=outside, project={"name": "<i>Nieuw</i>"}))
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        pages = ["/organisaties", "/projecten", "/organisaties/b-bureau-b", "/projecten/i-nieuw-i", "/sensors/LML-2"]
        for path in pages:
            page = client.get(path).text
            assert "<b>Bureau" not in page
            assert "<i>" not in page
        assert "Bij dit project horen nu geen sensoren" in client.get("/projecten/i-proef-i").text
        assert "Buiten de buurten" in client.get("/projecten/i-nieuw-i").text
        assert "i-proef-i" not in client.get("/projecten").text


def test_an_empty_register_has_pages_too(database: str) -> None:
    with connect(database) as db:
        publish_documents(db)
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        for path in ("/organisaties", "/projecten", "/themas", "/themas/lucht", "/buurten", f"/buurten/{city.AREA}"):
            assert client.get(path).status_code == 200, path
        assert "Hier staan geen sensoren" in client.get(f"/buurten/{city.AREA}").text
        assert client.get("/v1/themes").json() == {"themes": []}
