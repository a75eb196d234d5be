"""From plain PostgreSQL to TimescaleDB, in place: the tables of observations become hypertables with all their rows.

A table is locked while its rows move into chunks, so ingest waits and the broker keeps what comes in; nothing is lost
or doubled, because no row is ever in two tables. Copying beside a running ingest was considered and left: a message
delivered again in between would be new to the empty half, and be counted twice in the totals.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from sensors.db import Database
from sensors.db.capabilities import probe
from sensors.db.migrate import LOCK, MIGRATIONS, MigrationError, pending, read

FIRST = "003_observation"
"""The migration whose part for TimescaleDB is meant for empty tables: here its work is done with the rows in them."""

_TABLES = """
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
class Plain:
    """A table that is not a hypertable yet. ``rows``: about how many it holds."""

    table_name: str
    rows: int


def to_hypertables(db: Database, tell: Callable[[Plain], object] = lambda _: None) -> int:
    """Convert every table of observations, smallest first, each in a transaction of its own; how many were converted.

    ``tell`` hears of each table before it is locked. Safe to call again, also after it was broken off. Raises
    ``MigrationError`` when the server has no TimescaleDB ready or the schema is not up to date.
    """
    if pending(db):
        raise MigrationError("the schema is not up to date: run lantaarn migrate first")
    _extend(db)
    converted = 0
    for table in plain_tables(db):
        tell(table)
        with db.transaction():
            db.execute(LOCK)
            db.execute(_CONVERT, {"table_name": table.table_name})
        converted += 1
    _catch_up(db)
    return converted


def plain_tables(db: Database) -> tuple[Plain, ...]:
    """The tables of observations that are not hypertables, smallest first."""
    return tuple(Plain(row["table_name"], row["rows"]) for row in db.execute(_TABLES).fetchall())


def _extend(db: Database) -> None:
    found = probe(db)
    if found.hypertables:
        return
    if not found.installable:
        raise MigrationError("this server has no TimescaleDB ready: install it and add it to shared_preload_libraries")
    try:
        db.execute("create extension if not exists timescaledb")
    except psycopg.errors.InsufficientPrivilege:
        raise MigrationError(
            "the database user may not add TimescaleDB: let an administrator run: create extension timescaledb"
        ) from None


def _catch_up(db: Database) -> None:
    """Run the parts for TimescaleDB that were left out while the database was plain, and note its edition."""
    edition = probe(db).edition
    with db.transaction():
        db.execute(LOCK)
        left_out = _left_out(db)
        for migration in read(MIGRATIONS):
            if migration.timescale and migration.name in left_out and migration.name != FIRST:
                db.execute(migration.timescale)
        db.execute("update lantaarn.migration set edition = %(edition)s", {"edition": edition.value})


def _left_out(db: Database) -> set[str]:
    rows = db.execute("select name from lantaarn.migration where edition = 'postgresql'").fetchall()
    return {row["name"] for row in rows}
