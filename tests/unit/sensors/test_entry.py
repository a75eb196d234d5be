"""The schema of a register entry: what it takes, what it refuses and in which words."""

import csv
import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from docs.generators.register import PAGE_PATH, render_page
from sensors.register.entry import Entry
from sensors.register.files import document_of
from sensors.register.json_schema import SCHEMA_FILE, json_schema, schema_text
from sensors.register.search_index import index_row
from sensors.register.validation.validator import find_violations, validate
from sensors.vocabulary.codes import LABELS, LegalGround, SensorType, Theme, label_of
from tests.support.entries import Document, entry_documents, example_camera_entry, example_datastream, example_entry

AMSTERDAM = Path(__file__).parents[2] / "data" / "amsterdam"
CANARY = "kanarie-7f3a"


@pytest.mark.slow
@settings(deadline=None)
@given(entry_documents())
def test_a_valid_entry_survives_being_stored_and_read(document: Document) -> None:
    entry = Entry.model_validate(document)
    stored = json.loads(json.dumps(document_of(entry)))
    assert Entry.model_validate(stored) == entry
    assert document_of(Entry.model_validate(stored)) == stored
    assert not list(lost(document, stored))


@pytest.mark.parametrize(
    ("kind", "code", "declared", "level"),
    [
        ("traffic", "count_pedestrian", "none", "de_identified"),
        ("traffic", "mean_speed", "none", "de_identified"),
        ("traffic", "count_car", "de_identified", "de_identified"),
        ("traffic", "alive", "none", "none"),
        ("streetlight", "energy", "none", "none"),
        ("air_quality", "pm10", "de_identified", "de_identified"),
    ],
)
def test_whoever_counts_passers_by_is_about_people(kind: str, code: str, declared: str, level: str) -> None:
    others = {"air_quality": "no2", "streetlight": "fault_code", "traffic": "alive"}
    codes = dict.fromkeys((code, others[kind]))
    streams = [
        example_datastream(each, kind, personal_data=declared if each == code else "none", public="none")
        for each in codes
    ]
    document = example_entry(kind=kind, datastreams=streams)
    assert Entry.model_validate(document).personal_data == level
    assert index_row(document)["personal_data"] == level


def children(value: Any) -> dict[str | int, Any]:
    """What is in an object or a list, by name or number."""
    if isinstance(value, dict):
        return dict(cast("dict[str | int, Any]", value))
    return dict(enumerate(cast("list[Any]", value))) if isinstance(value, list) else {}


def lost(given: Any, stored: Any, path: str = "") -> Iterator[str]:
    """Where something of what was given is not in what is stored."""
    parts = {key: part for key, part in children(given).items() if part is not None}
    if not isinstance(given, dict | list) and given != stored:
        yield path
    for key, part in parts.items():
        yield from lost(part, children(stored).get(key), f"{path}.{key}")


@pytest.mark.slow
@settings(deadline=None)
@given(entry_documents())
def test_what_we_accept_fits_the_published_schema(document: Document) -> None:
    assert list(Draft202012Validator(json_schema()).iter_errors(document)) == []  # pyright: ignore[reportUnknownMemberType]


def test_the_published_schema_is_that_of_the_program() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m sensors.register.json_schema"
    Draft202012Validator.check_schema(json_schema())


def required_parts() -> list[str]:
    return [name for name, field in Entry.model_fields.items() if field.is_required()]


@pytest.mark.parametrize("part", required_parts())
def test_a_missing_part_is_named(part: str) -> None:
    document = example_entry()
    del document[part]
    assert ("missing", part) in {(problem.rule_id, problem.path) for problem in find_violations(document)}


WRONG: list[tuple[str, Any, str]] = [
    ("name.nl", "", "empty"),
    ("name.nl", "x" * 2001, "too_long"),
    ("name.nl", "nul \x00", "wrong_form"),
    ("name.nl", 5, "wrong_type"),
    ("id", "not a uuid", "wrong_type"),
    ("uri", "helmond", "wrong_type"),
    ("delivers_data", "misschien", "wrong_type"),
    ("status", "kapot", "not_in_list"),
    ("device.technology[0]", "kristallen bol", "not_in_list"),
    ("device.sensor_types", [], "empty"),
    ("device.sensor_types", "climate", "wrong_type"),
    ("device", 3, "wrong_type"),
    ("location.height_m", 4000, "out_of_range"),
    ("location.height_m", "hoog", "wrong_type"),
    ("location.geometry", {"type": "Point", "coordinates": [5.66]}, "not_geojson"),
    ("location.geometry", {"type": "Point", "coordinates": ["5.66", "51.48"]}, "not_geojson"),
    ("location.geometry", {"type": "Point", "coordinates": [5.66, 51.48], "of": "Jan"}, "not_geojson"),
    ("location.geometry", {"type": "Point", "coordinates": [566, 51.48]}, "not_geojson"),
    ("location.geometry", {"type": "Point", "coordinates": [float("nan"), 51.48]}, "not_geojson"),
    (
        "location.geometry",
        {"type": "Polygon", "coordinates": [[[5, 51], [6, 52], [6, 51], [5, 52], [5, 51]]]},
        "not_geojson",
    ),
    ("datastreams[1].interval", "15 minuten", "wrong_form"),
    ("datastreams[1].interval", "PT٣M", "wrong_form"),
    ("datastreams[1].unit", "µg/m³", "wrong_form"),
    ("name.nl", "\ud800", "wrong_type"),
    ("datastreams[1].privacy_rules", [{"rule": "vertrouw mij"}], "not_in_list"),
    ("datastreams[1].aggregation", "mean", "not_in_list"),
    ("datastreams[1].privacy_rules", [{}], "missing"),
    ("datastreams[1].privacy_rules", [{"rule": "public_threshold", "below": 3}], "out_of_range"),
    ("purposes", [{"code": "health", "words": {"nl": "x"}}] * 4, "too_long"),
    ("contact.email", "sensoren", "wrong_form"),
    ("contact.phone", "bel maar", "wrong_form"),
    ("active_from", "binnenkort", "wrong_type"),
    ("reference", "met spatie", "wrong_form"),
    ("schema_version", 2, "not_in_list"),
]


@pytest.mark.parametrize(("path", "value", "rule"), WRONG)
def test_a_wrong_value_is_named_with_the_rule(path: str, value: object, rule: str) -> None:
    problems = [
        problem for problem in find_violations(changed(example_entry(), path, value)) if problem.path.startswith(path)
    ]
    assert [problem.rule_id for problem in problems] == [rule]
    assert not {"{", "<"}.intersection(problems[0].message.nl.replace("{ … }", ""))


def changed(document: Document, path: str, value: object) -> Document:
    document = deepcopy(document)
    inside: Any = document
    *way, last = [
        int(step) if step.isdecimal() else step for step in path.replace("[", ".").replace("]", "").split(".")
    ]
    for step in way:
        inside = inside[step]
    inside[last] = value
    return document


def test_no_entry_says_a_threshold_that_is_no_longer_there() -> None:
    def of(rule: Document) -> Document:
        counts = example_datastream("count_car", "traffic", public="hour", privacy_rules=[rule])
        return document_of(Entry.model_validate(example_entry(kind="traffic", datastreams=[counts])))

    rule = {"rule": "public_threshold"}
    assert of(rule)["datastreams"][0]["privacy_rules"] == [rule]
    # As entries were written before counts had noise in them.
    assert of(rule | {"below": 15, "round_to": 5}) == of(rule)


def test_a_field_we_do_not_know_is_refused_with_the_nearest_one() -> None:
    (problem,) = find_violations(example_entry(contacct={"name": "x"}))
    assert problem.rule_id == "unknown_field"
    assert problem.message.en == "We do not know the field “contacct”. Did you mean “contact”?"


def test_a_field_that_may_be_content_is_not_repeated() -> None:
    (problem,) = find_violations(example_entry(**{"Kerkstraat 12": "x"}))
    assert problem.message.en == "The field does not belong here."


def test_every_problem_is_told_in_two_languages_without_the_input() -> None:
    document = dict.fromkeys([*Entry.model_fields, CANARY], CANARY)
    problems = find_violations(document)
    assert len(problems) >= len(required_parts()) - 3
    assert CANARY not in repr(problems)
    assert all(problem.message.nl and problem.message.en for problem in problems)


def places(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document."""
    for key, inner in children(value).items():
        yield (*way, key)
        yield from places(inner, (*way, key))


def replaced(value: Any, way: tuple[str | int, ...], junk: Any) -> Any:
    """The document with junk in one place."""
    if not way:
        return junk
    parts = children(value)
    if way[0] not in parts:
        return value
    parts[way[0]] = replaced(parts[way[0]], way[1:], junk)
    return list(parts.values()) if isinstance(value, list) else parts


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(CANARY),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.just(CANARY), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.data(), st.sampled_from([example_entry(), example_camera_entry()]))
def test_junk_anywhere_gives_problems_and_is_never_repeated(data: st.DataObject, document: Document) -> None:
    for way in data.draw(st.lists(st.sampled_from(list(places(document))), max_size=3)):
        document = replaced(document, way, data.draw(JUNK))
    outcome = validate(document)
    assert isinstance(outcome, Entry) or (outcome and CANARY not in repr(outcome))


@settings(deadline=None)
@given(JUNK)
def test_any_json_gives_problems(document: object) -> None:
    assert find_violations(document)


def test_every_code_has_a_text_for_residents() -> None:
    lists = {type(code) for code, _ in LABELS}
    assert lists >= {SensorType, Theme, LegalGround}
    # By list and code: ``none`` of one list is equal to ``none`` of another, and has another text.
    assert sorted((type(code).__name__, code) for code, _ in LABELS) == sorted(
        (each.__name__, code) for each in lists for code in each
    )
    assert all(text.nl and text.en and label_of(code) is text for code, text in LABELS)


SENSOR_TYPES = {
    "Aanwezigheid of nabijheidsensor": SensorType.PROXIMITY,
    "Temperatuursensor": SensorType.TEMPERATURE,
    "Dichtheidssensor": SensorType.DENSITY,
    "Druksensor": SensorType.PRESSURE,
    "Positie- of verplaatsingsensor": SensorType.POSITION,
    "Vloeistof- en gasstroomsensor": SensorType.FLOW,
    "Electriciteitssensor": SensorType.ELECTRICITY,
    "Chemiesensor": SensorType.CHEMICAL,
    "Klimaatsensor": SensorType.CLIMATE,
    "Geluidsensor": SensorType.SOUND,
    "Optische / camera sensor": SensorType.OPTICAL,
}
THEMES = {
    "Economie: bouwen en verbouwen": Theme.ECONOMY_BUILDING,
    "Economie: dienstensector": Theme.ECONOMY_SERVICES,
    "Economie: marketing en reclame": Theme.ECONOMY_MARKETING,
    "Economie: markttoezicht": Theme.ECONOMY_SUPERVISION,
    "Milieu: afval": Theme.ENVIRONMENT_WASTE,
    "Milieu: energie": Theme.ENVIRONMENT_ENERGY,
    "Milieu: geluid": Theme.ENVIRONMENT_NOISE,
    "Milieu: klimaatverandering": Theme.ENVIRONMENT_CLIMATE,
    "Milieu: natuur- en landschapsbeheer": Theme.ENVIRONMENT_NATURE,
    "Milieu: stoffen": Theme.ENVIRONMENT_SUBSTANCES,
    "Milieu: water, bodem, lucht": Theme.ENVIRONMENT_WATER_SOIL_AIR,
    "Mobiliteit: auto": Theme.MOBILITY_CAR,
    "Mobiliteit: fiets": Theme.MOBILITY_BICYCLE,
    "Mobiliteit: voetganger": Theme.MOBILITY_PEDESTRIAN,
    "Mobiliteit: luchtvaart": Theme.MOBILITY_AVIATION,
    "Mobiliteit: openbaar vervoer": Theme.MOBILITY_PUBLIC_TRANSPORT,
    "Mobiliteit: railverkeer": Theme.MOBILITY_RAIL,
    "Mobiliteit: scheepvaart": Theme.MOBILITY_SHIPPING,
    "Veiligheid: bewakings- en/of beveiligingscamera": Theme.SAFETY_CAMERA,
    "Veiligheid: gezondheid": Theme.SAFETY_HEALTH,
}
GROUNDS = {
    "Bescherming vitale belangen betrokkene(n) of van een andere natuurlijke persoon)": LegalGround.VITAL_INTERESTS,
    "Uitvoering overeenkomst met betrokkene(n)": LegalGround.CONTRACT,
    "Toestemming betrokkene(n)": LegalGround.CONSENT,
    "Wettelijke verplichting": LegalGround.LEGAL_OBLIGATION,
    "Gerechtvaardigd belang": LegalGround.LEGITIMATE_INTERESTS,
    "Publieke taak": LegalGround.PUBLIC_TASK,
}


def sheet(name: str) -> list[dict[str, str]]:
    with (AMSTERDAM / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.mark.parametrize(
    ("name", "ours"), [("sensor_type", SENSOR_TYPES), ("theme", THEMES), ("legal_ground", GROUNDS)]
)
def test_amsterdams_lists_are_our_codes_one_to_one(name: str, ours: dict[str, Any]) -> None:
    theirs = [row["word"] for row in sheet("value_lists.csv") if row["list"] == name]
    codes = [ours[word] for word in theirs]
    assert len(set(codes)) == len(theirs)
    assert set(codes) == {code for code, _ in LABELS if isinstance(code, type(codes[0]))}


def test_the_words_in_amsterdams_sheets_are_in_their_lists() -> None:
    for row in sheet("bulk.csv"):
        assert row["Kies soort / type sensor"] in SENSOR_TYPES
        assert row["Wettelijke grondslag"] in {"", *GROUNDS}


def test_the_page_for_policy_officers_tells_what_the_program_does() -> None:
    assert PAGE_PATH.read_text(encoding="utf-8") == render_page(), "run: python -m docs.generators.register"
    shown = PAGE_PATH.read_text(encoding="utf-8").partition("```json\n")[2].partition("```")[0]
    assert find_violations(json.loads(shown)) == ()
