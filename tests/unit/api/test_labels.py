"""What a sensor is and does, in the words of residents."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api import charts, formatting, i18n, labels
from api.charts import median_travel_times, value_with_unit
from api.search.listing import format_value
from api.sensor.queries import Band, PublicDatastream, PublicValue, TravelTime
from sensors.kinds import KINDS
from sensors.register.entry import Entry
from sensors.vocabulary.codes import Precision, Public, VehicleClass
from sensors.vocabulary.measurement import Aggregation
from tests.support.entries import example_camera_entry, example_datastream, example_entry, person_datastream

NOW = datetime(2026, 11, 22, 12, 34, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NO2 = KINDS["air_quality"].properties["no2"]
CARS = KINDS["traffic"].properties["count_car"]


@pytest.fixture
def english() -> Iterator[None]:
    i18n.set_language("en")
    yield
    i18n.set_language("nl")


def entry(**changes: Any) -> Entry:
    return Entry.model_validate(example_entry(**changes))


def stream(code: str, public: Public | None, *values: PublicValue, kind: str = "air_quality") -> PublicDatastream:
    return PublicDatastream(code, KINDS[kind].properties.get(code), public, None, values)


def test_a_device_of_no_kind_of_ours_is_called_by_what_it_is() -> None:
    assert labels.kind_label("air_quality", "sensor") == KINDS["air_quality"].label.nl
    assert labels.kind_label(None, "camera") == "Camera"
    assert labels.kind_label("soil", "antenna") == labels.kind_label(None, "antenna")
    assert labels.kinds()["other"] == "Andere apparaten"


def test_every_kind_has_a_mark_of_its_own() -> None:
    shapes = [labels.marker_shape(kind) for kind in KINDS]
    assert len(set(shapes)) == len(shapes)
    assert 0 not in shapes
    assert labels.marker_shape(None) == labels.marker_shape("soil") == 0
    assert max(shapes) < len(labels.MARKER_SHAPES)


@pytest.mark.parametrize(
    ("changes", "delivers", "told"),
    [
        ({"interval": "PT600S"}, True, "Meet elke 10 minuten. Openbaar: elke meting. µg/m³ betekent: microgram in een"),
        (
            {"sends_zeros": False},
            True,
            "Openbaar: elke meting. Is er niets te meten? Dan stuurt hij niets. Een gat betekent dus niet",
        ),
        ({}, False, "µg/m³ betekent: microgram in een kubieke meter lucht."),
    ],
)
def test_a_datastream_tells_how_often_how_public_and_in_what(changes: Any, delivers: bool, told: str) -> None:
    (declared,) = entry(datastreams=[example_datastream("no2", **changes)]).datastreams
    assert labels.datastream_description(declared, stream("no2", Public.LIVE), delivers).startswith(told)
    if delivers:
        not_stored = labels.datastream_description(declared, stream("no2", None), delivers)
        assert "Wij slaan deze metingen niet op." in not_stored


def test_privacy_rules_say_what_they_mean_for_people_and_each_once() -> None:
    rules = [
        {"rule": "match_in_memory", "to": "verkeer-002", "minimum": 20},
        {"rule": "window_count", "group": "centrum", "minimum_sensors": 9},
        {"rule": "no_identifiers", "fields": ["mac"]},
        {"rule": "on_device", "explanation": {"nl": "De camera <telt> zelf."}},
        {"rule": "public_threshold"},
        {"rule": "no_identifiers", "fields": ["mac"]},
    ]
    told = labels.privacy_rule_texts(rules)
    assert len(told) == 5
    for text, part in zip(
        told, ("groep van 20", "We tellen 12", "weg", "&lt;telt&gt;", "toevallig getal"), strict=True
    ):
        assert part in text


@pytest.mark.usefixtures("english")
def test_dutch_on_an_english_page_is_marked_as_such() -> None:
    (told,) = labels.privacy_rule_texts([{"rule": "on_device", "explanation": {"nl": "De camera telt."}}])
    assert told == '<span lang="nl">De camera telt.</span>'
    assert labels.status("active") == "Active"
    assert labels.last_seen(None) == labels.LAST_SEEN[None].en


def test_who_gets_the_data_is_named_once() -> None:
    parts: Any = {"access": ["available_to_vendor"], "storage": "stored_locally", "access_parties": ["RIVM"]}
    found = entry(datastreams=[example_datastream("no2", **parts), example_datastream("pm10", **parts)])
    elements = labels.access_and_storage(found)
    assert [code for code, _ in elements] == ["available_to_3rd_parties", "available_to_vendor", "stored_locally"]
    assert elements[0][1] == "De gegevens gaan ook naar: RIVM."
    assert all(labels.icon_path(code) for code, _ in elements)
    assert labels.icon_path("no_such_element") is None


def test_an_organisation_is_named_once_with_all_its_roles() -> None:
    roles = [("Gemeente Helmond", "owner"), ("Bureau", "supplier"), ("Gemeente Helmond", "controller")]
    found = labels.organisation_roles(entry(organisations=[{"name": name, "role": role} for name, role in roles]))
    assert {each.name: told.count(", ") + 1 for each, told in found} == {"Gemeente Helmond": 2, "Bureau": 1}


def test_a_place_is_told_as_exactly_as_it_may_be() -> None:
    exact = entry().location
    coarse = exact.model_copy(update={"precision": Precision.CELL_100M})
    assert "Ongeveer" not in labels.location_label(exact)
    assert labels.location_label(coarse).startswith("Ongeveer: ")


def test_the_rules_of_all_datastreams_are_told_once() -> None:
    lamp = person_datastream("presence", "streetlight")
    found = Entry.model_validate(example_entry(kind="streetlight", datastreams=[lamp]))
    assert len(labels.entry_privacy_rules(found)) == 1
    assert labels.entry_privacy_rules(Entry.model_validate(example_camera_entry())) == []
    assert [labels.has_personal_data_text(each) for each in ("none", "de_identified")] == ["nee", "ja"]


@pytest.mark.parametrize(
    ("datastream", "label"),
    [
        (stream("no2", Public.LIVE), "Gemiddeld"),
        (stream("count_car", Public.HOUR, kind="traffic"), "Aantal"),
        (stream("energy", Public.DAY, kind="streetlight"), "Totaal"),
        (stream("fault_code", Public.LIVE, kind="streetlight"), "Hoogste"),
    ],
)
def test_the_head_of_a_table_says_what_its_hours_are(datastream: PublicDatastream, label: str) -> None:
    assert labels.aggregation_label(datastream) == label


def travel_time(hours_ago: int, vehicle_class: VehicleClass, median: float) -> TravelTime:
    return TravelTime("B", NOW.replace(minute=0) - hours_ago * HOUR, 60, vehicle_class, median, 150.0)


def test_travel_times_are_drawn_of_the_class_that_is_there_most() -> None:
    car, truck = VehicleClass.CAR, VehicleClass.TRUCK
    times = [travel_time(1, car, 90.0), travel_time(1, truck, 99.0), travel_time(3, car, 100.0)]
    assert [value.value for value in median_travel_times(times)] == [100.0, 90.0]
    assert median_travel_times([]) == ()


def test_a_value_that_may_not_be_told_is_not_told() -> None:
    cars = stream("count_car", Public.HOUR, kind="traffic")
    values = [PublicValue(NOW, NOW + HOUR, 40.0, None), PublicValue(NOW, NOW + HOUR, None, 15)]
    total = PublicValue(NOW, NOW + DAY, 1250.0, None, at_least=True)
    told = [value_with_unit(each, cars, "") for each in (*values, total)]
    assert told == ["40", "minder dan 15", "minstens 1.250"]


def test_days_are_drawn_a_week_back_and_called_by_their_weekday() -> None:
    midnight = datetime(2026, 11, 21, 23, tzinfo=UTC)
    days = tuple(PublicValue(midnight - n * DAY, midnight - (n - 1) * DAY, 2.0 + n, None) for n in (3, 2, 1))
    chart = charts.draw_chart(stream("energy", Public.DAY, *days, kind="streetlight"), "Stroom", "kWh", NOW)
    assert chart is not None
    assert (chart.period, len(chart.bars), len(chart.x_ticks)) == ("de laatste 7 dagen", 3, 8)
    assert [row.when for row in chart.rows] == ["21 november 2026", "20 november 2026", "19 november 2026"]
    assert chart.alt == "Grafiek: Stroom, de laatste 7 dagen. Van 3,0 tot 5,0 kWh."


def test_the_newest_value_is_told_with_its_time() -> None:
    start = NOW.replace(minute=0) - HOUR
    hour = format_value(NO2, PublicValue(start, start + HOUR, 21.0, None), NOW)
    assert (hour.value, hour.value_without_unit) == ("21,0 µg/m³", "21,0")
    assert hour.when == "vandaag van 12:00 tot 13:00 uur"
    day = format_value(CARS, PublicValue(start - DAY, start, None, 15), NOW)
    assert (day.value, day.when) == ("minder dan 15", "21 november 2026")
    told = [
        PublicValue(start, start + HOUR, 39.0, None, margin=29.4),
        PublicValue(start, start + HOUR, 7.0, 30, margin=29.4),
    ]
    assert [format_value(CARS, each, NOW).margin for each in told] == ["30 meer of minder", ""]


@pytest.mark.parametrize(
    ("band", "told"),
    [(Band(0, 15), "minder dan 15"), (Band(100, 1000), "100 tot 1.000"), (Band(1_000_000, None), "1.000.000 of meer")],
)
def test_about_how_many(band: Band, told: str) -> None:
    assert formatting.band(band) == told


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "0%"), (1.0, "100%"), (0.9999, "99,9%"), (0.0001, "0,1%"), (0.25, "25%"), (0.975, "97,5%")],
)
def test_almost_all_is_never_told_as_all(share: float, told: str) -> None:
    assert formatting.percentage(share) == told


def test_lengths_and_heights_are_told_in_words() -> None:
    assert formatting.timedelta_in_words(timedelta(days=1, minutes=15)) == "1 dag en 15 minuten"
    assert formatting.retention_period("P31D") == "31 dagen"
    assert formatting.retention_period("none") != "none"
    assert [formatting.height(each) for each in (3.0, 3.5)] == ["3 meter", "3,5 meter"]
    assert (formatting.unit("mol"), formatting.unit_in_words("mol")) == ("mol", "mol")


def test_a_row_tells_since_when_a_meter_counted() -> None:
    since = NOW - 30 * HOUR
    day = PublicValue(NOW - DAY, NOW, 3.2, None, counted_since=since)
    chart = charts.draw_chart(stream("energy", Public.DAY, day, kind="streetlight"), "Stroom", "kWh", NOW)
    assert chart is not None
    assert [row.note for row in chart.rows] == ["telt ook de tijd sinds 21 november 2026 om 07:34 uur"]
    assert not chart.has_completed


def test_a_row_tells_when_its_value_was_completed() -> None:
    hours = [PublicValue(NOW - number * HOUR, NOW - (number - 1) * HOUR, 3.2, None) for number in (3, 2)]
    completed = replace(hours[0], completed_at=NOW, counted_since=NOW - 5 * HOUR)
    chart = charts.draw_chart(stream("no2", Public.LIVE, completed, hours[1]), "Stikstofdioxide", "µg/m³", NOW)
    assert chart is not None
    assert chart.has_completed
    since = "telt ook de tijd sinds 22 november 2026 om 08:34 uur"
    assert [row.note for row in chart.rows] == ["", f"{since}, aangevuld op 22 november"]
    assert not chart.has_jumps


def test_a_row_tells_that_the_meter_jumped() -> None:
    day = PublicValue(NOW - DAY, NOW, 3.2, None, jumps=1)
    chart = charts.draw_chart(stream("energy", Public.DAY, day, kind="streetlight"), "Stroom", "kWh", NOW)
    assert chart is not None
    assert chart.has_jumps
    assert [row.note for row in chart.rows] == ["de meter versprong"]


@pytest.mark.parametrize(
    ("aggregation", "label"), [("max", "Hoogste"), ("last", "Laatste"), ("energy_mean", "Gemiddeld")]
)
def test_a_column_is_headed_by_how_its_values_add_up(aggregation: str, label: str) -> None:
    datastream = replace(stream("no2", Public.LIVE), declared_aggregation=Aggregation(aggregation))
    assert labels.aggregation_label(datastream) == label
