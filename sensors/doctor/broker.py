"""Check the broker: whether it is reachable, who it lets in, and whether it stores messages it must not."""

import importlib.util
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic
from types import TracebackType
from typing import Self

from paho.mqtt.client import MQTT_ERR_SUCCESS, Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from pydantic import SecretStr

from sensors.broker import BrokerAddress
from sensors.doctor.finding import Finding
from sensors.formats.topics import EVENT_PREFIX
from sensors.settings.base import hide_password
from sensors.settings.doctor import DoctorSettings

PROTOCOLS = {"MQTT 5": MQTTProtocolVersion.MQTTv5, "MQTT 3.1.1": MQTTProtocolVersion.MQTTv311}
ANSWER_TIMEOUT_SECONDS = 3.0
"""How long to wait for the broker's answer, in seconds."""
SILENCE_SECONDS = 1.0
"""Seconds without a message that count as none: a broker sends retained and queued messages at once."""
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "::1", "localhost"})
NOT_TESTABLE = "could not be tested: this user may not subscribe or publish there"


def broker_findings(settings: DoctorSettings, url: SecretStr | None) -> Iterator[Finding]:
    """Findings about the broker at ``url``, or without one about the broker that the demo would run."""
    if url is None:
        embedded = importlib.util.find_spec("iotcore") is not None
        todo = None if embedded else "install the package iotcore (make does), or set MQTT_URL"
        yield Finding("broker", "MQTT_URL is not set; lantaarn demo will run its own", todo)
        return
    address = settings.parse_broker_url(url)
    versions = [name for name, protocol in PROTOCOLS.items() if _accepts_connection(address, protocol)]
    shown = hide_password(url.get_secret_value())
    if not versions:
        yield Finding("broker", f"{shown}: can't connect", "start the broker, or correct MQTT_URL")
        return
    yield Finding("broker", f"{shown}: {' and '.join(versions)}")
    protocol = PROTOCOLS[versions[0]]
    yield _encrypted(address)
    yield _anonymous_login(address, protocol)
    yield _write_permission(address, protocol)
    yield from _share_name(settings, address)
    yield _retained_messages(address, protocol)
    yield _offline_delivery(address, protocol)


def _accepts_connection(address: BrokerAddress, protocol: MQTTProtocolVersion) -> bool:
    with _TestConnection(address, protocol) as line:
        return line.is_connected


def _encrypted(address: BrokerAddress) -> Finding:
    if address.tls:
        return Finding("broker line", "encrypted")
    if address.host in LOOPBACK_HOSTS:
        return Finding("broker line", "not encrypted, on this machine only")
    return Finding(
        "broker line", "passwords and number plates are sent unencrypted", "use mqtts://: docs/production.md"
    )


def _anonymous_login(address: BrokerAddress, protocol: MQTTProtocolVersion) -> Finding:
    nobody = replace(address, username=None, password=None, cert_file=None, key_file=None)
    if not _accepts_connection(nobody, protocol):
        return Finding("broker login", "refuses anonymous clients")
    if address.host in LOOPBACK_HOSTS:
        return Finding("broker login", "lets everyone in, on this machine only")
    return Finding(
        "broker login",
        "lets everyone in: any subscriber gets number plates",
        "see docs/hardening.md: a user per device",
    )


def _write_permission(address: BrokerAddress, protocol: MQTTProtocolVersion) -> Finding:
    """Whether our login may publish to a topic that nobody uses or subscribes to."""
    with _TestConnection(address, protocol) as line:
        allowed = line.can_publish(f"lantaarn-doctor/{uuid.uuid4().hex}")
    match allowed:
        case None:
            return Finding("broker rights", "could not be tested: only an MQTT 5 broker reports what it refuses")
        case False:
            return Finding("broker rights", "this login may not write to arbitrary topics")
        case True if address.host in LOOPBACK_HOSTS:
            return Finding("broker rights", "everyone may write anything, on this machine only")
        case True:
            return Finding(
                "broker rights",
                "this login may write as any device",
                "see docs/devices.md: an access list (acl_file)",
            )


def _share_name(settings: DoctorSettings, address: BrokerAddress) -> Iterator[Finding]:
    """Anyone who knows the share name can take away part of the messages, if they may subscribe."""
    usual = DoctorSettings.model_fields["share_name"].default
    if settings.workers > 1 and address.host not in LOOPBACK_HOSTS and settings.share_name == usual:
        yield Finding(
            "broker share",
            "workers share messages under a publicly known name",
            "set LANTAARN_SHARE_NAME to a secret: docs/devices.md",
        )


def _retained_messages(address: BrokerAddress, protocol: MQTTProtocolVersion) -> Finding:
    """A retained message is stored on the broker's disk and sent to every new subscriber."""
    with _TestConnection(address, protocol) as line:
        if line.rejects_retained:
            return Finding("retained events", "none: the broker takes no retained messages")
        if not line.subscribe(f"{EVENT_PREFIX}#"):
            return Finding("retained events", NOT_TESTABLE)
        line.loop_until(lambda: any(line.received_retain_flags), SILENCE_SECONDS)
    if any(line.received_retain_flags):
        return Finding(
            "retained events",
            "the broker keeps messages on event topics",
            "publish an empty retained message on each, and set retain_available false or an ACL",
        )
    return Finding("retained events", "none")


def _offline_delivery(address: BrokerAddress, protocol: MQTTProtocolVersion) -> Finding:
    """Disconnect a durable session as ingest has, publish an event meanwhile, and see if the broker queued it."""
    topic, name = f"{EVENT_PREFIX}lantaarn-doctor/{uuid.uuid4().hex}", f"lantaarn-doctor-{uuid.uuid4().hex}"
    with _TestConnection(address, protocol, name, durable=True) as absent:
        may_listen = absent.subscribe(topic)
    with _TestConnection(address, protocol) as speaker:
        passed = may_listen and speaker.subscribe(topic) and speaker.publish_and_receive(topic)
    with _TestConnection(address, protocol, name, durable=True) as back:
        back.loop_until(lambda: bool(back.received_retain_flags), SILENCE_SECONDS if passed else 0)
    with _TestConnection(address, protocol, name):
        pass  # a clean start discards the session
    if not passed:
        return Finding("queued events", NOT_TESTABLE)
    if not back.received_retain_flags:
        return Finding("queued events", "none: not queued for offline sessions")
    if address.host in LOOPBACK_HOSTS:
        return Finding("queued events", "queued for offline sessions, on this machine only")
    return Finding(
        "queued events",
        "the broker queues QoS 0 messages for offline sessions",
        "with Mosquitto: queue_qos0_messages false; see docs/hardening.md",
    )


class _TestConnection:
    """A connection driven manually, closed at the end of the block."""

    def __init__(
        self, address: BrokerAddress, protocol: MQTTProtocolVersion, name: str | None = None, *, durable: bool = False
    ) -> None:
        self._address = address
        self._durable = durable
        self._is_v5 = protocol == MQTTProtocolVersion.MQTTv5
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=name or f"lantaarn-doctor-{uuid.uuid4().hex}",
            protocol=protocol,
            clean_session=None if self._is_v5 else not durable,
        )
        self._client.on_connect = self._on_connect
        self._client.on_publish = lambda _client, _data, _mid, code, _properties: self._publish_codes.append(code)
        self._client.on_subscribe = lambda _client, _data, _mid, codes, _properties: self._subscribe_codes.extend(codes)
        self._client.on_message = self._on_message
        self._connect_codes: list[ReasonCode] = []
        self._subscribe_codes: list[ReasonCode] = []
        self._publish_codes: list[ReasonCode] = []
        self.rejects_retained = False
        """Whether the broker announced at connect that it accepts no retained messages."""
        self.received_retain_flags: list[bool] = []
        """For each message received, whether it was retained. Payloads are ignored."""

    def __enter__(self) -> Self:
        try:
            self._address.set_credentials(self._client)
            self._connect()
        except OSError:
            return self
        self.loop_until(lambda: bool(self._connect_codes), ANSWER_TIMEOUT_SECONDS)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.disconnect()
        self._client.loop(0)
        # Break reference cycles, so that sockets are closed without waiting for the garbage collector.
        self._client.on_connect = self._client.on_subscribe = self._client.on_publish = self._client.on_message = None

    @property
    def is_connected(self) -> bool:
        """Whether the broker accepted the connection."""
        return bool(self._connect_codes) and not self._connect_codes[0].is_failure

    def subscribe(self, topic_filter: str) -> bool:
        """Subscribe; returns whether the broker allowed it."""
        if not self.is_connected:
            return False
        self._client.subscribe(topic_filter, qos=1)
        self.loop_until(lambda: bool(self._subscribe_codes), ANSWER_TIMEOUT_SECONDS)
        return bool(self._subscribe_codes) and not self._subscribe_codes[0].is_failure

    def can_publish(self, topic: str) -> bool | None:
        """Whether the broker accepts a message on this topic; None if it doesn't say."""
        if not (self.is_connected and self._is_v5):
            return None
        self._client.publish(topic, b"{}", qos=1)
        self.loop_until(lambda: bool(self._publish_codes), ANSWER_TIMEOUT_SECONDS)
        return not self._publish_codes[0].is_failure if self._publish_codes else None

    def publish_and_receive(self, topic: str) -> bool:
        """Publish at QoS 0 to a topic we subscribe to; returns whether the message came back."""
        self._client.publish(topic, b"{}", qos=0)
        self.loop_until(lambda: bool(self.received_retain_flags), ANSWER_TIMEOUT_SECONDS)
        return bool(self.received_retain_flags)

    def loop_until(self, condition: Callable[[], bool], timeout_seconds: float) -> None:
        """Run the network loop until the condition holds, the timeout expires or the connection is lost."""
        deadline = monotonic() + timeout_seconds
        while not condition() and monotonic() < deadline and self._client.loop(0.1) == MQTT_ERR_SUCCESS:
            pass

    def _connect(self) -> None:
        if not self._is_v5:
            self._client.connect(self._address.host, self._address.port)
            return
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = 60 if self._durable else 0
        self._client.connect(
            self._address.host, self._address.port, clean_start=not self._durable, properties=properties
        )

    def _on_connect(
        self, _client: Client, _data: object, _flags: object, code: ReasonCode, properties: Properties | None
    ) -> None:
        self.rejects_retained = getattr(properties, "RetainAvailable", 1) == 0
        self._connect_codes.append(code)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.received_retain_flags.append(message.retain)
