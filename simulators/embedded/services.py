"""Servers and programs on this machine, started and stopped together: what ``demo`` and ``servers`` have in common."""

import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from pydantic import SecretStr

from sensors.db.server import EmbeddedPostgres
from sensors.processes import PortAssignments, ProcessError, start_process, stop_process, with_parent_death_signal
from simulators.embedded.broker import EmbeddedBroker

POLL_INTERVAL_SECONDS = 0.2
"""Seconds between two looks at the programs: how late the death of one is noticed."""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):  # noqa: N818 - it is no error
    """Ctrl-C, SIGTERM, or the terminal was closed."""


def raise_on_stop_signals() -> None:
    """From here on the first of them raises Stopped."""
    for each in STOP_SIGNALS:
        signal.signal(each, _on_stop_signal)


def ignore_stop_signals() -> None:
    """From here on everything stops in order, and a second Ctrl-C may not break that."""
    for each in STOP_SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _on_stop_signal(_signal: int, _frame: FrameType | None) -> None:
    ignore_stop_signals()
    raise StopRequested


@contextmanager
def locked_folder(folder: Path, purpose: str, taken_message: str) -> Generator[None]:
    """Hold the folder ``home``, for ever for the same ``use``: an example city does not belong among real sensors.

    Raises ProcessError with ``taken`` when another program has it, or when it is used for something else.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    mark = folder / "use"
    before = mark.read_text().strip() if mark.exists() else purpose
    if before != purpose:
        raise ProcessError(f"{folder} is of lantaarn {before}; run lantaarn {purpose} in another folder")
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProcessError(taken_message) from None
        mark.write_text(f"{purpose}\n")
        yield


def write_private_file(path: Path, text: str) -> None:
    """Write a file that only this user may read, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text)
    new.rename(path)


@dataclass(frozen=True, slots=True)
class Service:
    """A running program and where its log is."""

    name: str
    process: subprocess.Popen[bytes]
    log_file: Path


class Services:
    """The parts in the order they were started; the stack stops them in reverse."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self._home = home
        self._stack = stack
        self._services: list[Service] = []
        self.ports = PortAssignments(home / "ports.json")

    def start_postgresql(self, pg_bin: Path | None, *, allow_new: bool = True) -> str:
        """The owner's address of the embedded server. ``anew``: an empty one is good too."""
        server = EmbeddedPostgres(self._home.parent, pg_bin=pg_bin, port=self.ports.assign("postgresql", 5432))
        if not allow_new:
            server.check_data_version()
        self._stack.enter_context(server)
        self._services.append(Service("PostgreSQL", server.process, server.log_file))
        return server.url

    def start_broker(self, external_url: SecretStr | None) -> tuple[str, str]:
        """The address for devices and the one for ingest: the embedded broker has a port for each version of MQTT.

        A broker whose address is ``given`` is both.
        """
        if external_url is not None:
            return external_url.get_secret_value(), external_url.get_secret_value()
        ports = {"port": self.ports.assign("mqtt", 1883), "port_v5": self.ports.assign("mqtt5", 1884)}
        broker = self._stack.enter_context(EmbeddedBroker(self._home, **ports))
        self._services.append(Service("the broker", broker.process, broker.log_file))
        return broker.url, broker.url_v5

    def start_program(self, name: str, *options: str, environment: dict[str, str]) -> None:
        """One of our own programs. It holds nothing that isn't kept elsewhere, so it may die at once with us."""
        log = self._home / "log" / f"{name}.log"
        command = with_parent_death_signal([sys.executable, "-m", "lantaarn", name, *options], signal.SIGKILL)
        process = start_process(command, log, inherit_stdout=name == "simulate", extra_environment=environment)
        self._stack.callback(stop_process, process)
        self._services.append(Service(f"lantaarn {name}", process, log))

    def write_while_running(self, path: Path, text: str) -> None:
        """Write what other programs need to know, passwords included, for this user only, while it is true."""
        self._stack.callback(path.unlink, missing_ok=True)
        write_private_file(path, text)

    def watch(self, duration: float | None = None) -> None:
        """Return after ``duration`` seconds. Raises ProcessError when a part dies."""
        deadline = None if duration is None else time.monotonic() + duration
        while deadline is None or time.monotonic() < deadline:
            self.check_alive()
            time.sleep(POLL_INTERVAL_SECONDS)

    def check_alive(self) -> None:
        """Raises ProcessError when a part has died."""
        for part in self._services:
            code = part.process.poll()
            if code is not None:
                raise ProcessError(f"{part.name} stopped by itself (exit code {code}); its log is {part.log_file}")
