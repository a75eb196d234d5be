"""The embedded MQTT broker for the demo and the tests: rumqttd, from the wheel ``iotcore``.

MQTT 3.1.1 and MQTT 5 have separate ports; each refuses clients of the other version. Sessions survive a lost connection
and are redelivered, with at most 100 messages in flight. It listens on localhost only, without authentication.
"""

import importlib.util
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from ingest.mqtt.framing import MAX_PACKET_BYTES
from sensors.hardening import harden_process
from sensors.processes import (
    LOOPBACK_HOST,
    ProcessError,
    find_free_port,
    start_process,
    startup_error,
    stop_process,
    with_parent_death_signal,
)

READY_TIMEOUT_SECONDS = 30.0
LISTEN_TIMEOUT_SECONDS = 5.0
"""How long the broker takes at most, once its program is loaded, to listen on its ports."""
LISTENER_TEMPLATE = """
[{version}.1]
name = "{version}"
listen = "{host}:{port}"
next_connection_delay_ms = 1
[{version}.1.connections]
connection_timeout_ms = 60000
max_payload_size = {max_packet_bytes}
max_inflight_count = 100
dynamic_filters = true
"""
ROUTER_CONFIGURATION = """
id = 0
[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 200
max_segment_size = 104857600
max_segment_count = 10
"""


class EmbeddedBroker:
    """A broker that runs for the duration of the ``with`` block.

    Raises ProcessError if it fails to start: PortTakenError if another program has one of its ports.
    """

    def __init__(self, folder: Path, *, port: int | None = None, port_v5: int | None = None) -> None:
        self.port = port or find_free_port()
        self.port_v5 = port_v5 or find_free_port()
        self.log_file = folder / "log" / "broker.log"
        self._configuration = folder / "broker.toml"
        self._announcement = folder / "broker.pid"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL for MQTT 3.1.1 clients."""
        return f"mqtt://{LOOPBACK_HOST}:{self.port}"

    @property
    def url_v5(self) -> str:
        """URL for MQTT 5 clients."""
        return f"mqtt://{LOOPBACK_HOST}:{self.port_v5}"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The broker process. Raises ProcessError outside the ``with`` block."""
        if self._process is None:
            raise ProcessError("The embedded broker is not running")
        return self._process

    def __enter__(self) -> Self:
        if importlib.util.find_spec("iotcore") is None:
            raise ProcessError(
                "There is no broker to run: install the package iotcore (make does), or name a running one in MQTT_URL."
            )
        listeners = [
            LISTENER_TEMPLATE.format(version=version, host=LOOPBACK_HOST, port=port, max_packet_bytes=MAX_PACKET_BYTES)
            for version, port in self._ports()
        ]
        self._configuration.parent.mkdir(parents=True, exist_ok=True)
        self._configuration.write_text("".join([ROUTER_CONFIGURATION, *listeners]))
        self._announcement.unlink(missing_ok=True)
        command = [
            sys.executable,
            "-m",
            "simulators.embedded.broker",
            str(self._configuration),
            str(self._announcement),
        ]
        self._process = start_process(with_parent_death_signal(command, signal.SIGTERM), self.log_file)
        try:
            self._wait_until_ready()
        except BaseException:
            stop_process(self._process)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        stop_process(self.process)
        self._process = None
        self._announcement.unlink(missing_ok=True)

    def _ports(self) -> tuple[tuple[str, int], tuple[str, int]]:
        return (("v4", self.port), ("v5", self.port_v5))

    def _wait_until_ready(self) -> None:
        """Wait until the broker announces that it listens: what answers on its ports may be another program's."""
        deadline = time.monotonic() + READY_TIMEOUT_SECONDS
        while not (self._announcement.exists() and self._announcement.read_text() == str(self.process.pid)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                stop_process(self.process)
                raise startup_error(f"The broker did not start; see its log, {self.log_file}", self.port, self.port_v5)
            time.sleep(0.02)


def _announce_when_listening(listeners: Iterable[str], announcement: Path) -> None:
    """Write our process id to a file once this process listens on all of ``host:port``; exit if it never does.

    Only the process itself can tell, since hardening closes its ``/proc`` to its parent. The broker goes on without a
    listener whose port is taken at the last moment.
    """
    ports = {int(listener.rpartition(":")[2]) for listener in listeners}
    deadline = time.monotonic() + LISTEN_TIMEOUT_SECONDS
    while not ports <= listening_ports(os.getpid()):
        if time.monotonic() > deadline:
            os._exit(1)
        time.sleep(0.02)
    announcement.write_text(str(os.getpid()))


def listening_ports(pid: int) -> set[int]:
    """The TCP ports on which a process or its children listen; none if it is gone.

    A hardened process is closed to everyone but root and itself.
    """
    import psutil  # noqa: PLC0415 - everything else here works without the wheels

    try:
        process = psutil.Process(pid)
        family = (process, *process.children(recursive=True))
        connections = [connection for each in family for connection in each.net_connections("tcp")]
    except psutil.Error:
        return set()
    return {connection.laddr.port for connection in connections if connection.status == psutil.CONN_LISTEN}


def main() -> None:
    """Run the broker with the given configuration file in this process, until SIGTERM.

    The second argument is the file in which to announce that it listens.
    """
    from iotcore import Broker  # noqa: PLC0415 - everything else here works without the wheels

    harden_process()
    # The broker blocks in native code, where Python handlers never run: restore the default actions.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # It logs every packet at level ERROR, and packets may hold personal data.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    broker = Broker(config_path=sys.argv[1])
    Thread(target=_announce_when_listening, args=(broker.listeners, Path(sys.argv[2])), daemon=True).start()
    broker.run_forever()


if __name__ == "__main__":
    main()
