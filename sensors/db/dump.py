"""Dump the database to one file and restore it, using PostgreSQL's pg_dump and pg_restore.

A restored database is closed: only its owner may use its schemas until ``grant_schema_usage``. So no program, running
or not, can serve data from it before everything erased since the backup has been erased again.
"""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from psycopg.pq import Conninfo

from sensors.db import Database, connect
from sensors.db.capabilities import probe_capabilities
from sensors.policy.personal_data import redact_text
from sensors.processes import with_parent_death_signal

ProgressCallback = Callable[[str], object]
"""Receives progress messages: what is being worked on."""

_CREATE_ROLES = """
do $$
declare
    name text;
begin
    foreach name in array array['lantaarn_ingest', 'lantaarn_api', 'lantaarn_dashboard'] loop
        begin
            execute format('create role %I nologin', name);
        exception when duplicate_object or unique_violation then
            null;
        end;
        execute format('grant %I to current_user', name);
    end loop;
    begin
        alter role lantaarn_dashboard set statement_timeout = '10s';
        alter role lantaarn_dashboard set default_transaction_read_only = on;
        alter role lantaarn_dashboard set jit = off;
        alter role lantaarn_dashboard set max_parallel_workers_per_gather = 0;
    exception when insufficient_privilege or internal_error then
        raise warning 'an administrator has to set statement_timeout for the role lantaarn_dashboard';
    end;
end
$$
"""
# As in a new database: rights on the database itself are not in a dump.
_REVOKE_TEMPORARY = """
do $$
begin
    execute format('revoke temporary on database %I from public', current_database());
end
$$
"""
_EXISTING_RELATION = """
select format('%I.%I', namespace.nspname, relation.relname) as name
from pg_class as relation
inner join pg_namespace as namespace on namespace.oid = relation.relnamespace
where
    namespace.nspname !~ '^pg_'
    and namespace.nspname <> 'information_schema'
    and not exists (
        select from pg_depend as part
        where part.objid in (relation.oid, namespace.oid) and part.deptype = 'e'
    )
limit 1
"""
_REVOKE_USAGE = """
revoke usage on schema lantaarn from lantaarn_ingest;
revoke usage on schema open from lantaarn_api, lantaarn_dashboard, lantaarn_ingest;
revoke usage on schema staff from lantaarn_dashboard;
"""
_GRANT_USAGE = """
grant usage on schema lantaarn to lantaarn_ingest;
grant usage on schema open to lantaarn_api, lantaarn_dashboard, lantaarn_ingest;
grant usage on schema staff to lantaarn_dashboard;
"""


class DumpError(Exception):
    """A backup could not be made or read; the message says why."""


@dataclass(frozen=True, slots=True)
class PostgresTools:
    """PostgreSQL's client programs in ``bin_folder``, and the database they work on."""

    bin_folder: Path
    database_url: str

    def run(
        self, name: str, *options: str, output: BinaryIO | None = None, on_progress: ProgressCallback = lambda _: None
    ) -> None:
        """Run a program to completion. Raises ``DumpError`` with the first line of the error."""
        command = with_parent_death_signal([str(self.bin_folder / name), *options], signal.SIGTERM)
        with subprocess.Popen(
            command,
            stdout=output or subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_environment(self.database_url),
            text=True,
        ) as process:
            errors = [line for line in process.stderr or () if _is_error(line, on_progress)]
        if process.returncode:
            raise DumpError(redact_text(errors[0].strip()) if errors else f"{name} failed")


def dump_database(tools: PostgresTools, file: Path, on_progress: ProgressCallback) -> None:
    """Write a consistent snapshot to ``file``, readable only by this user. Never overwrites an existing file.

    Safe while programs are running. Raises ``DumpError``.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DumpError(f"{file} already exists; backups are never overwritten") from None
    try:
        with os.fdopen(descriptor, "wb") as output:
            tools.run("pg_dump", "--format=custom", "--no-owner", "--verbose", output=output, on_progress=on_progress)
            os.fsync(output.fileno())
    except BaseException:
        file.unlink()
        raise


def restore_database(tools: PostgresTools, file: Path, on_progress: ProgressCallback) -> None:
    """Restore ``file`` into an empty database and leave it closed. Raises ``DumpError``.

    Creates missing roles first: a dump does not contain them, as they belong to the server.
    """
    with TemporaryDirectory() as folder:
        contents = Path(folder) / "contents"
        tools.run("pg_restore", "--list", f"--file={contents}", str(file))
        entries = contents.read_text()
        contents.write_text(re.sub(r".* ACL - SCHEMA .*\n", "", entries))
        with_timescaledb = " EXTENSION - timescaledb" in entries
        with connect(tools.database_url) as db:
            _prepare(db, with_timescaledb=with_timescaledb)
        # The database name comes from the environment, like the rest of the address.
        options = ("--no-owner", "--exit-on-error", "--verbose", f"--use-list={contents}", "--dbname=")
        tools.run("pg_restore", *options, str(file), on_progress=on_progress)
    if with_timescaledb:
        with connect(tools.database_url) as db:
            db.execute("select timescaledb_post_restore()")


def revoke_schema_usage(db: Database) -> None:
    """Revoke schema usage from everyone but the owner, until ``grant_schema_usage``."""
    db.execute(_REVOKE_USAGE)


def grant_schema_usage(db: Database) -> None:
    """Grant the programs and dashboards their usual schema usage."""
    db.execute(_GRANT_USAGE)


def _prepare(db: Database, *, with_timescaledb: bool) -> None:
    row = db.execute(_EXISTING_RELATION).fetchone()
    if row is not None:
        raise DumpError(f"the database is not empty: it holds {row['name']}. Create a new one and restore into that.")
    db.execute(_CREATE_ROLES)
    db.execute(_REVOKE_TEMPORARY)
    if not with_timescaledb:
        return
    found = probe_capabilities(db)
    if not (found.has_hypertables or found.can_install_timescaledb):
        raise DumpError("the backup is of a database with TimescaleDB, which is not available on this server")
    db.execute("create extension if not exists timescaledb")
    db.execute("select timescaledb_pre_restore()")


def _environment(url: str) -> Mapping[str, str]:
    """The address as libpq environment variables: a command line would expose the password to every local user."""
    parts = Conninfo.parse(url.encode())
    return {**os.environ, **{part.envvar.decode(): part.val.decode() for part in parts if part.envvar and part.val}}


def _is_error(line: str, on_progress: ProgressCallback) -> bool:
    """Whether a line of pg_dump or pg_restore is an error; reports lines about tables to ``on_progress``."""
    for beginning in ("dumping contents of table ", "processing data for table "):
        if beginning in line:
            on_progress(line.partition(beginning)[2].strip().replace('"', ""))
    return " error: " in line
