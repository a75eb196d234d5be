"""Groups of lamps whose movements are counted: a new one needs twelve lamps, a smaller one that exists goes on."""

import json
from contextlib import suppress
from pathlib import Path

import psycopg

from ingest.writer import load_register
from sensors.db import Database
from sensors.doctor.database import group_findings
from sensors.register.repository import check_file, import_entries, lamp_groups
from tests.support.entries import PERSON_RULES, Document, example_camera_entry, example_entry, person_datastream
from tests.support.sample_data import publish_documents


def lamps_of_group(lamps: int, group: str = "park") -> list[Document]:
    counting = person_datastream("presence", "streetlight", PERSON_RULES["window_count"] | {"group": group})
    legal = example_camera_entry()["legal"]
    return [
        example_entry(reference=f"{group}-{number}", kind="streetlight", datastreams=[counting], legal=legal)
        for number in range(lamps)
    ]


def write(path: Path, lamps: int) -> Path:
    path.write_text("\n".join(json.dumps(document) for document in lamps_of_group(lamps)), encoding="utf-8")
    return path


def test_a_new_group_needs_twelve_lamps(server_database: Database, tmp_path: Path) -> None:
    eleven, twelve = write(tmp_path / "eleven", 11), write(tmp_path / "twelve", 12)
    refused = [(each.reference, each.rule_id, each.path) for each in check_file(eleven)]
    path = "datastreams[0].privacy_rules[0].group"
    assert refused == [(f"park-{number}", "group_large_enough", path) for number in range(11)]
    assert check_file(twelve) == []
    report = import_entries(server_database, eleven, "team", "too few")
    assert (report.published, len(report.violations)) == (0, 11)
    assert import_entries(server_database, twelve, "team", "enough").published == 12


def test_a_group_that_is_too_small_already_goes_on_and_may_grow(server_database: Database, tmp_path: Path) -> None:
    publish_documents(server_database, *lamps_of_group(9))
    assert "presence" in load_register(server_database)["helmond", "streetlight", "park-0"].event_datastreams
    report = import_entries(server_database, write(tmp_path / "ten", 10), "team", "one more")
    assert (report.published, report.unchanged, report.violations) == (1, 9, ())
    (group,) = lamp_groups(server_database)
    assert (group.name, group.lamps, group.minimum) == ("park", 10, 12)
    (finding,) = group_findings(server_database)
    assert "the group park of helmond has 10 lamps, and is not counted" in finding.result
    assert finding.remedy is not None
    with suppress(psycopg.Rollback), server_database.transaction():
        server_database.execute("set local role lantaarn_ingest")
        assert list(group_findings(server_database)) == [], "who may not read the groups is told nothing"
        raise psycopg.Rollback
    publish_documents(server_database, *lamps_of_group(12)[10:])
    assert list(group_findings(server_database)) == []
