"""Mosquitto as shipped in ``deployment``: with its configuration, start script and certificate script."""

import getpass
import re
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import SecretStr

from sensors.broker import BrokerAddress
from sensors.devices.accounts import prepare_broker_files
from sensors.processes import LOOPBACK_HOST, find_free_port, start_process, stop_process, with_parent_death_signal
from sensors.settings.devices import BrokerAccountSettings, DeviceSettings
from simulators.embedded.broker import listening_ports
from tests.support.installed import MOSQUITTO_PATH
from tests.support.waiting import wait_for

ROOT = Path(__file__).parents[2]
DEPLOYMENT_DIR = ROOT / "deployment"
INGEST_PASSWORD, DOCTOR_PASSWORD, SIMULATE_PASSWORD = "ingest-password", "doctor-password", "simulate-password"


def _version() -> tuple[int, ...]:
    output = (
        subprocess.run([MOSQUITTO_PATH, "-h"], capture_output=True, text=True, check=False).stdout
        if MOSQUITTO_PATH
        else ""
    )
    found = re.search(r"mosquitto version (\d+)\.(\d+)", output)
    return (int(found[1]), int(found[2])) if found else (0,)


MOSQUITTO_VERSION = _version()


@dataclass(frozen=True, slots=True)
class ShippedBroker:
    """A running broker: the listeners for devices and for our own programs, and its files."""

    device_address: BrokerAddress
    program_address: BrokerAddress
    settings: DeviceSettings
    data_dir: Path
    secrets_dir: Path

    def as_user(self, name: str, password: str | None, *, as_program: bool = False) -> BrokerAddress:
        """The address with these credentials."""
        secret = SecretStr(password) if password is not None else None
        return replace(self.program_address if as_program else self.device_address, username=name, password=secret)


@contextmanager
def shipped_broker(folder: Path, *, listener_options: str = "") -> Generator[ShippedBroker]:
    """Run Mosquitto with ``deployment/mosquitto.conf`` on temporary paths and ports.

    ``listener_options`` are added to the listener for devices.
    """
    secrets, access, data = (folder / name for name in ("secrets", "access", "data"))
    subprocess.run([DEPLOYMENT_DIR / "make-secrets.sh", "localhost", secrets], check=True)
    data.mkdir()
    outer, inner = find_free_port(), find_free_port()
    text = (DEPLOYMENT_DIR / "mosquitto.conf").read_text()
    for shipped, ours in (
        ("listener 8883\n", f"listener {outer} {LOOPBACK_HOST}\n{listener_options}"),
        ("listener 8884\n", f"listener {inner} {LOOPBACK_HOST}\n"),
        ("/mosquitto/access/", f"{access}/"),
        ("/mosquitto/data/", f"{data}/"),
        ("/run/secrets/", f"{secrets}/"),
        ("per_listener_settings false", f"per_listener_settings false\nuser {getpass.getuser()}"),
    ):
        assert shipped in text
        text = text.replace(shipped, ours)
    (folder / "mosquitto.conf").write_text(text)
    assert prepare_broker_files(account_settings(access))
    address = BrokerAddress("localhost", outer, tls=True, ca_file=secrets / "broker_authority")
    settings = DeviceSettings(database_url=SecretStr("postgresql://nobody@127.0.0.1:1/none"), broker_files=access)
    command = [str(DEPLOYMENT_DIR / "run-mosquitto.sh"), str(folder / "mosquitto.conf"), str(access)]
    command.append(str(secrets / "broker_certificate"))
    path = f"{Path(MOSQUITTO_PATH or '').parent}:/usr/bin:/bin"
    process = start_process(
        with_parent_death_signal(command, signal.SIGTERM), folder / "mosquitto.log", extra_environment={"PATH": path}
    )
    try:
        wait_for(lambda: process.poll() is not None or {outer, inner} <= listening_ports(process.pid), 20)
        assert process.poll() is None, (folder / "mosquitto.log").read_text()
        yield ShippedBroker(address, replace(address, port=inner), settings, data, secrets)
    finally:
        stop_process(process)


def account_settings(access: Path, ingest: str = INGEST_PASSWORD) -> BrokerAccountSettings:
    """Accounts of our own programs, for Mosquitto's files in ``access``."""
    return BrokerAccountSettings(
        broker_files=access,
        ingest_mqtt_password=SecretStr(ingest),
        doctor_mqtt_password=SecretStr(DOCTOR_PASSWORD),
        simulate_mqtt_password=SecretStr(SIMULATE_PASSWORD),
    )


@dataclass(slots=True)
class RecordingClient:
    """A client that records its callbacks."""

    client: Client
    connect_reasons: list[str] = field(default_factory=list[str])
    suback_counts: list[int] = field(default_factory=list[int])
    publish_reasons: list[str] = field(default_factory=list[str])
    received: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])
    disconnect_reasons: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.client.on_connect, self.client.on_message, self.client.on_disconnect = (
            self._on_connect,
            self._on_message,
            self._on_disconnect,
        )
        self.client.on_subscribe, self.client.on_publish = self._on_subscribe, self._on_publish

    @property
    def is_connected(self) -> bool:
        """Whether the broker accepted the connection."""
        return self.connect_reasons == ["Success"]

    def subscribe(self, *filters: str) -> None:
        """Subscribe, and wait for the SUBACK."""
        before = len(self.suback_counts)
        self.client.subscribe([(each, 1) for each in filters])
        wait_for(lambda: len(self.suback_counts) > before, 5)

    def publish(self, topic: str, payload: str | bytes, qos: int = 1, **more: Any) -> str:
        """Publish, and return the reason of the PUBACK or of the disconnection."""
        before = len(self.publish_reasons) + len(self.disconnect_reasons)
        self.client.publish(topic, payload, qos=qos, **more)
        wait_for(lambda: len(self.publish_reasons) + len(self.disconnect_reasons) > before, 5)
        return self.disconnect_reasons[-1] if self.disconnect_reasons else self.publish_reasons[-1]

    def _on_connect(self, _c: Client, _d: object, _f: ConnectFlags, code: ReasonCode, _p: Properties | None) -> None:
        self.connect_reasons.append(code.getName())

    def _on_message(self, _c: Client, _d: object, message: MQTTMessage) -> None:
        self.received.append((message.topic, bytes(message.payload)))

    def _on_disconnect(
        self, _c: Client, _d: object, _f: DisconnectFlags, code: ReasonCode, _p: Properties | None
    ) -> None:
        self.disconnect_reasons.append(code.getName())

    def _on_subscribe(self, _c: Client, _d: object, _m: int, codes: list[ReasonCode], _p: Properties | None) -> None:
        self.suback_counts.append(len(codes))

    def _on_publish(self, _c: Client, _d: object, _m: int, code: ReasonCode, _p: Properties) -> None:
        # "No matching subscribers" is not a failure.
        self.publish_reasons.append(code.getName() if code.is_failure else "Success")


@contextmanager
def connected_client(
    address: BrokerAddress,
    client_id: str = "",
    *,
    protocol: MQTTProtocolVersion = MQTTv5,
    clean_start: bool = True,
    session_expiry_seconds: int = 0,
) -> Generator[RecordingClient]:
    """Connect a client that does not reconnect."""
    v5 = protocol == MQTTv5
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id,
        None if v5 else clean_start,
        protocol=protocol,
        reconnect_on_failure=False,
    )
    address.set_credentials(client)
    caller = RecordingClient(client)
    if v5:
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = session_expiry_seconds
        client.connect(address.host, address.port, clean_start=clean_start, properties=properties)
    else:
        client.connect(address.host, address.port)
    client.loop_start()
    try:
        wait_for(lambda: caller.connect_reasons or caller.disconnect_reasons, 5)
        yield caller
    finally:
        client.disconnect()
        client.loop_stop()
        client.on_connect = client.on_message = client.on_disconnect = client.on_subscribe = client.on_publish = None
