"""Database access: the connection protocol and how to connect."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, LiteralString, Protocol

import psycopg
from psycopg import sql
from psycopg.adapt import AdaptersMap
from psycopg.rows import dict_row
from psycopg.types.json import JsonbDumper

Connection = psycopg.Connection[dict[str, Any]]
"""A connection whose rows are mappings by column."""

type_adapters = AdaptersMap(psycopg.adapters)
"""Type conversion between Python and PostgreSQL: psycopg's defaults, plus ``dict`` to ``jsonb``."""
type_adapters.register_dumper(dict, JsonbDumper)


class RoleError(Exception):
    """The database user may not act as the requested role."""


class Cursor(Protocol):
    """The result of a statement. ``rowcount`` is -1 if the statement has no row count."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> dict[str, Any] | None: ...
    def fetchall(self) -> list[dict[str, Any]]: ...


class Database(Protocol):
    """An autocommit connection, such as ``psycopg.Connection[dict[str, Any]]``.

    Statements are ``LiteralString``, so that outside text can't become SQL. Parameters are written ``%(name)s`` and
    taken from ``params``; without ``params`` a query may hold several statements. Raises psycopg's errors.
    """

    def execute(self, query: LiteralString, params: Mapping[str, Any] | None = None, /) -> Cursor: ...

    def transaction(self) -> AbstractContextManager[object]:
        """Run a block atomically; nested transactions are savepoints."""
        ...


def connect(
    url: str, *, role: str | None = None, application_name: str = "lantaarn"
) -> psycopg.Connection[dict[str, Any]]:
    """Open an autocommit connection with dict rows and UTC timestamps, acting as ``role`` if given.

    Raises ``RoleError`` if the role does not exist or is not granted, ``psycopg.OperationalError`` if the
    database is unreachable.
    """
    connection = psycopg.Connection[dict[str, Any]].connect(
        url, autocommit=True, row_factory=dict_row, context=type_adapters, application_name=application_name
    )
    try:
        connection.execute("set time zone 'UTC'")
        if role is not None:
            _set_role(connection, role)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_role(connection: psycopg.Connection[dict[str, Any]], role: str) -> None:
    try:
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
    except (psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege) as error:
        user = connection.info.user
        raise RoleError(
            f"the database user {user} can't act as {role}: migrate the database first, "
            f"or let an administrator run: grant {role} to {user}"
        ) from error
