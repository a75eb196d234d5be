"""Role logins: each program logs in as the role with just the privileges it needs.

Passwords are sent as SCRAM-SHA-256 verifiers computed here, so no statement contains a password and neither does the
server's log or ``pg_stat_activity``.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql
from pydantic import SecretStr

from sensors.db import Connection, RoleError


def set_logins(db: Connection, passwords: Mapping[str, SecretStr | None]) -> Mapping[str, bool]:
    """Enable login for each role with a password and disable it for the others; returns role to can-log-in.

    Raises ``RoleError`` if this user may not alter a role.
    """
    with db.transaction():
        for role, password in passwords.items():
            try:
                db.execute(_statement(db, role, password))
            except psycopg.errors.InsufficientPrivilege:
                raise RoleError(
                    f"this database user may not alter {role}; ask an administrator to run: "
                    f"grant {role} to {db.info.user} with admin option; alter role {db.info.user} createrole"
                ) from None
    return {role: password is not None for role, password in passwords.items()}


def _statement(db: Connection, role: str, password: SecretStr | None) -> sql.Composed:
    if password is None:
        return sql.SQL("alter role {} nologin password null").format(sql.Identifier(role))
    scram_verifier = db.pgconn.encrypt_password(password.get_secret_value().encode(), role.encode(), b"scram-sha-256")
    return sql.SQL("alter role {} login password {}").format(sql.Identifier(role), sql.Literal(scram_verifier.decode()))
