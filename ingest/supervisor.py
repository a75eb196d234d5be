"""Several workers on one machine: a process for each, started again when it dies, stopped together."""

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
"""Seconds between two looks at the workers, and before one that died is started again."""
SHUTDOWN_TIMEOUT_SECONDS = 20.0
"""Seconds a worker gets to finish its batch."""


def supervise(settings: IngestSettings) -> None:
    """Ingest with as many workers as the settings say, until SIGTERM or Ctrl-C."""
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
    """Beside the work, which need not wait for it: store what an earlier crew left in sessions of its own.

    Until such a session has lost its subscription, what is published comes to it too, and is a duplicate in the ledger.
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
    """A worker in a process of its own; its metrics are at the port of the first one plus its number."""
    port = settings.metrics_port
    own = settings.model_copy(update={"metrics_port": port + number if port else None})
    # Not forked: threads and connections of this process must not be in it. A daemon, so that it dies with us.
    process = get_context("spawn").Process(target=_run, args=(own, subscription), daemon=True)
    process.start()
    return process


def _run(settings: IngestSettings, subscription: Subscription) -> None:
    logs.configure_logging(settings.log_level)
    Thread(target=_exit_with_parent, daemon=True).start()
    run_worker(settings, subscription)


def _exit_with_parent() -> None:
    """End when the process that started this one does, even by SIGKILL: its successor starts workers of its own, and
    two of the same name would take the session from each other for ever."""
    leader = parent_process()
    if leader is not None:
        leader.join()
        os.kill(os.getpid(), signal.SIGTERM)
