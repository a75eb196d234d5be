"""Troubles that a person can do something about, as one sentence; every other exception is a fault of the program."""

import psycopg

from sensors.db import RoleError
from sensors.db.migrate import MigrationError
from sensors.processes import ProcessError
from sensors.register.location import AreasError
from sensors.settings.base import SettingsError


def message_for_user(error: Exception) -> str | None:
    """What to tell instead of a traceback; none for a fault of the program."""
    match error:
        case SettingsError() | ProcessError() | MigrationError() | RoleError() | AreasError():
            return str(error)
        case psycopg.OperationalError(sqlstate=str(code)):
            # The server broke off a statement. What it says of that can hold the row or the parameters.
            return f"The database broke off: SQLSTATE {code}. Its log and PostgreSQL's appendix A tell more."
        case psycopg.OperationalError():
            # There is no connection. The text names host, port and user; the password is never in it.
            return f"The database can't be reached: {str(error).strip()}"
        case _:
            return None
