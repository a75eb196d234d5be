"""The programs under test in a folder of their own: database, broker, ingest and serve."""

import http.client
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from sensors.db import connect
from sensors.db.server import EmbeddedPostgres
from sensors.processes import (
    LOOPBACK_HOST,
    ProcessError,
    find_free_port,
    start_process,
    stop_process,
    with_parent_death_signal,
)
from sensors.register.entry import Entry
from sensors.register.repository import import_entries
from sensors.upgrade import upgrade_database
from simulators.city.entry_builder import MUNICIPALITY
from simulators.leakcheck import brokers

READY_TIMEOUT_SECONDS = 60.0
"""Seconds to wait for anything to become ready."""
POLL_INTERVAL_SECONDS = 0.05


def wait_for(condition: Callable[[], object], what: str, progress: Callable[[], object] = bool) -> None:
    """Poll until ``condition`` holds.

    Raises ProcessError naming ``what`` after READY_TIMEOUT_SECONDS in which ``progress`` returned the same.
    """
    before, deadline = progress(), time.monotonic() + READY_TIMEOUT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            if (now := progress()) == before:
                raise ProcessError(f"Timed out waiting for {what}")
            before, deadline = now, time.monotonic() + READY_TIMEOUT_SECONDS
        time.sleep(POLL_INTERVAL_SECONDS)


def with_core_dumps(command: Sequence[str]) -> list[str]:
    """Wrap a command so that core dumps are allowed, and only the program's own hardening prevents them.

    Returns it unchanged if raising the limit is not permitted (it may take root).
    """
    free = ["prlimit", "--core=unlimited:unlimited"]
    allowed = subprocess.run([*free, "true"], capture_output=True, check=False).returncode == 0
    return [*(free if allowed else ()), *command]


class Program:
    """A Lantaarn command with its log file."""

    def __init__(self, name: str, log: Path, folder: Path, environment: Mapping[str, str], port: int) -> None:
        self.name = name
        self.log_file = log
        self.port = port
        self._folder = folder
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start without waiting; see ``wait_until_ready``."""
        command = with_parent_death_signal(
            with_core_dumps([sys.executable, "-m", "lantaarn", self.name]), signal.SIGKILL
        )
        self._process = start_process(command, self.log_file, cwd=self._folder, extra_environment=self._environment)

    def wait_until_ready(self) -> None:
        """Wait for /readyz. Raises ProcessError if the program exits or the wait times out."""
        wait_for(self._ready, f"lantaarn {self.name}; see its log, {self.log_file}")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal and wait for the exit. No-op if not running."""
        if self._process is not None:
            stop_process(self._process, with_signal)
            self._process = None

    def _ready(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise ProcessError(f"lantaarn {self.name} exited unexpectedly; see its log, {self.log_file}")
        connection = http.client.HTTPConnection(LOOPBACK_HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class TestedPrograms:
    """All programs, running for the duration of the ``with`` block; everything but the database is below ``folder``."""

    def __init__(self, folder: Path, entries: Iterable[Entry], *, keep_files: bool = False) -> None:
        self.folder = folder
        self._keep = keep_files
        self.working_directory = folder / "work"
        self.temporary_directory = folder / "tmp"
        self.server = EmbeddedPostgres(folder)
        self._entries = entries
        self._stack = ExitStack()
        self._database = ExitStack()

    def __enter__(self) -> Self:
        self.working_directory.mkdir()
        self.temporary_directory.mkdir()
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything, and remove the database unless ``keep_files``."""
        self._stack.close()
        self._database.close()
        if not self._keep:
            shutil.rmtree(self.server.data_folder, ignore_errors=True)

    def _start(self) -> None:
        self.start_database()
        self._fill_register()
        self.broker = self._stack.enter_context(brokers.running_broker(self.folder / "broker"))
        known = {
            "DATABASE_URL": self.server.url,
            "LANTAARN_MUNICIPALITY": MUNICIPALITY,
            "TMPDIR": str(self.temporary_directory),
        }
        ports = find_free_port(), find_free_port()
        ingest_settings = known | {"MQTT_URL": self.broker.ingest_url, "LANTAARN_METRICS_PORT": str(ports[0])}
        self.ingest = self._program("ingest", ingest_settings, ports[0])
        self.serve = self._program("serve", known | {"LANTAARN_HTTP_PORT": str(ports[1])}, ports[1])
        self.ingest.wait_until_ready()
        self.serve.wait_until_ready()

    def _program(self, name: str, environment: Mapping[str, str], port: int) -> Program:
        program = Program(name, self.folder / "log" / f"{name}.log", self.working_directory, environment, port)
        self._stack.callback(program.stop)
        program.start()
        return program

    def _fill_register(self) -> None:
        path = self.folder / "register.jsonl"
        path.write_text("".join(f"{entry.model_dump_json(exclude_none=True)}\n" for entry in self._entries))
        with connect(self.server.url) as db:
            upgrade_database(db)
            report = import_entries(db, path, "lantaarn leakcheck", "the example city")
        if report.violations:
            raise ProcessError(f"The example register was rejected: {report.violations[0]}")

    def start_database(self) -> None:
        """Start the database. After a kill its children take a moment to exit, and until then the folder is locked."""
        wait_for(self._try_to_start_database, "the database")

    def stop_database(self, with_signal: signal.Signals) -> None:
        """Stop the database. SIGQUIT and SIGKILL skip the shutdown checkpoint: the next start recovers from WAL."""
        self.server.process.send_signal(with_signal)
        self.server.process.wait(READY_TIMEOUT_SECONDS)
        self._database.close()

    def _try_to_start_database(self) -> bool:
        try:
            self._database.enter_context(self.server)
        except ProcessError:
            return False
        return True
