"""The retention scheduler while the database is away, and what its verification means."""

from datetime import UTC, datetime, timedelta
from threading import Event
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from ingest.lifecycle.erasure import Erasure
from ingest.lifecycle.restore import RestoreResult
from ingest.lifecycle.scheduler import RetentionScheduler, run_in_background, run_scheduler
from ingest.lifecycle.verification import RetentionCheck, RetentionVerification
from ingest.metrics import Metrics
from sensors.db import connect
from sensors.db.deletion_log import Deletion
from sensors.erasures.tombstones import Tombstone

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AWAY = "postgresql://nobody:hush@127.0.0.1:1/none"


def scheduler(metrics: Metrics) -> RetentionScheduler:
    return RetentionScheduler(lambda: connect(AWAY), metrics, lambda: NOW)


def test_a_database_that_is_away_is_logged_once_and_without_its_address() -> None:
    metrics = Metrics()
    jobs = scheduler(metrics)
    with capture_logs() as logged:
        for _ in range(3):
            jobs.run_pending()
    assert [each["event"] for each in logged] == ["retention_database_unavailable"]
    assert "hush" not in repr(logged)
    assert metrics.retention_readiness() == {"kept": False, "permitted": False}


def test_it_ends_when_it_is_stopped() -> None:
    stopping = Event()
    stopping.set()
    run_scheduler(scheduler(Metrics()), stopping)


@pytest.mark.parametrize("enabled", [True, False])
def test_in_the_background_it_never_stands_in_the_way(enabled: bool) -> None:
    with run_in_background(AWAY, Metrics(), lambda: NOW, enabled=enabled):
        pass


def check(name: str, *, kept: bool) -> RetentionCheck:
    return RetentionCheck("observation_31d", name, None, timedelta(days=32), timedelta(days=1), NOW, kept)


def test_a_promise_is_kept_if_every_check_passes_and_the_log_is_intact() -> None:
    good, bad = check("P31D", kept=True), check("P1Y", kept=False)
    assert RetentionVerification((good,), None).is_kept
    assert not RetentionVerification((good,), broken_deletion_id=7).is_kept
    found = RetentionVerification((good, bad), None)
    assert not found.is_kept
    assert found.breaches == (bad,)


def test_a_restore_counts_the_rows_that_were_erased_again() -> None:
    tombstone = Tombstone(uuid4(), uuid4(), None, NOW, register=False, resend=False, reason="", recorded_at=NOW)
    deletions = tuple(Deletion("observation_1y", "erasure", NOW, rows) for rows in (3, 4))
    erasures = [Erasure(tombstone, deletions, 0, ()), Erasure(tombstone, deletions[:1], 0, ())]
    assert RestoreResult((), erasures, (), ()).erased_rows == 10
