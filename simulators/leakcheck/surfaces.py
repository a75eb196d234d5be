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

from sensors.db.server import EmbeddedServer
from sensors.processes import ProcessError
from simulators.leakcheck.controls import QUERIES, is_core
from simulators.leakcheck.crawl import crawl, get
from simulators.leakcheck.ordeal import Ordeal
from simulators.leakcheck.programs import Programs
from simulators.leakcheck.search import PAGE

TABLES = "tables of all schemas"
QUARANTINE = "quarantine"
DATA = "data directory"
WAL = "write-ahead log"
DATABASE_LOG = "log of PostgreSQL"
INGEST_LOG = "log of ingest"
SERVE_LOG = "log of serve"
BROKER_LOG = "log of the broker"
BROKER_STORE = "store of the broker"
BROKER_STORE_AWAY = "the same while ingest was away: event topics"
METRICS = "metrics"
ENDPOINTS = "public endpoints"
ANSWERS = "answers to what was asked"
BACKUP = "backup"
CORES = "core files"
TEMPORARY = "temporary files"
BINARY = (WAL, BROKER_STORE, BROKER_STORE_AWAY, CORES, TEMPORARY)
"""Surfaces that hold any octets, and those that are texts."""
TEXTUAL = (
    *(TABLES, QUARANTINE, DATA, DATABASE_LOG, INGEST_LOG, SERVE_LOG, BROKER_LOG),
    *(METRICS, ENDPOINTS, ANSWERS, BACKUP),
)
ANSWERED = (METRICS, ENDPOINTS, ANSWERS)
"""Surfaces that are asked for over HTTP."""
WAL_FOLDER = "pg_wal"


def streams(
    programs: Programs, ordeal: Ordeal, database: psycopg.Connection[dict[str, Any]], control: int, pages: int
) -> dict[str, Iterator[bytes]]:
    """Every surface, read when it is asked for. ``control``: the port of a server that repeats the controls; ``pages``:
    how many of the public addresses to ask."""
    server, broker = programs.server, programs.broker
    return {
        TABLES: tables(database),
        QUARANTINE: quarantine(database),
        DATA: database_files(server),
        WAL: write_ahead_log(server),
        DATABASE_LOG: _read([server.log]),
        INGEST_LOG: _read([programs.ingest.log]),
        SERVE_LOG: _read([programs.serve.log]),
        BROKER_LOG: _read([broker.log]),
        BROKER_STORE: _read(stored(broker.folder)),
        BROKER_STORE_AWAY: _read(stored(ordeal.snapshot)),
        METRICS: (get(port, "/metrics") for port in (programs.ingest.port, programs.serve.port, control)),
        ENDPOINTS: chain(crawl(programs.serve.port, pages), crawl(control, pages)),
        ANSWERS: chain(ordeal.visitor.answers, [get(control, "/")]),
        BACKUP: backup(server),
        CORES: _read(path for path in programs.folder.rglob("*") if is_core(path)),
        TEMPORARY: chain(files(programs.temporary), files(programs.work)),
    }


def beginning(programs: Programs, pages: int) -> Iterator[bytes]:
    """What is there before anything was sent: a canary in it is there by chance."""
    return chain(database_files(programs.server), crawl(programs.serve.port, pages))


def _read(paths: Iterable[Path]) -> Iterator[bytes]:
    return (path.read_bytes() for path in paths)


def stored(folder: Path) -> Iterator[Path]:
    """The files of a broker in which messages can rest: all but its log and its configuration."""
    return (path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".log", ".conf", ".toml"})


def tables(database: psycopg.Connection[dict[str, Any]]) -> Iterator[bytes]:
    """Every relation by COPY: as text, and tables of ours in binary too (the catalogue has types without that)."""
    for row in database.execute(QUERIES["relations"]).fetchall():
        every = sql.SQL("copy (select * from {}) to stdout").format(sql.Identifier(row["schema"], row["name"]))
        yield from _copy(database, every)
        if row["stored"] and row["schema"] not in {"pg_catalog", "information_schema"}:
            yield from _copy(database, sql.Composed([every, sql.SQL(" (format binary)")]))


def quarantine(database: psycopg.Connection[dict[str, Any]]) -> Iterator[bytes]:
    """The quarantine by itself, though it is one of the tables: it is where others keep what was refused."""
    return _copy(database, sql.SQL("copy {} to stdout").format(sql.Identifier("lantaarn", "quarantine")))


def _copy(database: psycopg.Connection[dict[str, Any]], statement: sql.Composed) -> Iterator[bytes]:
    with database.cursor() as cursor, cursor.copy(statement) as copy:
        yield from map(bytes, copy)


def files(folder: Path) -> Iterator[bytes]:
    """Every file below a folder, and its name. What disappears meanwhile is skipped."""
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):
            yield os.fsencode(path.name) + b"\n"
            if path.is_file() and not path.is_symlink():
                yield path.read_bytes()


def database_files(server: EmbeddedServer) -> Iterator[bytes]:
    """The files of the server, without its write-ahead log."""
    for path in sorted(server.home.rglob("*")):
        with suppress(FileNotFoundError):
            if path.is_file() and WAL_FOLDER not in path.parts:
                yield path.read_bytes()


def write_ahead_log(server: EmbeddedServer) -> Iterator[bytes]:
    """The segments without the headers of their pages, by which a record may be cut in two.

    A page has 8 KiB, the header of a segment's first page 40 octets, of the others 24 (PostgreSQL's xlog_internal.h).
    """
    for path in sorted(server.home.rglob(f"{WAL_FOLDER}/*")):
        with suppress(FileNotFoundError):
            if path.is_file():
                segment = path.read_bytes()
                yield segment[40:PAGE]
                yield from (segment[start + 24 : start + PAGE] for start in range(PAGE, len(segment), PAGE))


def backup(server: EmbeddedServer) -> Iterator[bytes]:
    """A dump as text: what a compressed one holds too."""
    command = [server.installation.bin / "pg_dump", "--dbname", server.url]
    try:
        yield subprocess.run(command, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProcessError(f"{server.installation.bin} has no pg_dump that works") from error
