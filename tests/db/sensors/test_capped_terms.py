"""The example city as it was before terms were limited: no sensor stops, and each goes on under the shorter term."""

import json
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from api.quality.queries import Scope, load_quality
from ingest.writer import load_register
from sensors.db import Database
from sensors.doctor.database import term_findings
from sensors.policy.explanation import explain_policy
from sensors.register.entry import Entry
from sensors.register.files import document_of
from sensors.register.repository import check_file, publish, refresh_derived_data
from simulators.city.example_register import EXAMPLE_SEED, example_entries
from tests.support.entries import Document
from tests.support.sample_data import NOW, before_there_were_rules, publish_documents

CITY_BEFORE = Path(__file__).parents[2] / "data" / "city_before.jsonl"
"""A sensor of each type that the limits are about, and two others."""
BEFORE: list[Document] = [json.loads(line) for line in CITY_BEFORE.read_text(encoding="utf-8").splitlines()]
COUNTERS = (
    *("verkeer-camera-01", "verkeer-fiets-01", "verkeer-fremont-oost", "verkeer-loop-01", "verkeer-lus-01"),
    "verkeer-metro",
)
REACTING_LAMP = "lantaarn-2101"
GROUP_OF_ONE = (REACTING_LAMP, "group_large_enough")
"""The other lamps of its group are left out here."""


@pytest.fixture
def db(server_database: Database) -> Database:
    """The register from before, after an upgrade."""
    with before_there_were_rules():
        publish_documents(server_database, *BEFORE)
    refresh_derived_data(server_database)
    return server_database


def terms(db: Database) -> dict[tuple[str, str], tuple[str, str, str]]:
    rows = db.execute(
        """
        select sensor.reference, stream.property, stream.retention_class,
            lantaarn.term_name(stream.totals_term) as hours, lantaarn.term_name(stream.aggregate_term) as rest
        from lantaarn.datastream as stream inner join lantaarn.sensor as sensor on sensor.id = stream.sensor_id
        where stream.active
        """
    ).fetchall()
    return {(row["reference"], row["property"]): (row["retention_class"], row["hours"], row["rest"]) for row in rows}


def test_no_sensor_stops_and_nothing_is_kept_for_too_long(db: Database) -> None:
    found = terms(db)
    declared = {(each["reference"], stream["observed_property"]) for each in BEFORE for stream in each["datastreams"]}
    assert found.keys() == declared
    register = load_register(db)
    assert all(
        {*sensor.datastreams, *sensor.event_datastreams} == {code for name, code in declared if name == reference}
        for (_, _, reference), sensor in register.items()
    )
    for reference, code in declared:
        if reference in COUNTERS:
            assert found[reference, code] == ("P7D", "P1Y1M", "P5Y"), code
    for code in ("power", "energy", "dim_level", "lamp_temperature"):
        assert found[REACTING_LAMP, code] == ("P7D", "P7D", "P10Y")
        assert found["lantaarn-0101", code] == ("P31D", "P10Y", "P10Y")
    assert found[REACTING_LAMP, "fault_code"] == ("P31D", "P10Y", "P10Y")
    assert found["lucht-gemeente-01", "no2"] == ("P5Y", "P10Y", "P10Y")


def test_they_are_listed_with_the_rule(db: Database) -> None:
    quality = dict(load_quality(db, "helmond", Scope(), NOW).capped_terms)
    assert quality == {"people_raw_term": (REACTING_LAMP, *COUNTERS), "people_cells_term": COUNTERS}
    findings = {each.result.partition("(rule ")[2].partition(")")[0]: each for each in term_findings(db)}
    assert findings.keys() == quality.keys()
    raw = findings["people_raw_term"]
    assert raw.result.startswith("7 sensors: a longer term is declared than 7 days, which now applies")
    assert raw.result.endswith(
        "lantaarn-2101, verkeer-camera-01, verkeer-fiets-01, verkeer-fremont-oost, verkeer-loop-01 and 2 more"
    )
    assert '"raw": "P7D"' in (raw.remedy or "")
    with suppress(psycopg.Rollback), db.transaction():
        db.execute("set local role lantaarn_ingest")
        assert list(term_findings(db)) == [], "who may not read the list is told nothing"
        raise psycopg.Rollback


def test_their_explanation_tells_both_terms() -> None:
    (loop,) = (each for each in BEFORE if each["reference"] == "verkeer-lus-01")
    told = {each.heading: " ".join(each.sentences) for each in explain_policy(Entry.model_validate(loop), 1, "nl")}
    cars = told["Aantal auto's"]
    assert "Elke meting bewaren we 7 dagen. Gemiddelden en totalen per uur en per dag bewaren we 5 jaar." in cars
    assert "Precieze totalen per uur gooien we na 13 maanden weg." in cars
    assert "In het register staat hier nog 5 jaar. Dat is te lang" in cars
    assert "In het register staat hier nog 10 jaar. Dat is te lang" in cars


def test_their_next_version_must_comply_and_then_they_are_no_longer_listed(db: Database) -> None:
    refused = {
        (each.reference, each.rule_id) for each in check_file(CITY_BEFORE) if each.rule_id != "group_large_enough"
    }
    quality = load_quality(db, "helmond", Scope(), NOW)
    listed = (*quality.capped_terms, *quality.outdated_entries)
    assert refused == {(reference, rule) for rule, sensors in listed for reference in sensors}
    now = {each.reference: each for each in example_entries(EXAMPLE_SEED)}
    for document in BEFORE:
        publish(db, now[document["reference"]], editor="test", reason="test", valid_from=NOW)
    complies = load_quality(db, "helmond", Scope(), NOW)
    assert (complies.capped_terms, complies.outdated_entries) == ((), ())
    assert list(term_findings(db)) == []


def test_the_city_of_today_is_of_the_same_sensors() -> None:
    now = {each.reference: document_of(each) for each in example_entries(EXAMPLE_SEED)}
    assert all(document["id"] == now[document["reference"]]["id"] for document in BEFORE)
