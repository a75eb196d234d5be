"""Is the broker there, who does it let in, and does it keep messages that nobody may keep?"""

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
from sensors.settings import DoctorSettings
from sensors.settings.base import hide_password

PROTOCOLS = {"MQTT 5": MQTTProtocolVersion.MQTTv5, "MQTT 3.1.1": MQTTProtocolVersion.MQTTv311}
ANSWER = 3.0
"""Seconds a broker gets to answer."""
SILENCE = 1.0
"""Seconds without a message after which there is none: a broker sends what it kept at once."""
THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
NOT_SEEN = "could not be tried: this user may not listen or publish there"


def broker_findings(settings: DoctorSettings, url: SecretStr | None) -> Iterator[Finding]:
    """What there is at an address; without one, what the demo would run."""
    if url is None:
        embedded = importlib.util.find_spec("iotcore") is not None
        todo = None if embedded else "install the package iotcore (make does), or set MQTT_URL"
        yield Finding("broker", "MQTT_URL is not set; lantaarn demo will run its own", todo)
        return
    address = settings.address(url)
    versions = [name for name, protocol in PROTOCOLS.items() if _speaks(address, protocol)]
    shown = hide_password(url.get_secret_value())
    if not versions:
        yield Finding("broker", f"{shown}: does not let us in", "start the broker, or correct MQTT_URL")
        return
    yield Finding("broker", f"{shown}: {' and '.join(versions)}")
    protocol = PROTOCOLS[versions[0]]
    yield _encrypted(address)
    yield _strangers(address, protocol)
    yield _rights(address, protocol)
    yield from _shared(settings, address)
    yield _retained(address, protocol)
    yield _kept(address, protocol)


def _speaks(address: BrokerAddress, protocol: MQTTProtocolVersion) -> bool:
    with _Line(address, protocol) as line:
        return line.is_open


def _encrypted(address: BrokerAddress) -> Finding:
    if address.tls:
        return Finding("broker line", "encrypted")
    if address.host in THIS_MACHINE:
        return Finding("broker line", "not encrypted, on this machine only")
    return Finding(
        "broker line", "passwords and number plates go over it as they are", "use mqtts://: docs/production.md"
    )


def _strangers(address: BrokerAddress, protocol: MQTTProtocolVersion) -> Finding:
    nobody = replace(address, username=None, password=None, cert_file=None, key_file=None)
    if not _speaks(nobody, protocol):
        return Finding("broker login", "refuses who has none")
    if address.host in THIS_MACHINE:
        return Finding("broker login", "lets everyone in, on this machine only")
    return Finding(
        "broker login", "lets everyone in: who listens hears number plates", "see docs/hardening.md: a user per device"
    )


def _rights(address: BrokerAddress, protocol: MQTTProtocolVersion) -> Finding:
    """Whether who we are may write where nobody has anything to write; nobody listens there either."""
    with _Line(address, protocol) as line:
        allowed = line.may_write(f"lantaarn-doctor/{uuid.uuid4().hex}")
    match allowed:
        case None:
            return Finding("broker rights", "could not be tried: only a broker of MQTT 5 says what it refuses")
        case False:
            return Finding("broker rights", "this login may not write just anything")
        case True if address.host in THIS_MACHINE:
            return Finding("broker rights", "everyone may write anything, on this machine only")
        case True:
            return Finding(
                "broker rights",
                "this login may write as any device",
                "see docs/devices.md: a list of rights (acl_file)",
            )


def _shared(settings: DoctorSettings, address: BrokerAddress) -> Iterator[Finding]:
    """Who knows the name of the share can take a part of the messages away, whatever it may read."""
    usual = DoctorSettings.model_fields["share_name"].default
    if settings.workers > 1 and address.host not in THIS_MACHINE and settings.share_name == usual:
        yield Finding(
            "broker share",
            "workers share messages under a name that everyone knows",
            "set LANTAARN_SHARE_NAME to a secret: docs/devices.md",
        )


def _retained(address: BrokerAddress, protocol: MQTTProtocolVersion) -> Finding:
    """A retained message is on the broker's disk and goes to whoever comes to listen."""
    with _Line(address, protocol) as line:
        if line.refuses_retained:
            return Finding("retained events", "none: the broker takes no retained messages")
        if not line.listen(f"{EVENT_PREFIX}#"):
            return Finding("retained events", NOT_SEEN)
        line.wait(lambda: any(line.heard), SILENCE)
    if any(line.heard):
        return Finding(
            "retained events",
            "the broker keeps messages on event topics",
            "publish an empty retained message on each, and set retain_available false or an ACL",
        )
    return Finding("retained events", "none")


def _kept(address: BrokerAddress, protocol: MQTTProtocolVersion) -> Finding:
    """Be away with a durable session while an event message comes by, as ingest is, and see if it was kept."""
    topic, name = f"{EVENT_PREFIX}lantaarn-doctor/{uuid.uuid4().hex}", f"lantaarn-doctor-{uuid.uuid4().hex}"
    with _Line(address, protocol, name, durable=True) as absent:
        may_listen = absent.listen(topic)
    with _Line(address, protocol) as speaker:
        passed = may_listen and speaker.listen(topic) and speaker.says(topic)
    with _Line(address, protocol, name, durable=True) as back:
        back.wait(lambda: bool(back.heard), SILENCE if passed else 0)
    with _Line(address, protocol, name):
        pass  # a clean start: the session is gone
    if not passed:
        return Finding("events of who is away", NOT_SEEN)
    if not back.heard:
        return Finding("events of who is away", "are kept for nobody")
    if address.host in THIS_MACHINE:
        return Finding("events of who is away", "are kept, on this machine only")
    return Finding(
        "events of who is away",
        "the broker keeps messages of quality 0 for durable sessions",
        "with Mosquitto: queue_qos0_messages false; see docs/hardening.md",
    )


class _Line:
    """A connection that is listened to by hand, closed after the block."""

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
        self._client.on_connect = self._greet
        self._client.on_publish = lambda _client, _data, _mid, code, _properties: self._answered.append(code)
        self._client.on_subscribe = lambda _client, _data, _mid, codes, _properties: self._granted.extend(codes)
        self._client.on_message = self._hear
        self._greeted: list[ReasonCode] = []
        self._granted: list[ReasonCode] = []
        self._answered: list[ReasonCode] = []
        self.refuses_retained = False
        """Whether the broker said at the start that it takes no retained messages."""
        self.heard: list[bool] = []
        """For each message whether it was retained; what it says is not looked at."""

    def __enter__(self) -> Self:
        try:
            self._address.introduce(self._client)
            self._connect()
        except OSError:
            return self
        self.wait(lambda: bool(self._greeted), ANSWER)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.disconnect()
        self._client.loop(0)
        # Nothing of it waits for the garbage collector, its sockets neither.
        self._client.on_connect = self._client.on_subscribe = self._client.on_publish = self._client.on_message = None

    @property
    def is_open(self) -> bool:
        """Whether the broker lets us in."""
        return bool(self._greeted) and not self._greeted[0].is_failure

    def listen(self, topic_filter: str) -> bool:
        """Subscribe; whether we may."""
        if not self.is_open:
            return False
        self._client.subscribe(topic_filter, qos=1)
        self.wait(lambda: bool(self._granted), ANSWER)
        return bool(self._granted) and not self._granted[0].is_failure

    def may_write(self, topic: str) -> bool | None:
        """Whether the broker takes a message there; none when it doesn't say."""
        if not (self.is_open and self._is_v5):
            return None
        self._client.publish(topic, b"{}", qos=1)
        self.wait(lambda: bool(self._answered), ANSWER)
        return not self._answered[0].is_failure if self._answered else None

    def says(self, topic: str) -> bool:
        """Publish at quality 0 what we listen to ourselves; whether it came by."""
        self._client.publish(topic, b"{}", qos=0)
        self.wait(lambda: bool(self.heard), ANSWER)
        return bool(self.heard)

    def wait(self, happened: Callable[[], bool], seconds: float) -> None:
        """Serve the connection until it happened, the time is over or the connection is."""
        deadline = monotonic() + seconds
        while not happened() and monotonic() < deadline and self._client.loop(0.1) == MQTT_ERR_SUCCESS:
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

    def _greet(
        self, _client: Client, _data: object, _flags: object, code: ReasonCode, properties: Properties | None
    ) -> None:
        self.refuses_retained = getattr(properties, "RetainAvailable", 1) == 0
        self._greeted.append(code)

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard.append(message.retain)
