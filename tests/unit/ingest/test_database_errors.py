"""An error of one row costs that row; any other error costs nothing, because the batch is retried."""

import psycopg
import pytest
from psycopg import errors

from ingest.database_errors import ACTION_BY_SQLSTATE_CLASS, ErrorAction, action_for


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (errors.NumericValueOutOfRange, ErrorAction.REJECT_ROW),
        (errors.CheckViolation, ErrorAction.REJECT_ROW),
        (errors.UniqueViolation, ErrorAction.REJECT_ROW),
        (errors.RaiseException, ErrorAction.REJECT_ROW),
        (errors.DiskFull, ErrorAction.RETRY_BATCH),
        (errors.DeadlockDetected, ErrorAction.RETRY_BATCH),
        (errors.AdminShutdown, ErrorAction.RETRY_BATCH),
        (errors.UndefinedTable, ErrorAction.RETRY_BATCH),
        (errors.ReadOnlySqlTransaction, ErrorAction.RETRY_BATCH),
        (errors.FdwError, ErrorAction.RETRY_BATCH),
        (psycopg.OperationalError, ErrorAction.RETRY_BATCH),
    ],
)
def test_a_row_is_rejected_for_its_own_error_only(error: type[psycopg.Error], action: ErrorAction) -> None:
    assert action_for(error()) is action


@pytest.mark.parametrize("sqlstate_class", ACTION_BY_SQLSTATE_CLASS)
def test_the_table_holds_classes_that_postgresql_has(sqlstate_class: str) -> None:
    assert errors.lookup(f"{sqlstate_class}000").sqlstate == f"{sqlstate_class}000"
