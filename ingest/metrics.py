"""Prometheus metrics and readiness of ingest: counts and durations, never message content.

Label values come from closed lists: outcomes, reasons, sides.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ingest.events.window_book import PrivacyRuleName, WindowOutcome
from ingest.pipeline import MessageOutcome
from ingest.writer import BatchTotals
from sensors import logs
from sensors.vocabulary.rejection_reasons import RejectionReason

log = logs.get_logger()

DURATION_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600, 86400)
PORT_RETRY_SECONDS = 1.0
"""Interval between attempts to listen on a port that is in use, for instance by a predecessor that is stopping."""
STOP_POLL_SECONDS = 0.2
BATCH_SIZE_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


class Metrics:
    """The metrics of one worker, in a registry of their own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        counter, gauge = partial(Counter, registry=registry), partial(Gauge, registry=registry)
        histogram = partial(Histogram, registry=registry)
        self.readings = counter("lantaarn_ingest_readings", "Readings by what became of them", ["outcome"])
        self.rejected = counter("lantaarn_ingest_refused", "Refused readings", ["reason"])
        self.fields_dropped = counter("lantaarn_ingest_fields_dropped", "Fields that the register does not declare")
        self.batch_messages = histogram(
            "lantaarn_ingest_batch_messages", "Messages in a batch", buckets=BATCH_SIZE_BUCKETS
        )
        self.commit_seconds = histogram(
            "lantaarn_ingest_commit_seconds", "Time to commit a batch", buckets=DURATION_BUCKETS_SECONDS
        )
        self.receipt_lag_seconds = histogram(
            "lantaarn_ingest_receipt_lag_seconds",
            "From the receipt of the oldest message of a batch to its commit",
            buckets=DURATION_BUCKETS_SECONDS,
        )
        self.device_lag_seconds = histogram(
            "lantaarn_ingest_device_lag_seconds",
            "From the newest time in a message to its receipt",
            buckets=DURATION_BUCKETS_SECONDS,
        )
        self.in_flight = gauge("lantaarn_ingest_in_flight", "Messages received and not yet acknowledged")
        self.windows = counter("lantaarn_ingest_windows", "Windows by what became of them", ["rule", "outcome"])
        self._reported_counts: dict[tuple[PrivacyRuleName, WindowOutcome], int] = defaultdict(int)
        self.tokens_full = gauge("lantaarn_ingest_tokens_full_ratio", "How full the room for passages is, in tenths")
        self.retention_kept = gauge(
            "lantaarn_ingest_retention_kept",
            "Whether the last check is recent and found that nothing is kept longer than promised",
        )
        self.retention_verified = gauge("lantaarn_ingest_retention_verified_timestamp_seconds", "When that was")
        self.retention_permitted = gauge(
            "lantaarn_ingest_retention_permitted", "Whether the database user may delete what is past its term"
        )
        self.up = gauge("lantaarn_ingest_up", "Whether the other side is there", ["side"])
        # From 0, so that the first refusal of a sort is an increase to whoever watches.
        for reason in RejectionReason:
            self.rejected.labels(reason.value)

    def record_batch(self, outcomes: Iterable[MessageOutcome], totals: BatchTotals, received_at: datetime) -> None:
        """Count a committed batch."""
        for outcome, count in (
            ("stored", totals.stored),
            ("duplicate", totals.duplicate),
            ("conflict", totals.conflict),
            ("aggregated", totals.aggregated),
        ):
            self.readings.labels(outcome).inc(count)
        self.readings.labels("quarantined").inc(totals.rejected.total())
        for reason, count in totals.rejected.items():
            self.rejected.labels(reason.value).inc(count)
        self.fields_dropped.inc(totals.fields_dropped)
        for outcome in outcomes:
            if outcome.newest_time is not None:
                self.device_lag_seconds.observe(max(0.0, (received_at - outcome.newest_time).total_seconds()))

    def retention_readiness(self) -> Mapping[str, bool]:
        """Whether the last verification is recent and clean, and whether the database user may delete."""
        names = ("kept", "permitted")
        return {name: self.registry.get_sample_value(f"lantaarn_ingest_retention_{name}") == 1 for name in names}

    def record_windows(
        self, outcome_counts: Mapping[tuple[PrivacyRuleName, WindowOutcome], int], tokens_full: float
    ) -> None:
        """Publish window outcomes, counted since startup, and which part of the room for tokens is in use."""
        for (rule, outcome), count in outcome_counts.items():
            self.windows.labels(rule, outcome).inc(count - self._reported_counts[rule, outcome])
            self._reported_counts[rule, outcome] = count
        self.tokens_full.set(tokens_full)


ReadinessCheck = Callable[[], Mapping[str, bool]]
"""Returns the conditions for readiness by name, and whether each is met."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietRequestHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the standard library's parameter name
        """Don't log requests: probes and scrapes arrive every few seconds and carry no information."""


@contextmanager
def serve_metrics(host: str, port: int | None, metrics: Metrics, readiness: ReadinessCheck) -> Generator[None]:
    """Serve ``/livez``, ``/readyz`` and ``/metrics`` on this port; serve nothing if it is None.

    While the port is in use, the program goes on without, and the port is tried again.
    """
    if port is None:
        yield
        return

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, content_type, body = _answer(environ["PATH_INFO"], metrics, readiness)
        start_response(f"{status.value} {status.phrase}", [("Content-Type", content_type)])
        return [body]

    def listen() -> WSGIServer:
        return make_server(host, port, app, _Server, _QuietRequestHandler)

    server: WSGIServer | None = None
    try:
        server = listen()
    except OSError as error:
        log.warning("metrics_unavailable", port=port, errno=error.errno)
    stopping = threading.Event()
    thread = threading.Thread(target=_serve, args=(server, listen, stopping), name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _serve(server: WSGIServer | None, listen: Callable[[], WSGIServer], stopping: threading.Event) -> None:
    """Answer requests until stopped. Without a ``server``, first try to ``listen`` until it succeeds."""
    while server is None and not stopping.wait(PORT_RETRY_SECONDS):
        with suppress(OSError):
            server = listen()
            log.info("metrics_available")
    if server is not None:
        with server:
            server.timeout = STOP_POLL_SECONDS
            while not stopping.is_set():
                server.handle_request()


def _answer(path: str, metrics: Metrics, check: ReadinessCheck) -> tuple[HTTPStatus, str, bytes]:
    if path == "/metrics":
        return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(metrics.registry)
    if path not in {"/livez", "/readyz"}:
        return HTTPStatus.NOT_FOUND, "text/plain", b""
    checks = dict(check()) if path == "/readyz" else {}
    status = HTTPStatus.OK if all(checks.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    return status, "application/json", json.dumps({"status": status.phrase, "checks": checks}).encode()
