"""List, map and API hold the same sensors, whatever is chosen, and those are the ones that the entries tell of."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from random import Random
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql
from shapely import Point, box
from shapely.geometry import shape

from sensors.db import connect
from sensors.db.server import EmbeddedPostgres
from sensors.register.location import representative_point
from sensors.vocabulary.codes import Status
from tests.support.entries import Document, example_camera_entry, example_datastream, example_entry
from tests.support.sample_data import home_sensor_entry, publish_documents, traffic_counter_entry
from tests.support.web_server import running_web_server

WEST, SOUTH, EAST, NORTH = 5.60, 51.44, 5.72, 51.52
PURPOSES = {
    "health": "Weten of de lucht gezond is.",
    "mobility": "Zien hoe druk het is.",
    "inform": "Iedereen inlichten.",
}
ORGANISATIONS = ("Gemeente Helmond", "Waterschap De Dommel", "Bureau Geluid & Lucht")
PROJECTS = ("Samen meten", "Slim & licht")
STREETS = ("Markt 1, 5701 RK Helmond", "Mierloseweg", "Noordkoninginnewal")


@dataclass(frozen=True)
class Site:
    """A running register, and the entries that are in it as they were published."""

    client: httpx.Client
    documents: dict[str, Document]


@pytest.fixture(scope="module")
def site(pg_server: EmbeddedPostgres, migrated_template: str) -> Iterator[Site]:
    with connect(pg_server.url_of("postgres")) as db:
        db.execute(sql.SQL("create database find template {}").format(sql.Identifier(migrated_template)))
    url = pg_server.url_of("find")
    with connect(url) as db:
        publish_documents(db, *made())
    with running_web_server(url) as address, httpx.Client(base_url=address, timeout=20) as client:
        yield Site(client, {each["reference"]: each for each in published(client)})
    with connect(pg_server.url_of("postgres")) as db:
        db.execute("drop database find with (force)")


def published(client: httpx.Client) -> list[Document]:
    features = client.get("/v1/sensors").json()["features"]
    names = [each["properties"]["reference"] for each in features]
    return [client.get(f"/v1/sensors/{name}").json()["properties"]["entry"] for name in names]


def made() -> Iterator[Document]:
    """Sensors of every sort: at a place, at the same place, in a cell, in an area, moving, looking at an area."""
    dice = Random(7)
    for number in range(80):
        yield vary(number, dice)


def vary(number: int, dice: Random) -> Document:
    longitude, latitude = round(dice.uniform(WEST, EAST), 5), round(dice.uniform(SOUTH, NORTH), 5)
    if number % 8 == 1:
        longitude, latitude = 5.66, 51.48
    point = {"type": "Point", "coordinates": [longitude, latitude]}
    location: Document = {"kind": "fixed", "geometry": point}
    if dice.random() < 0.5:
        location["address"] = dice.choice(STREETS)
    design = (example_entry, traffic_counter_entry, home_sensor_entry, example_camera_entry)[number % 4]
    if design is home_sensor_entry:
        location |= {"precision": dice.choice(["cell_100m", "cell_1km"])}
        location.pop("address", None)
    elif design is example_camera_entry:
        location |= {"observed_area": square(longitude, latitude, 0.004)}
    elif dice.random() < 0.4:
        roams = {"geometry": square(longitude, latitude, 0.02), "kind": dice.choice(["mobile", "area"])}
        location |= roams
    changes: Document = {
        "reference": f"S-{number:03}",
        "name": {"nl": f"{dice.choice(['Luchtmeter', 'Fietsteller', 'Café-sensor'])} {number}"},
        "status": dice.choice([each.value for each in Status]),
        "location": location,
        "purposes": [
            {"code": code, "words": {"nl": PURPOSES[code]}}
            for code in dice.sample(sorted(PURPOSES), dice.randint(1, 2))
        ],
        "review_date": dice.choice(["2024-01-01", "2035-01-01"]),
    }
    if design in (example_entry, traffic_counter_entry):
        changes["organisations"] = [
            {"role": role, "name": dice.choice(ORGANISATIONS)} for role in ("owner", "controller")
        ]
    if design is example_entry:
        changes["datastreams"] = [example_datastream(code) for code in dice.sample(["no2", "pm10", "pm2_5"], 2)]
    if dice.random() < 0.3:
        changes["project"] = {"name": dice.choice(PROJECTS)}
    if changes["status"] == "ended":
        changes["active_until"] = "2025-01-01"
    return design(**changes)


def square(west: float, south: float, side: float) -> Document:
    east, north = round(west + side, 5), round(south + side, 5)
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


def _somewhere(draw: st.DrawFn) -> str:
    west, south = draw(st.floats(WEST, EAST)), draw(st.floats(SOUTH, NORTH))
    return f"{west:.5f},{south:.5f},{west + draw(st.floats(0, 0.05)):.5f},{south + draw(st.floats(0, 0.03)):.5f}"


choices: dict[str, st.SearchStrategy[str]] = {
    "q": st.sampled_from(
        [
            "lucht",
            "Fietstellers",
            "CAFE",
            "5701 rk",
            "5701rk",
            "gezond",
            "dommel",
            "mierlo",
            "camera",
            "fijnstof",
            "s-00",
            "-",
        ]
    ),
    "kind": st.sampled_from(["air_quality", "traffic", "streetlight", "other"]),
    "observed_property": st.sampled_from(["no2", "pm10", "count_car", "image", "nothing"]),
    "purpose": st.sampled_from([*PURPOSES, "dining"]),
    "organisation": st.sampled_from([*ORGANISATIONS, "Inwoner"]),
    "personal_data": st.sampled_from(["none", "de_identified", "identifiable"]),
    "neighbourhood": st.sampled_from(["BU07940000", "BU07941000", "BU07940101"]),
    "district": st.sampled_from(["WK079410", "WK079413", "WK079499"]),
    "theme": st.sampled_from(["air", "traffic", "safety", "water"]),
    "project": st.sampled_from([*PROJECTS, "Nergens"]),
    "status": st.sampled_from([each.value for each in Status]),
    "deviating": st.sampled_from(["yes", "review_due", "silent", "invalid", "undeclared"]),
    "spot": st.builds("{:.5f},{:.5f}".format, st.floats(WEST, EAST), st.floats(SOUTH, NORTH)) | st.just("5.661,51.481"),
    "bbox": st.composite(_somewhere)(),
}


@st.composite
def combinations(draw: st.DrawFn) -> dict[str, str]:
    chosen = draw(st.lists(st.sampled_from(sorted(choices)), max_size=3, unique=True))
    query = {name: draw(choices[name]) for name in chosen}
    return query | draw(st.sampled_from([{}, {"sort": "name"}, {"sort": "changed"}]))


def told(document: Document, name: str, value: str) -> bool:
    """Whether an entry passes a choice, worked out from the entry alone; words are looked at in another test."""
    return TOLD[name](document, value) if name in TOLD else True


def _personal(document: Document) -> str:
    levels = ("none", "de_identified", "identifiable")
    declared = levels[max(levels.index(each["personal_data"]) for each in document["datastreams"])]
    counts = any(each["observed_property"].startswith("count_") for each in document["datastreams"])
    return "de_identified" if counts and declared == "none" else declared


def _about(document: Document) -> set[str]:
    if document.get("kind") is None:
        return {"safety"}
    return {"traffic" if document["kind"] == "traffic" else "air"}


def _sees(document: Document, spot: str) -> bool:
    place = document["location"]
    seen = place.get("observed_area") or (place["geometry"] if place["kind"] != "fixed" else None)
    longitude, latitude = map(float, spot.split(","))
    return seen is not None and shape(seen).covers(Point(longitude, latitude))


def _within(document: Document, bbox: str) -> bool:
    west, south, east, north = map(float, bbox.split(","))
    return box(west, south, east, north).intersects(box(*shape(document["location"]["geometry"]).bounds))


def _one_is(field: str, key: str) -> Callable[[Document, str], bool]:
    return lambda document, value: any(each[key] == value for each in document[field])


TOLD: Mapping[str, Callable[[Document, str], bool]] = {
    "kind": lambda document, value: document.get("kind") == (None if value == "other" else value),
    "observed_property": _one_is("datastreams", "observed_property"),
    "purpose": _one_is("purposes", "code"),
    "organisation": _one_is("organisations", "name"),
    "personal_data": lambda document, value: _personal(document) == value,
    "neighbourhood": lambda document, value: document["location"].get("neighbourhood") == value,
    "district": lambda document, value: document["location"].get("district") == value,
    # The examples say of everything that it is about the air; their kinds and devices say otherwise.
    "theme": lambda document, value: value in _about(document),
    "project": lambda document, value: document.get("project", {}).get("name") == value,
    "status": lambda document, value: document["status"] == value,
    "deviating": lambda document, value: (
        value in {"yes", "review_due"} and document["status"] != "ended" and document["review_date"] == "2024-01-01"
    ),
    "bbox": _within,
    "spot": _sees,
}


def listed(client: httpx.Client, query: dict[str, str]) -> list[str]:
    page = client.get("/", params=query)
    assert page.status_code == 200
    assert 'rel="next"' not in page.text
    return re.findall(r'data-reference="([^"]+)"', page.text)


def mapped(client: httpx.Client, query: dict[str, str], view: tuple[float, ...], zoom: int) -> set[str]:
    """What a visitor comes to who opens every group on the map, with the amounts on the way being right."""
    asked = {**query, "view": ",".join(map(str, view)), "zoom": str(zoom)}
    answer = client.get("/v1/sensor-groups", params=asked).json()
    found: set[str] = set()
    for feature in answer["features"]:
        group = feature["properties"]
        if group["sensors"]:
            assert len(group["sensors"]) == group["amount"]
            found |= {each["reference"] for each in group["sensors"]}
        else:
            west, south, east, north = group["bounds"]
            inside = mapped(client, query, (west - 1e-5, south - 1e-5, east + 1e-5, north + 1e-5), min(zoom + 3, 19))
            assert len(inside) >= group["amount"]
            found |= inside
    assert answer["numberMatched"] <= len(found)
    return found


CITY = (5.5, 51.4, 5.8, 51.6)


@settings(max_examples=200)
@given(query=combinations())
def test_map_list_and_api_hold_the_same_sensors_and_the_right_ones(site: Site, query: dict[str, str]) -> None:
    on_list = listed(site.client, query)
    collection = site.client.get("/v1/sensors", params=query).json()
    in_api = [each["properties"]["reference"] for each in collection["features"]]
    assert in_api == on_list
    assert collection["numberMatched"] == len(on_list) == len(set(on_list))
    map_query = {name: value for name, value in query.items() if name != "sort"}
    assert mapped(site.client, map_query, CITY, 14) == set(on_list)
    right = {
        reference
        for reference, document in site.documents.items()
        if all(told(document, name, value) for name, value in query.items())
    }
    assert set(on_list) == right if "q" not in query else set(on_list) <= right


@pytest.mark.parametrize(
    ("asked", "means"),
    [
        ("fietsteller", "Fietsteller"),
        ("FIETSTELLERS", "Fietsteller"),
        ("cafe sens", "Café-sensor"),
        ("café", "Café-sensor"),
        ("5701rk", "Markt 1, 5701 RK Helmond"),
        ("5701 RK", "Markt 1, 5701 RK Helmond"),
        ("mierlose", "Mierloseweg"),
        ("dommel waterschap", "Waterschap De Dommel"),
        ("Geluid & Lucht", "Bureau Geluid & Lucht"),
        ("drukte druk", None),
        ("S-01", '"reference": "S-01'),
    ],
)
def test_words_are_looked_for_in_what_residents_know(site: Site, asked: str, means: str | None) -> None:
    found = set(listed(site.client, {"q": asked}))
    searched = {reference: words(document) for reference, document in site.documents.items()}
    assert found == {reference for reference, text in searched.items() if means is not None and means in text}


def words(document: Document) -> str:
    parts = [document["name"]["nl"], document["location"].get("address", ""), f'"reference": "{document["reference"]}"']
    return " | ".join([*parts, *(each["name"] for each in document["organisations"])])


def test_sensors_that_roam_are_on_every_part_of_the_map_where_they_may_be(site: Site) -> None:
    roaming = [each for each in site.documents.values() if each["location"]["kind"] != "fixed"]
    assert len({each["location"]["kind"] for each in roaming}) == 2
    for document in roaming:
        west, south, _, _ = shape(document["location"]["geometry"]).bounds
        corner = (west - 0.001, south - 0.001, west + 0.0005, south + 0.0005)
        point = representative_point(document["location"]["geometry"])
        assert not box(*corner).contains(Point(*point))
        assert document["reference"] in mapped(site.client, {}, corner, 17)
        page = unescape(site.client.get("/", params={"bbox": ",".join(map(str, corner))}).text)
        assert document["reference"] in page
        assert "Beweegt" in page or "Ergens in een gebied" in page


def test_the_cells_around_a_place_hold_all_that_is_near(site: Site) -> None:
    at = Point(5.66, 51.48)
    column, row = int(5.66 / 0.0146), int(51.48 / 0.009)
    around = [(column + across, row + up) for across in (-1, 0, 1) for up in (-1, 0, 1)]
    answers = [site.client.get(f"/v1/cells/{x}/{y}/sensors").json()["features"] for x, y in around]
    found = {each["properties"]["reference"] for features in answers for each in features}
    near = {
        reference
        for reference, document in site.documents.items()
        # 500 metres are at most 0.0073 degrees here, from west to east.
        if shape(document["location"]["geometry"]).distance(at) < 0.0045 and document["status"] != "ended"
    }
    assert near
    assert near <= found
    assert all(site.documents[reference]["status"] != "ended" for reference in found)


@pytest.mark.parametrize("view", ["5,51,6", "6,51,5,52", "a,b,c,d", "nan,51,6,52", ""])
def test_a_view_that_is_none(site: Site, view: str) -> None:
    answer = site.client.get("/v1/sensor-groups", params={"view": view, "zoom": 12})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_however_wide_the_view_the_answer_stays_small(site: Site) -> None:
    answer = site.client.get("/v1/sensor-groups", params={"view": "-180,-90,180,90", "zoom": 22}).json()
    assert answer["numberMatched"] == len(site.documents)
    assert len(answer["features"]) <= 50 + 2


def test_every_choice_can_be_taken_back_without_javascript(site: Site) -> None:
    query = {"kind": "air_quality", "status": "active", "sort": "name"}
    page = site.client.get(f"/?{urlencode(query)}").text
    assert 'href="/?status=active&amp;sort=name"' in page
    assert 'href="/?kind=air_quality&amp;sort=name"' in page
    assert re.search(r'<option value="air_quality" selected>', page)
    assert '<input type="hidden" name="sort" value="name">' in page


def choosable(page: str, name: str) -> set[Any]:
    select = page[page.index(f'<select id="{name}"') :]
    return set(re.findall(r'<option value="([^"]+)"', select[: select.index("</select>")]))


def test_only_what_there_is_can_be_chosen(site: Site) -> None:
    page = unescape(site.client.get("/").text)
    assert choosable(page, "purpose") == set(PURPOSES)
    assert choosable(page, "organisation") == {*ORGANISATIONS, "Inwoner"}
    assert choosable(page, "theme") == {"air", "traffic", "safety"}
    assert choosable(page, "project") == set(PROJECTS)
    assert choosable(page, "observed_property") == {"no2", "pm10", "pm2_5", "count_car", "image"}
