"""Convert plain PostgreSQL to TimescaleDB in place: observation tables become hypertables with all their rows.

Each table is locked while its rows move into chunks, so ingest waits and the broker queues messages. No row is ever in
two tables, so nothing is lost or counted twice. Copying alongside a running ingest was rejected: a message redelivered
during the copy would look new to the empty half and be counted twice in the rollups.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from sensors.db import Database
from sensors.db.capabilities import probe_capabilities
from sensors.db.migrate import LOCK_MIGRATIONS, MIGRATIONS_FOLDER, MigrationError, pending_migrations, read_migrations

OBSERVATION_MIGRATION = "003_observation"
"""The migration whose TimescaleDB part assumes empty tables; this module does its work on tables with rows."""

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
    """A table that is not a hypertable yet, with its estimated row count."""

    table_name: str
    estimated_row_count: int


def convert_to_hypertables(db: Database, on_table: Callable[[PlainTable], object] = lambda _: None) -> int:
    """Convert every observation table, smallest first, each in its own transaction; returns how many.

    Calls ``on_table`` before each table is locked. Safe to call again, also after an interruption. Raises
    ``MigrationError`` if TimescaleDB is not available on the server or the schema is not up to date.
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
    """Observation tables that are not hypertables, smallest first."""
    return tuple(PlainTable(row["table_name"], row["rows"]) for row in db.execute(_PLAIN_TABLES).fetchall())


def _create_extension(db: Database) -> None:
    found = probe_capabilities(db)
    if found.has_hypertables:
        return
    if not found.can_install_timescaledb:
        raise MigrationError("this server has no TimescaleDB: install it and add it to shared_preload_libraries")
    try:
        db.execute("create extension if not exists timescaledb")
    except psycopg.errors.InsufficientPrivilege:
        raise MigrationError(
            "the database user may not create the extension; ask an administrator to run: create extension timescaledb"
        ) from None


def _apply_timescale_parts(db: Database) -> None:
    """Apply the TimescaleDB parts skipped while the database was plain, and record the new edition."""
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
