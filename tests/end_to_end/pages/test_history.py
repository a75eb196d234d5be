"""The history of an entry over HTTP: every version in words and as JSON, feeds to follow it, addresses that stay."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from html import unescape
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sensors.db import connect
from sensors.register.entry import Entry
from sensors.register.reasons import ERASURE_REASON
from sensors.register.redaction import REMOVED_TEXT
from sensors.register.repository import PublishResult, load_areas, publish
from tests.support.entries import Document, entry_documents, example_datastream, example_entry
from tests.support.json_patch import apply_patch
from tests.support.sample_data import home_sensor_entry, traffic_counter_entry
from tests.support.web_server import running_web_server

ATOM = "{http://www.w3.org/2005/Atom}"
ID = example_entry()["id"]
HOME = home_sensor_entry()["location"]


def kept(term: str, **changes: Any) -> Document:
    return example_entry(
        datastreams=[example_datastream("no2", retention={"raw": term, "aggregate": "P10Y"})], **changes
    )


def put(database: str, *documents: Document, editor: str = "Team Lucht", reason: str = "De wet is veranderd.") -> None:
    with connect(database) as db:
        load_areas(db)
        for document in documents:
            entry = Entry.model_validate(document)
            done = publish(db, entry, editor=editor, reason=reason, valid_from=datetime.now(UTC))
            assert isinstance(done, PublishResult), done


@pytest.fixture
def site(database: str) -> Iterator[httpx.Client]:
    """An air-quality sensor of which the term changed, and that ended; and a counter."""
    put(
        database,
        kept("P31D"),
        kept("P1Y"),
        kept("P1Y", status="ended", active_until="2025-03-31"),
        traffic_counter_entry(),
    )
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        yield client


def text_of(page: httpx.Response) -> str:
    """What a reader sees, in one line."""
    tree = page.text[page.text.index("<main") :]
    parts = (part.split(">", 1)[-1] for part in tree.split("<"))
    return unescape(" ".join(" ".join(parts).split()))


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - what our own program wrote


def entries_of(feed: httpx.Response) -> list[ET.Element]:
    assert feed.status_code == 200, feed.text
    return parsed(feed.content).findall(f"{ATOM}entry")


def titles(feed: httpx.Response) -> list[str]:
    return [entry.findtext(f"{ATOM}title", "") for entry in entries_of(feed)]


def test_the_history_in_words(site: httpx.Client) -> None:
    page = text_of(site.get("/sensors/LML-1/geschiedenis"))
    for told in (
        "Stikstofdioxide (NO₂), bewaard: 31 dagen → wordt 1 jaar",
        "Reden: De wet is veranderd.",
        "Versie 2, van: Team Lucht.",
        "Status: Aan → wordt Weggehaald",
        "Hij stond hier tot en met 31 maart 2025.",
    ):
        assert told in page, told
    assert page.index("Versie 3") < page.index("Versie 2") < page.index("Versie 1")
    english = text_of(site.get("/en/sensors/LML-1/geschiedenis"))
    assert "Nitrogen dioxide (NO₂), kept: 31 days" in english
    assert "31 March 2025" in english


def test_what_happened_to_many_at_once_is_told_once(site: httpx.Client, database: str) -> None:
    base = example_entry()["uri"]
    street = [traffic_counter_entry(id=str(uuid4()), uri=f"{base}-{n}", reference=f"street-{n}") for n in range(4)]
    put(database, *street, reason="Een nieuwe straat.")
    page = site.get("/wijzigingen?kind=traffic")
    told = text_of(page)
    assert "4 sensoren: nieuw in het register Reden: Een nieuwe straat." in told
    assert told.count("nieuw in het register") == 2
    assert all(f"/sensors/street-{n}/geschiedenis" in page.text for n in range(4))


def test_an_old_version_can_still_be_read(site: httpx.Client) -> None:
    page = text_of(site.get("/sensors/LML-1/geschiedenis/1"))
    assert "Dit is een oude versie." in page
    assert "Stikstofdioxide (NO₂) Code no2" in page
    assert "Bewaard 31 dagen" in page
    assert "Zo is het nu." in text_of(site.get("/sensors/LML-1/geschiedenis/3"))


def test_permanent_addresses_lead_to_where_it_is_now(site: httpx.Client, database: str) -> None:
    for path, page, data in (
        (f"/id/{ID}", "/s/LML-1", f"/v1/sensors/{ID}"),
        (f"/id/{ID}/2", "/sensors/LML-1/geschiedenis/2", f"/v1/sensors/{ID}/versions/2"),
    ):
        for accept, to in (("text/html", page), ("application/json", data), ("text/html, application/json", page)):
            answer = site.get(path, headers={"Accept": accept})
            assert (answer.status_code, answer.headers["location"]) == (303, to)
            assert site.get(to).status_code == 200
    put(database, kept("P1Y", id=ID, uri=example_entry()["uri"], reference="LML-1-oud"))
    put(database, kept("P1Y", id=str(uuid4()), uri="https://sensoren.helmond.example/id/new"))
    assert site.get(f"/id/{ID}").headers["location"] == "/s/LML-1-oud"


def test_who_removed_a_sensor_leaves_its_page(site: httpx.Client) -> None:
    page = site.get("/sensors/LML-1")
    assert page.status_code == 200
    assert "Hij stond hier tot en met 31 maart 2025." in text_of(page)


@pytest.mark.parametrize(
    "path",
    [
        "/sensors/nothing/geschiedenis",
        "/sensors/LML-1/geschiedenis/4",
        "/sensors/LML-1/geschiedenis/x",
        "/id/LML-1",
        "/id/00000000-0000-0000-0000-000000000000",
        f"/id/{ID}/99",
        "/sensors/nothing/wijzigingen.atom",
        "/v1/sensors/nothing/versions",
        "/v1/sensors/LML-1/versions/0",
    ],
)
def test_what_is_not_there_is_not_found(site: httpx.Client, path: str) -> None:
    assert site.get(path).status_code == 404


def test_all_patches_in_turn_give_the_current_entry(site: httpx.Client) -> None:
    versions = site.get("/v1/sensors/LML-1/versions").json()["versions"]
    document = None
    for version in versions:
        document = apply_patch(document, version["patch"])
        assert document == site.get(f"/v1/sensors/LML-1/versions/{version['version']}").json()["entry"]
    assert document == site.get("/v1/sensors/LML-1").json()["properties"]["entry"]
    assert versions[1]["patch"] == [{"op": "replace", "path": "/datastreams/0/retention/raw", "value": "P1Y"}]
    (difference,) = versions[1]["differences"]
    assert difference["sentence"]["en"] == "Nitrogen dioxide (NO₂), kept: 31 days → 1 year"
    assert [version["current"] for version in versions] == [False, False, True]


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(entry_documents(), min_size=2, max_size=4))
def test_any_history_can_be_followed(site: httpx.Client, database: str, documents: list[Document]) -> None:
    own = {"id": ID, "uri": example_entry()["uri"], "reference": "LML-1"}
    put(database, *(document | own for document in documents))
    document = None
    for version in site.get("/v1/sensors/LML-1/versions").json()["versions"]:
        document = apply_patch(document, version["patch"])
    assert document == site.get("/v1/sensors/LML-1").json()["properties"]["entry"]
    assert site.get("/sensors/LML-1/geschiedenis").status_code == 200
    assert entries_of(site.get("/sensors/LML-1/wijzigingen.atom"))


def test_an_atom_feed_has_what_the_standard_wants(site: httpx.Client) -> None:
    answer = site.get("/wijzigingen.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = parsed(answer.content)
    assert feed.tag == f"{ATOM}feed"
    own = str(site.base_url).rstrip("/")
    links = {link.attrib["rel"]: link.attrib["href"] for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"{own}/wijzigingen.atom"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        assert (element.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
        UUID((element.findtext(f"{ATOM}id") or "").removeprefix("urn:uuid:"))
        assert element.findtext(f"{ATOM}title")
        assert element.findtext(f"{ATOM}author/{ATOM}name")
        assert datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").tzinfo
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")]
    assert len({*ids, feed.findtext(f"{ATOM}id")}) == len(ids) + 1 == 5
    assert [link.attrib["href"] for link in feed.findall(f"{ATOM}entry/{ATOM}link[@rel='alternate']")][-1] == (
        f"{own}/id/{ID}/1"
    )


def test_both_feeds_tell_the_same_in_both_languages(site: httpx.Client) -> None:
    atom, feed = site.get("/wijzigingen.atom"), site.get("/wijzigingen.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == str(site.base_url.join("/wijzigingen.json"))
    for entry, item in zip(entries_of(atom), feed["items"], strict=True):
        assert item["id"] == entry.findtext(f"{ATOM}id")
        assert item["title"] == entry.findtext(f"{ATOM}title")
        assert item["content_html"] == entry.findtext(f"{ATOM}content")
    assert titles(atom)[1:] == [
        "Luchtmeter in het centrum: weggehaald",
        "Luchtmeter in het centrum: Stikstofdioxide (NO₂), bewaard: 31 dagen → 1 jaar",
        "Luchtmeter in het centrum: nieuw in het register",
    ]
    assert "Reden: De wet is veranderd." in feed["items"][1]["content_html"]
    english = site.get("/en/wijzigingen.json").json()
    assert english["language"] == "en"
    assert english["items"][2]["title"].endswith("Nitrogen dioxide (NO₂), kept: 31 days → 1 year")
    assert [item["id"] for item in english["items"]] == [item["id"] for item in feed["items"]]


def test_a_feed_of_a_sensor_a_neighbourhood_and_a_search(site: httpx.Client, database: str) -> None:
    assert len(titles(site.get("/sensors/LML-1/wijzigingen.atom"))) == 3
    assert titles(site.get("/wijzigingen.atom?kind=traffic")) == ["Autoteller: nieuw in het register"]
    where = site.get("/v1/sensors/verkeer-1").json()["properties"]["entry"]["location"]["neighbourhood"]
    elsewhere = {"kind": "fixed", "geometry": {"type": "Point", "coordinates": [5.70, 51.46]}}
    put(database, traffic_counter_entry(location=elsewhere))
    followed = titles(site.get(f"/wijzigingen.atom?neighbourhood={where}&kind=traffic"))
    assert len(followed) == 2, "that it left is told where it was"
    assert len(titles(site.get("/wijzigingen.atom?status=active&kind=air_quality"))) == 3
    assert titles(site.get("/wijzigingen.atom?status=planned")) == []
    assert site.get("/wijzigingen.atom?kind=nothing").status_code == 400
    assert site.get("/wijzigingen.atom?older=x").status_code == 400


def test_pages_name_their_feeds(site: httpx.Client) -> None:
    for page, feed in (
        ("/", "/wijzigingen.atom"),
        ("/?neighbourhood=BU07940000&sort=name", "/wijzigingen.atom?neighbourhood=BU07940000"),
        ("/sensors/LML-1", "/sensors/LML-1/wijzigingen.atom"),
        ("/wijzigingen?kind=traffic", "/wijzigingen.atom?kind=traffic"),
        ("/sensors/LML-1/geschiedenis", "/sensors/LML-1/wijzigingen.atom"),
        ("/en/sensors/LML-1/geschiedenis", "/en/sensors/LML-1/wijzigingen.atom"),
    ):
        head = site.get(page).text.partition("</head>")[0]
        assert '<link rel="alternate" type="application/atom+xml" title="' in head
        assert f'href="{feed}"' in head
        assert site.get(feed).status_code == 200


def test_a_feed_comes_in_pages(database: str) -> None:
    put(database, *(kept("P1Y", summary={"nl": f"Nummer {number}"}) for number in range(60)))
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        seen: list[str] = []
        address: str | None = f"{url}/wijzigingen.json?kind=air_quality"
        while address:
            page = client.get(address).json()
            seen += [item["id"] for item in page["items"]]
            address = page.get("next_url")
        assert len(seen) == len(set(seen)) == 60
        first = parsed(client.get("/wijzigingen.atom").content)
        following = first.find(f"{ATOM}link[@rel='next']")
        assert following is not None
        second = client.get(following.attrib["href"])
        assert len(entries_of(second)) == 10
        assert parsed(second.content).findtext(f"{ATOM}id") == first.findtext(f"{ATOM}id")
        assert "Nummer 8" not in text_of(client.get("/wijzigingen"))
        assert client.get("/wijzigingen?older=11").status_code == 200


def test_who_has_it_already_gets_nothing_new(site: httpx.Client, database: str) -> None:
    for path in ("/wijzigingen.atom", "/wijzigingen.json", "/sensors/LML-1/wijzigingen.atom"):
        first = site.get(path)
        tag = first.headers["etag"]
        again = site.get(path, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        since = {"If-Modified-Since": format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)}
        assert site.get(path, headers=since).status_code == 200
    put(database, kept("P5Y"))
    assert site.get("/wijzigingen.atom", headers={"If-None-Match": tag}).status_code == 200


def test_when_nothing_changed_since_nothing_is_sent(site: httpx.Client) -> None:
    later = {"If-Modified-Since": format_datetime(datetime(2040, 1, 1, tzinfo=UTC), usegmt=True)}
    assert site.get("/wijzigingen.atom?status=planned", headers=later).status_code == 304
    assert site.get("/wijzigingen.atom", headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_a_change_is_everywhere_within_five_seconds(site: httpx.Client, database: str) -> None:
    began = time.monotonic()
    put(database, kept("P5Y", summary={"nl": "Nu anders."}), reason="Omdat het nodig is.")
    for path in (
        "/sensors/LML-1",
        "/sensors/LML-1/geschiedenis",
        "/v1/sensors/LML-1",
        "/v1/sensors/LML-1/versions",
        "/sensors/LML-1/wijzigingen.atom",
        "/wijzigingen.json",
    ):
        assert "Nu anders." in site.get(path).text, path
    assert "Omdat het nodig is." in text_of(site.get("/wijzigingen"))
    assert time.monotonic() - began < 5


def test_the_exact_place_of_a_resident_is_in_no_history(site: httpx.Client, database: str) -> None:
    put(
        database,
        home_sensor_entry(),
        home_sensor_entry(summary={"nl": "Anders."}),
        home_sensor_entry(location=HOME | {"precision": "cell_1km"}),
    )
    for path in (
        "/sensors/bewoner-1/geschiedenis",
        "/sensors/bewoner-1/geschiedenis/1",
        "/sensors/bewoner-1/wijzigingen.atom",
        "/wijzigingen.json",
        "/v1/sensors/bewoner-1/versions",
        "/v1/sensors/bewoner-1/versions/1",
    ):
        answer = site.get(path)
        assert answer.status_code == 200
        assert "5.6543" not in answer.text
        assert "51.4812" not in answer.text
    assert "is uit deze versie iets weggehaald" in text_of(site.get("/sensors/bewoner-1/geschiedenis"))
    assert "is uit deze versie iets weggehaald" in site.get("/sensors/bewoner-1/wijzigingen.json").text
    assert site.get("/v1/sensors/bewoner-1/versions/1").json()["redacted_at"]


def test_an_editor_is_a_team_and_never_a_person(site: httpx.Client, database: str) -> None:
    put(database, kept("P5Y"), editor="jan.jansen@helmond.example", reason="Gevraagd door 06-12345678.")
    for path in ("/sensors/LML-1/geschiedenis", "/wijzigingen.atom", "/wijzigingen.json", "/v1/sensors/LML-1/versions"):
        answer = site.get(path)
        assert "jan.jansen" not in answer.text
        assert "12345678" not in answer.text


def test_what_the_program_says_of_a_version_is_in_the_language_of_the_reader(site: httpx.Client, database: str) -> None:
    put(database, kept("P10Y"), editor=REMOVED_TEXT.nl, reason=ERASURE_REASON)
    for path in ("/en/sensors/LML-1/geschiedenis", "/en/wijzigingen", "/en/sensors/LML-1/wijzigingen.atom"):
        told = site.get(path).text
        assert "Reason: erased (GDPR article 17)" in told
        assert "gewist" not in told
    history = text_of(site.get("/en/sensors/LML-1/geschiedenis"))
    assert "Removed on request" in history
    assert "Weggehaald" not in history


def test_text_of_a_version_stays_text_and_the_feed_stays_xml(site: httpx.Client, database: str) -> None:
    put(database, kept("P1Y", name={"nl": "<b>&\ufffe</b>"}), reason="<script>alert(1)</script>\x08")
    (newest, *_) = entries_of(site.get("/sensors/LML-1/wijzigingen.atom"))
    assert (newest.findtext(f"{ATOM}title") or "").startswith("<b>&\ufffd</b>")
    assert "<script>" not in (newest.findtext(f"{ATOM}content") or "")
    for path in ("/sensors/LML-1/geschiedenis", "/sensors/LML-1/geschiedenis/4", "/wijzigingen"):
        assert "<script>alert" not in site.get(path).text
