"""Run several workers on one machine: one process each, restarted when it dies, all stopped together."""

import os
import signal
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from types import FrameType

from ingest.mqtt.subscriptions import Subscription, abandoned_subscriptions, worker_subscriptions
from ingest.worker import Worker, run_worker
from sensors import logs
from sensors.settings.ingest import IngestSettings

log = logs.get_logger()

POLL_INTERVAL_SECONDS = 1.0
"""Interval at which workers are checked, and thus the delay before a dead one is restarted."""
SHUTDOWN_TIMEOUT_SECONDS = 20.0
"""Time that a worker gets to finish its batch."""


def supervise(settings: IngestSettings) -> None:
    """Run the configured number of workers until SIGTERM or Ctrl-C."""
    subscriptions = worker_subscriptions(
        settings.municipality, settings.workers, settings.share_name.get_secret_value()
    )
    with _draining_abandoned_sessions(settings):
        if len(subscriptions) == 1:
            run_worker(settings, subscriptions[0])
        else:
            _supervise_workers(settings, subscriptions)


@contextmanager
def _draining_abandoned_sessions(settings: IngestSettings) -> Generator[None]:
    """Store what an earlier set of workers left in their sessions, without holding up the current workers.

    Until such a session is unsubscribed it receives new messages too, which the ledger counts as duplicates.
    """
    abandoned = abandoned_subscriptions(settings.municipality, settings.workers, settings.share_name.get_secret_value())
    drainers = [Worker(settings, seat) for seat in abandoned]

    def drain() -> None:
        for drainer in drainers:
            drainer.drain()

    thread = Thread(target=drain, name="draining")
    thread.start()
    try:
        yield
    finally:
        for drainer in drainers:
            drainer.stop()
        thread.join()


def _supervise_workers(settings: IngestSettings, subscriptions: Sequence[Subscription]) -> None:
    stopping = Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    workers = [_start(settings, number, seat) for number, seat in enumerate(subscriptions)]
    while not stopping.wait(POLL_INTERVAL_SECONDS):
        for number, (worker, seat) in enumerate(zip(workers, subscriptions, strict=True)):
            if not worker.is_alive():
                log.warning("worker_exited", worker=number, exit_code=worker.exitcode)
                workers[number] = _start(settings, number, seat)
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(SHUTDOWN_TIMEOUT_SECONDS)


def _start(settings: IngestSettings, number: int, subscription: Subscription) -> BaseProcess:
    """Start a worker in its own process. Its metrics port is that of the first worker plus its number."""
    port = settings.metrics_port
    own = settings.model_copy(update={"metrics_port": port + number if port else None})
    # Spawn, not fork: the child must not inherit our threads and connections. Daemon, so that it dies with us.
    process = get_context("spawn").Process(target=_run, args=(own, subscription), daemon=True)
    process.start()
    return process


def _run(settings: IngestSettings, subscription: Subscription) -> None:
    logs.configure_logging(settings.log_level)
    Thread(target=_exit_with_parent, daemon=True).start()
    run_worker(settings, subscription)


def _exit_with_parent() -> None:
    """Exit when the parent process does, even by SIGKILL.

    Its successor starts new workers, and two with the same client id would keep taking the session from each other.
    """
    leader = parent_process()
    if leader is not None:
        leader.join()
        os.kill(os.getpid(), signal.SIGTERM)
