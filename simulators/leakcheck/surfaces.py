"""Everything in which an identifier could rest: each surface as a stream of octets."""

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

TABLES = "tables of all schemas"
QUARANTINE = "quarantine"
DATA_DIRECTORY = "data directory"
WAL = "write-ahead log"
DATABASE_LOG = "log of PostgreSQL"
INGEST_LOG = "log of ingest"
SERVE_LOG = "log of serve"
BROKER_LOG = "log of the broker"
BROKER_STORE = "store of the broker"
BROKER_STORE_DURING_OUTAGE = "the same while ingest was away: event topics"
METRICS = "metrics"
PUBLIC_ENDPOINTS = "public endpoints"
HTTP_RESPONSES = "answers to what was asked"
BACKUP = "backup"
CORE_FILES = "core files"
TEMPORARY_FILES = "temporary files"
BINARY_SURFACES = (WAL, BROKER_STORE, BROKER_STORE_DURING_OUTAGE, CORE_FILES, TEMPORARY_FILES)
"""Surfaces that hold any octets, and those that are texts."""
TEXT_SURFACES = (
    *(TABLES, QUARANTINE, DATA_DIRECTORY, DATABASE_LOG, INGEST_LOG, SERVE_LOG, BROKER_LOG),
    *(METRICS, PUBLIC_ENDPOINTS, HTTP_RESPONSES, BACKUP),
)
HTTP_SURFACES = (METRICS, PUBLIC_ENDPOINTS, HTTP_RESPONSES)
"""Surfaces that are asked for over HTTP."""
WAL_FOLDER = "pg_wal"


def surface_streams(
    programs: TestedPrograms,
    run: DisruptionRun,
    database: psycopg.Connection[dict[str, Any]],
    control_port: int,
    max_pages: int,
) -> dict[str, Iterator[bytes]]:
    """Every surface, read when it is asked for. ``control``: the port of a server that repeats the controls; ``pages``:
    how many of the public addresses to ask."""
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
        TEMPORARY_FILES: chain(read_files(programs.temporary_directory), read_files(programs.working_directory)),
    }


def initial_content(programs: TestedPrograms, max_pages: int) -> Iterator[bytes]:
    """What is there before anything was sent: a canary in it is there by chance."""
    return chain(read_database_files(programs.server), crawl(programs.serve.port, max_pages))


def _read(paths: Iterable[Path]) -> Iterator[bytes]:
    return (path.read_bytes() for path in paths)


def broker_store_files(folder: Path) -> Iterator[Path]:
    """The files of a broker in which messages can rest: all but its log and its configuration."""
    return (path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".log", ".conf", ".toml"})


def dump_tables(database: psycopg.Connection[dict[str, Any]]) -> Iterator[bytes]:
    """Every relation by COPY: as text, and tables of ours in binary too (the catalogue has types without that)."""
    for row in database.execute(QUERIES["relations"]).fetchall():
        every = sql.SQL("copy (select * from {}) to stdout").format(sql.Identifier(row["schema"], row["name"]))
        yield from _copy(database, every)
        if row["stored"] and row["schema"] not in {"pg_catalog", "information_schema"}:
            yield from _copy(database, sql.Composed([every, sql.SQL(" (format binary)")]))


def dump_quarantine(database: psycopg.Connection[dict[str, Any]]) -> Iterator[bytes]:
    """The quarantine by itself, though it is one of the tables: it is where others keep what was refused."""
    return _copy(database, sql.SQL("copy {} to stdout").format(sql.Identifier("lantaarn", "quarantine")))


def _copy(database: psycopg.Connection[dict[str, Any]], statement: sql.Composed) -> Iterator[bytes]:
    with database.cursor() as cursor, cursor.copy(statement) as copy:
        yield from map(bytes, copy)


def read_files(folder: Path) -> Iterator[bytes]:
    """Every file below a folder, and its name. What disappears meanwhile is skipped."""
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):
            yield os.fsencode(path.name) + b"\n"
            if path.is_file() and not path.is_symlink():
                yield path.read_bytes()


def read_database_files(server: EmbeddedPostgres) -> Iterator[bytes]:
    """The files of the server, without its write-ahead log."""
    for path in sorted(server.data_folder.rglob("*")):
        with suppress(FileNotFoundError):
            if path.is_file() and WAL_FOLDER not in path.parts:
                yield path.read_bytes()


def read_write_ahead_log(server: EmbeddedPostgres) -> Iterator[bytes]:
    """The segments without the headers of their pages, by which a record may be cut in two.

    A page has 8 KiB, the header of a segment's first page 40 octets, of the others 24 (PostgreSQL's xlog_internal.h).
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
    """A dump as text: what a compressed one holds too."""
    command = [server.installation.bin_folder / "pg_dump", "--dbname", server.url]
    try:
        yield subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProcessError(f"{server.installation.bin_folder} has no pg_dump that works") from error
