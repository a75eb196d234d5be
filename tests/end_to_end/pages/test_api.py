"""The register as it answers over HTTP: people get pages, programs get GeoJSON, nobody gets what isn't open."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from html import unescape
from typing import Any

import httpx
import jsonschema
import psycopg
import pytest
import structlog

from api import formatting
from api.database import create_pool
from api.sensor import queries as sensor_queries
from ingest.events.aggregates import write_aggregates
from ingest.events.passers_by import PassCount
from ingest.writer import load_register
from sensors.db import connect
from sensors.policy.explanation import explain_policy
from sensors.processes import find_free_port
from sensors.register.entry import Entry
from sensors.vocabulary.time_zone import LOCAL_TIME_ZONE
from tests.support.entries import example_camera_entry, example_entry
from tests.support.person_sensors import event_counter_entry
from tests.support.sample_data import (
    DAY,
    HOUR,
    NOW,
    home_sensor_entry,
    insert_hourly_total,
    insert_ledger_hour,
    insert_movement,
    insert_observation,
    insert_travel_time,
    motion_lamp_entries,
    motion_lamp_entry,
    publish_cells,
    publish_documents,
    publish_movement,
    traffic_counter_entry,
    travel_time_entry,
)
from tests.support.web_server import running_web_server

NOWHERE = "postgresql://nobody@127.0.0.1:{}/nothing"


@pytest.fixture
def site(database: str) -> Iterator[httpx.Client]:
    """A small register: an air-quality sensor, a counter, a resident's sensor and a camera."""
    with connect(database) as db:
        publish_documents(db, example_entry(), traffic_counter_entry(), home_sensor_entry(), example_camera_entry())
    with running_web_server(database) as url, httpx.Client(base_url=url) as client:
        yield client


def text_of(page: httpx.Response) -> str:
    """What a reader sees, in one line."""
    body = page.text[page.text.index("<main") :]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_the_list_and_the_geojson_hold_the_same_sensors(site: httpx.Client) -> None:
    for query in ("", "?kind=traffic", "?kind=other", "?kind=&neighbourhood=&status=", "?status=planned"):
        listed = set(re.findall(r'data-reference="([^"]+)"', site.get(f"/{query}").text))
        collection = site.get(f"/v1/sensors{query}").json()
        assert {each["properties"]["reference"] for each in collection["features"]} == listed
        assert collection["numberMatched"] == len(listed)
    assert "Er is geen sensor die hierbij past" in text_of(site.get("/?status=planned"))


CONFLICTING = "Tegenstrijdig: er was al een andere waarde voor dat moment 0 0"


def test_a_sensor_in_plain_words(site: httpx.Client, database: str) -> None:
    with connect(database) as db:
        insert_hourly_total(db, "verkeer-1", "count_car", NOW - 4 * HOUR, 7)
        insert_hourly_total(db, "verkeer-1", "count_car", NOW - 3 * HOUR, 43)
        insert_ledger_hour(db, "verkeer-1", NOW - 7 * DAY, stored=300, refused={"in_future": 20})
        insert_ledger_hour(db, "LML-1", NOW, stored=3, refused={"in_future": 2})
        publish_cells(db)
        publish_documents(db, event_counter_entry("teller"))
        (walkers,) = load_register(db)["helmond", "traffic", "teller"].event_datastreams.values()
        write_aggregates(db, [PassCount(walkers.id, "hour", NOW - 3 * HOUR, None, 12)])
    page = site.get("/sensors/verkeer-1")
    words = text_of(page)
    assert page.headers["cache-control"] == "no-cache"
    for told in (
        "Aantal auto's",
        "minder dan 25",
        "43 (24 meer of minder)",
        "Bij elke telling komt een toevallig getal, meestal kleiner dan 12, erbij of eraf.",
        "In de gegevens voor computers staat bij “minder dan” wel een getal.",
        "Gaat het over mensen? Ja, maar niemand is te herkennen",
        "De sensor neemt mensen waar. Maar wat wij bewaren, wijst niemand aan",
        "Laatste meting Vorige week",
        "15 tot 100 keer: de tijd lag in de toekomst.",
        "Ontvangen 100 tot 1.000",
        "Versie 1, sinds",
        "7 dagen",
        "1 jaar",
        "Omgevingswet, artikel 20.1",
        "Een klacht doorgeven",
    ):
        assert told in words.replace("&#39;", "'"), told
    assert re.search(r"43 \(24 meer of minder\) \w+ van ", words), "the newest value has its margin too"
    # The colour of the box and the API say the same.
    assert 'class="answer answer-de_identified"' in page.text
    assert site.get("/v1/sensors/verkeer-1").json()["properties"]["personal_data"] == "de_identified"
    words = text_of(site.get("/sensors/LML-1"))
    # What a phone of 360 pixels shows of a wide table are its first columns.
    is_kept = "Wat Klopt het? Beloofd"
    for told in (
        "Laatste meting Vandaag",
        "2 keer: de tijd lag in de toekomst.",
        "Ontvangen 5 5",
        CONFLICTING,
        is_kept,
    ):
        assert told in words, told
    assert "hoorden wij hem niet. Hoeveel mensen er waren, weten wij niet." in text_of(site.get("/sensors/teller"))
    assert "Deze sensor stuurt ons geen gegevens" in text_of(site.get("/sensors/camera-001"))
    assert "Ongeveer: een vak van ongeveer 100 bij 100 meter" in text_of(site.get("/sensors/bewoner-1"))


def test_the_mean_count_over_four_weeks_has_a_margin_and_what_can_not_be_told(
    site: httpx.Client, database: str
) -> None:
    begun = NOW.astimezone(LOCAL_TIME_ZONE).date() - 63 * DAY
    with connect(database) as db:
        for number in range(63):
            day = begun + number * DAY
            for clock, passed in ((8, 200), (12, 0)):
                insert_hourly_total(
                    db,
                    "verkeer-1",
                    "count_car",
                    datetime.combine(day, time(clock), LOCAL_TIME_ZONE).astimezone(UTC),
                    passed,
                )
        for number in range(1, 64, 7):
            publish_cells(db, NOW - (63 - number) * DAY)
        publish_cells(db, NOW)
    (stream,) = site.get("/v1/sensors/verkeer-1").json()["properties"]["datastreams"]
    means = {(each["days"], each["slot_start"]): each for each in stream["means"]}
    assert set(means) == {(days, slot) for days in ("weekday", "weekend") for slot in ("08:00:00", "12:00:00")}
    busy, quiet = means["weekday", "08:00:00"], means["weekday", "12:00:00"]
    assert abs(busy["value"] - 200) < 3 * busy["margin"] < 3 * 25
    assert busy["below"] is None
    assert quiet["below"] is None or quiet["value"] < quiet["below"] <= 25
    words = text_of(site.get("/sensors/verkeer-1"))
    assert "Bekijk het gemiddelde over vier weken" in words
    assert re.search(r"08:00 tot 09:00 \d+ \d+ meer of minder", words)


def test_travel_times_in_plain_words(site: httpx.Client, database: str) -> None:
    with connect(database) as db:
        publish_documents(db, travel_time_entry())
    assert "Nog geen metingen om te laten zien" in text_of(site.get("/sensors/kenteken-1"))
    with connect(database) as db:
        insert_travel_time(db, "kenteken-1", NOW - 2 * HOUR, median=85)
        insert_travel_time(db, "kenteken-1", NOW - 3 * HOUR, median=95, p85=None)
    words = text_of(site.get("/sensors/kenteken-1"))
    assert "85 seconden" in words
    assert "Auto&#39;s 85 120" in words
    assert "Auto&#39;s 95 –" in words
    assert "Wij gebruiken hooguit één op de vier voertuigen. Het lot bepaalt welke" in words
    (stream,) = site.get("/v1/sensors/kenteken-1").json()["properties"]["datastreams"]
    assert stream["travel_times"][0]["vehicle_class"] == "car"
    assert stream["travel_times"][0].keys() == {"goes_to", "start", "minutes", "vehicle_class", "median", "p85"}
    assert [each["p85"] for each in stream["travel_times"]] == [120, None]


def test_movement_is_a_mean_with_its_margin_everywhere(site: httpx.Client, database: str) -> None:
    with connect(database) as db:
        publish_documents(db, *motion_lamp_entries(11))
    words = text_of(site.get("/sensors/lamp-1"))
    assert "In deze groep staan 11 lampen. Pas vanaf 12 lampen tellen we de beweging." in words
    assert "Het zijn er nu 11. Van deze groep bewaren we dus niets." in words
    with connect(database) as db:
        publish_documents(db, motion_lamp_entry(12))
    assert "Er is nog geen getal" in text_of(site.get("/sensors/lamp-1"))
    with connect(database) as db:
        today = NOW.astimezone(LOCAL_TIME_ZONE).date()
        insert_movement(db, "kasteelpark", today - timedelta(days=63), 63, by_hour={8: 12 * 24, 12: 12 * 55, 23: 3})
        publish_movement(db, NOW)
    for path in ("/sensors/lamp-1", "/buurten/BU07941000"):
        words = text_of(site.get(path))
        assert "wij tellen er een toevallig getal bij op of af" in words
        assert "08:00 tot 09:00 40 26 meer of minder" in words
        assert "12:00 tot 13:00 meer dan 244 –" in words
        assert "23:00 tot 06:00 minder dan 11 –" in words
    (stream,) = site.get("/v1/sensors/lamp-1").json()["properties"]["datastreams"]
    assert stream["values"] == []
    means = {(each["days"], each["slot_start"]): each for each in stream["movement"]["means"]}
    assert means["weekday", "08:00:00"]["value"] == pytest.approx(24 / (1 - 24 / 61), abs=0.01)
    assert means["night", "23:00:00"]["fewer_than"] == pytest.approx(10.82, abs=0.01)
    assert means["night", "23:00:00"]["value"] == pytest.approx(0.25, abs=0.01)
    (area,) = site.get("/v1/areas/BU07941000").json()["properties"]["movement"]
    assert area["means"] == stream["movement"]["means"]
    assert area["lamps_here"] == 12
    assert [each["name"] for each in site.get("/v1/movement").json()["groups"]] == ["kasteelpark"]
    assert site.get("/v1/movement/kasteelpark").json()["means"][0]["margin"] > 0
    rows = site.get("/v1/movement/kasteelpark/means.csv").text.splitlines()
    assert rows[0].split(",")[-4:] == ["value", "margin", "fewer_than", "more_than"]
    assert len(rows) == 1 + len(site.get("/v1/movement/kasteelpark").json()["means"])
    assert site.get("/v1/movement/elders").status_code == 404


def test_the_page_tells_what_becomes_of_the_data_as_the_command_does(site: httpx.Client) -> None:
    for document in (example_entry(), traffic_counter_entry(), home_sensor_entry(), example_camera_entry()):
        page = unescape(text_of(site.get(f"/sensors/{document['reference']}")))
        for part in explain_policy(Entry.model_validate(document), 1, "nl"):
            assert " ".join(part.sentences) in page


def test_a_new_value_is_there_at_once(site: httpx.Client, database: str) -> None:
    assert "Nog geen metingen" in text_of(site.get("/sensors/LML-1"))
    with connect(database) as db:
        insert_observation(db, "LML-1", "no2", 21.5, datetime.now(UTC))
    assert "21,5 µg/m³ vandaag om" in text_of(site.get("/sensors/LML-1"))
    streams = site.get("/v1/sensors/LML-1").json()["properties"]["datastreams"]
    assert [each["latest"]["value"] for each in streams if each["latest"]] == [21.5]


def test_an_hour_that_was_completed_says_so(site: httpx.Client, database: str) -> None:
    with connect(database) as db:
        for hours_ago in (5, 4):
            insert_hourly_total(db, "LML-1", "no2", NOW - hours_ago * HOUR, 30)
        assert "angevuld" not in text_of(site.get("/sensors/LML-1"))
        late = {"hour": NOW - 5 * HOUR}
        db.execute("update lantaarn.rollup_hour set completed_at = now() where hour = %(hour)s", late)
    day = formatting.recent_day(datetime.now(UTC))
    words = text_of(site.get("/sensors/LML-1"))
    assert words.count(f"(aangevuld op {day})") == words.count("Dan kwamen er later nog metingen binnen") == 1
    assert "(completed on" in text_of(site.get("/en/sensors/LML-1"))
    assert f"(aangevuld op {day})" in text_of(site.get("/buurten/BU07941000"))
    for path in ("/v1/sensors/LML-1", "/v1/areas/BU07941000"):
        properties = site.get(path).json()["properties"]
        (stream,) = (each for each in properties.get("datastreams", properties.get("values")) if each["values"])
        times = [each["completed_at"] for each in stream["values"]]
        assert times[1] is None
        assert datetime.now(UTC) - HOUR < datetime.fromisoformat(times[0]) <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("status", "told"),
    [("planned", "nog niet"), ("paused", "staat tijdelijk uit"), ("ended", "is weggehaald")],
)
def test_a_sensor_that_is_not_on_says_so(database: str, status: str, told: str) -> None:
    with connect(database) as db:
        publish_documents(db, example_entry(status=status, active_until="2030-01-01"))
    with running_web_server(database) as url:
        assert told in text_of(httpx.get(f"{url}/sensors/LML-1"))


def test_the_exact_place_of_a_resident_is_nowhere(site: httpx.Client) -> None:
    paths = (
        "/",
        "/sensors/bewoner-1",
        "/v1/sensors",
        "/v1/sensors/bewoner-1",
        "/organisaties/inwoner",
        "/themas/lucht",
    )
    for path in (*paths, f"/buurten/{CENTRE}", f"/v1/areas/{CENTRE}", "/v1/organisations/inwoner", "/sitemap.xml"):
        answer = site.get(path).text
        assert "5.65432" not in answer
        assert "51.48123" not in answer


def test_the_readers_can_read_only_what_is_open(database: str) -> None:
    with create_pool(database) as pool, pool.connection() as db:
        for table in ("lantaarn.sensor", "lantaarn.observation", "restricted.location", "lantaarn.quarantine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(f"select from {table}")  # pyright: ignore[reportArgumentType] - names from this list


def test_text_in_an_entry_stays_text(database: str) -> None:
    with connect(database) as db:
        publish_documents(db, example_entry(name={"nl": "<script>alert(1)</script>"}, summary={"nl": '"><img src=x>'}))
    with running_web_server(database) as url:
        for path in ("/", "/sensors/LML-1"):
            page = httpx.get(url + path).text
            assert "<script>alert" not in page
            assert "<img src=x" not in page


SECRET = "geheim-1234"
CENTRE = "BU07941000"
"""The neighbourhood of the examples."""


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/sensors/{SECRET}", 404),
        (f"/{SECRET}", 404),
        (f"/?kind={SECRET}", 400),
        (f"/?personal_data={SECRET}", 400),
        (f"/?after={SECRET}", 404),
        (f"/?after=LML-1&before={SECRET}", 400),
        (f"/?spot={SECRET}", 400),
        (f"/v1/sensors/{SECRET}", 404),
        (f"/v1/sensors?status={SECRET}", 400),
        (f"/v1/areas?level={SECRET}", 400),
        (f"/v1/areas/{SECRET}", 404),
        (f"/v1/organisations/{SECRET}", 404),
        (f"/v1/projects/{SECRET}", 404),
        (f"/v1/themes/{SECRET}", 404),
        (f"/?theme={SECRET}", 400),
        (f"/buurten/{SECRET}", 404),
        (f"/buurten/{CENTRE}?after={SECRET}", 404),
        (f"/organisaties/{SECRET}", 404),
        (f"/projecten/{SECRET}", 404),
        (f"/themas/{SECRET}", 404),
        (f"/v1/{SECRET}", 404),
    ],
)
def test_what_is_wrong_is_explained_and_never_repeated(site: httpx.Client, path: str, status: int) -> None:
    answer = site.get(path)
    assert answer.status_code == status
    assert SECRET not in answer.text
    assert SECRET not in site.get("/metrics").text
    if path.startswith("/v1"):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json().keys() == {"status", "title", "detail"}
    else:
        assert "Bekijk alle sensoren" in text_of(answer)


def test_it_can_only_be_read(site: httpx.Client) -> None:
    assert site.post("/").status_code == 405
    assert site.delete("/v1/sensors/LML-1").status_code == 405
    assert site.head("/").status_code == 200


def test_an_error_of_ours_tells_nothing(site: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(sensor_queries, "load_sensor", fail)
    with structlog.testing.capture_logs() as log:
        answers = [site.get("/sensors/LML-1"), site.get("/v1/sensors/LML-1")]
    assert [answer.status_code for answer in answers] == [500, 500]
    assert "Er ging iets mis bij ons" in text_of(answers[0])
    assert SECRET not in answers[0].text + answers[1].text + repr(log)
    assert log[0]["error"] == "ValueError"
    assert any("sensor/page.py" in place for place in log[0]["at"])


def test_every_answer_is_safe_and_without_cookies(site: httpx.Client) -> None:
    for path in ("/", "/sensors/LML-1", "/v1/sensors", "/static/style.css", "/nothing", "/livez"):
        headers = site.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers
    assert site.get("/v1/sensors").headers["api-version"] == "1.0.0"


def test_only_chosen_tiles_come_from_elsewhere(database: str) -> None:
    tiles = {"tile_url": "https://tiles.example/{z}/{x}/{y}.png", "tile_attribution": "Kadaster"}
    with running_web_server(database, **tiles) as url:
        assert "img-src 'self' data: https://tiles.example;" in httpx.get(url).headers["content-security-policy"]


def test_who_finds_a_weakness_is_told_where_to_report_it_as_long_as_someone_reads_that(database: str) -> None:
    until = datetime.now(UTC).date() + 200 * DAY
    told = {"contact": "sensoren@helmond.example", "security_until": str(until)}
    with running_web_server(database, **told) as url:
        answer = httpx.get(f"{url}/.well-known/security.txt")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text.splitlines() == [
            "Contact: mailto:sensoren@helmond.example",
            f"Expires: {until}T23:59:59Z",
            "Preferred-Languages: nl, en",
        ]
    for nobody in ({}, told | {"security_until": str(until - 201 * DAY)}):
        with running_web_server(database, **nobody) as url:
            assert httpx.get(f"{url}/.well-known/security.txt").status_code == 404


def test_a_request_with_endless_headers_is_broken_off(site: httpx.Client) -> None:
    with suppress(httpx.TransportError):  # it may hang up before all of it was sent
        assert site.get("/", headers={"X-Long": "a" * 1_000_000}).status_code == 400
    assert site.get("/livez").status_code == 200


def test_the_answers_fit_their_description(site: httpx.Client, database: str) -> None:
    with connect(database) as db:
        insert_observation(db, "LML-1", "no2", 21.5, NOW)
        insert_hourly_total(db, "LML-1", "no2", NOW - HOUR, 60)
        project = {"name": "Samen meten", "description": {"nl": "Een proef."}}
        publish_documents(db, home_sensor_entry(project=project), travel_time_entry(), motion_lamp_entry())
        insert_travel_time(db, "kenteken-1", NOW - 2 * HOUR, median=85)
    description = site.get("/v1/openapi.json").json()
    paths = {
        "/sensors": "/v1/sensors",
        "/sensors/{id}": "/v1/sensors/LML-1",
        "/sensors/{id}/versions": "/v1/sensors/LML-1/versions",
        "/sensors/{id}/versions/{version}": "/v1/sensors/LML-1/versions/1",
        "/sensor-groups": "/v1/sensor-groups?view=5.5,51.4,5.8,51.6&zoom=12",
        "/cells/{column}/{row}/sensors": "/v1/cells/387/5720/sensors",
        "/areas": "/v1/areas",
        "/areas/{code}": f"/v1/areas/{CENTRE}",
        "/movement": "/v1/movement",
        "/movement/{group}": "/v1/movement/kasteelpark",
        "/movement/{group}/means.csv": "/v1/movement/kasteelpark/means.csv",
        "/organisations": "/v1/organisations",
        "/organisations/{id}": "/v1/organisations/gemeente-helmond",
        "/projects": "/v1/projects",
        "/projects/{id}": "/v1/projects/samen-meten",
        "/themes": "/v1/themes",
        "/themes/{id}": "/v1/themes/air",
        "/quality": "/v1/quality",
    }
    for groups in ("neighbourhoods", "organisations", "neighbourhoods.csv", "organisations.csv"):
        paths[f"/quality/{groups}"] = f"/v1/quality/{groups}"
    assert description["paths"].keys() == paths.keys()
    for path, address in paths.items():
        responses = description["paths"][path]["get"]["responses"]
        wrong = {"400": site.get("/v1/sensors?kind=x"), "404": site.get("/v1/sensors/nothing")}
        for status, given in {"200": site.get(address), **wrong}.items():
            if status not in responses:
                continue
            content: dict[str, Any] = responses[status]["content"]
            ((media, form),) = content.items()
            assert given.headers["content-type"].startswith(media)
            told = given.json() if "json" in media else given.text
            jsonschema.validate(told, form["schema"] | {"components": description["components"]})


def test_the_form_of_an_entry_is_published(site: httpx.Client) -> None:
    schema = site.get("/register-entry.schema.json").json()
    jsonschema.validate(site.get("/v1/sensors/LML-1").json()["properties"]["entry"], schema)


def test_ready_when_the_database_is(site: httpx.Client, database: str) -> None:
    assert site.get("/readyz").json() == {"ready": True, "checks": {"database": "ok", "migrations": "ok"}}
    with connect(database) as db:
        db.execute("delete from lantaarn.migration where name like '005%%'")
    answer = site.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "ok", "migrations": "run lantaarn migrate"}


def test_without_a_database_it_lives_and_says_so() -> None:
    with running_web_server(NOWHERE.format(find_free_port())) as url:
        assert httpx.get(f"{url}/livez").status_code == 200
        answer = httpx.get(f"{url}/readyz", timeout=10)
        assert answer.status_code == 503
        assert not answer.json()["ready"]
        page = httpx.get(url, timeout=10)
        assert page.status_code == 503
        assert "Het register is er even niet" in text_of(page)


def test_requests_are_counted_by_route(site: httpx.Client) -> None:
    site.get("/sensors/LML-1")
    counted = 'lantaarn_http_requests_total{method="GET",route="/sensors/{reference}",status="200"} 1.0'
    assert counted in site.get("/metrics").text
    assert json.dumps("LML-1") not in site.get("/metrics").text
