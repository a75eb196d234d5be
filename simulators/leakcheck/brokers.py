"""The broker under test: Mosquitto with sessions on disk if it is installed, else the embedded broker.

Both write all their files below one folder.
"""

import getpass
import shutil
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sensors.processes import (
    LOOPBACK_HOST,
    ProcessError,
    find_free_port,
    start_process,
    startup_error,
    stop_process,
    with_parent_death_signal,
)
from simulators.embedded.broker import EmbeddedBroker, listening_ports

MOSQUITTO_PATH = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
PERSISTENCE_FILE = "mosquitto.db"
BROKER_TIMEOUT_SECONDS = 20.0
# Default log level. The queue needs a limit: with none (0), Mosquitto 2.0.11 drops QoS 0 messages, those on event
# topics, while another message is in flight to ingest.
MOSQUITTO_CONFIGURATION = """
listener {port} {host}
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
autosave_interval 0
max_queued_messages 1000000
"""


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """A running broker. ``process`` is None if the broker has no persistent store."""

    device_url: str
    ingest_url: str
    folder: Path
    log_file: Path
    process: subprocess.Popen[bytes] | None

    def persist(self) -> bool:
        """Make the broker save its store. False if it has none. Raises ProcessError on a timeout."""
        if self.process is None:
            return False
        store = self.folder / PERSISTENCE_FILE
        before = store.stat().st_mtime_ns if store.exists() else 0
        self.process.send_signal(signal.SIGUSR1)
        deadline = time.monotonic() + BROKER_TIMEOUT_SECONDS
        while not store.exists() or store.stat().st_mtime_ns == before:
            if time.monotonic() > deadline:
                raise ProcessError(f"Mosquitto did not save its sessions; see its log, {self.log_file}")
            time.sleep(0.05)
        return True


@contextmanager
def running_broker(folder: Path) -> Generator[RunningBroker]:
    """Run a broker for the duration of the block."""
    folder.mkdir(parents=True)
    if MOSQUITTO_PATH is not None:
        with _mosquitto(MOSQUITTO_PATH, folder) as broker:
            yield broker
    else:
        with EmbeddedBroker(folder) as embedded:
            yield RunningBroker(embedded.url, embedded.url_v5, folder, embedded.log_file, None)


@contextmanager
def _mosquitto(program: str, folder: Path) -> Generator[RunningBroker]:
    port, log = find_free_port(), folder / "log" / "broker.log"
    names = {"port": port, "host": LOOPBACK_HOST, "user": getpass.getuser(), "folder": folder}
    configuration = folder / "mosquitto.conf"
    configuration.write_text(MOSQUITTO_CONFIGURATION.format(**names))
    process = start_process(with_parent_death_signal([program, "-c", str(configuration)], signal.SIGTERM), log)
    try:
        _wait_until_ready(process, port, log)
        url = f"mqtt://{LOOPBACK_HOST}:{port}"
        yield RunningBroker(url, url, folder, log, process)
    finally:
        stop_process(process)


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + BROKER_TIMEOUT_SECONDS
    while port not in listening_ports(process.pid):
        if process.poll() is not None or time.monotonic() > deadline:
            raise startup_error(f"Mosquitto did not start; see its log, {log}", port)
        time.sleep(0.02)
