"""The next process of a session knows since when the broker can have kept messages for it."""

from datetime import UTC, datetime, timedelta

from ingest.flow_control.crash_recovery import CrashRecovery
from ingest.times.backlog import BrokerBacklog
from sensors.db import Database

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLIENT_ID = "lantaarn-ingest-helmond"


def recalled(db: Database, client_id: str, now: datetime) -> float:
    backlog = BrokerBacklog(client_id, 1.0)
    backlog.observe(1, 0, 5_000.0, is_resumed=True)
    backlog.recall(db, now, 5_000.0)
    return backlog.kept_since


def test_the_next_process_goes_on_where_the_last_one_was(each_database: Database) -> None:
    first = BrokerBacklog(CLIENT_ID, 1.0)
    first.recall(each_database, NOW, 100.0)
    first.record(each_database, NOW, 100.0)
    assert recalled(each_database, CLIENT_ID, NOW) == float("-inf"), "nothing was known"
    first.observe(1, 0, 100.0, is_resumed=False)
    first.record(each_database, NOW + timedelta(seconds=30), 130.0)
    assert recalled(each_database, CLIENT_ID, NOW + timedelta(hours=1)) == 5_000 - 3_600
    assert recalled(each_database, CLIENT_ID, NOW - timedelta(hours=1)) == 5_000, "a clock that was put back"
    assert recalled(each_database, CLIENT_ID + "-2", NOW) == float("-inf"), "sessions are apart"


def test_it_is_no_sign_of_a_crash(each_database: Database) -> None:
    backlog = BrokerBacklog(CLIENT_ID, 1.0)
    backlog.observe(1, 0, 100.0, is_resumed=False)
    backlog.record(each_database, NOW, 100.0)
    recovery = CrashRecovery(CLIENT_ID, 10)
    recovery.begin(each_database)
    assert not recovery.is_recovering
