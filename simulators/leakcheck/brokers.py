"""The broker of a leak check: Mosquitto that writes its sessions to disk when it is installed, else the embedded one.

Both are context managers, and have a folder in which everything lies that the broker writes.
"""

import getpass
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sensors.processes import HOST, ProcessError, any_free_port, start, stop, tethered
from simulators.embedded.broker import EmbeddedBroker

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
STORE = "mosquitto.db"
PATIENCE = 20.0
# Its log tells as much as it does by default. What may wait has a limit: with none (0) Mosquitto 2.0.11 drops messages
# of quality of service 0, those of event topics, whenever another one is on its way to ingest.
CONFIGURATION = """
listener {port} {host}
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
autosave_interval 0
max_queued_messages 1000000
"""


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker that runs. ``process`` is None when it has no store to be written."""

    devices: str
    ingest: str
    folder: Path
    log: Path
    process: subprocess.Popen[bytes] | None

    def save(self) -> bool:
        """Let it write what it holds to disk. False when it never does."""
        if self.process is None:
            return False
        store = self.folder / STORE
        before = store.stat().st_mtime_ns if store.exists() else 0
        self.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + PATIENCE
        while not store.exists() or store.stat().st_mtime_ns == before:
            if time.monotonic() > deadline:
                raise ProcessError(f"Mosquitto does not save its sessions; its log is {self.log}")
            time.sleep(0.05)
        return True


@contextmanager
def running(folder: Path) -> Generator[Broker]:
    """The broker, until the block is over."""
    folder.mkdir(parents=True)
    if PROGRAM is not None:
        with _mosquitto(PROGRAM, folder) as broker:
            yield broker
    else:
        with EmbeddedBroker(folder) as embedded:
            yield Broker(embedded.url, embedded.url_v5, folder, embedded.log, None)


@contextmanager
def _mosquitto(program: str, folder: Path) -> Generator[Broker]:
    port, log = any_free_port(), folder / "log" / "broker.log"
    names = {"port": port, "host": HOST, "user": getpass.getuser(), "folder": folder}
    configuration = folder / "mosquitto.conf"
    configuration.write_text(CONFIGURATION.format(**names))
    process = start(tethered([program, "-c", str(configuration)], signal.SIGTERM), log)
    try:
        _wait_until_it_answers(process, port, log)
        url = f"mqtt://{HOST}:{port}"
        yield Broker(url, url, folder, log, process)
    finally:
        stop(process)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise ProcessError(f"Mosquitto did not start; its log is {log}")
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
