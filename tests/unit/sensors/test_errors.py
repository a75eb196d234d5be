"""Every error of the database is either a row's fault or the server's; when in doubt the server's."""

import errno

import psycopg
import pytest

from ingest.database_errors import ErrorAction, action_for
from sensors.errors import message_for_user


@pytest.mark.parametrize(
    ("error", "to_blame"),
    [
        (psycopg.errors.NumericValueOutOfRange, ErrorAction.REJECT_ROW),
        (psycopg.errors.CheckViolation, ErrorAction.REJECT_ROW),
        (psycopg.errors.RaiseException, ErrorAction.REJECT_ROW),
        (psycopg.errors.DiskFull, ErrorAction.RETRY_BATCH),
        (psycopg.errors.ReadOnlySqlTransaction, ErrorAction.RETRY_BATCH),
        (psycopg.errors.SerializationFailure, ErrorAction.RETRY_BATCH),
        (psycopg.errors.DeadlockDetected, ErrorAction.RETRY_BATCH),
        (psycopg.errors.AdminShutdown, ErrorAction.RETRY_BATCH),
        (psycopg.errors.TooManyConnections, ErrorAction.RETRY_BATCH),
        (psycopg.errors.UndefinedTable, ErrorAction.RETRY_BATCH),
        (psycopg.OperationalError, ErrorAction.RETRY_BATCH),
    ],
)
def test_who_is_to_blame(error: type[psycopg.Error], to_blame: ErrorAction) -> None:
    assert action_for(error()) is to_blame


def test_an_error_that_nobody_foresaw_is_the_servers() -> None:
    class Unforeseen(psycopg.Error):
        sqlstate = "ZZ999"

    assert action_for(Unforeseen()) is ErrorAction.RETRY_BATCH


def test_what_the_server_says_of_a_row_is_not_told() -> None:
    told = message_for_user(psycopg.errors.QueryCanceled('cancelled\nCONTEXT:  COPY quarantine, line 1: "XX-12-YZ"'))
    assert told is not None
    assert "57014" in told
    assert "XX-12-YZ" not in told


def test_a_full_disk_is_no_bug() -> None:
    assert message_for_user(OSError(errno.ENOSPC, "full")) == "There is no space left to write the output."
    assert message_for_user(OSError(errno.EIO, "broken")) is None
