"""Which roles log in, and with what: a program logs in as the role that may do just its work.

PostgreSQL gets a password as what it keeps of it (SCRAM-SHA-256), made here: the password itself is in no statement, so
in no log of the server and no list of what runs.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql
from pydantic import SecretStr

from sensors.db import Connection, RoleError


def set_logins(db: Connection, passwords: Mapping[str, SecretStr | None]) -> Mapping[str, bool]:
    """Let each role log in with its password; one that has none no longer logs in. By role, whether it does.

    Raises ``RoleError`` when this user may not change a role.
    """
    with db.transaction():
        for role, password in passwords.items():
            try:
                db.execute(_statement(db, role, password))
            except psycopg.errors.InsufficientPrivilege:
                raise RoleError(
                    f"this database user may not change {role}: let an administrator run: "
                    f"grant {role} to {db.info.user} with admin option; alter role {db.info.user} createrole"
                ) from None
    return {role: password is not None for role, password in passwords.items()}


def _statement(db: Connection, role: str, password: SecretStr | None) -> sql.Composed:
    if password is None:
        return sql.SQL("alter role {} nologin password null").format(sql.Identifier(role))
    scram_verifier = db.pgconn.encrypt_password(password.get_secret_value().encode(), role.encode(), b"scram-sha-256")
    return sql.SQL("alter role {} login password {}").format(sql.Identifier(role), sql.Literal(scram_verifier.decode()))
