"""How to react to a database error, by SQLSTATE class (PostgreSQL documentation, appendix A).

Either a row is at fault and only that row is rejected, or the server is and the batch is retried until it succeeds.
Errors missing from the table are taken to be the server's, so that no error ever loses a message.
"""

from enum import Enum

import psycopg


class ErrorAction(Enum):
    """The response to an error."""

    REJECT_ROW = "row"
    RETRY_BATCH = "server"


ACTION_BY_SQLSTATE_CLASS = {
    "08": ErrorAction.RETRY_BATCH,  # connection exception
    "0A": ErrorAction.RETRY_BATCH,  # feature not supported: something TimescaleDB can't do on this chunk for now
    "22": ErrorAction.REJECT_ROW,  # data exception: out of range, not representable
    "23": ErrorAction.REJECT_ROW,  # integrity constraint violation
    "25": ErrorAction.RETRY_BATCH,  # invalid transaction state: a standby, or read-only for maintenance
    "28": ErrorAction.RETRY_BATCH,  # invalid authorisation: a password being rotated
    "40": ErrorAction.RETRY_BATCH,  # transaction rollback: serialisation failure, deadlock
    "42": ErrorAction.RETRY_BATCH,  # undefined table, missing grant: a migration in progress
    "44": ErrorAction.REJECT_ROW,  # with check option violation
    "53": ErrorAction.RETRY_BATCH,  # insufficient resources: disk full, out of memory, too many connections
    "54": ErrorAction.REJECT_ROW,  # program limit exceeded
    "55": ErrorAction.RETRY_BATCH,  # object not in prerequisite state: locked
    "57": ErrorAction.RETRY_BATCH,  # operator intervention: shutdown, start-up, cancelled
    "58": ErrorAction.RETRY_BATCH,  # system error outside PostgreSQL: input/output
    "P0": ErrorAction.REJECT_ROW,  # raised by a trigger
    "XX": ErrorAction.RETRY_BATCH,  # internal error, corrupted data
}


def action_for(error: psycopg.Error) -> ErrorAction:
    """Return how to react to this error. One without an SQLSTATE is a lost connection."""
    return ACTION_BY_SQLSTATE_CLASS.get((error.sqlstate or "")[:2], ErrorAction.RETRY_BATCH)
