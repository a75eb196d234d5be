"""Finding sensors, on every edition of the database."""

from datetime import timedelta

import pytest

from api.exceptions import NotFoundError
from api.search import queries as search_queries
from api.search.facets import Facets
from api.search.filters import SORT_ORDERS, Filters
from sensors.db import Database
from sensors.register.repository import refresh_derived_data
from tests.support.entries import example_camera_entry, example_datastream, example_entry
from tests.support.sample_data import (
    DAY,
    HOUR,
    NOW,
    home_sensor_entry,
    insert_ledger_hour,
    motion_lamp_entry,
    publish_documents,
    traffic_counter_entry,
)


def references(db: Database, filters: Filters) -> set[str]:
    return {row["reference"] for row in search_queries.find_sensors(db, "helmond", filters).sensors}


def test_filters_choose_and_other_municipalities_stay_out(server_database: Database) -> None:
    db = server_database
    publish_documents(
        db,
        example_entry(),
        traffic_counter_entry(status="paused"),
        example_camera_entry(),
        motion_lamp_entry(),
        example_entry(reference="elders", municipality="deurne"),
    )
    everything = search_queries.find_sensors(db, "helmond", Filters())
    assert everything.matched == 4
    assert {row["reference"]: row["personal_data"] for row in everything.sensors} == {
        "LML-1": "none",
        "verkeer-1": "de_identified",
        "camera-001": "identifiable",
        "lamp-1": "de_identified",
    }
    assert references(db, Filters(kind="traffic")) == {"verkeer-1"}
    assert references(db, Filters(kind="other")) == {"camera-001"}
    assert references(db, Filters(status="paused")) == {"verkeer-1"}
    assert references(db, Filters(personal_data="de_identified")) == {"lamp-1", "verkeer-1"}
    assert references(db, Filters(observed_property="no2")) == {"LML-1"}
    assert references(db, Filters(q="stikstof")) == {"LML-1"}
    here = everything.sensors[0]["neighbourhood"]
    assert references(db, Filters(neighbourhood=here)) == {"LML-1", "verkeer-1", "camera-001", "lamp-1"}
    assert references(db, Filters(neighbourhood="BU00000000")) == set()
    assert len(search_queries.find_clusters(db, "helmond", Filters(), (5, 51, 6, 52), 12)) == 1


@pytest.mark.parametrize("sort", SORT_ORDERS)
def test_pages_follow_on_each_other_in_both_directions(server_database: Database, sort: str) -> None:
    db = server_database
    publish_documents(
        db,
        *(example_entry(reference=f"S-{n}", name={"nl": f"Meter {9 - n % 5}"}) for n in range(8)),
        home_sensor_entry(),
    )
    whole = [row["reference"] for row in search_queries.find_sensors(db, "helmond", Filters(sort=sort)).sensors]
    assert len(whole) == 9
    forward: list[str] = []
    page = search_queries.find_sensors(db, "helmond", Filters(sort=sort), size=4)
    assert (page.before, page.matched) == (None, 9)
    forward += [row["reference"] for row in page.sensors]
    while page.after:
        page = search_queries.find_sensors(db, "helmond", Filters(sort=sort, after=page.after), size=4)
        forward += [row["reference"] for row in page.sensors]
    assert forward == whole
    back = [row["reference"] for row in page.sensors]
    while page.before:
        page = search_queries.find_sensors(db, "helmond", Filters(sort=sort, before=page.before), size=4)
        back = [row["reference"] for row in page.sensors] + back
    assert back == whole
    with pytest.raises(NotFoundError):
        search_queries.find_sensors(db, "helmond", Filters(after="nothing-here"))


def test_what_a_sensor_is_found_by_follows_its_entry(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry())
    publish_documents(db, example_entry(name={"nl": "Regenmeter"}, datastreams=[example_datastream("pm10")]))
    assert references(db, Filters(q="regenmeter")) == {"LML-1"}
    assert references(db, Filters(q="luchtmeter")) == set()
    assert references(db, Filters(observed_property="no2")) == set()
    db.execute("delete from lantaarn.finding")
    refresh_derived_data(db)
    assert references(db, Filters(q="regenmeter")) == {"LML-1"}


def test_a_spot_is_seen_by_who_looks_at_it_or_roams_there(server_database: Database) -> None:
    db = server_database
    ring = [[5.66, 51.48], [5.67, 51.48], [5.67, 51.49], [5.66, 51.48]]
    roams = {"kind": "mobile", "geometry": {"type": "Polygon", "coordinates": [ring]}}
    publish_documents(
        db,
        example_camera_entry(),
        example_entry(reference="veegwagen", location=roams),
        example_entry(),
        home_sensor_entry(),
    )
    # Within the bounds of both, but only one of them looks there.
    assert references(db, Filters(spot="5.6605,51.4802")) == {"camera-001", "veegwagen"}
    assert references(db, Filters(spot="5.669,51.4881")) == {"veegwagen"}
    assert references(db, Filters(spot="5.6601,51.4809")) == set()


def test_sensors_do_otherwise_than_they_say(server_database: Database) -> None:
    db = server_database
    publish_documents(
        db,
        *(example_entry(reference=name) for name in ("fine", "silent", "refused", "undeclared")),
        example_entry(reference="review", review_date="2024-01-01"),
        traffic_counter_entry(reference="crowd"),
        traffic_counter_entry(reference="quiet"),
    )
    publish_documents(db, example_entry(reference="new"))
    db.execute(
        "update lantaarn.finding set known_since = %(since)s where reference <> 'new'",
        {"since": NOW - timedelta(days=30)},
    )
    for name in ("fine", "review"):
        insert_ledger_hour(db, name, NOW - HOUR, stored=100, refused={"in_future": 2})
    insert_ledger_hour(db, "silent", NOW - 3 * DAY, stored=100, refused={})
    insert_ledger_hour(db, "refused", NOW - HOUR, stored=100, refused={"in_future": 20})
    insert_ledger_hour(db, "undeclared", NOW - HOUR, stored=100, refused={})
    db.execute(
        "update lantaarn.ledger set fields_dropped = 3 "
        "where sensor_id = (select sensor_id from lantaarn.finding where reference = 'undeclared')"
    )
    # Of what could betray people only the week that is over counts: that it says nothing now is nobody's business.
    insert_ledger_hour(db, "crowd", NOW - 7 * DAY, stored=500, refused={})
    ids = {row["reference"]: row["sensor_id"] for row in search_queries.find_sensors(db, "helmond", Filters()).sensors}
    found = search_queries.load_deviations(db, list(ids.values()))
    assert {name: found[number] for name, number in ids.items() if number in found} == {
        "silent": ["silent"],
        "refused": ["refused"],
        "undeclared": ["undeclared"],
        "review": ["review_due"],
        "quiet": ["silent"],
    }
    assert references(db, Filters(deviating="yes")) == {"silent", "refused", "undeclared", "review", "quiet"}


def test_choices_are_reckoned_again_when_the_register_changes(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry())
    choices = Facets()
    assert choices.get(db, "helmond")["observed_property"] == {"no2": 1, "pm10": 1, "pm2_5": 1}
    assert choices.get(db, "helmond") is choices.get(db, "helmond")
    publish_documents(db, traffic_counter_entry())
    assert choices.get(db, "helmond")["observed_property"]["count_car"] == 1
