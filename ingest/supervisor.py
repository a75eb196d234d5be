"""Run several workers on one machine: one process each, restarted when it dies, all stopped together."""

import os
import signal
import sys
import time
from collections import deque
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from types import FrameType

from ingest.instance_lock import InstanceLock, SharedFlag, stop_ourselves
from ingest.mqtt.subscriptions import Subscription, abandoned_subscriptions, worker_subscriptions
from ingest.mqtt.takeovers import SessionTakenOverError
from ingest.worker import Worker, run_worker
from sensors import logs
from sensors.processes import ProcessError
from sensors.settings.ingest import IngestSettings

log = logs.get_logger()

POLL_INTERVAL_SECONDS = 1.0
"""Interval at which workers are checked, and thus the delay before a dead one is restarted."""
SHUTDOWN_TIMEOUT_SECONDS = 20.0
"""Time that a worker gets to finish its batch."""
MAX_DEATHS = 10
DEATHS_WINDOW_SECONDS = 60.0
"""A worker that dies this often in this time is not restarted: something is wrong that a restart doesn't solve."""


class WorkerCrashError(ProcessError):
    """A worker dies as often as it is started."""

    exit_code = 4


def supervise(settings: IngestSettings) -> None:
    """Run the configured number of workers until SIGTERM or Ctrl-C.

    Raises AlreadyRunningError or SessionTakenOverError if another ingest has the same sessions, and WorkerCrashError if
    a worker keeps dying.
    """
    subscriptions = worker_subscriptions(
        settings.municipality, settings.workers, settings.share_name.get_secret_value()
    )
    admission = SharedFlag()
    lock = InstanceLock(settings, on_acquired=admission.set, on_conflict=stop_ourselves)
    with lock.held(), _draining_abandoned_sessions(settings, admission):
        if len(subscriptions) == 1:
            run_worker(settings, subscriptions[0], admission.is_set)
        else:
            _supervise_workers(settings, subscriptions, admission)
    if lock.error is not None:
        raise lock.error


@contextmanager
def _draining_abandoned_sessions(settings: IngestSettings, admission: SharedFlag) -> Generator[None]:
    """Store what an earlier set of workers left in their sessions, without holding up the current workers.

    Until such a session is unsubscribed it receives new messages too, which the ledger counts as duplicates.
    """
    abandoned = abandoned_subscriptions(settings.municipality, settings.workers, settings.share_name.get_secret_value())
    drainers = [Worker(settings, seat, is_admitted=admission.is_set) for seat in abandoned]

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


def _supervise_workers(settings: IngestSettings, subscriptions: Sequence[Subscription], admission: SharedFlag) -> None:
    stopping = Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    workers = [WorkerProcess(settings, number, seat, admission) for number, seat in enumerate(subscriptions)]
    try:
        while not stopping.wait(POLL_INTERVAL_SECONDS):
            for worker in workers:
                worker.restart_if_dead()
    finally:
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.process.join(SHUTDOWN_TIMEOUT_SECONDS)


class WorkerProcess:
    """A worker in a process of its own. Its metrics port is that of the first worker plus its number."""

    def __init__(self, settings: IngestSettings, number: int, seat: Subscription, admission: SharedFlag) -> None:
        port = settings.metrics_port
        self._settings = settings.model_copy(update={"metrics_port": port + number if port else None})
        self._number = number
        self._seat = seat
        self._admission = admission
        self._deaths = deque[float](maxlen=MAX_DEATHS)
        self.process = self._start()

    def restart_if_dead(self) -> None:
        """Start another process if this one has died. Raises SessionTakenOverError if it lost its session to another
        program, and WorkerCrashError if it died ``MAX_DEATHS`` times within a minute."""
        if self.process.is_alive():
            return
        code = self.process.exitcode
        if code == SessionTakenOverError.exit_code:
            raise SessionTakenOverError(self._seat.client_id)
        log.warning("worker_exited", worker=self._number, exit_code=code)
        self._deaths.append(time.monotonic())
        if len(self._deaths) == MAX_DEATHS and self._deaths[-1] - self._deaths[0] <= DEATHS_WINDOW_SECONDS:
            raise WorkerCrashError(
                f"Worker {self._number} died {MAX_DEATHS} times within a minute, the last time with exit code {code}; "
                "its log lines tell why."
            )
        self.process = self._start()

    def _start(self) -> BaseProcess:
        # Spawn, not fork: the child must not inherit our threads and connections. Daemon, so that it dies with us.
        arguments = (self._settings, self._seat, self._admission)
        process = get_context("spawn").Process(target=_run, args=arguments, daemon=True)
        process.start()
        return process


def _run(settings: IngestSettings, subscription: Subscription, admission: SharedFlag) -> None:
    logs.configure_logging(settings.log_level)
    Thread(target=_exit_with_parent, daemon=True).start()
    try:
        run_worker(settings, subscription, admission.is_set)
    except SessionTakenOverError as error:
        sys.exit(error.exit_code)  # our parent reports it


def _exit_with_parent() -> None:
    """Exit when the parent process does, even by SIGKILL.

    Its successor starts new workers, and two with the same client id would keep taking the session from each other.
    """
    leader = parent_process()
    if leader is not None:
        leader.join()
        os.kill(os.getpid(), signal.SIGTERM)
