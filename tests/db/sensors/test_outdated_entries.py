"""An entry from before a rule goes on as far as the rule allows, and is listed until its next version complies."""

import shutil
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.quality.queries import Scope, load_quality
from api.sensor.queries import load_sensor
from ingest.events.aggregates import write_aggregates
from ingest.events.passers_by import PassCount
from ingest.events.pipeline import PrivacyWindows
from ingest.writer import load_register
from sensors.db import Database
from sensors.db.migrate import MIGRATIONS_FOLDER, migrate
from sensors.doctor.database import entry_findings, outdated_counter_findings, travel_time_findings
from sensors.policy.compiler import MatchingRule, PassCountingRule
from sensors.register.entry import Entry
from sensors.register.repository import publish, refresh_derived_data
from tests.support.entries import (
    Document,
    alive_datastream,
    example_camera_entry,
    example_entry,
    person_datastream,
)
from tests.support.person_sensors import event_counter_entry
from tests.support.sample_data import HOUR, NOW, before_there_were_rules, publish_documents, travel_time_entry


def camera(reference: str, to: str | None, **rule: Any) -> Document:
    """A camera where a segment starts, or only ends."""
    stream = travel_time_entry()["datastreams"][0]
    matching, *others = stream["privacy_rules"]
    rules = [matching | {"to": to} | rule, *others]
    itself = {key: value for key, value in example_entry(reference=reference).items() if key in ("id", "uri")}
    return travel_time_entry(reference=reference, **itself, datastreams=[stream | {"privacy_rules": rules}])


def counting_camera(**changes: Any) -> Document:
    """A camera that is about people, with as much law as ``changes`` say."""
    return example_camera_entry(id=str(UUID(int=7)), uri="https://sensoren.helmond.example/id/camera-001", **changes)


LAW = example_camera_entry()["legal"]
WITHOUT_OFFICER = counting_camera(legal={**LAW, "dpia": {"status": "planned"}, "officer": None})
"""As the rules of then allowed."""
FROM_BEFORE = camera("kenteken-1", "kenteken-2", window="PT5M", minimum=5)
"""Windows of five minutes, over five vehicles, as the rules of then allowed."""
NEVER_ALIVE = event_counter_entry("teller") | {
    "datastreams": [person_datastream("count_pedestrian", "traffic"), alive_datastream("PT1H")]
}
"""A counter that sends a message for each passer-by, but too seldom that it works."""


@pytest.fixture
def db(server_database: Database) -> Database:
    """A register with a segment from before, from the first camera to the second, and one that ends at the first; and
    with a counter from before."""
    with before_there_were_rules():
        publish_documents(server_database, FROM_BEFORE, WITHOUT_OFFICER, NEVER_ALIVE)
    publish_documents(server_database, camera("kenteken-2", None), camera("kenteken-3", "kenteken-1"))
    refresh_derived_data(server_database)
    return server_database


def test_it_is_still_read_and_nothing_comes_of_it(db: Database) -> None:
    """Its passages still end the segment of another sensor."""
    register = load_register(db)
    first = register["helmond", "traffic", "kenteken-1"]
    assert first.event_datastreams["travel_time"].privacy_rule == MatchingRule("kenteken-2", 8, timedelta(minutes=5))
    windows = PrivacyWindows()
    windows.set_register(register, NOW)
    starts = {register["helmond", "traffic", f"kenteken-{number}"].id: number for number in (1, 2, 3)}
    assert {starts[each] for each in windows.matcher._starting} == {3}  # pyright: ignore[reportPrivateUsage]
    assert {starts[each] for each in windows.matcher._ending} == {1}  # pyright: ignore[reportPrivateUsage]
    counter = register["helmond", "traffic", "teller"]
    assert counter.event_datastreams["count_pedestrian"].privacy_rule == PassCountingRule()
    hour = NOW - HOUR
    write_aggregates(db, [PassCount(counter.event_datastreams["count_pedestrian"].id, "hour", hour, 7, 12)])
    assert db.execute("select value, no_data from open.hour").fetchall() == [{"value": None, "no_data": True}]


def test_it_is_listed_with_the_rule_and_what_to_do(db: Database) -> None:
    (finding,) = travel_time_findings(db)
    assert finding.result.startswith("kenteken-1 gives none: its window is 5 minutes (rule travel_time_window)")
    assert '"PT1H"' in (finding.remedy or "")
    assert load_quality(db, "helmond", Scope(), NOW).outdated_segments == ("kenteken-1",)
    elsewhere = Scope(organisation="Gemeente Helmond")
    assert load_quality(db, "helmond", elsewhere, NOW).outdated_segments == ("kenteken-1",)
    assert load_sensor(db, "helmond", "kenteken-1", NOW).datastreams[0].travel_times == ()
    (finding,) = outdated_counter_findings(db)
    assert "1 sensor: no hour has a number" in finding.result
    assert "(rule counted_while_alive): teller" in finding.result
    assert load_quality(db, "helmond", Scope(), NOW).outdated_counters == ("teller",)


def test_any_other_rule_is_listed_until_the_next_version(db: Database) -> None:
    rules = ("personal_data_dpia_done", "personal_data_officer", "travel_time_minimum")
    found = list(entry_findings(db))
    assert [rule for rule in rules for each in found if f"before the rule {rule}," in each.result] == list(rules)
    assert "contact details of the data protection officer" in (found[1].remedy or "")
    listed = load_quality(db, "helmond", Scope(), NOW).outdated_entries
    assert listed == tuple((rule, ("kenteken-1" if rule.startswith("travel") else "camera-001",)) for rule in rules)

    publish_documents(db, counting_camera(legal=LAW), camera("kenteken-1", "kenteken-2"))
    assert list(entry_findings(db)) == []
    assert load_quality(db, "helmond", Scope(), NOW).outdated_entries == ()


def test_ended_sensors_have_nothing_to_comply_with(db: Database) -> None:
    ended = WITHOUT_OFFICER | {"status": "ended", "active_until": "2025-01-01"}
    publish_documents(db, ended, camera("kenteken-1", "kenteken-2"))
    assert list(entry_findings(db)) == []
    with before_there_were_rules():
        publish_documents(db, NEVER_ALIVE | {"status": "ended", "active_until": "2025-01-01"})
    assert list(outdated_counter_findings(db)) == []
    assert load_quality(db, "helmond", Scope(), NOW).outdated_counters == ()


def test_who_may_not_read_the_list_is_told_nothing(db: Database) -> None:
    with suppress(psycopg.Rollback), db.transaction():
        db.execute("set local role lantaarn_ingest")
        assert [*travel_time_findings(db), *outdated_counter_findings(db)] == []
        raise psycopg.Rollback


def test_its_next_version_must_comply_and_then_it_is_no_longer_listed(db: Database) -> None:
    def change(document: Document) -> Any:
        entry = Entry.model_validate(document | {"name": {"nl": "Kentekencamera"}})
        return publish(db, entry, editor="test", reason="test", valid_from=NOW)

    refused = change(FROM_BEFORE)
    assert {each.rule_id for each in refused} == {"travel_time_window", "travel_time_minimum"}
    assert change(camera("kenteken-1", "kenteken-2")).changed
    assert list(travel_time_findings(db)) == []
    assert load_quality(db, "helmond", Scope(), NOW).outdated_segments == ()
    assert {each.rule_id for each in change(NEVER_ALIVE)} == {"counted_while_alive"}
    assert change(event_counter_entry("teller")).changed
    assert list(outdated_counter_findings(db)) == []
    assert load_quality(db, "helmond", Scope(), NOW).outdated_counters == ()


def test_the_upgrade_deletes_exact_travel_times(each_empty_database: Database, tmp_path: Path) -> None:
    db = each_empty_database
    before = tmp_path / "before"
    before.mkdir()
    for path in MIGRATIONS_FOLDER.glob("*.sql"):
        if path.name < "030":
            shutil.copy(path, before)
    migrate(db, before)
    db.execute(
        "insert into lantaarn.travel_time values (1, %(at)s, 5, 'car', 17, 83.4, 61.2, 120.9, 1)", {"at": NOW - HOUR}
    )
    db.execute("insert into lantaarn.travel_hour values (1, %(at)s, 1, 12, 83.4, 120.9)", {"at": NOW - HOUR})
    assert "031_travel_time" in migrate(db)
    for table in ("travel_time", "travel_hour"):
        rows = db.execute(f"select * from lantaarn.{table}").fetchall()  # pyright: ignore[reportArgumentType]
        assert rows == []
