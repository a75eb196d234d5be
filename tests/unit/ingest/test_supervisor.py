"""Workers that die: restarted, unless that is of no use."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Thread

import pytest
from structlog.testing import capture_logs

from ingest import supervisor
from ingest.mqtt.takeovers import SessionTakenOverError
from ingest.supervisor import MAX_DEATHS, WorkerCrashError, WorkerProcess, supervise
from sensors.settings.ingest import IngestSettings
from tests.support.waiting import wait_for

SETTINGS = IngestSettings.load(
    database_url="postgresql://nobody:hush@127.0.0.1:1/none", mqtt_url="mqtt://127.0.0.1:1", workers=2
)


@pytest.fixture(autouse=True)
def _restored_signals() -> Iterator[None]:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@dataclass(frozen=True)
class DeadProcess:
    """A worker that has ended by itself."""

    exitcode: int

    def is_alive(self) -> bool:
        return False

    def terminate(self) -> None:
        pass

    def join(self, _timeout_seconds: float) -> None:
        pass


@pytest.fixture
def exit_with(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Have workers exit with this code as soon as they are started."""

    def replace(code: int) -> None:
        def start(_: WorkerProcess) -> DeadProcess:
            return DeadProcess(code)

        monkeypatch.setattr(supervisor, "POLL_INTERVAL_SECONDS", 0.01)
        monkeypatch.setattr(WorkerProcess, "_start", start)

    return replace


def test_one_that_dies_ten_times_in_a_minute_ends_the_program(exit_with: Callable[[int], None]) -> None:
    exit_with(1)
    with capture_logs() as logs, pytest.raises(WorkerCrashError, match="Worker 0 died 10 times within a minute") as got:
        supervise(SETTINGS)
    assert got.value.exit_code == 4
    deaths = [each["exit_code"] for each in logs if each["event"] == "worker_exited" and each["worker"] == 0]
    assert deaths == [1] * MAX_DEATHS


def test_one_that_dies_less_often_is_restarted(
    exit_with: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    exit_with(1)
    monkeypatch.setattr(supervisor, "DEATHS_WINDOW_SECONDS", 0.0)
    with capture_logs() as logs:

        def stop() -> None:
            wait_for(lambda: len(logs) > 2 * MAX_DEATHS + 2, 30)
            os.kill(os.getpid(), signal.SIGTERM)

        watcher = Thread(target=stop)
        watcher.start()
        supervise(SETTINGS)
        watcher.join()


def test_one_that_lost_its_session_to_another_program_ends_the_program(exit_with: Callable[[int], None]) -> None:
    exit_with(SessionTakenOverError.exit_code)
    with pytest.raises(SessionTakenOverError, match="took over the session lantaarn-ingest-helmond-1"):
        supervise(SETTINGS)
