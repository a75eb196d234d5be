from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from sensors.db import Cursor, Database, RoleError, connect
from sensors.db.capabilities import Edition, probe_capabilities
from sensors.db.migrate import MIGRATIONS_FOLDER, MigrationError, migrate, pending_migrations, read_migrations
from tests.support.pglite.client import EMPTY_DATABASE, Pglite
from tests.support.pglite.fixtures import temporary_database


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.sql") if not path.stem.endswith(".timescale"))


def _hypertables(db: Database) -> list[str]:
    found = db.execute("select hypertable_name from timescaledb_information.hypertables order by 1").fetchall()
    return [row["hypertable_name"] for row in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small migrations; the first has a part for TimescaleDB."""
    (tmp_path / "001_first.sql").write_text(
        "create table lantaarn.thing (time timestamptz not null, share text default '100%');\n"
        "insert into lantaarn.thing values (now());\n"
    )
    (tmp_path / "001_first.timescale.sql").write_text("comment on table lantaarn.thing is 'timescale';\n")
    (tmp_path / "002_second.sql").write_text("create view lantaarn.things as select time from lantaarn.thing;\n")
    return tmp_path


def _comment(db: Database) -> str | None:
    row = db.execute("select obj_description('lantaarn.thing'::regclass) as comment").fetchone()
    assert row is not None
    return row["comment"]


def test_an_empty_database_gets_the_whole_schema_once(each_empty_database: Database) -> None:
    db = each_empty_database
    assert pending_migrations(db) == _names(MIGRATIONS_FOLDER)
    assert migrate(db) == _names(MIGRATIONS_FOLDER)
    assert pending_migrations(db) == []
    assert migrate(db) == []
    recorded = db.execute("select name, edition from lantaarn.migration order by name").fetchall()
    assert recorded == [
        {"name": name, "edition": probe_capabilities(db).edition.value} for name in _names(MIGRATIONS_FOLDER)
    ]


def test_observation_tables_are_hypertables_where_there_are_any(each_empty_database: Database) -> None:
    migrate(each_empty_database)
    classes = each_empty_database.execute("select table_name from lantaarn.retention_class order by 1").fetchall()
    if probe_capabilities(each_empty_database).has_hypertables:
        assert _hypertables(each_empty_database) == [row["table_name"] for row in classes]
    else:
        assert probe_capabilities(each_empty_database).edition is Edition.POSTGRESQL


def test_the_timescale_part_runs_only_where_it_can(each_empty_database: Database, folder: Path) -> None:
    assert migrate(each_empty_database, folder) == ["001_first", "002_second"]
    assert _comment(each_empty_database) == (
        "timescale" if probe_capabilities(each_empty_database).has_hypertables else None
    )


def test_only_what_is_missing_is_applied(each_empty_database: Database, folder: Path) -> None:
    migrate(each_empty_database, folder)
    (folder / "003_third.sql").write_text("create table lantaarn.third ();\n")
    assert pending_migrations(each_empty_database, folder) == ["003_third"]
    assert migrate(each_empty_database, folder) == ["003_third"]


def test_a_failing_migration_leaves_nothing_and_can_be_tried_again(each_empty_database: Database, folder: Path) -> None:
    broken = folder / "002_second.sql"
    good = broken.read_text()
    broken.write_text("create table lantaarn.half ();\nselect 1 / 0;\n")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(each_empty_database, folder)
    assert each_empty_database.execute("select to_regclass('lantaarn.half') as half").fetchone() == {"half": None}
    assert pending_migrations(each_empty_database, folder) == ["002_second"]
    broken.write_text(good)
    assert migrate(each_empty_database, folder) == ["002_second"]


def test_a_changed_migration_is_refused(each_empty_database: Database, folder: Path) -> None:
    migrate(each_empty_database, folder)
    (folder / "001_first.timescale.sql").write_text("select 1;\n")
    (folder / "003_third.sql").write_text("create table lantaarn.third ();\n")
    for attempt in (migrate, pending_migrations):
        with pytest.raises(MigrationError, match="changed after it was applied to this database: 001_first"):
            attempt(each_empty_database, folder)


def test_a_database_of_a_newer_program_is_refused(each_empty_database: Database, folder: Path) -> None:
    migrate(each_empty_database, folder)
    (folder / "002_second.sql").unlink()
    for attempt in (migrate, pending_migrations):
        with pytest.raises(MigrationError, match="newer than this program: it holds 002_second"):
            attempt(each_empty_database, folder)


@pytest.mark.parametrize("name", ["1_short.sql", "001_again.sql", "002_Second.sql", "003_alone.timescale.sql"])
def test_a_file_out_of_line_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("select 1;\n")
    with pytest.raises(MigrationError, match=r"NNN_what\.sql"):
        read_migrations(folder)


def test_two_programs_that_start_together_apply_each_migration_once(database: str, folder: Path) -> None:
    def start(url: str) -> list[str]:
        with connect(url) as db:
            return migrate(db, folder)

    with temporary_database(database) as url, ThreadPoolExecutor(4) as threads:
        applied = list(threads.map(start, [url] * 4))
        assert sorted(name for names in applied for name in names) == ["001_first", "002_second"]


@dataclass
class _Modest:
    """A user without the right to add an extension."""

    db: Database

    def execute(self, query: LiteralString, params: Mapping[str, Any] | None = None, /) -> Cursor:
        forbidden = query.startswith("create extension")
        return self.db.execute("do $$ begin raise insufficient_privilege; end $$" if forbidden else query, params)

    def transaction(self) -> AbstractContextManager[object]:
        return self.db.transaction()


def test_a_user_who_may_not_add_timescaledb_gets_plain_postgresql_for_good(pglite: Pglite, folder: Path) -> None:
    pglite.open_snapshot(EMPTY_DATABASE)
    assert probe_capabilities(pglite).can_install_timescaledb
    assert migrate(_Modest(pglite), folder) == ["001_first", "002_second"]
    pglite.execute("create extension timescaledb")
    (folder / "003_third.sql").write_text("select 1;\n")
    (folder / "003_third.timescale.sql").write_text("select create_hypertable('lantaarn.thing', by_range('time'));\n")
    assert migrate(pglite, folder) == ["003_third"]
    assert _hypertables(pglite) == []
    editions = pglite.execute("select distinct edition from lantaarn.migration").fetchall()
    assert editions == [{"edition": "postgresql"}]


@dataclass
class _Licensed:
    """Answers as a server with TimescaleDB under some licence: the WebAssembly build has one licence only."""

    db: Database
    licence: str

    def execute(self, _query: LiteralString, _params: Mapping[str, Any] | None = None, /) -> Cursor:
        return self.db.execute(
            "select '17.0' as server_version, '2.23.0' as timescale_version, true as installable, %(l)s as licence",
            {"l": self.licence},
        )

    def transaction(self) -> AbstractContextManager[object]:
        return self.db.transaction()


@pytest.mark.parametrize(
    ("licence", "edition"), [("apache", Edition.TIMESCALEDB_APACHE), ("timescale", Edition.TIMESCALEDB_COMMUNITY)]
)
def test_only_the_community_edition_has_the_columnstore(pglite: Pglite, licence: str, edition: Edition) -> None:
    found = probe_capabilities(_Licensed(pglite, licence))
    assert (found.edition, found.has_hypertables, found.can_install_timescaledb) == (edition, True, False)
    assert found.has_columnstore is (edition is Edition.TIMESCALEDB_COMMUNITY)


def test_a_connection_acts_in_its_role_and_speaks_utc(database: str) -> None:
    with connect(database, role="lantaarn_api", application_name="a test") as db:
        row = db.execute(
            "select current_user as role, current_setting('application_name') as name, now() as now"
        ).fetchone()
        assert row is not None
        assert (row["role"], row["name"]) == ("lantaarn_api", "a test")
        assert row["now"].utcoffset().total_seconds() == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            db.execute("select * from lantaarn.sensor")


def test_a_role_that_is_not_there_is_told_in_plain_words(database: str) -> None:
    with pytest.raises(RoleError, match=r"can't act as lantaarn_nobody: migrate the database first"):
        connect(database, role="lantaarn_nobody")
