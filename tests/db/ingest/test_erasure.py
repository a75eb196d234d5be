"""What is erased is gone from every table and stays away, what is beside it stays, and it shows when that is denied."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from ingest.lifecycle import erasure as erasing
from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.erasure import (
    ErasureError,
    ErasureRequest,
    RepeatedErasure,
    erase,
    erase_late_arrivals,
    plan_erasure,
    preview_erasure,
    read_tombstones_from_database,
    replay_tombstones,
)
from ingest.lifecycle.register.erased_entry import redacted_document
from ingest.lifecycle.register.versions import replace_versions, version_rows
from ingest.pipeline import IncomingMessage, process_message
from ingest.quality_flags import QualityChecker
from ingest.writer import commit_batch, load_register, register_revision
from sensors.db import Database, connect
from sensors.db.capabilities import Capabilities, probe_capabilities
from sensors.db.deletion_log import first_broken_deletion_id
from sensors.db.migrate import migrate
from sensors.erasures.tombstones import read_tombstones
from sensors.register.entry import Entry
from sensors.register.redaction import REMOVED_TEXT
from sensors.register.repository import PublishResult, export_entries, publish, versions_of_entry
from tests.db.ingest.test_writer import message, register, take
from tests.support.entries import example_entry
from tests.support.pglite.client import Pglite
from tests.support.pglite.fixtures import temporary_database, timescale_url
from tests.support.sample_data import home_sensor_entry

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
DAYS = 10
STEP = timedelta(minutes=20)
ALL = DAYS * 72
"""Readings of one sensor, each of one value."""
MIDDLE = ErasureRequest(
    "helmond",
    "LML-1",
    "wrong calibration",
    since=NOW - timedelta(days=8, minutes=11),
    until=NOW - timedelta(days=2, minutes=11),
)
"""A period that cuts two hours and two chunks."""


def readings(reference: str) -> list[IncomingMessage]:
    times = [NOW - number * STEP for number in range(ALL)]
    return [message({"time": at.isoformat(), "no2": 10 + at.hour}, reference) for at in times]


def fill(db: Database) -> None:
    """Two sensors next to each other; on TimescaleDB their chunks are compressed."""
    for reference in ("LML-1", "LML-2"):
        register(db, reference)
        take(db, [*readings(reference), message({"time": NOW.isoformat(), "no2": "veel"}, reference)], at=NOW)
    compress(db)


def compress(db: Database) -> None:
    if probe_capabilities(db).has_columnstore:
        chunks = "select compress_chunk(chunk, true) from show_chunks('lantaarn.observation_1y') as chunk"
        assert db.execute(chunks).fetchall()


def count(db: Database, what: LiteralString, params: dict[str, Any] | None = None) -> int:
    row = db.execute("select count(*) as n from " + what, params).fetchone()
    assert row is not None
    return row["n"]


def everything(db: Database, reference: str) -> list[str]:
    """All that the database holds of a sensor, but for the history of its entry."""
    ids = "(select d.id from lantaarn.datastream d join lantaarn.sensor s on s.id = sensor_id where reference = %(r)s)"
    queries: Sequence[LiteralString] = (
        "select * from lantaarn.observation where datastream_id in " + ids,
        "select * from lantaarn.rollup_hour where datastream_id in " + ids,
        "select * from lantaarn.public_cell where datastream_id in " + ids,
        "select q.* from lantaarn.quarantine q join lantaarn.sensor s on s.id = q.sensor_id where s.reference = %(r)s",
        "select l.* from lantaarn.ledger l join lantaarn.sensor s on s.id = l.sensor_id where s.reference = %(r)s",
    )
    return sorted(repr(row) for query in queries for row in db.execute(query, {"r": reference}).fetchall())


def later(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def counts(erasure: RepeatedErasure) -> dict[str, int]:
    return {deletion.table_name: deletion.deleted_rows for deletion in erasure.deletions}


def test_a_sensor_is_erased_and_its_neighbour_is_not(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    fill(db)
    wish = plan_erasure(db, ErasureRequest("helmond", "LML-1", "request of a resident"), NOW)
    before, neighbour = everything(db, "LML-1"), everything(db, "LML-2")
    dry = preview_erasure(db, wish)
    assert everything(db, "LML-1") == before
    assert read_tombstones_from_database(db) == ()
    done = erase(db, wish, tmp_path / "list")
    # An hour of hourly totals more than there are days: the first and the last are parts of one.
    assert counts(done) == counts(dry) == {"observation_1y": ALL, "rollup_hour": DAYS * 24 + 1, "quarantine": 1}
    assert [line for line in everything(db, "LML-1") if "received" not in line] == []
    assert everything(db, "LML-2") == neighbour
    assert read_tombstones_from_database(db) == read_tombstones(tmp_path / "list") == (wish,)
    assert audit_ledger(db, NOW) == ()
    assert (
        counts(erase(db, plan_erasure(db, ErasureRequest("helmond", "LML-1", "again"), NOW), tmp_path / "list")) == {}
    )
    logged = db.execute("select table_name, deleted_rows from lantaarn.deletion_log").fetchall()
    assert {row["table_name"]: row["deleted_rows"] for row in logged} == counts(done)


def test_what_was_worked_out_of_a_sensor_goes_with_it(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    for reference in ("LML-1", "LML-2"):
        register(db, reference)
    db.execute("update lantaarn.finding set known_since = now() - interval '30 days', review_date = '2024-01-01'")
    db.execute("update lantaarn.entry_quality set due_daily = 24")
    db.execute("select lantaarn.refresh_quality()")
    assert (count(db, "lantaarn.deviation"), count(db, "lantaarn.sensor_day")) == (4, 2)
    wish = plan_erasure(db, ErasureRequest("helmond", "LML-1", "request of a resident"), NOW)
    preview_erasure(db, wish)
    assert count(db, "lantaarn.quality_made") == 1
    erase(db, wish, tmp_path / "list")
    assert (count(db, "lantaarn.deviation"), count(db, "lantaarn.sensor_day")) == (2, 1)
    # What was worked out of both together is no longer shown, and made again of what is left.
    assert (count(db, "lantaarn.quality_made"), count(db, "lantaarn.quality_group")) == (0, 0)
    db.execute("select lantaarn.refresh_quality()")
    assert count(db, "lantaarn.quality_group") == 1
    assert first_broken_deletion_id(db) is None


def test_a_period_takes_its_part_of_the_hours_it_cuts(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    fill(db)
    neighbour = everything(db, "LML-2")
    wish = plan_erasure(db, MIDDLE, NOW)
    dry = preview_erasure(db, wish)
    done = erase(db, wish, tmp_path / "list")
    assert counts(done) == counts(dry) == {"observation_1y": 6 * 72, "rollup_hour": 6 * 24 - 1}
    assert (done.rebuilt_hours, done.removed_hours) == (dry.rebuilt_hours, dry.removed_hours) == (2, ())
    left = db.execute(
        "select count(*) as n, min(time) filter (where time >= %(until)s) as first,"
        " max(time) filter (where time < %(since)s) as last"
        " from lantaarn.observation where datastream_id = 1",
        {"since": MIDDLE.since, "until": MIDDLE.until},
    ).fetchone()
    assert left == {
        "n": ALL - 6 * 72,
        "first": NOW - timedelta(days=2),
        "last": NOW - timedelta(days=8, minutes=20),
    }
    assert audit_ledger(db, NOW) == ()
    assert everything(db, "LML-2") == neighbour
    assert counts(preview_erasure(db, plan_erasure(db, MIDDLE, NOW))) == {}


def test_an_hour_that_can_not_be_made_again_goes_as_a_whole(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    fill(db)
    assert MIDDLE.since is not None
    hour = MIDDLE.since.replace(minute=0)
    # As retention leaves it: the hour's total is there, its first value is not.
    db.execute("delete from lantaarn.observation_1y where datastream_id = 1 and time = %(at)s", {"at": hour})
    db.execute(
        "delete from lantaarn.observation_1y where datastream_id = 1 and time = %(at)s",
        {"at": hour + timedelta(minutes=10)},
    )
    done = erase(db, plan_erasure(db, MIDDLE, NOW), tmp_path / "list")
    assert (done.rebuilt_hours, done.removed_hours) == (1, (hour,))
    assert count(db, "lantaarn.rollup_hour where datastream_id = 1 and hour = %(at)s", {"at": hour}) == 0


def test_rows_are_found_in_the_table_of_every_class(each_database: Database, tmp_path: Path) -> None:
    register(each_database, "LML-1")
    for term in ("1d", "7d", "31d", "1y", "5y", "10y"):
        each_database.execute(
            f"insert into lantaarn.observation_{term} select 1, %(now)s::timestamptz - step * interval '1 minute', 1, 0"
            " from generate_series(1, 3) as step",
            {"now": NOW},
        )
    erase(
        each_database, plan_erasure(each_database, ErasureRequest("helmond", "LML-1", "test"), NOW), tmp_path / "list"
    )
    assert count(each_database, "lantaarn.observation") == 0


def test_what_is_published_and_what_comes_of_groups_goes_too(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    fill(db)
    inside, outside = NOW - timedelta(days=5), NOW - timedelta(days=10)
    for at in (inside, outside):
        values = {"at": at, "hour": at.replace(minute=0)}
        db.execute(
            "insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise)"
            " values (1, 'hour', %(hour)s, true, 20, 12), (1, 'day', %(hour)s, true, 20, 24),"
            " (4, 'hour', %(hour)s, true, 20, 12)",
            values,
        )
        db.execute(
            "insert into lantaarn.travel_time values (1, %(hour)s, 15, 'car', 60, 70, 1),"
            " (4, %(hour)s, 15, 'car', 60, 70, 2)",
            values,
        )
        db.execute(
            "insert into lantaarn.window_count values"
            " ('helmond', 'park', 'presence', %(hour)s, %(hour)s + interval '1 hour', 12, 40, 1, 248, 59)",
            values,
        )
    done = erase(db, plan_erasure(db, MIDDLE, NOW), tmp_path / "list")
    assert counts(done)["public_cell"] == 2
    assert counts(done)["travel_time"] == 1
    assert count(db, "lantaarn.public_cell") == 4
    assert count(db, "lantaarn.travel_time where datastream_id = 4") == 2
    assert count(db, "lantaarn.window_count") == 2  # of at least twelve lamps: nothing in it is of this one
    db.execute(
        "insert into lantaarn.public_cell (datastream_id, period, start, counted, value, noise)"
        " values (1, 'hour', %(hour)s, true, 15, 12), (4, 'day', %(hour)s, true, 15, 24)",
        {"hour": inside.replace(minute=0)},
    )
    assert count(db, "lantaarn.public_cell where datastream_id = 1") == 2  # not published again
    assert count(db, "lantaarn.public_cell where datastream_id = 4") == 3


def test_travel_times_that_end_at_the_sensor_go_too(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    register(db, "LML-1")
    db.execute(
        "insert into lantaarn.register_entry (entry_id, version, document, valid_from, editor, reason) select"
        " gen_random_uuid(), 1, jsonb_build_object('municipality', 'helmond', 'datastreams', '[{\"privacy_rules\":"
        ' [{"rule": "match_in_memory", "to": "LML-1"}]}]\'::jsonb), now(), \'test\', \'test\''
    )
    db.execute(
        "insert into lantaarn.travel_time values (9, %(at)s, 15, 'car', 60, 70, 2), (9, %(at)s, 15, 'van', 60, 70, 1)",
        {"at": NOW - timedelta(hours=2)},
    )
    done = erase(db, plan_erasure(db, ErasureRequest("helmond", "LML-1", "test"), NOW), tmp_path / "list")
    assert counts(done) == {"travel_time": 1}


DESK = {"name": "Balie", "url": "https://helmond.example/sensoren/"}


def home(db: Database) -> Entry:
    """A resident's sensor with two versions, the first one with more in it than it should have had."""
    document = home_sensor_entry()
    exact = {
        "kind": "fixed",
        "geometry": {"type": "Point", "coordinates": [5.6543, 51.4812]},
        "address": "Kerkstraat 1",
    }
    owners = [{"role": "owner", "name": "Stichting Meetnet"}, document["organisations"][1]]
    first = example_entry(reference="bewoner-1", location=exact, organisations=owners)
    for version in (first, document):
        publish(db, Entry.model_validate(version), editor="test", reason="test", valid_from=NOW)
    return Entry.model_validate(document)


def test_place_contact_and_owner_leave_every_version(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    entry = home(db)
    wish = plan_erasure(db, ErasureRequest("helmond", "bewoner-1", "request of a resident", whole_entry=True), NOW)
    done = erase(db, wish, tmp_path / "list")
    assert counts(done) == {"location": 1, "register_entry": 2, "slug": 1}
    history = versions_of_entry(db, entry.id)
    texts = json.dumps([version.document for version in history])
    for trace in ("5.654", "51.4812", "Kerkstraat", "Meetnet", "sensoren@helmond.example"):
        assert trace not in texts
    assert [version.document["status"] for version in history] == ["active", "active", "ended"]
    assert [version.redacted_at is not None for version in history] == [True, True, False]
    assert {version.document["contact"]["name"] for version in history} == {"Gemeente Helmond"}
    assert Entry.model_validate(history[-1].document).active_until == NOW.date()
    assert count(db, "restricted.location") == 0
    assert counts(replay_tombstones(db, [wish], NOW)[0]) == {}
    assert len(versions_of_entry(db, entry.id)) == 3
    assert counts(replay_tombstones(db, [replace(wish, entry_id=uuid4())], NOW)[0]) == {}  # not yet in the backup
    db.execute(
        "insert into lantaarn.report (form_id, municipality, entry_id, reference, kind, words, due_on)"
        " values (gen_random_uuid(), 'helmond', %(id)s, 'bewoner-1', 'question', 'Waar is de sensor?', now())",
        {"id": entry.id},
    )
    erase_late_arrivals(db, NOW)
    assert count(db, "lantaarn.report where words is not null") == 1  # written after the erasure
    # What was erased before everything was derived again, as by an earlier version of the program.
    db.execute("update lantaarn.finding set organisations = '{Stichting Meetnet}', words = to_tsvector('meetnet')")
    revision = db.execute("select revision from open.revision").fetchone()
    replay_tombstones(db, [wish], NOW)
    assert count(db, "lantaarn.finding where organisations @> '{Stichting Meetnet}' or words @@ 'meetnet'") == 0
    assert db.execute("select revision from open.revision").fetchone() == revision


def test_nothing_else_of_a_version_can_be_changed(server_database: Database, tmp_path: Path) -> None:
    db = server_database
    home(db)
    wish = plan_erasure(db, ErasureRequest("helmond", "bewoner-1", "request of a resident", whole_entry=True), NOW)
    erase(db, wish, tmp_path / "list")
    for document in (
        "jsonb_set(document, '{necessity,nl}', '\"anders\"')",
        "jsonb_set(document, '{name,nl}', '\"anders\"')",
        "jsonb_set(document, '{summary,nl}', '\"anders\"')",
        "jsonb_set(document, '{contact,email}', '\"a@b.example\"')",
        "jsonb_set(document, '{rights,nl}', '\"anders\"')",
        "document - 'rights'",
        "jsonb_set(document, '{location,precision}', '\"cell_100m\"')",
        "jsonb_set(document, '{datastreams,0,description}', '{\"nl\": \"anders\"}')",
        "jsonb_set(document, '{datastreams,0,public}', '\"none\"')",
        'document || \'{"project": {"name": "anders"}}\'',
        "document, editor = 'anders'",
        "document, reason = 'anders'",
        "document, version = version + 10",
    ):
        change = (
            f"update lantaarn.register_entry set document = {document}"
            " where set_config('lantaarn.redacting', 'erasure', true) = 'erasure'"
        )
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            db.execute(change)
    for means in ("''", "'erasure'", "'slugs'"):
        with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
            db.execute(f"delete from lantaarn.slug where set_config('lantaarn.redacting', {means}, true) = {means}")


def test_no_version_keeps_how_a_desk_was_reached(server_database: Database, tmp_path: Path) -> None:
    db = server_database
    words = {"nl": "Zie HTTPS://Helmond.example/sensoren/."}
    told = home_sensor_entry(rights=words, necessity=words, complaint={"title": words, "url": "https://a.example/"})
    for document in (told | {"contact": DESK}, told):
        publish(db, Entry.model_validate(document), editor="test", reason="test", valid_from=NOW)
    row, _ = version_rows(db, Entry.model_validate(told).id)
    with pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState):
        replace_versions(db, [row | {"document": redacted_document(row["document"])}])
    wish = plan_erasure(db, ErasureRequest("helmond", "bewoner-1", "request of a resident", whole_entry=True), NOW)
    erase(db, wish, tmp_path / "list")
    versions = [each.document for each in versions_of_entry(db, Entry.model_validate(told).id)]
    assert [each["necessity"]["nl"] for each in versions] == [*[REMOVED_TEXT.nl] * 2, "Zie Gemeente Helmond."]
    assert [each["complaint"]["title"]["nl"] for each in versions[:2]] == [REMOVED_TEXT.nl] * 2
    assert "helmond.example/sensoren" not in str([each["complaint"] for each in versions]).lower()


def test_an_organisation_that_others_name_keeps_its_page(server_database: Database, tmp_path: Path) -> None:
    db = server_database
    home(db)
    owners = [{"role": "owner", "name": "Stichting Meetnet"}, {"role": "controller", "name": "Gemeente Helmond"}]
    for changes in ({"organisations": owners, "project": {"name": "Meetnet"}}, {}):
        publish(db, Entry.model_validate(example_entry(**changes)), editor="test", reason="test", valid_from=NOW)
    told = Entry.model_validate(home_sensor_entry(rights={"nl": "Mail naar sensoren@helmond.example."}))
    publish(db, told, editor="test", reason="test", valid_from=NOW)
    wish = plan_erasure(db, ErasureRequest("helmond", "bewoner-1", "request of a resident", whole_entry=True), NOW)
    assert "slug" not in counts(erase(db, wish, tmp_path / "list"))
    assert count(db, "lantaarn.slug where name = 'Stichting Meetnet'") == 1
    assert count(db, "lantaarn.slug where name = 'Meetnet'") == 1
    # What is left of it complies, without the address that the desk had.
    left = Entry.model_validate_json(next(line for line in export_entries(db) if "bewoner-1" in line))
    assert left.rights.nl == "Mail naar Gemeente Helmond."
    told = [each.document["rights"]["nl"] for each in versions_of_entry(db, left.id)]
    assert told[-2:] == ["Weggehaald op verzoek", "Mail naar Gemeente Helmond."]
    assert publish(db, left, editor="test", reason="test", valid_from=NOW) == PublishResult(4, changed=False)


def test_an_entry_that_has_ended_is_derived_again_too(server_database: Database, tmp_path: Path) -> None:
    db = server_database
    owners = [{"role": "owner", "name": "Kwekerij Jansen"}, {"role": "controller", "name": "Gemeente Helmond"}]
    ended = home_sensor_entry(organisations=owners, status="ended", active_until="2026-01-01")
    publish(db, Entry.model_validate(ended), editor="test", reason="test", valid_from=NOW)
    before = db.execute("select revision from open.revision").fetchone()
    wish = plan_erasure(db, ErasureRequest("helmond", "bewoner-1", "request of a resident", whole_entry=True), NOW)
    assert counts(erase(db, wish, tmp_path / "list")) == {"location": 1, "register_entry": 1, "slug": 1}
    assert count(db, "lantaarn.finding where organisations @> '{Kwekerij Jansen}'") == 0
    # What programs remember of the register they now read again, though no version was added.
    assert db.execute("select revision from open.revision").fetchone() != before
    # The file that it came from doesn't bring it back, and what is left of it may be imported again.
    refused = publish(db, Entry.model_validate(ended), editor="test", reason="test", valid_from=NOW)
    assert isinstance(refused, tuple)
    assert [each.rule_id for each in refused] == ["erased"]
    left = Entry.model_validate_json(next(export_entries(db)))
    assert publish(db, left, editor="test", reason="test", valid_from=NOW) == PublishResult(1, changed=False)
    assert len(versions_of_entry(db, Entry.model_validate(ended).id)) == 1


def test_what_arrives_again_is_swept_away_but_a_correction_stays(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    fill(db)
    before, under_way = register_revision(db), load_register(db)
    erase(db, plan_erasure(db, MIDDLE, NOW), tmp_path / "list")
    assert register_revision(db) > before
    commit_batch(db, [process_message(each, under_way, QualityChecker(), NOW) for each in readings("LML-1")], NOW)
    assert counts(erase_late_arrivals(db, NOW)[0])["observation_1y"] == 6 * 72
    take(db, readings("LML-1"), at=NOW)
    assert counts(erase_late_arrivals(db, NOW)[0]) == {}
    refused = db.execute("select reason, readings from lantaarn.ledger_reason where sensor_id = 1").fetchall()
    assert {"reason": "erased", "readings": 6 * 72} in refused
    assert audit_ledger(db, NOW) == ()
    corrected = plan_erasure(db, replace(MIDDLE, reference="LML-2", resend=True), NOW)
    erase(db, corrected, tmp_path / "list")
    take(db, readings("LML-2"), at=NOW)
    assert [
        counts(done)
        for done in (*erase_late_arrivals(db, NOW), *replay_tombstones(db, read_tombstones(tmp_path / "list"), NOW))
    ] == [{}, {}]
    assert count(db, "lantaarn.observation") == 2 * ALL - 6 * 72
    assert audit_ledger(db, NOW) == ()


@pytest.mark.parametrize("each_database", ["timescaledb-wasm", "timescaledb"], indirect=True)
@pytest.mark.parametrize("by_batch", ["on", "off"])
def test_a_long_series_in_one_compressed_chunk(each_database: Database, tmp_path: Path, by_batch: str) -> None:
    db = each_database
    register(db, "LML-1")
    # By itself TimescaleDB lets one transaction decompress 100,000 rows, as versions that know no batches must.
    rows = 15_000 if isinstance(db, Pglite) else 150_000
    start = datetime(2026, 10, 1, tzinfo=UTC)
    db.execute(
        "insert into lantaarn.observation_1y select id, %(start)s::timestamptz + step * interval '1 second', step, 0"
        " from generate_series(0, %(rows)s::integer - 1) as step, generate_series(1, 2) as id",
        {"start": start, "rows": rows},
    )
    compress(db)
    wish = ErasureRequest(
        "helmond", "LML-1", "test", start + timedelta(seconds=500), start + timedelta(seconds=rows - 500)
    )
    db.execute("set timescaledb.enable_compressed_direct_batch_delete = " + ("on" if by_batch == "on" else "off"))
    try:
        erase(db, plan_erasure(db, wish, NOW), tmp_path / "list")
    finally:
        db.execute("reset timescaledb.enable_compressed_direct_batch_delete")
    assert count(db, "lantaarn.observation_1y where datastream_id = 1") == 1000
    assert count(db, "lantaarn.observation_1y where datastream_id = 2") == 1000


@pytest.mark.parametrize("each_database", ["postgresql"], indirect=True)  # a trigger plays the broken server
def test_a_delete_that_takes_more_than_it_should_is_undone(each_database: Database, tmp_path: Path) -> None:
    db = each_database
    fill(db)
    db.execute(
        "create function lantaarn.clumsy() returns trigger language plpgsql as $$ begin"
        " delete from lantaarn.observation_1y where datastream_id > 3 and time = old.time; return old; end $$;"
        "create trigger clumsy before delete on lantaarn.observation_1y for each row"
        " when (pg_trigger_depth() = 0) execute function lantaarn.clumsy()"
    )
    before = everything(db, "LML-1"), everything(db, "LML-2")
    with pytest.raises(psycopg.errors.RaiseException, match="lost 864 rows where 432"):
        erase(db, plan_erasure(db, MIDDLE, NOW), tmp_path / "list")
    assert (everything(db, "LML-1"), everything(db, "LML-2")) == before


@pytest.mark.parametrize(
    ("version", "refused"),
    [("2.17.2", True), ("2.18.1", False), ("2.22.1", True), ("2.23.0-dev", False), ("2.29.2", False), ("2.14.2", True)],
)
def test_versions_that_delete_wrong_rows_are_refused(
    monkeypatch: pytest.MonkeyPatch, timescale: Database, tmp_path: Path, version: str, refused: bool
) -> None:
    register(timescale, "LML-1")

    def probe(db: Database) -> Capabilities:
        return replace(probe_capabilities(db), timescale_version=version)

    monkeypatch.setattr(erasing, "probe_capabilities", probe)
    wish = plan_erasure(timescale, ErasureRequest("helmond", "LML-1", "test"), NOW)
    if refused:
        with pytest.raises(ErasureError, match=f"TimescaleDB {version}"):
            erase(timescale, wish, tmp_path / "list")
        assert not (tmp_path / "list").exists()
    else:
        assert counts(erase(timescale, wish, tmp_path / "list")) == {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"reference": "LML-9"}, "no sensor"),
        ({"until": NOW + timedelta(hours=1)}, "future"),
        ({"since": NOW, "until": NOW - timedelta(hours=1)}, "before it begins"),
        ({"since": NOW, "whole_entry": True}, "omit the period"),
        ({"whole_entry": True}, "no resident's sensor"),
        ({"reason": "asked by jan@voorbeeld.example"}, "point to a person"),
    ],
)
def test_requests_that_make_no_sense(timescale: Database, change: dict[str, Any], why: str) -> None:
    register(timescale, "LML-1")
    with pytest.raises(ErasureError, match=why) as raised:
        plan_erasure(timescale, replace(ErasureRequest("helmond", "LML-1", "test"), **change), NOW)
    assert "jan@" not in str(raised.value)


@pytest.mark.parametrize("server", ["postgresql", "timescaledb"])
def test_ingest_goes_on_meanwhile(request: pytest.FixtureRequest, server: str, tmp_path: Path) -> None:
    address = request.getfixturevalue("pg_server").url_of("postgres") if server == "postgresql" else timescale_url()
    with temporary_database(address) as url, connect(url) as db:
        migrate(db)
        fill(db)
        stop = Event()
        with ThreadPoolExecutor() as pool:
            writing = pool.submit(deliver, url, stop)
            for number in range(5):
                erase(db, plan_erasure(db, MIDDLE, later(number)), tmp_path / "list")
            stop.set()
            new = writing.result(timeout=60)
        assert new > 0
        erase_late_arrivals(db, NOW)
        assert count(db, "lantaarn.observation where datastream_id = 4") == ALL + new
        assert count(db, "lantaarn.observation where datastream_id = 1") == ALL - 6 * 72
        assert audit_ledger(db, NOW + timedelta(hours=1)) == ()


def deliver(url: str, stop: Event) -> int:
    """Deliver all of one sensor again, and new values of another, until told to stop; how many were new."""
    again, new = readings("LML-1"), 0
    with connect(url) as db:
        while not stop.is_set():
            at = NOW - timedelta(seconds=17) + timedelta(microseconds=new)
            take(db, [*again, message({"time": at.isoformat(), "no2": 1}, "LML-2")], at=NOW)
            new += 1
    return new
