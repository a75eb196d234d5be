import threading
from datetime import UTC, datetime, timedelta

import pytest

from sensors.db import Database, connect
from sensors.db.capabilities import probe_capabilities
from sensors.db.hypertables import PlainTable, convert_to_hypertables, plain_tables
from sensors.db.migrate import MigrationError, migrate
from tests.support.pglite.fixtures import temporary_database, timescale_url
from tests.support.waiting import wait_for

START = datetime(2026, 1, 1, tzinfo=UTC)
WRITE = """
insert into lantaarn.observation_31d (datastream_id, time, value, quality)
select stream, %(start)s::timestamptz + minute * interval '1 minute', minute, 0
from generate_series(1, 5) as stream, generate_series(1, 1000) as minute
"""
CONTENT = (
    "select count(*) as rows, sum(value) as total, min(time) as first, max(time) as last from lantaarn.observation"
)


@pytest.fixture
def plain_database(each_empty_database: Database) -> Database:
    """A database that was migrated while its server had no TimescaleDB, with rows."""
    migrate(each_empty_database, without_timescaledb=True)
    each_empty_database.execute(WRITE, {"start": START})
    return each_empty_database


def test_tables_become_hypertables_with_all_their_rows(plain_database: Database) -> None:
    db = plain_database
    if not (probe_capabilities(db).can_install_timescaledb or probe_capabilities(db).has_hypertables):
        with pytest.raises(MigrationError, match="shared_preload_libraries"):
            convert_to_hypertables(db)
        return
    before = db.execute(CONTENT).fetchone()
    told: list[PlainTable] = []
    assert convert_to_hypertables(db, told.append) == 6
    assert {table.table_name for table in told} == {
        f"observation_{name}" for name in ("1d", "7d", "31d", "1y", "5y", "10y")
    }
    assert db.execute(CONTENT).fetchone() == before
    assert plain_tables(db) == ()
    assert migrate(db) == []
    editions = db.execute("select distinct edition from lantaarn.migration").fetchall()
    assert editions == [{"edition": probe_capabilities(db).edition.value}]
    assert convert_to_hypertables(db) == 0


def test_nothing_is_lost_that_comes_in_meanwhile() -> None:
    """On a real server: a second connection goes on inserting while the table is locked and converted."""
    with temporary_database(timescale_url()) as url, connect(url) as db, connect(url) as writer:
        migrate(db, without_timescaledb=True)
        db.execute(WRITE, {"start": START})
        written: list[int] = []
        done = threading.Event()

        def write() -> None:
            while not done.is_set():
                time = START + timedelta(days=2, seconds=len(written))
                writer.execute(
                    "insert into lantaarn.observation_31d values (9, %(time)s, 1, 0) on conflict do nothing",
                    {"time": time},
                )
                written.append(1)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            wait_for(lambda: len(written) > 20, 20)
            convert_to_hypertables(db)
            so_far = len(written)
            wait_for(lambda: len(written) > so_far + 20, 20)
        finally:
            done.set()
            thread.join()
        row = db.execute("select count(*) as rows from lantaarn.observation_31d where datastream_id = 9").fetchone()
        assert row == {"rows": len(written)}
