"""Mosquitto as it is shipped: its configuration, the script that runs it and the script that makes the certificates."""

import getpass
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import SecretStr

from sensors.broker import BrokerAddress
from sensors.devices.accounts import prepare
from sensors.processes import HOST, any_free_port, start, stop, tethered
from sensors.settings import AccountSettings, DeviceSettings
from tests.faults.broker import PROGRAM
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
DEPLOYMENT = ROOT / "deployment"
INGEST, DOCTOR, SIMULATE = "ingest-password", "doctor-password", "simulate-password"

needs_mosquitto = pytest.mark.skipif(
    PROGRAM is None or shutil.which("openssl") is None, reason="Mosquitto or openssl is not installed"
)


def _version() -> tuple[int, ...]:
    said = subprocess.run([PROGRAM, "-h"], capture_output=True, text=True, check=False).stdout if PROGRAM else ""
    found = re.search(r"mosquitto version (\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0,)


VERSION = _version()


@dataclass(frozen=True, slots=True)
class Shipped:
    """A broker that runs: where devices connect, where our own programs do, and its files."""

    outer: BrokerAddress
    inner: BrokerAddress
    settings: DeviceSettings
    data: Path
    secrets: Path

    def as_user(self, name: str, password: str | None, *, inner: bool = False) -> BrokerAddress:
        """The address with these credentials."""
        secret = SecretStr(password) if password is not None else None
        return replace(self.inner if inner else self.outer, username=name, password=secret)


@contextmanager
def shipped_broker(folder: Path, *, extra: str = "") -> Generator[Shipped]:
    """Mosquitto with ``deployment/mosquitto.conf``, but its own paths and ports. ``extra``: for the outer listener."""
    secrets, access, data = (folder / name for name in ("secrets", "access", "data"))
    subprocess.run([DEPLOYMENT / "make-secrets.sh", "localhost", secrets], check=True)
    data.mkdir()
    outer, inner = any_free_port(), any_free_port()
    text = (DEPLOYMENT / "mosquitto.conf").read_text()
    for shipped, ours in (
        ("listener 8883\n", f"listener {outer} {HOST}\n{extra}"),
        ("listener 8884\n", f"listener {inner} {HOST}\n"),
        ("/mosquitto/access/", f"{access}/"),
        ("/mosquitto/data/", f"{data}/"),
        ("/run/secrets/", f"{secrets}/"),
        ("per_listener_settings false", f"per_listener_settings false\nuser {getpass.getuser()}"),
    ):
        assert shipped in text
        text = text.replace(shipped, ours)
    (folder / "mosquitto.conf").write_text(text)
    assert prepare(accounts(access))
    address = BrokerAddress("localhost", outer, tls=True, ca_file=secrets / "broker_authority")
    settings = DeviceSettings(database_url=SecretStr("postgresql://nobody@127.0.0.1:1/none"), broker_files=access)
    command = [str(DEPLOYMENT / "run-mosquitto.sh"), str(folder / "mosquitto.conf"), str(access)]
    command.append(str(secrets / "broker_certificate"))
    path = f"{Path(PROGRAM or '').parent}:/usr/bin:/bin"
    process = start(tethered(command, signal.SIGTERM), folder / "mosquitto.log", environment={"PATH": path})
    try:
        wait_for(lambda: process.poll() is not None or all(map(_answers, (outer, inner))), 20)
        assert process.poll() is None, (folder / "mosquitto.log").read_text()
        yield Shipped(address, replace(address, port=inner), settings, data, secrets)
    finally:
        stop(process)


def accounts(access: Path, ingest: str = INGEST) -> AccountSettings:
    """The passwords of our own programs, for Mosquitto's files in this folder."""
    return AccountSettings(
        broker_files=access,
        ingest_mqtt_password=SecretStr(ingest),
        doctor_mqtt_password=SecretStr(DOCTOR),
        simulate_mqtt_password=SecretStr(SIMULATE),
    )


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass(slots=True)
class Caller:
    """A client, and what happened to it."""

    client: Client
    greeted: list[str] = field(default_factory=list[str])
    granted: list[int] = field(default_factory=list[int])
    answers: list[str] = field(default_factory=list[str])
    heard: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    ends: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.client.on_connect, self.client.on_message, self.client.on_disconnect = self._greet, self._hear, self._end
        self.client.on_subscribe, self.client.on_publish = self._grant, self._answer

    @property
    def is_in(self) -> bool:
        """Whether the broker let it in."""
        return self.greeted == ["Success"]

    def subscribe(self, *filters: str) -> None:
        """Ask for topics, and wait for the answer."""
        before = len(self.granted)
        self.client.subscribe([(each, 1) for each in filters])
        wait_for(lambda: len(self.granted) > before, 5)

    def publish(self, topic: str, payload: str | bytes, qos: int = 1, **more: Any) -> str:
        """Publish at quality 1, and give the broker's answer, or how it ended the connection."""
        before = len(self.answers) + len(self.ends)
        self.client.publish(topic, payload, qos=qos, **more)
        wait_for(lambda: len(self.answers) + len(self.ends) > before, 5)
        return self.ends[-1] if self.ends else self.answers[-1]

    def _greet(self, _c: Client, _d: object, _f: ConnectFlags, code: ReasonCode, _p: Properties | None) -> None:
        self.greeted.append(code.getName())

    def _hear(self, _c: Client, _d: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))

    def _end(self, _c: Client, _d: object, _f: DisconnectFlags, code: ReasonCode, _p: Properties | None) -> None:
        self.ends.append(code.getName())

    def _grant(self, _c: Client, _d: object, _m: int, codes: list[ReasonCode], _p: Properties | None) -> None:
        self.granted.append(len(codes))

    def _answer(self, _c: Client, _d: object, _m: int, code: ReasonCode, _p: Properties) -> None:
        # "No matching subscribers" is no refusal.
        self.answers.append(code.getName() if code.is_failure else "Success")


@contextmanager
def calling(
    address: BrokerAddress,
    name: str = "",
    *,
    protocol: MQTTProtocolVersion = MQTTv5,
    clean: bool = True,
    expiry: int = 0,
) -> Generator[Caller]:
    """A client that tries once: it doesn't come back when it is cut off."""
    v5 = protocol == MQTTv5
    client = Client(
        CallbackAPIVersion.VERSION2, name, None if v5 else clean, protocol=protocol, reconnect_on_failure=False
    )
    address.introduce(client)
    caller = Caller(client)
    if v5:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = expiry
        client.connect(address.host, address.port, clean_start=clean, properties=properties)
    else:
        client.connect(address.host, address.port)
    client.loop_start()
    try:
        wait_for(lambda: caller.greeted or caller.ends, 5)
        yield caller
    finally:
        client.disconnect()
        client.loop_stop()
        client.on_connect = client.on_message = client.on_disconnect = client.on_subscribe = client.on_publish = None
