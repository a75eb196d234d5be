"""The register in the database: versions, what is derived from them, and files in and out."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest.writer import load_register
from lantaarn import main
from sensors.db import Database, connect
from sensors.policy.compiler import CountingRule
from sensors.register.entry import Entry
from sensors.register.location import GeoJsonGeometry, snap_to_cell
from sensors.register.repository import (
    PublishResult,
    check_file,
    current_versions,
    export_entries,
    import_entries,
    load_areas,
    publish,
    refresh_derived_data,
    versions_of_entry,
)
from sensors.vocabulary.codes import Precision
from tests.support.entries import (
    PERSON_RULES,
    Document,
    entry_documents,
    example_camera_entry,
    example_datastream,
    example_entry,
    person_datastream,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOME: GeoJsonGeometry = {"type": "Point", "coordinates": [5.6595, 51.4803]}
NEXT_DOOR: GeoJsonGeometry = {"type": "Point", "coordinates": [5.6596, 51.4804]}
ELSEWHERE: GeoJsonGeometry = {"type": "Point", "coordinates": [5.70, 51.49]}
RESIDENT = [{"role": "owner", "name": "Inwoner"}]
COUNT = PERSON_RULES["window_count"]
CELL = snap_to_cell(HOME, Precision.CELL_100M)


def at_home(geometry: GeoJsonGeometry, precision: str = "cell_100m") -> Document:
    place = {"kind": "fixed", "geometry": geometry, "precision": precision}
    return example_entry(reference="thuis-1", location=place, organisations=RESIDENT, legal={})


def lamp(*datastreams: Document) -> Document:
    return example_entry(kind="streetlight", datastreams=list(datastreams), legal=example_camera_entry()["legal"])


def put(
    db: Database, document: Document, editor: str = "team", reason: str = "new", at: datetime = NOW
) -> PublishResult:
    outcome = publish(db, Entry.model_validate(document), editor=editor, reason=reason, valid_from=at)
    assert isinstance(outcome, PublishResult)
    return outcome


def streams(db: Database) -> dict[str, dict[str, Any]]:
    rows = db.execute(
        "select property, unit, retention_class, public, rule, active from lantaarn.datastream"
    ).fetchall()
    return {row.pop("property"): row for row in rows}


def exact_places(db: Database) -> list[GeoJsonGeometry]:
    return [row["geometry"] for row in db.execute("select geometry from restricted.location").fetchall()]


def write(folder: Path, documents: Sequence[object], name: str = "register.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(document) for document in documents), encoding="utf-8")
    return path


def test_a_change_is_a_new_version_and_the_same_again_is_not(server_database: Database) -> None:
    document = example_entry()
    assert put(server_database, document) == PublishResult(1, changed=True)
    assert put(server_database, document, at=NOW + timedelta(days=1)) == PublishResult(1, changed=False)
    later = put(server_database, document | {"status": "paused"}, editor="beheer", reason="storing")
    assert later == PublishResult(2, changed=True)
    history = versions_of_entry(server_database, UUID(document["id"]))
    assert [(each.version, each.document["status"], each.editor) for each in history] == [
        (1, "active", "team"),
        (2, "paused", "beheer"),
    ]
    assert history[0].valid_from == NOW
    assert [each.version for each in current_versions(server_database)] == [2]


def test_the_sensor_is_found_with_its_neighbourhood(server_database: Database) -> None:
    load_areas(server_database)
    load_areas(server_database)
    put(server_database, example_entry())
    row = server_database.execute("select * from open.sensor").fetchone()
    assert row is not None
    assert (row["reference"], row["kind"], row["status"]) == ("LML-1", "air_quality", "active")
    assert (row["neighbourhood"], row["neighbourhood_name"], row["district_name"]) == (
        "BU07941000",
        "Centrum",
        "Binnenstad",
    )
    assert row["document"]["location"]["neighbourhood"] == "BU07941000"


@pytest.mark.parametrize(
    "attempt", ["update lantaarn.register_entry set reason = 'other'", "delete from lantaarn.register_entry"]
)
def test_a_version_is_never_changed_or_deleted(server_database: Database, attempt: LiteralString) -> None:
    put(server_database, example_entry())
    with pytest.raises(psycopg.Error, match="append-only"), server_database.transaction():
        server_database.execute(attempt)


def test_datastreams_follow_the_entry(server_database: Database) -> None:
    put(server_database, example_entry(datastreams=[example_datastream("no2"), example_datastream("pm10")]))
    before = streams(server_database)
    assert before["no2"] == {"unit": "ug/m3", "retention_class": "P1Y", "public": "live", "rule": None, "active": True}
    shorter = example_datastream("no2", retention={"raw": "P31D", "aggregate": "P1Y"}, public="hour")
    put(server_database, example_entry(datastreams=[shorter, example_datastream("o3")]))
    after = streams(server_database)
    assert after["no2"] == before["no2"] | {"retention_class": "P31D", "public": "hour"}
    assert after["pm10"] == before["pm10"] | {"active": False}
    assert after["o3"]["active"]
    put(server_database, example_entry(datastreams=[example_datastream("pm10")]))
    assert {name for name, row in streams(server_database).items() if row["active"]} == {"pm10"}


def test_what_single_persons_do_has_a_rule_in_the_place_of_a_term(server_database: Database) -> None:
    movement = person_datastream("presence", "streetlight")
    put(server_database, lamp(movement))
    before = streams(server_database)["presence"]
    counting = {"rule": "window_count", "group": "centrum", "minimum_sensors": 12, "window": 3600}
    counting |= {"has_doubled_nights": False}
    assert (before["rule"], before["retention_class"], before["active"]) == (counting, None, True)
    assert refresh_derived_data(server_database) == 0
    put(server_database, lamp(movement | {"privacy_rules": [COUNT | {"minimum_sensors": 20, "window": "PT2H"}]}))
    assert streams(server_database)["presence"]["rule"] == counting | {"minimum_sensors": 20, "window": 7200}
    put(server_database, lamp(example_datastream("power", "streetlight", public="none")))
    assert not streams(server_database)["presence"]["active"]


@pytest.mark.parametrize(("rule", "term"), [(None, None), ('{"rule": "window_count"}', "P1D")])
def test_no_datastream_has_both_a_rule_and_a_term_or_neither(
    server_database: Database, rule: str | None, term: str | None
) -> None:
    put(server_database, example_entry())
    with pytest.raises(psycopg.errors.CheckViolation), server_database.transaction():
        server_database.execute(
            "update lantaarn.datastream set rule = %(rule)s::jsonb, retention_class = %(term)s",
            {"rule": rule, "term": term},
        )


def test_ingest_gets_the_rules_apart_from_what_is_stored(server_database: Database) -> None:
    put(
        server_database,
        lamp(
            person_datastream("presence", "streetlight"),
            example_datastream("alive", "streetlight", public="none", interval="PT1H"),
        ),
    )
    (sensor,) = load_register(server_database).values()
    assert set(sensor.datastreams) == {"alive"}
    assert {code: each.privacy_rule for code, each in sensor.event_datastreams.items()} == {
        "presence": CountingRule("centrum", 12, timedelta(hours=1))
    }
    row = server_database.execute("select max(revision) as newest from lantaarn.register_entry").fetchone()
    assert row is not None
    assert sensor.revision == row["newest"]


def explained(database: str, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setenv("DATABASE_URL", database)
    return CliRunner().invoke(main, ["policy", "explain", *words])


def test_the_policy_of_a_sensor_is_explained_in_two_languages(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with connect(database) as db:
        put(db, lamp(person_datastream("presence", "streetlight")))
        put(db, lamp(person_datastream("presence", "streetlight", COUNT | {"minimum_sensors": 20})))
    dutch = explained(database, monkeypatch, "LML-1")
    english = explained(database, monkeypatch, "LML-1", "--language", "en")
    assert (dutch.exit_code, english.exit_code) == (0, 0)
    assert "Staan er minder dan 20 sensoren in de groep?" in dutch.output
    assert "Het zijn er nu 1. Van deze groep bewaren we dus niets." in dutch.output
    assert f"Number in the register: {example_entry()['id']}, version 2." in " ".join(english.output.split())


def test_a_sensor_that_is_not_there_is_one_sentence(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    result = explained(database, monkeypatch, "AB-12-CD")
    assert (result.exit_code, result.output) == (2, "Error: there is no sensor with this reference in the register.\n")


def test_a_sensor_that_delivers_nothing_has_no_datastreams(server_database: Database) -> None:
    put(server_database, example_camera_entry())
    assert streams(server_database) == {}
    assert [each.document["reference"] for each in current_versions(server_database)] == ["camera-001"]


def test_deriving_again_repairs_and_then_changes_nothing(server_database: Database) -> None:
    put(server_database, example_entry())
    assert refresh_derived_data(server_database) == 0
    server_database.execute("update lantaarn.datastream set unit = 'furlong' where property = 'no2'")
    server_database.execute("update lantaarn.datastream set active = false where property = 'pm10'")
    assert refresh_derived_data(server_database) == 2
    assert streams(server_database)["no2"]["unit"] == "ug/m3"


def test_the_exact_place_of_a_home_is_in_one_restricted_table_only(server_database: Database) -> None:
    put(server_database, at_home(HOME))
    assert exact_places(server_database) == [HOME]
    (version,) = current_versions(server_database)
    assert version.document["location"]["geometry"] == CELL
    held = server_database.execute("select document::text as text from lantaarn.register_entry").fetchall()
    assert not any("5.6595" in row["text"] or "51.4803" in row["text"] for row in held)


def test_a_home_that_moves_within_its_cell_shows_nothing_new(server_database: Database) -> None:
    put(server_database, at_home(HOME))
    assert put(server_database, at_home(NEXT_DOOR)) == PublishResult(1, changed=False)
    assert exact_places(server_database) == [NEXT_DOOR]


def test_importing_the_cell_keeps_the_exact_place_until_the_cell_changes(server_database: Database) -> None:
    put(server_database, at_home(HOME))
    assert put(server_database, at_home(CELL)) == PublishResult(1, changed=False)
    assert exact_places(server_database) == [HOME]
    put(server_database, at_home(snap_to_cell(ELSEWHERE, Precision.CELL_100M)))
    assert exact_places(server_database) == []


def test_a_place_that_is_shown_exactly_is_no_longer_restricted(server_database: Database) -> None:
    put(server_database, at_home(HOME))
    official = example_entry(reference="thuis-1", location={"kind": "fixed", "geometry": HOME})
    put(server_database, official)
    assert exact_places(server_database) == []


@pytest.mark.parametrize("role", ["lantaarn_api", "lantaarn_dashboard", "lantaarn_ingest"])
def test_readers_and_ingest_cannot_see_exact_places(server_database: Database, role: LiteralString) -> None:
    with server_database.transaction():
        server_database.execute("set local role " + role)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), server_database.transaction():
            server_database.execute("select * from restricted.location")


def test_what_breaks_a_rule_is_not_published(server_database: Database) -> None:
    outcome = publish(
        server_database,
        Entry.model_validate(example_entry(status="ended")),
        editor="team",
        reason="new",
        valid_from=NOW,
    )
    assert not isinstance(outcome, PublishResult)
    assert [problem.rule_id for problem in outcome] == ["ended_needs_date"]
    assert list(current_versions(server_database)) == []


def test_a_reference_or_address_of_another_sensor_is_refused(server_database: Database) -> None:
    put(server_database, example_entry())
    thief = Entry.model_validate(example_entry(id="00000000-0000-4000-8000-000000000001"))
    moved = Entry.model_validate(example_entry(uri="https://elsewhere.example/1"))
    found = [publish(server_database, each, editor="t", reason="r", valid_from=NOW) for each in (thief, moved)]
    assert [{problem.rule_id for problem in each} for each in found if not isinstance(each, PublishResult)] == [
        {"reference_taken", "uri_taken"},
        {"uri_changed"},
    ]


def test_a_bad_entry_loses_nothing_that_was_good(server_database: Database, tmp_path: Path) -> None:
    put(server_database, example_entry(reference="bekend"))
    documents = [
        example_entry(reference="een"),
        example_entry(reference="twee", status="ended"),
        example_entry(reference="een"),
        example_entry(reference="bekend"),
        {"reference": "drie"},
        example_entry(reference="bekend", id="00000000-0000-4000-8000-000000000001", uri="https://x.example/"),
        example_entry(reference="vier"),
    ]
    report = import_entries(server_database, write(tmp_path, documents), "team", "first import")
    assert (report.published, report.unchanged) == (2, 1)
    assert [(each.entry_label, each.rule_id) for each in report.violations if each.reference != "drie"] == [
        ("2 (twee)", "ended_needs_date"),
        ("3 (een)", "id_twice"),
        ("3 (een)", "reference_taken"),
        ("3 (een)", "uri_taken"),
        ("6 (bekend)", "reference_taken"),
    ]
    assert {each.document["reference"] for each in current_versions(server_database)} == {"een", "bekend", "vier"}
    assert str(report).startswith("published 2, unchanged 1, refused 4\n")


def test_an_export_imported_again_is_the_same_text(server_database: Database, tmp_path: Path) -> None:
    documents = [example_entry(reference="b"), at_home(HOME), example_entry(reference="B"), example_camera_entry()]
    import_entries(server_database, write(tmp_path, documents), "team", "first")
    lines = list(export_entries(server_database))
    assert [json.loads(line)["reference"] for line in lines] == ["B", "b", "camera-001", "thuis-1"]
    (tmp_path / "export.jsonl").write_text("\n".join(lines), encoding="utf-8")
    report = import_entries(server_database, tmp_path / "export.jsonl", "team", "again")
    assert (report.published, report.unchanged, report.violations) == (0, 4, ())
    assert list(export_entries(server_database)) == lines
    assert exact_places(server_database) == [HOME]


def in_group(document: Document) -> bool:
    return any(rule["rule"] == "window_count" for each in document["datastreams"] for rule in each["privacy_rules"])


@settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(entry_documents(), min_size=1, max_size=8, unique_by=(itemgetter("reference"), itemgetter("id"))))
def test_any_valid_entries_go_in_and_come_out(
    server_database: Database, tmp_path: Path, documents: list[Document]
) -> None:
    # One register for all examples, so leave out the references and ids that it holds already, and groups of few lamps.
    taken = {each.document[key] for each in current_versions(server_database) for key in ("reference", "id")}
    fresh = [each for each in documents if not {each["reference"], each["id"]} & taken and not in_group(each)]
    report = import_entries(server_database, write(tmp_path, fresh), "team", "any")
    assert (report.published, report.violations) == (len(fresh), ())
    again = import_entries(server_database, write(tmp_path, fresh), "team", "any")
    assert (again.published, again.unchanged) == (0, len(fresh))


def test_two_editors_at_once_each_get_their_own_version(database: str) -> None:
    document = example_entry()

    def edit(number: int) -> PublishResult:
        with connect(database) as db:
            return put(db, document | {"summary": {"nl": f"Versie {number}"}})

    with ThreadPoolExecutor(4) as editors:
        outcomes = list(editors.map(edit, range(8)))
    assert sorted(each.version for each in outcomes) == list(range(1, 9))
    with connect(database) as db:
        history = versions_of_entry(db, UUID(document["id"]))
        (now,) = current_versions(db)
    assert [each.version for each in history] == list(range(1, 9))
    assert now == history[-1]


def test_a_file_is_a_list_an_object_or_lines(tmp_path: Path) -> None:
    good, bad = example_entry(), example_entry(reference="b", status="ended")
    as_list = tmp_path / "list.json"
    as_list.write_text(json.dumps([good, bad], indent=2), encoding="utf-8-sig")
    one = tmp_path / "one.json"
    one.write_text(json.dumps(bad, indent=2), encoding="utf-8")
    files = [as_list, one, write(tmp_path, [good, bad])]
    assert [[(each.position, each.reference, each.rule_id) for each in check_file(file)] for file in files] == [
        [(2, "b", "ended_needs_date")],
        [(1, "b", "ended_needs_date")],
        [(2, "b", "ended_needs_date")],
    ]


@pytest.mark.parametrize(
    "content", [b"[{]", b"{\n", b"\xff\xfe\x00", b'[{"a": NaN}]', b"[" * 100_000, b"[" + b"9" * 5000 + b"]"]
)
def test_what_is_not_json_is_a_problem_too(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    assert {problem.rule_id for problem in check_file(path)} == {"not_json"}


@pytest.mark.parametrize("content", ["", "\n \n", "[]"])
def test_a_file_without_sensors_is_a_problem(tmp_path: Path, content: str) -> None:
    path = tmp_path / "empty.json"
    path.write_text(content)
    assert [problem.rule_id for problem in check_file(path)] == ["no_entries"]


def test_a_bad_line_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(
        f"{json.dumps(example_entry())}\n{{\n\n{json.dumps(example_entry(reference='b', status='ended'))}\n"
    )
    assert [(each.entry_label, each.rule_id) for each in check_file(path)] == [
        ("2", "not_json"),
        ("4 (b)", "ended_needs_date"),
    ]
