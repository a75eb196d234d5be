"""Real servers for the tests: one PostgreSQL per run with a fresh database per test, and one broker per test."""

import os
import secrets
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from sensors.db import connect
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedPostgres, PostgresInstallation
from simulators.embedded.broker import EmbeddedBroker
from tests.browser import city

pytest_plugins = ["tests.support.installed", "tests.support.pglite.fixtures"]

# No deadlines: shared machines are slow at times.
settings.register_profile("lantaarn", deadline=None)
settings.load_profile("lantaarn")

TEMPLATE_DATABASE = "template_lantaarn"
SHARED_MEMORY_DIR = Path("/dev/shm")  # noqa: S108 - the parent of a folder of our own, not a predictable file name
MIN_FREE_BYTES = 2 * 2**30


@pytest.fixture(scope="session")
def pg_server(
    postgres_installation: PostgresInstallation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedPostgres]:
    """One PostgreSQL for the whole run, removed afterwards. Tests use copies of its databases: see ``database``."""
    folder = tmp_path_factory.mktemp("postgresql")
    server = EmbeddedPostgres(folder, data_folder=_home_in_memory(), durable=False)
    try:
        with server:
            yield server
    finally:
        shutil.rmtree(server.data_folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_template(pg_server: EmbeddedPostgres) -> str:
    """The name of a template database with all migrations applied."""
    _execute_as_admin(pg_server, sql.SQL("create database {}").format(sql.Identifier(TEMPLATE_DATABASE)))
    with connect(pg_server.url_of(TEMPLATE_DATABASE)) as db:
        migrate(db)
    return TEMPLATE_DATABASE


@pytest.fixture
def database(pg_server: EmbeddedPostgres, migrated_template: str) -> Iterator[str]:
    """The owner's URL of a migrated database for this test alone."""
    with _database_copy(pg_server, migrated_template) as url:
        yield url


@pytest.fixture(scope="session")
def city_template(
    pg_server: EmbeddedPostgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of a template database with the example city, which takes seconds to publish."""
    with _database_copy(pg_server, migrated_template) as url:
        city.build(url, tmp_path_factory.mktemp("city"))
        yield url.rpartition("/")[2]


@pytest.fixture
def city_database(pg_server: EmbeddedPostgres, city_template: str) -> Iterator[str]:
    """The owner's URL of a database with the example city for this test alone."""
    with _database_copy(pg_server, city_template) as url:
        yield url


@pytest.fixture
def broker(embedded_broker_wheel: None, tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """An MQTT broker on free ports for this test alone."""
    with EmbeddedBroker(tmp_path / "broker") as running:
        yield running


def _home_in_memory() -> Path | None:
    """A folder for the server in shared memory, if there is room: copying a database means copying 500 files."""
    if not SHARED_MEMORY_DIR.is_dir() or shutil.disk_usage(SHARED_MEMORY_DIR).free < MIN_FREE_BYTES:
        return None
    for stale in SHARED_MEMORY_DIR.glob("lantaarn-tests-*"):  # left by a killed run: its pid no longer exists
        if not Path("/proc", stale.name.rpartition("-")[2]).exists():
            shutil.rmtree(stale, ignore_errors=True)
    return SHARED_MEMORY_DIR / f"lantaarn-tests-{os.getpid()}"


@contextmanager
def _database_copy(server: EmbeddedPostgres, template: str) -> Generator[str]:
    name = f"test_{secrets.token_hex(6)}"
    names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    # file_copy is the fastest strategy, and crash safety does not matter here.
    _execute_as_admin(server, sql.SQL("create database {name} template {template} strategy file_copy").format(**names))
    # Rights on the database itself are not copied with it.
    _execute_as_admin(server, sql.SQL("revoke temporary on database {} from public").format(names["name"]))
    yield server.url_of(name)
    _execute_as_admin(server, sql.SQL("drop database {name} with (force)").format(**names))


def _execute_as_admin(server: EmbeddedPostgres, statement: sql.Composed) -> None:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement)
