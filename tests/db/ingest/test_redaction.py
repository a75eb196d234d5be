"""A field that was removed on request is gone from every version, index and address, and from nothing else."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest

from api.history import queries as history_queries
from api.search.filters import Filters
from ingest.lifecycle.erasure import (
    ErasureRequest,
    erase,
    plan_erasure,
    read_erasures_from_database,
    remove_listed_field,
    replay_tombstones,
)
from ingest.lifecycle.register.redacted_field import FieldRemoval, RemovalRequest, plan_removal, preview_removal
from sensors.db import Database, connect
from sensors.db.deletion_log import first_broken_deletion_id
from sensors.erasures.tombstones import read_tombstones
from sensors.register.entry import Entry
from sensors.register.redaction import REMOVED_TEXT, FieldError
from sensors.register.repository import export_entries, publish, versions_of_entry
from tests.db.ingest.test_erasure import NOW, count
from tests.support.entries import example_entry
from tests.support.sample_data import home_sensor_entry

ENTRY = Entry.model_validate(example_entry())
STREET = example_entry()["location"] | {"address": "Kanariestraat"}
OWNED = [{"role": "owner", "name": "Bakkerij Kanarie"}, example_entry()["organisations"][1]]


def published(db: Database) -> None:
    """Four versions: the street is in the first three, the owner in the second and third."""
    for changes in (
        {"location": STREET},
        {"location": STREET, "organisations": OWNED},
        {"location": STREET, "organisations": OWNED, "status": "paused"},
        {},
    ):
        entry = Entry.model_validate(example_entry(**changes))
        publish(db, entry, editor="J. Kanarie", reason="verhuisd", valid_from=NOW)


def remove(db: Database, path: Path, field: str, version: int | None = None) -> FieldRemoval:
    request = RemovalRequest("helmond", "LML-1", field, version, "request of a resident")
    return remove_listed_field(db, plan_removal(db, request, datetime.now(UTC)), path)


def documents(db: Database) -> list[str]:
    return [json.dumps(version.document) for version in versions_of_entry(db, ENTRY.id)]


def test_a_field_goes_from_versions_index_and_addresses(server_database: Database, tmp_path: Path) -> None:
    db, path = server_database, tmp_path / "list"
    published(db)
    publish(db, Entry.model_validate(example_entry(organisations=OWNED)), editor="x", reason="x", valid_from=NOW)
    wish = plan_removal(db, RemovalRequest("helmond", "LML-1", "location.address", 2, "asked"), NOW)
    dry = preview_removal(db, wish)
    assert (dry.versions, dry.others, "Kanariestraat" in documents(db)[1]) == ((2,), (1, 3), True)
    assert (count(db, "lantaarn.removed_field"), path.exists()) == (0, False)
    assert remove(db, path, "location.address", 2).versions == (2,)
    assert remove(db, path, "location.address").versions == (1, 3)
    revision = db.execute("select revision from open.revision").fetchone()
    assert remove(db, path, "organisations[0].name").versions == (1, 2, 3, 4, 5)
    assert remove(db, path, "editor", 5).versions == (5,)
    assert db.execute("select revision from open.revision").fetchone() != revision
    assert not [each for each in documents(db) if "Kanarie" in each]
    assert not count(db, "lantaarn.finding where organisations && '{Bakkerij Kanarie}' or words @@ 'kanarie'")
    assert not count(db, "lantaarn.slug where name in ('Bakkerij Kanarie', 'Weggehaald op verzoek')")
    assert read_tombstones(path) == tuple(read_erasures_from_database(db))
    assert not [line for line in path.read_text().splitlines() if "Kanarie" in line]
    logged = db.execute(
        "select sum(deleted_rows) as n from lantaarn.deletion_log where rule like 'removal %'"
    ).fetchone()
    assert (logged, first_broken_deletion_id(db)) == ({"n": 9}, None)
    versions = history_queries.list_versions(db, "helmond", "LML-1")
    assert [list(each.removed_fields) for each in versions] == [
        *([["location.address", "organisations[0].name"]] * 3),
        ["organisations[0].name"],
        ["editor", "organisations[0].name"],
    ]
    assert versions[4].editor == REMOVED_TEXT.nl
    assert versions[1].changes == ()
    # The street was there until then, and that is all that is told of it.
    assert "Straat, niet meer: Weggehaald op verzoek" in [each.sentence.nl for each in versions[3].changes]
    newest = history_queries.find_changed_versions(db, "helmond", Filters()).versions
    assert [each.changes for each in newest] == [each.changes for each in reversed(versions)]


def test_a_backup_from_before_loses_it_again(server_database: Database, tmp_path: Path) -> None:
    db, path = server_database, tmp_path / "list"
    published(db)
    at_a_home = example_entry(location=home_sensor_entry()["location"])
    publish(db, Entry.model_validate(at_a_home), editor="team", reason="verhuisd", valid_from=NOW)
    after: list[list[str]] = []
    with db.transaction():  # what is there before it is the backup
        remove(db, path, "organisations[0].name")
        remove(db, path, "necessity.nl")
        erase(
            db, plan_erasure(db, ErasureRequest("helmond", "LML-1", "asked", whole_entry=True), datetime.now(UTC)), path
        )
        after += [documents(db), list(export_entries(db))]
        raise psycopg.Rollback
    assert "Kanarie" in documents(db)[2]
    listed = read_tombstones(path)
    replay_tombstones(db, [replace(listed[0], id=uuid4(), entry_id=uuid4()), *listed], NOW)
    assert [documents(db), list(export_entries(db))] == after
    assert not [each for each in documents(db) if ENTRY.necessity.nl in each]
    replay_tombstones(db, listed, NOW)
    assert [documents(db), list(export_entries(db))] == after


def test_what_is_refused(server_database: Database) -> None:
    published(server_database)
    for reference, field, version, why in (
        ("LML-9", "summary", 1, "no sensor with reference LML-9"),
        ("LML-1", "summary", 9, "has no version 9: its last is 4"),
        ("LML-1", "location.address", 4, "has no location.address in version 4"),
        ("LML-1", "risks[0].risk", None, "has no risks[0].risk in any version"),
        ("LML-1", "status", None, "status can't be removed"),
    ):
        with pytest.raises(FieldError) as refused:
            plan_removal(server_database, RemovalRequest("helmond", reference, field, version, "asked"), NOW)
        assert why in str(refused.value)
    for reason in ("j.jansen@example.nl", "asked by Jan de Vries"):
        with pytest.raises(FieldError, match="personal data"):
            plan_removal(server_database, RemovalRequest("helmond", "LML-1", "summary", 1, reason), NOW)


CHANGE = "update lantaarn.register_entry set {} where version = 1 and {}"
MEANS = (
    "set_config('lantaarn.redacting', 'field', true) = 'field'"
    " and set_config('lantaarn.removing_field', '{}', true) is not null"
)
LISTED = (
    "insert into lantaarn.removed_field select gen_random_uuid(), entry_id, 1, 1, field, 'asked', now()"
    " from lantaarn.sensor,"
    " unnest('{summary, status, organisations[0], location.address, reason, name.de}'::text[]) as field"
)


def test_the_database_permits_nothing_but_the_removal(database: str) -> None:
    with connect(database) as db:
        published(db)
        db.execute(LISTED)
        refused: tuple[tuple[LiteralString, LiteralString], ...] = (
            ("summary", "document = jsonb_set(document, '{summary,nl}', '\"anders\"')"),
            ("summary", "document = jsonb_set(document, '{summary}', '\"anders\"')"),
            ("summary", "document = document - 'summary' - 'name'"),
            ("summary", "document = document - 'summary', editor = 'anders'"),
            ("name", "document = document - 'name'"),  # not recorded
            ("status", "document = document - 'status'"),
            ("organisations[0]", "document = document #- '{organisations,0}'"),
            ("name.de", "document = jsonb_set(document, '{name,de}', '\"Weggehaald op verzoek\"')"),
            ("reason", "reason = 'anders'"),
            ("reason", "reason = 'Weggehaald op verzoek', editor = 'Weggehaald op verzoek'"),
        )
        for field, change in refused:
            with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
                db.execute(CHANGE.format(change, MEANS.format(field)))
        assert count(db, "lantaarn.redaction") == 0
        db.execute(CHANGE.format("document = document #- '{location,address}'", MEANS.format("location.address")))
        db.execute(CHANGE.format("reason = 'Weggehaald op verzoek'", MEANS.format("reason")))
        assert count(db, "lantaarn.redaction where field in ('location.address', 'reason')") == 2
        for statement in ("update lantaarn.removed_field set field = 'name'", "delete from lantaarn.removed_field"):
            with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
                db.execute(statement)
    for role in ("lantaarn_api", "lantaarn_ingest", "lantaarn_dashboard"):
        with connect(database, role=role) as db, pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute(CHANGE.format("reason = 'Weggehaald op verzoek'", MEANS.format("reason")))
