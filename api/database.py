"""Database connections: a small pool of read-only connections, limited to the public schema ``open``."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from sensors.db import Connection, type_adapters

DATABASE_ROLE = "lantaarn_api"
POOL_TIMEOUT_SECONDS = 5.0
"""Seconds to wait for a connection before answering 503."""

Pool = ConnectionPool[Connection]
Row = Mapping[str, Any]
"""A row of an answer, by column."""


def create_pool(url: str) -> Pool:
    """Create an unopened pool. Taking a connection raises ``psycopg_pool.PoolTimeout`` if none is available."""
    return ConnectionPool(
        url,
        connection_class=Connection,
        kwargs={
            "autocommit": True,
            "row_factory": dict_row,
            "context": type_adapters,
            "application_name": "lantaarn serve",
            "connect_timeout": 5,
        },
        configure=_configure,
        check=_check,
        min_size=1,
        max_size=8,
        timeout=POOL_TIMEOUT_SECONDS,
        open=False,
    )


def _configure(connection: Connection) -> None:
    connection.execute("set time zone 'UTC'")
    connection.execute("set statement_timeout = '10s'")
    connection.execute(f"set role {DATABASE_ROLE}")


def _check(connection: Connection) -> None:
    connection.execute("")


@contextmanager
def read_transaction(pool: Pool) -> Generator[Connection]:
    """Yield a connection in a single snapshot, so that everything on a page is consistent."""
    with pool.connection() as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        yield connection
