"""A durable MQTT session with a bounded in-flight window and manual acknowledgement.

Uses MQTT 5, or 3.1.1 if the broker supports nothing newer. A message is acknowledged only on the connection that
delivered it: after a reconnect the broker redelivers what was unacknowledged, and old packet identifiers are void.
"""

import socket
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTv5, MQTTv311
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.mqtt.framing import FramingClient, Publication
from ingest.mqtt.subscriptions import Subscription
from sensors import logs
from sensors.broker import BrokerAddress

log = logs.get_logger()

SESSION_EXPIRY_SECONDS = 7 * 24 * 3600
"""How long the broker keeps what it cannot deliver to us."""
SESSION_KEEP_ALIVE_SECONDS = 60
"""A connection that is silent for this long is probed. It ends if the answer, or what arrives before it, takes as long
again."""
HANDSHAKE_TIMEOUT_SECONDS = 5.0
"""How long to wait for the answer to CONNECT before trying the older protocol."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Messages that arrived together, in order."""

    connection_number: int
    """The connection that delivered them, and the only one on which they may be acknowledged."""
    received_monotonic: float
    """Seconds of the monotonic clock."""
    publications: Sequence[Publication]


class Session:
    """One durable session.

    ``on_delivery`` and ``on_disconnect`` are called on the network thread and must return within seconds.
    """

    def __init__(
        self,
        broker: BrokerAddress,
        subscription: Subscription,
        receive_maximum: int,
        on_delivery: Callable[[Delivery], None],
        on_disconnect: Callable[[ReasonCode], None] = lambda _: None,
    ):
        self._broker = broker
        self._subscription = subscription
        self._in_flight = receive_maximum
        self._on_delivery = on_delivery
        self._on_lost = on_disconnect
        self._lock = Lock()
        self._connection_number = 0
        self._is_broken = False
        self._answered = Event()
        self._ready = Event()
        self._client: FramingClient | None = None
        self._protocol: MQTTProtocolVersion = MQTTv5
        self.is_resumed = False
        """Whether the broker still had this session on connecting."""

    def open(self) -> bool:
        """Connect and subscribe. Returns False if the broker does not answer. Once open, reconnects automatically."""
        for protocol in (MQTTv5, MQTTv311):
            client = self._client = self._make_client(protocol)
            if self._handshake(client, protocol):
                self._protocol = protocol
                return True
            client.disconnect()
            client.loop_stop()
        return False

    def acknowledge(self, connection_number: int, packet_ids: Iterable[int]) -> None:
        """Acknowledge committed messages, unless their connection is gone: the broker then delivers them again."""
        with self._lock:
            if self._client is not None and connection_number == self._connection_number:
                self._client.acknowledge(packet_ids)

    @property
    def connection_number(self) -> int:
        """A number that changes whenever a connection ends or begins."""
        return self._connection_number

    def is_current_connection(self, connection_number: int) -> bool:
        """Whether this is the current connection. If not, the broker delivers its messages again."""
        return connection_number == self._connection_number

    @property
    def protocol(self) -> MQTTProtocolVersion:
        """The protocol version in use, once the session is open."""
        return self._protocol

    @property
    def is_connected(self) -> bool:
        """Whether the broker is connected and the subscription active."""
        return self._client is not None and self._client.is_connected() and self._ready.is_set()

    def break_connection(self) -> None:
        """Break this connection. The broker redelivers unacknowledged messages on the next one."""
        with self._lock:
            self._connection_number += 1
            self._is_broken = True
        connection = self._client.socket() if self._client is not None else None
        if isinstance(connection, socket.socket):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Disconnect. The broker keeps the session, and queues messages for it."""
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()

    def discard(self) -> None:
        """End the session: the broker discards it and everything queued for it."""
        self.close()
        client = self._make_client(self._protocol, clean=True)
        client.on_connect = _disconnect
        if self._protocol == MQTTv5:
            client.connect(self._broker.host, self._broker.port, clean_start=True)
        else:
            client.connect(self._broker.host, self._broker.port)
        client.loop_forever()
        if self.is_resumed:
            log.info("abandoned_session_drained", client_id=self._subscription.client_id)

    def _make_client(self, protocol: MQTTProtocolVersion, *, clean: bool = False) -> FramingClient:
        client = FramingClient(protocol, self._subscription.client_id, self._on_publications, clean_start=clean)
        self._broker.set_credentials(client)
        client.reconnect_delay_set(min_delay=1, max_delay=30)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_subscribe = self._on_subscribe
        return client

    def _handshake(self, client: FramingClient, protocol: MQTTProtocolVersion) -> bool:
        host, port = self._broker.host, self._broker.port
        try:
            if protocol == MQTTv5:
                properties = Properties(PacketTypes.CONNECT)
                properties.SessionExpiryInterval = SESSION_EXPIRY_SECONDS
                properties.ReceiveMaximum = self._in_flight
                client.connect(host, port, SESSION_KEEP_ALIVE_SECONDS, clean_start=False, properties=properties)
            else:
                client.connect(host, port, SESSION_KEEP_ALIVE_SECONDS)
        except OSError:
            return False
        self._answered.clear()
        client.loop_start()
        self._answered.wait(HANDSHAKE_TIMEOUT_SECONDS)
        return self._ready.is_set()

    def _on_connect(
        self, client: Client, _data: object, flags: ConnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if code.is_failure:
            log.error("broker_connection_refused", reason=code.getName())
            return
        with self._lock:
            self._connection_number += 1
            self._is_broken = False
        self.is_resumed = flags.session_present
        if self._subscription.is_abandoned:
            client.unsubscribe(self._subscription.topic_filter)
        else:
            # Even if the session was resumed: one created just before a crash may lack its subscription.
            client.subscribe(self._subscription.topic_filter, qos=1)
        if self._subscription.is_abandoned or self.is_resumed:
            # Don't wait for the answer: it is queued behind the backlog, which waits for our acknowledgements.
            self._note_ready()

    def _on_subscribe(
        self, _client: Client, _data: object, _mid: int, codes: list[ReasonCode], _properties: Properties | None
    ) -> None:
        if any(code.is_failure for code in codes):
            log.error("subscription_refused", reason=codes[0].getName())
            self._answered.set()
        elif not self._ready.is_set():
            self._note_ready()

    def _note_ready(self) -> None:
        self._ready.set()
        self._answered.set()
        if not self._subscription.is_abandoned:
            log.info("subscribed", connection=self._connection_number, resumed=self.is_resumed)
        elif self.is_resumed:
            log.info("draining_abandoned_session", client_id=self._subscription.client_id)

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: DisconnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        with self._lock:
            self._connection_number += 1
        if self._ready.is_set() and not self._subscription.is_abandoned:
            log.warning("broker_disconnected", reason=code.getName())
        self._on_lost(code)
        self._ready.clear()
        # A broker that does not support the protocol hangs up instead of answering.
        self._answered.set()

    def _on_publications(self, publications: Sequence[Publication]) -> None:
        if not self._is_broken:
            self._on_delivery(Delivery(self._connection_number, time.monotonic(), publications))


def _disconnect(client: Client, *_: object) -> None:
    client.disconnect()
