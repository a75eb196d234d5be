"""Database fixtures, in addition to ``database`` (the URL of a migrated PostgreSQL).

``timescale``            a migrated TimescaleDB in WebAssembly, for this test alone
``each_database``        parametrised: PostgreSQL, that TimescaleDB, and the server at ``TIMESCALE_URL`` if set
``server_database``      the same without WebAssembly, where a new database costs 0.6 s of a processor: for tables,
                         for what only reads (each statement is planned on WebAssembly too), and for properties
``each_empty_database``  as ``each_database``, before any migration
"""

import fcntl
import os
import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from psycopg import sql

from sensors.db import Database, connect
from sensors.db.migrate import migrate
from tests.support.pglite.client import EMPTY_DATABASE, Pglite

DATABASES = ["postgresql", "timescaledb-wasm", "timescaledb"]
MIGRATED_SNAPSHOT = "migrated"


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this run share: migrating takes WebAssembly seconds."""
    folder = tmp_path_factory.getbasetemp()
    shared = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    (shared / "pglite").mkdir(exist_ok=True)
    return shared / "pglite"


@pytest.fixture(scope="session")
def pglite(snapshots: Path) -> Iterator[Pglite]:
    """One process for all tests of a worker: opening a new database takes 0.4 s, a new process 2 s."""
    try:
        with _alone(snapshots):
            process = Pglite(snapshots)
    except FileNotFoundError as error:
        pytest.skip(str(error))
    with process as db:
        yield db


@pytest.fixture(scope="session")
def migrated_pglite(pglite: Pglite, snapshots: Path) -> Pglite:
    with _alone(snapshots):
        if not pglite.has_snapshot(MIGRATED_SNAPSHOT):
            pglite.open_snapshot(EMPTY_DATABASE)
            migrate(pglite)
            pglite.save_snapshot(MIGRATED_SNAPSHOT)
    return pglite


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    """Only one process at a time gets inside: what the first one makes, the others find."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def timescale(migrated_pglite: Pglite) -> Pglite:
    migrated_pglite.open_snapshot(MIGRATED_SNAPSHOT)
    return migrated_pglite


@pytest.fixture(params=DATABASES)
def each_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from _migrated(request)


@pytest.fixture(params=["postgresql", "timescaledb"])
def server_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    yield from _migrated(request)


def _migrated(request: pytest.FixtureRequest) -> Iterator[Database]:
    match request.param:
        case "postgresql":
            with connect(request.getfixturevalue("database")) as db:
                yield db
        case "timescaledb-wasm":
            yield request.getfixturevalue("timescale")
        case _:
            with temporary_database(timescale_url()) as url, connect(url) as db:
                migrate(db)
                yield db


@pytest.fixture(params=DATABASES)
def each_empty_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    match request.param:
        case "postgresql":
            with temporary_database(request.getfixturevalue("pg_server").url_of("postgres")) as url, connect(url) as db:
                yield db
        case "timescaledb-wasm":
            db = request.getfixturevalue("pglite")
            db.open_snapshot(EMPTY_DATABASE)
            yield db
        case _:
            with temporary_database(timescale_url()) as url, connect(url) as db:
                yield db


@contextmanager
def temporary_database(url: str) -> Generator[str]:
    """Create an empty database on the server at ``url`` and yield its URL; dropped afterwards."""
    name = f"lantaarn_test_{secrets.token_hex(6)}"
    with connect(url) as server:
        server.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def timescale_url() -> str:
    url = os.environ.get("TIMESCALE_URL")
    if not url:
        pytest.skip("TIMESCALE_URL names no server with TimescaleDB")
    return url
