"""Everything at rest that could contain an identifier: each surface as a stream of octets."""

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from sensors.db.server import EmbeddedPostgres
from sensors.processes import ProcessError
from simulators.leakcheck.controls import QUERIES, is_core_file
from simulators.leakcheck.crawler import crawl, fetch
from simulators.leakcheck.disruption import DisruptionRun
from simulators.leakcheck.programs import TestedPrograms
from simulators.leakcheck.search import PAGE_BYTES

TABLES = "tables (all schemas)"
QUARANTINE = "quarantine"
DATA_DIRECTORY = "data directory"
WAL = "write-ahead log"
DATABASE_LOG = "PostgreSQL log"
INGEST_LOG = "ingest log"
SERVE_LOG = "serve log"
BROKER_LOG = "broker log"
BROKER_STORE = "broker store"
BROKER_STORE_DURING_OUTAGE = "broker store during outage (events)"
METRICS = "metrics"
PUBLIC_ENDPOINTS = "public endpoints"
HTTP_RESPONSES = "HTTP responses"
BACKUP = "backup"
CORE_FILES = "core files"
TEMPORARY_FILES = "temporary files"
PROCESSES = "processes (arguments, environment)"
BINARY_SURFACES = (WAL, BROKER_STORE, BROKER_STORE_DURING_OUTAGE, CORE_FILES, TEMPORARY_FILES)
"""Surfaces that may hold arbitrary octets; TEXT_SURFACES hold text."""
TEXT_SURFACES = (
    *(TABLES, QUARANTINE, DATA_DIRECTORY, DATABASE_LOG, INGEST_LOG, SERVE_LOG, BROKER_LOG),
    *(METRICS, PUBLIC_ENDPOINTS, HTTP_RESPONSES, BACKUP, PROCESSES),
)
HTTP_SURFACES = (METRICS, PUBLIC_ENDPOINTS, HTTP_RESPONSES)
"""Surfaces read over HTTP."""
WAL_FOLDER = "pg_wal"


def surface_streams(
    programs: TestedPrograms,
    run: DisruptionRun,
    database: psycopg.Connection[dict[str, Any]],
    control_port: int,
    max_pages: int,
) -> dict[str, Iterator[bytes]]:
    """All surfaces as lazy streams.

    ``control_port`` is the port of the server that echoes the controls; ``max_pages`` limits the crawl of public pages.
    """
    server, broker = programs.server, programs.broker
    return {
        TABLES: dump_tables(database),
        QUARANTINE: dump_quarantine(database),
        DATA_DIRECTORY: read_database_files(server),
        WAL: read_write_ahead_log(server),
        DATABASE_LOG: _read([server.log_file]),
        INGEST_LOG: _read([programs.ingest.log_file]),
        SERVE_LOG: _read([programs.serve.log_file]),
        BROKER_LOG: _read([broker.log_file]),
        BROKER_STORE: _read(broker_store_files(broker.folder)),
        BROKER_STORE_DURING_OUTAGE: _read(broker_store_files(run.broker_snapshot)),
        METRICS: (fetch(port, "/metrics") for port in (programs.ingest.port, programs.serve.port, control_port)),
        PUBLIC_ENDPOINTS: chain(crawl(programs.serve.port, max_pages), crawl(control_port, max_pages)),
        HTTP_RESPONSES: chain(run.visitor.responses, [fetch(control_port, "/")]),
        BACKUP: dump_as_text(server),
        CORE_FILES: _read(path for path in programs.folder.rglob("*") if is_core_file(path)),
        PROCESSES: read_processes(),
        TEMPORARY_FILES: chain(read_files(programs.temporary_directory), read_files(programs.working_directory)),
    }


def initial_content(programs: TestedPrograms, max_pages: int) -> Iterator[bytes]:
    """Content present before anything is sent: any canary in it is there by chance."""
    return chain(read_database_files(programs.server), crawl(programs.serve.port, max_pages))


def _read(paths: Iterable[Path]) -> Iterator[bytes]:
    return (path.read_bytes() for path in paths)


def broker_store_files(folder: Path) -> Iterator[Path]:
    """Files of a broker that may hold messages: all but its log and configuration."""
    return (path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".log", ".conf", ".toml"})


def dump_tables(database: psycopg.Connection[dict[str, Any]]) -> Iterator[bytes]:
    """COPY every relation as text, and our own tables in binary too (some catalog types have no binary output)."""
    for row in database.execute(QUERIES["relations"]).fetchall():
        every = sql.SQL("copy (select * from {}) to stdout").format(sql.Identifier(row["schema"], row["name"]))
        yield from _copy(database, every)
        if row["stored"] and row["schema"] not in {"pg_catalog", "information_schema"}:
            yield from _copy(database, sql.Composed([every, sql.SQL(" (format binary)")]))


def dump_quarantine(database: psycopg.Connection[dict[str, Any]]) -> Iterator[bytes]:
    """COPY the quarantine separately: it is where other systems keep rejected payloads."""
    return _copy(database, sql.SQL("copy {} to stdout").format(sql.Identifier("lantaarn", "quarantine")))


def _copy(database: psycopg.Connection[dict[str, Any]], statement: sql.Composed) -> Iterator[bytes]:
    with database.cursor() as cursor, cursor.copy(statement) as copy:
        yield from map(bytes, copy)


def read_files(folder: Path) -> Iterator[bytes]:
    """Yield the name and content of every file below a folder, skipping files that disappear meanwhile."""
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):
            yield os.fsencode(path.name) + b"\n"
            if path.is_file() and not path.is_symlink():
                yield path.read_bytes()


def read_processes() -> Iterator[bytes]:
    """Yield the arguments and the environment of every process that is below this one and that may be looked at.

    Titles that PostgreSQL gives its processes are arguments to Linux (proc_pid_cmdline(5)).
    """
    for pid in descendants(os.getpid()):
        for name in ("cmdline", "environ"):
            with suppress(OSError):
                yield Path("/proc", str(pid), name).read_bytes()


def descendants(pid: int) -> Iterator[int]:
    """Yield the ids of the processes that this one started, and of those that they started."""
    with suppress(OSError):
        for task in Path("/proc", str(pid), "task").iterdir():
            for child in map(int, (task / "children").read_text().split()):
                yield child
                yield from descendants(child)


def read_database_files(server: EmbeddedPostgres) -> Iterator[bytes]:
    """Yield the server's data files, without its write-ahead log."""
    for path in sorted(server.data_folder.rglob("*")):
        with suppress(FileNotFoundError):
            if path.is_file() and WAL_FOLDER not in path.parts:
                yield path.read_bytes()


def read_write_ahead_log(server: EmbeddedPostgres) -> Iterator[bytes]:
    """Yield WAL segments without page headers, which may split a record.

    Pages are 8 KiB. The header of a segment's first page has 40 octets, other headers have 24 (PostgreSQL's
    xlog_internal.h).
    """
    for path in sorted(server.data_folder.rglob(f"{WAL_FOLDER}/*")):
        with suppress(FileNotFoundError):
            if path.is_file():
                segment = path.read_bytes()
                yield segment[40:PAGE_BYTES]
                yield from (
                    segment[start + 24 : start + PAGE_BYTES] for start in range(PAGE_BYTES, len(segment), PAGE_BYTES)
                )


def dump_as_text(server: EmbeddedPostgres) -> Iterator[bytes]:
    """Dump the database as plain text, with the same content as a compressed dump. Raises ProcessError."""
    command = [server.installation.bin_folder / "pg_dump", "--dbname", server.url]
    try:
        yield subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProcessError(f"{server.installation.bin_folder} has no working pg_dump") from error
