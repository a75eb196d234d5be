"""The whole database in one file, and a database from such a file, by PostgreSQL's own pg_dump and pg_restore.

A restored database is closed: nobody but its owner may use its schemas until ``open_schemas``. So nothing serves from
it before what was erased since the backup is erased again, whichever programs run meanwhile.
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
from sensors.db.capabilities import probe
from sensors.policy.personal_data import withheld
from sensors.processes import tethered

Tell = Callable[[str], object]
"""Hears of progress: what is being worked on."""

_ROLES = """
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
_FOREIGN = """
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
_CLOSE = """
revoke usage on schema lantaarn from lantaarn_ingest;
revoke usage on schema open from lantaarn_api, lantaarn_dashboard, lantaarn_ingest;
revoke usage on schema staff from lantaarn_dashboard;
"""
_OPEN = """
grant usage on schema lantaarn to lantaarn_ingest;
grant usage on schema open to lantaarn_api, lantaarn_dashboard, lantaarn_ingest;
grant usage on schema staff to lantaarn_dashboard;
"""


class DumpError(Exception):
    """A backup could not be made or read; the text says why."""


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs on this machine, in ``bin``, and the database that they work on."""

    bin: Path
    url: str

    def run(self, name: str, *options: str, output: BinaryIO | None = None, tell: Tell = lambda _: None) -> None:
        """Run one until it is done. Raises ``DumpError`` with the first line that says why not."""
        command = tethered([str(self.bin / name), *options], signal.SIGTERM)
        with subprocess.Popen(
            command, stdout=output or subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment(self.url), text=True
        ) as process:
            errors = [line for line in process.stderr or () if _is_error(line, tell)]
        if process.returncode:
            raise DumpError(withheld(errors[0].strip()) if errors else f"{name} failed")


def dump(programs: Programs, file: Path, tell: Tell) -> None:
    """Write the database as it is at one moment to ``file``, which only this user may read. Never over another file.

    The programs of lantaarn may work meanwhile. Raises ``DumpError``.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DumpError(f"{file} is there already; a backup is never overwritten") from None
    try:
        with os.fdopen(descriptor, "wb") as output:
            programs.run("pg_dump", "--format=custom", "--no-owner", "--verbose", output=output, tell=tell)
            os.fsync(output.fileno())
    except BaseException:
        file.unlink()
        raise


def restore(programs: Programs, file: Path, tell: Tell) -> None:
    """Fill an empty database from ``file``, and leave it closed. Raises ``DumpError``.

    Roles belong to the server, not to the database: they are made when they aren't there.
    """
    with TemporaryDirectory() as folder:
        contents = Path(folder) / "contents"
        programs.run("pg_restore", "--list", f"--file={contents}", str(file))
        entries = contents.read_text()
        contents.write_text(re.sub(r".* ACL - SCHEMA .*\n", "", entries))
        chunked = " EXTENSION - timescaledb" in entries
        with connect(programs.url) as db:
            _prepare(db, chunked=chunked)
        # The database's name comes from the environment, as all of its address.
        options = ("--no-owner", "--exit-on-error", "--verbose", f"--use-list={contents}", "--dbname=")
        programs.run("pg_restore", *options, str(file), tell=tell)
    if chunked:
        with connect(programs.url) as db:
            db.execute("select timescaledb_post_restore()")


def close_schemas(db: Database) -> None:
    """Let nobody but the owner in, until ``open_schemas``."""
    db.execute(_CLOSE)


def open_schemas(db: Database) -> None:
    """Let the programs and the dashboards in, each where it may come."""
    db.execute(_OPEN)


def _prepare(db: Database, *, chunked: bool) -> None:
    row = db.execute(_FOREIGN).fetchone()
    if row is not None:
        raise DumpError(f"the database is not empty: it holds {row['name']}. Make a new one, and restore into that.")
    db.execute(_ROLES)
    if not chunked:
        return
    found = probe(db)
    if not (found.hypertables or found.installable):
        raise DumpError("the backup is of a database with TimescaleDB: this server has none ready")
    db.execute("create extension if not exists timescaledb")
    db.execute("select timescaledb_pre_restore()")


def _environment(url: str) -> Mapping[str, str]:
    """The address as libpq's variables: on a command line everyone on this machine could read the password."""
    parts = Conninfo.parse(url.encode())
    return {**os.environ, **{part.envvar.decode(): part.val.decode() for part in parts if part.envvar and part.val}}


def _is_error(line: str, tell: Tell) -> bool:
    """Whether a line of pg_dump or pg_restore is an error; of others, those about tables are told."""
    for beginning in ("dumping contents of table ", "processing data for table "):
        if beginning in line:
            tell(line.partition(beginning)[2].strip().replace('"', ""))
    return " error: " in line
