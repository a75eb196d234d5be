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

from sensors.db.server import EmbeddedServer
from sensors.processes import Ports, ProcessError, start, stop, tethered
from simulators.embedded.broker import EmbeddedBroker

TICK = 0.2
"""Seconds between two looks at the programs: how late the death of one is noticed."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):  # noqa: N818 - it is no error
    """Ctrl-C, SIGTERM, or the terminal was closed."""


def listen_to_signals() -> None:
    """From here on the first of them raises Stopped."""
    for each in SIGNALS:
        signal.signal(each, _stop)


def ignore_signals() -> None:
    """From here on everything stops in order, and a second Ctrl-C may not break that."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    ignore_signals()
    raise Stopped


@contextmanager
def held(home: Path, use: str, taken: str) -> Generator[None]:
    """Hold the folder ``home``, for ever for the same ``use``: an example city does not belong among real sensors.

    Raises ProcessError with ``taken`` when another program has it, or when it is used for something else.
    """
    home.mkdir(mode=0o700, exist_ok=True)
    mark = home / "use"
    before = mark.read_text().strip() if mark.exists() else use
    if before != use:
        raise ProcessError(f"{home} is of lantaarn {before}; run lantaarn {use} in another folder")
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProcessError(taken) from None
        mark.write_text(f"{use}\n")
        yield


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, whole or not at all."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text)
    new.rename(path)


@dataclass(frozen=True, slots=True)
class Part:
    """A running program and where its log is."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Parts:
    """The parts in the order they were started; the stack stops them in reverse."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self._home = home
        self._stack = stack
        self._parts: list[Part] = []
        self.ports = Ports(home / "ports.json")

    def start_postgresql(self, pg_bin: Path | None, *, anew: bool = True) -> str:
        """The owner's address of the embedded server. ``anew``: an empty one is good too."""
        server = EmbeddedServer(self._home.parent, pg_bin=pg_bin, port=self.ports.take("postgresql", 5432))
        if not anew:
            server.refuse_to_forget()
        self._stack.enter_context(server)
        self._parts.append(Part("PostgreSQL", server.process, server.log))
        return server.url

    def start_broker(self, given: SecretStr | None) -> tuple[str, str]:
        """The address for devices and the one for ingest: the embedded broker has a port for each version of MQTT.

        A broker whose address is ``given`` is both.
        """
        if given is not None:
            return given.get_secret_value(), given.get_secret_value()
        ports = {"port": self.ports.take("mqtt", 1883), "port_v5": self.ports.take("mqtt5", 1884)}
        broker = self._stack.enter_context(EmbeddedBroker(self._home, **ports))
        self._parts.append(Part("the broker", broker.process, broker.log))
        return broker.url, broker.url_v5

    def start_program(self, name: str, *options: str, environment: dict[str, str]) -> None:
        """One of our own programs. It holds nothing that isn't kept elsewhere, so it may die at once with us."""
        log = self._home / "log" / f"{name}.log"
        command = tethered([sys.executable, "-m", "lantaarn", name, *options], signal.SIGKILL)
        process = start(command, log, show=name == "simulate", environment=environment)
        self._stack.callback(stop, process)
        self._parts.append(Part(f"lantaarn {name}", process, log))

    def tell(self, path: Path, text: str) -> None:
        """Write what other programs need to know, passwords included, for this user only, while it is true."""
        self._stack.callback(path.unlink, missing_ok=True)
        write_private(path, text)

    def watch(self, duration: float | None = None) -> None:
        """Return after ``duration`` seconds. Raises ProcessError when a part dies."""
        deadline = None if duration is None else time.monotonic() + duration
        while deadline is None or time.monotonic() < deadline:
            self.look()
            time.sleep(TICK)

    def look(self) -> None:
        """Raises ProcessError when a part has died."""
        for part in self._parts:
            code = part.process.poll()
            if code is not None:
                raise ProcessError(f"{part.name} stopped by itself (exit code {code}); its log is {part.log}")
