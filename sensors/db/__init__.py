"""The way to the database: one protocol for every connection, and how a connection is made."""

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
"""How values of Python and PostgreSQL become each other: psycopg's own rules, and a ``dict`` is a ``jsonb``."""
type_adapters.register_dumper(dict, JsonbDumper)


class RoleError(Exception):
    """The database does not let this user act in the role that was asked for."""


class Cursor(Protocol):
    """The answer to one statement. ``rowcount`` is -1 where the statement has no rows to count."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> dict[str, Any] | None: ...
    def fetchall(self) -> list[dict[str, Any]]: ...


class Database(Protocol):
    """A connection in autocommit. ``psycopg.Connection[dict[str, Any]]`` is one.

    The statement is a ``LiteralString``, so that a text from outside can't become SQL: parameters are ``%(name)s``
    and come from the mapping. Without a mapping the text may hold several statements. Errors are those of psycopg.
    """

    def execute(self, query: LiteralString, params: Mapping[str, Any] | None = None, /) -> Cursor: ...

    def transaction(self) -> AbstractContextManager[object]:
        """All or nothing; inside another transaction it is a savepoint."""
        ...


def connect(
    url: str, *, role: str | None = None, application_name: str = "lantaarn"
) -> psycopg.Connection[dict[str, Any]]:
    """A connection in autocommit with rows as dicts and instants in UTC, acting as ``role`` when given.

    Raises ``RoleError`` when the role does not exist or is not granted, ``psycopg.OperationalError`` when the
    database can't be reached.
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
