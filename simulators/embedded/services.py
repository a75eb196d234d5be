"""Start and stop a group of servers and programs on this machine; shared by ``demo`` and ``servers``."""

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TypeVar

from pydantic import SecretStr

from sensors.db.server import EmbeddedPostgres
from sensors.processes import (
    PortAssignments,
    PortTakenError,
    ProcessError,
    start_process,
    stop_process,
    with_parent_death_signal,
)
from simulators.embedded.broker import EmbeddedBroker

POLL_INTERVAL_SECONDS = 0.2
"""Seconds between liveness checks."""
MAX_PORT_ATTEMPTS = 5
"""How often a server is started on other ports because another program took the previous ones."""
Server = TypeVar("Server")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):  # noqa: N818 - not an error
    """Ctrl-C, SIGTERM, or a closed terminal."""


def raise_on_stop_signals() -> None:
    """Raise StopRequested on the first stop signal from now on."""
    for each in STOP_SIGNALS:
        signal.signal(each, _on_stop_signal)


def ignore_stop_signals() -> None:
    """Ignore stop signals from now on, so that a second Ctrl-C does not interrupt an orderly shutdown."""
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _on_stop_signal(_signal: int, _frame: FrameType | None) -> None:
    ignore_stop_signals()
    raise StopRequested


@contextmanager
def locked_folder(folder: Path, purpose: str, taken_message: str) -> Generator[None]:
    """Create and lock ``folder``, dedicating it to one ``purpose`` so that demo data never mixes with real sensors.

    Raises ProcessError with ``taken_message`` if another process holds the lock, or if it serves another purpose.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    mark = folder / "use"
    before = mark.read_text().strip() if mark.exists() else purpose
    if before != purpose:
        raise ProcessError(f"{folder} belongs to lantaarn {before}; run lantaarn {purpose} in another folder")
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProcessError(taken_message) from None
        mark.write_text(f"{purpose}\n")
        yield


def write_private_file(path: Path, text: str) -> None:
    """Write a file atomically, readable by this user only."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text)
    new.rename(path)


@dataclass(frozen=True, slots=True)
class Service:
    """A running program and its log file."""

    name: str
    process: subprocess.Popen[bytes]
    log_file: Path


class Services:
    """Services in start order; the exit stack stops them in reverse."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self._home = home
        self._stack = stack
        self._services: list[Service] = []
        self.ports = PortAssignments(home / "ports.json")
        stack.callback(self.ports.close)

    def start_postgresql(self, pg_bin: Path | None, *, allow_new: bool = True) -> str:
        """Start the embedded server and return its owner's URL. ``allow_new``: whether to create a new one."""

        def start() -> EmbeddedPostgres:
            server = EmbeddedPostgres(self._home.parent, pg_bin=pg_bin, port=self.ports.assign("postgresql", 5432))
            if not allow_new:
                server.check_data_version()
            return self._stack.enter_context(server)

        server = _start_on_own_ports(start)
        self._services.append(Service("PostgreSQL", server.process, server.log_file))
        return server.url

    def start_broker(self, external_url: SecretStr | None) -> tuple[str, str]:
        """The URLs for devices and for ingest: the embedded broker has a port for each version of MQTT.

        With ``external_url``, nothing is started and both are that URL.
        """
        if external_url is not None:
            return external_url.get_secret_value(), external_url.get_secret_value()

        def start() -> EmbeddedBroker:
            ports = {"port": self.ports.assign("mqtt", 1883), "port_v5": self.ports.assign("mqtt5", 1884)}
            return self._stack.enter_context(EmbeddedBroker(self._home, **ports))

        broker = _start_on_own_ports(start)
        self._services.append(Service("the broker", broker.process, broker.log_file))
        return broker.url, broker.url_v5

    def start_program(self, name: str, *options: str, environment: dict[str, str]) -> None:
        """Start a Lantaarn command. It holds no state of its own, so it is killed outright when this process dies."""
        log = self._home / "log" / f"{name}.log"
        command = with_parent_death_signal([sys.executable, "-m", "lantaarn", name, *options], signal.SIGKILL)
        process = start_process(command, log, inherit_stdout=name == "simulate", extra_environment=environment)
        self._stack.callback(stop_process, process)
        self._services.append(Service(f"lantaarn {name}", process, log))

    def write_while_running(self, path: Path, text: str) -> None:
        """Write a private file for other programs, passwords included, and remove it on shutdown."""
        self._stack.callback(path.unlink, missing_ok=True)
        write_private_file(path, text)

    def watch(self, duration: float | None = None) -> None:
        """Return after ``duration`` seconds, or never. Raises ProcessError if a service dies."""
        deadline = None if duration is None else time.monotonic() + duration
        while deadline is None or time.monotonic() < deadline:
            self.check_alive()
            time.sleep(POLL_INTERVAL_SECONDS)

    def check_alive(self) -> None:
        """Raise ProcessError if a service has died."""
        for part in self._services:
            code = part.process.poll()
            if code is not None:
                raise ProcessError(f"{part.name} exited unexpectedly (exit code {code}); see its log, {part.log_file}")


def _start_on_own_ports(start: Callable[[], Server]) -> Server:
    """Start a server, again on other ports if another program takes one in between."""
    for _ in range(MAX_PORT_ATTEMPTS - 1):
        with suppress(PortTakenError):
            return start()
    return start()
