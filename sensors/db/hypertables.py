"""From plain PostgreSQL to TimescaleDB, in place: the tables of observations become hypertables with all their rows.

A table is locked while its rows move into chunks, so ingest waits and the broker keeps what comes in; nothing is lost
or doubled, because no row is ever in two tables. Copying beside a running ingest was considered and left: a message
delivered again in between would be new to the empty half, and be counted twice in the totals.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from sensors.db import Database
from sensors.db.capabilities import probe_capabilities
from sensors.db.migrate import LOCK_MIGRATIONS, MIGRATIONS_FOLDER, MigrationError, pending_migrations, read_migrations

OBSERVATION_MIGRATION = "003_observation"
"""The migration whose part for TimescaleDB is meant for empty tables: here its work is done with the rows in them."""

_PLAIN_TABLES = """
select class.table_name, coalesce(pg_stat_get_live_tuples(format('lantaarn.%I', class.table_name)::regclass), 0) as rows
from lantaarn.retention_class as class
where not exists (
    select from timescaledb_information.hypertables as made
    where made.hypertable_schema = 'lantaarn' and made.hypertable_name = class.table_name
)
order by rows, class.table_name
"""
_CONVERT = """
select create_hypertable(
    format('lantaarn.%%I', table_name)::regclass,
    by_range('time', chunk),
    create_default_indexes => false,
    migrate_data => true
)
from lantaarn.retention_class
where table_name = %(table_name)s
"""


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table that is not a hypertable yet. ``estimated_row_count``: about how many rows it holds."""

    table_name: str
    estimated_row_count: int


def convert_to_hypertables(db: Database, on_table: Callable[[PlainTable], object] = lambda _: None) -> int:
    """Convert every table of observations, smallest first, each in a transaction of its own; how many were converted.

    ``on_table`` hears of each table before it is locked. Safe to call again, also after it was broken off. Raises
    ``MigrationError`` when the server has no TimescaleDB ready or the schema is not up to date.
    """
    if pending_migrations(db):
        raise MigrationError("the schema is not up to date: run lantaarn migrate first")
    _create_extension(db)
    converted = 0
    for table in plain_tables(db):
        on_table(table)
        with db.transaction():
            db.execute(LOCK_MIGRATIONS)
            db.execute(_CONVERT, {"table_name": table.table_name})
        converted += 1
    _apply_timescale_parts(db)
    return converted


def plain_tables(db: Database) -> tuple[PlainTable, ...]:
    """The tables of observations that are not hypertables, smallest first."""
    return tuple(PlainTable(row["table_name"], row["rows"]) for row in db.execute(_PLAIN_TABLES).fetchall())


def _create_extension(db: Database) -> None:
    found = probe_capabilities(db)
    if found.has_hypertables:
        return
    if not found.can_install_timescaledb:
        raise MigrationError("this server has no TimescaleDB ready: install it and add it to shared_preload_libraries")
    try:
        db.execute("create extension if not exists timescaledb")
    except psycopg.errors.InsufficientPrivilege:
        raise MigrationError(
            "the database user may not add TimescaleDB: let an administrator run: create extension timescaledb"
        ) from None


def _apply_timescale_parts(db: Database) -> None:
    """Run the parts for TimescaleDB that were left out while the database was plain, and note its edition."""
    edition = probe_capabilities(db).edition
    with db.transaction():
        db.execute(LOCK_MIGRATIONS)
        left_out = _migrations_without_timescale(db)
        for migration in read_migrations(MIGRATIONS_FOLDER):
            if migration.timescale_script and migration.name in left_out and migration.name != OBSERVATION_MIGRATION:
                db.execute(migration.timescale_script)
        db.execute("update lantaarn.migration set edition = %(edition)s", {"edition": edition.value})


def _migrations_without_timescale(db: Database) -> set[str]:
    rows = db.execute("select name from lantaarn.migration where edition = 'postgresql'").fetchall()
    return {row["name"] for row in rows}
