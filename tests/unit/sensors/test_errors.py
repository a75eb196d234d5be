"""Every error of the database is either a row's fault or the server's; when in doubt the server's."""

import psycopg
import pytest

from ingest.database_errors import Trouble, blame
from sensors.errors import sentence


@pytest.mark.parametrize(
    ("error", "to_blame"),
    [
        (psycopg.errors.NumericValueOutOfRange, Trouble.ROW),
        (psycopg.errors.CheckViolation, Trouble.ROW),
        (psycopg.errors.RaiseException, Trouble.ROW),
        (psycopg.errors.DiskFull, Trouble.SERVER),
        (psycopg.errors.ReadOnlySqlTransaction, Trouble.SERVER),
        (psycopg.errors.SerializationFailure, Trouble.SERVER),
        (psycopg.errors.DeadlockDetected, Trouble.SERVER),
        (psycopg.errors.AdminShutdown, Trouble.SERVER),
        (psycopg.errors.TooManyConnections, Trouble.SERVER),
        (psycopg.errors.UndefinedTable, Trouble.SERVER),
        (psycopg.OperationalError, Trouble.SERVER),
    ],
)
def test_who_is_to_blame(error: type[psycopg.Error], to_blame: Trouble) -> None:
    assert blame(error()) is to_blame


def test_an_error_that_nobody_foresaw_is_the_servers() -> None:
    class Unforeseen(psycopg.Error):
        sqlstate = "ZZ999"

    assert blame(Unforeseen()) is Trouble.SERVER


def test_what_the_server_says_of_a_row_is_not_told() -> None:
    told = sentence(psycopg.errors.QueryCanceled('cancelled\nCONTEXT:  COPY quarantine, line 1: "XX-12-YZ"'))
    assert told is not None
    assert "57014" in told
    assert "XX-12-YZ" not in told
