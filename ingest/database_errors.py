"""What to do when the database says no: one table by SQLSTATE class (PostgreSQL documentation, appendix A).

Either a row is to blame, and then only that row is refused; or the server is, and then the batch is tried again until
it is well. Nothing else exists: an error that is not in the table is the server's, so that no error loses a message.
"""

from enum import Enum

import psycopg


class Trouble(Enum):
    """Who is to blame."""

    ROW = "row"
    SERVER = "server"


BY_CLASS = {
    "08": Trouble.SERVER,  # connection exception
    "0A": Trouble.SERVER,  # feature not supported: an operation that TimescaleDB does not do on this chunk, for now
    "22": Trouble.ROW,  # data exception: out of range, not representable
    "23": Trouble.ROW,  # integrity constraint violation
    "25": Trouble.SERVER,  # invalid transaction state: a standby, or read-only for maintenance
    "28": Trouble.SERVER,  # invalid authorisation: a password that is being rotated
    "40": Trouble.SERVER,  # transaction rollback: serialisation failure, deadlock
    "42": Trouble.SERVER,  # undefined table, missing grant: a migration that is under way
    "44": Trouble.ROW,  # with check option violation
    "53": Trouble.SERVER,  # insufficient resources: disk full, out of memory, too many connections
    "54": Trouble.ROW,  # program limit exceeded
    "55": Trouble.SERVER,  # object not in prerequisite state: locked
    "57": Trouble.SERVER,  # operator intervention: shutdown, start-up, cancelled
    "58": Trouble.SERVER,  # system error outside PostgreSQL: input/output
    "P0": Trouble.ROW,  # raised by a trigger
    "XX": Trouble.SERVER,  # internal error, corrupted data
}


def blame(error: psycopg.Error) -> Trouble:
    """Who is to blame. An error without SQLSTATE is a connection that broke."""
    return BY_CLASS.get((error.sqlstate or "")[:2], Trouble.SERVER)
