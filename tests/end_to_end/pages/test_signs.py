"""What is printed for the street, and the page that its code opens."""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from sensors.db import connect
from tests.support.entries import example_camera_entry, example_entry
from tests.support.pdf import pdf_pages
from tests.support.sample_data import home_sensor_entry, publish_documents
from tests.support.web_server import running_web_server


def at(address: str, **changes: Any) -> dict[str, Any]:
    return example_entry(location=example_entry()["location"] | {"address": address}, **changes)


@pytest.fixture
def site(database: str) -> Iterator[httpx.Client]:
    with connect(database) as db:
        publish_documents(db, at("Markt 1"), at("markt", reference="LML-2"), at("Marktstraat", reference="LML-3"))
        publish_documents(
            db,
            at("Markt 3", reference="LML-4", status="ended", active_until="2024-01-01"),
            example_camera_entry(),
            home_sensor_entry(),
        )
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        yield client


def codes(document: bytes) -> list[str]:
    return sorted(code for page in pdf_pages(document) for code in page.barcodes)


SIZES = [("", (105, 148)), ("?formaat=a6", (105, 148)), ("?formaat=a4", (210, 297))]


def test_a_sign_is_a_pdf_of_its_size(site: httpx.Client) -> None:
    for query, size in SIZES:
        answer = site.get(f"/sensors/LML-1/bord.pdf{query}")
        assert answer.headers["content-type"] == "application/pdf"
        assert "bord-LML-1-a" in answer.headers["content-disposition"]
        (page,) = pdf_pages(answer.content)
        assert page.size_mm == pytest.approx(size, abs=0.01)
        assert page.barcodes == [example_entry()["uri"]]


def test_a_sign_is_an_svg_too(site: httpx.Client) -> None:
    answer = site.get("/sensors/LML-1/bord.svg?formaat=a4")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(answer.content).get("height") == "297mm"  # noqa: S314 - our own


NOT_THERE = [
    ("/sensors/nothing/bord.pdf", 404),
    ("/sensors/LML-1/bord.pdf?formaat=a3", 400),
    ("/sensors/LML-1/bord.png", 404),
    ("/borden.pdf", 404),
    ("/borden.pdf?straat=Nergens", 404),
    ("/borden.pdf?buurt=x", 400),
    ("/borden.pdf?straat=Markt&deel=2", 404),
    ("/borden.pdf?straat=Markt&deel=0", 400),
    ("/borden.pdf?straat=Markt%00", 400),
    ("/borden?straat=%00", 400),
]


def test_what_is_not_there_has_no_sign(site: httpx.Client) -> None:
    for path, status in NOT_THERE:
        assert site.get(path).status_code == status


def test_the_sheets_of_a_street_have_its_sensors_and_no_others(site: httpx.Client) -> None:
    page = site.get("/borden?straat=MARKT")
    assert "2 borden" in page.text
    assert "/borden.pdf?straat=MARKT&amp;deel=1" in page.text
    found = codes(site.get("/borden.pdf?straat=MARKT&deel=1").content)
    assert found == [f"https://sensoren.helmond.example/id/{each}" for each in ("LML-1", "LML-2")]


def test_the_sheets_of_a_neighbourhood_leave_homes_out(site: httpx.Client) -> None:
    code = site.get("/v1/sensors/LML-1").json()["properties"]["entry"]["location"]["neighbourhood"]
    found = codes(site.get(f"/borden.pdf?buurt={code}").content)
    names = {each.rpartition("/")[2] for each in found}
    assert {"LML-1", "LML-2", "LML-3"} <= names
    assert names.isdisjoint({"LML-4", "bewoner-1"})


def test_an_empty_choice_asks_for_one(site: httpx.Client) -> None:
    assert "deel=1" not in site.get("/borden?buurt=&straat=").text
    assert "Hier staan geen sensoren" in site.get("/borden?straat=Nergens").text


def test_the_page_in_the_street_says_what_whether_and_who(site: httpx.Client) -> None:
    page = site.get("/s/LML-1").text
    for told in ("Luchtmeter in het centrum", "Stikstofdioxide", "Meet niets over u", "Gemeente Helmond"):
        assert told in page
    for link in ("/sensors/LML-1", "/sensors/LML-1/melding"):
        assert f'href="{link}"' in page
        assert site.get(link).status_code == 200
    assert "U kunt herkenbaar zijn" in site.get("/s/camera-001").text
    assert "You may be recognised" in site.get("/en/s/camera-001").text
    assert "weggehaald" in site.get("/s/LML-4").text
    assert site.get("/s/nothing").status_code == 404


def test_the_code_leads_to_the_page(site: httpx.Client) -> None:
    entry = example_entry()
    answer = site.get(f"/id/{entry['id']}", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/s/LML-1")
