"""Expected failures, reported as a single sentence. Any other exception is a bug."""

import errno

import psycopg

from sensors.db import RoleError
from sensors.db.migrate import MigrationError
from sensors.processes import ProcessError
from sensors.register.location import AreasError
from sensors.settings.base import SettingsError
from sensors.staff.log import MissingEditorError


def message_for_user(error: Exception) -> str | None:
    """The message to print instead of a traceback; None for a bug."""
    match error:
        case SettingsError() | ProcessError() | MigrationError() | RoleError() | AreasError() | MissingEditorError():
            return str(error)
        case psycopg.OperationalError(sqlstate=str(code)):
            # The server aborted a statement. Its message may contain the row or the parameters, so it is not shown.
            return f"The database aborted a statement: SQLSTATE {code}. See its log and PostgreSQL's appendix A."
        case psycopg.OperationalError():
            # No connection. The message names host, port and user, never the password.
            return f"The database can't be reached: {str(error).strip()}"
        case OSError(errno=errno.ENOSPC):
            return f"There is no space left to write {error.filename or 'the output'}."
        case _:
            return None


def exit_code_of(error: Exception) -> int:
    """The exit code of a command that reports this error."""
    return error.exit_code if isinstance(error, ProcessError) else 1
