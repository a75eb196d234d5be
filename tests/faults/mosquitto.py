"""A real Mosquitto with persistent sessions, stopped and started by the test."""

import getpass
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from sensors.processes import LOOPBACK_HOST, find_free_port, start_process, stop_process, with_parent_death_signal
from simulators.embedded.broker import listening_ports
from tests.support.installed import MOSQUITTO_PATH
from tests.support.waiting import wait_for

# Practically no limit on queued messages: with none at all (0), it drops QoS 0 messages. Messages in flight are limited
# by the subscriber's Receive Maximum.
MOSQUITTO_CONFIGURATION = """
listener {port} {host}
{listener}allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
autosave_interval 0
max_queued_messages 100000000
max_inflight_messages 0
log_type error
log_type warning
"""


class Mosquitto:
    """A broker on a fixed port that saves its sessions and queues on a clean stop and restores them on start.

    It is never killed: it acknowledges messages that are only in memory, which a kill would lose whatever ingest does.
    """

    def __init__(self, folder: Path, *, listener_options: str = "") -> None:
        self.port = find_free_port()
        self._folder = folder
        self._listener = listener_options
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Its address."""
        return f"mqtt://{LOOPBACK_HOST}:{self.port}"

    def start(self) -> None:
        """Start, and return once it accepts connections."""
        assert MOSQUITTO_PATH is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        configuration = self._folder / "mosquitto.conf"
        names = {
            "port": self.port,
            "host": LOOPBACK_HOST,
            "user": getpass.getuser(),
            "folder": self._folder,
            "listener": self._listener,
        }
        configuration.write_text(MOSQUITTO_CONFIGURATION.format(**names))
        command = with_parent_death_signal([MOSQUITTO_PATH, "-c", str(configuration)], signal.SIGTERM)
        self._process = start_process(command, self._folder / "mosquitto.log")
        wait_for(self._listens, 20)

    def stop(self) -> None:
        """Stop cleanly, saving everything to disk. No-op if not running."""
        if self._process is not None:
            stop_process(self._process, timeout_seconds=60)
            self._process = None

    def _listens(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"Mosquitto exited unexpectedly; its log is in {self._folder}"
        return self.port in listening_ports(self._process.pid)
