"""Schema migrations: numbered SQL files, each applied once, in order."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg

from sensors.db import Database, queries
from sensors.db.capabilities import Edition, probe_capabilities

MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"

# Held until each migration commits, so that two programs starting together don't both apply it.
LOCK_MIGRATIONS = "select pg_advisory_xact_lock(hashtextextended('lantaarn.migration', 0))"
_MIGRATION_TABLE = """
create schema if not exists lantaarn;
create table if not exists lantaarn.migration (
    name text primary key,
    applied_at timestamptz not null default now(),
    edition text not null,
    digest text not null
);
"""
_FILE_NAME = re.compile(r"\d{3}_[a-z0-9_]+")


class MigrationError(Exception):
    """The database and this program don't match; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """``NNN_what.sql`` and, for TimescaleDB, an optional ``NNN_what.timescale.sql``."""

    name: str
    script: LiteralString
    timescale_script: LiteralString

    @property
    def digest(self) -> str:
        """SHA-256 of both files, to detect a migration that was edited after it was applied."""
        return hashlib.sha256(f"{self.script}\0{self.timescale_script}".encode()).hexdigest()


def migrate(db: Database, folder: Path = MIGRATIONS_FOLDER, *, without_timescaledb: bool = False) -> list[str]:
    """Apply pending migrations in order and return their names. Idempotent, and safe to run concurrently.

    Each migration is one transaction. TimescaleDB is used if it is available on the server when the first migration
    runs; the database keeps that edition until ``convert_to_hypertables``. ``without_timescaledb``: start without it
    even if available. Raises ``MigrationError`` if the database is newer than this program or holds a migration that
    was edited since.
    """
    migrations = read_migrations(folder)
    edition = _prepare(db, migrations, without_timescaledb=without_timescaledb)
    return [migration.name for migration in migrations if _apply(db, migration, edition)]


def pending_migrations(db: Database, folder: Path = MIGRATIONS_FOLDER) -> list[str]:
    """The names of the migrations ``migrate`` would apply, in order. Raises as ``migrate`` does."""
    migrations = read_migrations(folder)
    applied = _applied(db)
    _compare(migrations, applied)
    return [migration.name for migration in migrations if migration.name not in applied]


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """The migrations in a folder, by number. Raises ``MigrationError`` for a misnamed file."""
    files = {path.name.removesuffix(".sql"): path for path in sorted(folder.glob("*.sql"))}
    names = [name for name in files if not name.endswith(".timescale")]
    orphans = {name.removesuffix(".timescale") for name in files} - set(names)
    misnamed = orphans | {name for name in names if not _FILE_NAME.fullmatch(name)}
    if misnamed or len({name[:3] for name in names}) != len(names):
        raise MigrationError(
            f"{folder}: name migrations NNN_what.sql, each number once; check {sorted(misnamed) or names}"
        )
    return tuple(
        Migration(
            name=name,
            script=queries.read_sql(files[name]),
            timescale_script=queries.read_sql(files[f"{name}.timescale"]) if f"{name}.timescale" in files else "",
        )
        for name in names
    )


def _prepare(db: Database, migrations: tuple[Migration, ...], *, without_timescaledb: bool) -> Edition:
    """Create the migration table, compare it with the files, and determine the edition."""
    with db.transaction():
        db.execute(LOCK_MIGRATIONS)
        db.execute(_MIGRATION_TABLE)
        _compare(migrations, _applied(db))
        first = db.execute("select edition from lantaarn.migration order by name limit 1").fetchone()
        if first is not None:
            return Edition(first["edition"])
        if not without_timescaledb:
            _create_extension(db)
        return Edition.POSTGRESQL if without_timescaledb else probe_capabilities(db).edition


def _create_extension(db: Database) -> None:
    """Install TimescaleDB if available. A user without the privilege gets the plain edition."""
    if not probe_capabilities(db).can_install_timescaledb:
        return
    try:
        with db.transaction():
            db.execute("create extension if not exists timescaledb")
    except psycopg.errors.InsufficientPrivilege:
        return


def _apply(db: Database, migration: Migration, edition: Edition) -> bool:
    with db.transaction():
        db.execute(LOCK_MIGRATIONS)
        if migration.name in _applied(db):
            return False
        db.execute(migration.script)
        if edition is not Edition.POSTGRESQL and migration.timescale_script:
            db.execute(migration.timescale_script)
        db.execute(
            "insert into lantaarn.migration (name, edition, digest) values (%(name)s, %(edition)s, %(digest)s)",
            {"name": migration.name, "edition": edition.value, "digest": migration.digest},
        )
    return True


def _applied(db: Database) -> dict[str, str]:
    """Name to digest of the applied migrations; empty if the database was never migrated."""
    row = db.execute("select to_regclass('lantaarn.migration') is not null as there").fetchone()
    if row is None or not row["there"]:
        return {}
    return {row["name"]: row["digest"] for row in db.execute("select name, digest from lantaarn.migration").fetchall()}


def _compare(migrations: tuple[Migration, ...], applied: dict[str, str]) -> None:
    known = {migration.name: migration.digest for migration in migrations}
    unknown = sorted(applied.keys() - known.keys())
    if unknown:
        raise MigrationError(
            f"the database is newer than this program: it holds {', '.join(unknown)}. Use a newer release."
        )
    changed = sorted(name for name, digest in applied.items() if known[name] != digest)
    if changed:
        raise MigrationError(
            f"changed after it was applied to this database: {', '.join(changed)}. "
            "Restore the file and write the change as a new migration."
        )
