"""Sensors told together, on every edition of the database: the same ones as the list has, and only what is public."""

from datetime import UTC, datetime

import psycopg
import pytest

from api import statistics
from api.areas import queries as areas_queries
from api.areas.queries import load_aggregated_datastreams, load_travel_times
from api.areas.recent_values import MAX_AGE, RecentValues
from api.exceptions import NotFoundError
from api.organisations.queries import ReportStatistics, load_report_statistics
from api.search import queries as search_queries
from api.search.filters import Filters
from api.search.listing import load_latest_values
from sensors.db import Database
from sensors.vocabulary.codes import PersonalData, Role
from tests.support.entries import example_camera_entry, example_datastream, example_entry
from tests.support.sample_data import (
    DAY,
    HOUR,
    NOW,
    home_sensor_entry,
    insert_hourly_total,
    insert_travel_time,
    motion_lamp_entry,
    publish_cells,
    publish_documents,
    traffic_counter_entry,
    travel_time_entry,
)

HERE = "BU07941000"
PROJECT = {"name": "Samen meten", "description": {"nl": "Bewoners meten mee."}}


def named(*names: str) -> list[dict[str, str]]:
    return [{"role": role, "name": name} for role, name in zip(("owner", "controller"), names, strict=True)]


def test_what_is_counted_is_what_the_list_holds(server_database: Database) -> None:
    db = server_database
    publish_documents(
        db,
        example_entry(),
        traffic_counter_entry(status="paused"),
        example_camera_entry(),
        motion_lamp_entry(),
        home_sensor_entry(project=PROJECT),
    )
    publish_documents(
        db, example_entry(reference="elders", municipality="deurne", organisations=named("Deurne", "Deurne"))
    )
    found = statistics.load_statistics(db, "helmond")

    def listed(**chosen: str) -> int:
        return search_queries.find_sensors(db, "helmond", Filters(**chosen)).matched

    assert found.total.sensor_count == listed() == 5
    assert {each.name: each.sensor_count for each in found.organisations} == {"Gemeente Helmond": 5, "Inwoner": 1}
    assert all(each.sensor_count == listed(organisation=each.name) for each in found.organisations)
    assert [(each.name, each.sensor_count) for each in found.projects] == [
        ("Samen meten", listed(project="Samen meten"))
    ]
    assert found.themes == {theme: listed(theme=theme) for theme in ("air", "traffic", "light", "safety")}
    assert found.of_area(HERE).sensor_count == listed(neighbourhood=HERE) == 5
    assert found.of_area("WK079410").sensor_count == listed(district="WK079410") == 5
    city = found.organisation("gemeente-helmond")
    assert city.roles == {Role.CONTROLLER: 5, Role.OWNER: 4}
    assert [desk.email for desk in city.contact_points] == ["sensoren@helmond.example"]
    assert found.organisation("inwoner").contact_points == ()
    assert found.total.personal_data[PersonalData.IDENTIFIABLE] == 1
    assert found.project("samen-meten").project is not None
    for slug in ("deurne", "nothing"):
        with pytest.raises(NotFoundError):
            found.organisation(slug)


def test_an_address_stays_when_the_name_goes_and_is_never_given_away(server_database: Database) -> None:
    db = server_database
    publish_documents(
        db, example_entry(organisations=named("Bureau Lucht", "Bureau: Lucht!"), project={"name": "Proef"})
    )
    before = statistics.load_statistics(db, "helmond")
    assert {before.slug_of("organisation", name) for name in ("Bureau Lucht", "Bureau: Lucht!")} == {
        "bureau-lucht",
        "bureau-lucht-2",
    }
    publish_documents(db, example_entry(organisations=named("Gemeente", "Gemeente")))
    publish_documents(db, traffic_counter_entry(organisations=named("BUREAU LUCHT", "Gemeente")))
    after = statistics.load_statistics(db, "helmond")
    gone = after.organisation("bureau-lucht")
    assert (gone.name, gone.sensor_count) == (before.organisation("bureau-lucht").name, 0)
    assert after.slug_of("organisation", "BUREAU LUCHT") == "bureau-lucht-3"
    assert (after.project("proef").name, after.project("proef").project, after.projects) == ("Proef", None, ())
    with pytest.raises(psycopg.Error), db.transaction():
        db.execute("delete from lantaarn.slug")


def test_the_tally_is_made_again_when_the_register_changes(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry())
    tallies = statistics.StatisticsCache()
    first = tallies.get(db, "helmond")
    assert tallies.get(db, "helmond") is first
    publish_documents(db, traffic_counter_entry())
    assert tallies.get(db, "helmond").total.sensor_count == 2


def test_a_neighbourhood_together_is_made_of_what_is_public_of_each(server_database: Database) -> None:
    db = server_database
    now = NOW + HOUR / 2  # whatever hour it is by now
    publish_documents(
        db,
        example_entry(),
        example_entry(reference="LML-2"),
        traffic_counter_entry(),
        traffic_counter_entry(reference="verkeer-2"),
        motion_lamp_entry(),
        travel_time_entry(),
    )
    for reference, amount in (("LML-1", 60), ("LML-2", 120)):
        insert_hourly_total(db, reference, "no2", NOW - 2 * HOUR, amount)
    insert_hourly_total(db, "LML-1", "no2", NOW, 999)  # an hour that is not over
    for hours, one, other in ((5, 3, 4), (4, 43, 14), (3, 43, 21)):
        insert_hourly_total(db, "verkeer-1", "count_car", NOW - hours * HOUR, one)
        insert_hourly_total(db, "verkeer-2", "count_car", NOW - hours * HOUR, other)
    publish_cells(db, now)
    insert_travel_time(db, "kenteken-1", NOW - 3 * HOUR, median=60)
    insert_travel_time(db, "kenteken-1", NOW - 2 * HOUR, median=85)

    found = {each.datastream.observed_property: each for each in load_aggregated_datastreams(db, "helmond", HERE, now)}
    assert [(value.start, value.value) for value in found["no2"].datastream.values] == [(NOW - 2 * HOUR, 30)]
    assert found["no2"].sensor_count == 2
    cars = {value.start: (value.value, value.below, value.at_least) for value in found["count_car"].datastream.values}
    assert [cars[NOW - hours * HOUR] for hours in (5, 4, 3)] == [(7, 35, False), (57, None, False), (64, None, False)]
    assert [(trip.reference, trip.travel_time.median) for trip in load_travel_times(db, "helmond", HERE, now)] == [
        ("kenteken-1", 85)
    ]
    assert load_aggregated_datastreams(db, "helmond", "BU07941300", now) == []

    # What is shown of a neighbourhood is computed anew when it is half a minute old, or in another hour.
    recent = RecentValues()
    shown = recent.get(db, "helmond", HERE, now)
    insert_hourly_total(db, "LML-1", "no2", NOW - 6 * HOUR, 60)
    assert recent.get(db, "helmond", HERE, now + MAX_AGE / 2) == shown
    later = {each.datastream.observed_property: each for each in recent.get(db, "helmond", HERE, now + MAX_AGE)}
    assert [value.start for value in later["no2"].datastream.values] == [NOW - 6 * HOUR, NOW - 2 * HOUR]

    ids = {row["reference"]: row["sensor_id"] for row in search_queries.find_sensors(db, "helmond", Filters()).sensors}
    newest = load_latest_values(db, list(ids.values()), now)
    assert newest[ids["LML-1"]]["no2"].value == 20
    assert newest[ids["verkeer-1"]]["count_car"].below is None
    assert ids["lamp-1"] not in newest


def test_days_together_and_alone(server_database: Database) -> None:
    db = server_database
    streams = [
        example_datastream("energy", "streetlight", public="day"),
        example_datastream("fault_code", "streetlight", public="day"),
    ]
    publish_documents(
        db, *(example_entry(reference=name, kind="streetlight", datastreams=streams) for name in ("L-1", "L-2"))
    )
    for days in (2, 3):
        insert_hourly_total(db, "L-1", "energy", NOW - days * DAY, 1.5)
        insert_hourly_total(db, "L-2", "energy", NOW - days * DAY, 2)
        insert_hourly_total(db, "L-2", "fault_code", NOW - days * DAY, 0)
    publish_cells(db)
    now = datetime.now(UTC)
    (energy,) = load_aggregated_datastreams(db, "helmond", HERE, now)  # of a code of a fault there is no total
    assert [value.value for value in energy.datastream.values] == [3.5, 3.5]
    ids = {row["reference"]: row["sensor_id"] for row in search_queries.find_sensors(db, "helmond", Filters()).sensors}
    assert load_latest_values(db, list(ids.values()), now)[ids["L-1"]]["energy"].value == 1.5


def test_a_district_and_a_neighbourhood_and_nothing_else_are_areas(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry())
    assert areas_queries.load_area(db, "helmond", HERE).district == "WK079410"
    assert areas_queries.load_area(db, "helmond", "WK079410").level == "district"
    for code in ("GM0794", "BU00000000", "%"):
        with pytest.raises(NotFoundError):
            areas_queries.load_area(db, "helmond", code)


def test_how_quickly_who_answers_for_a_sensor_answers(server_database: Database) -> None:
    db = server_database
    publish_documents(db, example_entry(), home_sensor_entry())
    today = NOW.date()
    rows = [(10, 3, 9), (20, 15, 10), (5, None, 9), (30, None, 10), (400, 2, 9)]
    for number, (ago, took, promised) in enumerate(rows):
        db.execute(
            "insert into lantaarn.report (form_id, municipality, entry_id, reference, kind, received_at, due_on, "
            "status, answer, settled_at) select gen_random_uuid(), 'helmond', entry_id, reference, 'question', "
            "now() - %(ago)s * interval '1 day', (now() + (%(promised)s - %(ago)s) * interval '1 day')::date, "
            "case when %(took)s::integer is null then 'received' else 'answered' end, "
            "case when %(took)s::integer is not null then 'Ja.' end, "
            "now() + (%(took)s::integer - %(ago)s) * interval '1 day' "
            "from lantaarn.sensor where reference = %(reference)s",
            {"ago": ago, "took": took, "promised": promised, "reference": ("LML-1", "bewoner-1")[number % 2]},
        )
    found = load_report_statistics(db, "helmond", "Gemeente Helmond", today)
    assert found == ReportStatistics(received=4, settled=2, in_time=1, late=1, median_days=3)
    assert load_report_statistics(db, "helmond", "Inwoner", today).received == 0
