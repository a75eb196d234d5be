"""What must hold between the parts of an entry: every rule broken once, and all of them together."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.register.entry import Entry
from sensors.register.persons import is_mobile_number, is_personal_mailbox, is_personal_name
from sensors.register.validation.validator import RULES, find_violations, validate
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

AREA = {"type": "Polygon", "coordinates": [[[5.6, 51.4], [5.7, 51.4], [5.7, 51.5], [5.6, 51.4]]]}
POINT = {"type": "Point", "coordinates": [5.66, 51.48]}
OWNER = {"role": "owner", "name": "Gemeente Helmond"}
CONTROLLER = {"role": "controller", "name": "Gemeente Helmond"}
RESIDENT = {"role": "owner", "name": "Inwoner"}
LEGAL = example_camera_entry()["legal"]


def contact(**changes: Any) -> Document:
    return {"name": "Team Sensoren", "email": "sensoren@helmond.example"} | changes


def place(**changes: Any) -> Document:
    return {"kind": "fixed", "geometry": POINT} | changes


def home(**changes: Any) -> Document:
    """The place of a resident's sensor."""
    return place(precision="cell_100m") | changes


def without(document: Document, key: str) -> Document:
    return {name: value for name, value in document.items() if name != key}


def measuring(*datastreams: Document, kind: str = "air_quality", **changes: Any) -> Document:
    return example_entry(kind=kind, datastreams=list(datastreams), **changes)


def counting(code: str, *, public: str, **retention: str) -> Document:
    stream = example_datastream(code, "traffic", public=public, retention=retention)
    return measuring(stream, kind="traffic")


def people(public: str = "none", **changes: Any) -> Document:
    """A datastream about people, all in order but for its public form."""
    return example_datastream("pm10", personal_data="de_identified", public=public) | changes


PRESENCE = ("presence", "streetlight")
COUNT = PERSON_RULES["window_count"]
MATCH = PERSON_RULES["match_in_memory"]
ALIVE = alive_datastream("PT15M")


def lamps(*datastreams: Document, kind: str = "streetlight") -> Document:
    """Sensors that see single persons, with the papers that go with that."""
    return measuring(*datastreams, kind=kind, legal=LEGAL)


def going_to(*countries: str, recipient: str = "Wolk Inc.") -> Document:
    """A camera of which the data leaves for these countries."""
    transfers = [{"recipient": recipient, "country": each, "safeguard": "standard_clauses"} for each in countries]
    return example_camera_entry(legal=LEGAL | {"transfers": transfers})


BROKEN: list[tuple[str, str, Document]] = [
    ("personal_data_ground", "legal.ground", example_camera_entry(legal=without(LEGAL, "ground"))),
    (
        "personal_data_privacy_statement",
        "legal.privacy_statement",
        example_camera_entry(legal=without(LEGAL, "privacy_statement")),
    ),
    ("personal_data_dpia", "legal.dpia", example_camera_entry(legal=without(LEGAL, "dpia"))),
    (
        "personal_data_dpia_done",
        "legal.dpia.status",
        example_camera_entry(legal=LEGAL | {"dpia": {"status": "planned"}}),
    ),
    (
        "personal_data_dpia_done",
        "legal.dpia.status",
        example_camera_entry(legal=LEGAL | {"dpia": {"status": "not_needed"}}),
    ),
    ("personal_data_officer", "legal.officer", example_camera_entry(legal=without(LEGAL, "officer"))),
    (
        "personal_data_authority",
        "legal.supervisory_authority",
        example_camera_entry(status="paused", legal=without(LEGAL, "supervisory_authority")),
    ),
    ("personal_data_transfers", "legal.transfers", example_camera_entry(legal=without(LEGAL, "transfers"))),
    ("transfer_outside_eea", "legal.transfers[1].country", going_to("US", "IE")),
    ("transfer_not_to_person", "legal.transfers[0].recipient", going_to("US", recipient="Jan de Vries")),
    (
        "processor_agreement",
        "organisations[2].agreement",
        example_camera_entry(organisations=[OWNER, CONTROLLER, {"role": "processor", "name": "Wolk B.V."}]),
    ),
    (
        "contact_not_person",
        "legal.officer.name",
        example_camera_entry(legal=LEGAL | {"officer": contact(name="mevr. De Vries")}),
    ),
    (
        "contact_mailbox_of_desk",
        "legal.officer.email",
        example_camera_entry(legal=LEGAL | {"officer": contact(email="jan.jansen@helmond.example")}),
    ),
    ("contact_reachable", "legal.officer", example_camera_entry(legal=LEGAL | {"officer": {"name": "FG"}})),
    ("personal_data_controller", "organisations", example_camera_entry(organisations=[OWNER])),
    (
        "retention",
        "datastreams[0].retention",
        example_camera_entry(datastreams=[without(example_camera_entry()["datastreams"][0], "retention")]),
    ),
    (
        "retention",
        "datastreams[1].retention",
        measuring(example_datastream("no2"), without(example_datastream("pm10"), "retention")),
    ),
    (
        "retention_class",
        "datastreams[0].retention",
        measuring(example_datastream("no2", retention={"raw": "P28D", "aggregate": "P1Y"})),
    ),
    (
        "identifiable_not_public",
        "datastreams[0].public",
        example_camera_entry(
            datastreams=[
                example_camera_entry()["datastreams"][0]
                | {"public": "day", "privacy_rules": [{"rule": "public_threshold"}]}
            ]
        ),
    ),
    (
        "identifiable_not_stored",
        "datastreams[0].personal_data",
        measuring(people(personal_data="identifiable"), legal=LEGAL),
    ),
    ("people_not_denied", "datastreams[0].personal_data", lamps(person_datastream(*PRESENCE, personal_data="none"))),
    ("rule_of_property", "datastreams[0].privacy_rules", lamps(person_datastream(*PRESENCE, COUNT, MATCH))),
    (
        "rule_of_property",
        "datastreams[0].privacy_rules",
        measuring(example_datastream("count_car", "traffic", public="none", privacy_rules=[COUNT]), kind="traffic"),
    ),
    (
        "rule_once",
        "datastreams[0].privacy_rules",
        lamps(person_datastream(*PRESENCE, COUNT, COUNT | {"group": "noord"})),
    ),
    (
        "group_minimum",
        "datastreams[0].privacy_rules",
        lamps(person_datastream(*PRESENCE, COUNT | {"minimum_sensors": 11})),
    ),
    (
        "match_elsewhere",
        "datastreams[0].privacy_rules",
        lamps(person_datastream("travel_time", "traffic", MATCH | {"to": "LML-1"}), kind="traffic"),
    ),
    (
        "travel_time_window",
        "datastreams[0].privacy_rules",
        lamps(person_datastream("travel_time", "traffic", MATCH | {"window": "PT5M"}), kind="traffic"),
    ),
    (
        "travel_time_minimum",
        "datastreams[0].privacy_rules",
        lamps(person_datastream("travel_time", "traffic", MATCH | {"minimum": 7}), kind="traffic"),
    ),
    (
        "identifiers_not_read",
        "datastreams[0].privacy_rules",
        measuring(
            example_datastream("no2"),
            example_datastream("pm10", privacy_rules=[{"rule": "no_identifiers", "fields": ["kenteken", "NO2"]}]),
        ),
    ),
    (
        "identifiers_not_read",
        "datastreams[0].privacy_rules",
        lamps(
            person_datastream("travel_time", "traffic", MATCH, {"rule": "no_identifiers", "fields": ["Identifier"]}),
            kind="traffic",
        ),
    ),
    (
        "persons_not_kept",
        "datastreams[0].retention",
        lamps(person_datastream(*PRESENCE, retention={"raw": "P1D", "aggregate": "P1Y"})),
    ),
    (
        "people_raw_term",
        "datastreams[0].retention",
        counting("mean_speed", public="hour", raw="P31D", aggregate="P1Y"),
    ),
    (
        "people_totals_term",
        "datastreams[0].retention",
        counting("count_car", public="none", raw="P7D", aggregate="P14M"),
    ),
    (
        "people_cells_term",
        "datastreams[0].retention",
        counting("occupancy", public="hour", raw="P7D", aggregate="P6Y"),
    ),
    (
        "stored_fields_all",
        "datastreams[0].stored_fields",
        measuring(example_datastream("no2", stored_fields=["time", "value"])),
    ),
    (
        "threshold_as_published",
        "datastreams[0].privacy_rules",
        measuring(
            example_datastream(
                "count_car", "traffic", public="hour", privacy_rules=[{"rule": "public_threshold", "below": 20}]
            ),
            kind="traffic",
        ),
    ),
    ("small_numbers_hidden", "datastreams[0].privacy_rules", measuring(people("day"), legal=LEGAL)),
    (
        "small_numbers_hidden",
        "datastreams[0].privacy_rules",
        measuring(example_datastream("count_bicycle", "traffic", public="hour"), kind="traffic"),
    ),
    (
        "counted_by_the_hour",
        "datastreams[0].public",
        measuring(person_datastream("count_bicycle", "traffic", public="day"), ALIVE, kind="traffic", legal=LEGAL),
    ),
    (
        "no_mean_of_the_counted",
        "datastreams[0].observed_property",
        measuring(
            example_datastream("mean_speed", "traffic", public="none", personal_data="de_identified"),
            person_datastream("count_car", "traffic"),
            ALIVE,
            kind="traffic",
            legal=LEGAL,
        ),
    ),
    (
        "counted_one_by_one",
        "datastreams[0].privacy_rules",
        measuring(person_datastream("count_bicycle", "traffic", stamp="end"), ALIVE, kind="traffic", legal=LEGAL),
    ),
    (
        "counted_while_alive",
        "datastreams[0].privacy_rules",
        measuring(
            person_datastream("count_bicycle", "traffic"), alive_datastream("PT16M"), kind="traffic", legal=LEGAL
        ),
    ),
    (
        "counted_while_alive",
        "datastreams[0].privacy_rules",
        measuring(
            person_datastream("count_bicycle", "traffic"),
            alive_datastream("PT15M") | {"retention": {"raw": "none", "aggregate": "P1D"}},
            kind="traffic",
            legal=LEGAL,
        ),
    ),
    ("cell_hides_host", "location.host_reference", example_entry(location=home(host_reference="LM-0123"))),
    ("law_needs_basis", "legal.basis", example_entry(legal={"ground": "public_task"})),
    ("law_needs_basis", "legal.basis", example_entry(legal={"ground": "legal_obligation"})),
    ("dpia_done_needs_date", "legal.dpia.date", example_camera_entry(legal=LEGAL | {"dpia": {"status": "done"}})),
    ("camera_needs_observed_area", "location.observed_area", example_camera_entry(location=place())),
    (
        "camera_needs_observed_area",
        "location.observed_area",
        example_entry(device={"category": "sensor", "sensor_types": ["optical"]}),
    ),
    ("observed_area_is_area", "location.observed_area", example_camera_entry(location=place(observed_area=POINT))),
    ("place_fits_kind", "location.geometry", example_entry(location=place(geometry=AREA))),
    ("place_fits_kind", "location.geometry", example_entry(location=place(kind="mobile"))),
    (
        "place_in_netherlands",
        "location.geometry",
        example_entry(location=place(geometry={"type": "Point", "coordinates": [51.48, 5.66]})),
    ),
    ("resident_place_hidden", "location.precision", example_entry(organisations=[RESIDENT])),
    (
        "cell_is_of_fixed_sensor",
        "location.precision",
        example_entry(location=place(kind="area", geometry=AREA, precision="cell_1km")),
    ),
    ("cell_hides_address", "location.address", example_entry(location=home(address="Achterom 12"))),
    ("cell_hides_height", "location.height_m", example_entry(location=home(height_m=6.5))),
    ("cell_hides_object", "location.host_object", example_entry(location=home(host_object="facade"))),
    ("texts_name_nobody", "summary.nl", example_entry(summary={"nl": "Hangt bij Jan de Vries aan de Kerkstraat."})),
    ("texts_name_nobody", "necessity.en", example_entry(necessity={"nl": "Nodig.", "en": "Asked for by Mr Johnson."})),
    (
        "texts_name_nobody",
        "summary.nl",
        example_entry(location=home(), summary={"nl": "Hangt aan het huis op Kerkstraat 12."}),
    ),
    ("cell_hides_observed_area", "location.observed_area", example_entry(location=home(observed_area=AREA))),
    ("owner", "organisations", example_entry(organisations=[CONTROLLER])),
    (
        "organisation_not_person",
        "organisations[1].name",
        example_entry(organisations=[OWNER, {"role": "operator", "name": "J. de Vries"}]),
    ),
    (
        "access_not_person",
        "datastreams[0].access_parties",
        measuring(example_datastream("no2", access_parties=["Jan Jansen"])),
    ),
    ("contact_reachable", "contact", example_entry(contact={"name": "Team Sensoren"})),
    ("contact_not_person", "contact.name", example_entry(contact=contact(name="Mevr. Jansen"))),
    ("contact_mailbox_of_desk", "contact.email", example_entry(contact=contact(email="p.ersoon@amsterdam.nl"))),
    ("contact_phone_of_desk", "contact.phone", example_entry(contact=contact(phone="06 12345678"))),
    ("ended_needs_date", "active_until", example_entry(status="ended")),
    ("until_after_from", "active_until", example_entry(active_until="2022-12-31")),
    ("review_after_from", "review_date", example_entry(review_date="2022-12-31")),
    ("kind_known", "kind", example_entry(kind="weather")),
    ("kind_known", "kind", without(example_entry(), "kind")),
    ("data_needs_datastream", "datastreams", example_entry(datastreams=[])),
    (
        "property_once",
        "datastreams[1].observed_property",
        measuring(example_datastream("no2"), example_datastream("no2")),
    ),
    (
        "property_of_kind",
        "datastreams[0].observed_property",
        measuring(example_datastream("no2") | {"observed_property": "power"}),
    ),
    ("unit_of_property", "datastreams[0].unit", measuring(example_datastream("no2", unit="mg/m3"))),
    (
        "amount_or_meter_reading",
        "datastreams[0].aggregation",
        measuring(example_datastream("no2", aggregation="counter")),
    ),
    (
        "alive_by_the_clock",
        "datastreams[0].interval",
        measuring(example_datastream("alive", "traffic", public="none", interval="PT7H"), kind="traffic"),
    ),
    (
        "interval_without_clock",
        "datastreams[0].interval",
        example_entry(payload={"time": "on_receipt"}, datastreams=[example_datastream("no2")]),
    ),
    ("same_time_of_property", "datastreams[0].same_time", measuring(example_datastream("no2", same_time="sum"))),
    (
        "public_not_too_fine",
        "datastreams[0].public",
        measuring(example_datastream("mean_speed", "traffic", public="live"), kind="traffic"),
    ),
    (
        "property_needs_rule",
        "datastreams[0].privacy_rules",
        lamps(person_datastream(*PRESENCE, privacy_rules=[])),
    ),
    (
        "purpose_once",
        "purposes[1].code",
        example_entry(purposes=[{"code": "health", "words": {"nl": word}} for word in ("een", "twee")]),
    ),
    ("uri_https", "uri", example_entry(uri="http://sensoren.helmond.example/id/LML-1")),
    ("texts_identify_nobody", "summary.nl", example_entry(summary={"nl": "Hangt bij de auto met kenteken XX-12-YZ."})),
    (
        "texts_identify_nobody",
        "device.model",
        example_entry(device=example_entry()["device"] | {"model": "02:00:00:aa:bb:cc"}),
    ),
    ("texts_identify_nobody", "location.address", example_entry(location=place(address="Kerkstraat, bel 040-1234567"))),
    (
        "texts_identify_nobody",
        "risks[0].risk.en",
        example_entry(risks=[{"risk": {"nl": "x", "en": "10.0.0.1"}, "mitigation": {"nl": "x"}}]),
    ),
]


@pytest.mark.parametrize(("rule", "path", "document"), BROKEN, ids=[f"{rule}-{path}" for rule, path, _ in BROKEN])
def test_a_broken_rule_is_told_once_at_its_place(rule: str, path: str, document: Document) -> None:
    assert [(problem.rule_id, problem.path) for problem in find_violations(document)] == [(rule, path)]


def test_every_rule_is_tried_and_has_words_in_two_languages() -> None:
    # What needs a count of homes is in test_homes.py.
    assert {rule for rule, _, _ in BROKEN} | {"cell_has_homes"} == {rule.id for rule in RULES}
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.message.nl and rule.message.en and rule.message.nl != rule.message.en for rule in RULES)


@pytest.mark.slow
@settings(deadline=None)
@given(entry_documents())
def test_a_valid_entry_breaks_no_rule(document: Document) -> None:
    assert isinstance(validate(document), Entry)


def test_a_total_may_stand_beside_its_classes() -> None:
    codes = ("count_bus", "count_motor_vehicle", "count_car")
    counts = [
        example_datastream(code, "traffic", public="hour", privacy_rules=[{"rule": "public_threshold"}])
        for code in codes
    ]
    assert isinstance(validate(measuring(*counts, kind="traffic")), Entry)


def test_every_violation_is_told_at_once() -> None:
    document = example_camera_entry(
        name={"nl": ""},
        legal={"dpia": "gedaan"},
        contact=contact(email="jan.jansen@helmond.example", phone=6),
        status="ended",
        location=place(height_m="hoog"),
        datastreams=[without(example_camera_entry()["datastreams"][0], "retention") | {"unit": ""}],
    )
    assert {(problem.path, problem.rule_id) for problem in find_violations(document)} == {
        ("name.nl", "empty"),
        ("legal.dpia", "wrong_type"),
        ("contact.phone", "wrong_type"),
        ("location.height_m", "wrong_type"),
        ("datastreams[0].unit", "wrong_form"),
        ("legal.ground", "personal_data_ground"),
        ("legal.privacy_statement", "personal_data_privacy_statement"),
        ("contact.email", "contact_mailbox_of_desk"),
        ("active_until", "ended_needs_date"),
        ("location.observed_area", "camera_needs_observed_area"),
        ("datastreams[0].retention", "retention"),
    }


def paths(document: Document) -> Iterator[str]:
    """Every part of an entry, but the inside of a geometry."""
    for name, value in document.items():
        yield name
        if isinstance(value, dict) and name not in ("geometry", "observed_area"):
            yield from (f"{name}.{inner}" for inner in paths(value))  # pyright: ignore[reportUnknownArgumentType]


@settings(deadline=None)
@given(st.sampled_from([example_entry(), example_camera_entry()]), st.data())
def test_a_broken_part_gives_no_false_alarm_elsewhere(document: Document, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(list(paths(document))))
    broken = _with(document, path.split("."), ["kapot", {"k": 1}])
    assert [problem for problem in find_violations(broken) if not problem.path.startswith(path)] == []
    assert find_violations(broken)


def _with(document: Document, way: list[str], value: object) -> Document:
    return document | {way[0]: _with(document[way[0]], way[1:], value) if way[1:] else value}


def test_a_published_cell_can_be_imported_again() -> None:
    cell = {
        "type": "Polygon",
        "coordinates": [[[5.65896, 51.48], [5.66042, 51.48], [5.66042, 51.4809], [5.65896, 51.4809], [5.65896, 51.48]]],
    }
    assert find_violations(example_entry(location=home(geometry=cell), organisations=[RESIDENT])) == ()


@pytest.mark.parametrize(
    "name",
    ["Jan Jansen", "J. de Vries", "J.A. Jansen", "Dhr. Bakker", "Mevrouw Smit", "de heer P. Smit", "Anne van den Berg"],
)
def test_a_persons_name_is_recognised(name: str) -> None:
    assert is_personal_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Gemeente Helmond",
        "Team Openbare Verlichting",
        "Afdeling Beheer Jan van Galenwijk",
        "Inwoner",
        "RIVM",
        "Omgevingsdienst Zuidoost-Brabant",
        "G.O. Techniek B.V.",
        "Rijkswaterstaat",
        "KPN",
    ],
)
def test_an_organisation_is_no_person(name: str) -> None:
    assert not is_personal_name(name)


@pytest.mark.parametrize(
    "email",
    [
        "p.ersoon@amsterdam.nl",
        "jan.jansen@helmond.nl",
        "pieter@helmond.nl",
        "j.de.vries@helmond.nl",
        "ella.doorn@helmond.nl",
        "luchtmeter@gmail.com",
        "info@ziggo.nl",
        "J.Jansen@Helmond.nl",
    ],
)
def test_a_persons_mailbox_is_recognised(email: str) -> None:
    assert is_personal_mailbox(email)


@pytest.mark.parametrize(
    "desk",
    [
        "info",
        "sensoren",
        "privacy",
        "gemeente",
        "openbareverlichting",
        "avg",
        "fg",
        "meldingen",
        "team-licht",
        "openbare.ruimte",
        "klantcontactcentrum",
    ],
)
def test_a_desks_mailbox_is_fine(desk: str) -> None:
    assert not is_personal_mailbox(f"{desk}@helmond.nl")


@pytest.mark.parametrize(
    "phone", ["0612345678", "06-12 34 56 78", "+31612345678", "+31 (0)6 12345678", "0031612345678"]
)
def test_a_mobile_number_is_recognised(phone: str) -> None:
    assert is_mobile_number(phone)


@pytest.mark.parametrize("phone", ["14 0492", "0492 587777", "+31 492 587777", "088 1234567", "0900 1234", "0611"])
def test_a_desks_number_is_fine(phone: str) -> None:
    assert not is_mobile_number(phone)


def test_the_addresses_of_the_desk_may_be_in_a_text() -> None:
    rights = {"nl": "Mail naar sensoren@helmond.example of bel 0492-58 77 77."}
    assert find_violations(example_entry(rights=rights, contact=contact(phone="0492-58 77 77"))) == ()
    assert [problem.path for problem in find_violations(example_entry(rights=rights, contact=contact()))] == [
        "rights.nl"
    ]
