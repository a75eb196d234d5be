"""The policy in plain words: everything that is promised is in it, with the numbers that ingest goes by."""

import re
from typing import Any

import pytest
from hypothesis import given, settings

from docs.generators import schema
from docs.generators.privacy import PAGE_PATH, render_page
from ingest.events import travel_time, windows
from sensors.kinds import KINDS
from sensors.policy import explanation as module
from sensors.policy.cells import RATIO_SHOWN_FROM
from sensors.policy.compiler import NOTHING_STORED, PROPERTY_NOT_OF_KIND, RETENTION_MISSING, compile_policy
from sensors.policy.constraints import CONSTRAINTS
from sensors.policy.explanation import Language, explain_policy
from sensors.register.entry import Entry
from tests.support.entries import (
    PERSON_RULES,
    Document,
    alive_datastream,
    entry_documents,
    example_camera_entry,
    example_datastream,
    example_entry,
    person_datastream,
)

THRESHOLD = {"rule": "public_threshold"}


def told(document: Document, language: Language = "nl") -> dict[str, str]:
    """The lines under each heading, as one text."""
    return {
        each.heading: " ".join(each.sentences) for each in explain_policy(Entry.model_validate(document), 3, language)
    }


def measuring(kind: str, *datastreams: Document, **changes: Any) -> Document:
    return example_entry(kind=kind, datastreams=list(datastreams), **changes)


def test_an_ordinary_reading_is_told_with_its_terms() -> None:
    stream = example_datastream("no2", retention={"raw": "P31D", "aggregate": "P5Y"}, public="hour")
    paragraphs = told(measuring("air_quality", stream))
    text = paragraphs[KINDS["air_quality"].properties["no2"].label.nl]
    assert "Elke meting bewaren we 31 dagen." in text
    assert "per uur en per dag bewaren we 5 jaar" in text
    assert "hoogstens één waarde per uur" in text
    assert "Alles wat hier niet staat, gooien we meteen weg." in paragraphs["Wat komt er binnen?"]


def test_travel_time_is_told_with_its_windows_and_numbers() -> None:
    rule = PERSON_RULES["match_in_memory"] | {"minimum": 9, "window": "PT15M"}
    text = told(measuring("traffic", person_datastream("travel_time", "traffic", rule, THRESHOLD, public="hour")))[
        "Reistijd"
    ]
    assert "steeds 15 minuten samen. Elk voertuig telt dan één keer." in text
    assert "hooguit één op de vier voertuigen. Het lot bepaalt welke" in text
    assert "minder dan 9 voertuigen" in text
    assert "Hoeveel voertuigen het waren, bewaren we niet." in text
    assert "sensor verkeer-002" in text
    assert "Na 30 minuten gooien we elke code weg" in text
    assert "bestelbusjes" in text
    assert "Losse waarden bewaren we niet. De uitkomst van de groep bewaren we 1 jaar." in text
    assert "Wat we van de reistijd bewaren, is openbaar." in text


def test_a_window_from_before_is_told_with_the_rule_and_what_comes_of_it() -> None:
    rule = PERSON_RULES["match_in_memory"] | {"window": "PT5M"}
    text = told(measuring("traffic", person_datastream("travel_time", "traffic", rule, THRESHOLD, public="hour")))[
        "Reistijd"
    ]
    assert "Reistijden maken we over 15 of 60 minuten. Hier staat nog 5 minuten" in text
    assert "Tot dat is aangepast, maken en bewaren we hier geen reistijden." in text
    assert "Bij deze sensor bewaren we niets." in text
    assert "openbaar" not in text


def test_counts_are_told_as_they_are_shown() -> None:
    stream = example_datastream("count_bicycle", "traffic", public="hour", privacy_rules=[THRESHOLD])
    text = told(measuring("traffic", stream))["Aantal fietsen"]
    assert "Bij elke telling komt een toevallig getal, meestal kleiner dan 12, erbij of eraf." in text
    assert "toevallig" not in told(measuring("traffic", stream | {"public": "none"}))["Aantal fietsen"]
    daily = told(measuring("traffic", stream | {"public": "day"}), "en")["Number of bicycles"]
    assert "It is usually smaller than 24." in daily
    group = person_datastream("presence", "streetlight", PERSON_RULES["window_count"], public="hour")
    text = told(measuring("streetlight", group))["Beweging bij de lamp"]
    assert "gemiddelde van de hele groep over 4 weken, en van weekenden over 12" in text
    assert "toevallig getal" in text


def test_a_speed_is_told_as_it_is_shown() -> None:
    streams = [
        example_datastream(code, "traffic", public="hour", privacy_rules=[THRESHOLD])
        for code in ("count_car", "mean_speed")
    ]
    text = told(measuring("traffic", *streams))["Gemiddelde snelheid"]
    assert "Daar komt een toevallig getal bij of af." in text
    assert "minder dan ongeveer 100 voertuigen langs? Dan vertellen we de snelheid van dat uur niet." in text
    assert "elke telling" not in text
    assert f"({RATIO_SHOWN_FROM})::double precision * denominator_noise" in schema.PAGE.read_text()
    daily = [stream | {"public": "day"} for stream in streams]
    assert "fewer than about 200 vehicles" in told(measuring("traffic", *daily), "en")["Average speed"]
    assert "Niets hiervan is openbaar." in told(measuring("traffic", streams[1]))["Gemiddelde snelheid"]


def test_where_a_route_only_ends_nothing_is_stored() -> None:
    rule = {"rule": "match_in_memory"}
    text = told(measuring("traffic", person_datastream("travel_time", "traffic", rule)))["Reistijd"]
    assert "Hier eindigt een traject." in text
    assert "Bij deze sensor bewaren we niets." in text


def test_movement_is_told_with_its_group() -> None:
    rule = PERSON_RULES["window_count"] | {"minimum_sensors": 12, "window": "PT2H"}
    text = told(measuring("streetlight", person_datastream("presence", "streetlight", rule)))["Beweging bij de lamp"]
    assert "groep “centrum” samen op, over minstens 2 uur" in text
    assert "minder dan 12 sensoren" in text
    assert "twee keer zo groot" not in text
    assert "Niets hiervan is openbaar." in text


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (
            "PT15M",
            "Op vaste tijden laat de sensor weten dat hij het doet. Kregen we dat in een uur niet vaak genoeg door?",
        ),
        ("PT1H", "Tot dat is aangepast, is er van geen enkel uur een getal."),
    ],
)
def test_how_a_silent_counter_is_known_to_work_is_told(interval: str, expected: str) -> None:
    walkers = person_datastream("count_pedestrian", "traffic")
    text = told(measuring("traffic", walkers, alive_datastream(interval)))["Aantal voetgangers"]
    assert "De sensor stuurt een bericht als er iemand langskomt." in text
    assert expected in text


def test_a_group_that_is_too_small_is_told_as_such() -> None:
    entry = Entry.model_validate(
        measuring("streetlight", person_datastream("presence", "streetlight", PERSON_RULES["window_count"]))
    )
    for lamps, is_told in ((11, True), (12, False)):
        text = " ".join(
            sentence
            for each in explain_policy(entry, 1, "nl", lamps_by_group={"centrum": lamps, "elders": 3})
            for sentence in each.sentences
        )
        assert ("Het zijn er nu 11. Van deze groep bewaren we dus niets." in text) is is_told


def test_doubled_nights_are_told() -> None:
    rule = PERSON_RULES["window_count"] | {"nights": "doubled"}
    text = told(measuring("streetlight", person_datastream("presence", "streetlight", rule)))["Beweging bij de lamp"]
    assert "In de nacht is dat getal twee keer zo groot." in text


def test_the_numbers_are_those_of_the_program() -> None:
    assert travel_time.MAX_TRAVEL_TIME.total_seconds() == module.MAX_TOKEN_AGE_MINUTES * 60
    assert (windows.NIGHT_START.hour, windows.DAY_START.hour) == (23, 6)


def test_a_refused_datastream_is_told_with_its_reason() -> None:
    text = told(measuring("streetlight", person_datastream("presence", "streetlight", privacy_rules=[])))[
        "Beweging bij de lamp"
    ]
    assert text == "Deze meting nemen wij niet aan. De privacyregel die hierbij hoort, ontbreekt."


def test_named_identifiers_are_told_as_dropped() -> None:
    rule = {"rule": "no_identifiers", "fields": ["kenteken", "MAC-adres"]}
    paragraphs = told(measuring("air_quality", example_datastream("no2", privacy_rules=[rule])))
    assert "Dus ook dit gooien we weg: kenteken, MAC-adres." in paragraphs["Wat komt er binnen?"]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ({"precision": "exact"}, "De precieze plek is openbaar."),
        ({"precision": "cell_100m"}, "een vak van ongeveer 100 bij 100 meter"),
        ({"precision": "cell_1km"}, "een vak van ongeveer 1 bij 1 kilometer"),
    ],
)
def test_the_place_is_told_as_exactly_as_it_is_shown(location: Document, expected: str) -> None:
    place = {"kind": "fixed", "geometry": {"type": "Point", "coordinates": [5.654321, 51.481234]}}
    paragraphs = told(example_entry(location=place | location))
    assert expected in paragraphs["Wat gebeurt er met de plek?"]
    assert not re.search(r"5\.65|51\.48", " ".join(paragraphs.values()))


def test_a_sensor_that_sends_us_nothing_says_so() -> None:
    paragraphs = told(example_camera_entry())
    assert "stuurt ons geen gegevens" in paragraphs["Wat komt er binnen?"]
    assert len(paragraphs) == 3


@settings(max_examples=60, deadline=None)
@given(entry_documents())
def test_any_entry_is_explained_whole_in_two_languages(document: Document) -> None:
    entry = Entry.model_validate(document)
    dutch, english = explain_policy(entry, 3, "nl"), explain_policy(entry, 3, "en")
    assert [len(each.sentences) for each in dutch] == [len(each.sentences) for each in english]
    assert all(each.sentences and all(each.sentences) for each in dutch)
    assert f"{entry.id}, versie 3" in dutch[-1].sentences[-1]
    lines = {line for each in dutch for line in each.sentences}
    assert {refusal.reason.nl for refusal in compile_policy(entry).refusals} <= lines


def test_the_page_about_privacy_tells_every_refusal() -> None:
    assert PAGE_PATH.read_text(encoding="utf-8") == render_page(), "run: python -m docs.generators.privacy"
    text = PAGE_PATH.read_text(encoding="utf-8")
    assert all(each.reason.en in text for each in CONSTRAINTS)
    assert all(reason.en in text for reason in (PROPERTY_NOT_OF_KIND, RETENTION_MISSING, NOTHING_STORED))
