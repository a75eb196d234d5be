"""Child server processes: started on free ports and never left behind."""

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import ClassVar

from sensors.hardening import disable_core_dumps

LOOPBACK_HOST = "127.0.0.1"


class ProcessError(Exception):
    """A server failed to start or died; the message names it and its log file."""

    exit_code: ClassVar[int] = 1
    """The exit code of the command that ends because of it."""


class PortTakenError(ProcessError):
    """Another program took the port of a server between its assignment and the start of the server."""


def with_parent_death_signal(
    command: Sequence[str], death_signal: signal.Signals, *, user: str | None = None
) -> list[str]:
    """Wrap a command so that it receives ``death_signal`` when the thread that starts it dies, even by SIGKILL.

    ``user`` (root only): also drop privileges to this user. An exit hook would not do: nothing runs after SIGKILL.
    Raises ProcessError if ``setpriv`` is missing.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ProcessError("The setpriv command is missing. On Debian: apt-get install util-linux")
    change = [] if user is None else [f"--reuid={user}", f"--regid={pwd.getpwnam(user).pw_gid}", "--clear-groups"]
    return [setpriv, *change, f"--pdeathsig={death_signal.name}", "--", *command]


def start_process(
    command: Sequence[str],
    log: Path,
    *,
    cwd: Path | None = None,
    inherit_stdout: bool = False,
    extra_environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in its own process group, appending its output to ``log``; ``inherit_stdout`` leaves standard
    output on ours.

    Disables core dumps for this process and the child, since a server's memory holds data. The process group shields
    the child from a terminal's Ctrl-C, so that its parent can stop servers in the right order.
    """
    disable_core_dumps()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=None if inherit_stdout else output,
            stderr=output,
            cwd=cwd,
            env={**os.environ, **(extra_environment or {})},
            process_group=0,
        )


def stop_process(
    process: subprocess.Popen[bytes], stop_signal: signal.Signals = signal.SIGTERM, *, timeout_seconds: float = 20
) -> None:
    """Send ``stop_signal``, then kill the child after ``timeout_seconds``."""
    if process.poll() is None:
        process.send_signal(stop_signal)
    try:
        process.wait(timeout_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def is_port_free(port: int) -> bool:
    """Whether a server can bind ``127.0.0.1:port`` right now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK_HOST, port))
        except OSError:
            return False
    return True


def find_free_port() -> int:
    """A free TCP port on the loopback interface."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK_HOST, 0))
        return probe.getsockname()[1]


def startup_error(message: str, *ports: int) -> ProcessError:
    """The error for a server that did not start: PortTakenError if another program has one of its ports."""
    taken = [port for port in ports if not is_port_free(port)]
    return PortTakenError(f"{message} (port {taken[0]} is in use)") if taken else ProcessError(message)


class PortAssignments:
    """Port numbers of servers, remembered in a file so that they stay stable between runs while free.

    An assigned port is reserved until ``close``: no other Lantaarn program on this machine gets it assigned, even if it
    starts at the same moment.
    """

    def __init__(self, path: Path) -> None:
        self._memory = path
        self._reservations = ExitStack()

    def assign(self, name: str, default: int) -> int:
        """The port ``name`` had last time if free, else ``default``, else any free port."""
        known: dict[str, int] = json.loads(self._memory.read_text()) if self._memory.exists() else {}
        candidates = chain((known.get(name, default), default), iter(find_free_port, None))
        port = next(filter(self._reserve, candidates))
        self._memory.write_text(json.dumps(known | {name: port}))
        return port

    def close(self) -> None:
        """Give up the reservations."""
        self._reservations.close()

    def _reserve(self, port: int) -> bool:
        """Reserve a port, if it is free.

        The reservation is a name in Linux's abstract namespace, which exists for as long as its socket is open.
        """
        with ExitStack() as reservation:
            holder = reservation.enter_context(socket.socket(socket.AF_UNIX))
            try:
                holder.bind(f"\0lantaarn-port-{port}")
            except OSError:
                return False
            if not is_port_free(port):
                return False
            self._reservations.push(reservation.pop_all())
            return True
