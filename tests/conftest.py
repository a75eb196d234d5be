"""Real servers for the tests: one PostgreSQL for the whole run with a fresh database per test, one broker per test."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from sensors.db import connect
from sensors.db.migrate import migrate
from sensors.db.server import EmbeddedServer
from simulators.broker import EmbeddedBroker

pytest_plugins = ["tests.pglite.fixtures"]

# A shared machine is slow at times; that is no failure.
settings.register_profile("lantaarn", deadline=None)
settings.load_profile("lantaarn")

TEMPLATE = "template_lantaarn"


@pytest.fixture(scope="session")
def pg_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """One PostgreSQL for the whole run, gone after it. Its databases are migrated copies: see ``database``."""
    server = EmbeddedServer(tmp_path_factory.mktemp("postgresql"), durable=False)
    try:
        with server:
            yield server
    finally:
        shutil.rmtree(server.home, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_template(pg_server: EmbeddedServer) -> str:
    """The name of a database with every migration applied, to copy."""
    _administer(pg_server, sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    with connect(pg_server.url_of(TEMPLATE)) as db:
        migrate(db)
    return TEMPLATE


@pytest.fixture
def database(pg_server: EmbeddedServer, migrated_template: str) -> Iterator[str]:
    """The owner's address of a migrated database that only this test uses."""
    name = f"test_{secrets.token_hex(6)}"
    names = {"name": sql.Identifier(name), "template": sql.Identifier(migrated_template)}
    # A copy by files: as quick as it gets, and these databases never see a crash.
    _administer(pg_server, sql.SQL("create database {name} template {template} strategy file_copy").format(**names))
    yield pg_server.url_of(name)
    _administer(pg_server, sql.SQL("drop database {name} with (force)").format(**names))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """An MQTT broker on free ports that only this test uses."""
    with EmbeddedBroker(tmp_path / "broker") as running:
        yield running


def _administer(server: EmbeddedServer, statement: sql.Composed) -> None:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement)
