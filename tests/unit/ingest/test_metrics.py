"""What a monitor reads: counts by outcome and reason, and whether the program is ready."""

import json
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from errno import EADDRINUSE
from http.client import HTTPConnection
from socket import create_server

import pytest
from structlog.testing import capture_logs

from ingest import metrics as metrics_module
from ingest.metrics import Metrics, serve_metrics
from ingest.pipeline import MessageOutcome, Observation
from ingest.quality_flags import QualityFlag
from ingest.writer import BatchTotals
from sensors.processes import LOOPBACK_HOST, find_free_port, is_port_free
from sensors.vocabulary.rejection_reasons import RejectionReason
from tests.support.waiting import wait_for

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"lantaarn_ingest_{name}", labels)


def test_a_batch_is_counted_by_what_became_of_its_readings() -> None:
    metrics = Metrics()
    rejected = Counter({RejectionReason.TOO_LATE: 3, RejectionReason.NOT_A_NUMBER: 1})
    totals = BatchTotals(stored=5, duplicate=2, conflict=3, aggregated=7, rejected=rejected, fields_dropped=4)
    metrics.record_batch([], totals + totals, NOW)
    outcomes = ("stored", "duplicate", "conflict", "aggregated", "quarantined")
    assert [sample(metrics, "readings_total", outcome=each) for each in outcomes] == [10, 4, 6, 14, 8]
    assert sample(metrics, "refused_total", reason=RejectionReason.TOO_LATE.value) == 6
    assert sample(metrics, "fields_dropped_total") == 8


def test_the_lag_of_a_device_is_that_of_its_newest_value_and_never_negative() -> None:
    metrics = Metrics()
    ages = [(timedelta(minutes=90), timedelta(seconds=30)), (timedelta(seconds=-5),), ()]
    outcomes = [
        MessageOutcome(
            1,
            "+/traffic/+/json",
            10,
            tuple(Observation("observation_1y", 1, NOW - age, 3.0, QualityFlag.GOOD) for age in each),
            (),
            0,
            newest_time=max((NOW - age for age in each), default=None),
        )
        for each in ages
    ]
    metrics.record_batch(outcomes, BatchTotals(), NOW)
    assert sample(metrics, "device_lag_seconds_count") == 2
    assert sample(metrics, "device_lag_seconds_sum") == 30


def test_windows_count_up_however_often_they_are_reported() -> None:
    metrics = Metrics()
    metrics.record_windows({("match_in_memory", "released"): 2}, tokens_full=0.9)
    metrics.record_windows({("match_in_memory", "released"): 2, ("window_count", "suppressed"): 1}, tokens_full=0.4)
    assert sample(metrics, "windows_total", rule="match_in_memory", outcome="released") == 2
    assert sample(metrics, "windows_total", rule="window_count", outcome="suppressed") == 1
    assert sample(metrics, "tokens_full_ratio") == 0.4


def test_retention_is_ready_once_verified_clean_by_who_may_delete() -> None:
    metrics = Metrics()
    assert metrics.retention_readiness() == {"kept": False, "permitted": False}
    metrics.retention_kept.set(True)
    metrics.retention_permitted.set(True)
    assert metrics.retention_readiness() == {"kept": True, "permitted": True}


def ask(port: int, path: str) -> tuple[int, str, bytes]:
    connection = HTTPConnection(LOOPBACK_HOST, port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    found = answer.status, answer.headers["Content-Type"], answer.read()
    connection.close()
    return found


def test_a_monitor_can_tell_alive_from_ready() -> None:
    port, checks = find_free_port(), {"broker": True, "database": True}
    with serve_metrics(LOOPBACK_HOST, port, Metrics(), lambda: checks):
        assert ask(port, "/readyz")[:2] == (200, "application/json")
        checks["database"] = False
        status, _, body = ask(port, "/readyz")
        assert (status, json.loads(body)["checks"]) == (503, checks)
        assert ask(port, "/livez")[0] == 200
        status, _, body = ask(port, "/metrics")
        assert status == 200
        assert b"lantaarn_ingest_in_flight 0.0" in body
        assert ask(port, "/") == (404, "text/plain", b"")


def test_a_port_in_use_is_told_once_and_taken_when_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_module, "PORT_RETRY_SECONDS", 0.02)
    with capture_logs() as logs, ExitStack() as other_program:
        port = other_program.enter_context(create_server((LOOPBACK_HOST, 0))).getsockname()[1]
        with serve_metrics(LOOPBACK_HOST, port, Metrics(), dict[str, bool]):
            assert logs == [{"event": "metrics_unavailable", "port": port, "errno": EADDRINUSE, "log_level": "warning"}]
            other_program.close()
            wait_for(lambda: len(logs) == 2, 10)
            assert logs[1]["event"] == "metrics_available"
            assert ask(port, "/livez")[0] == 200
    assert is_port_free(port)


def test_without_a_port_nothing_listens() -> None:
    with serve_metrics(LOOPBACK_HOST, None, Metrics(), dict[str, bool]):
        pass
