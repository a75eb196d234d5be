"""PostgreSQL and the broker of ``lantaarn servers``: never on a port that is another program's."""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier

import psycopg
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from sensors.db.server import EmbeddedPostgres, data_folder_of
from sensors.processes import LOOPBACK_HOST, PortAssignments, PortTakenError, find_free_port
from simulators.embedded.broker import EmbeddedBroker
from simulators.embedded.services import MAX_PORT_ATTEMPTS, Services

NAMES = ("postgresql", "mqtt", "mqtt5")


@pytest.fixture
def servers(embedded_broker_wheel: None, postgres_installation: object, tmp_path: Path) -> Iterator[list[Services]]:
    """The servers of two folders, which prefer the same ports. Not started yet."""
    preferred = json.dumps({name: find_free_port() for name in NAMES})
    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("helmond", "deurne")]
        for folder in folders:
            (folder / ".lantaarn").mkdir(parents=True)
            (folder / ".lantaarn" / "ports.json").write_text(preferred)
            if os.geteuid() == 0:
                stack.callback(shutil.rmtree, data_folder_of(folder), ignore_errors=True)
        yield [Services(folder / ".lantaarn", stack) for folder in folders]


def start(servers: Services) -> tuple[int, ...]:
    """Start both, and return their ports; each must answer as itself."""
    database, broker = servers.start_postgresql(None), servers.start_broker(None)
    with psycopg.connect(database) as connection:
        port = connection.info.port
    client = Client(CallbackAPIVersion.VERSION2)
    ports = [int(url.rpartition(":")[2]) for url in broker]
    assert client.connect(LOOPBACK_HOST, ports[0]) == MQTTErrorCode.MQTT_ERR_SUCCESS
    client.disconnect()
    servers.check_alive()
    return (port, *ports)


def test_two_that_start_at_the_same_moment_run_on_ports_of_their_own(servers: list[Services]) -> None:
    barrier = Barrier(len(servers))

    def start_together(each: Services) -> tuple[int, ...]:
        barrier.wait()
        return start(each)

    # The servers would die with the thread that starts them, so it must outlive them.
    with ThreadPoolExecutor(len(servers)) as threads:
        ours, theirs = threads.map(start_together, servers)
        assert len({*ours, *theirs}) == 2 * len(NAMES)
        for each in servers:
            each.check_alive()


def test_a_port_that_is_taken_after_it_was_assigned_is_replaced(
    servers: list[Services], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server((LOOPBACK_HOST, 0)) as stranger:
        taken = stranger.getsockname()[1]
        assign = PortAssignments.assign
        lost: dict[str, int] = {"postgresql": taken, "mqtt5": taken}

        def assign_late(ports: PortAssignments, name: str, default: int) -> int:
            return lost.pop(name, None) or assign(ports, name, default)

        monkeypatch.setattr(PortAssignments, "assign", assign_late)
        assert taken not in start(servers[0])
    assert not lost


def test_it_does_not_look_for_a_free_port_for_ever(servers: list[Services], monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK_HOST, 0)) as stranger:
        taken = stranger.getsockname()[1]
        tries = list[str]()

        def assign(_: PortAssignments, name: str, default: int) -> int:
            tries.append(name)
            return taken

        monkeypatch.setattr(PortAssignments, "assign", assign)
        with pytest.raises(PortTakenError, match="is in use"):
            servers[0].start_broker(None)
    assert tries == ["mqtt", "mqtt5"] * MAX_PORT_ATTEMPTS


def test_a_second_broker_on_the_same_port_does_not_pass_for_the_first(broker: EmbeddedBroker, tmp_path: Path) -> None:
    for ports in ((broker.port, broker.port_v5), (broker.port, None), (None, broker.port_v5)):
        with pytest.raises(PortTakenError), EmbeddedBroker(tmp_path / "second", port=ports[0], port_v5=ports[1]):
            pass


def test_nor_does_a_second_postgresql(servers: list[Services], tmp_path: Path, pg_server: EmbeddedPostgres) -> None:
    second = EmbeddedPostgres(tmp_path / "helmond", port=pg_server.port, durable=False)
    with pytest.raises(PortTakenError, match=f"port {pg_server.port} is in use"), second:
        pass
