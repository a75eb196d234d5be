"""The drill: fill, back up, erase, restore the old backup. Nothing that was erased comes back, and all else does."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from click.testing import CliRunner, Result

from api.reports.desk import QUERIES as DESK
from api.reports.queries import QUERIES as REPORTS
from ingest.lifecycle.audit import audit_ledger
from lantaarn import main
from sensors.db import Database, connect
from sensors.db.capabilities import probe_capabilities
from sensors.db.deletion_log import first_broken_deletion_id
from sensors.db.dump import PostgresTools, restore_database
from sensors.db.server import find_postgres
from sensors.register import repository
from sensors.register.entry import Entry
from sensors.register.repository import export_entries
from sensors.upgrade import upgrade_database
from tests.db.ingest.test_erasure import compress, count, everything
from tests.db.ingest.test_writer import message, register, take
from tests.support import traces
from tests.support.entries import example_entry
from tests.support.pglite.fixtures import temporary_database, timescale_url
from tests.support.sample_data import before_there_were_rules, home_sensor_entry, publish_documents
from tests.support.web_server import running_web_server

NOW = datetime.now(UTC)
READINGS = 200
SENSOR = ("erase", "--sensor", "LML-1", "--reason", "request of a resident", "--yes")
HOME = ("erase", "--reason", "request of a resident", "--register", "--yes")
REDACTED = (
    *("register", "redact", traces.reference_of(traces.REDACTED), "--version", "all"),
    *("--reason", "request of a resident", "--yes"),
)
SERVERS = ["postgresql", "timescaledb"]


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    if request.param == "postgresql":
        return request.getfixturevalue("pg_server").url_of("postgres")
    return timescale_url()


@pytest.fixture
def source(server: str) -> Iterator[str]:
    """A database with two stations and a sensor at a resident's home, its chunks compressed where it has any."""
    with temporary_database(server) as url:
        with connect(url) as db:
            upgrade_database(db)
            for reference in ("LML-1", "LML-2"):
                register(db, reference)
                times = [NOW - timedelta(minutes=30 * number) for number in range(READINGS)]
                take(db, [message({"time": at.isoformat(), "no2": 20}, reference) for at in times], at=NOW)
            publish_documents(db, home_sensor_entry())
            compress(db)
        yield url


def lantaarn(url: str, folder: Path, *words: str) -> Result:
    env = {
        "DATABASE_URL": url,
        "LANTAARN_TOMBSTONES": str(folder / "tombstones.jsonl"),
        "LANTAARN_MAIL_SPOOL": str(folder / "mail"),
        "LANTAARN_EDITOR": "privacy team",
    }
    return CliRunner().invoke(main, words, env=env)


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


@contextmanager
def restored(server: str, folder: Path, *words: str) -> Generator[tuple[Database, str, str]]:
    """A new database from the backup, its address, and what the command said."""
    with temporary_database(server) as url:
        said = done(lantaarn(url, folder, "restore", *words))
        with connect(url) as db:
            yield db, url, said


def rights(db: Database) -> list[dict[str, Any]]:
    """Who may do what, to the database, its schemas and what is in them."""
    return db.execute(
        "select 'database' as name, acl.grantee::regrole::text as role, acl.privilege_type"
        " from pg_database, aclexplode(datacl) as acl where datname = current_database()"
        " union all select nspname || '', acl.grantee::regrole::text, acl.privilege_type"
        " from pg_namespace, aclexplode(nspacl) as acl where nspname in ('lantaarn', 'open', 'staff', 'restricted')"
        " union all select nspname || '.' || relname, acl.grantee::regrole::text, acl.privilege_type"
        " from pg_class, pg_namespace, aclexplode(relacl) as acl where pg_namespace.oid = relnamespace"
        " and nspname in ('lantaarn', 'open', 'staff', 'restricted') order by 1, 2, 3"
    ).fetchall()


def compressed(db: Database) -> int | None:
    """How many chunks are in the columnstore; none where there are no chunks."""
    chunks = "timescaledb_information.chunks where is_compressed"
    return count(db, chunks) if probe_capabilities(db).has_hypertables else None


def fill_with_homes(db: Database) -> frozenset[str]:
    """Homes full of words that stand nowhere else, with a report and an answer about each; returns these words."""
    for number in (*range(traces.HOMES), traces.REDACTED):
        with before_there_were_rules():
            for document in traces.home_versions(number):
                entry, said = Entry.model_validate(document), traces.editor_and_reason(number)
                assert isinstance(repository.publish(db, entry, valid_from=NOW, **said), repository.PublishResult)
        if number == traces.REDACTED:
            continue
        written, answer = traces.report_and_answer(number)
        report = {"municipality": "helmond", "reference": traces.reference_of(number), "report_kind": "wrong"}
        asked = report | {"form_id": uuid4(), "words": written, "email": None, "due_on": NOW.date()}
        filed = db.execute(REPORTS["file_report"], asked).fetchone() or {}
        settled = {"municipality": "helmond", "number": filed["number"], "status": "answered", "answer": answer}
        db.execute(DESK["settle_report"], settled)
    db.execute("analyze")
    return traces.canaries(db)


def test_nothing_of_an_erased_sensor_comes_back(server: str, source: str, tmp_path: Path) -> None:
    backup, tombstones = tmp_path / "old.dump", str(tmp_path / "tombstones.jsonl")
    with connect(source) as db:
        words = fill_with_homes(db)
        assert traces.tables(db) == traces.TABLES.keys(), "say in tests/support/traces.py what erasing does to it"
        assert len(words) > 100
        assert words == {word for seen in traces.traces_in_database(db, words).values() for word in seen}
        done(lantaarn(source, tmp_path, "backup", str(backup)))
        assert backup.stat().st_mode & 0o777 == 0o600
        erase_while_serving(db, source, tmp_path, words)
        assert not left_of_homes(db, words)
        with restored(server, tmp_path, str(backup), "--tombstones", tombstones) as (copy, url, said):
            asked = traces.HOMES + len(traces.REDACTED_FIELDS) + 1
            assert f"{asked} of {asked} erasures repeated" in said
            assert not left_of_homes(copy, words)
            assert not traces.seen_in(dumped(url, tmp_path / "plain.sql"), words)
            assert_same_as_erased(copy, db)


def erase_while_serving(db: Database, url: str, folder: Path, words: frozenset[str]) -> None:
    """Erase the homes and one of two stations while the web server runs, and look at all pages before and after."""
    spool = folder / "mail"
    spool.mkdir()
    (spool / "lantaarn-1001-1.eml").write_text("about the first home")
    (spool / "lantaarn-999-1.eml").write_text("about another sensor")
    paths = traces.addresses(db, 1)
    with running_web_server(url) as site, httpx.Client(base_url=site) as client:
        assert traces.traces_on_pages(client, paths[::5], words)
        for number in range(traces.HOMES):
            done(lantaarn(url, folder, *HOME, "--sensor", traces.reference_of(number)))
        for field in traces.REDACTED_FIELDS:
            done(lantaarn(url, folder, *REDACTED, "--field", field))
        done(lantaarn(url, folder, *SENSOR))
        shown = client.get(f"/sensors/{traces.reference_of(traces.REDACTED)}/geschiedenis/2").text
        assert "<dt>Straat</dt><dd>Weggehaald op verzoek</dd>" in shown
        home = client.get(f"/sensors/{traces.reference_of(1)}").text
        assert "Wat hij had gemeten, is op verzoek gewist." in home
        assert not [untrue for untrue in ("Laatste meting", "Wat meet het nu?", "altijd nalezen") if untrue in home]
        assert traces.traces_on_pages(client, paths, words) == {}
    assert [each.name for each in spool.iterdir()] == ["lantaarn-999-1.eml"]


def left_of_homes(db: Database, words: frozenset[str]) -> dict[str, object]:
    """Where any of the words is, and the tables that should have no rows of the homes any more."""
    rows = traces.rows_of(db, example_entry(reference=traces.reference_of(1))["id"])
    held = {name: held for name, held in rows.items() if held and traces.TABLES[name] == traces.REMOVED}
    return {**traces.traces_in_database(db, words), **held}


def dumped(url: str, file: Path) -> str:
    """All of a database as text."""
    with file.open("wb") as output:
        PostgresTools(find_postgres().bin_folder, url).run("pg_dump", "--format=plain", output=output)
    return file.read_text()


def assert_same_as_erased(copy: Database, db: Database) -> None:
    """The copy is as the database after its erasures, and goes on."""
    assert [line for line in everything(copy, "LML-1") if "received" not in line] == []
    assert everything(copy, "LML-2") == everything(db, "LML-2")
    assert list(export_entries(copy)) == list(export_entries(db))
    assert audit_ledger(copy, NOW) == ()
    assert first_broken_deletion_id(copy) is None
    assert rights(copy) == rights(db)
    assert compressed(copy) == compressed(db)
    take(copy, [message({"time": NOW.isoformat(), "no2": 20}, "LML-2")], at=NOW)
    take(copy, [message({"time": (NOW + timedelta(seconds=1)).isoformat(), "no2": 20}, "LML-2")], at=NOW)
    assert count(copy, "lantaarn.observation") == READINGS + 1


def test_nobody_reads_a_restored_database_before_all_is_done(server: str, source: str, tmp_path: Path) -> None:
    backup = tmp_path / "old.dump"
    done(lantaarn(source, tmp_path, "backup", str(backup)))
    with temporary_database(server) as url:
        restore_database(PostgresTools(find_postgres().bin_folder, url), backup, lambda _: None)
        for role, view in (("lantaarn_api", "open.sensor"), ("lantaarn_ingest", "lantaarn.sensor")):
            with connect(url, role=role) as db, pytest.raises(psycopg.errors.InsufficientPrivilege):
                count(db, view)  # pyright: ignore[reportArgumentType]
        # As after a tool that restores the files of the whole server: the same steps, without a file.
        done(lantaarn(url, tmp_path, "restore", "--no-tombstones"))
        with connect(url, role="lantaarn_api") as db:
            assert count(db, "open.sensor") == 3
        with connect(url) as db:
            assert count(db, "lantaarn.observation") == 2 * READINGS


def test_what_restore_refuses(server: str, source: str, tmp_path: Path) -> None:
    backup = tmp_path / "old.dump"
    done(lantaarn(source, tmp_path, "backup", str(backup)))
    again = lantaarn(source, tmp_path, "backup", str(backup))
    assert (again.exit_code, "never overwritten" in again.output) == (1, True)
    filled = lantaarn(source, tmp_path, "restore", str(backup), "--no-tombstones")
    assert (filled.exit_code, "not empty" in filled.output) == (1, True)
    assert lantaarn(source, tmp_path, "restore", str(backup)).exit_code == 2
    done(lantaarn(source, tmp_path, *SENSOR))
    tombstones = tmp_path / "tombstones.jsonl"
    tombstones.write_text(tombstones.read_text().replace("resident", "citizen"))
    with temporary_database(server) as url:
        changed = lantaarn(url, tmp_path, "restore", str(backup), "--tombstones", str(tombstones))
        assert (changed.exit_code, "it was altered" in changed.output) == (1, True)
        (tmp_path / "no.dump").write_text("not a backup")
        wrong = lantaarn(url, tmp_path, "restore", str(tmp_path / "no.dump"), "--no-tombstones")
        assert (wrong.exit_code, "archive" in wrong.output) == (1, True)
        with connect(url) as db:
            assert count(db, "pg_namespace where nspname = 'lantaarn'") == 0


def test_books_that_differ_are_told(server: str, source: str, tmp_path: Path) -> None:
    with connect(source) as db:
        db.execute("update lantaarn.rollup_hour set count = count + 1")
    done(lantaarn(source, tmp_path, "backup", str(tmp_path / "old.dump")))
    with temporary_database(server) as url:
        result = lantaarn(url, tmp_path, "restore", str(tmp_path / "old.dump"), "--no-tombstones")
        assert result.exit_code == 1
        assert "differences in the ledger" in result.output


def test_erasing_asks_first_and_counts_before(source: str, tmp_path: Path) -> None:
    words = ("erase", "--sensor", "LML-1", "--reason", "test")
    assert f"{READINGS}" in done(lantaarn(source, tmp_path, *words, "--dry-run"))
    assert lantaarn(source, tmp_path, *words).exit_code == 1  # nobody answered
    without_zone = lantaarn(source, tmp_path, *words, "--from", "2026-11-22T12:00:00")
    assert (without_zone.exit_code, "UTC offset" in without_zone.output) == (2, True)
    with connect(source) as db:
        assert count(db, "lantaarn.observation") == 2 * READINGS
    assert not (tmp_path / "tombstones.jsonl").exists()
