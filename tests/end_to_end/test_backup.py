"""The drill: fill, back up, erase, restore the old backup. Nothing that was erased comes back, and all else does."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from ingest.lifecycle.audit import audit_ledger
from ingest.lifecycle.retention import first_broken_deletion_id
from lantaarn import main
from sensors.db import Database, connect
from sensors.db.capabilities import probe_capabilities
from sensors.db.dump import PostgresTools, restore_database
from sensors.db.server import find_postgres
from sensors.register.repository import export_entries
from sensors.upgrade import upgrade_database
from tests.db.ingest.test_erasure import compress, count, everything
from tests.db.ingest.test_writer import message, register, take
from tests.support.pglite.fixtures import temporary_database, timescale_url
from tests.support.sample_data import home_sensor_entry, publish_documents

NOW = datetime.now(UTC)
READINGS = 200
SENSOR = ("erase", "--sensor", "LML-1", "--reason", "request of a resident", "--yes")
HOME = ("erase", "--sensor", "bewoner-1", "--reason", "request of a resident", "--register", "--yes")
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
    env = {"DATABASE_URL": url, "LANTAARN_TOMBSTONES": str(folder / "tombstones.jsonl")}
    return CliRunner().invoke(main, words, env=env)


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


@contextmanager
def restored(server: str, folder: Path, *words: str) -> Generator[tuple[Database, str]]:
    """A new database from the backup."""
    with temporary_database(server) as url:
        said = done(lantaarn(url, folder, "restore", *words))
        with connect(url) as db:
            yield db, said


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


def test_nothing_of_an_erased_sensor_comes_back(server: str, source: str, tmp_path: Path) -> None:
    backup = tmp_path / "old.dump"
    tombstones = str(tmp_path / "tombstones.jsonl")
    done(lantaarn(source, tmp_path, "backup", str(backup)))
    assert backup.stat().st_mode & 0o777 == 0o600
    for words in (SENSOR, HOME):
        done(lantaarn(source, tmp_path, *words))
    with connect(source) as db, restored(server, tmp_path, str(backup), "--tombstones", tombstones) as (copy, said):
        assert "2 of 2 erasures repeated" in said
        assert [line for line in everything(copy, "LML-1") if "received" not in line] == []
        assert everything(copy, "LML-2") == everything(db, "LML-2")
        assert list(export_entries(copy)) == list(export_entries(db))
        assert count(copy, "restricted.location") == 0
        assert "5.654" not in repr(copy.execute("select document from lantaarn.register_entry").fetchall())
        assert audit_ledger(copy, NOW) == ()
        assert first_broken_deletion_id(copy) is None
        assert rights(copy) == rights(db)
        assert compressed(copy) == compressed(db)
        take(copy, [message({"time": NOW.isoformat(), "no2": 20}, "LML-2")], at=NOW)
        take(copy, [message({"time": (NOW + timedelta(seconds=1)).isoformat(), "no2": 20}, "LML-2")], at=NOW)
        assert count(copy, "lantaarn.observation") == READINGS + 1
    with restored(server, tmp_path, str(backup), "--no-tombstones") as (copy, _):
        assert count(copy, "lantaarn.observation") == 2 * READINGS


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
